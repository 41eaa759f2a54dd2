"""The SQL of the way to the shop's cart."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# What is sold is as in the shop's batch: of the line-up where there is one, and no heading.
_READ_CART = text(
    """
    SELECT channel.order_taker, channel.cart_url, channel.attribution_hours, p.sku, p.external_id
    FROM show JOIN channel ON channel.id = show.channel_id
    JOIN product AS p ON p.channel_id = show.channel_id AND p.id = :product AND p.active
    WHERE show.id = :show AND NOT (p.parent_id IS NULL AND p.options IS NOT NULL)
      AND (p.parent_id IS NULL OR EXISTS (SELECT FROM product AS h WHERE h.id = p.parent_id AND h.active AND h.options IS NOT NULL))
      AND (EXISTS (SELECT FROM line_up AS l WHERE l.show_id = show.id AND l.product_id IN (p.id, p.parent_id))
           OR NOT EXISTS (SELECT FROM line_up AS l WHERE l.show_id = show.id))
    """
)


@dataclass(frozen=True, slots=True)
class Cart:
    """Who takes a channel's orders, by which address, and what the shop calls the product."""

    order_taker: str
    template: str
    hours: int
    """The channel's window: for how long an order is still a show's."""
    sku: str | None
    external_id: str | None


async def read_cart(connection: AsyncConnection, show_id: str, product_id: str) -> Cart | None:
    """Return how the product is bought in the show; None when the show does not sell it."""
    row = (await connection.execute(_READ_CART, {"show": show_id, "product": product_id})).one_or_none()
    return None if row is None else Cart(*row)
