"""Keeping columns in the background: final shows get a generation, then a file, and files of former generations go."""

import asyncio

from server.clock import Clock
from server.db.engine import Database
from server.stats.columns import generation_repository as repository
from server.stats.columns.shelf import Shelf, Wanted

AT_ONCE_MAX = 20
"""Shows that get a file in one round."""


class ColumnKeeper:
    """Keeps a folder in order. What it leaves undone, or a killed process has left, is found again."""

    def __init__(self, database: Database, clock: Clock, shelf: Shelf) -> None:
        self._database = database
        self._clock = clock
        self._shelf = shelf

    async def run_once(self) -> int:
        """Give generations, write what files are lacking, remove old ones; return how many files were written."""
        async with self._database.read() as connection:
            without = await repository.find_without(connection, AT_ONCE_MAX)
        for show in without:
            await self._give(show)
        async with self._database.read() as connection:
            generations = await repository.read_all_generations(connection)
            lacking = [show for show, each in generations.items() if not self._shelf.has(show, each)]
            currencies = await repository.read_currencies(connection, lacking[:AT_ONCE_MAX])
        for show, currency in currencies.items():
            await self._keep(show, currency)
        await asyncio.to_thread(self._shelf.tidy, generations)
        return len(currencies)

    async def run_all(self) -> None:
        """Do everything that there is to do now."""
        while await self.run_once():
            pass

    async def _give(self, show: str) -> None:
        async with self._database.write() as connection:
            await repository.number_people(connection, show)
        async with self._database.write() as connection:
            await repository.give_generation(connection, show, self._clock.now())

    async def _keep(self, show: str, currency: str) -> None:
        async with self._database.write() as connection:
            await repository.number_people(
                connection, show
            )  # whoever came between numbering and the generation
        async with self._database.undone() as connection:
            await self._shelf.read(connection, Wanted([show], [], currency, self._clock.now()))
