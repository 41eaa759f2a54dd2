"""Stock-taking: what is free, held and sold is what is on hand; orders and holds say what was sold and is held; every movement is a row."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from server.shop.stocktaking_repository import (
    COUNT_CHANNEL,
    COUNT_WRONG,
    DISAGREEING,
    LOCK_SHOP,
    REPAIR_STOCK,
)


@dataclass(frozen=True, slots=True)
class Count:
    """A product as its row says, and what its orders, holds and movements say."""

    product_id: str
    title: str
    stock: int
    held: int
    sold: int
    moves: int
    ordered: int
    """Units in its orders, less those that came back by refunds: these are right, each was paid."""
    returned: int
    """Units that came back by refunds: these are right, each was given back."""
    returned_by_rows: int
    """Units that came back as the rows of movements say."""
    in_holds: int
    """Units in holds that are placed: these are right, each was promised."""
    rows: int
    """Rows of movements; one for each of `moves`."""
    held_by_rows: int
    """Units that the rows of movements leave in holds."""
    entered: int | None
    """What the rows say that ever came in less what went out otherwise than by a sale; None of a product that is older than the rows."""

    waiting: int
    in_line: int
    """Places in line for it: as many as are `waiting`."""

    @property
    def on_hand(self) -> int:
        """Free, held and sold units together."""
        return self.stock + self.held + self.sold

    @property
    def oversold(self) -> int:
        """How many units more were ordered and are held than there ever were."""
        return max(0, self.ordered + self.in_holds - self.on_hand)

    @property
    def mendable(self) -> bool:
        """Whether its numbers can be made to agree: rows that are missing cannot be made up."""
        lost = (
            self.rows != self.moves
            or self.held_by_rows != self.in_holds
            or self.returned_by_rows != self.returned
        )
        return not lost and self.entered in (None, self.on_hand)


async def take_stock(connection: AsyncConnection) -> list[Count]:
    """Return the products of which something disagrees, at one moment: sales that go on meanwhile do no harm."""
    return [as_count(row) for row in await connection.execute(DISAGREEING)]


async def repair_stock(connection: AsyncConnection) -> list[Count]:
    """Believe orders and holds, keep what is on hand, and return what disagreed. Sales wait; cards show the new stock after the next one.

    Where more was ordered than there was, none are left, and somebody has to restock or to pay back.
    """
    await connection.execute(LOCK_SHOP)
    found = await take_stock(connection)
    await connection.execute(REPAIR_STOCK, {"ids": [each.product_id for each in found]})
    return found


async def count_channel(
    connection: AsyncConnection, channel_id: str, *, after: str | None, limit: int
) -> tuple[list[tuple[Count, bool]], int]:
    """Return up to `limit` of the channel's products and variants by id, each with whether all agrees, and of how many it does not."""
    given = {"channel": channel_id, "after": after, "limit": limit}
    rows = (await connection.execute(COUNT_CHANNEL, given)).all()
    wrong = await connection.scalar(COUNT_WRONG, {"channel": channel_id})
    return [(as_count(row), not row.wrong) for row in rows], int(wrong or 0)


def as_count(row: Row[Any]) -> Count:
    """Return a row of the statements as what it means."""
    return Count(
        product_id=row.id,
        title=row.title,
        stock=row.stock,
        held=row.held,
        sold=row.sold,
        moves=row.stock_moves,
        ordered=row.ordered,
        returned=row.returned,
        returned_by_rows=row.returned_by_rows,
        in_holds=row.in_holds,
        rows=row.rows,
        held_by_rows=row.held_by_rows,
        entered=row.entered,
        waiting=row.waiting,
        in_line=row.in_line,
    )
