"""Forgetting what is old, a little at a time, so that nobody waits long for a row."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db.engine import Database

Forget = Callable[[AsyncConnection, int], Awaitable[int]]
"""Deletes at most so many old rows, and returns how many it has deleted."""


async def forget_all(database: Database, forget: Forget, at_once_max: int) -> int:
    """Have `forget` delete all that is old, each time in a transaction of its own; return how many rows that were."""
    forgotten = 0
    while True:
        async with database.write() as connection:
            gone = await forget(connection, at_once_max)
        forgotten += gone
        if gone < at_once_max:
            return forgotten


class ForgetsOld(ABC):
    """What forgets the rows of one kind that are older than `kept_for`, at most `at_once_max` in one transaction."""

    at_once_max: int

    def __init__(self, database: Database, clock: Clock, kept_for: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._kept_for = kept_for

    async def run_once(self) -> int:
        """Forget all that is old, in small transactions, and return how many rows that were."""
        return await forget_all(self._database, self._forget, self.at_once_max)

    @abstractmethod
    async def forget_before(self, connection: AsyncConnection, before: datetime, most: int) -> int:
        """Delete at most so many rows from before then, and return how many."""

    async def _forget(self, connection: AsyncConnection, most: int) -> int:
        return await self.forget_before(connection, self._clock.now() - self._kept_for, most)
