"""Random histories of a channel: who was in which show as what, what they bought, who took their consent back; as rows, and as a fold.

The fold reads the definitions of `docs/figures.md` one person at a time, and knows nothing of the SQL.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.channels.tables import ChannelRow
from server.ids import new_id
from server.ledger.tables import EntryRow, RollupRow
from server.shop.reported_tables import ReportedOrderRow, ReportedSaleRow
from server.shop.tables import OrderRow
from server.viewers.tables import ViewerAliasRow
from tests.integration.stats.hand_made import CHANNEL, START, HandMade, add, add_channel, table_of

AS_OF = START + timedelta(days=300)
LENGTH = timedelta(hours=1)
_SURVEY = text(
    "INSERT INTO survey VALUES (:id, :channel, :id, 'nps', '?', '{}', false, NULL, false, 24, 'closed', 1, now())"
)
_ANSWER = text("INSERT INTO survey_answer VALUES (:id, :viewer, :id, :score, NULL, NULL, :at, :at)")
PEOPLE = ("anna", "ben", "chie", "dan", "emi", "g-1", "g-2", "g-3")


def is_guest(viewer: str) -> bool:
    return viewer.startswith("g-")


@dataclass(frozen=True)
class Came:
    viewer: str
    views: int = 1
    remembered: bool = True
    consent: int | None = None
    """Minutes from the show's start; None when it was not told."""
    suspect: bool = False
    staff: bool = False
    watched: int = 60
    reactions: int = 0
    clicks: int = 0
    questions: int = 0
    source: str | None = None
    device: str | None = None


@dataclass(frozen=True)
class Answered:
    viewer: str
    score: int
    hours: float = 0.5
    as_guest: bool = False


@dataclass(frozen=True)
class Bought:
    viewer: str
    hours: float = 0.5
    amount: int = 1_000
    refunded: int | None = None
    """None for an order of ours, else the shop's."""
    currency: str = "JPY"
    staff: bool = False
    as_guest: bool = False
    """Under another id, which turned out to be theirs."""


@dataclass(frozen=True)
class Evening:
    day: int
    came: tuple[Came, ...] = ()
    bought: tuple[Bought, ...] = ()
    hour: int = 0
    answered: tuple[Answered, ...] = ()

    @property
    def start(self) -> datetime:
        return START + timedelta(days=self.day, hours=self.hour)

    @property
    def end(self) -> datetime:
        return self.start + LENGTH


@dataclass(frozen=True)
class Seen:
    at: datetime
    came: Came


@dataclass(frozen=True)
class Purchase:
    at: datetime
    net: int
    in_own: bool


@dataclass
class Person:
    seen: list[Seen] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)


@dataclass(frozen=True)
class History:
    evenings: tuple[Evening, ...]
    withdrawn: tuple[tuple[str, float], ...] = ()
    """Who took their consent back, in days from the first show."""
    zone: str = "Asia/Tokyo"

    def local(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def known(self, evening: Evening, came: Came) -> bool:
        """Whether the channel may recognise somebody of this evening in another one."""
        if not is_guest(came.viewer):
            return True
        since = datetime.min.replace(tzinfo=UTC)
        if came.consent is not None:
            since = evening.start + timedelta(minutes=came.consent)
        took_back = [START + timedelta(days=days) for viewer, days in self.withdrawn if viewer == came.viewer]
        return came.remembered and since <= evening.end and all(at < since or at > AS_OF for at in took_back)

    def people(self) -> dict[str, Person]:
        """Everybody with a view whom the channel may recognise, with what they saw and bought."""
        found: dict[str, Person] = {}
        for evening in self.evenings:
            for came in evening.came:
                if came.views and not came.suspect and not came.staff and self.known(evening, came):
                    found.setdefault(came.viewer, Person()).seen.append(Seen(evening.start, came))
        for evening in self.evenings:
            there = {one.viewer: one for one in evening.came}
            for bought in evening.bought:
                own = there.get(bought.viewer)
                whose = (
                    not is_guest(bought.viewer)
                    if own is None
                    else self.known(evening, own) and not own.suspect and not own.staff
                )
                at = evening.start + timedelta(hours=bought.hours)
                if whose and not bought.staff and bought.viewer in found and at <= AS_OF:
                    net = bought.amount - (bought.refunded or 0)
                    found[bought.viewer].purchases.append(Purchase(at, net, bought.currency == "JPY"))
        return found


came = st.builds(
    Came,
    st.sampled_from(PEOPLE),
    st.sampled_from([1, 1, 1, 2, 0]),
    st.sampled_from([True, True, False]),
    st.none() | st.integers(-200_000, 80),
    st.sampled_from([False] * 9 + [True]),
    st.sampled_from([False] * 9 + [True]),
    st.integers(3, 3_600),
    st.integers(0, 3),
    st.integers(0, 2),
    st.integers(0, 1),
    st.sampled_from([None, "mail", "line"]),
    st.sampled_from([None, "phone", "desktop"]),
)
bought = st.builds(
    Bought,
    st.sampled_from(PEOPLE),
    st.integers(0, 200).map(lambda quarters: quarters / 4),
    st.integers(1, 5).map(lambda n: n * 1_000),
    st.none() | st.integers(0, 1_000),
    st.sampled_from(["JPY"] * 5 + ["EUR"]),
    st.sampled_from([False] * 9 + [True]),
    st.sampled_from([False] * 4 + [True]),
)
answered = st.builds(
    Answered,
    st.sampled_from(PEOPLE),
    st.integers(0, 10),
    st.integers(0, 200).map(lambda quarters: quarters / 4),
    st.booleans(),
)
evenings = st.builds(
    Evening,
    st.integers(0, 298),
    st.lists(came, max_size=8, unique_by=lambda one: one.viewer).map(tuple),
    st.lists(bought, max_size=5).map(tuple),
    st.integers(0, 23),
    st.lists(answered, max_size=4, unique_by=lambda one: (one.viewer, one.as_guest)).map(tuple),
)
histories = st.builds(
    History,
    st.lists(evenings, min_size=1, max_size=7).map(tuple),
    st.lists(st.tuples(st.sampled_from(PEOPLE[5:]), st.integers(0, 299)), max_size=2).map(tuple),
    st.sampled_from(["Asia/Tokyo", "America/New_York", "UTC"]),
)


async def write(connection: AsyncConnection, history: History, channel: str = CHANNEL) -> None:
    """Write the history as rows, beside a channel that is not asked about."""
    for each in (channel, f"other-{channel}"):
        await add_channel(connection, each)
    await connection.execute(
        update(table_of(ChannelRow))
        .where(table_of(ChannelRow).c.id == channel)
        .values(time_zone=history.zone)
    )
    stray = Evening(3, (Came("anna"),), (Bought("anna"),))
    await write_evening(connection, stray, f"stray-{channel}", f"other-{channel}")
    for i, evening in enumerate(history.evenings):
        await write_evening(connection, evening, f"{channel}-s{i}", channel)
    for viewer, days in history.withdrawn:
        row = {
            "show_id": f"{channel}-s0",
            "viewer_id": viewer,
            "kind": "consent_withdrawn",
            "n": 1,
            "at": START + timedelta(days=days),
        }
        await add(connection, EntryRow, row)


async def write_evening(connection: AsyncConnection, evening: Evening, show: str, channel: str) -> None:
    """Write one show of a channel."""
    await HandMade(connection, show, channel, evening.start, LENGTH.total_seconds() / 60).open()
    rows = [_row(evening, came, show) for came in evening.came]
    if rows:
        await add(connection, RollupRow, *rows)
    for bought in evening.bought:
        await _write_order(connection, evening, bought, show, channel)
    if evening.answered:
        await _write_answers(connection, evening, show, channel)
    raws = {one.viewer for one in evening.bought if one.as_guest}
    raws |= {one.viewer for one in evening.answered if one.as_guest}
    if raws:
        aliases = [
            {
                "id": new_id("a"),
                "show_id": show,
                "raw": _raw(viewer),
                "canonical": viewer,
                "at": evening.start,
            }
            for viewer in sorted(raws)
        ]
        await add(connection, ViewerAliasRow, *aliases)


def _raw(viewer: str) -> str:
    return f"raw-{viewer}"


async def _write_answers(connection: AsyncConnection, evening: Evening, show: str, channel: str) -> None:
    await connection.execute(_SURVEY, {"id": show, "channel": channel})
    for one in evening.answered:
        at = evening.start + timedelta(hours=one.hours)
        viewer = _raw(one.viewer) if one.as_guest else one.viewer
        await connection.execute(_ANSWER, {"id": show, "viewer": viewer, "score": one.score, "at": at})


def _row(evening: Evening, came: Came, show: str) -> dict[str, object]:
    consent = None if came.consent is None else evening.start + timedelta(minutes=came.consent)
    return {
        "show_id": show,
        "viewer_id": came.viewer,
        "guest": is_guest(came.viewer),
        "remembered": is_guest(came.viewer) and came.remembered,
        "consent_at": consent,
        "suspect": came.suspect,
        "staff": came.staff,
        "views": came.views,
        "watched_us": came.watched * 1_000_000,
        "reactions": came.reactions,
        "clicks": came.clicks,
        "questions": came.questions,
        "source": came.source,
        "device": came.device,
    }


async def _write_order(
    connection: AsyncConnection, evening: Evening, bought: Bought, show: str, channel: str
) -> None:
    at = evening.start + timedelta(hours=bought.hours)
    viewer = _raw(bought.viewer) if bought.as_guest else bought.viewer
    of = {"id": new_id("o"), "channel_id": channel, "show_id": show, "viewer_id": viewer, "at": at}
    sold = {"currency": bought.currency, "amount_minor": bought.amount}
    if bought.refunded is None or bought.staff:
        ours = {"key": new_id("k"), "product_id": f"{channel}-1", "quantity": 1, "payment": "fake"}
        unit = {"unit_price_minor": bought.amount, "staff": bought.staff}
        await add(connection, OrderRow, {**of, **sold, **ours, **unit})
        return
    reported = {"external_id": of["id"], "state": "paid", "refunded_minor": bought.refunded, "lines": []}
    await add(connection, ReportedOrderRow, {**of, **sold, **reported, "reported_at": at, "changed_at": at})
    half = bought.amount // 2
    lines = [
        {**of, **sold, "order_id": of["id"], "nth": n, "quantity": 1, "amount_minor": amount}
        for n, amount in enumerate((half, bought.amount - half))
    ]
    for line in lines:
        del line["id"]
    await add(connection, ReportedSaleRow, *lines)
