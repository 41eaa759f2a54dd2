"""Whether everybody may see pictures of posts: SQL is asked each time, so that what was taken back is gone on every process at once."""

import asyncio
from collections.abc import Collection
from typing import Final

from server.db import driver
from server.db.engine import Database

_ASK: Final = """
    SELECT picture_id FROM post WHERE state = 'approved'
        AND picture_id = ANY(ARRAY(SELECT json_array_elements_text(CAST(%s AS json))))
"""


class Approvals:
    """One question is under way at a time. Whoever asks meanwhile waits for the next one, which is for all of them.

    So an answer is never older than the question, and a room that is shown a picture asks for it all at once by a few statements.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wanted: set[str] = set()
        self._running: asyncio.Task[Collection[str]] | None = None
        self._next: asyncio.Task[Collection[str]] | None = None

    async def may_be_seen(self, picture_id: str) -> bool:
        """Whether the picture is that of a post which is approved now."""
        if self._next is None:
            self._next = asyncio.create_task(self._ask_after(self._running), name="posts' pictures")
        self._wanted.add(picture_id)
        return picture_id in await asyncio.shield(self._next)

    async def _ask_after(self, before: asyncio.Task[Collection[str]] | None) -> Collection[str]:
        if before is not None:
            await asyncio.wait([before])
        wanted, self._wanted = self._wanted, set()
        self._running, self._next = self._next, None
        rows = await self._database.ask(_ASK, [driver.as_json(sorted(wanted))])
        return frozenset(str(id) for (id,) in rows)
