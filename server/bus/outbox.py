"""Messages on their way to Redis: a bounded queue that never makes a sender wait, emptied by one task in pipelines."""

import asyncio
import time
from collections import deque

import structlog

from server.bus import metrics
from server.bus.connections import REDIS_AWAY, Link

MESSAGES_MAX = 10_000
"""Above that a new message is left out: Redis is away or far behind, and the top check carries the journal then."""
BATCH_MESSAGES_MAX = 500
ECHO_SECONDS = 1.0

log = structlog.get_logger()


class Outbox:
    """Publishes what it is given, and this process's echo once a second. What Redis does not take is dropped, not kept."""

    def __init__(self, link: Link, echo_topic: str) -> None:
        self._link = link
        self._word = "SPUBLISH" if link.sharded else "PUBLISH"
        self._echo_topic = echo_topic
        self._messages: deque[tuple[str, bytes]] = deque()
        self._wanted = asyncio.Event()
        self._echo_due_at = 0.0

    def put(self, topic: str, data: bytes) -> None:
        """Send `data` to `topic` as soon as possible."""
        if len(self._messages) >= MESSAGES_MAX:
            metrics.DROPPED.labels("full").inc()
            return
        self._messages.append((topic, data))
        self._wanted.set()

    def echo_soon(self) -> None:
        """Send the echo at once, whenever the last one was."""
        self._echo_due_at = 0.0
        self._wanted.set()

    async def run(self) -> None:
        """Send for ever."""
        while True:
            try:
                async with asyncio.timeout(max(0.0, self._echo_due_at - time.monotonic())):
                    await self._wanted.wait()
            except TimeoutError:
                pass
            self._wanted.clear()
            await self._send()

    async def _send(self) -> None:
        while self._messages or time.monotonic() >= self._echo_due_at:
            batch = [self._messages.popleft() for _ in range(min(len(self._messages), BATCH_MESSAGES_MAX))]
            if (now := time.monotonic()) >= self._echo_due_at:
                self._echo_due_at = now + ECHO_SECONDS
                batch.append((self._echo_topic, str(now).encode()))
            try:
                answers = await self._link.run_many([(self._word, topic, data) for topic, data in batch])
            except REDIS_AWAY as error:
                self._drop(len(batch), error)
                return
            refused = [answer for answer in answers if isinstance(answer, Exception)]
            metrics.PUBLISHED.inc(len(batch) - len(refused))
            if refused:
                metrics.DROPPED.labels("refused").inc(len(refused))

    def _drop(self, sent: int, error: BaseException) -> None:
        """Forget everything: when Redis is back the top check has long done what these messages would have."""
        metrics.DROPPED.labels("away").inc(sent + len(self._messages))
        log.debug("bus.dropped", messages=sent + len(self._messages), error=type(error).__name__)
        self._messages.clear()
