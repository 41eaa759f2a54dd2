"""Centrifugo (Go), built by this machine's Go. Viewers speak its JSON protocol; the publisher calls its HTTP API on one connection."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loadtests.bench.peers.peer import Door, NotHere, Peer, Running, Way, free_port, process
from loadtests.bench.peers.rows import CALM, CROWD, ROOM
from loadtests.bench.peers.stores import BUILD, run

VERSION = "6.9.1"
MODULE = f"github.com/centrifugal/centrifugo/v6@v{VERSION}"
FIRST = '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"room"}}'
TEXT_BYTES = 100
"""Its own words around each publication take the rest of 140 bytes."""


def _prepare() -> str:
    if not _program().exists():
        go = shutil.which("go")
        if go is None:
            raise NotHere("it is built by Go, and there is no go on the path")
        run([go, "install", MODULE], environment=os.environ | {"GOBIN": str(BUILD)})
    return VERSION


def _program() -> Path:
    return BUILD / "centrifugo"


def _configuration(port: int) -> str:
    client = {"insecure": True, "allowed_origins": ["*"]}
    rules = {"without_namespace": {"allow_subscribe_for_client": True}}
    return json.dumps(
        {
            "http_server": {"address": "127.0.0.1", "port": port},
            "client": client,
            "channel": rules,
            "http_api": {"insecure": True},
            "log": {"level": "error"},
        }
    )


def _wrap(text: str) -> bytes:
    body = b'{"channel":"room","data":%b}' % text.encode()
    head = b"POST /api/publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


@contextmanager
def _start(folder: Path) -> Iterator[Running]:
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    configuration = folder / "centrifugo.json"
    configuration.write_text(_configuration(port))
    with process([str(_program()), "-c", str(configuration)], folder, [port]) as pid:
        door = Door(port, "/connection/websocket", FIRST, '"subscribe":')
        yield Running(door, Way(port, _wrap, text_bytes=TEXT_BYTES), pid)


PEER = Peer("centrifugo", "Centrifugo (Go)", _start, _prepare, rows=ROOM | CALM | CROWD)
