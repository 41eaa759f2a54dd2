"""What is claimed of offers by whatever sells, pure: types between two rooms that do not know each other."""

from dataclasses import dataclass
from typing import Protocol

from server.catalogue.rules import Stocked
from server.errors import RefusedError
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
