"""The bus of one process: publications to and from the other processes, the live counters, and the ledger's stream.

It starts without Redis and outlives its death, its emptying and its return. While Redis is away `alive` is False, publications are not
carried (the top check does that), ticks answer None, and the recorder keeps its flushes.
"""

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from server.bus import metrics
from server.bus.buckets import SharedBuckets
from server.bus.connections import REDIS_AWAY, open_link
from server.bus.counters import Counters, RoomReport, RoomTotals, SeedReactions
from server.bus.kept import KeptLists
from server.bus.keys import Keys
from server.bus.listener import Listener
from server.bus.outbox import Outbox
from server.bus.stream import LedgerStreams
from server.protocol.publication import Publication

__all__ = ["Bus", "OnPublications", "RoomReport", "RoomTotals"]

OnPublications = Callable[[str, str, list[Publication]], None]
OnWord = Callable[[str, bytes], None]

log = structlog.get_logger()


class _Message(msgspec.Struct, array_like=True, frozen=True, gc=False):
    process_id: str
    show_id: str
    epoch: str
    publications: list[Publication]
    word: bytes = b""
    """What is no publication and is not kept; a process that does not know of it sees a message without publications."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Message)


def _ignore_publications(show_id: str, epoch: str, publications: list[Publication]) -> None:
    """What a process without rooms does with publications."""


def _ignore_word(show_id: str, word: bytes) -> None:
    """What a process without rooms does with words."""


def _ignore_gap() -> None:
    """What a process without rooms does about gaps."""


async def _seed_nothing(show_id: str) -> dict[str, int]:
    return {}


class Bus:
    """One process's way to the others. A process that only counts the ledger may leave the callbacks out and never `start` it.

    `on_publications(show_id, epoch, publications)` gets what other processes published, `on_word(show_id, word)` what they told;
    `on_gap_possible()` is called whenever something may have been missed; `seed_reactions(show_id)` reads a show's totals from SQL
    when Redis has none.
    """

    def __init__(
        self,
        url: str,
        *,
        prefix: str,
        process_id: str,
        on_publications: OnPublications = _ignore_publications,
        on_word: OnWord = _ignore_word,
        on_gap_possible: Callable[[], None] = _ignore_gap,
        seed_reactions: SeedReactions = _seed_nothing,
    ) -> None:
        self._process_id = process_id
        self._on_publications = on_publications
        self._on_word = on_word
        self._on_gap_possible = on_gap_possible
        self._link = open_link(url)
        self._keys = Keys(prefix)
        self._counters = Counters(self._link, self._keys, process_id, seed_reactions)
        echo_topic = self._keys.echo_topic(process_id)
        self._outbox = Outbox(self._link, echo_topic)
        self._listener = Listener(
            self._link,
            echo_topic,
            topics=[self._keys.everyone],
            on_message=self._receive,
            on_subscribed=self._outbox.echo_soon,
            on_gap_possible=on_gap_possible,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self.ledger = LedgerStreams(self._link, self._keys, process_id)
        self.buckets = SharedBuckets(self._link, self._keys)
        self.kept = KeptLists(self._link, self._keys)

    @property
    def alive(self) -> bool:
        """Whether this process hears itself through Redis."""
        return self._listener.alive

    async def start(self) -> None:
        """Begin to connect; returns at once, whether Redis is there or not."""
        self._tasks = [
            asyncio.create_task(self._listener.run(), name="bus listener"),
            asyncio.create_task(self._outbox.run(), name="bus outbox"),
        ]

    async def close(self) -> None:
        """End everything and disconnect; what has not been sent is dropped."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.buckets.close()
        await self._link.close()

    def publish(self, show_id: str, epoch: str, publications: list[Publication]) -> None:
        """Send publications to all other processes that have the show; never waits, and may lose them (the top check repairs)."""
        message = _Message(self._process_id, show_id, epoch, publications)
        self._outbox.put(self._keys.show_topic(show_id), _encoder.encode(message))

    def tell(self, show_id: str, word: bytes) -> None:
        """Send a word to all other processes that have the show; never waits, may be lost, and nothing repairs that."""
        message = _Message(self._process_id, show_id, "", [], word)
        self._outbox.put(self._keys.show_topic(show_id), _encoder.encode(message))

    def tell_everyone(self, word: bytes) -> None:
        """Send a word to all other processes, whichever shows they have; it comes to `on_word` without a show. May be lost like `tell`."""
        self._outbox.put(self._keys.everyone, _encoder.encode(_Message(self._process_id, "", "", [], word)))

    async def subscribe(self, show_id: str) -> None:
        """Receive a show's publications; `on_gap_possible` is called once that is confirmed."""
        await self._listener.add(self._keys.show_topic(show_id))

    async def unsubscribe(self, show_id: str) -> None:
        """Receive them no more."""
        await self._listener.remove(self._keys.show_topic(show_id))

    async def tick(self, reports: list[RoomReport]) -> list[RoomTotals] | None:
        """Tell what the rooms report and return each show's totals over all processes, in the same order; one pipeline for all.

        None: Redis is away, nothing was taken over, so the reactions are to be reported again with the next tick.
        """
        if not self.alive:
            metrics.TICKS.labels("away").inc()
            return None
        try:
            totals = await self._counters.tick(reports) if reports else []
        except REDIS_AWAY as error:
            metrics.TICKS.labels("failed").inc()
            log.debug("bus.tick_failed", error=type(error).__name__)
            return None
        metrics.TICKS.labels("answered").inc()
        return totals

    async def append_ledger(self, blob: bytes) -> bool:
        """Put a flush into the process's stream of the ledger; False when it is not known to have arrived."""
        return await self.ledger.append(blob)

    def _receive(self, topic: str, data: bytes) -> None:
        try:
            message = _decoder.decode(data)
        except msgspec.DecodeError:
            metrics.UNREADABLE.inc()
            log.warning("bus.unreadable", topic=topic)
            self._on_gap_possible()
            return
        if message.process_id == self._process_id:
            return
        metrics.RECEIVED.inc()
        if message.word:
            self._on_word(message.show_id, message.word)
        else:
            self._on_publications(message.show_id, message.epoch, message.publications)
