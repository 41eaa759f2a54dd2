"""The bus without Redis, with a Redis that dies, hangs, is emptied, or cuts its connections."""

import os
import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis.asyncio

from server.bus.counters import RoomReport, RoomTotals
from server.embedded import ValkeyProcess, start_valkey
from tests.support.buses import HeardBus, both_alive, publication
from tests.support.eventually import eventually

pytestmark = pytest.mark.faults


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[ValkeyProcess]:
    """A Valkey that this test may take away."""
    process = start_valkey(tmp_path / "valkey")
    yield process
    process.stop()


@pytest.fixture
async def pair(own_valkey: ValkeyProcess) -> AsyncIterator[tuple[HeardBus, HeardBus]]:
    """Two processes' buses that hear the show `show`."""
    prefix = f"t{secrets.token_hex(4)}"
    one, two = (HeardBus(own_valkey.url, prefix, id) for id in ("one", "two"))
    for bus in (one, two):
        await bus.start()
        await bus.subscribe("show")
    await both_alive(one, two)
    yield one, two
    await one.close()
    await two.close()


async def carries(one: HeardBus, two: HeardBus, offset: int) -> None:
    """Wait until a publication of `one` arrives at `two`; it may have to be said more than once."""

    def said_and_heard() -> bool:
        one.publish("show", "k1", [publication(offset)])
        return offset in two.offsets

    await eventually(said_and_heard)


async def test_a_process_starts_without_redis_and_finds_it_later(tmp_path: Path) -> None:
    valkey = ValkeyProcess(tmp_path / "valkey")
    one, two = (HeardBus(valkey.url, "t", id) for id in ("one", "two"))
    try:
        for bus in (one, two):
            await bus.start()
            await bus.subscribe("show")
        one.publish("show", "k1", [publication(1)])
        assert not one.alive
        assert await one.tick([RoomReport("show", 1, {"heart": 1})]) is None
        assert not await one.append_ledger(b"x")
        valkey.start()
        await both_alive(one, two)
        await carries(one, two, 2)
        assert await one.tick([RoomReport("show", 1, {"heart": 1})]) == [RoomTotals("show", 1, {"heart": 1})]
        assert await one.append_ledger(b"x")
    finally:
        await one.close()
        await two.close()
        valkey.stop()


async def written_to_disk(valkey: ValkeyProcess) -> None:
    """Wait for what Valkey puts off to its next second."""
    async with redis.asyncio.from_url(valkey.url) as client:
        await client.waitaof(1, 0, 5_000)


async def test_redis_dies_and_comes_back(own_valkey: ValkeyProcess, pair: tuple[HeardBus, HeardBus]) -> None:
    one, two = pair
    await one.tick([RoomReport("show", 1, {"heart": 5})])
    await written_to_disk(own_valkey)
    own_valkey.kill()
    await eventually(lambda: not one.alive and not two.alive)
    assert await one.tick([RoomReport("show", 1, {"heart": 1})]) is None
    gaps = two.gaps
    own_valkey.start()
    await both_alive(one, two)
    assert two.gaps > gaps
    await carries(one, two, 7)
    totals = await one.tick([RoomReport("show", 1, {"heart": 1})])
    assert totals == [RoomTotals("show", 1, {"heart": 6})]


async def test_a_hanging_redis_is_noticed_by_the_missing_echo(
    own_valkey: ValkeyProcess, pair: tuple[HeardBus, HeardBus]
) -> None:
    one, two = pair
    assert own_valkey.pid is not None
    os.kill(own_valkey.pid, signal.SIGSTOP)
    try:
        await eventually(lambda: not one.alive and not two.alive, within_seconds=8)
    finally:
        os.kill(own_valkey.pid, signal.SIGCONT)
    await both_alive(one, two)
    await carries(one, two, 1)


async def test_cut_connections_are_possible_gaps_and_mend_themselves(pair: tuple[HeardBus, HeardBus]) -> None:
    one, two = pair
    for round in range(1, 4):
        gaps = two.gaps
        await one._link.run("CLIENT", "KILL", "TYPE", "pubsub")
        await eventually(lambda gaps=gaps: two.gaps >= gaps + 2)
        await both_alive(one, two)
        await carries(one, two, round)


async def test_an_emptied_redis_takes_no_reactions_back(pair: tuple[HeardBus, HeardBus]) -> None:
    one, two = pair
    one.totals_in_sql["show"] = two.totals_in_sql["show"] = {"heart": 3}
    await one.tick([RoomReport("show", 4, {"heart": 10})])
    await two.tick([RoomReport("show", 6, {"heart": 20, "wow": 1})])
    await one._link.run("FLUSHALL")
    await two.tick([RoomReport("show", 6, {"heart": 1})])
    assert await one.tick([RoomReport("show", 4, {"heart": 2})]) == [
        RoomTotals("show", 10, {"heart": 3 + 10 + 20 + 1 + 2, "wow": 1})
    ]
    await carries(one, two, 1)


async def test_a_sender_is_never_kept_waiting_and_its_queue_is_bounded(
    own_valkey: ValkeyProcess, pair: tuple[HeardBus, HeardBus]
) -> None:
    one, two = pair
    own_valkey.stop()
    for offset in range(30_000):
        one.publish("show", "k1", [publication(offset)])
    assert len(one._outbox._messages) <= 10_000
    own_valkey.start()
    await both_alive(one, two)
    await carries(one, two, 99_999)
