"""`python -m loadtests.bench.drop`: what a drop costs, beside PostgreSQL's own `pgbench` in the same run on the same engine.

Orders a second from socket frame to acknowledgement on one product with ample stock, in one step and by hold, payment and order, each in
turn with pgbench's 32 clients. Then ten thousand taps on a hundred units within a second, over two server processes, while a host
announces; listeners in a process of their own note when they hear it. Nothing is pinned to a core: server, PostgreSQL, Valkey and buyers
share the machine, as pgbench and PostgreSQL do.
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url
from websockets.sync.client import ClientConnection, connect

from loadtests.bench.drop import buyers, pgbench
from loadtests.bench.drop.buyers import Found, Script
from loadtests.bench.ours import prepare, serving
from loadtests.bench.peers.peer import NotHere
from loadtests.surroundings import receiver
from server.access.tokens import Tokens
from server.clock import SystemClock
from server.embedded import start_engines
from server.settings import Settings

SHOW, PRODUCT = "demo", "p_demo_teapot"
LIMITS = {"SHOWFLOOR_LIMITS": "off", "SHOWFLOOR_FAKE_PAYMENTS": "true"}
"""A buyer who buys a hundred times an hour from one address is what the limits are made to stop."""
BUY: Script = [{"type": "buy", "product": PRODUCT, "quantity": 1, "key": "$key"}]
PAY: Script = [
    {"type": "hold", "lines": [{"product": PRODUCT, "quantity": 1}], "key": "$key"},
    {"type": "pay", "hold": "$hold", "key": "$key"},
]
AMPLE = 100_000_000
ANNOUNCED_EVERY = 0.25
"""All who tap hear it too: more often is more than two cores write to a room of ten thousand in the first place."""
LISTENERS = 200
LISTENED_SECONDS = 5.0
"""Before the taps, and from the first of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of purchase by so many buyers: how often pgbench's rate, and within what time for 99 of 100."""

    what: str
    script: Script
    buyers: int
    times_asked: float
    p99_ms_asked: float | None = None


ROWS = (
    Row("one step", BUY, 1000, 6.0, 100.0),
    Row("one step", BUY, 300, 4.0, 100.0),
    Row("hold, payment, order", PAY, 1000, 3.0),
    Row("hold, payment, order", PAY, 300, 3.0),
)


class Crowd:
    """Buyers in a process of their own, all of them in the show."""

    def __init__(self, pipe: Connection, ports: Sequence[int], count: int) -> None:
        self._pipe = pipe
        self._ask((tuple(ports), count, SHOW))

    def run(self, method: str, *arguments: Any) -> Found:
        """Have them do something, and return what came of it."""
        self.begin(method, *arguments)
        return self.end()

    def begin(self, method: str, *arguments: Any) -> None:
        """Have them do something, whose outcome `end` waits for."""
        self._pipe.send((method, arguments))

    def end(self) -> Found:
        """Return what came of what they began to do."""
        found: Found = self._hear()
        return found

    def _ask(self, wanted: Any) -> None:
        self._pipe.send(wanted)
        self._hear()

    def _hear(self) -> Any:
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def main() -> int:
    """Run all of it, and print a table; exit code 1 when something was sold twice, or not at all."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.bench.drop", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of each row, in turn with pgbench")
    parser.add_argument("--seconds", type=int, default=8, help="of each half of a round")
    parser.add_argument("--taps", type=int, default=10_000, help="0: none")
    parser.add_argument("--units", type=int, default=100)
    parser.add_argument("--only", default="", help="rows whose name begins like this")
    given = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="showfloor-drop-") as folder:
            return _run(Path(folder), given)
    except NotHere as error:
        print(error, file=sys.stderr)
        return 2


def _run(folder: Path, given: argparse.Namespace) -> int:
    with ExitStack() as stack:
        engines = stack.enter_context(start_engines(folder / "data"))
        settings = prepare(engines, folder)
        uri = uri_of(engines.database_url)
        pgbench.make_tables(uri)
        _stock(uri, AMPLE)
        ports = [
            stack.enter_context(serving(settings, folder / name, LIMITS, pinned=False))[0] for name in "ab"
        ]
        for row in (each for each in ROWS if each.what.startswith(given.only)):
            _compare(row, ports[0], given, lambda: pgbench.orders_a_second(uri, given.seconds, folder))
        agree = _sold(uri)
        print(f"sold {agree[0]:,}, and as many orders: {'yes' if agree[0] == agree[1] else 'NO'}")
        tapped = _tap(ports, uri, settings, given) if given.taps else True
    return 0 if tapped and agree[0] == agree[1] else 1


def _compare(row: Row, port: int, given: argparse.Namespace, peer: Callable[[], float]) -> None:
    rates, times, p99 = [], [], []
    with receiver(buyers.serve) as pipe:
        crowd = Crowd(pipe, [port], row.buyers)
        crowd.run("buy", row.script, 2.0)
        for _ in range(given.rounds):
            theirs = peer()
            found = crowd.run("buy", row.script, float(given.seconds))
            assert not found.refused, found.refused
            rates.append((theirs, found.bought / found.seconds))
            p99.append(_p99_ms(found.times))
            times.append(rates[-1][1] / theirs)
    theirs, ours = (statistics.median(each) for each in zip(*rates, strict=True))
    asked = f"asked ≥ {row.times_asked:g}" + (f", ≤ {row.p99_ms_asked:g} ms" if row.p99_ms_asked else "")
    print(
        f"{row.what:<21} {row.buyers:>5} buyers: pgbench {theirs:6,.0f}/s, ours {ours:6,.0f}/s, "
        f"× {statistics.median(times):.2f} ({min(times):.2f} to {max(times):.2f}), p99 {statistics.median(p99):.0f} ms ({asked})",
        flush=True,
    )


def _tap(ports: Sequence[int], uri: str, settings: Settings, given: argparse.Namespace) -> bool:
    with (
        receiver(buyers.serve) as pipe,
        receiver(buyers.serve) as ears,
        _host(ports[0], settings) as host,
    ):
        crowd, listeners = Crowd(pipe, ports, given.taps), Crowd(ears, ports, LISTENERS)
        with _announcing(host):
            crowd.begin("listen", LISTENED_SECONDS)
            calm = listeners.run("listen", LISTENED_SECONDS)
            crowd.end()
        _stock(uri, given.units)
        before, _ = _sold(uri)
        with _announcing(host):
            listeners.begin("listen", LISTENED_SECONDS)
            found = crowd.run("tap", BUY, 1.0)
            heard = listeners.end()
    sold, orders = (after - was for after, was in zip(_sold(uri), (before, before), strict=True))
    print(
        f"{given.taps:,} taps on {given.units} units over two processes: {sold} sold, {orders} orders, "
        f"{len(found.times)} acknowledged, refused {found.refused}; all answered {found.seconds:.2f} s after the first tap"
    )
    print(
        f"each from its sending: p50 {_p50_ms(found.answers):.0f} ms, p99 {_p99_ms(found.answers):.0f} ms, "
        f"the last {max(found.answers) * 1000:.0f} ms (asked ≤ 2,000 ms)"
    )
    print(
        f"announcements to {LISTENERS} listeners: p50 {_p50_ms(calm.pushes):.0f} ms and p99 {_p99_ms(calm.pushes):.0f} ms before, "
        f"{_p50_ms(heard.pushes):.0f} ms and {_p99_ms(heard.pushes):.0f} ms meanwhile"
    )
    return sold == orders == len(found.times) == given.units and "unanswered" not in found.refused


def _p50_ms(times: Sequence[float]) -> float:
    return statistics.median(times) * 1000 if times else float("nan")


def _p99_ms(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100)[98] * 1000 if len(times) > 1 else float("nan")


@contextmanager
def _host(port: int, settings: Settings) -> Iterator[ClientConnection]:
    tokens = Tokens(settings.signing_secret(), SystemClock())
    token = tokens.sign(tokens.new_member("demo", "host", name="Host"))
    with connect(f"ws://127.0.0.1:{port}/v1/live") as socket:
        socket.send(json.dumps({"id": 1, "type": "join", "show": SHOW, "token": token}))
        yield socket


@contextmanager
def _announcing(host: ClientConnection) -> Iterator[None]:
    """Announce again and again, each time with the time."""
    over = threading.Event()

    def announce() -> None:
        while not over.wait(ANNOUNCED_EVERY):
            host.send(json.dumps({"type": "announce", "text": f"t={time.monotonic_ns():019}"}))

    thread = threading.Thread(target=announce)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def uri_of(url: str) -> str:
    parts = make_url(url)
    return f"postgresql://{parts.username}@/{parts.database}?host={parts.query['host']}"


def _stock(uri: str, units: int) -> None:
    """Have so many units free, as a restocking would."""
    with psycopg.connect(uri) as connection:
        connection.execute("UPDATE product SET stock = %s WHERE id = %s", (units, PRODUCT))


def _sold(uri: str) -> tuple[int, int]:
    """Return how many units the product's row says were sold, and how many orders of it there are, less those of the demo's past."""
    with psycopg.connect(uri) as connection:
        sold = connection.execute("SELECT sold FROM product WHERE id = %s", (PRODUCT,)).fetchone()
        orders = connection.execute(
            "SELECT coalesce(sum(quantity), 0) FROM orders WHERE product_id = %s", (PRODUCT,)
        ).fetchone()
    assert sold is not None, "it is seeded"
    assert orders is not None, "a sum has a row"
    return int(sold[0]), int(orders[0])


if __name__ == "__main__":
    sys.exit(main())
