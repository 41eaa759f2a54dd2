"""What the bench knows of a peer: a door for viewers, a way for publishers, and the processes to count."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from loadtests.bench.cores import on_server_core

TOP = Path(__file__).parents[3]
READY_SECONDS = 90.0
STOP_SECONDS = 20.0


class NotHere(Exception):
    """A peer, or what it needs, cannot be had on this machine; the message says why and what would bring it."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where viewers come in: after the upgrade each sends `first` (nothing when empty) and is in when a message has `expect` in it."""

    port: int
    path: str
    first: str = ""
    expect: str = ""
    binary: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """How to publish over TCP: send each part of `preamble` and wait for an answer, then `wrap(text)` for each message."""

    port: int
    wrap: Callable[[str], bytes]
    preamble: Sequence[bytes] = ()
    text_bytes: int = 140
    """Length of the text that is wrapped; viewers should receive about 140 bytes."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs: `pid` and `data` (a directory that its engines name in their command lines) say what to count."""

    door: Door
    way: Way
    pid: int
    data: Path | None = None
    command: str = ""
    """A frame for the inbound row, when this peer takes part in it."""
    question: bytes = b""
    """Bytes of a command, and what is in its reply, for those whose replies are timed while a crowd is written to."""
    reply: bytes = b""
    reactions: Callable[[], int] | None = None
    """Reads how many reactions were recorded, where they are."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One line of the tables. `start(folder)` raises `NotHere`; `folder` is a directory of the peer's own."""

    key: str
    title: str
    start: Callable[[Path], AbstractContextManager[Running]]
    prepare: Callable[[], str]
    """Install what is missing and return the version; raises `NotHere`."""
    rows: frozenset[str] = field(default_factory=frozenset)
    """The rows in which it takes part."""
    whole: bool = False
    """Whether a join is a join (token, snapshot) and not the bare upgrade."""


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def process(
    command: Sequence[str],
    folder: Path,
    ports: Sequence[int],
    environment: Mapping[str, str] | None = None,
    *,
    pinned: bool = True,
) -> Iterator[int]:
    """Run a server until the block ends, on its core unless it is not to be `pinned`; wait first until all `ports` answer. Gives its pid.

    `environment` replaces this program's own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "server.log"
    with log.open("wb") as output, on_server_core() if pinned else nullcontext():
        started = subprocess.Popen(
            command,
            env=environment,
            cwd=TOP,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        _wait_for(started, ports, log)
        yield started.pid
    finally:
        _stop(started)


def _wait_for(started: subprocess.Popen[bytes], ports: Sequence[int], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    missing = list(ports)
    while missing:
        if started.poll() is not None or time.monotonic() > deadline:
            raise NotHere("it did not start:\n" + log.read_text(errors="replace")[-1500:])
        try:
            socket.create_connection(("127.0.0.1", missing[0]), timeout=1).close()
            missing.pop(0)
        except OSError:
            time.sleep(0.05)


def _stop(started: subprocess.Popen[bytes]) -> None:
    started.send_signal(signal.SIGTERM)
    try:
        started.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()
