"""How messages end, written down: what ends while something is being written goes into one transaction with what ended meanwhile."""

import asyncio

from server.db.engine import Database
from server.mail.queue_repository import Ending, finish
from server.mail.suppression import suppress


class Endings:
    """Of one worker. What could not be written is kept, and written with what ends next."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._left: list[Ending] = []
        self._turn = asyncio.Lock()

    async def add(self, ending: Ending) -> None:
        """Write an ending, and return when it is committed."""
        self._left.append(ending)
        await self.write_left()

    async def write_left(self) -> None:
        """Write what is not written yet."""
        async with self._turn:
            if not self._left:
                return
            batch, self._left = self._left, []
            try:
                async with self._database.write() as connection:
                    await finish(connection, batch)
                for each in batch:
                    if each.gone:
                        await self._suppress(each)
            except BaseException:
                self._left = batch + self._left
                raise

    async def _suppress(self, ending: Ending) -> None:
        claimed = ending.claim
        async with self._database.write() as connection:
            await suppress(connection, claimed.channel_id, claimed.address_hash, "hard_bounce", ending.at)
