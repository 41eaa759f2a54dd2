"""Several workers side by side: each stream has one at a time, a viewer of two streams is counted whole, and a killed one is taken over."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from server.bus.bus import Bus
from server.clock import ManualClock
from server.db.engine import Database
from server.doctor.finding import State
from server.doctor.ledger import examine_ledger
from server.ledger.derive_repository import derive_rows
from server.ledger.flush import decode_flush
from server.ledger.holding_repository import hold_shows
from server.ledger.recorder import Recorder
from server.ledger.rollup_repository import verify_rollups
from server.ledger.writer import apply_batch, gather
from server.workers.ledger import LedgerWorker
from tests.support.eventually import eventually
from tests.support.worker_process import worker_process

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROCESSES = ("one", "two", "three")
"""Three names that come to three streams."""


class Servers:
    """What servers record, each into its own stream, and how much of it was taken."""

    def __init__(self, database: Database, buses: dict[str, Bus]) -> None:
        self.database = database
        self.buses = buses
        self.clock = ManualClock(NOON)
        self.recorders = {
            id: Recorder(bus.append_ledger, process_id=id, clock=self.clock) for id, bus in buses.items()
        }
        self.taken = 0

    def worker(self) -> LedgerWorker:
        return LedgerWorker(self.database, self.buses["one"])

    async def tap(self, process: str, viewer: str = "anna", show: str = "show") -> None:
        """Somebody comes, watches for a while and taps, and that is flushed."""
        recorder = self.recorders[process]
        self.clock.at += timedelta(seconds=1)
        recorder.attend(show, viewer, f"c-{process}", guest=True, remembered=False, source=process)
        recorder.start_playing(show, viewer, f"c-{process}-{viewer}", self.clock.at)
        recorder.count(show, viewer, f"c-{process}", "reaction", "heart", 3)
        self.clock.at += timedelta(seconds=4)
        recorder.stop_playing(show, viewer, f"c-{process}-{viewer}", self.clock.at)
        await recorder.flush()
        self.taken += 3

    async def number(self, sql: str) -> int:
        async with self.database.read() as connection:
            return int(await connection.scalar(text(sql)) or 0)

    async def counted(self) -> int:
        return await self.number("SELECT sum(reactions) FROM rollup")

    async def assert_counted_once(self) -> None:
        assert await self.counted() == await self.number("SELECT sum(n) FROM ledger_entry") == self.taken
        async with self.database.read() as connection:
            assert await verify_rollups(connection) == []

    async def somebody_waits(self, times: int = 1) -> bool:
        return (
            await self.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") >= times
        )


@pytest.fixture
async def servers(database_url: str, redis_url: str) -> AsyncIterator[Servers]:
    database = Database(database_url, pool_size=6)
    buses = {id: Bus(redis_url, prefix="t", process_id=id) for id in PROCESSES}
    yield Servers(database, buses)
    for bus in buses.values():
        await bus.close()
    await database.close()


async def test_a_worker_leaves_streams_alone_at_which_another_one_works(servers: Servers) -> None:
    worker = servers.worker()
    await worker.run_once()
    await servers.tap("one")
    await servers.tap("two", "bob")
    held = servers.buses["one"].ledger._own
    async with servers.database.write() as connection:
        await connection.execute(text("SELECT FROM ledger_cursor WHERE stream = :s FOR UPDATE"), {"s": held})
        assert await worker.run_once() == 1
        assert await worker.run_once() is None, "what waits is another one's"
        assert await servers.counted() == 3
    assert await worker.run_once() == 1
    await servers.assert_counted_once()


async def test_workers_at_once_count_one_viewer_of_several_servers_whole(servers: Servers) -> None:
    workers = [asyncio.create_task(servers.worker().run()) for _ in range(3)]
    try:
        for n in range(30):
            await asyncio.gather(*(servers.tap(id, f"v{n % 3}", f"show-{n % 2}") for id in PROCESSES))
        await eventually(lambda: _are(servers.counted(), servers.taken))
    finally:
        for task in workers:
            task.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    await servers.assert_counted_once()


async def _are(found: Awaitable[int], expected: int) -> bool:
    return await found == expected


async def test_whoever_derives_a_show_keeps_workers_off_it_and_off_no_other(servers: Servers) -> None:
    worker = servers.worker()
    await worker.run_once()
    await servers.tap("one")
    await servers.tap("two", "bob", "another show")
    async with servers.database.write() as connection:
        await hold_shows(connection, ["show"])
        assert await worker.run_once() == 1
        assert await worker.run_once() is None
        assert await servers.number("SELECT count(*) FROM rollup WHERE show_id = 'show'") == 0
    assert await worker.run_once() == 1
    await servers.assert_counted_once()


@pytest.mark.parametrize(
    "of_a_worker",
    [
        "SELECT pg_try_advisory_xact_lock_shared(hashtextextended('rows of show', 0))",
        "SELECT FROM ledger_cursor WHERE stream = 't:ledger' FOR UPDATE SKIP LOCKED",
    ],
)
async def test_whoever_derives_a_show_waits_for_its_workers_those_of_the_version_before_too(
    servers: Servers, of_a_worker: str
) -> None:
    await servers.tap("one")
    await servers.worker().run_once()

    async def derive() -> None:
        async with servers.database.write() as connection:
            await derive_rows(connection, "show")

    async with servers.database.write() as connection:
        await connection.execute(text(of_a_worker))
        deriving = asyncio.create_task(derive())
        await eventually(servers.somebody_waits)
        assert not deriving.done()
    await deriving
    await servers.assert_counted_once()


async def test_a_worker_that_is_killed_in_a_batch_is_taken_over_and_keeps_nobody_up(
    servers: Servers, database_url: str, redis_url: str
) -> None:
    await servers.tap("one")
    while await servers.worker().run_once():
        pass
    await servers.tap("one")
    with ExitStack() as stack:
        async with servers.database.write() as connection:
            await connection.execute(text("SELECT FROM rollup WHERE viewer_id = 'anna' FOR UPDATE"))
            doomed = stack.enter_context(worker_process(database_url, redis_url))
            await eventually(servers.somebody_waits)
            for id in PROCESSES[1:]:
                await servers.tap(id, "bob")
            stack.enter_context(worker_process(database_url, redis_url))
            await eventually(lambda: _are(servers.counted(), servers.taken - 3))
            doomed.kill()
            doomed.join()
        await eventually(lambda: _are(servers.counted(), servers.taken))
    await servers.assert_counted_once()


async def test_a_row_that_two_workers_make_at_once_has_what_both_know(servers: Servers) -> None:
    """A guest and whom they turned out to be, of whom nothing was known, by two servers: one row, which only the first worker can see."""
    worker = servers.worker()
    await servers.tap("three", "carol")
    while await worker.run_once():
        pass
    async with servers.database.write() as connection:
        await connection.execute(
            text("INSERT INTO viewer_alias VALUES ('va', 'show', 'a guest', 'anna', now(), NULL)")
        )
    await servers.tap("one")
    entries = [
        entry
        for stream in await servers.buses["one"].ledger.find_filled()
        for entry in await stream.read("0-0", 9)
    ]
    await servers.buses["one"]._link.run("FLUSHALL")
    async with servers.database.write() as connection:
        first = await gather(connection, [decode_flush(entry.blob) for entry in entries])
        await apply_batch(connection, first)
        await servers.tap("two", "a guest")
        second = asyncio.create_task(worker.run_once())
        await eventually(servers.somebody_waits)
    await second
    await servers.assert_counted_once()
    assert await servers.number("SELECT watched_us FROM rollup WHERE viewer_id = 'anna'") == 8_000_000


async def test_rows_of_a_process_that_an_old_worker_counted_meanwhile_are_derived_anew(
    servers: Servers,
) -> None:
    await servers.tap("one")
    worker = servers.worker()
    while await worker.run_once():
        pass
    kept = "SELECT count(*) FROM rollup_show WHERE kept"
    assert await servers.number(kept) == 1
    async with servers.database.write() as connection:
        await connection.execute(
            text("UPDATE ledger_process SET last_flush = 2, kept_flush = 1 WHERE process_id = 'one'")
        )
    servers.recorders["one"]._number = 2
    await servers.tap("one")
    while await worker.run_once():
        pass
    assert await servers.number(kept) == 0


async def test_the_doctor_says_what_waits_for_long(servers: Servers, redis_url: str) -> None:
    async def found() -> list[State]:
        return await asyncio.to_thread(lambda: [each.state for each in examine_ledger(redis_url, "t")])

    await servers.tap("one")
    assert await found() == [State.FINE]
    key = servers.buses["two"].ledger._own
    await servers.buses["two"]._link.run("XADD", key, "1-1", "b", b"of long ago")
    await servers.buses["two"].ledger.set_aside(b"not to be counted")
    assert await found() == [State.BROKEN, State.ADVICE]
