"""One set of subscriptions: a reader per node that carries a topic. Any trouble ends all of it; the listener then makes a new one."""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Any

from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from server.bus.connections import ANSWER_SECONDS_MAX, Link

_MESSAGES = (b"message", b"smessage")


class Subscription:
    """Topics of this process. `failed` is done, with the reason, once it is of no more use."""

    def __init__(
        self, link: Link, on_message: Callable[[str, bytes], None], on_subscribed: Callable[[], None]
    ) -> None:
        self._link = link
        self._on_message = on_message
        self._on_subscribed = on_subscribed
        self._nodes: dict[str, PubSub] = {}
        self._readers: list[asyncio.Task[None]] = []
        self._removed: set[str] = set()
        self._changing = asyncio.Lock()
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def add(self, topic: str) -> None:
        """Subscribe to `topic`; `on_subscribed` is called when the server has confirmed it."""
        async with self._changing:
            self._removed.discard(topic)
            node = await self._link.node_of(topic)
            pubsub = self._nodes.get(node)
            if pubsub is not None:
                await self._subscribe(pubsub, topic)
                return
            pubsub = self._nodes[node] = await self._link.open_subscriber(topic)
            await self._subscribe(pubsub, topic)
            reader = asyncio.create_task(self._read(pubsub), name=f"bus reader {node}")
            reader.add_done_callback(self._end)
            self._readers.append(reader)

    async def remove(self, topic: str) -> None:
        """Unsubscribe from `topic`."""
        async with self._changing:
            pubsub = self._nodes.get(await self._link.node_of(topic))
            if pubsub is not None:
                self._removed.add(topic)
                async with asyncio.timeout(ANSWER_SECONDS_MAX):
                    await (pubsub.sunsubscribe(topic) if self._link.sharded else pubsub.unsubscribe(topic))

    def fail(self, error: BaseException) -> None:
        """Give it up: whoever waits for `failed` learns why."""
        if not self.failed.done():
            self.failed.set_exception(error)

    async def close(self) -> None:
        """End all readers and their connections."""
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        for pubsub in self._nodes.values():
            await pubsub.aclose()  # type: ignore[no-untyped-call]
        if self.failed.done():
            self.failed.exception()  # seen, whoever asks
        else:
            self.failed.cancel()

    async def _subscribe(self, pubsub: PubSub, topic: str) -> None:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await (pubsub.ssubscribe(topic) if self._link.sharded else pubsub.subscribe(topic))

    async def _read(self, pubsub: PubSub) -> None:
        """Hear what comes. Messages go past redis-py's client, which would connect anew by itself, and costs more than the rest."""
        connection: Any = pubsub.connection  # there is one: it has subscribed
        while True:
            told = await connection.read_response(timeout=inf, disconnect_on_error=False, push_request=True)
            if told[0] in _MESSAGES:
                self._on_message(told[1].decode(), told[2])
            else:
                self._take_change(await pubsub.handle_message(told))  # type: ignore[no-untyped-call]

    def _take_change(self, change: dict[str, Any]) -> None:
        topic = change["channel"].decode()
        if change["type"] in ("subscribe", "ssubscribe"):
            self._on_subscribed()
        elif topic in self._removed:
            self._removed.discard(topic)
        else:
            raise RedisError("the topic moved to another node")

    def _end(self, reader: asyncio.Task[None]) -> None:
        if not reader.cancelled():
            self.fail(reader.exception() or RedisError("the reader ended"))
