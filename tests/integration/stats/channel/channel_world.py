"""Random channels as wide rows: shows over some months, who was in which as what, what they did and bought; and the same as rows.

Consent is a person's own history, from which each show has what its last join told, as it is in life.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ids import new_id
from server.ledger.tables import AttendanceRow, EntryRow, RollupRow, RollupShowRow, StaffPresenceRow
from server.questions.tables import QuestionRow
from server.shop.tables import OrderRow
from server.surveys.tables import SurveyAnswerRow, SurveyRow
from server.viewers.tables import ViewerAliasRow
from tests.integration.stats.hand_made import CHANNEL, START, HandMade, add, add_channel

LENGTH = timedelta(hours=1)
DAY = timedelta(days=1)
STARTS = {
    "a": START,
    "b": START + DAY,
    "c": START + 40 * DAY,
    "d": START + 91 * DAY,  # a window and a day after `a`
    "e": START + 91 * DAY,  # at the same moment
    "f": START + 130 * DAY,
}
PEOPLE = tuple(f"p{n}" for n in range(6))
ACTS = ("reactions", "shares", "votes", "questions")


@dataclass(frozen=True)
class Order:
    after: timedelta
    amount: int
    currency: str
    staff: bool = False
    product: int = 1

    def at(self, show: str) -> datetime:
        return STARTS[show] + self.after


@dataclass(frozen=True)
class Deed:
    """`n` impressions of, or clicks on, a product at once; product 9 is none of the channel's."""

    kind: str
    after: timedelta
    product: int
    n: int


@dataclass(frozen=True)
class Came:
    """One person in one show. `asked_at` is after which time of the show they last joined, which decides what is known of consent."""

    views: int
    watched: int
    replay_views: int
    suspect: bool
    staff: bool
    joined: bool
    asked_at: timedelta
    source: str | None
    other_acts: dict[str, int]
    orders: list[Order]
    questions: list[tuple[str, int]]
    scores: list[tuple[str, int, int]] = field(default_factory=list)
    """Under which of their ids, after how many hours, and what they answered from 0 to 10."""
    deeds: list[Deed] = field(default_factory=list)

    @property
    def acts(self) -> dict[str, int]:
        return {
            **self.other_acts,
            "impressions": sum(deed.n for deed in self.of("impression")),
            "clicks": sum(deed.n for deed in self.of("click")),
        }

    def of(self, kind: str) -> list[Deed]:
        """The deeds of a kind, the earliest first."""
        return sorted((deed for deed in self.deeds if deed.kind == kind), key=lambda deed: deed.after)


@dataclass(frozen=True)
class Person:
    guest: bool
    agreed: list[tuple[int, int]]
    """Spans of consent, in days since the first show; they do not overlap."""
    came: dict[str, Came] = field(default_factory=dict)

    def spans(self) -> list[tuple[datetime, datetime]]:
        return [(START + first * DAY, START + last * DAY) for first, last in self.agreed]

    def consent(self, show: str) -> datetime | None:
        """Since when the person agreed when they last joined the show; None: they did not."""
        at = STARTS[show] + self.came[show].asked_at
        return next((first for first, last in self.spans() if first <= at < last), None)


World = dict[str, Person]

_rarely = st.sampled_from([False] * 9 + [True])
_after = st.sampled_from(
    [timedelta(minutes=20), timedelta(minutes=50), LENGTH, LENGTH + DAY, LENGTH + 8 * DAY, LENGTH + 60 * DAY]
)
_orders = st.builds(
    Order,
    after=_after,
    amount=st.sampled_from([500, 1_000, 1_700]),
    currency=st.sampled_from(["JPY", "JPY", "USD"]),
    staff=_rarely,
    product=st.sampled_from([1, 1, 2]),
)
_deeds = st.builds(
    Deed,
    kind=st.sampled_from(["impression", "impression", "click"]),
    after=st.sampled_from([-5, 0, 7, 19, 20, 49, 60, 61]).map(lambda n: timedelta(minutes=n)),
    product=st.sampled_from([1, 1, 2, 2, 9]),
    n=st.sampled_from([1, 1, 3]),
)
_acts = st.fixed_dictionaries({act: st.sampled_from([0, 0, 1, 3]) for act in ACTS})
_came = st.builds(
    Came,
    views=st.sampled_from([1, 1, 1, 2, 0]),
    watched=st.integers(3, 3_600),
    replay_views=st.sampled_from([0, 0, 0, 1]),
    suspect=_rarely,
    staff=_rarely,
    joined=st.sampled_from([True, True, False]),
    asked_at=st.sampled_from([timedelta(0), timedelta(minutes=30), LENGTH + DAY]),
    source=st.sampled_from([None, "mail", "line"]),
    other_acts=_acts,
    deeds=st.lists(_deeds, max_size=6),
    orders=st.lists(_orders, max_size=2),
    questions=st.lists(
        st.tuples(st.sampled_from(["open", "pending", "answered", "dismissed"]), st.integers(1, 600)),
        max_size=1,
    ),
    scores=st.lists(
        st.tuples(st.sampled_from(["", "", "-before"]), st.sampled_from([0, 30, 3_000]), st.integers(0, 10)),
        max_size=2,
        unique_by=lambda each: each[0],
    ),
)
_agreed = st.sampled_from(
    [
        [],
        [(-10, 500)],
        [(-10, 20)],
        [(-10, 20), (30, 500)],
        [(0, 91)],
        [(41, 120), (125, 500)],
        [(-10, 1), (2, 91), (92, 500)],
    ]
)
worlds = st.dictionaries(
    st.sampled_from(PEOPLE),
    st.builds(
        Person,
        guest=st.sampled_from([True, True, False]),
        agreed=_agreed,
        came=st.dictionaries(st.sampled_from(sorted(STARTS)), _came, min_size=2, max_size=5),
    ),
    min_size=3,
    max_size=6,
)


async def write(connection: AsyncConnection, world: World, *, live: str | None = None) -> None:
    """Write a channel in Tokyo; the show `live` has not ended."""
    await add_channel(connection)
    await connection.execute(text("UPDATE channel SET time_zone = 'Asia/Tokyo'"))
    for show, start in STARTS.items():
        length = None if show == live else LENGTH / timedelta(minutes=1)
        await HandMade(connection, show, start=start, length=length).open()
        await add(connection, RollupShowRow, {"show_id": show, "kept": True})
        await add(connection, SurveyRow, _survey(show))
    for name, person in world.items():
        for show, came in person.came.items():
            await _write(connection, name, person, show, came)
        if person.guest:
            await _withdraw(connection, name, person)


async def _withdraw(connection: AsyncConnection, name: str, person: Person) -> None:
    for _, last in person.spans():
        fact = {"show_id": "a", "viewer_id": name, "kind": "consent_withdrawn", "n": 1, "at": last}
        await add(connection, EntryRow, fact)


async def _write(connection: AsyncConnection, name: str, person: Person, show: str, came: Came) -> None:
    key = {"show_id": show, "viewer_id": name}
    first_at = {"first_at": STARTS[show]}
    consent = person.consent(show) if person.guest else None
    kept = {
        "guest": person.guest,
        "remembered": not person.guest or consent is not None,
        "consent_at": consent,
    }
    if came.staff:
        await add(connection, StaffPresenceRow, {**key, **first_at})
    who = {**first_at, **kept, "suspect": came.suspect, "joined": came.joined, "source": came.source}
    await add(connection, AttendanceRow, {**key, **who})
    watched = {
        "views": came.views,
        "visits": max(came.views, 1),
        "watched_us": (came.watched if came.views else 2) * 1_000_000,
    }
    replay = {"replay_views": came.replay_views, "replay_us": came.replay_views * 5_000_000}
    bought = {"orders": len(came.orders), "units": len(came.orders), **_firsts(show, came)}
    await add(
        connection, RollupRow, {**key, **who, "staff": came.staff, **watched, **replay, **came.acts, **bought}
    )
    for deed in came.deeds:
        await add(connection, EntryRow, _deed(key, show, deed))
    for order in came.orders:
        await add(connection, OrderRow, _order(name, show, order))
    for state, seconds in came.questions:
        await add(connection, QuestionRow, _question(name, show, state, seconds))
    for other, hours, score in came.scores:
        await _answer(connection, name, show, name + other, (answered_at(show, hours), score))


def _firsts(show: str, came: Came) -> dict[str, datetime]:
    firsts = {kind: came.of(kind)[0].after for kind in ("impression", "click") if came.of(kind)}
    return {f"first_{kind}_at": STARTS[show] + after for kind, after in firsts.items()}


def _deed(key: dict[str, str], show: str, deed: Deed) -> dict[str, Any]:
    target = {"target": f"{CHANNEL}-{deed.product}", "kind": deed.kind, "n": deed.n}
    return {**key, **target, "at": STARTS[show] + deed.after}


def answered_at(show: str, hours: int) -> datetime:
    """Return when somebody answered, which is another moment for every show."""
    return STARTS[show] + timedelta(hours=hours, seconds=ord(show[0]))


async def _answer(
    connection: AsyncConnection, name: str, show: str, raw: str, said: tuple[datetime, int]
) -> None:
    if raw != name:
        alias = {"id": new_id("va"), "show_id": show, "raw": raw, "canonical": name}
        await add(connection, ViewerAliasRow, {**alias, "at": STARTS[show], "reason": "test"})
    answer = {"survey_id": f"sv-{show}", "viewer_id": raw, "show_id": show, "score": said[1]}
    await add(connection, SurveyAnswerRow, {**answer, "at": said[0], "changed_at": said[0]})


def _survey(show: str) -> dict[str, Any]:
    return {
        "id": f"sv-{show}",
        "channel_id": CHANNEL,
        "show_id": show,
        "kind": "nps",
        "question": "?",
        "choices": [],
        "why": False,
        "at_end": False,
        "hours_after_end": 24,
        "state": "closed",
        "version": 1,
        "created_at": STARTS[show],
    }


def _order(name: str, show: str, order: Order) -> dict[str, Any]:
    return {
        "id": new_id("o"),
        "channel_id": CHANNEL,
        "show_id": show,
        "viewer_id": name,
        "key": new_id("k"),
        "product_id": f"{CHANNEL}-{order.product}",
        "quantity": 1,
        "unit_price_minor": order.amount,
        "amount_minor": order.amount,
        "currency": order.currency,
        "payment": "fake",
        "at": order.at(show),
        "staff": order.staff,
    }


def _question(name: str, show: str, state: str, seconds: int) -> dict[str, Any]:
    asked = STARTS[show] + timedelta(minutes=5)
    answered = state == "answered"
    return {
        "id": new_id("q"),
        "show_id": show,
        "viewer_id": name,
        "author": "x",
        "text": "?",
        "state": state,
        "version": 0,
        "votes": 0,
        "asked_at": asked,
        "answered_live": answered,
        "answered_at": asked + timedelta(seconds=seconds) if answered else None,
    }
