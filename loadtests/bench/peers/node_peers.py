"""The peers from npm: ws and Socket.IO."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from json import loads
from pathlib import Path

from loadtests.bench.peers.peer import Door, Peer, Running, free_port, process
from loadtests.bench.peers.rows import CROWD, INBOUND, ROOM
from loadtests.bench.peers.stores import lines, node, node_peers

REACT = '{"type":"react","kind":"heart","n":1}'


def _prepare(package: str) -> str:
    installed = loads((node_peers() / "node_modules" / package / "package.json").read_text())
    return f"{installed['version']}"


@contextmanager
def _run(script: str, door: Door, folder: Path, command: str) -> Iterator[Running]:
    publish_port = free_port()
    argv = [node(), str(node_peers() / script), str(door.port), str(publish_port)]
    with process(argv, folder, [door.port, publish_port]) as pid:
        yield Running(door, lines(publish_port), pid, command=command)


def _start_ws(folder: Path) -> AbstractContextManager[Running]:
    return _run("ws.js", Door(free_port(), "/"), folder, REACT)


def _start_socket_io(folder: Path) -> AbstractContextManager[Running]:
    door = Door(free_port(), "/socket.io/?EIO=4&transport=websocket", "40", "40{")
    return _run("socket_io.js", door, folder, "")


WS = Peer("ws", "ws (Node)", _start_ws, partial(_prepare, "ws"), rows=ROOM | CROWD | INBOUND)
SOCKET_IO = Peer(
    "socket.io", "Socket.IO (Node)", _start_socket_io, partial(_prepare, "socket.io"), rows=ROOM | CROWD
)
