"""`python -m loadtests.ledger [--workers 1,2] [--viewers 15000] [--flushes 4] [--what taps,joins]`: facts a second, by so many workers.

Valkey and PostgreSQL are embedded ones that are made for it. Eight recorders record one flush after another, as servers do; workers, each
a process of its own, then count what lies in the streams. A fact update is one row of a flush: a tally, a joining, a beginning of
playing; afterwards it is in SQL and in its viewer's row. Beside it: one connection that COPYs and UPSERTs the same rows, and no more.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loadtests.bench.cost import ServerCost
from loadtests.ledger.bare import count_bare
from loadtests.ledger.counting import work
from loadtests.ledger.evening import SPAWN, Engines, record
from server.db.engine import Database
from server.db.migrations import migrate
from server.embedded import PostgresProcess, ValkeyProcess, start_postgres, start_valkey
from server.ledger.rollup_repository import verify_rollups

KINDS = ("taps", "one tap", "joins", "plays", "all at once")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds that passed, CPU seconds of the workers (or of the bare writer), and those of PostgreSQL."""

    seconds: float
    worker: float
    postgres: float

    def told(self, rows: int) -> str:
        """Return it for each row."""
        each = f"{self.worker / rows * 1e6:5.1f} + {self.postgres / rows * 1e6:5.1f} µs of CPU each"
        return f"{rows / self.seconds:9,.0f}/s, {each}"


def measure(postgres: PostgresProcess, do: Callable[[], tuple[float, float]]) -> Spent:
    """Do it, and return what it took: `do` returns its own seconds and CPU seconds."""
    assert postgres.pid is not None, "it was just started"
    cost = ServerCost(postgres.pid)
    before = sum(cost.cpu().values())
    seconds, own = do()
    return Spent(seconds, own, sum(cost.cpu().values()) - before)


def count_by(engines: Engines, workers: int) -> tuple[float, float]:
    """Have so many workers count what lies there; return seconds, from when all were ready, and their CPU seconds."""
    ready, spent = SPAWN.Barrier(workers + 1), SPAWN.Queue()
    processes = [SPAWN.Process(target=work, args=(engines, ready, spent)) for _ in range(workers)]
    for process in processes:
        process.start()
    ready.wait()
    began = time.perf_counter()
    cpu = sum(spent.get() for _ in processes)
    seconds = time.perf_counter() - began
    for process in processes:
        process.join()
    return seconds, cpu


def bare(engines: Engines, what: str, viewers: int, flushes: int) -> tuple[float, float]:
    """Write the same rows on one connection; return seconds and CPU seconds."""
    before = time.process_time()
    return count_bare(engines.database, what, viewers, flushes), time.process_time() - before


async def verify(engines: Engines) -> int:
    """Return how many numbers of the rows are not what the facts come to."""
    database = Database(engines.database, pool_size=2)
    async with database.read() as connection:
        differing = len(await verify_rollups(connection))
    await database.close()
    return differing


def run(postgres: PostgresProcess, engines: Engines, given: argparse.Namespace) -> None:
    """Measure each kind by each number of workers, and print a line for each."""
    for what in given.what.split(","):
        size = (what, given.viewers, given.flushes)
        found = None
        for workers in map(int, given.workers.split(",")):
            found = asyncio.run(record(engines, *size))
            spent = measure(postgres, lambda workers=workers: count_by(engines, workers))  # type: ignore[misc]
            print(f"{what:12} {workers} workers: {spent.told(found.rows)}", flush=True)
        assert found is not None, "there is a number of workers"
        each = [seconds / found.rows * 1e6 for seconds in (found.recording, found.appending)]
        least = measure(postgres, lambda size=size: bare(engines, *size))  # type: ignore[misc]
        print(f"{what:12} bare     : {least.told(found.rows)}")
        print(
            f"{what:12} recorded in {each[0]:.2f} µs each, packed and appended in {each[1]:.2f}", flush=True
        )
    print(f"numbers of rows that are not what the facts come to: {asyncio.run(verify(engines))}")


def main() -> None:
    """Measure in a temporary directory."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.ledger")
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--viewers", type=int, default=15_000)
    parser.add_argument("--flushes", type=int, default=4)
    parser.add_argument("--what", default=",".join(KINDS))
    with tempfile.TemporaryDirectory(prefix="showfloor-ledger-") as directory:
        valkey: ValkeyProcess = start_valkey(Path(directory, "valkey"))
        postgres: PostgresProcess = start_postgres(Path(directory, "postgres"))
        try:
            postgres.create_database("ledger")
            migrate(postgres.url("ledger"))
            run(postgres, Engines(postgres.url("ledger"), valkey.url), parser.parse_args())
        finally:
            postgres.stop()
            valkey.stop()


if __name__ == "__main__":
    main()
