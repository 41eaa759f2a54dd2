"""The C limit: an epoll server that does nothing but `write`, for each message at once or once per tick."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from loadtests.bench.peers.peer import Door, Peer, Running, free_port, process
from loadtests.bench.peers.rows import CALM, CROWD, GROWTH, ROOM
from loadtests.bench.peers.stores import BUILD, lines
from loadtests.bench.swarm import compile_c

TICK_MS = 25


def _prepare() -> str:
    compile_c(Path(__file__).with_name("c_limit.c"), BUILD / "c_limit")
    return ""


@contextmanager
def _run(folder: Path, *, tick_ms: int) -> Iterator[Running]:
    port, publish_port = free_port(), free_port()
    command = [str(BUILD / "c_limit"), str(port), str(publish_port), str(tick_ms)]
    with process(command, folder, [port, publish_port]) as pid:
        yield Running(Door(port, "/"), lines(publish_port), pid)


def _start(tick_ms: int, folder: Path) -> AbstractContextManager[Running]:
    return _run(folder, tick_ms=tick_ms)


AT_ONCE = Peer(
    "c",
    "C, epoll, nothing but `write` (the limit)",
    partial(_start, 0),
    _prepare,
    rows=ROOM | CALM | CROWD | GROWTH,
)
PER_TICK = Peer(
    "c-tick",
    f"the same, one write per {TICK_MS} ms tick",
    partial(_start, TICK_MS),
    _prepare,
    rows=ROOM | CROWD,
)
