"""What the shop asks of checkouts: a port, which the composition root fills."""

from collections.abc import Collection, Mapping
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from server.journal.transaction import ShowTransaction
from server.shop.checked import Checked
from server.shop.hold_rules import Hold


class CheckoutDesk(Protocol):
    """Checkouts, as far as the shop goes."""

    async def read(self, connection: AsyncConnection, hold_ids: Collection[str]) -> Mapping[str, Checked]:
        """Return what holds that are paid come to, by hold; of one without a checkout nothing."""
        ...

    async def take(self, tx: ShowTransaction, hold_ids: Collection[str]) -> frozenset[str]:
        """Count the vouchers of holds that become orders as used, and return those holds whose voucher cannot be had any more.

        Those had ended before the money came: they become no orders.
        """
        ...

    async def confirm(self, tx: ShowTransaction, orders: Mapping[str, str]) -> None:
        """Note which order each hold that had a checkout has become."""
        ...

    async def exchange(self, tx: ShowTransaction, hold: Hold, new: Hold) -> None:
        """Take what was filled in for a hold that has ended along to the one in its place, at what that comes to now."""
        ...

    async def of_orders(
        self, connection: AsyncConnection, order_ids: Collection[str]
    ) -> Mapping[str, Checked]:
        """Return what orders, by their heads, come to; of one without a checkout nothing."""
        ...


class NoCheckouts:
    """Sells without checkouts."""

    async def read(self, connection: AsyncConnection, hold_ids: Collection[str]) -> Mapping[str, Checked]:
        """There is none."""
        return {}

    async def take(self, tx: ShowTransaction, hold_ids: Collection[str]) -> frozenset[str]:
        """There is none."""
        return frozenset()

    async def confirm(self, tx: ShowTransaction, orders: Mapping[str, str]) -> None:
        """There is none."""

    async def exchange(self, tx: ShowTransaction, hold: Hold, new: Hold) -> None:
        """There is none."""

    async def of_orders(
        self, connection: AsyncConnection, order_ids: Collection[str]
    ) -> Mapping[str, Checked]:
        """There is none."""
        return {}


NO_CHECKOUTS = NoCheckouts()
