"""Keeping the wide rows right in the background: what is due is derived, what is from before is derived once, what has ended is made final.

Each step is a transaction of its own and does one show; what a killed worker left undone is found again.
"""

from collections.abc import Coroutine
from typing import Any

from server.clock import Clock
from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.ledger.intake import find_behind
from server.ledger.repository import settled
from server.ledger.rows_repository import cut_rows, find_due, find_ended, find_not_kept, find_old_writers
from server.stats.curve_repository import keep_curve
from server.stats.repository import read_show
from server.workers.loop import repeat

SECONDS = 1.0
ENDED_AT_ONCE = 20
OLD_WRITERS_EVERY = 10
"""In so many rounds rows that a server of the version before wrote are looked for once; in the first one in all shows."""


class RollupKeeper:
    """Does what there is to do for the rows of `rollup`, a step at a time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._rounds = 0

    async def run_once(self) -> bool:
        """Do the next step of each sort, and return whether there was any."""
        if self._rounds % OLD_WRITERS_EVERY == 0:
            async with self._database.write() as connection:
                await find_old_writers(connection, everywhere=self._rounds == 0)
            async with self._database.write() as connection:
                await find_behind(connection)
        self._rounds += 1
        did = [await self._derive_due(), await self._derive_one(), await self._finish_one()]
        return any(did)

    async def run_all(self) -> None:
        """Do everything that there is to do now."""
        self._rounds = 0
        while await self.run_once():
            pass

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
            ended = [
                show_id
                for show_id, ended_at in await find_ended(connection, ENDED_AT_ONCE)
                if await settled(connection, show_id, ended_at)
            ]
        if not ended:
            return False
        async with self._database.write() as connection:
            await cut_rows(connection, ended[0])
            show = await read_show(connection, ended[0], self._clock.now())
            assert show is not None, "it was found a moment ago, and shows with facts stay"
            await keep_curve(connection, show)
        return True


def keep_rollups(database: Database, clock: Clock) -> Coroutine[Any, Any, None]:
    """Return the loop that does it."""
    return repeat("rollups", SECONDS, RollupKeeper(database, clock).run_once)
