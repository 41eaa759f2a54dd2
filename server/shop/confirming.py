"""A hold that is paid becomes an order: its units are sold, also when it ended before the money came, if there are units left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.catalogue.claims import NO_OFFER_BOOK, OfferBook
from server.catalogue.rules import take_units
from server.errors import RefusedError
from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.ledger.late_facts import open_figures
from server.ledger.repository import record_facts
from server.protocol.codes import Code
from server.shop.checked import Checked
from server.shop.counting import as_facts, offer_sales_of
from server.shop.first_paid import end_too_late
from server.shop.hold_rules import Hold, StockBook
from server.shop.holds_repository import end_holds, read_holds
from server.shop.late import WITHOUT_UNITS, claims_of_hold, count_as_taken, require_still_free
from server.shop.locking import Books
from server.shop.lot_rules import auction_of
from server.shop.numbers import new_number
from server.shop.orders_repository import read_heads_by_key
from server.shop.repository import SaleTerms, delete_orders, insert_orders, read_terms
from server.shop.rules import Order
from server.shop.telling import tell_orders, tell_sold_out


@dataclass(frozen=True, slots=True)
class Paid:
    """A hold whose money has come; `payment` is the payment's reference, kept with the order.

    `hold`: as it was read in the same transaction, where it was. Its lines stay; how it stands is seen once its products are locked.
    """

    hold_id: str
    payment: str
    hold: Hold | None = None


class Confirming:
    """Confirms the holds of one show, many in one transaction."""

    def __init__(self, books: Books) -> None:
        self._books = books

    async def confirm_many(
        self, tx: ShowTransaction, paid: Sequence[Paid]
    ) -> list[list[Order] | RefusedError]:
        """Return for each the order's lines, the head first, or why there is none; a hold that is confirmed gets its order again."""
        terms = await read_terms(tx.connection, tx.show_id, tx.now)
        holds = {each.hold_id: each.hold for each in paid if each.hold is not None}
        if unread := {each.hold_id for each in paid} - holds.keys():
            holds |= await read_holds(tx.connection, unread)
        holds = {id: hold for id, hold in holds.items() if hold.show_id == tx.show_id}
        if terms is None or not holds:
            return [RefusedError(Code.NOT_FOUND) for _ in paid]
        ids = (product_id for hold in holds.values() for product_id in hold.units)
        book = await self._books.open(tx, terms, ids, keep=holds)
        claims = [claim for hold in holds.values() for claim in claims_of_hold(hold)]
        offers = await self._books.offers.open(tx, claims) if claims else NO_OFFER_BOOK
        payments = {each.hold_id: each.payment for each in paid if each.hold_id in holds}
        answers = await self._confirm(tx, terms, (book, offers), holds, payments)
        await self._books.close(tx, book)
        return [answers.get(each.hold_id, RefusedError(Code.NOT_FOUND)) for each in paid]

    async def _confirm(
        self,
        tx: ShowTransaction,
        terms: SaleTerms,
        books: tuple[StockBook, OfferBook],
        holds: Mapping[str, Hold],
        payments: Mapping[str, str],
    ) -> dict[str, list[Order] | RefusedError]:
        book, offers = books
        placed = await end_holds(tx.connection, list(holds), "confirmed", tx.now, paying_too=True)
        answers: dict[str, list[Order] | RefusedError] = {}
        # As they stand now that their products are locked: nobody can end one meanwhile.
        others = await read_holds(tx.connection, set(holds) - placed) if len(placed) < len(holds) else {}
        checked = await self._books.checkouts.read(tx.connection, holds)
        vouchers = {id for id, each in checked.items() if each.with_voucher}
        placed -= await self._let_lost_go(tx, book, [holds[id] for id in sorted(placed & vouchers)], answers)
        for id in placed:
            book.move("confirm", id, holds[id].units)
        sold_late = [
            hold
            for hold in [others[id] for id in payments if id in others]  # who has paid first comes first
            if await self._take_late(tx, (book, offers), hold, answers, with_voucher=hold.id in vouchers)
        ]
        await end_holds(
            tx.connection,
            [h.id for h in sold_late],
            "confirmed",
            tx.now,
            paying_too=True,
            from_states=WITHOUT_UNITS,
        )
        await end_too_late(tx, self._books, others.values(), answers)
        moves = {hold.id: _sell_late(book, hold) for hold in sold_late}
        confirmed = [holds[id] for id in sorted(placed)] + sold_late
        orders = await _write_orders(tx, terms, confirmed, payments, moves, checked=checked)
        await self._books.checkouts.confirm(tx, {id: orders[id].id for id in checked if id in orders})
        book.offer_sales += offer_sales_of(orders.values())
        book.orders += [line for order in orders.values() for line in order.lines]
        ended = [
            replace(hold, state="confirmed", paying=False, order_id=orders[hold.id].id) for hold in confirmed
        ]
        for hold in ended:
            answers[hold.id] = list(orders[hold.id].lines)
            self._books.tell(tx, hold)
        await self._books.end_turns(tx, ended)
        sold = ((hold.viewer_id, product_id) for hold in confirmed for product_id in hold.units)
        await self._books.bought(tx, book, sold)
        if again := [hold for hold in others.values() if hold.state == "confirmed"]:
            answers |= await _read_again(tx, again)
        await _count(tx, terms, book, list(orders.values()))
        return answers

    async def _let_lost_go(
        self,
        tx: ShowTransaction,
        book: StockBook,
        holds: Sequence[Hold],
        answers: dict[str, list[Order] | RefusedError],
    ) -> set[str]:
        """Take the vouchers of holds that were confirmed, and let those go again whose voucher has gone to somebody else.

        Its time was over, and nobody had noted it yet but whoever wanted the voucher. Returns the ids of those.
        """
        lost = await self._books.checkouts.take(tx, [hold.id for hold in holds])
        if lost:
            await end_holds(tx.connection, lost, "placed", tx.now, from_states=("confirmed",))
            await self._books.let_go(tx, book, [hold for hold in holds if hold.id in lost], "expired")
        answers |= {id: RefusedError(Code.VOUCHER_REFUSED, why="used_up") for id in lost}
        return set(lost)

    async def _take_late(
        self,
        tx: ShowTransaction,
        books: tuple[StockBook, OfferBook],
        hold: Hold,
        answers: dict[str, list[Order] | RefusedError],
        *,
        with_voucher: bool,
    ) -> bool:
        """Take units and voucher for a hold that had ended before its money came; False, and why, where that cannot be."""
        if hold.state not in WITHOUT_UNITS:
            return False
        try:
            require_still_free(*books, hold)
        except RefusedError as refused:
            answers[hold.id] = refused
            return False
        if with_voucher and await self._books.checkouts.take(tx, [hold.id]):
            answers[hold.id] = RefusedError(Code.VOUCHER_REFUSED, why="used_up")
            return False
        count_as_taken(*books, hold)
        return True


def _sell_late(book: StockBook, hold: Hold) -> list[tuple[int, int]]:
    """Sell the hold's lines from what is free, and return (stock after it, number of the change) of each."""
    for id, units in hold.units.items():
        book.products[id] = replace(book.products[id], stock=book.products[id].stock + units)
    moves = []
    for line in hold.lines:
        after = book.products[line.product_id] = take_units(book.products[line.product_id], line.quantity)
        moves.append((after.stock, after.moves))
    return moves


async def _write_orders(
    tx: ShowTransaction,
    terms: SaleTerms,
    holds: Sequence[Hold],
    payments: Mapping[str, str],
    moves: Mapping[str, list[tuple[int, int]]],
    *,
    checked: Mapping[str, Checked],
) -> dict[str, Order]:
    """Write an order of each hold, heads and lines in one statement, and return the heads by hold."""
    while True:
        orders = {
            hold.id: order_of(
                tx,
                hold,
                payments[hold.id],
                moves.get(hold.id),
                new_number(),
                checked=checked.get(hold.id),
                replay=_is_of_replay(hold, terms),
            )
            for hold in holds
        }
        lines = [line for order in orders.values() for line in order.lines]
        written = await insert_orders(tx.connection, terms.channel_id, tx.show_id, lines)
        if len(written) == len(lines):
            return orders
        # A number was taken; the next ones are others. A hold's key is nobody else's: no viewer's has a stroke in it.
        await delete_orders(tx.connection, written)


def order_of(
    tx: ShowTransaction,
    hold: Hold,
    payment: str,
    moves: list[tuple[int, int]] | None,
    number: str,
    *,
    checked: Checked | None = None,
    replay: bool = False,
) -> Order:
    """Return the order that a hold becomes: its first line the head, with the others behind it, each less its share of the discount."""
    head_id, shares = new_id("o"), checked.shares if checked else {}
    lines = [
        Order(
            id=new_id("o") if nth else head_id,
            number=number,
            show_id=hold.show_id,
            viewer_id=hold.viewer_id,
            key=f"{hold.id}/{nth}",
            product_id=line.product_id,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            currency=hold.currency,
            payment=payment,
            at=tx.now,
            staff=hold.staff,
            replay=replay,
            stock_after=moves[nth][0] if moves else None,
            stock_move=moves[nth][1] if moves else None,
            head_id=head_id if nth else None,
            nth=nth,
            offer_id=line.offer_id,
            discount_minor=shares.get(nth, 0),
        )
        for nth, line in enumerate(hold.lines)
    ]
    head, *behind = lines
    return replace(head, behind=tuple(behind), checked=checked) if behind or checked else head


def _is_of_replay(hold: Hold, terms: SaleTerms) -> bool:
    """Whether a viewer placed the hold at the show's replay; what came of a place in line or an auction goes back to the show itself."""
    placed_late = terms.ended_at is not None and hold.placed_at >= terms.ended_at
    return placed_late and hold.origin is None and auction_of(hold) is None


async def _read_again(tx: ShowTransaction, holds: Sequence[Hold]) -> dict[str, list[Order] | RefusedError]:
    """Return the orders that confirmed holds have become, by hold."""
    found = await read_heads_by_key(tx.connection, [(hold.viewer_id, f"{hold.id}/0") for hold in holds])
    by_key = {head.key: head for head in found}
    missing = RefusedError(Code.HOLD_ENDED, state="confirmed", paying=False)
    return {hold.id: list(head.lines) if (head := by_key.get(f"{hold.id}/0")) else missing for hold in holds}


async def _count(tx: ShowTransaction, terms: SaleTerms, book: StockBook, orders: Sequence[Order]) -> None:
    """Put the orders into the figures, also where the show's are final by now, and tell the merchant's servers."""
    if not orders:
        return
    if not terms.live:
        await open_figures(tx)
    record_facts(tx, as_facts(orders))
    tell_orders(tx, terms, orders, book.products)
    sold = {line.product_id for order in orders for line in order.lines}
    tell_sold_out(tx, terms, [book.products[id] for id in sorted(sold)])
