"""All SQL of replays."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.questions.rules import VISIBLE
from server.replay.clock import TOLD, Published

# What was published before the start stands when the show begins, such as what was pinned; what came after the end is of no recording.
_READ: Final = text("""
    SELECT "offset", at, line FROM publication
    WHERE show_id = :show AND "offset" > :after AND type = ANY(:types) AND at <= :ended_at ORDER BY "offset" LIMIT :limit
""")
_VISIBLE: Final = text("""
    SELECT id FROM question WHERE show_id = :show AND id = ANY(:ids) AND state = ANY(:states)
""")


async def read_published(
    connection: AsyncConnection, show_id: str, ended_at: datetime, *, after: int, limit: int
) -> list[Published]:
    """Return up to `limit` publications until the show's end that a replay tells again, behind the offset `after`, in order."""
    given = {"show": show_id, "after": after, "types": list(TOLD), "ended_at": ended_at, "limit": limit}
    return [Published(*row) for row in await connection.execute(_READ, given)]


async def read_visible(connection: AsyncConnection, show_id: str, ids: Collection[str]) -> set[str]:
    """Return those of the questions that everybody may see now."""
    if not ids:
        return set()
    given = {"show": show_id, "ids": sorted(ids), "states": sorted(VISIBLE)}
    return set(await connection.scalars(_VISIBLE, given))
