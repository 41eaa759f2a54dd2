"""Following what SQL says: every process holds a little of it in memory, and reads what is new."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from server.db.engine import is_away

READ_SECONDS = 0.5
"""A word that was lost is late by no more."""
READ_AGAIN_SECONDS = 0.05
"""Words that come meanwhile share one read."""

log = structlog.get_logger()


class Following:
    """Reads what is new, at once when asked and every half second all the same. `name` begins its line in the log."""

    def __init__(self, name: str, read: Callable[[], Awaitable[None]]) -> None:
        self._name = name
        self._read = read
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Have it read at once."""
        self._asked.set()

    async def run(self) -> None:
        """Read until cancelled; an absent database is waited out."""
        failures = 0
        while True:
            try:
                await self._read()
                failures = 0
            except Exception as error:
                failures += 1
                if not is_away(error):
                    log.error(f"{self._name}.failed", error=type(error).__name__, exc_info=failures == 1)
            await asyncio.sleep(READ_AGAIN_SECONDS)
            try:
                async with asyncio.timeout(READ_SECONDS):
                    await self._asked.wait()
            except TimeoutError:
                pass
            self._asked.clear()
