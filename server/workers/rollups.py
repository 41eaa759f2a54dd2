"""Keeping the wide rows right in the background: what is due is derived, what is from before is derived once, what has ended is made
final, its report too.

Each step is a transaction of its own and does one show; what a killed worker left undone is found again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from server.clock import Clock
from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.ledger.intake import find_behind
from server.ledger.repository import settled
from server.ledger.rows_repository import (
    find_due,
    find_ended,
    find_not_kept,
    find_old_writers,
    find_rows_behind,
)
from server.stats.definitions import DEFINITION_VERSION
from server.stats.final_repository import find_unmade
from server.workers.finishing import Finisher
from server.workers.loop import repeat

SECONDS = 1.0
ENDED_AT_ONCE = 20
OLD_WRITERS_EVERY = 10
"""In so many rounds rows that a server of the version before wrote are looked for once; in the first one in all shows."""


RESTS = 9
"""What is final is made for a tenth of the time at most: after each making it rests for so many times as long."""
TRIED_AGAIN_EVERY = 30
"""In so many rounds what could not be kept, since something changed while it was made, is tried again."""


class RollupKeeper:
    """Does what there is to do for the rows of `rollup`, a step at a time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._finisher = Finisher(database, clock)
        self._rounds = 0
        self._rests_until = 0.0
        self._put_off: set[str] = set()

    async def run_once(self) -> bool:
        """Do the next step of each sort, and return whether there was any."""
        if self._rounds % OLD_WRITERS_EVERY == 0:
            async with self._database.write() as connection:
                await find_old_writers(connection, everywhere=self._rounds == 0)
            async with self._database.write() as connection:
                await find_behind(connection)
        self._rounds += 1
        did = [await self._derive_due(), await self._derive_one()]
        if asyncio.get_running_loop().time() >= self._rests_until:
            if self._rounds % TRIED_AGAIN_EVERY == 0:
                self._put_off.clear()
            did += [await self._finish_one(), await self._report_one()]
        return any(did)

    async def run_all(self) -> None:
        """Do everything that there is to do now."""
        self._rounds = 0
        self._put_off.clear()
        while await self.run_once():
            self._rests_until = 0.0

    async def _derive_due(self) -> bool:
        async with self._database.read() as connection:
            due = await find_due(connection)
        if due is not None:
            async with self._database.write() as connection:
                await derive_rows(connection, *due)
        return due is not None

    async def _derive_one(self) -> bool:
        async with self._database.read() as connection:
            show_id = await find_not_kept(connection)
        if show_id is not None:
            async with self._database.write() as connection:
                await derive_rows(connection, show_id)
        return show_id is not None

    async def _finish_one(self) -> bool:
        async with self._database.read() as connection:
            found = await find_ended(connection, ENDED_AT_ONCE, DEFINITION_VERSION, self._put_off)
            behind = await find_rows_behind(connection, [show_id for show_id, _ in found])
            ended = [
                show_id
                for show_id, ended_at in found
                if show_id not in behind and await settled(connection, show_id, ended_at)
            ]
        return bool(ended) and await self._try(ended[0], self._finisher.finish)

    async def _report_one(self) -> bool:
        async with self._database.read() as connection:
            show_id = await find_unmade(connection, self._clock.now(), self._put_off)
            behind = await find_rows_behind(connection, [show_id]) if show_id else set()
        if show_id is None or behind:
            self._put_off |= behind
            return False
        return await self._try(show_id, self._finisher.report)

    async def _try(self, show_id: str, make: Callable[[str], Awaitable[bool]]) -> bool:
        """Make something of a show; where that fails, or something changes meanwhile, others come first."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._put_off.add(show_id)
        made = await make(show_id)
        self._rests_until = loop.time() + RESTS * (loop.time() - began)
        if made:
            self._put_off.discard(show_id)
        return made


def keep_rollups(database: Database, clock: Clock) -> Coroutine[Any, Any, None]:
    """Return the loop that does it."""
    return repeat("rollups", SECONDS, RollupKeeper(database, clock).run_once)
