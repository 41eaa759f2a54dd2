"""Compiles the swarm and drives one: thousands of viewers in one small C process, told what to do line by line."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from loadtests.bench.peers.peer import Door, NotHere

JOIN_SECONDS_MAX = 150.0


def compile_c(source: Path, program: Path) -> Path:
    """Compile `source` to `program` unless that is newer, and return it. Raises `NotHere` without a compiler or when it refuses."""
    if program.exists() and program.stat().st_mtime >= source.stat().st_mtime:
        return program
    compiler = shutil.which("cc")
    if compiler is None:
        raise NotHere("no C compiler (cc); on Debian and Ubuntu: apt-get install gcc libc6-dev")
    program.parent.mkdir(parents=True, exist_ok=True)
    command = [compiler, "-O2", "-std=gnu11", "-Wall", "-Wextra", "-o", str(program), str(source)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise NotHere(f"cc could not compile {source.name}:\n{made.stderr[-2000:]}")
    return program


@dataclass(frozen=True, slots=True)
class Joined:
    """How a swarm came in: `seconds` from the first connect until the last viewer was in; `cpu_share` of its core meanwhile."""

    viewers: int
    lost: int
    seconds: float
    cpu_share: float


@dataclass(frozen=True, slots=True)
class Counted:
    """What a swarm saw in a while. Latencies in milliseconds, −1 when no message came; `cpu_share` is the swarm's own of its core."""

    seconds: float
    messages: int
    frames: int
    bytes: int
    sent: int
    lost: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    cpu_share: float


class Swarm:
    """`viewers` sockets at one door. Use as a context manager; `joined` is known from the start."""

    def __init__(self, program: Path, door: Door, viewers: int) -> None:
        command = [
            str(program),
            "127.0.0.1",
            str(door.port),
            door.path,
            str(viewers),
            door.first,
            door.expect,
        ]
        command += ["-b"] if door.binary else []
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self._read()
        self.joined = Joined(
            line["ready"], line["dead"], line["seconds"], line["swarm_cpu"] / max(line["seconds"], 1e-9)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def begin_measure(self, seconds: float) -> None:
        """Start counting what arrives for `seconds`; `result` waits for the end."""
        self._write(f"measure {seconds}")

    def begin_send(self, rate: float, seconds: float, payload: str) -> None:
        """Start sending `rate` text frames a second, spread over all sockets; `result` waits for the end."""
        self._write(f"send {rate} {seconds} {payload}")

    def result(self) -> Counted:
        """Wait for the end of what was begun, and return it."""
        line = self._read()
        return Counted(
            seconds=line["seconds"],
            messages=line["messages"],
            frames=line["frames"],
            bytes=line["bytes"],
            sent=line["sent"],
            lost=line["dead"],
            p50_ms=line["p50_ms"],
            p99_ms=line["p99_ms"],
            max_ms=line["max_ms"],
            cpu_share=line["swarm_cpu_share"],
        )

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise NotHere("the swarm ended by itself")
        read: dict[str, Any] = json.loads(line)
        return read
