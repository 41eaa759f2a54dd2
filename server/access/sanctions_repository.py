"""The SQL of sanctions: what holds, and who is staff. Whether one holds is a predicate of its end and its lifting; nothing sweeps."""

import math
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    column,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    table,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.roles import STAFF
from server.access.tables import SanctionHeadRow, SanctionRow, StaffMemberRow

_SANCTION = SanctionRow.__table__  # type: ignore[attr-defined]
_HEAD = SanctionHeadRow.__table__  # type: ignore[attr-defined]
_STAFF = StaffMemberRow.__table__  # type: ignore[attr-defined]
UNTOLD = ("shadow", "hold")
"""Kinds of which their person is not told."""
_SILENCED = text("""
    SELECT DISTINCT ON (asked.id) asked.id AS viewer_id, s.kind, s.ends_at
    FROM unnest(CAST(:viewers AS text[])) AS asked (id)
    CROSS JOIN LATERAL (SELECT coalesce(max(canonical), asked.id) AS id FROM viewer_alias
        WHERE show_id = :show AND raw = asked.id AND taken_back_at IS NULL) AS person
    JOIN sanction AS s ON s.channel_id = :channel AND (s.show_id = :show OR s.whole_channel)
        AND s.lifted_at IS NULL AND (s.ends_at IS NULL OR s.ends_at > :now)
        AND (s.viewer_id IN (asked.id, person.id) OR s.viewer_id IN (
            SELECT raw FROM viewer_alias WHERE show_id = :show AND canonical = person.id AND taken_back_at IS NULL))
    ORDER BY asked.id, s.kind = 'hold', s.kind = 'shadow', s.kind <> 'ban', s.ends_at DESC NULLS FIRST
""")
_ALIAS = table("viewer_alias", column("show_id"), column("raw"), column("canonical"), column("taken_back_at"))
"""Whoever turned out to be somebody in a show is that person there, with what was laid on either."""
_ELSEWHERE = text("""
    SELECT coalesce(bool_and(show.channel_id <> ALL(:channels)), false)
    FROM attendance JOIN show ON show.id = attendance.show_id WHERE attendance.viewer_id = :viewer
""")


class Silence(NamedTuple):
    """What a writer is under: the strictest of what holds. `ends_at`: None for the rest of the show."""

    kind: str
    ends_at: datetime | None


def holds_in(show: Any, channel: Any, now: datetime | None = None) -> ColumnElement[bool]:
    """Return whether a sanction holds in a show at `now`, the database's own where none is given."""
    at = func.now() if now is None else now
    return and_(
        _SANCTION.c.channel_id == channel,
        or_(_SANCTION.c.show_id == show, _SANCTION.c.whole_channel),
        _SANCTION.c.lifted_at.is_(None),
        or_(_SANCTION.c.ends_at.is_(None), _SANCTION.c.ends_at > at),
    )


def is_banned(show: Any, channel: Any, viewer_id: str | None, now: datetime | None) -> ColumnElement[bool]:
    """Return, for a statement about shows, whether the viewer, or who they are there, is banned from the one in the row."""
    if viewer_id is None:
        return literal(value=False)
    own, guest = _ALIAS.alias("own"), _ALIAS.alias("guest")
    known = select(own.c.canonical).where(own.c.raw == viewer_id, *_stands(own, show)).correlate_except(own)
    person = func.coalesce(known.scalar_subquery(), viewer_id)
    guests = select(guest.c.raw).where(guest.c.canonical == person, *_stands(guest, show))
    guests = guests.correlate_except(guest)
    theirs = or_(_SANCTION.c.viewer_id.in_([viewer_id, person]), _SANCTION.c.viewer_id.in_(guests))
    return exists().where(theirs, _SANCTION.c.kind == "ban", holds_in(show, channel, now))


def _stands(alias: FromClause, show: Any) -> tuple[ColumnElement[bool], ...]:
    return alias.c.show_id == show, alias.c.taken_back_at.is_(None)


async def read_banned(connection: AsyncConnection, show_id: str, channel_id: str) -> dict[str, float]:
    """Return who is banned from the show, by all their ids there, each until when in seconds since 1970; infinity is for good."""
    wanted = select(_SANCTION.c.viewer_id, _SANCTION.c.ends_at).where(
        _SANCTION.c.kind == "ban", holds_in(show_id, channel_id)
    )
    banned: dict[str, float] = {}
    for viewer_id, ends_at in await connection.execute(wanted):
        ends = math.inf if ends_at is None else ends_at.timestamp()
        banned[viewer_id] = max(ends, banned.get(viewer_id, 0.0))
    if banned:
        persons = await _read_persons(connection, show_id, banned)
        ends_of = {person: max(banned.get(id, 0.0) for id in ids) for person, ids in persons.items()}
        banned |= {id: ends_of[person] for person, ids in persons.items() for id in ids}
    return banned


async def _read_persons(
    connection: AsyncConnection, show_id: str, viewers: Collection[str]
) -> dict[str, list[str]]:
    """Return all ids in the show of those of the viewers who have several, by the person's own."""
    theirs = _ALIAS.alias("theirs")
    asked = or_(theirs.c.raw.in_(viewers), theirs.c.canonical.in_(viewers))
    several = select(theirs.c.canonical).where(asked, *_stands(theirs, show_id))
    wanted = select(_ALIAS.c.canonical, _ALIAS.c.raw).where(
        _ALIAS.c.canonical.in_(several), *_stands(_ALIAS, show_id)
    )
    persons: dict[str, list[str]] = {}
    for canonical, raw in await connection.execute(wanted):
        persons.setdefault(canonical, [canonical]).append(raw)
    return persons


async def read_given(
    connection: AsyncConnection, show_id: str, *, limit: int
) -> tuple[list[SanctionRow], list[SanctionRow]]:
    """Return the newest bans, and the newest sanctions of any kind, that were given in the show and not lifted, ended ones among them."""
    wanted = select(_SANCTION).where(_SANCTION.c.show_id == show_id, _SANCTION.c.lifted_at.is_(None))
    newest = wanted.order_by(_SANCTION.c.at.desc(), _SANCTION.c.id.desc()).limit(limit)
    bans = newest.where(_SANCTION.c.kind == "ban")
    found = [SanctionRow(**row._mapping) for row in await connection.execute(newest)]
    if len(found) < limit:
        return [row for row in found if row.kind == "ban"], found
    return [SanctionRow(**row._mapping) for row in await connection.execute(bans)], found


async def read_sanctions(
    connection: AsyncConnection, channel_id: str, *, after: str | None, limit: int, appealed: bool
) -> list[SanctionRow]:
    """Return a page of the channel's sanctions, the newest first, lifted ones among them; `appealed`: those whose appeal waits."""
    wanted = select(_SANCTION).where(_SANCTION.c.channel_id == channel_id)
    if appealed:
        wanted = wanted.where(_SANCTION.c.appeal_state == "open")
    if after is not None:
        wanted = wanted.where(_SANCTION.c.id < after)
    rows = await connection.execute(wanted.order_by(_SANCTION.c.id.desc()).limit(limit))
    return [SanctionRow(**row._mapping) for row in rows]


async def read_own(
    connection: AsyncConnection, show_id: str, channel_id: str, viewer_ids: Collection[str], limit: int
) -> list[SanctionRow]:
    """Return what a person is told of in a show: what is not hidden from them, lifted or not, the newest first."""
    wanted = select(_SANCTION).where(
        _SANCTION.c.viewer_id.in_(viewer_ids),
        _SANCTION.c.channel_id == channel_id,
        or_(_SANCTION.c.show_id == show_id, _SANCTION.c.whole_channel),
        _SANCTION.c.kind.not_in(UNTOLD),
    )
    rows = await connection.execute(
        wanted.order_by(_SANCTION.c.at.desc(), _SANCTION.c.id.desc()).limit(limit)
    )
    return [SanctionRow(**row._mapping) for row in rows]


async def read_sanction(connection: AsyncConnection, channel_id: str, sanction_id: str) -> SanctionRow | None:
    """Return a sanction of the channel; None when there is none."""
    wanted = select(_SANCTION).where(_SANCTION.c.id == sanction_id, _SANCTION.c.channel_id == channel_id)
    found = (await connection.execute(wanted)).one_or_none()
    return None if found is None else SanctionRow(**found._mapping)


async def read_standing(
    connection: AsyncConnection, show_id: str, viewer_id: str, kind: str
) -> SanctionRow | None:
    """Return what was given of a kind to a viewer in the show and not lifted, ended or not: there is one at most."""
    wanted = select(_SANCTION).where(
        _SANCTION.c.show_id == show_id,
        _SANCTION.c.viewer_id == viewer_id,
        _SANCTION.c.kind == kind,
        _SANCTION.c.lifted_at.is_(None),
    )
    found = (await connection.execute(wanted)).one_or_none()
    return None if found is None else SanctionRow(**found._mapping)


async def read_holding(
    connection: AsyncConnection, show_id: str, channel_id: str, viewer_id: str, *, kind: str, now: datetime
) -> list[SanctionRow]:
    """Return what holds of a kind for a viewer in the show now, what holds in the whole channel first."""
    wanted = select(_SANCTION).where(
        _SANCTION.c.viewer_id == viewer_id, _SANCTION.c.kind == kind, holds_in(show_id, channel_id, now)
    )
    rows = await connection.execute(wanted.order_by(_SANCTION.c.whole_channel.desc(), _SANCTION.c.id))
    return [SanctionRow(**row._mapping) for row in rows]


async def read_silenced(
    connection: AsyncConnection, show_id: str, channel_id: str, viewers: Sequence[str], now: datetime
) -> dict[str, Silence]:
    """Return which of the viewers may not write as they like in the show now, and why; one statement for any number."""
    given = {"show": show_id, "channel": channel_id, "viewers": list(viewers), "now": now}
    rows = await connection.execute(_SILENCED, given)
    return {row.viewer_id: Silence(row.kind, row.ends_at) for row in rows}


async def read_likenesses(
    connection: AsyncConnection, show_id: str, viewer_id: str, like_id: str
) -> tuple[bool, int]:
    """Return whether a viewer was taken for the person of a ban before in the show, and how many were, lifted or not."""
    theirs = func.bool_or(and_(_SANCTION.c.viewer_id == viewer_id, _SANCTION.c.show_id == show_id))
    wanted = select(func.coalesce(theirs, literal(value=False)), func.count()).where(
        _SANCTION.c.like_id == like_id
    )
    before, all_of_them = (await connection.execute(wanted)).one()
    return bool(before), int(all_of_them)


async def insert_sanction(connection: AsyncConnection, row: SanctionRow) -> None:
    """Keep a sanction."""
    await connection.execute(insert(_SANCTION).values(**row.model_dump()))


async def update_sanction(connection: AsyncConnection, sanction_id: str, changes: dict[str, Any]) -> None:
    """Write these columns of a sanction."""
    await connection.execute(update(_SANCTION).where(_SANCTION.c.id == sanction_id).values(**changes))


async def next_number(connection: AsyncConnection) -> int:
    """Return the number of a change that whole channels are to hear of; its row's lock makes the order of numbers that of commits."""
    taken = await connection.execute(update(_HEAD).values(top=_HEAD.c.top + 1).returning(_HEAD.c.top))
    return int(taken.scalar_one())


async def read_changed_channels(connection: AsyncConnection, number: int) -> tuple[int, set[str] | None]:
    """Return the newest number, and in which channels something has changed after `number`; None: in any, after a restore."""
    top = int((await connection.execute(select(_HEAD.c.top))).scalar_one())
    if number > top:
        return top, None
    wanted = select(_SANCTION.c.channel_id).where(_SANCTION.c.number > number).distinct()
    return top, set(await connection.scalars(wanted))


async def is_of_others_alone(connection: AsyncConnection, channels: Collection[str], viewer_id: str) -> bool:
    """Whether a viewer has been in shows, and in none of these channels."""
    given = {"channels": list(channels), "viewer": viewer_id}
    return bool(await connection.scalar(_ELSEWHERE, given))


async def is_staff_member(connection: AsyncConnection, channels: Collection[str], viewer_id: str) -> bool:
    """Whether the id is that of a member of the staff of one of the channels."""
    wanted = select(_STAFF.c.viewer_id).where(
        _STAFF.c.channel_id.in_(channels), _STAFF.c.viewer_id == viewer_id, _STAFF.c.role.in_(STAFF)
    )
    return await connection.scalar(wanted.limit(1)) is not None
