"""Questions and votes at the pace of a great show: `python -m loadtests.questions`.

Two server processes; the viewers are two lean swarms that listen. Beside them, over sockets of their own: those who ask and vote, and two
consoles, a host at one process and a moderator at the other, who work on the same queue and wait for each answer. At the end the votes in
SQL are held against those that were acknowledged, and what each console made of its snapshot and the pushes after it against a fresh
snapshot. Everything shares the machine with the servers: ratios and bounds hold, absolutes do not.
"""

import argparse
import asyncio
import json
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import text

from loadtests.bench.cost import ServerCost, spent_between
from loadtests.bench.ours import prepare, serving
from loadtests.bench.peers.peer import Door
from loadtests.bench.swarm import Swarm, compile_c
from loadtests.comments import SWARM, UNLIMITED
from loadtests.seats import SHOW, Seat, again, sit
from server.access.roles import Role
from server.access.tokens import tokens_for
from server.clock import SystemClock
from server.db.engine import Database
from server.demo.catalogue import CHANNEL_ID
from server.embedded import Engines, start_engines
from tests.support.reducer import Seen, apply_all, see, without_older

CROWD = 60
"""Who ask and vote. Each votes once for a question: with fewer there were not enough pairs."""
SETTLED_SECONDS = 3.0
PROCESSES = ("a", "b")
STAFF: tuple[Role, Role] = ("host", "moderator")
_VOTES = text(
    "SELECT q.id, q.votes + q.votes_apart AS counted, count(v.viewer_id) AS rows"
    " FROM question AS q LEFT JOIN vote AS v ON v.question_id = q.id GROUP BY q.id"
)


@dataclass(frozen=True, slots=True)
class Load:
    """How many viewers listen, and how much comes in a minute for how many seconds."""

    viewers: int
    questions: float
    votes: float
    acts: float
    seconds: float


@dataclass
class Queue:
    """The questions that were asked, and who voted for which of them."""

    asked: list[tuple[str, Seat]] = field(default_factory=list)
    votes: Counter[str] = field(default_factory=Counter)
    pairs: set[tuple[str, str]] = field(default_factory=set)

    async def ask(self, seat: Seat, n: int) -> None:
        """Ask something new."""
        answer = await seat.ask(
            "ask", text=f"Question {n}: does this glaze hold in the oven, and for how long?"
        )
        if answer["type"] == "ok":
            self.asked.append((answer["question"], seat))

    async def vote(self, seats: list[Seat], picks: random.Random) -> None:
        """Have somebody vote who has not, for one of the newest questions of others."""
        for _ in range(100):
            seat = picks.choice(seats)
            newest = self.asked[-200:]
            if not newest:
                return
            question, author = picks.choice(newest)
            if author is not seat and (question, seat.name) not in self.pairs:
                break
        else:
            return
        self.pairs.add((question, seat.name))
        answer = await seat.ask("vote", question=question)
        if answer["type"] == "ok":
            self.votes[question] += 1


@dataclass
class Console:
    """A host or moderator, who takes one question after the other from the front of the queue."""

    seat: Seat
    places: Iterator[int]

    async def act(self, queue: Queue, n: int) -> None:
        """Do the next thing: claim, label, pin, answer, dismiss, begin, in turn, each to a question of its own."""
        if len(queue.asked) < 10:
            return
        question = queue.asked[next(self.places) % len(queue.asked)][0]
        match n % 6:
            case 0:
                await self.seat.ask("question.claim", question=question)
            case 1:
                await self.seat.ask("question.label", question=question, labels=["care", "oven"])
            case 2:
                await self.seat.ask("question.pin", question=question)
            case 3:
                await self.seat.ask(
                    "question.answer", question=question, text="Yes, up to 220 °C for an hour."
                )
            case 4:
                await self.seat.ask("question.dismiss", question=question, reason="off_topic")
            case _:
                await self.seat.ask("question.begin", question=question)

    def check(self, truth: Seen) -> int:
        """Hold what this console has by its snapshot and pushes against what SQL says; returns how many pushes there were."""
        joined = self.seat.joined
        mine = apply_all(joined["snapshot"], joined["position"]["offset"], self.seat.pushes)
        assert self.seat.pushes[-1]["offset"] == truth.offset, f"{self.seat.name} has not heard everything"
        assert without_older(mine) == without_older(truth.staff), f"{self.seat.name} sees something else"
        return len(self.seat.pushes)


async def play(queue: Queue, crowd: list[Seat], consoles: list[Console], load: Load) -> None:
    """Have everybody do what they do until the time is over."""
    until = asyncio.get_running_loop().time() + load.seconds
    picks = random.Random(1)
    pace = 60.0 / load.votes * 4  # four who vote side by side
    await asyncio.gather(
        again(lambda n: queue.ask(crowd[n % len(crowd)], n), 60.0 / load.questions, until),
        *(again(lambda n: queue.vote(crowd, picks), pace, until) for _ in range(4)),
        *(
            again(lambda n, console=console: console.act(queue, n), 60.0 / load.acts, until)  # type: ignore[misc]
            for console in consoles
        ),
    )


async def check_votes(database: Database, queue: Queue) -> int:
    """Hold the votes in SQL against those that were acknowledged; returns how many there are."""
    async with database.read() as connection:
        rows = (await connection.execute(_VOTES)).all()
    assert all(row.counted == row.rows for row in rows), "a count is not what there is"
    kept = {row.id: int(row.rows) for row in rows}
    for question, n in queue.votes.items():
        assert kept[question] == n, f"{n} votes for {question} were acknowledged, {kept[question]} are there"
    return sum(kept[question] for question, _ in queue.asked)


async def measure(engines: Engines, folder: Path, program: Path, load: Load) -> None:
    """Run it and print what came of it."""
    settings = await asyncio.to_thread(prepare, engines, folder)
    tokens = tokens_for(settings, SystemClock())

    def sign(role: Role, name: str) -> str:
        return tokens.sign(tokens.new_member(CHANNEL_ID, role, name=name))

    async with AsyncExitStack() as stack:
        servers = [
            stack.enter_context(serving(settings, folder / name, UNLIMITED, pinned=False))
            for name in PROCESSES
        ]
        ports = [port for port, _ in servers]
        swarms = [await listen(stack, program, port, load.viewers // len(ports)) for port in ports]
        crowd = [await sit(stack, ports[n % 2], f"viewer {n}", None) for n in range(CROWD)]
        consoles = [
            Console(await sit(stack, port, role, sign(role, "Mika")), count(n, 2))
            for n, (role, port) in enumerate(zip(STAFF, ports, strict=True))
        ]
        queue = Queue()
        costs = [ServerCost(servers[0][1], folder), ServerCost(servers[1][1])]
        before = [cost.cpu() for cost in costs]
        for swarm in swarms:
            swarm.begin_measure(load.seconds)
        heard, _ = await asyncio.gather(
            asyncio.gather(*(asyncio.to_thread(swarm.result) for swarm in swarms)),
            play(queue, crowd, consoles, load),
        )
        spent = [spent_between(then, cost.cpu()) for then, cost in zip(before, costs, strict=True)]
        await asyncio.sleep(SETTLED_SECONDS)  # the last round is on its way
        database = Database(settings.database_url or "", pool_size=1)
        stack.push_async_callback(database.close)
        votes, truth = await check_votes(database, queue), await see(database, SHOW)
        print(f"{load.viewers} viewers at two processes for {load.seconds:g} s")
        print(f"  {len(queue.asked):,} questions; {votes:,} votes, each counted once")
        for console in consoles:
            pushes = console.check(truth)
            print(f"  {console.seat.told()}; its snapshot and {pushes:,} pushes are a fresh snapshot")
    everybody = Seat("those who ask and vote")
    for seat in crowd:
        everybody.took_ms += seat.took_ms
        everybody.refused += seat.refused
    print(f"  {everybody.told()}")
    print(
        f"  each of the others heard {sum(each.bytes for each in heard) / load.viewers / load.seconds:,.0f} bytes a second"
        f" in {sum(each.frames for each in heard) / load.viewers / load.seconds:.1f} frames"
    )
    shares: defaultdict[str, float] = defaultdict(float)
    for each in spent:
        for name, seconds in each.items():
            shares[name] += seconds / load.seconds
    print("  CPU: " + ", ".join(f"{name} {share:.0%}" for name, share in shares.items() if share > 0.01))


async def listen(stack: AsyncExitStack, program: Path, port: int, viewers: int) -> Swarm:
    """Have viewers join who only hear."""
    first = json.dumps({"id": 1, "type": "join", "show": SHOW})
    swarm = await asyncio.to_thread(Swarm, program, Door(port, "/v1/live", first, '"joined"'), viewers)
    return stack.enter_context(swarm)


def main() -> None:
    """Run it on engines of its own."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.questions", description=__doc__)
    parser.add_argument("--viewers", type=int, default=2_000)
    parser.add_argument("--questions", type=float, default=200.0, help="a minute")
    parser.add_argument("--votes", type=float, default=2_000.0, help="a minute")
    parser.add_argument(
        "--acts",
        type=float,
        default=90.0,
        help="a minute at each console; more would come up with the questions",
    )
    parser.add_argument("--seconds", type=float, default=300.0)
    given = parser.parse_args()
    load = Load(given.viewers, given.questions, given.votes, given.acts, given.seconds)
    with tempfile.TemporaryDirectory(prefix="showfloor-questions-") as directory:
        folder = Path(directory)
        program = compile_c(SWARM, Path(tempfile.gettempdir()) / "showfloor-swarm")
        with start_engines(folder / "data") as engines:
            asyncio.run(measure(engines, folder, program, load))


if __name__ == "__main__":
    main()
