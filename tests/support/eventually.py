"""Waiting for what must become true, with a deadline instead of a guess."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def eventually(
    claim: Callable[[], object] | Callable[[], Awaitable[object]], *, within_seconds: float = 10.0
) -> None:
    """Return once `claim()` is true; fail when it still is not after `within_seconds`."""
    deadline = time.monotonic() + within_seconds
    while True:
        found = claim()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return
        assert time.monotonic() < deadline, f"not true within {within_seconds} s: {claim}"
        await asyncio.sleep(0.01)
