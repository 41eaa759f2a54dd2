"""Waiting for what must become true, with a deadline instead of a guess."""

import asyncio
import time
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 30.0
"""What a busy machine may take for what is done at once on an idle one; a test that passes waits no longer for it."""


async def eventually(
    claim: Callable[[], object] | Callable[[], Awaitable[object]], *, within_seconds: float = PATIENCE_SECONDS
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
