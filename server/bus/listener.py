"""Keeps this process subscribed through all that may happen to Redis, and knows by its own echo whether it can be heard.

redis-py subscribes again silently after a broken connection, and a connection may look healthy while nothing comes through. So every
confirmed subscription counts as a possible gap, and the process sends itself a message once a second: silence means away.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable

import structlog
from redis.exceptions import RedisError

from server.bus import metrics
from server.bus.connections import REDIS_AWAY, Link
from server.bus.subscription import Subscription

ECHO_SILENCE_SECONDS = 3.0
"""Without its own echo for so long, the process counts Redis as away and connects anew."""
BACKOFF_SECONDS = (0.05, 1.0)
STEADY_SECONDS = 5.0
"""A subscription that lasted so long was good: the next one is tried at once."""
_WATCH_SECONDS = 0.25

log = structlog.get_logger()


class Listener:
    """One process's ears. `alive` tells whether its echo is heard."""

    def __init__(
        self,
        link: Link,
        echo_topic: str,
        *,
        topics: Iterable[str] = (),
        on_message: Callable[[str, bytes], None],
        on_subscribed: Callable[[], None],
        on_gap_possible: Callable[[], None],
    ) -> None:
        self.alive = False
        self._link = link
        self._echo_topic = echo_topic
        self._on_message = on_message
        self._on_subscribed = on_subscribed
        self._on_gap_possible = on_gap_possible
        self._topics = set(topics)
        self._subscription: Subscription | None = None
        self._echo_at = 0.0

    async def add(self, topic: str) -> None:
        """Hear `topic` from now on; where Redis is away, from its return on."""
        self._topics.add(topic)
        if self._subscription is not None:
            await self._try(self._subscription, self._subscription.add(topic))

    async def remove(self, topic: str) -> None:
        """Hear it no more."""
        self._topics.discard(topic)
        if self._subscription is not None:
            await self._try(self._subscription, self._subscription.remove(topic))

    async def run(self) -> None:
        """Listen for ever: connect, hear, and when anything breaks, wait a little and begin anew."""
        pause = BACKOFF_SECONDS[0]
        while True:
            began = time.monotonic()
            try:
                await self._listen()
            except REDIS_AWAY as error:
                log.warning("bus.lost", error=type(error).__name__, reason=str(error)[:200])
            except Exception:
                log.exception("bus.listener_failed")
            self._lose()
            lasted = time.monotonic() - began
            pause = BACKOFF_SECONDS[0] if lasted > STEADY_SECONDS else min(pause * 2, BACKOFF_SECONDS[1])
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            await self._refresh()

    async def _refresh(self) -> None:
        try:
            await self._link.refresh()
        except REDIS_AWAY as error:
            log.debug("bus.refresh_failed", error=type(error).__name__)

    async def _listen(self) -> None:
        """Subscribe to everything and hear until it fails; never returns."""
        subscription = Subscription(self._link, self._hear, self._confirm)
        try:
            self._subscription = (
                subscription  # from here on `add` reaches it; a topic said twice does no harm
            )
            self._echo_at = time.monotonic()
            for topic in [self._echo_topic, *self._topics]:
                await subscription.add(topic)
            metrics.CONNECTED.inc()
            while True:
                await asyncio.wait([subscription.failed], timeout=_WATCH_SECONDS)
                if subscription.failed.done():
                    await subscription.failed
                if time.monotonic() - self._echo_at > ECHO_SILENCE_SECONDS:
                    raise RedisError("the echo did not come back")
        finally:
            self._subscription = None
            await subscription.close()

    def _hear(self, topic: str, data: bytes) -> None:
        if topic != self._echo_topic:
            self._on_message(topic, data)
            return
        self._echo_at = now = time.monotonic()
        metrics.ECHO_SECONDS.observe(max(0.0, now - float(data)))
        if not self.alive:
            self.alive = True
            metrics.ALIVE.set(1)
            log.info("bus.alive")
            self._on_gap_possible()

    def _confirm(self) -> None:
        self._on_subscribed()
        self._on_gap_possible()

    def _lose(self) -> None:
        if self.alive:
            self.alive = False
            metrics.ALIVE.set(0)
        self._on_gap_possible()

    async def _try(self, subscription: Subscription, change: Awaitable[None]) -> None:
        """Make a change to the subscription; if that fails the whole of it is made anew, with the change in it."""
        try:
            await change
        except REDIS_AWAY as error:
            subscription.fail(error)
