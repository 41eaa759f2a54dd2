"""Random shows as raw facts: who was there as what, what played in which tab, who did what; and the same facts as rows.

Times are whole seconds since the start of the show that they belong to, so that an oracle can count them one by one.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ids import new_id
from server.ledger.entries import Fact
from server.ledger.repository import append_facts
from server.ledger.tables import AttendanceRow, PlayingRow, StaffPresenceRow
from server.questions.tables import QuestionRow
from server.shop.tables import OrderRow
from tests.integration.stats.hand_made import CHANNEL, START, HandMade, add, add_channel

LENGTH = 4_000
"""Of each show: long enough for two visits."""
STARTS = {"earlier": START - timedelta(days=7), "s": START, "later": START + timedelta(days=10)}
PEOPLE = tuple(f"p{n}" for n in range(7))
PRICES = {1: 1_000, 2: 500}
SOFT = ("reaction", "impression", "click", "share", "vote")


@dataclass(frozen=True)
class Came:
    """One person in one show; `consent` is seconds since the show's start (it may be long before), None when it was not told."""

    guest: bool
    remembered: bool
    suspect: bool
    staff: bool
    consent: int | None
    joined: bool = True
    """Else they acted by HTTP alone, and only what their token says of them is known."""


@dataclass(frozen=True)
class Did:
    """A soft fact; `product` says on what where that matters."""

    kind: str
    at: int
    product: int
    n: int


@dataclass(frozen=True)
class Bought:
    at: int
    product: int
    quantity: int
    staff: bool
    currency: str = "JPY"


@dataclass(frozen=True)
class Asked:
    at: int
    state: str
    answered_after: int


@dataclass(frozen=True)
class Part:
    """What one person was and did in one show."""

    came: Came | None
    played: list[tuple[int, int]]
    did: list[Did] = field(default_factory=list)
    bought: list[Bought] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    withdrew: list[int] = field(default_factory=list)


World = dict[tuple[str, str], Part]
"""By show and person."""

seconds = st.integers(0, LENGTH - 1)
rarely = st.sampled_from([False] * 7 + [True])
_DAY = 86_400
consents = st.sampled_from(
    [None, -30 * _DAY, -8 * _DAY, -7 * _DAY - 5, -60, 0, 1_000, LENGTH + 5, LENGTH + 8 * _DAY]
)
_WITHDRAWALS = st.sampled_from([-_DAY, 500, 2_000, LENGTH + _DAY])
came = st.builds(
    Came,
    guest=st.booleans(),
    remembered=st.booleans(),
    suspect=rarely,
    staff=rarely,
    consent=consents,
    joined=st.sampled_from([True, True, True, False]),
)
_tab = st.tuples(st.integers(-5, LENGTH + 20), st.sampled_from([0, 1, 2, 3, 4, 30, 900, LENGTH]))
parts = st.builds(
    Part,
    came=st.one_of(came, came, came, st.none()),
    played=st.lists(_tab, max_size=4),
    did=st.lists(
        st.builds(
            Did, kind=st.sampled_from(SOFT), at=seconds, product=st.sampled_from([1, 2]), n=st.integers(1, 3)
        ),
        max_size=6,
    ),
    bought=st.lists(
        st.builds(
            Bought,
            at=st.one_of(seconds, seconds, st.sampled_from([LENGTH + 3_600, LENGTH + 3 * _DAY])),
            product=st.sampled_from([1, 2]),
            quantity=st.integers(1, 3),
            staff=rarely,
            currency=st.sampled_from(["JPY", "JPY", "USD"]),
        ),
        max_size=2,
    ),
    asked=st.lists(
        st.builds(
            Asked,
            at=seconds,
            state=st.sampled_from(["open", "pending", "answered", "dismissed"]),
            answered_after=st.integers(1, 600),
        ),
        max_size=2,
    ),
    withdrew=st.lists(_WITHDRAWALS, max_size=1),
)
worlds = st.dictionaries(
    st.tuples(st.sampled_from(["s", "s", "earlier", "later"]), st.sampled_from(PEOPLE)), parts, max_size=16
)


def moment(show: str, second: int) -> datetime:
    return STARTS[show] + timedelta(seconds=second)


async def write(connection: AsyncConnection, world: World) -> None:
    """Write the facts as the ledger and the rooms would have."""
    await add_channel(connection)
    for show, start in STARTS.items():
        await HandMade(connection, show, start=start, length=LENGTH / 60).open()
    for (show, person), part in world.items():
        await _write_presence(connection, show, person, part)
        await append_facts(connection, list(await _write_deeds(connection, show, person, part)))


async def _write_presence(connection: AsyncConnection, show: str, person: str, part: Part) -> None:
    here = {"show_id": show, "viewer_id": person, "first_at": moment(show, 0)}
    if part.came is not None and part.came.staff:
        await add(connection, StaffPresenceRow, here)
    elif part.came is not None:
        kept = {"guest": part.came.guest, "remembered": part.came.remembered, "suspect": part.came.suspect}
        consent_at = None if part.came.consent is None else moment(show, part.came.consent)
        told = {"source": None, "consent_at": consent_at, "joined": part.came.joined}
        await add(connection, AttendanceRow, {**here, **kept, **told})
    for begin, length in part.played:
        row = {
            "connection_id": new_id("k"),
            "started_at": moment(show, begin),
            "show_id": show,
            "viewer_id": person,
            "process_id": "p",
            "ended_at": moment(show, begin + length),
        }
        await add(connection, PlayingRow, row)


async def _write_deeds(connection: AsyncConnection, show: str, person: str, part: Part) -> list[Fact]:
    facts = [
        Fact(show, person, did.kind, moment(show, did.at), f"{CHANNEL}-{did.product}", did.n)
        for did in part.did
    ]
    facts += [Fact(show, person, "consent_withdrawn", moment(show, at)) for at in part.withdrew]
    for bought in part.bought:
        order = {
            "id": new_id("o"),
            "channel_id": CHANNEL,
            "show_id": show,
            "viewer_id": person,
            "key": new_id("k"),
            "product_id": f"{CHANNEL}-{bought.product}",
            "quantity": bought.quantity,
            "unit_price_minor": PRICES[bought.product],
            "amount_minor": PRICES[bought.product] * bought.quantity,
            "currency": bought.currency,
            "payment": "fake",
            "at": moment(show, bought.at),
            "staff": bought.staff,
        }
        await add(connection, OrderRow, order)
        product = f"{CHANNEL}-{bought.product}"
        at, staff = moment(show, bought.at), bought.staff
        facts.append(Fact(show, person, "order", at, product, bought.quantity, staff=staff))
    for asked in part.asked:
        answered = asked.state == "answered"
        question = {
            "id": new_id("q"),
            "show_id": show,
            "viewer_id": person,
            "author": "x",
            "text": "?",
            "state": asked.state,
            "version": 0,
            "votes": 0,
            "asked_at": moment(show, asked.at),
            "answered_live": answered,
            "answered_at": moment(show, asked.at + asked.answered_after) if answered else None,
        }
        await add(connection, QuestionRow, question)
        facts.append(Fact(show, person, "question", moment(show, asked.at), str(question["id"])))
    return facts
