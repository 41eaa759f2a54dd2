"""`python -m loadtests.ledger.lag [--workers 1,2] [--viewers 15000] [--seconds 15]`: how far workers are behind a show while it goes on.

Eight recorders flush once a second, as servers do: first the viewers come and begin to watch, evenly over the seconds; then they tap, as
often as those of a lively show (`loadtests.scale`). Ten times a second the oldest flush that waits is looked at.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from loadtests.ledger.counting import count_for_ever
from loadtests.ledger.evening import PROCESSES, SPAWN, Engines, viewer_of
from loadtests.scale.plan import ledger_rows
from loadtests.scale.show import LIVELY
from server.clock import SystemClock
from server.db.migrations import migrate
from server.embedded import PostgresProcess, ValkeyProcess, start_postgres, start_valkey
from server.ledger.recorder import Recorder

LOOKS_PER_SECOND = 10
STEPS_PER_SECOND = 20


@dataclass(slots=True)
class Show:
    """One show with its recorders, which take turns."""

    name: str
    viewers: int
    recorders: list[Recorder]
    acted: int = 0

    def come(self, times: int) -> None:
        """Have the next viewers come and begin to watch."""
        for _ in range(times):
            recorder, viewer, connection = self._next()
            recorder.attend(self.name, viewer, connection, guest=True, remembered=False, source="mail")
            recorder.start_playing(self.name, viewer, connection, datetime.now(UTC))

    def tap(self, times: int) -> None:
        """Have the next viewers tap."""
        for _ in range(times):
            recorder, viewer, connection = self._next()
            recorder.count(self.name, viewer, connection, "reaction", "heart")

    def _next(self) -> tuple[Recorder, str, str]:
        number = self.acted % self.viewers
        self.acted += 1
        return self.recorders[number % PROCESSES], viewer_of(number), f"{self.name}-{number:020}"


async def measure(engines: Engines, workers: int, viewers: int, seconds: int) -> None:
    """Have the show, and print how far `workers` were behind."""
    ready = SPAWN.Barrier(workers + 1)
    processes = [
        SPAWN.Process(target=count_for_ever, args=(engines, ready), daemon=True) for _ in range(workers)
    ]
    for process in processes:
        process.start()
    name = f"lag-{time.time_ns()}"
    buses = [engines.bus(f"{name}-{n}") for n in range(PROCESSES)]
    recorders = [
        Recorder(bus.append_ledger, process_id=f"{name}-{n}", clock=SystemClock())
        for n, bus in enumerate(buses)
    ]
    show = Show(name, viewers, recorders)
    flushing = [asyncio.create_task(recorder.run()) for recorder in recorders]
    await asyncio.to_thread(ready.wait)
    rows = round(ledger_rows(LIVELY, viewers))
    for what, act, each in (("coming", show.come, viewers // seconds), ("tapping", show.tap, rows)):
        ages: list[float] = []
        looking = asyncio.create_task(_look(engines, ages))
        await _evenly(act, each, seconds)
        looking.cancel()
        ages.sort()
        print(
            f"{what}, {each:,} a second, {workers} workers: the oldest flush is {ages[len(ages) // 2]:.1f} s old (median), "
            f"{ages[int(len(ages) * 0.99)]:.1f} (p99)",
            flush=True,
        )
    for task in flushing:
        task.cancel()
    for bus in buses:
        await bus.close()
    for process in processes:
        process.kill()
        process.join()


async def _evenly(act: Callable[[int], None], each: int, seconds: int) -> None:
    began = time.perf_counter()
    for step in range(seconds * STEPS_PER_SECOND):
        act(each // STEPS_PER_SECOND)
        await asyncio.sleep(max(0.0, began + (step + 1) / STEPS_PER_SECOND - time.perf_counter()))


async def _look(engines: Engines, ages: list[float]) -> None:
    bus = engines.bus("looking")
    while True:
        ages.append(max((await bus.ledger.look()).seconds.values()))
        await asyncio.sleep(1 / LOOKS_PER_SECOND)


def main() -> None:
    """Measure in a temporary directory."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.ledger.lag")
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--viewers", type=int, default=15_000)
    parser.add_argument("--seconds", type=int, default=15)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="showfloor-lag-") as directory:
        valkey: ValkeyProcess = start_valkey(Path(directory, "valkey"))
        postgres: PostgresProcess = start_postgres(Path(directory, "postgres"))
        try:
            postgres.create_database("ledger")
            migrate(postgres.url("ledger"))
            engines = Engines(postgres.url("ledger"), valkey.url)
            for workers in map(int, given.workers.split(",")):
                asyncio.run(measure(engines, workers, given.viewers, given.seconds))
        finally:
            postgres.stop()
            valkey.stop()


if __name__ == "__main__":
    main()
