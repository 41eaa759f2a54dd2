"""Holds through the journal: stock set aside for one viewer until a time, all lines or none, and what becomes of it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.claims import NO_OFFER_BOOK, OfferBook
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.journal.intents import Intent
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shop.allowances import NO_LIMITS, Limits
from server.shop.confirming import Confirming, Paid
from server.shop.first_paid import LET_GO_AT_ONCE_MAX, FirstPaid
from server.shop.first_paid_repository import find_lapsed
from server.shop.hold_rules import BY_VIEWER, Hold, Releasing, StockBook, Wanted
from server.shop.holds_repository import (
    delete_holds,
    insert_holds,
    mark_paying,
    read_by_key,
    read_holds,
    read_lapsed,
    read_own,
    unmark_paying,
)
from server.shop.locking import Books
from server.shop.placing import Placing
from server.shop.repository import SaleTerms, read_terms
from server.shop.rules import Order
from server.shop.wishes import ask_admission, claims_of, read_allowances
from server.viewers.alias_repository import read_guests_of

HOLD_SECONDS = 300.0
LISTED_FOR = timedelta(hours=24)
"""How long a hold that is over is listed."""


class Holds:
    """Places, releases, confirms and finds holds. `seconds`: for how long a hold stands; the time is the server's, and never prolonged."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        clock: Clock,
        books: Books,
        *,
        seconds: float = HOLD_SECONDS,
        limits: Limits = NO_LIMITS,
    ) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock
        self._books = books
        self._seconds = seconds
        self._limits = limits
        self._confirming = Confirming(books)
        self.first_paid = FirstPaid(books)
        # The journal groups commands by their handler: it must be the same object each time.
        self._place_many = self.place_many
        self._release_many = self.release_many
        self._expire_many = self.expire_many

    async def place(self, show_id: str, wanted: Wanted) -> Hold:
        """Set all lines aside or none, or return the first hold of this key again as it stands, with the time that it had (`repeated`).

        Once this returns, the hold is committed. Raises as `Shop.buy` does, with `product` where a line is to blame.
        """
        wanted = await ask_admission(self._books.offers, show_id, wanted)
        return await self._journal.commit(show_id, self._place_many, wanted, repeatable=True)

    async def release(
        self,
        show_id: str,
        hold_id: str,
        viewer_id: str | None = None,
        why: str = BY_VIEWER,
        *,
        intent: Intent | None = None,
    ) -> Hold:
        """Give a hold's units back, and return it as it stands then; one that is over already is returned as it is.

        By its viewer: raises `not_found` for another's, and `hold_ended` while it is being paid or when it is an order. Without a
        `viewer_id` by us, also while it is being paid.
        """
        viewers: tuple[str, ...] = ()
        if viewer_id is not None:
            async with self._database.read_soon() as connection:
                viewers = (viewer_id, *await read_guests_of(connection, show_id, viewer_id))
        releasing = Releasing(hold_id, viewers, why)
        return await self._journal.commit(
            show_id, self._release_many, releasing, repeatable=True, intent=intent, kind=Hold
        )

    async def find(self, hold_id: str) -> Hold:
        """Return a hold as it stands, one whose time is over as `expired`; raises `not_found`."""
        async with self._database.read_soon() as connection:
            hold = (await read_holds(connection, [hold_id])).get(hold_id)
        if hold is None:
            raise RefusedError(Code.NOT_FOUND)
        return self._seen_now(hold)

    async def find_own(self, show_id: str, hold_id: str, viewer_id: str) -> Hold | None:
        """Return a hold of the viewer's in the show, also one of who they were there as a guest; None when there is no such one."""
        async with self._database.read_soon() as connection:
            hold = (await read_holds(connection, [hold_id])).get(hold_id)
            viewers = [viewer_id, *await read_guests_of(connection, show_id, viewer_id)]
        if hold is None or hold.show_id != show_id or hold.viewer_id not in viewers:
            return None
        return self._seen_now(hold)

    async def list_own(self, show_id: str, viewer_id: str) -> list[Hold]:
        """Return the viewer's holds in the show, the newest first: those that stand, and those of the last day that are over."""
        since = self._clock.now() - LISTED_FOR
        async with self._database.read_soon() as connection:
            viewers = [viewer_id, *await read_guests_of(connection, show_id, viewer_id)]
            return [self._seen_now(hold) for hold in await read_own(connection, show_id, viewers, since)]

    async def confirm_in(self, tx: ShowTransaction, hold_id: str, payment: str) -> list[Order]:
        """Turn a hold into an order in a transaction of its show, and return the order's lines, the head first.

        A hold that is confirmed already gives its order again. One that expired, or was released by us, is sold if there are units: else
        raises `sold_out`; `hold_ended` for one that its viewer gave up, `not_found` for one that this show does not have. Nothing has
        been changed when it raises. Of several in one transaction use `confirm_many_in`, which locks all products in order.
        """
        (answer,) = await self.confirm_many_in(tx, [Paid(hold_id, payment)])
        if isinstance(answer, RefusedError):
            raise answer
        return answer

    async def confirm_many_in(
        self, tx: ShowTransaction, paid: Sequence[Paid]
    ) -> list[list[Order] | RefusedError]:
        """`confirm_in` for many holds of the show, in one go, whatever their number; refusals are returned."""
        return await self._confirming.confirm_many(tx, paid)

    async def find_to_pay(
        self, tx: ShowTransaction, wanted: Sequence[tuple[str, Collection[str]]]
    ) -> list[Hold | RefusedError]:
        """Return holds of the show that may be paid, each by the ids of the viewer whose it must be. Locks nothing.

        Answers `not_found`, and `hold_ended` for one that is over.
        """
        holds = await read_holds(tx.connection, {hold_id for hold_id, _ in wanted})
        return [_to_be_paid(holds.get(hold_id), viewers, tx) for hold_id, viewers in wanted]

    async def begin_paying(self, tx: ShowTransaction, hold_ids: Collection[str]) -> set[str]:
        """Note that a payment of each hold is open: until `end_paying` it does not expire, and is not released.

        Returns those of which it is so now; the others are over.
        """
        return await mark_paying(tx.connection, hold_ids, tx.now)

    async def end_paying(self, connection: AsyncConnection, hold_ids: Collection[str]) -> None:
        """Note in this transaction that no payment of these holds is open: each has the time left that it had, and may lapse at once."""
        await unmark_paying(connection, hold_ids)

    async def let_lapsed_go(self) -> int:
        """Give back the units of all holds whose time is over, and return of how many shows there were any."""
        async with self._database.read_soon() as connection:
            shows = await find_lapsed(connection, self._clock.now())
        for show_id in shows:
            await self._journal.commit(show_id, self._expire_many, None, repeatable=True)
        return len(shows)

    async def place_many(self, tx: ShowTransaction, wishes: Sequence[Wanted]) -> list[Hold | RefusedError]:
        """Decide a batch: lock, decide in pure code, write, publish once."""
        terms = await read_terms(tx.connection, tx.show_id, tx.now)
        if terms is None:
            return [RefusedError(Code.NOT_FOUND) for _ in wishes]
        if terms.by_shop:
            return [RefusedError(Code.SHOP_TAKES_ORDERS) for _ in wishes]
        ids = (line.product_id for wanted in wishes for line in wanted.lines)
        book = await self._books.open(tx, terms, ids)
        claims = claims_of(wishes)
        offers = await self._books.offers.open(tx, claims) if claims else NO_OFFER_BOOK
        answers = await self._decide(tx, terms, (book, offers), wishes)
        await self._books.close(tx, book)
        return answers

    async def _decide(
        self,
        tx: ShowTransaction,
        terms: SaleTerms,
        books: tuple[StockBook, OfferBook],
        wishes: Sequence[Wanted],
    ) -> list[Hold | RefusedError]:
        book, offers = books
        keys = [(wanted.viewer_id, wanted.key) for wanted in wishes]
        while True:
            attempt = book.copy()
            placing = Placing(
                tx.show_id,
                terms.channel_id,
                tx.now,
                sells=terms.sells,
                seconds=self._seconds,
                book=attempt,
                earlier=await read_by_key(tx.connection, keys),
                allowances=await read_allowances(tx, terms, self._limits, wishes, book.products.values()),
                offers=offers.copy(),
                new_id=lambda: new_id("h"),
            )
            answers = placing.serve(wishes)
            written = await insert_holds(tx.connection, terms.channel_id, tx.show_id, placing.placed)
            if len(written) == len(placing.placed):
                break
            # Another show took one of the keys between our read and our write; now its hold is seen.
            await delete_holds(tx.connection, written)
        book.take_over(attempt)
        for hold in placing.placed:
            self._books.tell(tx, hold)
        return [self._seen_now(each) if isinstance(each, Hold) else each for each in answers]

    async def release_many(
        self, tx: ShowTransaction, wanted: Sequence[Releasing]
    ) -> list[Hold | RefusedError]:
        """Release in order; whoever is not allowed to, or comes too late, harms no other."""
        terms = await read_terms(tx.connection, tx.show_id, tx.now)
        holds = await read_holds(tx.connection, {each.hold_id for each in wanted})
        wanted_of = {
            each.hold_id: each for each in wanted if each.is_allowed(holds.get(each.hold_id), tx.show_id)
        }
        if terms is not None and wanted_of:
            going = [holds[id] for id in sorted(wanted_of)]
            ids = (product_id for hold in going for product_id in hold.units)
            book = await self._books.open(tx, terms, ids)
            for releasing in wanted_of.values():
                await self._books.let_go(
                    tx,
                    book,
                    [holds[releasing.hold_id]],
                    "released",
                    why=releasing.why,
                    paying_too=not releasing.viewers,
                )
            await self._books.close(tx, book)
            holds = await read_holds(tx.connection, set(wanted_of))
        return [self._released(holds.get(each.hold_id), each in wanted_of.values()) for each in wanted]

    async def expire_many(self, tx: ShowTransaction, wanted: Sequence[None]) -> list[None]:
        """Give back the units of the channel's holds whose time is over, and end the show's that have none."""
        terms = await read_terms(tx.connection, tx.show_id, tx.now)
        if terms is not None and terms.lapsed:
            gone = await read_lapsed(tx.connection, terms.channel_id, tx.now, most=LET_GO_AT_ONCE_MAX)
            ids = (product_id for hold in gone for product_id in hold.units)
            await self._books.close(tx, await self._books.open(tx, terms, ids))
        await self.first_paid.let_lapsed_go(tx)
        return [None for _ in wanted]

    def _released(self, hold: Hold | None, allowed: bool) -> Hold | RefusedError:
        if hold is None or not allowed:
            return RefusedError(Code.NOT_FOUND)
        if hold.open or hold.state == "confirmed":
            return RefusedError(Code.HOLD_ENDED, state=hold.state_shown, paying=hold.paying)
        return hold

    def _seen_now(self, hold: Hold) -> Hold:
        """Return the hold as everybody may see it: one whose time is over has expired, whether that was written already or not."""
        return replace(hold, state="expired") if hold.has_lapsed(self._clock.now()) else hold


def _to_be_paid(hold: Hold | None, viewers: Collection[str], tx: ShowTransaction) -> Hold | RefusedError:
    if hold is None or hold.show_id != tx.show_id or hold.viewer_id not in viewers:
        return RefusedError(Code.NOT_FOUND)
    if hold.open and not hold.has_lapsed(tx.now):
        return hold
    state = "expired" if hold.open else hold.state_shown
    return RefusedError(Code.HOLD_ENDED, state=state, paying=hold.paying)
