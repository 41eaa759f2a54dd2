"""Questions and votes of a show, put aside while it is rehearsed, and put back as they were."""

from typing import Any, Final

from msgspec import json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_TABLES: Final = ("question", "vote")
"""Votes name questions: written in this order, forgotten in the other."""
_DEFAULTS: Final[dict[str, dict[str, Any]]] = {"question": {"anonymous": False, "labels": []}, "vote": {}}
"""What was put aside before a column was there has not."""


class QuestionsAside:
    """The questions' part of a rehearsal."""

    name = "questions"

    async def put_aside(self, connection: AsyncConnection, show_id: str) -> Any:
        """Take the show's questions and votes out of their tables, and return them, JSON-ready."""
        kept = {table: await _read(connection, table, show_id) for table in _TABLES}
        await _forget(connection, show_id)
        return kept

    async def put_back(self, connection: AsyncConnection, show_id: str, kept: Any) -> None:
        """Forget what was asked and voted for meanwhile, and write what `put_aside` returned."""
        await _forget(connection, show_id)
        for table in _TABLES:
            rows = json.encode([_DEFAULTS[table] | row for row in kept[table]]).decode()
            write = f"INSERT INTO {table} SELECT * FROM json_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS json))"
            await connection.execute(text(write), {"rows": rows})


async def _read(connection: AsyncConnection, table: str, show_id: str) -> Any:
    asked = text(f"SELECT json_agg(t) FROM {table} AS t WHERE show_id = :show")
    return await connection.scalar(asked, {"show": show_id}) or []


async def _forget(connection: AsyncConnection, show_id: str) -> None:
    for table in reversed(_TABLES):
        await connection.execute(text(f"DELETE FROM {table} WHERE show_id = :show"), {"show": show_id})
