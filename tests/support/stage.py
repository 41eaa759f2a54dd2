"""A stage to play on: the features on a real database, one channel with products and a live show, and another channel beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import to_builtins
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.marks_repository import read_returning
from server.access.repository import save_staff_member
from server.access.tables import StaffMemberRow
from server.access.tokens import Tokens
from server.auctions.passing import Passing
from server.auctions.service import Auctions
from server.audit.tables import AuditRow
from server.audit.trail import Actor
from server.catalogue.service import Catalogue
from server.catalogue.stockroom import Stockroom
from server.catalogue.tables import ProductRow
from server.channels.tables import ChannelRow
from server.checkout.service import Checkouts
from server.clock import ManualClock
from server.comments.service import Comments
from server.comments.ticking import Ticks
from server.db.engine import Database
from server.errors import RefusedError
from server.faq.keeping import keep_answers
from server.fulfilment.buyer_mail import tell_turn
from server.giveaways.moving import GiveawaysAside, close_giveaways_at_end
from server.giveaways.service import Giveaways
from server.http.versions import ANY_VERSION
from server.ids import new_id
from server.journal.journal import Journal
from server.offers.opening import OffersAside, close_at_end
from server.offers.secrets import Secrets
from server.offers.service import Offers
from server.polls.moving import PollsAside, close_polls_at_end
from server.polls.service import Polls
from server.posts.service import Posts
from server.posts.showing import hide_at_end
from server.protocol.codes import Code
from server.protocol.publication import Publication
from server.questions.moderating import follow_hosts
from server.questions.pseudonyms import Pseudonyms
from server.questions.service import Questions
from server.reports.service import Reports
from server.running.auctions import auctions_for
from server.running.comments import comments_for
from server.running.offers import offers_with
from server.running.reports import reports_for
from server.running.sanctions import writers_with
from server.running.shows import tables_aside
from server.running.vouchers import vouchers_with
from server.sanctions.service import Sanctions
from server.sanctions.silencing import Silencing
from server.screening.door import ByModeration
from server.screening.service import forget_pace
from server.shop.allowances import NO_LIMITS, Limits
from server.shop.exchanges import Exchanges
from server.shop.hold_rules import Hold, Wanted, WantedLine
from server.shop.holds import HOLD_SECONDS, Holds
from server.shop.lots import Lots
from server.shop.payments import FakePayments, Payments
from server.shop.rules import Purchase, Receipt
from server.shop.service import Shop
from server.shop.shelf import read_shelf
from server.shop.sold_out import forget_shelf, note_shelf
from server.shop.tables import OrderRow
from server.shows.line_up_repository import ShowStaff
from server.shows.planning import Planning
from server.shows.repository import insert_show
from server.shows.service import Shows
from server.shows.tables import ShowRow
from server.surveys.opening import SurveysAside, open_at_end
from server.surveys.reviews import Reviews
from server.surveys.service import Surveys
from server.viewers.aliases import Aliases
from server.waitlist.rules import Joining, Place
from server.waitlist.service import TURN_SECONDS, Waitlist

WATCH_SECONDS = 3.0
AUCTION_HOLD_SECONDS = 600.0
BLOCKED_FOR = timedelta(days=30)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOW = "demo"
CHANNEL = "demo"
ELSEWHERE = "elsewhere"
HOST = Actor("m_host", "Mika", "host")
MODERATOR = Actor("m_moderator", "Sora", "moderator")
ADMIN = Actor("m_admin", "Rin", "admin")
SECRET = "a-secret-of-more-than-thirty-two-characters"


@dataclass(slots=True)
class Stage:
    """The features of one process, without its sockets."""

    database: Database
    clock: ManualClock
    journal: Journal
    questions: Questions
    shop: Shop
    holds: Holds
    exchanges: Exchanges
    waitlist: Waitlist
    shows: Shows
    planning: Planning
    tokens: Tokens
    catalogue: Catalogue
    stockroom: Stockroom
    surveys: Surveys
    polls: Polls
    giveaways: Giveaways
    posts: Posts
    reviews: Reviews
    offers: Offers
    auctions: Auctions
    checkouts: Checkouts
    comments: Comments
    sanctions: Sanctions
    reports: Reports
    delivered: list[Publication] = field(default_factory=list)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """(viewer, line) of what was told to one viewer alone."""

    async def add_channel(self, id: str) -> None:
        """Write a channel."""
        async with self.database.write() as connection:
            await _insert_channels(connection, id)

    async def add_show(
        self,
        id: str,
        *,
        channel: str = CHANNEL,
        state: str = "live",
        title: str = "Spring knitwear",
        **others: Any,
    ) -> None:
        """Write a show."""
        row = _show(id, channel_id=channel, state=state, title=title, **others)
        async with self.database.write() as connection:
            await insert_show(connection, row, "epoch-1")

    async def name_hosts(self, *names: str, show: str = SHOW) -> None:
        """Let these host the show and nobody else, each under the id `m_` and their name."""
        rows = [
            StaffMemberRow(channel_id=CHANNEL, viewer_id=f"m_{name}", role="host", name=name, seen_at=NOON)
            for name in names
        ]
        async with self.database.write() as connection:
            for row in rows:
                await save_staff_member(connection, row)
        staff = [ShowStaff(row.viewer_id, "host") for row in rows]
        await self.planning.assign(show, CHANNEL, HOST, staff, ANY_VERSION)

    async def add_product(self, id: str, *, channel: str = CHANNEL, **others: Any) -> None:
        """Write a product; ¥1,000 and ten units unless said otherwise."""
        async with self.database.write() as connection:
            await _insert_products(connection, _product(id, channel_id=channel, **others))

    async def buy(
        self,
        viewer: str,
        product: str,
        *,
        quantity: int = 1,
        key: str = "",
        price: int | None = None,
        show: str = SHOW,
        offer: str | None = None,
    ) -> Receipt:
        """Buy in the show; with a key of its own unless one is given."""
        purchase = Purchase(viewer, product, quantity, key or new_id("k"), price, offer_id=offer)
        return await self.shop.buy(show, purchase)

    async def hold(
        self, viewer: str, *lines: tuple[str, int], key: str = "", show: str = SHOW, **others: Any
    ) -> Hold:
        """Place a hold of (product, quantity) lines in the show; with a key of its own unless one is given."""
        wanted = tuple(WantedLine(product, quantity) for product, quantity in lines)
        return await self.holds.place(show, Wanted(viewer, key or new_id("k"), wanted, **others))

    async def exchange(
        self, hold: Hold, *lines: tuple[str, int], viewer: str = "", key: str = "", **others: Any
    ) -> Hold:
        """Exchange a hold for (product, quantity) lines; by its viewer, with a key of its own, unless said otherwise."""
        wanted = tuple(WantedLine(product, quantity) for product, quantity in lines)
        wish = Wanted(viewer or hold.viewer_id, key or new_id("k"), wanted, exchanges=hold.id, **others)
        return await self.exchanges.exchange(hold.show_id, wish)

    async def join(
        self, viewer: str, product: str, quantity: int = 1, *, key: str = "", show: str = SHOW, **others: Any
    ) -> Place:
        """Join the line of a product in the show; with a key of its own unless one is given."""
        joining = Joining(viewer, key or new_id("k"), product, quantity, **others)
        return await self.waitlist.join(show, joining)

    async def held(self) -> dict[str, tuple[int, int, int]]:
        """Return what is free, held and sold of every product."""
        async with self.database.read() as connection:
            rows = await connection.execute(text("SELECT id, stock, held, sold FROM product"))
            return {row.id: (row.stock, row.held, row.sold) for row in rows}

    async def products(self) -> dict[str, tuple[int, int]]:
        """Return stock and sold of every product."""
        async with self.database.read() as connection:
            rows = await connection.execute(select(ProductRow.id, ProductRow.stock, ProductRow.sold))  # type: ignore[call-overload]
            return {row.id: (row.stock, row.sold) for row in rows}

    async def orders(self) -> list[OrderRow]:
        """Return all orders, oldest first."""
        async with self.database.read() as connection:
            rows = await connection.execute(text("SELECT * FROM orders ORDER BY id"))
            return [OrderRow(**row._mapping) for row in rows]

    async def audits(self) -> list[AuditRow]:
        """Return the audit, oldest first."""
        async with self.database.read() as connection:
            rows = await connection.execute(text("SELECT * FROM audit ORDER BY id"))
            return [AuditRow(**row._mapping) for row in rows]

    async def facts(self) -> list[tuple[str, str, str | None, int]]:
        """Return the ledger's facts as (kind, viewer, target, n), oldest first."""
        async with self.database.read() as connection:
            rows = await connection.execute(
                text("SELECT kind, viewer_id, target, n FROM ledger_entry ORDER BY id")
            )
            return [tuple(row) for row in rows]

    def tick(self, seconds: float = 1.0) -> None:
        """Let time pass."""
        self.clock.at += timedelta(seconds=seconds)


@asynccontextmanager
async def open_stage(
    database_url: str,
    *,
    payments: Payments | None = None,
    empty: bool = False,
    limits: Limits = NO_LIMITS,
    hold_seconds: float = HOLD_SECONDS,
    turn_seconds: float = TURN_SECONDS,
    auction_hold_seconds: float = AUCTION_HOLD_SECONDS,
) -> AsyncIterator[Stage]:
    """Yield a stage on the database at `database_url`; `empty` for a second process on a stage that is set already."""
    database, clock = Database(database_url, pool_size=5), ManualClock(NOON)
    delivered: list[Publication] = []
    journal = Journal(database, clock, lambda show, epoch, publications: delivered.extend(publications))
    told: list[tuple[str, dict[str, Any]]] = []

    def tell(show_id: str, viewer_id: str, line: Any) -> None:
        told.append((viewer_id, to_builtins(line)))

    offers = offers_with(Secrets(SECRET), journal, database, clock)
    checkouts = Checkouts(
        journal,
        database,
        clock,
        vouchers=vouchers_with(database, clock).reserving,
        units_max=limits.units_max,
    )
    shop = Shop(
        journal,
        database,
        payments or FakePayments(),
        limits=limits,
        push=tell,
        offers=offers.desk,
        heirs=Passing(auction_hold_seconds, BLOCKED_FOR),
        checkouts=checkouts,
    )
    auctions = auctions_for(journal, database, clock, Lots(shop.books, limits), auction_hold_seconds)
    holds = Holds(journal, database, clock, shop.books, seconds=hold_seconds, limits=limits)
    waitlist = Waitlist(
        journal,
        database,
        clock,
        shop.books,
        push=tell,
        seconds=turn_seconds,
        limits=limits,
        write=tell_turn,
    )
    posts = Posts(
        journal,
        database,
        screening=Silencing(ByModeration()),
        push=tell,
        pseudonym_of=Pseudonyms(SECRET).of,
    )
    stage = Stage(
        database,
        clock,
        journal,
        Questions(
            journal,
            database,
            watch_seconds=WATCH_SECONDS,
            pseudonyms=Pseudonyms(SECRET),
            screening=Silencing(ByModeration()),
            push=tell,
            follow=keep_answers,
        ),
        shop,
        holds,
        Exchanges(journal, database, shop.books, limits=limits),
        waitlist,
        Shows(
            journal,
            database,
            clock,
            parts=[*tables_aside(), SurveysAside(), PollsAside(), GiveawaysAside(), OffersAside()],
            at_end=[
                auctions.end_with_show,
                waitlist.end_at_end,
                close_polls_at_end,
                close_giveaways_at_end,
                hide_at_end,
                open_at_end,
                close_at_end,
                forget_shelf,
                forget_pace,
            ],
            at_start=[note_shelf],
        ),
        Planning(
            journal,
            database,
            clock,
            read_products=read_shelf,
            at_line_up=[note_shelf],
            at_staff=[follow_hosts],
        ),
        Tokens(SECRET, clock),
        Catalogue(database, clock, shop.neighbours.note_products),
        Stockroom(database, clock, shop.neighbours.note_stock),
        Surveys(journal, database, clock),
        Polls(journal, database, clock, watch_seconds=WATCH_SECONDS),
        Giveaways(journal, database, clock, watch_seconds=WATCH_SECONDS, push=tell),
        posts,
        Reviews(database, clock, Aliases(database, clock), Silencing(ByModeration())),
        offers,
        auctions,
        checkouts,
        comments_for(
            journal,
            database,
            tell,
            ticks=Ticks(seconds=0),
        ),
        Sanctions(
            journal,
            database,
            clock,
            writers=writers_with(Pseudonyms(SECRET)),
            returning=read_returning,
            push=tell,
        ),
        reports_for(journal, database, clock, tell, posts),
        delivered,
        told,
    )
    if not empty:
        await _set(stage)
    yield stage
    await shop.close()
    await waitlist.close()
    await journal.close()
    await database.close()


async def _set(stage: Stage) -> None:
    """Write it all in one transaction: most tests begin with this."""
    async with stage.database.write() as connection:
        await _insert_channels(connection, CHANNEL, ELSEWHERE)
        await insert_show(connection, _show(SHOW), "epoch-1")
        await _insert_products(
            connection,
            _product("p_apron", rank=1),
            _product("p_bowl", rank=2, price_minor=2500, stock=3),
            _product("p_gone", active=False),
            _product("p_other", channel_id=ELSEWHERE),
        )


def _show(id: str, *, channel_id: str = CHANNEL, state: str = "live", **others: Any) -> ShowRow:
    started_at = None if state == "scheduled" else NOON
    fields: dict[str, Any] = {"title": "Spring knitwear", "host": "Mika", "created_at": NOON} | others
    return ShowRow(id=id, channel_id=channel_id, state=state, started_at=started_at, **fields)


def _product(id: str, *, channel_id: str = CHANNEL, **others: Any) -> ProductRow:
    fields: dict[str, Any] = {"title": id, "price_minor": 1000, "currency": "JPY", "stock": 10} | others
    return ProductRow(id=id, channel_id=channel_id, **fields)


async def _insert_channels(connection: AsyncConnection, *ids: str) -> None:
    rows = [ChannelRow(id=id, name=id.title(), currency="JPY", created_at=NOON) for id in ids]
    await connection.execute(insert(ChannelRow), [row.model_dump() for row in rows])


async def _insert_products(connection: AsyncConnection, *rows: ProductRow) -> None:
    await connection.execute(insert(ProductRow), [row.model_dump() for row in rows])


def refused(code: Code) -> pytest.RaisesExc[RefusedError]:
    """Expect a refusal with this code."""
    return pytest.raises(RefusedError, check=lambda error: error.code is code)
