"""The SQL of what banned viewers are known by: marks of their devices and addresses, each until a time, gone with the ban."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.sanctions_repository import holds_in, next_number
from server.access.tables import SanctionMarkRow, SanctionRow, SanctionSettingsRow

_MARK = SanctionMarkRow.__table__  # type: ignore[attr-defined]
_SETTINGS = SanctionSettingsRow.__table__  # type: ignore[attr-defined]
_SANCTION = SanctionRow.__table__  # type: ignore[attr-defined]
_KNOWN = text("""
    SELECT m.sanction_id, m.signal, m.mark, s.at, m.until,
        CASE m.signal WHEN 'device' THEN s.device ELSE s.address END AS strict
    FROM sanction AS s JOIN sanction_mark AS m ON m.sanction_id = s.id
    WHERE s.channel_id = :channel AND (s.show_id = :show OR s.whole_channel) AND s.kind = 'ban' AND s.lifted_at IS NULL
        AND (s.ends_at IS NULL OR s.ends_at > now()) AND m.until > now()
    ORDER BY m.sanction_id
""")
RETURNING = "hold"
"""What is laid on whoever is likely somebody banned, unless the channel says otherwise."""
MARKS_MAX = 8
"""So many devices and addresses of one ban are kept."""


class Ban(NamedTuple):
    """A ban whose person may be known by more than their id."""

    id: str
    channel_id: str
    viewer_id: str
    at: datetime
    ends_at: datetime | None
    device: bool
    address: bool


async def read_bans_to_mark(
    connection: AsyncConnection, channels: Collection[str] | None, since: datetime
) -> list[Ban]:
    """Return the bans that hold and were given since then by people, not by likeness; `channels`: of these alone."""
    columns = (_SANCTION.c[name] for name in Ban._fields)
    wanted = select(*columns).where(
        _SANCTION.c.kind == "ban",
        _SANCTION.c.like_id.is_(None),
        _SANCTION.c.at > since,
        holds_in(_SANCTION.c.show_id, _SANCTION.c.channel_id),
    )
    if channels is not None:
        wanted = wanted.where(_SANCTION.c.channel_id.in_(channels))
    return [Ban(*row) for row in await connection.execute(wanted)]


async def keep_marks(connection: AsyncConnection, rows: Sequence[SanctionMarkRow]) -> bool:
    """Keep what a ban's person is known by, and return whether anything of it is new; other processes hear of that."""
    sanction_id = rows[0].sanction_id
    counted = select(func.count()).where(_MARK.c.sanction_id == sanction_id)
    room = MARKS_MAX - int(await connection.scalar(counted) or 0)
    if room <= 0:
        return False
    statement = upsert(_MARK).values([row.model_dump() for row in rows[:room]])
    longer = {"until": statement.excluded.until}
    written = await connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(_MARK.primary_key.columns),
            set_=longer,
            where=_MARK.c.until < statement.excluded.until,
        ).returning(_MARK.c.mark)
    )
    if not written.all():
        return False
    number = await next_number(connection)
    await connection.execute(update(_SANCTION).where(_SANCTION.c.id == sanction_id).values(number=number))
    return True


async def read_marks(
    connection: AsyncConnection, show_id: str, channel_id: str
) -> list[tuple[str, str, str, float, float, bool]]:
    """Return by what those are known who are banned from the show: sanction, signal, mark, given at, until when, and whether strict."""
    rows = await connection.execute(_KNOWN, {"show": show_id, "channel": channel_id})
    return [
        (row.sanction_id, row.signal, row.mark, row.at.timestamp(), row.until.timestamp(), row.strict)
        for row in rows
    ]


async def read_cleared(connection: AsyncConnection, channel_id: str) -> set[tuple[str, str]]:
    """Return who was taken for somebody banned and is not, as staff have said: viewer and ban, of bans that hold."""
    ban = _SANCTION.alias("ban")
    wanted = (
        select(_SANCTION.c.viewer_id, _SANCTION.c.like_id)
        .join(ban, ban.c.id == _SANCTION.c.like_id)
        .where(
            _SANCTION.c.channel_id == channel_id,
            _SANCTION.c.lifted_at.is_not(None),
            ban.c.lifted_at.is_(None),
        )
    )
    return {(viewer_id, like_id) for viewer_id, like_id in await connection.execute(wanted)}


async def read_taken_for(connection: AsyncConnection, sanction_id: str) -> list[tuple[str, str]]:
    """Return what holds of what was laid on those who are like the person of a ban: id and show."""
    wanted = select(_SANCTION.c.id, _SANCTION.c.show_id).where(
        _SANCTION.c.like_id == sanction_id, _SANCTION.c.lifted_at.is_(None)
    )
    return [(id, show_id) for id, show_id in await connection.execute(wanted)]


async def delete_marks(connection: AsyncConnection, sanction_id: str) -> None:
    """A ban is lifted: nothing of it is known any more."""
    await connection.execute(delete(_MARK).where(_MARK.c.sanction_id == sanction_id))


async def delete_old_marks(connection: AsyncConnection, now: datetime) -> None:
    """Delete what is over."""
    await connection.execute(delete(_MARK).where(_MARK.c.until <= now))


def moment_of(seconds: float) -> datetime:
    """Return a time in seconds since 1970 as a moment."""
    return datetime.fromtimestamp(seconds, UTC)


async def read_returning(connection: AsyncConnection, channel_id: str) -> str:
    """Return what is laid in the channel on whoever is likely somebody banned: a kind of sanction, or `off`."""
    wanted = select(_SETTINGS.c.lays).where(_SETTINGS.c.channel_id == channel_id)
    return str(await connection.scalar(wanted) or RETURNING)


async def save_returning(connection: AsyncConnection, channel_id: str, returning: str) -> None:
    """Keep it."""
    statement = upsert(_SETTINGS).values(channel_id=channel_id, lays=returning)
    newest = {"lays": statement.excluded.lays}
    await connection.execute(statement.on_conflict_do_update(index_elements=["channel_id"], set_=newest))
