"""What whatever sells asks of offers: types and a port between two rooms that do not know each other. The composition root joins them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.rules import Stocked
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code


@dataclass(frozen=True, slots=True)
class Claim:
    """A viewer wants `quantity` units of a product under an offer; `admitted`: the offer is open to them, as was just asked."""

    offer_id: str
    viewer_id: str
    product_id: str
    quantity: int
    admitted: bool


@dataclass(frozen=True, slots=True)
class OfferSale:
    """An order, or a line of one, that was sold under an offer."""

    order_id: str
    offer_id: str
    viewer_id: str
    quantity: int
    staff: bool


class OfferBook(Protocol):
    """The offers that one transaction has locked, and what was taken under them in it. Pure."""

    def price_of(self, claim: Claim, product: Stocked) -> int:
        """Return the price of a unit. Raises `not_found`, `offer_closed`, `not_in_audience`, `sold_out` with `stock`, `too_many`."""
        ...

    def take(self, claim: Claim) -> None:
        """Count the units as taken."""
        ...

    def left(self, offer_id: str) -> int | None:
        """Return how many units may still be taken under an offer; None: as many as there are."""
        ...

    def copy(self) -> "OfferBook":
        """Return a book that stands where this one does, to try a step that may have to be taken back."""
        ...


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


class NoOfferBook:
    """The book of a sale without offers."""

    def price_of(self, claim: Claim, product: Stocked) -> int:
        """Raise `not_found`."""
        raise RefusedError(Code.NOT_FOUND, "There is no such offer.")

    def take(self, claim: Claim) -> None:
        """Nothing is ever claimed of it."""

    def left(self, offer_id: str) -> int | None:
        """There is nothing."""
        return 0

    def copy(self) -> OfferBook:
        """Return the same."""
        return self


NO_OFFER_BOOK = NoOfferBook()


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
