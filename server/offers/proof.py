"""The proof of a show's offers: what was opened, shown to whom, sold to whom and closed, in order; as CSV and as JSON Lines."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

Event = Literal["offer_opened", "offer_shown", "offer_sold", "offer_closed"]

# What happened at one moment stands as it follows from one another: opened, shown, sold, closed.
_READ: Final = text("""
    WITH own AS (SELECT * FROM offer WHERE show_id = :show AND opened_at IS NOT NULL), event AS (
        SELECT opened_at AS at, 0 AS rank, 'offer_opened' AS event, id AS offer_id, '' AS viewer_id, price_minor, units_max AS units,
               closes_at AS ends_at, NULL AS order_id, NULL AS why, CAST(NULL AS boolean) AS staff FROM own
        UNION ALL
        SELECT s.at, 1, 'offer_shown', s.offer_id, s.viewer_id, s.price_minor, s.units_left, s.ends_at, NULL, NULL, NULL
        FROM own JOIN offer_shown AS s ON s.offer_id = own.id
        UNION ALL
        SELECT o.at, 2, 'offer_sold', s.offer_id, s.viewer_id, o.unit_price_minor, s.quantity, own.closes_at, s.order_id, NULL, o.staff
        FROM own JOIN offer_sale AS s ON s.offer_id = own.id JOIN orders AS o ON o.id = s.order_id
        UNION ALL
        SELECT closed_at, 3, 'offer_closed', id, '', price_minor, units_sold, closes_at, NULL, closed_why, NULL FROM own
        WHERE closed_at IS NOT NULL
    )
    SELECT event.at, event.event, event.offer_id AS offer, own.product_id AS product, nullif(event.viewer_id, '') AS viewer,
           event.price_minor, own.currency, event.units, event.ends_at, event.order_id AS "order", event.why, event.staff
    FROM event JOIN own ON own.id = event.offer_id ORDER BY event.at, rank, event.offer_id, event.viewer_id, event.order_id
""")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the proof.

    `units`: of an offer that was opened its limit, of one shown how many were really left, of a sale how many were bought, of one that
    was closed how many were sold in all. `staff`: of a sale, whether somebody of the channel's own people bought.
    """

    at: datetime
    event: Event
    offer: str
    product: str
    viewer: str | None
    price_minor: int
    currency: str
    units: int | None
    ends_at: datetime | None
    order: str | None
    why: str | None
    staff: bool | None


async def read_proof(connection: AsyncConnection, show_id: str) -> list[Line]:
    """Return the show's proof, in order."""
    return [Line(*row) for row in await connection.execute(_READ, {"show": show_id})]
