"""All SQL of saved questions."""

from collections.abc import Sequence
from typing import Final, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.owned import Owned
from server.query.tables import SavedQueryRow, SavedQueryVersionRow

QUERIES: Final = Owned(SavedQueryRow, lock="saved queries")
"""Those that a channel has saved; with one go its versions."""
_VERSION = cast("Table", SavedQueryVersionRow.__table__)  # type: ignore[attr-defined]


async def insert_query(connection: AsyncConnection, row: SavedQueryRow) -> None:
    """Write a new saved question, and its first version."""
    await QUERIES.insert(connection, row)
    await insert_version(connection, row)


async def insert_version(connection: AsyncConnection, row: SavedQueryRow) -> None:
    """Keep a saved question as it is now."""
    kept = {"name": row.name, "query": row.query, "by": row.changed_by, "at": row.changed_at}
    await connection.execute(insert(_VERSION).values(query_id=row.id, version=row.version, **kept))


async def read_versions(
    connection: AsyncConnection, query_id: str, limit: int
) -> Sequence[SavedQueryVersionRow]:
    """Return the newest versions of a saved question, the newest first."""
    wanted = select(_VERSION).where(_VERSION.c.query_id == query_id).order_by(_VERSION.c.version.desc())
    rows = await connection.execute(wanted.limit(limit))
    return [SavedQueryVersionRow(**row._mapping) for row in rows]
