"""The line through the journal: viewers who join together are decided together, in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.journal.intents import Intent
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shop.allowances import Limits
from server.shop.hold_rules import BY_VIEWER, StockBook
from server.shop.holds_repository import read_holds
from server.shop.limits_repository import read_people, widen
from server.shop.locking import Books, Push
from server.shop.repository import SaleTerms, lock_products, read_terms
from server.shop.wishes import read_allowances_in
from server.shows.tables import ShowRow
from server.viewers.alias_repository import read_guests_of
from server.waitlist.desk import WaitlistDesk, WriteTurn, write_nothing
from server.waitlist.positions import Positions
from server.waitlist.repository import (
    delete_places,
    end_lines,
    end_vain,
    find_due,
    find_waited_for,
    insert_places,
    leave_places,
    read_by_key,
    read_closed,
    read_last,
    read_order,
    read_own,
    read_standing,
    set_quantities,
)
from server.waitlist.rules import Joining, Known, Place, Queueing

TURN_SECONDS = 300.0
LISTED_FOR = timedelta(hours=24)
"""How long a place that has ended is listed."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A viewer, by all of their ids, leaves the line of a product."""

    product_id: str
    viewers: tuple[str, ...]


class Waitlist:
    """Lets viewers join and leave lines, and finds their places. `seconds`: how long a turn stands."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        clock: Clock,
        books: Books,
        *,
        push: Push,
        seconds: float = TURN_SECONDS,
        limits: Limits,
        write: WriteTurn = write_nothing,
    ) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock
        self._books = books
        self._limits = limits
        self._positions = Positions(database, push)
        self.desk = WaitlistDesk(push, self._positions, seconds=seconds, limits=limits, write=write)
        books.turns = self.desk
        # The journal groups commands by their handler: it must be the same object each time.
        self._join_many = self.join_many
        self._leave_many = self.leave_many
        self._serve_many = self.serve_many

    async def close(self) -> None:
        """Wait until those who wait have been told their last positions."""
        await self._positions.close()

    async def join(self, show_id: str, joining: Joining) -> Place:
        """Take a place at the end of the product's line, or return the one that the person has (`repeated`), as it stands.

        Where units are free that nobody before them waits for it is their turn at once. Once this returns, the place is committed. Raises
        `show_not_live`, `not_found`, `invalid` for a product with variants, `too_many` as for a hold, `waitlist_closed`, `conflict` for
        more units than the present place waits for, `key_reused`.
        """
        return await self._journal.commit(show_id, self._join_many, joining, repeatable=True)

    async def leave(
        self, show_id: str, product_id: str, viewer_id: str, *, intent: Intent | None = None
    ) -> Place:
        """End the viewer's place in the product's line, giving back their turn's units, and return it as it stands then.

        One that has ended is returned as it is. Raises `not_found` for none, and `hold_ended` while the turn is being paid.
        """
        async with self._database.read_soon() as connection:
            viewers = (viewer_id, *await read_guests_of(connection, show_id, viewer_id))
        leaving = Leaving(product_id, viewers)
        return await self._journal.commit(
            show_id, self._leave_many, leaving, repeatable=True, intent=intent, kind=Place
        )

    async def list_own(self, show_id: str, viewer_id: str) -> list[Place]:
        """Return the viewer's places in the show, the newest first: those that stand, and those of the last day that have ended."""
        since = self._clock.now() - LISTED_FOR
        async with self._database.read_soon() as connection:
            viewers = [viewer_id, *await read_guests_of(connection, show_id, viewer_id)]
            return await read_own(connection, show_id, viewers, since)

    async def serve_due(self) -> int:
        """Give what lies free to those who wait for it, and return of how many products there was any."""
        async with self._database.read_soon() as connection:
            due = await find_due(connection)
        for product_id, show_id in due:
            await self._journal.commit(show_id, self._serve_many, product_id, repeatable=True, patient=True)
        return len(due)

    async def end_at_end(self, tx: ShowTransaction, show: ShowRow) -> None:
        """End all places of a show that ends; turns that were given stand for as long as they were promised."""
        products = await find_waited_for(tx.connection, tx.show_id)
        if products:
            await self.end_places(tx, show.channel_id, products, "show_ended", of_show=True)

    async def end_places(
        self,
        tx: ShowTransaction,
        channel_id: str,
        products: Collection[str],
        why: str,
        *,
        of_show: bool = False,
    ) -> list[Place]:
        """End the places that wait for these products, only those of the transaction's show where `of_show`; return them."""
        book = StockBook(await lock_products(tx.connection, channel_id, products, show_id=tx.show_id))
        show_id = tx.show_id if of_show else None
        ended = await end_lines(tx.connection, list(book.products), tx.now, why, show_id)
        for place in ended:
            book.wait(place.product_id, -1)
            self.desk.tell(tx, place)
        for product in book.changed:
            self.desk.moved(tx, product.id)
        await self._books.close(tx, book)
        return ended

    async def serve_many(self, tx: ShowTransaction, wanted: Sequence[str]) -> list[None]:
        """Give what is free of these products to those who wait."""
        terms = await read_terms(tx.connection, tx.show_id, tx.now)
        if terms is not None:
            book = await self._books.open(tx, terms, wanted)
            for place in await end_vain(tx.connection, list(book.products), tx.now):
                book.wait(place.product_id, -1)
                self.desk.tell(tx, place)
            await self._books.close(tx, book)
        return [None for _ in wanted]

    async def join_many(self, tx: ShowTransaction, wishes: Sequence[Joining]) -> list[Place | RefusedError]:
        """Decide a batch: lock, decide in pure code, write, and give those who joined what is free."""
        terms = await read_terms(tx.connection, tx.show_id, tx.now)
        if terms is None:
            return [RefusedError(Code.NOT_FOUND) for _ in wishes]
        if terms.by_shop:
            return [RefusedError(Code.SHOP_TAKES_ORDERS) for _ in wishes]
        book = await self._books.open(tx, terms, (wish.product_id for wish in wishes))
        answers = await self._decide(tx, terms, book, wishes)
        await self._books.close(tx, book)
        return await self._as_they_stand(tx, answers)

    async def _decide(
        self, tx: ShowTransaction, terms: SaleTerms, book: StockBook, wishes: Sequence[Joining]
    ) -> list[Place | RefusedError]:
        before = {id: product.waiting for id, product in book.products.items()}
        while True:
            known = await self._read_known(tx, terms, book, wishes)
            queueing = Queueing(
                (tx.show_id, terms.channel_id),
                tx.now,
                live=terms.live,
                book=book,
                known=known,
                new_id=lambda: new_id("w"),
            )
            answers = queueing.serve(wishes)
            written = await insert_places(tx.connection, queueing.joined)
            if len(written) == len(queueing.joined):
                break
            # Another show took one of the keys between our read and our write; now its place is seen.
            await delete_places(tx.connection, written)
            for id, waiting in before.items():
                book.wait(id, waiting - book.products[id].waiting)
        await set_quantities(tx.connection, queueing.smaller)
        for place in queueing.joined:
            self.desk.tell(tx, replace(place, position=None))
        return answers

    async def _read_known(
        self, tx: ShowTransaction, terms: SaleTerms, book: StockBook, wishes: Sequence[Joining]
    ) -> Known:
        connection = tx.connection
        people = (
            await read_people(connection, tx.show_id, [w.viewer_id for w in wishes]) if terms.aliased else {}
        )
        pairs = widen(((w.viewer_id, w.product_id) for w in wishes), people)
        as_holds = [wish.wanted for wish in wishes]
        there = (tx.show_id, terms.channel_id)
        return Known(
            earlier=await read_by_key(connection, [(w.viewer_id, w.key) for w in wishes]),
            standing=await read_standing(connection, pairs),
            people=people,
            allowances=await read_allowances_in(
                tx, there, self._limits, as_holds, book.products.values(), aliased=terms.aliased
            ),
            closed=await read_closed(connection, list(book.products)),
            last=await read_last(connection, list(book.products)),
        )

    async def _as_they_stand(
        self, tx: ShowTransaction, answers: Sequence[Place | RefusedError]
    ) -> list[Place | RefusedError]:
        """Return the places as they stand at the end of the transaction: some have got their turn by it."""
        places = [each for each in answers if isinstance(each, Place)]
        now = {p.id: p for p in await read_by_key(tx.connection, [(p.viewer_id, p.key) for p in places])}
        order = await read_order(tx.connection, {place.product_id for place in places})
        return [
            replace(now[each.id], position=order.get(each.id), repeated=each.repeated)
            if isinstance(each, Place)
            else each
            for each in answers
        ]

    async def leave_many(self, tx: ShowTransaction, wanted: Sequence[Leaving]) -> list[Place | RefusedError]:
        """Leave in order; whoever comes too late harms no other."""
        terms = await read_terms(tx.connection, tx.show_id, tx.now)
        if terms is None:
            return [RefusedError(Code.NOT_FOUND) for _ in wanted]
        book = await self._books.open(tx, terms, (each.product_id for each in wanted))
        for each in wanted:
            await self._leave(tx, book, each)
        await self._books.close(tx, book)
        return [await self._left(tx, each) for each in wanted]

    async def _leave(self, tx: ShowTransaction, book: StockBook, leaving: Leaving) -> None:
        pairs = [(viewer, leaving.product_id) for viewer in leaving.viewers]
        standing = [p for p in await read_standing(tx.connection, pairs) if p.show_id == tx.show_id]
        waiting = {place.id for place in standing if place.state == "waiting"}
        for place in await leave_places(tx.connection, waiting, tx.now):
            book.wait(place.product_id, -1)
            self.desk.tell(tx, place)
            self.desk.moved(tx, place.product_id)
        turns = {place.hold_id for place in standing if place.hold_id is not None}
        holds = await read_holds(tx.connection, turns) if turns else {}
        if holds:
            await self._books.let_go(tx, book, list(holds.values()), "released", why=BY_VIEWER)

    async def _left(self, tx: ShowTransaction, leaving: Leaving) -> Place | RefusedError:
        own = await read_own(tx.connection, tx.show_id, leaving.viewers, tx.now - LISTED_FOR)
        place = next((each for each in own if each.product_id == leaving.product_id), None)
        if place is None:
            return RefusedError(Code.NOT_FOUND)
        if place.state == "called":
            return RefusedError(Code.HOLD_ENDED, state="placed", paying=True)
        return place
