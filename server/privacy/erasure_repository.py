"""All SQL of the erasures that were asked for, and of finding whom they are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.privacy.tables import NEVER, ErasurePartRow, ErasureRow

_ERASURE = ErasureRow.__table__  # type: ignore[attr-defined]
_PART = ErasurePartRow.__table__  # type: ignore[attr-defined]
_CLAIM = text("""
    UPDATE erasure SET try_at = :until
    WHERE id = (SELECT id FROM erasure WHERE done_at IS NULL AND try_at <= :now ORDER BY try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
""")
_CLAIM_PART = text("""
    UPDATE erasure_part SET due_at = :until WHERE erasure_id = (
        SELECT erasure_id FROM erasure_part WHERE due_at <= :now ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING erasure_id
""")
_PUT_OFF = text("UPDATE erasure SET try_at = :at WHERE id = :id AND done_at IS NULL")
_DONE = text("UPDATE erasure SET done_at = :at, ids = :ids, shows = :shows, rows = :rows WHERE id = :id")
_BY_ORDER = text("""
    SELECT viewer_id FROM orders WHERE channel_id = :channel AND number = :order
    UNION ALL
    SELECT viewer_id FROM reported_order WHERE channel_id = :channel AND external_id = :order AND viewer_id IS NOT NULL
    LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure: of all that is kept of the person, or `partly`, of what its channel keeps, since others keep something too."""

    row: ErasureRow
    partly: bool

    @property
    def channel(self) -> str | None:
        """The channel whose part alone it is; None: the whole."""
        return self.row.channel_id if self.partly else None


async def insert_erasure(connection: AsyncConnection, erasure: Erasure) -> None:
    """Keep that somebody is to be erased."""
    row = erasure.row
    if not erasure.partly:
        await connection.execute(insert(_ERASURE).values(**row.model_dump()))
        return
    await connection.execute(insert(_ERASURE).values(**(row.model_dump() | {"try_at": NEVER})))
    await connection.execute(insert(_PART).values(erasure_id=row.id, due_at=row.try_at))


async def find_open(
    connection: AsyncConnection, ids: Sequence[str], channel_id: str | None
) -> ErasureRow | None:
    """Return an erasure of one of these ids that is asked for and not done: of the whole, or of the part of `channel_id`."""
    part = exists().where(_PART.c.erasure_id == _ERASURE.c.id)
    covers = or_(~part, _ERASURE.c.channel_id == channel_id)
    wanted = select(_ERASURE).where(_ERASURE.c.viewer_id.in_(ids), _ERASURE.c.done_at.is_(None), covers)
    return _row(await connection.execute(wanted.limit(1)))


async def read_erasures(
    connection: AsyncConnection, channel_id: str, *, after: str | None, limit: int
) -> list[ErasureRow]:
    """Return a channel's erasures, the newest first, behind `after` where given."""
    wanted = select(_ERASURE).where(_ERASURE.c.channel_id == channel_id)
    if after is not None:
        wanted = wanted.where(_ERASURE.c.id < after)
    rows = await connection.execute(wanted.order_by(_ERASURE.c.id.desc()).limit(limit))
    return [ErasureRow(**row._mapping) for row in rows]


async def claim(connection: AsyncConnection, now: datetime, until: datetime) -> Erasure | None:
    """Return one that is due, and keep others from it until then."""
    given = {"now": now, "until": until}
    whole = _row(await connection.execute(_CLAIM, given))
    if whole is not None:
        return Erasure(whole, partly=False)
    id = await connection.scalar(_CLAIM_PART, given)
    part = _row(await connection.execute(select(_ERASURE).where(_ERASURE.c.id == id))) if id else None
    return None if part is None else Erasure(part, partly=True)


async def put_off(connection: AsyncConnection, erasure: Erasure, at: datetime) -> None:
    """Let it be tried again from then on."""
    if erasure.partly:
        part = update(_PART).where(_PART.c.erasure_id == erasure.row.id)
        await connection.execute(part.values(due_at=at))
    else:
        await connection.execute(_PUT_OFF, {"id": erasure.row.id, "at": at})


async def write_done(
    connection: AsyncConnection, erasure: Erasure, at: datetime, *, ids: int, shows: int, rows: int
) -> None:
    """Keep that it is done, and how much that was."""
    given = {"id": erasure.row.id, "at": at, "ids": ids, "shows": shows, "rows": rows}
    await connection.execute(_DONE, given)
    await connection.execute(delete(_PART).where(_PART.c.erasure_id == erasure.row.id))


async def find_buyer(connection: AsyncConnection, channel_id: str, order: str) -> str | None:
    """Return whose an order of the channel is: by its number, or by the shop's own of one that the shop reported."""
    found: str | None = await connection.scalar(_BY_ORDER, {"channel": channel_id, "order": order})
    return found


def _row(found: Any) -> ErasureRow | None:
    row = found.first()
    return None if row is None else ErasureRow(**row._mapping)
