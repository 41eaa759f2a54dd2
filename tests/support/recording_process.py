"""A server's recorder in a process of its own, which records as fast as a loaded show does, and tells what was acknowledged."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.support.forked_server import FORKS

FLUSH_SECONDS = 0.2
VIEWERS = 50


@dataclass(frozen=True, slots=True)
class Told:
    """What a recorder has said until it was killed: taps by round of flushing, those recorded and those whose flush was acknowledged."""

    recorded: dict[str, int]
    acknowledged: dict[str, int]


class RecordingProcess:
    """The process from outside."""

    def __init__(self, process: BaseProcess, name: str, file: Path) -> None:
        self.process = process
        self.name = name
        self._file = file

    def kill(self) -> None:
        """Kill it with SIGKILL."""
        self.process.kill()
        self.process.join()

    def told(self) -> Told:
        """Return what it has said. A line is written before what it says is flushed, and after it was acknowledged."""
        lines = [line.split() for line in self._file.read_text().splitlines()]
        found = {
            word: {round: int(taps) for said, round, taps in lines if said == word}
            for word in ("recorded", "acknowledged")
        }
        return Told(found["recorded"], found["acknowledged"])


@contextmanager
def recording_process(redis_url: str, name: str, folder: Path) -> Iterator[RecordingProcess]:
    """Run one within the block; it ends as by `kill -9`."""
    file = folder / name
    file.touch()
    process = FORKS.Process(target=record_for_ever, args=(redis_url, name, str(file)), daemon=True)
    process.start()
    try:
        yield RecordingProcess(process, name, file)
    finally:
        process.kill()
        process.join()


def record_for_ever(redis_url: str, name: str, file: str) -> None:
    """Be a server: viewers come, watch, tap and go; each round of flushing has a kind of reaction of its own."""
    asyncio.run(_record(redis_url, name, file))


async def _record(redis_url: str, name: str, file: str) -> None:
    from server.bus.bus import Bus
    from server.clock import SystemClock
    from server.ledger.recorder import Recorder

    said = os.open(file, os.O_WRONLY | os.O_APPEND)
    bus, clock = Bus(redis_url, prefix="t", process_id=name), SystemClock()
    recorder = Recorder(bus.append_ledger, process_id=name, clock=clock)
    nth = 0
    while True:
        nth += 1
        taps, round = 0, f"{name}-{nth}"
        until = asyncio.get_running_loop().time() + FLUSH_SECONDS
        while asyncio.get_running_loop().time() < until:
            for number in range(VIEWERS):
                viewer, connection = f"v{number}", f"{name}-{number}"
                recorder.attend("show", viewer, connection, guest=True, remembered=False, source=name)
                start = recorder.stop_playing if taps % 3 else recorder.start_playing
                start("show", viewer, connection, clock.now())
                recorder.count("show", viewer, connection, "reaction", round)
                taps += 1
            await asyncio.sleep(0.005)
        os.write(said, f"recorded {round} {taps}\n".encode())
        while recorder._tallies or recorder._pending:
            await recorder.flush()
        os.write(said, f"acknowledged {round} {taps}\n".encode())
