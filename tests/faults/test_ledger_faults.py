"""Nothing is counted twice and nothing that was flushed is lost, whoever dies: the worker, Redis, or PostgreSQL."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from server.bus.bus import Bus
from server.clock import SystemClock
from server.db.engine import Database
from server.db.migrations import migrate
from server.embedded import ValkeyProcess, start_postgres, start_valkey
from server.ledger.recorder import Recorder
from server.workers import ledger as worker_module
from server.workers.ledger import LedgerWorker
from tests.support.eventually import eventually

pytestmark = pytest.mark.faults

TAPS = 200


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[ValkeyProcess]:
    """A Valkey that this test may take away."""
    process = start_valkey(tmp_path / "valkey")
    yield process
    process.stop()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool_size=4)
    yield database
    await database.close()


@pytest.fixture
async def bus(own_valkey: ValkeyProcess) -> AsyncIterator[Bus]:
    bus = Bus(own_valkey.url, prefix="t", process_id="one")
    yield bus
    await bus.close()


@pytest.fixture
def recorder(bus: Bus) -> Recorder:
    return Recorder(bus.append_ledger, process_id="one", clock=SystemClock())


async def tap_and_flush(recorder: Recorder, times: int = TAPS) -> None:
    for i in range(times):
        recorder.count("show", f"v_{i % 7}", "c", "reaction", "heart")
        if i % 10 == 9:
            await recorder.flush()


async def taps_counted(database: Database) -> int:
    async with database.read() as connection:
        return int(await connection.scalar(text("SELECT coalesce(sum(reactions), 0) FROM rollup")) or 0)


async def taps_in_entries(database: Database) -> int:
    async with database.read() as connection:
        return int(await connection.scalar(text("SELECT coalesce(sum(n), 0) FROM ledger_entry")) or 0)


async def equals(found: Awaitable[int], expected: int) -> bool:
    return await found == expected


async def exceeds(found: Awaitable[int], bound: int) -> bool:
    return await found > bound


async def test_a_worker_killed_at_any_point_leaves_nothing_out_and_counts_nothing_twice(
    database: Database, bus: Bus, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "ENTRIES_MAX", 3)
    await tap_and_flush(recorder)
    for step in range(60):
        doomed = asyncio.create_task(LedgerWorker(database, bus).run_once())
        for _ in range(step):
            await asyncio.sleep(0)
        doomed.cancel()
        await asyncio.wait([doomed])
    while await LedgerWorker(database, bus).run_once():
        pass
    assert await taps_counted(database) == await taps_in_entries(database) == TAPS


WORKER_PROCESS = """
import asyncio, sys
from server.bus.bus import Bus
from server.db.engine import Database
from server.workers import claims, ledger

claims.ROWS_MAX = 1
asyncio.run(ledger.LedgerWorker(Database(sys.argv[1]), Bus(sys.argv[2], prefix="t", process_id="worker")).run())
"""


async def test_a_worker_process_killed_by_the_system_hands_over_to_the_next(
    database: Database, database_url: str, own_valkey: ValkeyProcess, bus: Bus, recorder: Recorder
) -> None:
    await tap_and_flush(recorder, times=10 * TAPS)
    for _ in range(2):
        before = await taps_counted(database)
        command = (sys.executable, "-c", WORKER_PROCESS, database_url, own_valkey.url)
        doomed = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
        await eventually(lambda before=before: exceeds(taps_counted(database), before), within_seconds=30)
        doomed.kill()
        await doomed.wait()
    while await LedgerWorker(database, bus).run_once() != 0:
        pass
    assert await taps_counted(database) == await taps_in_entries(database) == 10 * TAPS


async def test_two_workers_at_once_count_everything_once(
    database: Database, bus: Bus, recorder: Recorder
) -> None:
    workers = [asyncio.create_task(LedgerWorker(database, bus).run()) for _ in range(2)]
    try:
        await tap_and_flush(recorder)
        await eventually(lambda: equals(taps_counted(database), TAPS))
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    assert await taps_in_entries(database) == TAPS


async def test_a_flush_whose_answer_was_lost_counts_once(database: Database, bus: Bus) -> None:
    lost_answers = 0

    async def append_and_lose_the_answer(blob: bytes) -> bool:
        nonlocal lost_answers
        arrived = await bus.append_ledger(blob)
        lost_answers += 1
        return arrived and lost_answers % 3 == 0

    recorder = Recorder(append_and_lose_the_answer, process_id="one", clock=SystemClock())
    await tap_and_flush(recorder)
    await recorder.close()
    assert lost_answers > TAPS / 10
    while await LedgerWorker(database, bus).run_once():
        pass
    assert await taps_counted(database) == await taps_in_entries(database) == TAPS


async def test_redis_dies_under_the_recorder_and_the_worker(
    database: Database, own_valkey: ValkeyProcess, bus: Bus, recorder: Recorder
) -> None:
    worker = asyncio.create_task(LedgerWorker(database, bus).run())
    try:
        await tap_and_flush(recorder)
        await eventually(lambda: equals(taps_counted(database), TAPS))
        own_valkey.stop()
        await tap_and_flush(recorder)
        own_valkey.start()
        await tap_and_flush(recorder)
        await recorder.close()
        await eventually(lambda: equals(taps_counted(database), 3 * TAPS))
    finally:
        worker.cancel()
        await asyncio.wait([worker])
    assert await taps_in_entries(database) == 3 * TAPS


async def test_an_emptied_redis_loses_only_what_was_not_read(
    database: Database, bus: Bus, recorder: Recorder
) -> None:
    worker = LedgerWorker(database, bus)
    await tap_and_flush(recorder)
    while await worker.run_once():
        pass
    recorder.count("show", "v_1", "c", "reaction", "heart", 1000)
    await recorder.flush()
    await bus._link.run("FLUSHALL")
    await tap_and_flush(recorder)
    while await worker.run_once():
        pass
    assert await taps_counted(database) == await taps_in_entries(database) == 2 * TAPS


async def test_a_stream_that_began_anew_with_older_ids_is_read_again(
    database: Database, bus: Bus, recorder: Recorder
) -> None:
    worker = LedgerWorker(database, bus)
    await tap_and_flush(recorder)
    while await worker.run_once():
        pass
    await bus._link.run("FLUSHALL")
    blobs: list[bytes] = []

    async def append_in_the_past(blob: bytes) -> bool:
        blobs.append(blob)
        await bus._link.run("XADD", "t:ledger", f"1-{len(blobs)}", "b", blob)
        return True

    recorder._append = append_in_the_past
    await tap_and_flush(recorder)
    for _ in range(3):
        await worker.run_once()
    assert await taps_counted(database) == 2 * TAPS


async def test_postgresql_dies_and_the_ledger_waits_in_redis(
    tmp_path: Path, bus: Bus, recorder: Recorder
) -> None:
    postgres = start_postgres(tmp_path / "postgres")
    postgres.create_database("ledger")
    migrate(postgres.url("ledger"))
    database = Database(postgres.url("ledger"), pool_size=3)
    worker = asyncio.create_task(LedgerWorker(database, bus).run())
    try:
        await tap_and_flush(recorder)
        await eventually(lambda: equals(taps_counted(database), TAPS))
        postgres.kill()
        await tap_and_flush(recorder)
        postgres.start()
        await eventually(lambda: equals(taps_counted(database), 2 * TAPS), within_seconds=30)
        assert await taps_in_entries(database) == 2 * TAPS
    finally:
        worker.cancel()
        await asyncio.wait([worker])
        await database.close()
        postgres.stop()
