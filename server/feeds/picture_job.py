"""Pictures that imports name, fetched in a process of its own: `python -m server.feeds.picture_job`, told by JSON on standard input.

Two at once, and no more than a few a second: a feed of ten thousand products is no attack on its shop. What came of some addresses and the
products that show them is one transaction; who is killed before it has done nothing, and another asks the same addresses once more.
For each transaction a line of JSON says which products viewers see otherwise now.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec

from server.addresses import Networks
from server.catalogue.replacing import replace_pictures
from server.clock import Clock, SystemClock
from server.db.engine import Database
from server.http.outbound import Outbound, OutboundRules
from server.pictures.fetching import Fetching
from server.pictures.rules import Bounds, address_of
from server.pictures.service import Pictures
from server.pictures.sources import Taken, settle, take_due
from server.pictures.store import PictureFiles, open_store
from server.pictures.unfetched import Unfetched
from server.telemetry import set_up_logging

NICENESS = 5
AT_ONCE = 2
IN_ONE_TRANSACTION = 10
PAUSE_SECONDS = 0.1
"""Between two pictures that one of those at once fetches."""


class PictureTask(msgspec.Struct):
    """Where everything is, where this server may go, and how large a picture may be."""

    database_url: str
    pictures_url: str | None
    data: str
    networks: list[str]
    http: bool
    bytes_max: int
    pixels_max: int


class Shown(msgspec.Struct):
    """Products of a channel that are shown with other pictures now."""

    channel: str
    products: list[str]


class PictureJob:
    """Fetches what is due. `fetching` goes out, `clock` says what is due."""

    def __init__(self, database: Database, clock: Clock, fetching: Fetching) -> None:
        self._database = database
        self._clock = clock
        self._fetching = fetching
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def run_once(self) -> Shown | None:
        """Fetch some pictures of one channel, and return which products show them; None when nothing is due."""
        async with self._database.write() as connection:
            taken = await take_due(connection, self._clock.now(), IN_ONE_TRANSACTION)
        if not taken:
            return None
        came = await asyncio.gather(*map(self._fetch, taken))
        return await self._settle(taken, came, self._clock.now())

    async def _fetch(self, taken: Taken) -> str | Unfetched:
        async with self._turns:
            came = await self._fetching.fetch(taken.channel_id, taken.address)
            await asyncio.sleep(PAUSE_SECONDS)
        return came

    async def _settle(self, taken: Sequence[Taken], came: Sequence[str | Unfetched], now: datetime) -> Shown:
        channel_id = taken[0].channel_id
        both = list(zip(taken, came, strict=True))
        places = {one.address: address_of(id) for one, id in both if not isinstance(id, Unfetched)}
        async with self._database.write() as connection:
            products = await replace_pictures(connection, channel_id, places, now) if places else []
            for one, id in sorted(both, key=lambda each: each[0].address):
                await settle(connection, one, id, now)
        return Shown(channel_id, products)


async def main() -> None:
    """Do what standard input says, until nothing is due."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=PictureTask)
    clock, database = SystemClock(), Database(task.database_url, pool_size=AT_ONCE + 1)
    outbound = Outbound(OutboundRules(Networks(task.networks), http=task.http))
    files = PictureFiles(partial(open_store, task.pictures_url, Path(task.data)), kept_bytes_max=0)
    pictures = Pictures(database, clock, files, Bounds(task.bytes_max, task.pixels_max), at_once=AT_ONCE)
    job = PictureJob(database, clock, Fetching(outbound.client, pictures))
    try:
        while (shown := await job.run_once()) is not None:
            sys.stdout.buffer.write(msgspec.json.encode(shown) + b"\n")
            sys.stdout.flush()
    finally:
        await outbound.close()
        await database.close()


if __name__ == "__main__":
    os.nice(NICENESS)
    set_up_logging()
    asyncio.run(main())
