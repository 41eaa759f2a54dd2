"""The proof of a show's auctions: what was started, each bid that counted, who won and what became of it, in order; CSV and JSON Lines."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

Event = Literal[
    "auction_opened", "auction_bid", "auction_closed", "auction_awarded", "auction_paid", "auction_lapsed"
]

# How far somebody goes is told once the auction is over. An order that came of an award has the hold's key.
_READ: Final = text("""
    WITH own AS (SELECT * FROM auction WHERE show_id = :show AND opened_at IS NOT NULL), event AS (
        SELECT opened_at AS at, 0 AS rank, 0 AS nth, 'auction_opened' AS event, id AS auction_id, CAST(NULL AS int) AS bidder,
               start_minor AS price_minor, reserve_minor AS max_minor, CAST(NULL AS int) AS leader, NULL AS order_id, NULL AS why FROM own
        UNION ALL
        SELECT b.at, 1, b.nth, 'auction_bid', b.auction_id, b.bidder, b.price_minor,
               CASE WHEN own.state = 'closed' THEN b.max_minor END, b.leader, NULL, NULL
        FROM own JOIN auction_bid AS b ON b.auction_id = own.id
        UNION ALL
        SELECT closed_at, 2, 0, 'auction_closed', id, NULL, price_minor, NULL, leader, NULL, closed_why FROM own WHERE closed_at IS NOT NULL
        UNION ALL
        SELECT w.at, 3, w.nth, 'auction_awarded', w.auction_id, w.bidder, w.price_minor, NULL, NULL, NULL, NULL
        FROM own JOIN auction_award AS w ON w.auction_id = own.id
        UNION ALL
        SELECT coalesce(h.ended_at, h.expires_at), 4, w.nth, CASE WHEN h.state = 'confirmed' THEN 'auction_paid' ELSE 'auction_lapsed' END,
               w.auction_id, w.bidder, w.price_minor, NULL, NULL, o.id, CASE WHEN h.state <> 'confirmed' THEN h.state END
        FROM own JOIN auction_award AS w ON w.auction_id = own.id JOIN hold AS h ON h.id = w.hold_id
        LEFT JOIN orders AS o ON o.viewer_id = h.viewer_id AND o.key = h.id || '/0' WHERE h.state <> 'placed'
    )
    SELECT event.at, event.event, event.auction_id AS auction, own.product_id AS product, own.quantity, event.bidder,
           w.viewer_id AS viewer, event.price_minor, event.max_minor, own.currency, event.leader, event.order_id AS "order", event.why
    FROM event JOIN own ON own.id = event.auction_id
    LEFT JOIN auction_bidder AS w ON w.auction_id = event.auction_id AND w.number = event.bidder
    ORDER BY event.at, event.auction_id, rank, event.nth
""")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the proof: `bidder` by number and `viewer` by id, `leader` who led after it, `max_minor` how far a bid went.

    Of an auction that was started `price_minor` is where it starts, and `max_minor` its reserve. `why` it was closed, or how a hold ended.
    """

    at: datetime
    event: Event
    auction: str
    product: str
    quantity: int
    bidder: int | None
    viewer: str | None
    price_minor: int | None
    max_minor: int | None
    currency: str
    leader: int | None
    order: str | None
    why: str | None


async def read_proof(connection: AsyncConnection, show_id: str) -> list[Line]:
    """Return the show's proof, in order."""
    return [Line(*row) for row in await connection.execute(_READ, {"show": show_id})]
