"""The year before the demo's past shows, as a merchant would bring it along: entries of the envelope, made by dice that fall the same way.

A pool of people grows with each show. Some come once, some come back for months and then stay away; a part of those who come buy, and buy
again. Evenings before holidays are fuller.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any

from server.clock import to_wire
from server.demo.catalogue import CURRENCY, HOST_NAME, NAMES, PRODUCTS, QUESTIONS, SOURCES, DemoProduct
from server.demo.people import cast

SHOWTIME = time(11, 0, tzinfo=UTC)
"""20:00 in Japan."""
FIRST_WEEK, LAST_WEEK = 52, 2
SECOND_EVENING_FROM = 26
"""So many weeks ago there began to be a second show a week."""
PIN_FRACTIONS = (0.04, 0.28, 0.52, 0.76)
TITLES = (
    "Winter table · 冬の食卓",
    "New glaze, first look · 新しい釉薬",
    "Spring picnic · 春のピクニック",
    "Tea from this year · 新茶の夕べ",
    "Summer linen · 夏のリネン",
    "Gifts under ¥5,000 · 五千円以下の贈りもの",
    "Visiting the kiln · 窯元をたずねて",
    "Cups for cold days · 寒い日の湯のみ",
)
DEVICES, DEVICE_WEIGHTS = ("phone", "tablet", "desktop"), (68, 9, 23)
REFERRERS = {"instagram": "instagram.com", "line": "line.me", "youtube": "youtube.com", "x": "t.co"}
REACTIONS = ("heart", "heart", "clap", "fire", "wow")
_SEASONS = ((345, 22, 0.35), (130, 20, 0.15), (225, 18, -0.2))
"""Days of the year around which evenings are fuller or emptier: the day, how many around it, and by which part."""
Entry = dict[str, Any]


@dataclass(slots=True)
class Regular:
    """Somebody of the pool: how likely they come to a show while they come at all, and how likely they buy when they do."""

    viewer_id: str
    known: bool
    remembered: bool
    device: str
    source: str | None
    comes: float
    buys: float
    stays: float
    """How likely they go on coming after each show."""
    brought_by: str | None = None
    active: bool = True
    bought: int = 0


@dataclass(slots=True)
class Evening:
    """One show of the year and its entries so far."""

    number: int
    started_at: datetime
    seconds: float
    entries: list[Entry] = field(default_factory=list)

    @property
    def id(self) -> str:
        return show_id_of(self.number)

    def add(self, kind: str, second: float, viewer: str | None, **fields: Any) -> None:
        """Note that something happened."""
        entry = {
            "id": f"{self.id}/{len(self.entries)}",
            "show": self.id,
            "kind": kind,
            "viewer": viewer,
            "at": to_wire(self.started_at + timedelta(seconds=second)),
            **fields,
        }
        self.entries.append(entry)


def show_id_of(number: int) -> str:
    """Return the id of the year's show of this number, from 1."""
    return f"demo-year-{number:02}"


def evenings(now: datetime) -> list[datetime]:
    """Return when the shows of the year began: one a week, later two, none in the week of the past shows."""
    today = datetime.combine(now.astimezone(UTC).date(), SHOWTIME)
    starts = [today - timedelta(weeks=week) for week in range(FIRST_WEEK, LAST_WEEK - 1, -1) if week != 3]
    more = [today - timedelta(weeks=week, days=-3) for week in range(SECOND_EVENING_FROM, LAST_WEEK, -1)]
    return sorted(starts + more)


def year_of_shows(now: datetime) -> Iterator[Entry]:
    """Yield all entries of the year before `now`."""
    pool = _Pool()
    starts = evenings(now)
    for number, started_at in enumerate(starts, 1):
        evening = Evening(number, started_at, 60.0 * pool.random.randint(28, 55))
        _Host(evening, pool, number / len(starts)).hold()
        yield from evening.entries


class _Pool:
    """Everybody who was ever there. Some of the cast of the past shows were there before."""

    def __init__(self) -> None:
        self.random = Random("year")
        self.people: list[Regular] = []
        self._cast = [person for person in cast() if person.remembered][:180]
        Random("cast of the year").shuffle(self._cast)

    def newcomer(self, progress: float) -> Regular:
        """Return somebody who comes for the first time; `progress` through the year from 0 to 1."""
        random = self.random
        old = self._cast.pop() if self._cast and random.random() < 0.6 * progress**2 else None
        known = not old.guest if old else random.random() < 0.55
        person = Regular(
            viewer_id=old.viewer_id if old else f"v_year_{len(self.people):04}",
            known=known,
            remembered=known or old is not None or random.random() < 0.5,
            device=random.choices(DEVICES, DEVICE_WEIGHTS)[0],
            source=random.choice(SOURCES),
            comes=random.betavariate(1.6, 3.2),
            buys=random.betavariate(1.3, 5.0),
            stays=random.betavariate(5.0, 1.6),
        )
        self.people.append(person)
        return person

    def who_comes(self, busy: float) -> list[Regular]:
        """Return who of the known ones comes this evening. A guest who did not agree is somebody new each time."""
        random = self.random
        return [
            one for one in self.people if one.active and one.remembered and random.random() < one.comes * busy
        ]


class _Host:
    """Lets one evening happen."""

    def __init__(self, evening: Evening, pool: _Pool, progress: float) -> None:
        self.evening = evening
        self.pool = pool
        self.random = pool.random
        self.progress = progress
        self.links: list[tuple[str, Regular]] = []

    def hold(self) -> None:
        """Fill the evening."""
        evening, random = self.evening, self.random
        title = TITLES[evening.number % len(TITLES)]
        ended_at = to_wire(evening.started_at + timedelta(seconds=evening.seconds))
        evening.add("show", 0, None, title=title, host=HOST_NAME, ended_at=ended_at, bots_looked_for=True)
        pins = [
            (f * evening.seconds, product) for f, product in zip(PIN_FRACTIONS, self._line_up(), strict=True)
        ]
        for second, product in pins:
            evening.add("product_pin", second, None, target=product.id)
        busy = _season(evening.started_at)
        people = self.pool.who_comes(busy)
        newcomers = int((18 + 28 * self.progress) * busy * random.uniform(0.75, 1.25))
        people += [self.pool.newcomer(self.progress) for _ in range(newcomers)]
        for person in people:
            self._visit(person, pins)
        self._ask(people)

    def _line_up(self) -> list[DemoProduct]:
        return self.random.sample(PRODUCTS, len(PIN_FRACTIONS))

    def _visit(self, person: Regular, pins: list[tuple[float, DemoProduct]]) -> None:
        evening, random = self.evening, self.random
        begin = min(evening.seconds * 0.9, random.expovariate(1 / 300))
        end = min(evening.seconds, begin + random.lognormvariate(6.4, 0.9))
        link = random.choice(self.links)[0] if self.links and random.random() < 0.12 else None
        told = {"guest": not person.known, "remembered": person.remembered, "source": person.source}
        for second, fields in page_views(evening, person, begin):
            evening.add("page_view", second, person.viewer_id if person.remembered else None, **fields)
        evening.add("attendance", begin, person.viewer_id, device=person.device, share=link, **told)
        for kind, second in (("view_start", begin), ("view_end", max(end, begin + 1))):
            evening.add(kind, second, person.viewer_id, connection=f"{evening.id}-{person.viewer_id}")
        if random.random() < 0.55:
            evening.add(
                "reaction",
                random.uniform(begin, end),
                person.viewer_id,
                target=random.choice(REACTIONS),
                n=random.randint(1, 9),
            )
        if random.random() < 0.04:
            self._pass_on(person, random.uniform(begin, end))
        for second, product in pins:
            if begin <= second < end - 30:
                self._look(person, product, second, end)
        person.active = random.random() < person.stays

    def _pass_on(self, person: Regular, second: float) -> None:
        link = f"l_{self.evening.id}_{len(self.links)}"
        self.links.append((link, person))
        self.evening.add(
            "share", second, person.viewer_id, target=link, via=self.random.choice(("copy", "line", "x"))
        )

    def _look(self, person: Regular, product: DemoProduct, pinned: float, end: float) -> None:
        random, add = self.random, self.evening.add
        seen = pinned + random.uniform(1, 8)
        add("view_promotion", seen, person.viewer_id, target=product.id)
        if random.random() > 0.12 + 0.9 * person.buys * product.appeal:
            return
        clicked = seen + random.uniform(2, 20)
        add("select_item", clicked, person.viewer_id, target=product.id)
        again = 1.25 if person.bought else 1.0
        if clicked + 15 < end and random.random() < 1.5 * person.buys * again:
            self._buy(person, product, clicked + random.uniform(8, 15))

    def _buy(self, person: Regular, product: DemoProduct, second: float) -> None:
        random, order = self.random, f"{self.evening.id}-{len(self.evening.entries)}"
        quantity = 2 if random.random() < 0.15 else 1
        amount = product.price * quantity
        line = {"product": product.id, "title": product.title, "quantity": quantity, "amount_minor": amount}
        bought = {"target": order, "currency": CURRENCY, "lines": [line], "attributed_by": "attribution"}
        self.evening.add("purchase", second, person.viewer_id, customer=person.viewer_id, **bought)
        person.bought += 1
        if random.random() < 0.04:
            given_back = {"target": order, "currency": CURRENCY, "amount_minor": product.price}
            self.evening.add("refund", second + 86_400 * random.uniform(2, 6), person.viewer_id, **given_back)

    def _ask(self, people: list[Regular]) -> None:
        random, evening = self.random, self.evening
        for n in range(3 + len(people) // 18):
            asker, second = random.choice(people), random.uniform(60, evening.seconds - 60)
            text, answer = random.choice(QUESTIONS)
            question = f"q_{evening.id}_{n:02}"
            state = random.choices(("answered", "open", "dismissed"), (80, 13, 7))[0]
            answered = to_wire(evening.started_at + timedelta(seconds=second + random.uniform(40, 400)))
            told = {"answered_at": answered, "answer": answer} if state == "answered" else {}
            evening.add(
                "question",
                second,
                asker.viewer_id,
                target=question,
                text=text,
                author=random.choice(NAMES),
                state=state,
                **told,
            )
            for voter in random.sample(people, min(len(people), random.randint(0, 6))):
                evening.add("vote", second + random.uniform(5, 60), voter.viewer_id, target=question)


def page_views(evening: Evening, person: Regular, begin: float) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield when somebody who comes at `begin` opened pages of the show, and what those tell. By dice of their own."""
    random = Random(f"pages of {evening.id} by {person.viewer_id}")
    source = person.source
    led = {
        "source": source,
        "referrer": REFERRERS.get(source or "") or random.choice((None, None, "google.com", "note.com")),
        "medium": None if source is None else "email" if source == "newsletter" else "social",
        "campaign": None if source is None else f"{evening.started_at:%B}".lower(),
        "device": person.device,
    }
    if random.random() < 0.3:
        yield -random.uniform(600, 200_000), led
    embedded = {"page": "element", "site": "kiln.example"} if random.random() < 0.1 else {}
    yield begin - random.uniform(1, 6), {**led, **embedded}
    if random.random() < 0.12:
        yield evening.seconds + random.uniform(60, 90_000), {"device": person.device}


def _season(at: datetime) -> float:
    """Return how full an evening is: fuller in December and in May, emptier in August."""
    day = at.timetuple().tm_yday
    return 1.0 + sum(
        height * math.exp(-(((day - middle) / width) ** 2)) for middle, width, height in _SEASONS
    )
