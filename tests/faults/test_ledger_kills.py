"""Servers, workers and Valkey are killed under load: every flush that was acknowledged is counted once, and rows say what facts say."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from server.bus.bus import Bus
from server.db.engine import Database
from server.embedded import ValkeyProcess, start_valkey
from server.ledger.rollup_repository import verify_rollups
from server.workers.ledger import LedgerWorker
from tests.support.eventually import eventually
from tests.support.recording_process import RecordingProcess, recording_process
from tests.support.worker_process import worker_process

pytestmark = pytest.mark.faults

SERVERS = ("one", "two", "three")
ROUNDS = 5
"""Of each server, between one death and the next."""


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


async def counted_by_round(database: Database) -> dict[str, int]:
    sql = "SELECT target, sum(n) AS n FROM ledger_entry WHERE kind = 'reaction' GROUP BY target"
    async with database.read() as connection:
        return {row.target: int(row.n) for row in await connection.execute(text(sql))}


async def some_rounds(servers: list[RecordingProcess]) -> None:
    """Wait until each of them has had some more rounds acknowledged."""
    enough = {server.name: len(server.told().acknowledged) + ROUNDS for server in servers}
    await eventually(
        lambda: all(len(s.told().acknowledged) >= enough[s.name] for s in servers), within_seconds=60
    )


async def count_what_is_left(database: Database, url: str) -> None:
    bus = Bus(url, prefix="t", process_id="last")
    worker = LedgerWorker(database, bus)

    async def nothing_waits() -> bool:
        return await worker.run_once() == 0

    try:
        await eventually(nothing_waits)
    finally:
        await bus.close()


async def test_whoever_is_killed_every_acknowledged_flush_is_counted_once(
    database: Database, database_url: str, own_valkey: ValkeyProcess, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        workers = [stack.enter_context(worker_process(database_url, own_valkey.url)) for _ in range(2)]
        servers = [stack.enter_context(recording_process(own_valkey.url, id, tmp_path)) for id in SERVERS]
        await some_rounds(servers)
        workers[0].kill()
        await some_rounds(servers)
        workers.append(stack.enter_context(worker_process(database_url, own_valkey.url)))
        servers[0].kill()
        await some_rounds(servers[1:])
        before = {round for server in servers for round in server.told().acknowledged}
        own_valkey.kill()
        own_valkey.start()
        await some_rounds(servers[1:])
        for server in servers[1:]:
            server.kill()
        workers[1].kill()
    await count_what_is_left(database, own_valkey.url)
    counted = await counted_by_round(database)
    for server in servers:
        told = server.told()
        missing = told.acknowledged.keys() - counted.keys()
        assert len(missing & before) <= 2, "what Valkey had taken in its last second may be gone with it"
        assert not missing - before
        for round in told.acknowledged.keys() - missing:
            assert counted[round] == told.acknowledged[round], round
        under_way = counted.keys() & told.recorded.keys() - told.acknowledged.keys()
        assert all(counted[round] == told.recorded[round] for round in under_way)
        lost = told.recorded.keys() - counted.keys() - missing
        assert len(lost) <= 1, "what was not acknowledged is one flush at most"
    async with database.read() as connection:
        assert await verify_rollups(connection) == []
        total = await connection.scalar(text("SELECT sum(reactions) FROM rollup"))
        assert total == sum(counted.values())
