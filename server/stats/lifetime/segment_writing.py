"""Writing, once a show has settled, in which segment each of its viewers was when it began."""

from typing import Final

from server.clock import Clock
from server.db.engine import Database
from server.ledger.repository import settled
from server.stats.lifetime import segment_repository as repository
from server.stats.lifetime.people_repository import read_scope

SHOWS_AT_ONCE: Final = 20
"""So many shows are looked at in a round; each is written in a transaction of its own."""


class SegmentWriting:
    """Writes `rollup.segment` of settled shows. Of several processes one writes a show."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_once(self) -> int:
        """Write what is due, the earliest shows first, and return of how many shows that was."""
        async with self._database.read_soon() as connection:
            due = await repository.read_due(connection, SHOWS_AT_ONCE)
        written = 0
        for show in due:
            written += await self._write(show.id, show.channel_id)
        return written

    async def _write(self, show_id: str, channel_id: str) -> bool:
        async with self._database.write() as connection:
            ended_at = await repository.take_due(connection, show_id)
            if ended_at is None or not await settled(connection, show_id, ended_at):
                return False
            scope = await read_scope(connection, channel_id, ended_at)
            await repository.write_segments(connection, scope, show_id, self._clock.now())
            return True
