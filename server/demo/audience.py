"""Simulated viewers over real sockets: they join, watch, react in waves, ask, chat, vote, click, buy now and then, leave and come back.

They know nothing that a real viewer's page does not know. Some were in the past shows and come with the token they got then.
"""

import asyncio
import math
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from server.demo.catalogue import COMMENTS, LIVE_SHOW_ID, NAMES, QUESTIONS, SOURCES
from server.demo.opinions import score_of
from server.demo.people import Person, recognisable_viewers
from server.demo.stage import Pace, Stage

RECOGNISED_SHARE = 0.4
ASKING_SECONDS = 22.0
FIRST_ASKING_SECONDS = (8.0, 12.0, 15.0)
"""Whoever has just started the demo is shown questions at once, and not many later."""
CHATTING_SECONDS = 7.0
FIRST_CHATTING_SECONDS = (2.0, 3.0, 4.0)
EAGER = 0.1
"""How much likelier somebody speaks while those first questions are wanted."""
LOOKS_FIRST_SECONDS = 3.5
"""Nobody does anything before they have seen what it is about; what a guest does earlier counts apart."""
LURKING = 0.1
"""Whoever is less warm than this only watches: about three in ten."""
REACTIONS = ("heart", "heart", "heart", "clap", "fire", "laugh", "wow")
TokenOf = Callable[[Person], str]
_AWAY = (OSError, WebSocketException, TimeoutError)


@dataclass(slots=True)
class Ticket:
    """What a viewer keeps between visits, as a browser would."""

    token: str | None
    position: dict[str, Any] | None = None


class Audience:
    """`size` viewers of the live demo show on the server at `address` (`ws://host:port/v1/live`).

    `token_of` signs the token that a person of the past shows would have kept. With a `seed` their choices can be repeated.
    """

    def __init__(self, address: str, size: int, token_of: TokenOf, *, seed: int | None = None) -> None:
        self.address = address
        self.stage = Stage()
        crowd = max(1.0, math.sqrt(size / 40))
        self.asking = Pace(ASKING_SECONDS, FIRST_ASKING_SECONDS)
        self.chatting = Pace(CHATTING_SECONDS, FIRST_CHATTING_SECONDS)
        self.buying = Pace(40.0 / crowd)
        self.members = list(self._invite(size, token_of, seed))

    async def run(self) -> None:
        """Keep the audience there until cancelled; a server that goes away is waited for."""
        async with asyncio.TaskGroup() as group:
            for number, viewer in enumerate(self.members):
                group.create_task(viewer.come_and_go(delay=arrival_seconds(number)))

    def _invite(self, size: int, token_of: TokenOf, seed: int | None) -> Iterable["SimulatedViewer"]:
        known = recognisable_viewers()[: int(size * RECOGNISED_SHARE)]
        for number in range(size):
            random = Random(None if seed is None else f"{seed} {number}")
            person = known[number] if number < len(known) else _newcomer(random)
            token = token_of(person) if number < len(known) else None
            yield SimulatedViewer(self, person, Ticket(token), random, watcher=number == 0)


class SimulatedViewer:
    """One viewer. The `watcher` stays all the time and keeps the shared stage up to date for everybody."""

    def __init__(
        self, audience: Audience, person: Person, ticket: Ticket, random: Random, *, watcher: bool
    ) -> None:
        self._audience = audience
        self._person = person
        self._ticket = ticket
        self._random = random
        self._watcher = watcher
        self._seen: set[str] = set()

    async def come_and_go(self, *, delay: float) -> None:
        """Visit, leave, come back, until cancelled."""
        await asyncio.sleep(delay)
        while True:
            with suppress(*_AWAY):
                await self._visit()
            await asyncio.sleep(1.0 if self._watcher else self._random.uniform(4, 40))
            if self._moves_on():
                self._person, self._ticket, self._seen = _newcomer(self._random), Ticket(None), set()

    def _moves_on(self) -> bool:
        """Whether somebody new takes the place of a guest who has left, so that the show's viewers grow in number."""
        return not self._watcher and not self._person.viewer_id and self._random.random() < 0.6

    async def _visit(self) -> None:
        async with connect(
            self._audience.address, compression=None, proxy=None, ping_interval=None, close_timeout=1
        ) as socket:
            await socket.send(_line(type="join", id=1, **self._introduction()))
            first, *pushes = _objects(await asyncio.wait_for(socket.recv(), 10))
            if not self._take_joined(first):
                return
            self._take(pushes)
            await socket.send(_line(type="playing"))
            await self._watch(socket)

    def _introduction(self) -> dict[str, Any]:
        join: dict[str, Any] = {"show": LIVE_SHOW_ID}
        if self._ticket.token is None:
            join |= {"name": self._person.name, "remember": self._person.remembered}
        else:
            join |= {"token": self._ticket.token}
        if self._ticket.position is not None and not self._watcher:
            join |= {"position": self._ticket.position}
        return join if self._person.source is None else join | {"source": self._person.source}

    def _take_joined(self, joined: dict[str, Any]) -> bool:
        if joined.get("type") != "joined":
            # A token of an earlier secret or a full show: come back as somebody new, later.
            self._ticket = Ticket(None)
            return False
        self._ticket.token = joined.get("token", self._ticket.token)
        self._ticket.position = joined["position"]
        if self._watcher and "snapshot" in joined:
            self._audience.stage.see_snapshot(joined["snapshot"])
        return True

    async def _watch(self, socket: ClientConnection) -> None:
        """Read and behave until the viewer has seen enough or the server closes."""
        reading = asyncio.create_task(self._read(socket))
        behaving = asyncio.create_task(self._behave(socket))
        try:
            await asyncio.wait((reading, behaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, behaving):
                task.cancel()
            await asyncio.gather(reading, behaving, return_exceptions=True)

    async def _read(self, socket: ClientConnection) -> None:
        async for frame in socket:
            self._take(_objects(frame))

    def _take(self, pushes: Iterable[dict[str, Any]]) -> None:
        now = asyncio.get_running_loop().time()
        for push in pushes:
            if "offset" in push and self._ticket.position is not None:
                self._ticket.position["offset"] = push["offset"]
            if self._watcher:
                self._audience.stage.see_push(push, now)

    async def _behave(self, socket: ClientConnection) -> None:
        random, loop = self._random, asyncio.get_running_loop()
        leaves_at = loop.time() + (math.inf if self._watcher else random.expovariate(1 / 240) + 10)
        await asyncio.sleep(LOOKS_FIRST_SECONDS)
        while loop.time() < leaves_at:
            await asyncio.sleep(self.pause_seconds())
            for command in self.next_commands(loop.time()):
                await socket.send(msgspec.json.encode(command).decode())
            if not self._watcher and random.random() < 0.004:
                await self._look_away(socket)

    async def _look_away(self, socket: ClientConnection) -> None:
        await socket.send(_line(type="playing", playing=False))
        await asyncio.sleep(self._random.uniform(5, 40))
        await socket.send(_line(type="playing"))

    def pause_seconds(self) -> float:
        """Return how long this viewer only watches before the next thing, if any."""
        return self._random.expovariate(1 / 3.0) + 0.3

    def next_commands(self, now: float) -> list[dict[str, Any]]:
        """Return what this viewer does next, often nothing; `now` is in seconds, of any clock that runs on."""
        stage, random, warmth = self._audience.stage, self._random, self._person.warmth
        if stage.survey is not None and stage.survey["id"] not in self._seen:
            return self._say_opinion(stage.survey)
        if not stage.live:
            return []
        if stage.pinned is not None and stage.pinned not in self._seen:
            self._seen.add(stage.pinned)
            return [{"type": "impression", "products": [stage.pinned]}]
        if warmth < LURKING:
            return []
        dice = random.random()
        if dice < 0.28 * stage.mood(now) * (0.25 + warmth):
            kind, n = random.choice(REACTIONS), random.choice((1, 1, 2, 3, 6))
            return [{"type": "react", "kind": kind, "n": n}]
        talkative = 0.02 * warmth + EAGER * self._audience.asking.is_wanted(now)
        if dice > 0.985 - talkative:
            return self._speak(now)
        if dice > 0.975 - talkative:
            return self._shop(now)
        if 0.94 < dice < 0.9405:
            return [{"type": "share", "via": "copy"}]
        chatting = self._audience.chatting
        return [_comment(chatting.taken)] if chatting.take(now) else []

    def _say_opinion(self, survey: dict[str, Any]) -> list[dict[str, Any]]:
        """See the card of a survey, and answer it, or not."""
        random, warmth, id = self._random, self._person.warmth, survey["id"]
        self._seen.add(id)
        shown = {"type": "survey.shown", "survey": id}
        if survey["kind"] == "text" or random.random() > 0.3 + 0.5 * warmth:
            return [shown]
        answer: dict[str, Any] = {"type": "survey.answer", "survey": id}
        match survey["kind"]:
            case "nps":
                answer["score"] = score_of(random, minutes=30 * warmth, bought=False)
            case "stars":
                answer["score"] = random.choices((3, 4, 5), (1, 3, 4))[0]
            case "choice":
                answer["choice"] = random.randrange(len(survey["choices"]))
        return [shown, answer]

    def _speak(self, now: float) -> list[dict[str, Any]]:
        """Ask something that is not on the list of open questions, else vote for one that is."""
        stage, random = self._audience.stage, self._random
        text = random.choice(QUESTIONS)[0]
        if text not in stage.questions.values() and self._audience.asking.take(now):
            return [{"type": "ask", "text": text}]
        return [{"type": "vote", "question": random.choice(list(stage.questions))}] if stage.questions else []

    def _shop(self, now: float) -> list[dict[str, Any]]:
        """Look at a product, and buy it if it is time that somebody did."""
        stage = self._audience.stage
        products = stage.on_sale()
        if not products:
            return []
        product = self._random.choice(products)
        look: list[dict[str, Any]] = [{"type": "click", "product": product}]
        if product not in self._seen:
            # Only the pinned card shows by itself; for any other the list of products was opened.
            look.insert(0, {"type": "impression", "products": [product]})
            self._seen.add(product)
        if self._random.random() > 0.3 + 0.5 * self._person.warmth or not self._audience.buying.take(now):
            return look
        quantity = 2 if stage.stock[product] > 1 and self._random.random() < 0.12 else 1
        key = f"demo-{secrets.token_hex(8)}"
        price = stage.prices[product]
        buy = {"type": "buy", "product": product, "quantity": quantity, "key": key, "price": price}
        return [*look, buy]


def arrival_seconds(number: int) -> float:
    """Return how long after the start a member comes for the first time."""
    return min(20.0, number * 0.15)


def _newcomer(random: Random) -> Person:
    return Person(
        viewer_id="",
        name=random.choice(NAMES),
        guest=True,
        remembered=random.random() < 0.5,
        warmth=random.random() ** 2,
        source=random.choice(SOURCES),
    )


def _comment(nth: int) -> dict[str, Any]:
    """Return what is said at the nth turn: nobody repeats what was said just before."""
    return {"type": "comment", "text": COMMENTS[nth % len(COMMENTS)]}


def _line(**fields: Any) -> str:
    return msgspec.json.encode(fields).decode()


def _objects(frame: str | bytes) -> list[dict[str, Any]]:
    text = frame if isinstance(frame, str) else frame.decode()
    return [msgspec.json.decode(line) for line in text.split("\n")]
