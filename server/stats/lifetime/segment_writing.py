"""Writing, once a show has settled, in which segment each of its viewers was when it began."""

import asyncio
from datetime import datetime
from typing import Final

from server.clock import Clock
from server.db.engine import Database
from server.ledger.repository import settled
from server.stats.columns.shelf import Shelf
from server.stats.lifetime import segment_repository as repository
from server.stats.lifetime.people_repository import read_scope
from server.stats.lifetime.record_repository import read_record
from server.stats.lifetime.then import lines_of
from server.zones import find_zone

SHOWS_AT_ONCE: Final = 20
"""So many shows are looked at in a round; each is written in a transaction of its own."""


class SegmentWriting:
    """Writes `rollup.segment` of settled shows. Of several processes one writes a show."""

    def __init__(self, database: Database, clock: Clock, shelf: Shelf | None = None) -> None:
        """`shelf` has the columns of shows whose rows no longer change; without one everything is read from SQL."""
        self._database = database
        self._clock = clock
        self._shelf = shelf or Shelf(None)

    async def run_once(self) -> int:
        """Write what is due, the earliest shows first, and return of how many shows that was."""
        async with self._database.read_soon() as connection:
            due = await repository.read_due(connection, SHOWS_AT_ONCE)
        written = 0
        for show in due:
            written += await self._write(show.id, show.channel_id, show.ended_at)
        return written

    async def _write(self, show_id: str, channel_id: str, ended_at: datetime) -> bool:
        places = await self._places(show_id, channel_id, ended_at)
        if places is None:
            return False
        async with self._database.write() as connection:
            if await repository.take_due(connection, show_id) != ended_at:
                return False
            await repository.write_segments(connection, show_id, places, self._clock.now())
            return True

    async def _places(self, show_id: str, channel_id: str, ended_at: datetime) -> list[bytes] | None:
        """Return what to write, None before the show has settled. It is counted in a moment of its own: who writes sees several."""
        async with self._database.read() as connection:
            if not await settled(connection, show_id, ended_at):
                return None
            scope = await read_scope(connection, channel_id, ended_at)
            record, _ = await read_record(connection, self._shelf, scope)
        return await asyncio.to_thread(lines_of, record, show_id, find_zone(scope.time_zone))
