"""How far a run is, written beside its transaction: whoever asks sees it before there is anything else to be seen."""

from collections.abc import Awaitable, Callable
from time import monotonic

from server.db.engine import Database
from server.feeds import repository

WRITTEN_SECONDS = 0.3

Pause = Callable[[int], Awaitable[None]]
"""Takes how many are done."""


class Progress:
    """Of one run: in per cent, at most a few times a second."""

    def __init__(self, database: Database, import_id: str) -> None:
        self._database = database
        self._import_id = import_id
        self._written = 0.0

    def part(self, begin: int, end: int, count: int) -> Pause:
        """Return what notes that so many of `count` are done, when all of them take the run from `begin` to `end` per cent."""

        async def note(done: int) -> None:
            await self.note(begin + (end - begin) * min(done, count) // max(count, 1))

        return note

    async def note(self, percent: int) -> None:
        """Note how far the run is, unless that was noted a moment ago."""
        if monotonic() - self._written < WRITTEN_SECONDS:
            return
        async with self._database.write() as connection:
            await repository.set_import(connection, self._import_id, percent=percent)
        self._written = monotonic()
