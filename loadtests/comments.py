"""A flood of comments in a full show: `python -m loadtests.comments`.

The viewers are the lean swarm, which writes the comments too. Beside it, over sockets of their own: one who writes and waits for each
answer, a host who announces, a buyer who buys, and one who checks what is shown against the rule. At the end all that was acknowledged is
looked for in SQL. Everything shares the machine with the server: ratios and bounds hold, absolutes do not.
"""

import argparse
import asyncio
import json
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from loadtests.bench.cost import ServerCost, spent_between
from loadtests.bench.ours import prepare, serving
from loadtests.bench.peers.peer import Door
from loadtests.bench.swarm import Counted, Swarm, compile_c
from loadtests.seats import SHOW, Seat, again, sit
from server.access.tokens import tokens_for
from server.clock import SystemClock
from server.comments.rules import VIEWERS
from server.db.engine import Database
from server.demo.catalogue import CHANNEL_ID
from server.embedded import Engines, start_engines
from server.settings import Settings

CALM_SECONDS = 5
UNLIMITED = {"SHOWFLOOR_LIMITS": "off"}
SETTLED_SECONDS = 5.0
_COUNT = text(
    "SELECT (SELECT count(*) FROM comment) AS comments,"
    " (SELECT count(*) FROM ledger_entry WHERE kind = 'comment') AS facts"
)
WORDS = "This one is lovely, does it come in blue too?"
SWARM = Path(__file__).parent / "bench" / "swarm.c"


@dataclass(frozen=True, slots=True)
class Load:
    """How many viewers, and how many comments a second for how long."""

    viewers: int
    rate: float
    seconds: float


async def act(seats: dict[str, Seat], product: str, seconds: float) -> None:
    """Have everybody at their seats do what they do for so long."""
    until = time.monotonic() + seconds
    at = round(until)
    await asyncio.gather(
        again(lambda n: seats["writer"].ask("comment", text=f"And I say {n}"), 0.3, until),
        again(lambda n: seats["host"].ask("announce", text=f"Number {n}"), 0.5, until),
        again(lambda n: seats["host's comment"].ask("comment", text=f"Hello {n}"), 1.0, until),
        again(
            lambda n: seats["buyer"].ask("buy", product=product, quantity=1, key=f"key-{at}-{n:06}"),
            0.1,
            until,
        ),
    )


def check_rule(pushes: list[dict[str, Any]], host_ids: set[str]) -> tuple[int, int, int]:
    """Return how many were written, shown and pushed in how many publications; raises `AssertionError` where the rule was broken."""
    posted = [push for push in pushes if push["type"] == "comment.posted"]
    offsets = [push["offset"] for push in pushes]
    assert offsets == list(range(offsets[0], offsets[0] + len(offsets))), "a publication is missing"
    shown = [(push["at"], comment) for push in posted for comment in push["comments"]]
    places = [comment["n"] for _, comment in shown]
    assert places == list(range(places[0], places[0] + len(places))), "what is shown has a hole"
    assert host_ids <= {comment["id"] for _, comment in shown}, "the host's own is left out"
    others = [_seconds(at) for at, comment in shown if comment.get("role") is None]
    for first, began in enumerate(others):
        for last in range(first, min(first + 400, len(others))):
            allowed = VIEWERS.burst + (others[last] - began) * VIEWERS.per_second
            assert last - first + 1 <= allowed + 1e-6, "more than the rule allows"
    return posted[-1]["written"], posted[-1]["shown"], len(posted)


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


async def count_kept(settings: Settings) -> tuple[int, int]:
    """Return how many comments and how many facts of them are in SQL, once no more come."""
    database = Database(settings.database_url or "", pool_size=1)
    kept = facts = -1
    while True:
        async with database.read() as connection:
            row = (await connection.execute(_COUNT)).one()
        if row.comments == kept:
            break
        kept = row.comments
        await asyncio.sleep(SETTLED_SECONDS)
    kept, facts = row.comments, row.facts
    await database.close()
    return kept, facts


async def measure(engines: Engines, folder: Path, program: Path, load: Load) -> None:
    """Run it and print what came of it."""
    settings = await asyncio.to_thread(prepare, engines, folder)
    tokens = tokens_for(settings, SystemClock())
    with serving(settings, folder, UNLIMITED, pinned=False) as (port, pid):
        door = Door(port, "/v1/live", json.dumps({"id": 1, "type": "join", "show": SHOW}), '"joined"')
        swarm = await asyncio.to_thread(Swarm, program, door, load.viewers)
        async with AsyncExitStack() as stack:
            stack.enter_context(swarm)
            host = tokens.sign(tokens.new_member(CHANNEL_ID, "host", name="Mika"))
            names = {"watcher": None, "writer": None, "buyer": None, "host": host, "host's comment": host}
            seats = {name: await sit(stack, port, name, token) for name, token in names.items()}
            product = await _some_product(settings)
            print(f"{swarm.joined.viewers} viewers in after {swarm.joined.seconds:.1f} s")
            calm, _ = await _play(
                swarm, ServerCost(pid, folder), seats, product, Load(load.viewers, 0, CALM_SECONDS)
            )
            _tell("calm", calm, seats, load.viewers)
            flood, cpu = await _play(swarm, ServerCost(pid, folder), seats, product, load)
            _tell(f"{load.rate:g} comments a second", flood, seats, load.viewers)
            print("  CPU: " + ", ".join(f"{name} {share:.0%}" for name, share in cpu.items()))
            kept, facts = await count_kept(settings)
            hosts = {c["id"] for p in seats["watcher"].pushes for c in p.get("comments", []) if c.get("role")}
            await asyncio.sleep(SETTLED_SECONDS)  # the last round is on its way
            written, shown, pushes = check_rule(seats["watcher"].pushes, hosts)
            print(
                f"  sent {flood.sent:,} by the swarm; written {written:,}, shown {shown:,} in {pushes} pushes; "
                f"kept {kept:,}, facts {facts:,}"
            )
            assert kept == facts == written, "what was acknowledged is not all there"
            assert kept >= flood.sent, "comments of the swarm are missing"


async def _play(
    swarm: Swarm, cost: ServerCost, seats: dict[str, Seat], product: str, load: Load
) -> tuple[Counted, dict[str, float]]:
    for seat in seats.values():
        seat.took_ms.clear()
    before = cost.cpu()
    if load.rate:
        swarm.begin_send(load.rate, load.seconds, json.dumps({"type": "comment", "text": WORDS}))
    else:
        swarm.begin_measure(load.seconds)
    counted, _ = await asyncio.gather(asyncio.to_thread(swarm.result), act(seats, product, load.seconds))
    spent = spent_between(before, cost.cpu())
    return counted, {name: each / load.seconds for name, each in spent.items()}


def _tell(what: str, counted: Counted, seats: dict[str, Seat], viewers: int) -> None:
    bytes_each = counted.bytes / viewers / counted.seconds
    print(
        f"{what}: {bytes_each:,.0f} bytes a second and viewer in {counted.frames / viewers / counted.seconds:.1f} frames"
    )
    for seat in seats.values():
        if seat.took_ms:
            print(f"  {seat.told()}")


async def _some_product(settings: Settings) -> str:
    """Give a product of the show more units than anybody buys here, and return its id."""
    database = Database(settings.database_url or "", pool_size=1)
    async with database.write() as connection:
        row = await connection.execute(
            text(
                "UPDATE product SET stock = 100000 WHERE id = (SELECT min(id) FROM product WHERE active AND parent_id IS NULL"
                " AND buying IS NULL) RETURNING id"
            )
        )
        product = str(row.scalar_one())
    await database.close()
    return product


def main() -> None:
    """Run it on engines of its own."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.comments", description=__doc__)
    parser.add_argument("--viewers", type=int, default=5_000)
    parser.add_argument("--rate", type=float, default=500.0, help="comments a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    load = Load(given.viewers, given.rate, given.seconds)
    with tempfile.TemporaryDirectory(prefix="showfloor-comments-") as directory:
        folder = Path(directory)
        program = compile_c(SWARM, Path(tempfile.gettempdir()) / "showfloor-swarm")
        with start_engines(folder / "data") as engines:
            asyncio.run(measure(engines, folder, program, load))


if __name__ == "__main__":
    main()
