"""Products whose units go to whoever pays first: a hold of them has no units, and gets them in the moment in which it is paid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from server.catalogue.claims import NO_OFFER_BOOK
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shop.first_paid_repository import claim_units, let_unheld_lapse, read_unheld
from server.shop.hold_rules import Hold
from server.shop.holds_repository import end_holds, read_holds
from server.shop.late import claims_of_hold, require_still_free, take_offers
from server.shop.locking import Books
from server.shop.repository import lock_products, read_terms
from server.shop.rules import require_free

LET_GO_AT_ONCE_MAX: Final = 500


class FirstPaid:
    """One process's part."""

    def __init__(self, books: Books) -> None:
        self._books = books

    async def claim_many(self, tx: ShowTransaction, hold_ids: Sequence[str]) -> dict[str, RefusedError]:
        """Set units aside for holds that have none and whose money is there, in this order; return why not of those that get none.

        Those are over then. The time of what is set aside is over as soon as no payment of it is open. Holds that are of another kind, or
        have their units, are passed over.
        """
        unheld = await read_unheld(tx.connection, tx.show_id, hold_ids)
        terms = await read_terms(tx.connection, tx.show_id, tx.now) if unheld else None
        if terms is None:
            return {}
        before = await read_holds(tx.connection, unheld)
        book = await self._books.open(tx, terms, (id for hold in before.values() for id in hold.units))
        claims = [claim for hold in before.values() for claim in claims_of_hold(hold)]
        offers = await self._books.offers.open(tx, claims) if claims else NO_OFFER_BOOK
        # As they stand now that their products are locked.
        now = await read_holds(tx.connection, unheld)
        refused, claimed = dict[str, RefusedError](), list[Hold]()
        for hold in [now[id] for id in dict.fromkeys(hold_ids) if id in now]:
            try:
                require_still_free(book, offers, hold)
            except RefusedError as why:
                refused[hold.id] = why
                continue
            take_offers(offers, hold)
            book.move("place", hold.id, hold.units)
            book.offers |= hold.offers
            claimed.append(hold)
        await claim_units(tx.connection, [hold.id for hold in claimed], tx.now)
        for hold in claimed:
            self._books.tell(tx, replace(hold, state="placed", expires_at=min(hold.expires_at, tx.now)))
        await end_too_late(tx, self._books, now.values(), refused)
        await self._books.close(tx, book)
        return refused

    async def find_sold_out(self, tx: ShowTransaction, holds: Iterable[Hold]) -> dict[str, RefusedError]:
        """Return why holds of the show that have no units cannot be paid for which too few are free, so that nobody pays in vain.

        Nothing is locked: whether there are enough is certain once they are paid.
        """
        unheld = [hold for hold in holds if hold.state == "unheld"]
        if not unheld:
            return {}
        ids = {product_id for hold in unheld for product_id in hold.units}
        read = await lock_products(tx.connection, unheld[0].channel_id, ids, show_id=tx.show_id, lock=False)
        products = {product.id: product for product in read}
        refused = dict[str, RefusedError]()
        for hold in unheld:
            try:
                for product_id, units in hold.units.items():
                    require_free(products[product_id], units, to_hold=True)
            except RefusedError as why:
                refused[hold.id] = why
        return refused

    async def let_lapsed_go(self, tx: ShowTransaction) -> None:
        """End the show's holds without units whose time is over; nothing comes back by it."""
        gone = await let_unheld_lapse(tx.connection, tx.show_id, tx.now, LET_GO_AT_ONCE_MAX)
        for hold in (await read_holds(tx.connection, gone)).values() if gone else ():
            self._books.tell(tx, hold)


async def end_too_late(
    tx: ShowTransaction, books: Books, holds: Iterable[Hold], refused: Mapping[str, object]
) -> None:
    """End those of the holds without units that were paid and refused, with the refusal's code as the reason."""
    by_why: dict[str, list[Hold]] = {}
    for hold in holds:
        why = refused.get(hold.id)
        if hold.state == "unheld" and isinstance(why, RefusedError) and why.code is not Code.HOLD_ENDED:
            by_why.setdefault(why.code.value, []).append(hold)
    for why, late in by_why.items():
        ids = [hold.id for hold in late]
        ended = await end_holds(
            tx.connection, ids, "released", tx.now, why=why, paying_too=True, from_states=("unheld",)
        )
        for hold in late:
            if hold.id in ended:
                books.tell(tx, replace(hold, state="released", paying=False, ended_at=tx.now, ended_why=why))
