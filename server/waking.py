"""How those who leave work in a table tell the loop of the same process, so that it asks SQL rarely while nothing waits."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress


class Waking:
    """Wakes one loop. Other processes' loops are not told: they look by themselves."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        """Say that there is work, which is committed."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Wait until that is said, or was since the last time, but no longer than `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()

    async def do_all(self, seconds: float, do_one: Callable[[], Awaitable[bool]]) -> None:
        """Wait like that, and do what there is, until `do_one` says that nothing waits."""
        await self.wait(seconds)
        while await do_one():
            pass
