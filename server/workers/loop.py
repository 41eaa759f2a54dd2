"""The way in which every loop of the product repeats its unit of work."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import Counter

BACKOFF_SECONDS_MAX = 10.0
BACKOFF_SECONDS = 0.25
"""The first pause of a loop that has none of its own."""

FAILURES = Counter("showfloor_loop_failures", "Units of work that failed in a loop", ["loop"])
log = structlog.get_logger()


async def repeat(name: str, seconds: float, run_once: Callable[[], Awaitable[object]]) -> None:
    """Run `run_once` every `seconds` until cancelled; 0: one that waits by itself for what is to be done.

    A failure is logged and counted, and the pause grows up to 10 s.
    """
    loop = asyncio.get_running_loop()
    failures = 0
    due = loop.time()
    while True:
        due = (
            max(due + seconds, loop.time())
            if not failures
            else loop.time() + min(BACKOFF_SECONDS_MAX, (seconds or BACKOFF_SECONDS) * 2**failures)
        )
        await asyncio.sleep(due - loop.time())
        try:
            await run_once()
            failures = 0
        except Exception as error:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise  # a library turned our cancellation into an error of its own
            failures = min(failures + 1, 20)
            FAILURES.labels(name).inc()
            # The traceback once: what goes on failing says the same again and again.
            log.error(
                "loop.failed",
                loop=name,
                failures=failures,
                error=type(error).__name__,
                exc_info=failures == 1,
            )
