"""Stock-taking: what was sold of each product is what its orders say, and on hand = stock + sold is touched by nobody but restocks."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from server.shop.stocktaking_repository import DISAGREEING, LOCK_SHOP, REPAIR_STOCK


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A product whose row and whose orders tell different stories."""

    product_id: str
    stock: int
    sold: int
    ordered: int
    """Units in its orders: these are right, each was paid."""

    @property
    def oversold(self) -> int:
        """How many units more were ordered than there ever were."""
        return max(0, self.ordered - self.stock - self.sold)


async def take_stock(connection: AsyncConnection) -> list[Disagreement]:
    """Compare every product with its orders, at one moment: sales that go on meanwhile do no harm."""
    return [as_disagreement(row) for row in await connection.execute(DISAGREEING)]


async def repair_stock(connection: AsyncConnection) -> list[Disagreement]:
    """Believe the orders, keep stock + sold, and return what disagreed. Sales wait; cards show the new stock after the next one.

    Where more was ordered than there was, none are left, and somebody has to restock or to pay back.
    """
    await connection.execute(LOCK_SHOP)
    found = await take_stock(connection)
    await connection.execute(REPAIR_STOCK, {"ids": [each.product_id for each in found]})
    return found


def as_disagreement(row: Row[Any]) -> Disagreement:
    """Return a row of `DISAGREEING` as what it means."""
    return Disagreement(row.id, row.stock, row.sold, row.ordered)
