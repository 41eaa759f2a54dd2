"""The same bus on a cluster of six nodes with sharded topics, and under a sentinel; each loses a master."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.crc import key_slot

from server.bus.bus import Bus
from server.bus.connections import open_link
from server.bus.counters import RoomReport, RoomTotals
from server.running.engines import answers
from server.running.restore import forget, refuse_running
from server.running.trouble import Trouble
from server.settings import Settings
from tests.support.buses import HeardBus, both_alive, publication, two_buses
from tests.support.eventually import eventually
from tests.support.redis_shapes import Cluster, Sentinel, running_cluster, running_sentinel

pytestmark = pytest.mark.faults

SHOWS = [f"show-{i}" for i in range(12)]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with running_cluster(tmp_path) as cluster:
        yield cluster


@pytest.fixture
def sentinel(tmp_path: Path) -> Iterator[Sentinel]:
    with running_sentinel(tmp_path) as sentinel:
        yield sentinel


async def hears_all(one: HeardBus, two: HeardBus, offset: int, shows: list[str]) -> None:
    """Wait until a publication in each show arrives at `two`; it may have to be said more than once."""

    def said_and_heard() -> bool:
        heard = {show for show, _, publications in two.heard for p in publications if p.offset == offset}
        for show in set(shows) - heard:
            one.publish(show, "k1", [publication(offset)])
        return heard == set(shows)

    await eventually(said_and_heard, within_seconds=30)


async def ledger_takes(bus: Bus, blob: bytes) -> None:
    async def taken() -> bool:
        return await bus.append_ledger(blob)

    await eventually(taken, within_seconds=30)


async def test_a_cluster_carries_many_shows_and_outlives_a_master(cluster: Cluster) -> None:
    async with two_buses(cluster.url) as (one, two):
        await both_alive(one, two)
        for show in SHOWS:
            await two.subscribe(show)
        await hears_all(one, two, 1, SHOWS)
        slots = {key_slot(two._keys.show_topic(show).encode()) * 3 // 16384 for show in SHOWS}
        assert slots == {0, 1, 2}, "the shows live on all three masters"
        reports = [RoomReport(show, 1, {"heart": 1}) for show in SHOWS]
        await one.tick(reports)
        totals = await two.tick(reports)
        assert totals == [RoomTotals(show, 2, {"heart": 2}) for show in SHOWS]
        cluster.nodes[0].kill()
        await eventually(lambda: cluster.ask(3, "ROLE")[0] == "master", within_seconds=30)  # type: ignore[index]
        await hears_all(one, two, 2, SHOWS)
        await both_alive(one, two)
        await eventually(lambda: ticks(two), within_seconds=30)
        await ledger_takes(one, b"after")
        (stream,) = await one.ledger.find_filled()
        assert [entry.blob for entry in await stream.read("0-0", 10)] == [b"after"]


async def ticks(bus: HeardBus) -> bool:
    return await bus.tick([RoomReport(show, 1, {}) for show in SHOWS]) is not None


async def test_a_sentinels_new_master_takes_over(sentinel: Sentinel) -> None:
    async with two_buses(sentinel.url) as (one, two):
        await both_alive(one, two)
        await two.subscribe("show")
        await hears_all(one, two, 1, ["show"])
        assert await one.tick([RoomReport("show", 1, {"heart": 3})]) == [RoomTotals("show", 1, {"heart": 3})]
        sentinel.master.kill()
        await eventually(lambda: not one.alive and not two.alive)
        await eventually(lambda: one.alive and two.alive, within_seconds=30)
        await hears_all(one, two, 2, ["show"])
        await ledger_takes(one, b"after")


@pytest.mark.parametrize(
    "url", ["redis+sentinel://localhost:26379", "redis+cluster://localhost:seven", "http://localhost"]
)
def test_an_address_that_makes_no_sense_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        open_link(url)


@pytest.mark.parametrize("shape", ["cluster", "sentinel"])
async def test_commands_ask_every_shape_at_their_start_and_forget_after_a_restore(
    shape: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(shape).url
    settings = Settings(database_url="postgresql://nobody@nowhere/none", redis_url=url, redis_prefix="s")
    assert await answers(url)
    await refuse_running(settings)
    one, two = await _told(url)
    try:
        waiting = await one.ledger.look()
        assert (waiting.flushes, waiting.aside) == (1, 0)
        if shape == "sentinel":
            with pytest.raises(Trouble, match="server processes run"):
                await refuse_running(settings)
        await forget(settings, set(SHOWS))
        assert (await one.ledger.look()).flushes == 0
    finally:
        await one.close()
        await two.close()


async def _told(url: str) -> tuple[Bus, Bus]:
    """Two buses that hear each other, with a flush in the ledger's stream."""
    one, two = (Bus(url, prefix="s", process_id=name) for name in ("one", "two"))
    await one.start()
    await two.start()
    await eventually(lambda: one.alive and two.alive, within_seconds=30)
    await ledger_takes(one, b"x")
    return one, two
