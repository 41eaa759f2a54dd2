"""All SQL of links that work once."""

from datetime import datetime

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.channels.tables import InvitationRow
from server.db.rows import read_page

_INVITATION = InvitationRow.__table__  # type: ignore[attr-defined]
_FOUNDING_LOCK = 0x53484F58
"""Beside that of migrations: of several who found the first channel at once, one does."""


async def insert_invitation(connection: AsyncConnection, row: InvitationRow) -> None:
    """Write a link's hash with what it is good for."""
    await connection.execute(insert(_INVITATION).values(**row.model_dump()))


async def read_invitation(connection: AsyncConnection, invitation_id: str) -> InvitationRow | None:
    """Return a link, used or not."""
    wanted = select(_INVITATION).where(_INVITATION.c.id == invitation_id)
    found = (await connection.execute(wanted)).one_or_none()
    return None if found is None else InvitationRow(**found._mapping)


async def read_by_code(connection: AsyncConnection, code_sha256: str) -> InvitationRow | None:
    """Return the link of a code, used or not."""
    wanted = select(_INVITATION).where(_INVITATION.c.code_sha256 == code_sha256)
    found = (await connection.execute(wanted)).one_or_none()
    return None if found is None else InvitationRow(**found._mapping)


async def read_open_invitations(
    connection: AsyncConnection, channel_id: str, now: datetime, *, after: str | None, limit: int
) -> list[InvitationRow]:
    """Return up to `limit` invitations of a channel that can still be used, the oldest first."""
    wanted = select(_INVITATION).where(
        _INVITATION.c.channel_id == channel_id,
        _INVITATION.c.kind == "join",
        _INVITATION.c.used_at.is_(None),
        _INVITATION.c.ends_at > now,
    )
    if after is not None:
        wanted = wanted.where(_INVITATION.c.id > after)
    return await read_page(
        connection,
        wanted.order_by(_INVITATION.c.id),
        _INVITATION.c.id,
        lambda row: InvitationRow(**row._mapping),
        limit=limit,
    )


async def read_invitations_for(
    connection: AsyncConnection, channel_id: str, now: datetime
) -> list[InvitationRow]:
    """Return the channel's invitations to somebody's address that can still be used, the newest first."""
    wanted = select(_INVITATION).where(
        _INVITATION.c.channel_id == channel_id,
        _INVITATION.c.kind == "join",
        _INVITATION.c.email != "",
        _INVITATION.c.used_at.is_(None),
        _INVITATION.c.ends_at > now,
    )
    rows = await connection.execute(wanted.order_by(_INVITATION.c.created_at.desc(), _INVITATION.c.id.desc()))
    return [InvitationRow(**row._mapping) for row in rows]


async def use_invitation(
    connection: AsyncConnection, code_sha256: str, kind: str, now: datetime
) -> InvitationRow | None:
    """Use a link and return its row; None when there is none of that kind that can be used.

    One statement, so that of two who come at the same time one gets it.
    """
    statement = (
        update(_INVITATION)
        .where(
            _INVITATION.c.code_sha256 == code_sha256,
            _INVITATION.c.kind == kind,
            _INVITATION.c.used_at.is_(None),
            _INVITATION.c.ends_at > now,
        )
        .values(used_at=now)
        .returning(*_INVITATION.c)
    )
    found = (await connection.execute(statement)).one_or_none()
    return None if found is None else InvitationRow(**found._mapping)


async def delete_invitation(connection: AsyncConnection, channel_id: str, invitation_id: str) -> bool:
    """Take back an invitation that was not used; whether there was one."""
    gone = delete(_INVITATION).where(
        _INVITATION.c.id == invitation_id,
        _INVITATION.c.channel_id == channel_id,
        _INVITATION.c.kind == "join",
        _INVITATION.c.used_at.is_(None),
    )
    return (await connection.execute(gone)).rowcount > 0


async def delete_reset_links(connection: AsyncConnection, person_id: str) -> None:
    """Take back all links by which a person's password may be set anew."""
    await connection.execute(delete(_INVITATION).where(_INVITATION.c.person_id == person_id))


async def delete_ended_invitations(connection: AsyncConnection, then: datetime) -> None:
    """Forget links whose time was over at `then`."""
    await connection.execute(delete(_INVITATION).where(_INVITATION.c.ends_at <= then))


async def wait_to_found(connection: AsyncConnection) -> None:
    """Let one transaction at a time found the first channel."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FOUNDING_LOCK})
