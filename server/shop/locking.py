"""What a transaction of the shop does at its two ends: locks products and lets lapsed holds go; writes what changed and has it told.

Products are locked in the order of their ids, in one statement, before any hold of theirs is touched: so whoever ends a hold has its
products, and no two transactions wait for each other in a ring.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from server.catalogue.lots import Heirs, NoHeirs
from server.catalogue.offered import NoOffers, OfferDesk
from server.clock import to_wire
from server.journal.transaction import ShowTransaction
from server.protocol.hold_lines import HeldLine, HeldStock, HoldChanged
from server.shop.checkout_desk import CheckoutDesk, NoCheckouts
from server.shop.hold_rules import BY_VIEWER, Hold, HoldState, Movement, StockBook
from server.shop.holds_repository import (
    INSERT_HELD_MOVES,
    as_move_rows,
    end_holds,
    insert_holds,
    read_lapsed,
    set_units,
)
from server.shop.lot_rules import as_hold, auction_of
from server.shop.neighbours import publish_stock
from server.shop.repository import SaleTerms, lock_products
from server.shop.sold_out import publish_turns
from server.shop.takings import Takings
from server.shop.turns import NoTurns, TurnDesk
from server.shop.writing_off import write_off_headings

NoteStock = Callable[[str, str], None]
"""Has the channel's other shows told that a product's stock changed by what happened in a show: (show, product)."""
Push = Callable[[str, str, Any], None]
"""Writes a line, JSON-ready, to the connections of a viewer in a show, and to nobody else: (show, viewer, line)."""
_BACK: dict[HoldState, Movement] = {"released": "release", "expired": "expire"}


def push_nothing(show_id: str, viewer_id: str, line: Any) -> None:
    """What a process without rooms does with private lines."""


class Books:
    """Opens and closes the stock books of transactions."""

    def __init__(
        self,
        note_stock: NoteStock,
        push: Push = push_nothing,
        offers: OfferDesk | None = None,
        heirs: Heirs | None = None,
        checkouts: CheckoutDesk | None = None,
    ) -> None:
        self._note_stock = note_stock
        self._push = push
        self._takings = Takings()
        self.offers: OfferDesk = offers or NoOffers()
        self.turns: TurnDesk = NoTurns()
        self._heirs: Heirs = heirs or NoHeirs()
        self.checkouts: CheckoutDesk = checkouts or NoCheckouts()

    async def open(
        self, tx: ShowTransaction, terms: SaleTerms, ids: Iterable[str], *, keep: Collection[str] = ()
    ) -> StockBook:
        """Lock these products, let go of their holds whose time is over, but of those to `keep`, and give what is free to who waits."""
        wanted = set(ids)
        gone = await read_lapsed(tx.connection, terms.channel_id, tx.now, wanted) if terms.lapsed else []
        gone = [hold for hold in gone if hold.id not in keep]
        wanted.update(product_id for hold in gone for product_id in hold.units)
        book = StockBook(await lock_products(tx.connection, terms.channel_id, wanted, show_id=tx.show_id))
        await self.let_go(tx, book, gone, "expired")
        await self.give_turns(tx, book)
        return book

    async def give_turns(self, tx: ShowTransaction, book: StockBook) -> None:
        """Set units that are free aside for those who wait for them, before anybody else may take one; no SQL where nobody waits."""
        if not book.waited_for:
            return
        for hold in await self.turns.give(tx, book):
            self.tell(tx, hold)
        book.left_over = {each.id: each.stock for each in book.products.values() if each.waiting}

    async def let_go(
        self,
        tx: ShowTransaction,
        book: StockBook,
        holds: Collection[Hold],
        state: HoldState,
        *,
        why: str | None = None,
        paying_too: bool = False,
    ) -> set[str]:
        """End those holds that are still open, give back the units that they have, and return their ids. Their products are in the book."""
        end = partial(end_holds, tx.connection, state=state, now=tx.now, why=why, paying_too=paying_too)
        with_units = await end(ids=[hold.id for hold in holds])
        unheld = [hold.id for hold in holds if hold.first_paid and hold.id not in with_units]
        ended = with_units | await end(ids=unheld, from_states=("unheld",))
        gone = [
            replace(hold, state=state, paying=False, ended_at=tx.now, ended_why=why)
            for hold in holds
            if hold.id in ended
        ]
        for hold in gone:
            self.tell(tx, hold)
        freed = [hold for hold in gone if hold.id in with_units]
        for hold in freed:
            book.move(_BACK[state], hold.id, hold.units)
            book.offers |= hold.offers
        write_off_headings(tx, book, freed)
        await self._pass_on(tx, book, [hold for hold in gone if auction_of(hold)])
        await self.end_turns(tx, gone)
        return ended

    async def exchange(self, tx: ShowTransaction, book: StockBook, hold: Hold, new: Hold) -> None:
        """End a hold that is locked and stands, and put its units into the one that is written in its place; what is more is free.

        It ends as given up by its viewer: money that comes for it after all goes back.
        """
        await end_holds(tx.connection, [hold.id], "released", tx.now, why=BY_VIEWER)
        book.move("release", hold.id, hold.units)
        book.move("place", new.id, new.units)
        book.offers |= hold.offers | new.offers
        gone = replace(hold, state="released", ended_at=tx.now, ended_why=BY_VIEWER)
        # The one that stands first: who is told that nothing is held any more would begin anew.
        self.tell(tx, new)
        self.tell(tx, gone)
        write_off_headings(tx, book, [gone])
        await self.checkouts.exchange(tx, gone, new)

    async def _pass_on(self, tx: ShowTransaction, book: StockBook, unpaid: Collection[Hold]) -> None:
        """Give lots that were not paid for to those who come next, before anybody else finds their units free."""
        if not unpaid:
            return
        (channel_id,) = {hold.channel_id for hold in unpaid}
        for award in await self._heirs.inherit(tx, [hold.id for hold in unpaid]):
            hold = as_hold(award, channel_id, tx.now)
            book.move("place", hold.id, hold.units)
            await insert_holds(tx.connection, hold.channel_id, hold.show_id, [hold])
            self.tell(tx, hold)

    async def end_turns(self, tx: ShowTransaction, holds: Iterable[Hold]) -> None:
        """Note what became of those of the holds that were turns of the waitlist."""
        if turns := [hold for hold in holds if hold.origin == "waitlist"]:
            await self.turns.end(tx, turns)

    async def bought(self, tx: ShowTransaction, book: StockBook, sold: Iterable[tuple[str, str]]) -> None:
        """Have those who got what they wait for leave the line; `sold` has pairs of viewer and product. No SQL where nobody waits."""
        if pairs := [pair for pair in sold if book.products[pair[1]].waiting]:
            await self.turns.bought(tx, book, pairs)

    async def close(self, tx: ShowTransaction, book: StockBook) -> None:
        """Give what came free to who waits, write how the products stand and each movement, and publish what is free, sold out or back."""
        await self.give_turns(tx, book)
        await set_units(tx.connection, book.changed)
        if book.moves:
            tx.write(INSERT_HELD_MOVES, as_move_rows(book.moves, tx.now))
        moved = book.moved
        shown = {product.id: product.stock for product in moved if product.on_sale}
        if shown or book.orders:
            # Also for what the show does not sell any more: the totals of the sales are others now.
            publish_stock(tx, shown, await self._takings.with_sold(tx, book.orders))
            await publish_turns(tx, book.turned)
        if book.offers or book.offer_sales:
            await self.offers.close(tx, book.offer_sales, book.offers)
        for product in moved:
            tx.afterwards.append(partial(self._note_stock, tx.show_id, product.id))

    def tell(self, tx: ShowTransaction, hold: Hold) -> None:
        """Have the hold's viewer told how it stands, once the transaction is committed."""
        line = HoldChanged(as_seen(hold))
        tx.afterwards.append(partial(self._push, hold.show_id, hold.viewer_id, line))


def as_seen(hold: Hold) -> HeldStock:
    """Return the hold as its viewer sees it."""
    return HeldStock(
        hold=hold.id,
        state=hold.state_shown,
        lines=[
            HeldLine(line.product_id, line.quantity, line.unit_price_minor, line.offer_id)
            for line in hold.lines
        ],
        amount=hold.amount_minor,
        currency=hold.currency,
        placed_at=to_wire(hold.placed_at),
        expires_at=to_wire(hold.expires_at),
        paying=hold.paying,
        ended_at=None if hold.ended_at is None else to_wire(hold.ended_at),
        why=hold.ended_why,
        order=hold.order_id,
        origin=hold.origin,
        auction=auction_of(hold),
        exchanges=hold.exchanges,
        first_paid=hold.first_paid,
    )
