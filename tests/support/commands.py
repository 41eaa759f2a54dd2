"""The command line as people run it: a process of its own, with an environment of its own."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.support.forked_server import FORKS, run

COMMAND_SECONDS = 120.0
READY_SECONDS = 90.0
STOP_SECONDS = 60.0
PORTS = (10_000, 32_768)
"""Below those from which Linux takes one for a connection that goes out."""


def showfloor(*words: str, data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `showfloor …` to its end, with its data in `data` and more settings by name (`limits="off"`).

    The process is forked from one that has imported everything, which is most of what a command takes.
    """
    with tempfile.TemporaryDirectory() as directory:
        output, errors = Path(directory, "output"), Path(directory, "errors")
        process = FORKS.Process(
            target=run, args=(words, _environment(data, settings), str(output), str(errors))
        )
        process.start()
        process.join(COMMAND_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise AssertionError(f"still running after {COMMAND_SECONDS} s: {words}")
        return subprocess.CompletedProcess(
            words, process.exitcode, output.read_text("utf-8"), errors.read_text("utf-8")
        )


def showfloor_afresh(*words: str, data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Do the same in a Python of its own, imports and all."""
    return subprocess.run(
        _command(words),
        env=_environment(data, settings),
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )


@dataclass(slots=True)
class RunningDemo:
    """A `showfloor demo` that runs; what it printed so far is in `output`."""

    process: subprocess.Popen[bytes]
    port: int
    data: Path
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return self.log.read_text()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)


@contextmanager
def running_demo(data: Path, *words: str, **settings: str) -> Iterator[RunningDemo]:
    """A demo on a free port, once a viewer can join; stopped at the end if it still runs."""
    port, log = free_port(), data.with_name(f"{data.name}.out")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            _command(("demo", "--port", str(port), *words)),
            env=_environment(data, settings),
            stdout=output,
            stderr=output,
        )
    demo = RunningDemo(process, port, data, log)
    try:
        _wait_until_ready(demo)
        yield demo
    finally:
        if process.poll() is None:
            demo.stop()


def engines_on(data: Path) -> list[int]:
    """The process numbers of engines that work in a directory under `data`."""
    found = []
    for process in psutil.process_iter(["cwd", "name"]):
        cwd = process.info["cwd"]
        if cwd and Path(cwd).is_relative_to(data.resolve()):
            found.append(process.pid)
    return found


async def listens(port: int) -> bool:
    """Whether somebody takes connections on a port of this machine."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def free_port() -> int:
    """A port that nobody listens on, and that the system gives to nobody who asks for any: it stays free until it is used."""
    while True:
        port = random.randrange(*PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _command(words: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "server", *words]


def _environment(data: Path, settings: dict[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SHOWFLOOR_")}
    given = {f"SHOWFLOOR_{name.upper()}": value for name, value in settings.items()}
    return {**inherited, "SHOWFLOOR_DATA": str(data), "COLUMNS": "200", **given}


def _wait_until_ready(demo: RunningDemo) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and demo.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{demo.url}/readyz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the demo did not become ready:\n{demo.output[-4000:]}")
