"""Units that are set aside for an auction: a port between two rooms that do not know each other. The composition root joins them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from server.catalogue.rules import Stocked
from server.journal.transaction import ShowTransaction


@dataclass(frozen=True, slots=True)
class Lot:
    """Units of one product in a show that go to one person, at (units, price of each)."""

    auction_id: str
    show_id: str
    product_id: str
    currency: str
    parts: tuple[tuple[int, int], ...]

    @property
    def quantity(self) -> int:
        """How many units it is."""
        return sum(units for units, _ in self.parts)


@dataclass(frozen=True, slots=True)
class Award:
    """A lot that somebody may buy until a time, by a hold of theirs; `nth`: 1 for the winner, 2 for the runner-up."""

    hold_id: str
    lot: Lot
    nth: int
    viewer_id: str
    until: datetime


class Purse(Protocol):
    """What some people may still take in a show. Pure."""

    def require(
        self, viewer_id: str, demand: Mapping[str, int], *, guest: bool = False, to_hold: bool = False
    ) -> None:
        """Raise `too_many` where units by product are more than this person may take."""
        ...


class LotBook(Protocol):
    """Products that one transaction has locked, so that lots of them are set aside or come back."""

    def product(self, product_id: str) -> Stocked | None:
        """Return a product as the show sells it; None where it does not."""
        ...

    async def set_aside(self, lot: Lot) -> str:
        """Set the lot's units aside for the auction itself, without an end, and return the hold's id; raises `sold_out` with `stock`."""
        ...

    async def give_back(self, hold_ids: Collection[str]) -> None:
        """Put the units of holds of auctions themselves back to what is free."""
        ...

    async def close(self) -> None:
        """Write and publish what changed."""
        ...


class LotDesk(Protocol):
    """What the shop does for auctions."""

    async def open(self, tx: ShowTransaction, product_ids: Collection[str]) -> LotBook:
        """Lock products. Raises `not_found`, `show_not_live`, and `shop_takes_orders`."""
        ...

    async def hand_over(self, tx: ShowTransaction, awards: Sequence[Award]) -> None:
        """Make the holds of auctions themselves those of winners; the same units stay set aside, so that no product has to be locked."""
        ...

    async def read_people(self, tx: ShowTransaction, viewers: Collection[str]) -> Mapping[str, str]:
        """Return by guest who they are by now, of all guests of the show who are one of these viewers."""
        ...

    async def read_purse(
        self, tx: ShowTransaction, bidders: Collection[tuple[str, bool]], product_ids: Collection[str]
    ) -> Purse:
        """Return what these (viewer, guest) may still take of these products."""
        ...


class Heirs(Protocol):
    """Who gets a lot that its winner does not pay for."""

    async def inherit(self, tx: ShowTransaction, ended: Collection[str]) -> list[Award]:
        """Return to whom the lots of these holds go, which ended unpaid. Products are locked; the caller makes the holds."""
        ...


class NoHeirs:
    """Where there are no auctions."""

    async def inherit(self, tx: ShowTransaction, ended: Collection[str]) -> list[Award]:
        """Nobody gets anything."""
        return []
