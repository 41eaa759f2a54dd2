"""`python -m loadtests.bench.auction`: a thousand bids a second on one auction, each with its answer's time.

A thousand viewers in one show bid once a second each, evenly spread, each bid above all that were sent before; all of them also hear the
price. Nothing is pinned to a core: server, PostgreSQL, Valkey and bidders share the machine.
"""

import argparse
import statistics
import sys
import tempfile
import urllib.request
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from loadtests.bench.drop import buyers
from loadtests.bench.drop.__main__ import LIMITS, PRODUCT, SHOW, Crowd, uri_of
from loadtests.bench.ours import prepare, serving
from loadtests.bench.peers.peer import NotHere
from loadtests.surroundings import receiver
from server.access.tokens import Tokens
from server.clock import SystemClock
from server.embedded import start_engines
from server.settings import Settings

P99_MS_ASKED = 250


def main() -> int:
    """Run it, and print what was answered within what time; exit code 1 when a bid was lost, or the price is another one."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.bench.auction", description=__doc__)
    parser.add_argument("--bidders", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=10, help="in each of which every bidder bids once")
    given = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="showfloor-auction-") as folder:
            return _run(Path(folder), given)
    except NotHere as error:
        print(error, file=sys.stderr)
        return 2


def _run(folder: Path, given: argparse.Namespace) -> int:
    with ExitStack() as stack:
        engines = stack.enter_context(start_engines(folder / "data"))
        settings = prepare(engines, folder)
        port, _ = stack.enter_context(serving(settings, folder / "a", LIMITS, pinned=False))
        auction = _start(port, settings)
        pipe = stack.enter_context(receiver(buyers.serve))
        crowd = Crowd(pipe, [port], given.bidders)
        script = [{"type": "bid", "auction": auction, "max": "$rising", "key": "$key"}]
        crowd.run("tap", script, 2.0)
        times, refused, took = list[float](), Counter[str](), 0.0
        for _ in range(given.seconds):
            found = crowd.run("tap", script, 1.0)
            times += found.times
            refused.update(found.refused)
            took += found.seconds
        kept = _kept(uri_of(engines.database_url), auction)
    return _tell(given, times, refused, took, kept)


def _tell(
    given: argparse.Namespace,
    times: list[float],
    refused: Counter[str],
    took: float,
    kept: tuple[int, int, int],
) -> int:
    sent, answered = given.bidders * given.seconds, len(times) + sum(refused.values())
    cuts = [cut * 1000 for cut in statistics.quantiles(times, n=100)]
    print(
        f"{sent:,} bids of {given.bidders:,} viewers in {took:.1f} s, {answered / took:,.0f} a second: {len(times):,} counted, "
        f"refused {dict(refused)}; answered p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms (asked ≤ {P99_MS_ASKED} ms)"
    )
    bids, rows, publications = kept
    print(
        f"kept: {bids:,} bids in {publications:,} publications; as many rows: {'yes' if bids == rows else 'NO'}"
    )
    return 0 if bids == rows and "unanswered" not in refused else 1


def _start(port: int, settings: Settings) -> str:
    tokens = Tokens(settings.signing_secret(), SystemClock())
    token = tokens.sign(tokens.new_member("demo", "host", name="Host"))

    def post(path: str, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1{path}", msgspec.json.encode(body), headers
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return msgspec.json.decode(answer.read())

    terms = {"product": PRODUCT, "start": 1, "steps": [{"from": 0, "step": 1}], "seconds": 86_400}
    auction = str(post(f"/shows/{SHOW}/auctions", terms)["id"])
    started = post(f"/live/{SHOW}/commands", {"id": 1, "type": "auction.start", "auction": auction})
    assert started["state"] == "running", started
    return auction


def _kept(uri: str, auction: str) -> tuple[int, int, int]:
    """Return how many bids the auction's row counts, how many rows there are of them, and how many publications told them."""
    with psycopg.connect(uri) as connection:
        row = connection.execute(
            "SELECT bids, (SELECT count(*) FROM auction_bid WHERE auction_id = %s),"
            " (SELECT count(*) FROM publication WHERE type = 'auction.bid') FROM auction WHERE id = %s",
            (auction, auction),
        ).fetchone()
    assert row is not None, "it was just started"
    return int(row[0]), int(row[1]), int(row[2])


if __name__ == "__main__":
    sys.exit(main())
