"""Tables of a feature that a rehearsal must leave as they were: their rows of the show put aside, and put back."""

from collections.abc import Mapping
from typing import Any

from msgspec import json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class TablesAside:
    """A feature's part of a rehearsal, `name`.

    `tables` have a column `show_id`; they are written in their order and forgotten in the other. Each has values for columns that what
    was put aside may lack, since they came later.
    """

    def __init__(self, name: str, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self.name = name
        self._tables = tables

    async def put_aside(self, connection: AsyncConnection, show_id: str) -> Any:
        """Take the show's rows out of the tables, and return them, JSON-ready."""
        kept = {table: await _read(connection, table, show_id) for table in self._tables}
        await self._forget(connection, show_id)
        return kept

    async def put_back(self, connection: AsyncConnection, show_id: str, kept: Any) -> None:
        """Forget what was written meanwhile, and write what `put_aside` returned; None: a server that did not know of the tables."""
        await self._forget(connection, show_id)
        for table, defaults in self._tables.items():
            rows = json.encode([{**defaults, **row} for row in (kept or {}).get(table, [])]).decode()
            write = f"INSERT INTO {table} SELECT * FROM json_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS json))"
            await connection.execute(text(write), {"rows": rows})

    async def _forget(self, connection: AsyncConnection, show_id: str) -> None:
        for table in reversed(list(self._tables)):
            await connection.execute(text(f"DELETE FROM {table} WHERE show_id = :show"), {"show": show_id})


async def _read(connection: AsyncConnection, table: str, show_id: str) -> Any:
    asked = text(f"SELECT json_agg(t) FROM {table} AS t WHERE show_id = :show")
    return await connection.scalar(asked, {"show": show_id}) or []
