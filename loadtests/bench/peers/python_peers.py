"""The peers from PyPI: FastAPI, Django Channels, python-socketio; all under uvicorn with uvloop and httptools."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from loadtests.bench.peers.node_peers import REACT
from loadtests.bench.peers.peer import Door, Peer, Running, free_port, process
from loadtests.bench.peers.rows import CROWD, INBOUND, ROOM
from loadtests.bench.peers.stores import lines, python_peers, version_of


@contextmanager
def _run(script: str, door: Door, folder: Path, command: str) -> Iterator[Running]:
    publish_port = free_port()
    module = f"loadtests.bench.peers.python.{script}"
    argv = [str(python_peers() / "python"), "-m", module, str(door.port), str(publish_port)]
    with process(argv, folder, [door.port, publish_port]) as pid:
        yield Running(door, lines(publish_port), pid, command=command)


def _start_fastapi(folder: Path) -> AbstractContextManager[Running]:
    return _run("fastapi_loop", Door(free_port(), "/"), folder, REACT)


def _start_channels(folder: Path) -> AbstractContextManager[Running]:
    return _run("django_channels", Door(free_port(), "/"), folder, "")


def _start_socketio(folder: Path) -> AbstractContextManager[Running]:
    door = Door(free_port(), "/socket.io/?EIO=4&transport=websocket", "40", "40{")
    return _run("socketio_room", door, folder, "")


FASTAPI = Peer(
    "fastapi",
    "FastAPI, `send_text` in a loop",
    _start_fastapi,
    partial(version_of, "fastapi"),
    rows=ROOM | CROWD | INBOUND,
)
CHANNELS = Peer(
    "channels",
    "Django Channels, in-memory layer",
    _start_channels,
    partial(version_of, "channels"),
    rows=ROOM,
)
SOCKETIO = Peer(
    "python-socketio", "python-socketio", _start_socketio, partial(version_of, "python-socketio"), rows=ROOM
)
