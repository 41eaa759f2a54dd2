"""What the shop asks of the line of those who wait: a port to a room above it. The composition root joins them."""

from collections.abc import Collection, Iterable
from typing import Protocol

from server.journal.transaction import ShowTransaction
from server.shop.hold_rules import Hold, StockBook


class TurnDesk(Protocol):
    """Gives units that are free to those who wait for them, in the transaction that frees them. All products in the book are locked."""

    async def give(self, tx: ShowTransaction, book: StockBook) -> list[Hold]:
        """Set free units aside for whose turn it is, write these holds, and return them; their units are moved in the book."""
        ...

    async def end(self, tx: ShowTransaction, turns: Collection[Hold]) -> None:
        """Note what became of turns, whose holds have ended as they stand here."""
        ...

    async def bought(self, tx: ShowTransaction, book: StockBook, sold: Iterable[tuple[str, str]]) -> None:
        """End the places of those who got what they wait for in another way: pairs of viewer and product."""
        ...


class NoTurns:
    """Where nobody waits."""

    async def give(self, tx: ShowTransaction, book: StockBook) -> list[Hold]:
        """Leave all units free."""
        return []

    async def end(self, tx: ShowTransaction, turns: Collection[Hold]) -> None:
        """There are none."""

    async def bought(self, tx: ShowTransaction, book: StockBook, sold: Iterable[tuple[str, str]]) -> None:
        """Nobody has a place."""
