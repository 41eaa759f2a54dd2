"""All SQL of saved questions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy import Row, Table, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.rows import read_page
from server.query.tables import SavedQueryRow, SavedQueryVersionRow

_QUERY = cast("Table", SavedQueryRow.__table__)  # type: ignore[attr-defined]
_VERSION = cast("Table", SavedQueryVersionRow.__table__)  # type: ignore[attr-defined]
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('saved queries ' || :channel, 0))")


async def count_of_channel(connection: AsyncConnection, channel_id: str) -> int:
    """Return how many questions the channel has saved; nobody else adds one until the transaction ends."""
    await connection.execute(_LOCK, {"channel": channel_id})
    wanted = select(func.count()).select_from(_QUERY).where(_QUERY.c.channel_id == channel_id)
    return int(await connection.scalar(wanted) or 0)


async def insert_query(connection: AsyncConnection, row: SavedQueryRow) -> None:
    """Write a new saved question, and its first version."""
    await connection.execute(insert(_QUERY).values(**row.model_dump()))
    await insert_version(connection, row)


async def insert_version(connection: AsyncConnection, row: SavedQueryRow) -> None:
    """Keep a saved question as it is now."""
    kept = {"name": row.name, "query": row.query, "by": row.changed_by, "at": row.changed_at}
    await connection.execute(insert(_VERSION).values(query_id=row.id, version=row.version, **kept))


async def read_queries(
    connection: AsyncConnection, channel_id: str, *, after: str | None, limit: int
) -> list[SavedQueryRow]:
    """Return up to `limit` saved questions of the channel, the newest first, behind `after` where given."""
    wanted = select(_QUERY).where(_QUERY.c.channel_id == channel_id).order_by(_QUERY.c.id.desc())
    if after is not None:
        wanted = wanted.where(_QUERY.c.id < after)
    return await read_page(connection, wanted, _QUERY.c.id, _as_query, limit=limit)


async def read_query(
    connection: AsyncConnection, channel_id: str, query_id: str, *, lock: bool = False
) -> SavedQueryRow | None:
    """Return a saved question of the channel, locked until the transaction's end where wished; None when there is none."""
    wanted = select(_QUERY).where(_QUERY.c.id == query_id, _QUERY.c.channel_id == channel_id)
    row = (await connection.execute(wanted.with_for_update() if lock else wanted)).one_or_none()
    return None if row is None else _as_query(row)


async def update_query(connection: AsyncConnection, query_id: str, changes: Mapping[str, Any]) -> None:
    """Set columns of a saved question; its version is one more."""
    statement = update(_QUERY).where(_QUERY.c.id == query_id)
    await connection.execute(statement.values(**changes, version=_QUERY.c.version + 1))


async def delete_query(connection: AsyncConnection, query_id: str) -> None:
    """Remove a saved question with its versions."""
    await connection.execute(delete(_QUERY).where(_QUERY.c.id == query_id))


async def read_versions(
    connection: AsyncConnection, query_id: str, limit: int
) -> Sequence[SavedQueryVersionRow]:
    """Return the newest versions of a saved question, the newest first."""
    wanted = select(_VERSION).where(_VERSION.c.query_id == query_id).order_by(_VERSION.c.version.desc())
    rows = await connection.execute(wanted.limit(limit))
    return [SavedQueryVersionRow(**row._mapping) for row in rows]


def _as_query(row: Row[Any]) -> SavedQueryRow:
    return SavedQueryRow(**row._mapping)
