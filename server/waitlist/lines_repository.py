"""All SQL of lines as staff see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.protocol.waitlist_lines import PlaceState

_LINES: Final = """
    SELECT p.id, CASE WHEN head.id IS NULL THEN p.title ELSE head.title END AS title, p.options, p.waiting,
           (SELECT count(*) FROM waitlist_place AS w WHERE w.product_id = p.id AND w.state = 'called') AS called,
           EXISTS (SELECT FROM waitlist_closed AS c WHERE c.product_id = p.id) AS closed
    FROM product AS p LEFT JOIN product AS head ON head.id = p.parent_id WHERE p.channel_id = :channel
"""
# Few products have one: they are found by the places that stand and the rows of closed lines, and not by looking at the catalogue.
_READ_LINES: Final = text(
    f"""
    {_LINES} AND p.id IN (
        SELECT product_id FROM waitlist_place WHERE channel_id = :channel AND state IN ('waiting', 'called')
        UNION SELECT product_id FROM waitlist_closed WHERE channel_id = :channel)
    ORDER BY coalesce(head.rank, p.rank), p.rank, p.id
    """
)
_READ_LINE: Final = text(f"{_LINES} AND p.id = :product AND (p.parent_id IS NOT NULL OR p.options IS NULL)")
# The name is that under which they asked last in that show, as everybody reads it there. Whoever has a turn stands before all who wait.
_READ_PLACES: Final = text(
    """
    SELECT w.id, w.nr, w.show_id, w.viewer_id, w.quantity, w.state, w.joined_at,
           (SELECT q.author FROM question AS q
            WHERE q.viewer_id = w.viewer_id AND q.show_id = w.show_id AND q.author <> '' AND NOT q.anonymous
            ORDER BY q.id DESC LIMIT 1) AS name,
           CASE WHEN w.state = 'waiting' THEN
               (SELECT count(*) FROM waitlist_place AS b WHERE b.product_id = w.product_id AND b.state = 'waiting' AND b.nr <= w.nr)
           END AS position,
           (SELECT h.expires_at FROM hold AS h WHERE h.id = w.hold_id AND w.state = 'called') AS expires_at
    FROM waitlist_place AS w WHERE w.product_id = :product AND w.state IN ('waiting', 'called') AND w.nr > :after
    ORDER BY w.nr LIMIT :limit
    """
)
_CLOSE: Final = text(
    "INSERT INTO waitlist_closed (product_id, channel_id, at) VALUES (:product, :channel, :at) ON CONFLICT DO NOTHING"
)
_OPEN: Final = text("DELETE FROM waitlist_closed WHERE product_id = :product")


@dataclass(frozen=True, slots=True)
class Line:
    """A product's line: so many viewers wait, and so many have a turn. `options`: a variant's own, by name."""

    product_id: str
    title: str
    options: dict[str, str] | None
    waiting: int
    called: int
    closed: bool


@dataclass(frozen=True, slots=True)
class PlaceSeen:
    """A place that stands, as staff see it. `name`: None of a viewer who has not asked anything under one."""

    id: str
    nr: int
    show_id: str
    viewer_id: str
    quantity: int
    state: PlaceState
    joined_at: datetime
    name: str | None
    position: int | None
    expires_at: datetime | None


async def read_lines(connection: AsyncConnection, channel_id: str) -> list[Line]:
    """Return the channel's lines in which somebody stands, and those that are closed."""
    return [Line(*row) for row in await connection.execute(_READ_LINES, {"channel": channel_id})]


async def read_line_of(connection: AsyncConnection, channel_id: str, product_id: str) -> Line | None:
    """Return the line of one product, or variant, also where nobody stands in it; None of what the channel does not sell."""
    found = await connection.execute(_READ_LINE, {"channel": channel_id, "product": product_id})
    row = found.one_or_none()
    return None if row is None else Line(*row)


async def read_places(
    connection: AsyncConnection, product_id: str, *, after: int, limit: int
) -> list[PlaceSeen]:
    """Return up to `limit` of the places that stand, in their order, behind the number `after`."""
    given = {"product": product_id, "after": after, "limit": limit}
    return [PlaceSeen(*row) for row in await connection.execute(_READ_PLACES, given)]


async def close_line(connection: AsyncConnection, channel_id: str, product_id: str, at: datetime) -> bool:
    """Close a line, and return whether it was open."""
    given = {"product": product_id, "channel": channel_id, "at": at}
    return (await connection.execute(_CLOSE, given)).rowcount > 0


async def open_line(connection: AsyncConnection, product_id: str) -> bool:
    """Open a line, and return whether it was closed."""
    return (await connection.execute(_OPEN, {"product": product_id})).rowcount > 0
