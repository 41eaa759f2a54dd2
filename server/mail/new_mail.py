"""How those who queue mail tell the worker of the same process, so that it asks SQL rarely while nothing waits."""

import asyncio
from contextlib import suppress


class NewMail:
    """Tells one worker. Other processes' workers are not told: they look by themselves."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        """Say that mail was queued and committed."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Wait until that is said, or was since the last time, but no longer than `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()
