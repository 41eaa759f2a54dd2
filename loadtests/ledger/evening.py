"""What servers record in an evening, as flushes in the streams; and the same facts as plain rows."""

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from server.bus.bus import Bus
from server.clock import SystemClock
from server.ledger.recorder import Recorder

SPAWN = multiprocessing.get_context("spawn")
PREFIX = "ledger"
PROCESSES = 8
"""Server processes, each with a stream (or two of them with one)."""
TAPS = (
    ("reaction", "heart"),
    ("reaction", "clap"),
    ("impression", "p_1"),
    ("impression", "p_2"),
    ("click", "p_1"),
)


@dataclass(frozen=True, slots=True)
class Engines:
    """The URLs of PostgreSQL and Valkey."""

    database: str
    redis: str

    def bus(self, name: str) -> Bus:
        """Return a process's bus, which is not started."""
        return Bus(self.redis, prefix=PREFIX, process_id=name)


@dataclass(frozen=True, slots=True)
class Recorded:
    """So many rows of flushes, and how many seconds it took to record them, and to pack and append them."""

    rows: int
    recording: float
    appending: float


@dataclass(frozen=True, slots=True)
class Act:
    """One viewer in one flush."""

    show: str
    viewer: str
    connection: str


def viewer_of(number: int) -> str:
    """Return an id as long as a real one."""
    return f"v_{number:026}"


async def record(engines: Engines, what: str, viewers: int, flushes: int) -> Recorded:
    """Have `PROCESSES` servers record what their viewers do, and flush it after each round."""
    names = [f"{what}-{time.time_ns()}-{n}" for n in range(PROCESSES)]
    buses = [engines.bus(name) for name in names]
    recorders = [
        Recorder(bus.append_ledger, process_id=name, clock=SystemClock())
        for name, bus in zip(names, buses, strict=True)
    ]
    rows, recording, appending = 0, 0.0, 0.0
    for nth in range(flushes):
        began = time.perf_counter()
        rows += sum(_do(what, recorders[act_n % PROCESSES], act) for act_n, act in acts(what, viewers, nth))
        recording += time.perf_counter() - began
        began = time.perf_counter()
        for recorder in recorders:
            await recorder.flush()
        appending += time.perf_counter() - began
    for bus in buses:
        await bus.close()
    return Recorded(rows, recording, appending)


def acts(what: str, viewers: int, nth: int) -> Iterator[tuple[int, Act]]:
    """Yield who acts in a round: of taps always the same viewers in one show, of joinings each time new ones."""
    show = "taps" if what in {"taps", "one tap"} else f"{what}-{nth}"
    for number in range(viewers):
        yield number, Act(show, viewer_of(number), f"{what}-{nth}-{number:020}")


def _do(what: str, recorder: Recorder, act: Act) -> int:
    if what in {"taps", "one tap"}:
        done = TAPS if what == "taps" else TAPS[:1]
        for kind, target in done:
            recorder.count(act.show, act.viewer, act.connection, kind, target)
        return len(done)
    rows = 0
    if what in {"joins", "all at once"}:
        recorder.attend(act.show, act.viewer, act.connection, guest=True, remembered=False, source="mail")
        rows += 1
    if what in {"plays", "all at once"}:
        recorder.start_playing(act.show, act.viewer, act.connection, datetime.now(UTC))
        rows += 1
    if what == "all at once":
        recorder.count(act.show, act.viewer, act.connection, "reaction", "heart")
        rows += 1
    return rows
