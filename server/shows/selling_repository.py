"""The SQL of what a show sells: its line-up, or the channel's whole catalogue."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

SOLD: Final = """
    p.active AND (
        NOT EXISTS (SELECT FROM line_up WHERE show_id = :show)
        OR EXISTS (SELECT FROM line_up AS l JOIN product AS q ON q.id = l.product_id
                   WHERE l.show_id = :show AND p.id IN (q.id, q.parent_id)))
"""
"""Of the product `p`, no variant, of the show's channel: whether `:show` sells it."""
_FIND = text(f"""
    SELECT p.id AS product_id, p.channel_id FROM product AS named
    JOIN product AS p ON p.id = coalesce(named.parent_id, named.id)
    JOIN show ON show.id = :show AND show.channel_id = p.channel_id
    WHERE named.id = :product AND {SOLD}
""")


@dataclass(frozen=True, slots=True)
class Sold:
    """A product that a show sells, no variant, and its channel."""

    product_id: str
    channel_id: str


async def find_sold(connection: AsyncConnection, show_id: str, product_id: str) -> Sold | None:
    """Return the product that the show sells by this id, or as one of its variants; None when it sells no such thing."""
    row = (await connection.execute(_FIND, {"show": show_id, "product": product_id})).one_or_none()
    return None if row is None else Sold(row.product_id, row.channel_id)
