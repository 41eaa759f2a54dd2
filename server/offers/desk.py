"""What offers do for a sale: they are locked, checked and written in the shop's transaction."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.claims import Claim, OfferBook, OfferSale
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.ledger.entries import Fact
from server.ledger.repository import record_facts
from server.offers.admission import Admission
from server.offers.book import Book
from server.offers.gathering import Gathering
from server.offers.opening import close
from server.offers.repository import (
    INSERT_SALES,
    Taken,
    add_sold,
    lock_offers,
    read_offers_of,
    read_some,
    read_taken,
)
from server.offers.telling import publish_units


class SaleDesk:
    """The shop's way to offers. Who buys at once under one offer is asked about at once."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._gathering: Gathering[str, bool] = Gathering(self._admit_many)

    async def admits(self, show_id: str, offer_id: str, viewer_id: str, *, staff: bool) -> bool:
        """Whether an open offer is open to the viewer now; staff may buy under every offer of their show."""
        offer = await self._admission.find_open(offer_id)
        if offer is None or offer.show_id != show_id:
            return False
        if staff or offer.terms.audience == "everyone":
            return True
        return await self._gathering.ask(offer_id, viewer_id)

    async def _admit_many(self, offer_id: str, viewers: Sequence[str]) -> list[bool | RefusedError]:
        offer = await self._admission.find_open(offer_id)
        inside = frozenset[str]() if offer is None else await self._admission.who_may(offer, set(viewers))
        return [viewer in inside for viewer in viewers]

    async def open(self, tx: ShowTransaction, claims: Collection[Claim]) -> OfferBook:
        """Lock the offers of these claims, and read what their buyers have taken where there is a limit."""
        offers = await lock_offers(tx.connection, tx.show_id, {claim.offer_id for claim in claims})
        limited = {id for id, each in offers.items() if each.terms.per_viewer_max is not None}
        buyers = {claim.viewer_id for claim in claims if claim.offer_id in limited}
        taken = await read_taken(tx.connection, tx.show_id, buyers, limited) if buyers else Taken({}, {})
        return Book(tx.now, offers, taken)

    async def close(self, tx: ShowTransaction, sales: Sequence[OfferSale], touched: Collection[str]) -> None:
        """Keep what was sold, publish the units of this show's open offers that were touched, and close those whose units are gone."""
        await self._keep(tx, sales)
        after = await read_some(tx.connection, tx.show_id, {*touched, *(each.offer_id for each in sales)})
        still_open = [offer for offer in after.values() if offer.state == "open"]
        if still_open:
            publish_units(tx, still_open)
        for offer in still_open:
            if offer.units_sold == offer.terms.units_max:
                await close(tx, offer, "gone")

    async def _keep(self, tx: ShowTransaction, sales: Sequence[OfferSale]) -> None:
        sold = Counter[str]()
        for each in sales:
            sold[each.offer_id] += each.quantity
        await add_sold(tx.connection, sold)
        if sales:
            tx.write(INSERT_SALES, [_as_row(each) for each in sales])
        record_facts(tx, [_as_fact(tx, each) for each in sales])

    async def offers_of(self, connection: AsyncConnection, orders: Collection[str]) -> Mapping[str, str]:
        """Return under which offer each of these orders was sold."""
        return await read_offers_of(connection, orders)


def _as_row(sale: OfferSale) -> dict[str, object]:
    return {
        "order_id": sale.order_id,
        "offer_id": sale.offer_id,
        "viewer_id": sale.viewer_id,
        "quantity": sale.quantity,
    }


def _as_fact(tx: ShowTransaction, sale: OfferSale) -> Fact:
    return Fact(
        tx.show_id,
        sale.viewer_id,
        "offer_claimed",
        tx.now,
        target=sale.offer_id,
        n=sale.quantity,
        staff=sale.staff,
    )
