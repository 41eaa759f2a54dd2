"""The SQL of sign-in codes, of who is staff, and of who may enter a show."""

from collections.abc import Container
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import column, delete, insert, select, table, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.entry import ShowTerms
from server.access.sanctions_repository import is_banned
from server.access.tables import SignInCodeRow, StaffMemberRow
from server.protocol.neighbours import Joint
from server.protocol.pushes import HIDDEN

_CODE = SignInCodeRow.__table__  # type: ignore[attr-defined]
_STAFF = StaffMemberRow.__table__  # type: ignore[attr-defined]
_SHOW = table(
    "show",
    column("id"),
    column("channel_id"),
    column("guests_allowed"),
    column("state"),
    column("joint", JSONB),
)
"""Only what says who may enter; the rest of the row is the shows' own."""


async def read_terms(
    connection: AsyncConnection, show_id: str, viewer_id: str | None = None, now: datetime | None = None
) -> ShowTerms | None:
    """Return who may enter the show, and whether `viewer_id` is banned from it at `now`; None when there is no such show."""
    banned = is_banned(_SHOW.c.id, _SHOW.c.channel_id, viewer_id, now).label("banned")
    columns = (_SHOW.c.channel_id, _SHOW.c.guests_allowed, _SHOW.c.state, _SHOW.c.joint, banned)
    asked = select(*columns).where(_SHOW.c.id == show_id)
    found = (await connection.execute(asked)).one_or_none()
    if found is None:
        return None
    barred = (viewer_id,) if found.banned and viewer_id else ()
    return terms_of(
        show_id,
        found.channel_id,
        found.state,
        guests_allowed=found.guests_allowed,
        joint=found.joint,
        banned=barred,
    )


def terms_of(
    show_id: str, channel_id: str, state: str, *, guests_allowed: bool, joint: Any, banned: Container[str]
) -> ShowTerms:
    """Return the terms by what a show's row holds."""
    held = None if joint is None else msgspec.convert(joint, Joint)
    return ShowTerms(
        channel_id,
        guests_allowed,
        banned,
        hidden=state in HIDDEN,
        partners=() if held is None else held.channels,
        leading=held is None or held.beside(show_id) is None,
    )


async def insert_code(connection: AsyncConnection, row: SignInCodeRow) -> None:
    """Keep a code's hash with what it is good for."""
    await connection.execute(insert(_CODE).values(**row.model_dump()))


async def delete_ended_codes(connection: AsyncConnection, now: datetime) -> None:
    """Forget all codes whose time is over."""
    await connection.execute(delete(_CODE).where(_CODE.c.expires_at <= now))


async def take_one_use(connection: AsyncConnection, code_sha256: str, now: datetime) -> SignInCodeRow | None:
    """Use the code once and return its row; None when there is no such code, its time is over, or its uses are.

    One statement, so that two who come at the same time cannot both have the last use.
    """
    statement = (
        update(_CODE)
        .where(_CODE.c.code_sha256 == code_sha256, _CODE.c.expires_at > now, _CODE.c.uses_left > 0)
        .values(uses_left=_CODE.c.uses_left - 1)
        .returning(*_CODE.c)
    )
    found = (await connection.execute(statement)).mappings().one_or_none()
    return None if found is None else SignInCodeRow(**found)


async def read_code(connection: AsyncConnection, code_sha256: str) -> SignInCodeRow | None:
    """Return a code's row, used up or not; None when there is no such code."""
    found = (await connection.execute(select(_CODE).where(_CODE.c.code_sha256 == code_sha256))).one_or_none()
    return None if found is None else SignInCodeRow(**found._mapping)


async def save_staff_member(connection: AsyncConnection, row: StaffMemberRow) -> None:
    """Keep under which name somebody is staff of a channel."""
    statement = upsert(_STAFF).values(**row.model_dump())
    newest = {name: statement.excluded[name] for name in ("role", "name", "seen_at")}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["channel_id", "viewer_id"], set_=newest)
    )


async def end_staff_role(connection: AsyncConnection, channel_id: str, viewer_id: str, role: str) -> None:
    """Keep that somebody is staff no longer; for a while their name stays theirs."""
    member = update(_STAFF).where(_STAFF.c.channel_id == channel_id, _STAFF.c.viewer_id == viewer_id)
    await connection.execute(member.values(role=role))


async def forget_staff_unseen_since(connection: AsyncConnection, channel_id: str, then: datetime) -> None:
    """Give free the names of those who have not been staff of the channel since `then`."""
    await connection.execute(delete(_STAFF).where(_STAFF.c.channel_id == channel_id, _STAFF.c.seen_at < then))


async def read_staff_names(connection: AsyncConnection, channel_id: str) -> list[str]:
    """Return the names under which people are staff of the channel."""
    return list(
        await connection.scalars(select(_STAFF.c.name).where(_STAFF.c.channel_id == channel_id).distinct())
    )
