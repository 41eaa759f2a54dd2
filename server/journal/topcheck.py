"""The one loop that makes delivery certain: ask SQL for the newest offset of every room at once, and read what is lacking.

It covers a lost message of the bus, a process that died between commit and publish, a silent re-subscribe, and a bus that is away.
"""

import asyncio
from collections.abc import Callable

import structlog

from server.db.engine import Database, is_away
from server.hub.hub import Hub
from server.hub.room import Room
from server.journal import metrics, repository
from server.journal.repository import Head

EARLY_WAIT_SECONDS = 0.02
"""How long a publication that came too early waits for its predecessor before SQL is asked."""

log = structlog.get_logger()


class TopCheck:
    """Compares rooms with SQL: every `seconds`, at once when asked, and faster while the bus is away."""

    def __init__(
        self, hub: Hub, database: Database, *, seconds: float, bus_alive: Callable[[], bool]
    ) -> None:
        self._hub = hub
        self._database = database
        self._seconds = seconds
        self._bus_alive = bus_alive
        self._asked = asyncio.Event()

    def ask_now(self) -> None:
        """Run a check at once: something may have been missed."""
        self._asked.set()

    async def run(self) -> None:
        """Repeat `run_once` until cancelled; an absent database is waited out."""
        failures = 0
        while True:
            pause = self._seconds if self._bus_alive() else self._seconds / 4
            try:
                async with asyncio.timeout(pause):
                    await self._asked.wait()
                await asyncio.sleep(EARLY_WAIT_SECONDS)
            except TimeoutError:
                pass
            self._asked.clear()
            try:
                await self.run_once()
                failures = 0
            except Exception as error:
                if not is_away(error):
                    failures += 1
                    log.error("topcheck.failed", error=type(error).__name__, exc_info=failures == 1)

    async def run_once(self) -> int:
        """Check every room once; return how many publications were found missing."""
        rooms = self._hub.rooms
        if not rooms:
            return 0
        heads = await repository.ask_heads(self._database, rooms)
        found = 0
        for head in heads:
            room = rooms.get(head.show_id)
            if room is not None and (room.epoch, room.top) != (head.epoch, head.top):
                found += await self._catch_up(room, head)
        return found

    async def _catch_up(self, room: Room, head: Head) -> int:
        if room.epoch != head.epoch:
            log.warning("room.new_epoch", show=room.show_id)
            room.restart(head.epoch, head.top)
            for connection in list(room.connections):
                connection.close(1012, "the journal was restored")
            return 0
        async with self._database.write_soon() as reading:
            lacking = await repository.read_tail(reading, room.show_id, room.top, head.top)
        metrics.TAIL_READS.inc()
        before = room.top
        self._hub.deliver(room.show_id, room.epoch, lacking)
        found = room.top - before
        if found:
            metrics.GAPS.inc()
        return found
