"""Buses on a real Valkey, with what came out of them."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.bus.bus import Bus
from server.protocol.publication import Publication
from tests.support.eventually import eventually


class HeardBus(Bus):
    """A bus that keeps what it hears: `heard`, and how often a gap was possible: `gaps`. It seeds from `totals_in_sql`."""

    def __init__(self, url: str, prefix: str, process_id: str) -> None:
        self.heard: list[tuple[str, str, list[Publication]]] = []
        self.gaps = 0
        self.totals_in_sql: dict[str, dict[str, int]] = {}
        self.seeds_read = 0
        super().__init__(
            url,
            prefix=prefix,
            process_id=process_id,
            on_publications=lambda *message: self.heard.append(message),
            on_gap_possible=self._count_gap,
            seed_reactions=self._seed,
        )

    @property
    def offsets(self) -> list[int]:
        """The offsets heard, in order of arrival."""
        return [p.offset for _, _, publications in self.heard for p in publications]

    def _count_gap(self) -> None:
        self.gaps += 1

    async def _seed(self, show_id: str) -> dict[str, int]:
        self.seeds_read += 1
        return self.totals_in_sql.get(show_id, {})


@asynccontextmanager
async def two_buses(url: str) -> AsyncIterator[tuple[HeardBus, HeardBus]]:
    """Two started processes' buses that hear each other."""
    prefix = f"t{secrets.token_hex(4)}"
    one, two = HeardBus(url, prefix, "one"), HeardBus(url, prefix, "two")
    await one.start()
    await two.start()
    try:
        yield one, two
    finally:
        await one.close()
        await two.close()


async def both_alive(*buses: Bus) -> None:
    """Wait until all of them hear themselves."""
    await eventually(lambda: all(bus.alive for bus in buses))


def publication(offset: int) -> Publication:
    """Some publication."""
    return Publication(offset, "announce", b'{"type":"announce","offset":%d}' % offset)
