"""`python -m loadtests.bench.storm`: a server dies with 10,000 viewers, and all of them come to another one at once with their positions.

Two servers on one PostgreSQL and one Valkey, on the server's core; the swarm on the other. The swarm does not back off, which is harder
on the server than real viewers are. Prints how long it took until everybody had their gap, and what SQL was asked meanwhile.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
from websockets.sync.client import ClientConnection, connect

from loadtests.bench.cores import on_server_core, stay_on_client_core
from loadtests.bench.ours import get, prepare, serving
from loadtests.bench.peers.peer import Door, NotHere
from loadtests.bench.peers.showfloor import LIMITS
from loadtests.bench.peers.stores import BUILD
from loadtests.bench.swarm import Swarm, compile_c
from server.access.tokens import Tokens
from server.clock import SystemClock
from server.embedded import start_engines
from server.settings import Settings

VIEWERS = 10_000
BEFORE, MISSED = 20, 100
"""Announcements before the death, and after it, which make the gap."""
COUNTED = (
    "showfloor_journal_tail_reads_total",
    "showfloor_journal_snapshot_reads_total",
    'showfloor_joins_total{how="recovered"}',
    'showfloor_joins_total{how="refused"}',
)


def main() -> int:
    """Run the storm and print what came of it; exit code 1 if anybody was lost or SQL was asked more than a few times."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.bench.storm", description=__doc__)
    parser.add_argument("--viewers", type=int, default=VIEWERS)
    viewers: int = parser.parse_args().viewers
    stay_on_client_core()
    try:
        program = compile_c(Path(__file__).with_name("swarm.c"), BUILD / "swarm")
        with tempfile.TemporaryDirectory(prefix="showfloor-storm-") as folder:
            return _storm(program, Path(folder), viewers)
    except NotHere as error:
        print(error, file=sys.stderr)
        return 2


def _storm(program: Path, folder: Path, viewers: int) -> int:
    with ExitStack() as stack:
        with on_server_core():
            engines = stack.enter_context(start_engines(folder / "data"))
        settings = prepare(engines, folder)
        (doomed, doomed_pid), (haven, _) = (
            stack.enter_context(serving(settings, folder / n, LIMITS)) for n in "ab"
        )
        host, epoch = stack.enter_context(_host(haven, settings))
        with Swarm(program, _door(doomed), viewers) as swarm:
            print(f"{swarm.joined.viewers:,} viewers joined in {swarm.joined.seconds:.1f} s")
            left_at = {"epoch": epoch, "offset": _announce(host, BEFORE)}
            psutil.Process(doomed_pid).kill()
        _announce(host, MISSED)
        before, began = _metrics(haven), time.monotonic()
        with Swarm(program, _door(haven, left_at), viewers) as back:
            took = time.monotonic() - began
            after = _metrics(haven)
        counted = {name: after.get(name, 0.0) - before.get(name, 0.0) for name in COUNTED}
        print(
            f"{back.joined.viewers:,} of them are back with their gap of {MISSED} after {took:.1f} s, {back.joined.lost} lost"
        )
        for name, count in counted.items():
            print(f"{name:<45} +{count:,.0f}")
        calm = counted[COUNTED[0]] + counted[COUNTED[1]] <= 3 + took
        return 0 if back.joined.viewers == viewers and counted[COUNTED[2]] == viewers and calm else 1


def _door(port: int, position: dict[str, Any] | None = None) -> Door:
    join: dict[str, Any] = {"id": 1, "type": "join", "show": "demo"}
    if position is None:
        return Door(port, "/v1/live", json.dumps(join), '"joined"')
    return Door(port, "/v1/live", json.dumps(join | {"position": position}), '"recovered":true')


@contextmanager
def _host(port: int, settings: Settings) -> Iterator[tuple[ClientConnection, str]]:
    """A host's socket, and the epoch of the show."""
    tokens = Tokens(settings.signing_secret(), SystemClock())
    token = tokens.sign(tokens.new_member("demo", "host", name="Host"))
    with connect(f"ws://127.0.0.1:{port}/v1/live") as socket:
        yield socket, _ask(socket, type="join", show="demo", token=token)["position"]["epoch"]


def _announce(host: ClientConnection, times: int) -> int:
    """Announce so often; return the offset after that."""
    texts = [f"Announcement {number} of {times}" for number in range(times)]
    return max(int(_ask(host, type="announce", text=text)["offset"]) for text in texts)


def _ask(host: ClientConnection, **command: Any) -> dict[str, Any]:
    host.send(json.dumps({"id": 1, **command}))
    while True:
        for line in map(json.loads, str(host.recv(timeout=60)).split("\n")):
            if line.get("id") == 1:
                assert line["type"] != "error", line
                reply: dict[str, Any] = line
                return reply


def _metrics(port: int) -> dict[str, float]:
    lines = (line.rpartition(" ") for line in get(port, "/metrics").splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


if __name__ == "__main__":
    sys.exit(main())
