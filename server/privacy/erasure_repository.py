"""All SQL of the erasures that were asked for, and of finding whom they are about."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.privacy.tables import ErasureRow

_ERASURE = ErasureRow.__table__  # type: ignore[attr-defined]
_CLAIM = text("""
    UPDATE erasure SET try_at = :until
    WHERE id = (SELECT id FROM erasure WHERE done_at IS NULL AND try_at <= :now ORDER BY try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
""")
_PUT_OFF = text("UPDATE erasure SET try_at = :at WHERE id = :id AND done_at IS NULL")
_DONE = text("UPDATE erasure SET done_at = :at, ids = :ids, shows = :shows, rows = :rows WHERE id = :id")
_OTHER_CHANNELS = text("SELECT EXISTS (SELECT FROM show WHERE id = ANY(:shows) AND channel_id <> :channel)")
_BY_ORDER = text("""
    SELECT viewer_id FROM orders WHERE channel_id = :channel AND number = :order
    UNION ALL
    SELECT viewer_id FROM reported_order WHERE channel_id = :channel AND external_id = :order AND viewer_id IS NOT NULL
    LIMIT 1
""")


async def insert_erasure(connection: AsyncConnection, row: ErasureRow) -> None:
    """Keep that somebody is to be erased."""
    await connection.execute(insert(_ERASURE).values(**row.model_dump()))


async def find_open(connection: AsyncConnection, ids: Sequence[str]) -> ErasureRow | None:
    """Return the erasure of one of these ids that is asked for and not done."""
    wanted = select(_ERASURE).where(_ERASURE.c.viewer_id.in_(ids), _ERASURE.c.done_at.is_(None)).limit(1)
    return _row(await connection.execute(wanted))


async def read_erasures(
    connection: AsyncConnection, channel_id: str, *, after: str | None, limit: int
) -> list[ErasureRow]:
    """Return a channel's erasures, the newest first, behind `after` where given."""
    wanted = select(_ERASURE).where(_ERASURE.c.channel_id == channel_id)
    if after is not None:
        wanted = wanted.where(_ERASURE.c.id < after)
    rows = await connection.execute(wanted.order_by(_ERASURE.c.id.desc()).limit(limit))
    return [ErasureRow(**row._mapping) for row in rows]


async def claim(connection: AsyncConnection, now: datetime, until: datetime) -> ErasureRow | None:
    """Return one that is due, and keep others from it until then."""
    return _row(await connection.execute(_CLAIM, {"now": now, "until": until}))


async def put_off(connection: AsyncConnection, id: str, at: datetime) -> None:
    """Let it be tried again from then on."""
    await connection.execute(_PUT_OFF, {"id": id, "at": at})


async def write_done(
    connection: AsyncConnection, id: str, at: datetime, *, ids: int, shows: int, rows: int
) -> None:
    """Keep that it is done, and how much that was."""
    await connection.execute(_DONE, {"id": id, "at": at, "ids": ids, "shows": shows, "rows": rows})


async def is_of_others(connection: AsyncConnection, channel_id: str, shows: Sequence[str]) -> bool:
    """Whether one of the shows is another channel's."""
    return bool(await connection.scalar(_OTHER_CHANNELS, {"channel": channel_id, "shows": list(shows)}))


async def find_buyer(connection: AsyncConnection, channel_id: str, order: str) -> str | None:
    """Return whose an order of the channel is: by its number, or by the shop's own of one that the shop reported."""
    found: str | None = await connection.scalar(_BY_ORDER, {"channel": channel_id, "order": order})
    return found


def _row(found: Any) -> ErasureRow | None:
    row = found.first()
    return None if row is None else ErasureRow(**row._mapping)
