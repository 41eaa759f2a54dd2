"""Shows made by hand, row by row, so that every figure has a known answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from server.catalogue.tables import ProductRow
from server.channels.tables import ChannelRow
from server.ids import new_id
from server.journal.tables import JournalHead, PublicationRow
from server.ledger.entries import Fact
from server.ledger.repository import append_facts
from server.ledger.tables import AttendanceRow, LedgerProcessRow, PlayingRow
from server.questions.tables import QuestionRow
from server.shop.tables import OrderRow
from server.shows.tables import ShowRow

START = datetime(2026, 1, 10, 12, tzinfo=UTC)
CHANNEL = "channel"


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def table_of(row: type[SQLModel]) -> Table:
    table = row.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    return table


async def add(connection: AsyncConnection, row: type[SQLModel], *rows: dict[str, Any]) -> None:
    """Insert rows as they are, defaults of the table's class filled in."""
    await connection.execute(insert(table_of(row)), list(rows))


async def add_channel(connection: AsyncConnection, channel: str = CHANNEL) -> None:
    """Insert a channel with two products, `{channel}-1` at 1,000 and `{channel}-2` at 500."""
    await add(
        connection, ChannelRow, {"id": channel, "name": channel, "currency": "JPY", "created_at": START}
    )
    for i, price in ((1, 1_000), (2, 500)):
        product = {
            "id": f"{channel}-{i}",
            "channel_id": channel,
            "title": f"=Product {i}",
            "rank": i,
            "description": "",
        }
        await add(
            connection,
            ProductRow,
            {
                **product,
                "image": "",
                "price_minor": price,
                "currency": "JPY",
                "stock": 99,
                "sold": 0,
                "active": True,
            },
        )


@dataclass(slots=True)
class HandMade:
    """One show and what is put into it; times are minutes since its start."""

    connection: AsyncConnection
    id: str
    channel: str = CHANNEL
    start: datetime | None = START
    length: float | None = 60
    facts: list[Fact] = field(default_factory=list)

    def at(self, minute: float) -> datetime:
        assert self.start is not None
        return self.start + minutes(minute)

    async def open(self) -> "HandMade":
        """Insert the show; without `length` it still runs, without `start` it has not begun."""
        ended = None if self.length is None or self.start is None else self.at(self.length)
        state = "scheduled" if self.start is None else "ended" if ended else "live"
        await add(
            self.connection,
            ShowRow,
            {
                "id": self.id,
                "channel_id": self.channel,
                "title": f"Show {self.id}",
                "host": "Mika",
                "state": state,
                "moderation": "post",
                "guests_allowed": True,
                "video_hls": "",
                "video_mp4": "",
                "video_poster": "",
                "created_at": START,
                "started_at": self.start,
                "ended_at": ended,
            },
        )
        await add(self.connection, JournalHead, {"show_id": self.id, "epoch": "e", "top": 0})
        return self

    async def attend(
        self, viewer: str, *, guest: bool = False, remembered: bool = False, suspect: bool = False
    ) -> None:
        """Let a viewer come."""
        consent = {"guest": guest, "remembered": remembered, "suspect": suspect}
        row = {"show_id": self.id, "viewer_id": viewer, "first_at": self.at(0), "source": None, **consent}
        await add(self.connection, AttendanceRow, row)

    async def play(self, viewer: str, *stretches: tuple[float, float | None], process: str = "p") -> None:
        """Let a viewer's video play, each stretch on a connection of its own; None: still open."""
        rows = [
            {
                "connection_id": new_id("k"),
                "started_at": self.at(begin),
                "show_id": self.id,
                "viewer_id": viewer,
                "process_id": process,
                "ended_at": None if end is None else self.at(end),
            }
            for begin, end in stretches
        ]
        await add(self.connection, PlayingRow, *rows)

    def do(
        self, viewer: str, kind: str, minute: float, target: str | None = None, n: int = 1, **others: Any
    ) -> None:
        """Let a viewer do something that the ledger counts; written by `close`."""
        self.facts.append(Fact(self.id, viewer, kind, self.at(minute), target, n, **others))

    async def buy(self, viewer: str, product: int, minute: float, *, quantity: int = 1) -> None:
        """Let a viewer buy."""
        price = {1: 1_000, 2: 500}[product]
        await add(
            self.connection,
            OrderRow,
            {
                "id": new_id("o"),
                "channel_id": self.channel,
                "show_id": self.id,
                "viewer_id": viewer,
                "key": new_id("k"),
                "product_id": f"{self.channel}-{product}",
                "quantity": quantity,
                "unit_price_minor": price,
                "amount_minor": price * quantity,
                "currency": "JPY",
                "payment": "fake",
                "at": self.at(minute),
            },
        )
        paid: dict[str, Any] = {"amount_minor": price * quantity, "currency": "JPY"}
        self.do(viewer, "order", minute, f"{self.channel}-{product}", quantity, **paid)

    async def ask(
        self, viewer: str, minute: float, state: str = "open", *, answered_after: float | None = None
    ) -> str:
        """Let a viewer ask, and return the question's id."""
        question = new_id("q")
        await add(
            self.connection,
            QuestionRow,
            {
                "id": question,
                "show_id": self.id,
                "viewer_id": viewer,
                "author": "@someone",
                "text": "=HYPERLINK(1)",
                "state": state,
                "version": 0,
                "votes": 0,
                "asked_at": self.at(minute),
                "answered_live": answered_after is not None,
                "answered_at": None if answered_after is None else self.at(minute + answered_after),
            },
        )
        self.do(viewer, "question", minute, question)
        return question

    async def publish(self, minute: float, type: str, line: str) -> None:
        """Put a publication into the show's journal."""
        row = {
            "show_id": self.id,
            "offset": int(minute * 1_000),
            "type": type,
            "at": self.at(minute),
            "line": line,
        }
        await add(self.connection, PublicationRow, row)

    async def close(self) -> None:
        """Write the facts by the ledger's own way."""
        await append_facts(self.connection, self.facts)
        self.facts.clear()


async def add_process(connection: AsyncConnection, process: str, alive_until: datetime) -> None:
    """Insert a server process that was last known alive at `alive_until`."""
    row = {"process_id": process, "last_flush": 1, "alive_until": alive_until, "ended": False}
    await add(connection, LedgerProcessRow, row)


async def make_the_show(connection: AsyncConnection, *, length: float | None = 60) -> Sequence[HandMade]:
    """Make the show `s` of one hour, one a week before it, `earlier`, and one ten days after it, `later`.

    anna (known) watches all of it in two tabs that overlap, reacts, sees, clicks and buys; she was in `earlier` and bought there.
    ben (guest, remembered) watches 20 min, asks, votes and buys; he comes back to `later`.
    chie (guest who did not agree to be recognised) comes twice with 40 min between; she was in `earlier` too.
    dan plays two seconds. eve is a suspected bot who reacts a hundred times and buys. fumi watches 3 min and buys ten hours later.
    gus sees the replay.
    """
    await add_channel(connection)
    earlier = await HandMade(connection, "earlier", start=START - timedelta(days=7)).open()
    show = await HandMade(connection, "s", length=length).open()
    later = await HandMade(connection, "later", start=START + timedelta(days=10)).open()
    await _let_them_come(show, earlier, later)
    await _let_them_act(show)
    await earlier.buy("anna", 1, 5)
    for made in (earlier, show, later):
        await made.close()
    return earlier, show, later


async def _let_them_come(show: HandMade, earlier: HandMade, later: HandMade) -> None:
    for known in ("anna", "dan", "fumi", "gus"):
        await show.attend(known)
    await show.attend("ben", guest=True, remembered=True)
    await show.attend("chie", guest=True)
    await show.attend("eve", suspect=True)
    await show.play("anna", (0, 40), (30, 60))
    await show.play("ben", (10, 30))
    await show.play("chie", (0, 10), (50, 60))
    await show.play("dan", (20, 20 + 2 / 60))
    await show.play("eve", (0, 60))
    await show.play("fumi", (5, 8))
    await show.play("gus", (70, 80))
    for viewer in ("anna", "chie"):
        await earlier.attend(viewer)
        await earlier.play(viewer, (0, 30))
    await later.attend("ben", guest=True, remembered=True)
    await later.play("ben", *((minute, minute + 0.03) for minute in (1, 2, 3)))


async def _let_them_act(show: HandMade) -> None:
    first, second = f"{show.channel}-1", f"{show.channel}-2"
    for viewer, n in (("anna", 5), ("chie", 1), ("dan", 3), ("eve", 100)):
        show.do(viewer, "reaction", 2, "heart", n)
    show.do("anna", "impression", 1, first, 2)
    show.do("ben", "impression", 11, first)
    show.do("anna", "click", 1.5, first)
    show.do("chie", "click", 3, second)
    show.do("ben", "vote", 12, "q")
    await show.buy("anna", 1, 20, quantity=2)
    await show.buy("ben", 2, 25)
    await show.buy("eve", 2, 26)
    await show.buy("fumi", 1, 60 + 10 * 60)
    await show.ask("ben", 13, "answered", answered_after=1)
    await show.ask("ben", 14, "dismissed")
    await show.ask("chie", 5, "open")
    await show.ask("anna", 6, "pending")
