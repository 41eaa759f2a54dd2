"""Showfloor itself, whole: `showfloor demo` with its own PostgreSQL and Valkey, limits on, the publisher a host who announces.

Thousands of viewers from one address are what the limits are made to stop, so those that count are raised; all of them run.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from loadtests.bench.peers.node_peers import REACT
from loadtests.bench.peers.peer import READY_SECONDS, Door, NotHere, Peer, Running, Way, free_port, process
from loadtests.bench.peers.rows import ALL

LIMITS = {
    "SHOWFLOOR_LIMITS": "on",
    "SHOWFLOOR_CONNECTIONS_PER_IP_MAX": "100000",
    "SHOWFLOOR_WAITING_PER_IP_MAX": "0",
    "SHOWFLOOR_ACCEPTS_PER_SECOND_MAX": "100000",
    "SHOWFLOOR_ACCEPTS_PER_SECOND_PER_IP": "100000",
    "SHOWFLOOR_GUESTS_PER_MINUTE_PER_IP": "0",
    "SHOWFLOOR_GUEST_BURST": "0",
    "SHOWFLOOR_GUEST_WATCH_SECONDS": "0",
    "SHOWFLOOR_COMMANDS_PER_SECOND": "1000",
    "SHOWFLOOR_COMMANDS_BURST": "2000",
    "SHOWFLOOR_COMMANDS_IN_FLIGHT_MAX": "4000",
}
"""One host's socket publishes 300 a second, which is more than a host can; hence the last three."""
TEXT_BYTES = 60
"""With the rest of an `announce` push, about 140 bytes."""
JOIN = '{"id":1,"type":"join","show":"demo"}'


def _frame(text: str) -> bytes:
    """A client's text frame with a mask of zeros."""
    payload = text.encode()
    head = (
        bytes([0x81, 0x80 | len(payload)])
        if len(payload) < 126
        else b"\x81\xfe%b" % len(payload).to_bytes(2, "big")
    )
    return head + bytes(4) + payload


def _announce(text: str) -> bytes:
    return _frame(json.dumps({"type": "announce", "text": json.loads(text)["text"]}, separators=(",", ":")))


def _way(port: int, token: str) -> Way:
    upgrade = (
        f"GET /v1/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    join = json.dumps({"id": 1, "type": "join", "show": "demo", "token": token})
    return Way(
        port, _announce, [upgrade.encode(), _frame(join)], TEXT_BYTES + len('{"type":"announce","text":""}')
    )


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise NotHere("Showfloor did not become ready")


def _token(environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "server", "token", "--role", "host", "--channel", "demo"]
    made = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return made.stdout.strip()


def _reactions(url: str, token: str) -> int:
    """The reactions of the show as the report has them: through Valkey's stream and into PostgreSQL."""
    asked = urllib.request.Request(f"{url}/v1/shows/demo/stats", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        report = json.load(answer)
    total: int = report["engagement"]["reactions"]["sent"]
    return total


@contextmanager
def _start(folder: Path) -> Iterator[Running]:
    port = free_port()
    data = folder / "data"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("SHOWFLOOR_")}
    environment = inherited | LIMITS | {"SHOWFLOOR_DATA": str(data)}
    command = [sys.executable, "-m", "server", "demo", "--audience", "0", "--port", str(port)]
    with process(command, folder, [port], environment) as pid:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(url)
        token = _token(environment)
        yield Running(
            Door(port, "/v1/live", JOIN, '"joined"'),
            _way(port, token),
            pid,
            data,
            command=REACT,
            question=_frame('{"id":2,"type":"ping"}'),
            reply=b'"pong"',
            reactions=lambda: _reactions(url, token),
        )


PEER = Peer(
    "showfloor", "**Showfloor, whole**", _start, lambda: version("showfloor"), rows=frozenset(ALL), whole=True
)
