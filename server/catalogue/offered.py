"""What whatever sells asks of offers: a port between two rooms that do not know each other. The composition root joins them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.claims import NO_OFFER_BOOK, Claim, OfferBook, OfferSale
from server.journal.transaction import ShowTransaction


class OfferDesk(Protocol):
    """What offers do for a sale."""

    async def admits(self, show_id: str, offer_id: str, viewer_id: str, *, staff: bool) -> bool:
        """Whether an open offer is open to the viewer now; to be asked before the transaction, since it may take a while."""
        ...

    async def open(self, tx: ShowTransaction, claims: Collection[Claim]) -> OfferBook:
        """Lock the offers of these claims; the products must be locked before."""
        ...

    async def close(self, tx: ShowTransaction, sales: Sequence[OfferSale], touched: Collection[str]) -> None:
        """Keep what was sold, publish the units of the offers that were touched, and close those that are gone."""
        ...

    async def offers_of(self, connection: AsyncConnection, orders: Collection[str]) -> Mapping[str, str]:
        """Return under which offer each of these orders was sold; those under none are not there."""
        ...


class NoOffers:
    """Sells without offers."""

    async def admits(self, show_id: str, offer_id: str, viewer_id: str, *, staff: bool) -> bool:
        """There is none to admit to."""
        return False

    async def open(self, tx: ShowTransaction, claims: Collection[Claim]) -> OfferBook:
        """Return an empty book."""
        return NO_OFFER_BOOK

    async def close(self, tx: ShowTransaction, sales: Sequence[OfferSale], touched: Collection[str]) -> None:
        """Nothing was taken."""

    async def offers_of(self, connection: AsyncConnection, orders: Collection[str]) -> Mapping[str, str]:
        """None was sold under an offer."""
        return {}
