"""What a show has taken so far, product by product, and what is set aside: read when staff ask, all of it in one statement."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_READ: Final = text(
    """
    WITH sold AS (
        SELECT o.product_id, o.currency, coalesce(l.head_id, o.id) AS head, o.quantity, o.amount_minor
        FROM orders AS o LEFT JOIN order_line AS l ON l.order_id = o.id WHERE o.show_id = :show AND NOT o.staff
        UNION ALL
        SELECT r.product_id, r.currency, r.order_id, r.quantity, r.amount_minor FROM reported_sale AS r WHERE r.show_id = :show
    ), by_product AS (
        SELECT product_id, currency, count(DISTINCT head) AS orders, sum(quantity) AS units, sum(amount_minor) AS amount
        FROM sold GROUP BY product_id, currency
    ), begun AS (
        SELECT l.product_id AS id, sum(l.quantity) AS units FROM hold AS h JOIN hold_line AS l ON l.hold_id = h.id
        WHERE h.show_id = :show AND h.state = 'unheld' AND (h.paying OR h.expires_at > :now) GROUP BY 1
    ), held AS (
        SELECT id, coalesce(p.held, 0) AS held, coalesce(begun.units, 0) AS begun
        FROM (SELECT id, held FROM product WHERE channel_id = :channel AND held > 0) AS p FULL JOIN begun USING (id))
    SELECT coalesce(b.product_id, held.id) AS product, p.title, b.currency, coalesce(held.held, 0) AS held,
           CAST(coalesce(held.begun, 0) AS int) AS begun,
           coalesce(b.orders, 0) AS orders, CAST(coalesce(b.units, 0) AS bigint) AS units, CAST(coalesce(b.amount, 0) AS bigint) AS amount,
           (SELECT count(DISTINCT head) FROM sold) AS all_orders
    FROM by_product AS b FULL JOIN held ON held.id = b.product_id LEFT JOIN product AS p ON p.id = coalesce(b.product_id, held.id)
    ORDER BY p.rank, 1, b.currency
    """
)


@dataclass(slots=True)
class ProductTaken:
    """Of one product, or variant: units that are set aside now, paid orders with it, units sold, minor units by currency.

    `begun`: units that go to who pays first, which somebody in the show is buying and nobody holds: there may be more than are free.
    """

    product: str | None
    """None: what the merchant's own shop has sold and our catalogue does not have."""
    title: str | None
    held: int
    orders: int = 0
    units: int = 0
    amount: dict[str, int] = field(default_factory=dict)
    begun: int = 0


@dataclass(frozen=True, slots=True)
class ShowTaken:
    """The same of a whole show. An order with several products is one order here, and one of each of them."""

    orders: int
    products: list[ProductTaken]

    @property
    def held(self) -> int:
        """Units that are set aside now."""
        return sum(each.held for each in self.products)

    @property
    def begun(self) -> int:
        """Units that somebody is buying and nobody holds."""
        return sum(each.begun for each in self.products)

    @property
    def units(self) -> int:
        """Units that were sold."""
        return sum(each.units for each in self.products)

    @property
    def amount(self) -> dict[str, int]:
        """Minor units by currency, which never add up."""
        found = dict[str, int]()
        for each in self.products:
            for currency, minor in each.amount.items():
                found[currency] = found.get(currency, 0) + minor
        return dict(sorted(found.items()))


async def read_taken(connection: AsyncConnection, show_id: str, channel_id: str, now: datetime) -> ShowTaken:
    """Return what a show of the channel has taken; products are there that were sold in it, or are held anywhere in the channel."""
    rows = (await connection.execute(_READ, {"show": show_id, "channel": channel_id, "now": now})).all()
    products = dict[str | None, ProductTaken]()
    for row in rows:
        taken = products.setdefault(
            row.product, ProductTaken(row.product, row.title, row.held, begun=row.begun)
        )
        taken.orders += row.orders
        taken.units += row.units
        if row.currency is not None:
            taken.amount[row.currency] = row.amount
    return ShowTaken(rows[0].all_orders if rows else 0, list(products.values()))
