"""All SQL of bids: who bids, what counted, who won, and who may not bid."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.auctions.book import Bidder, Led, Written
from server.auctions.rules import Bid
from server.journal.transaction import ShowTransaction
from server.protocol.hold_lines import HoldState

_INSERT_BIDS: Final = """
    INSERT INTO auction_bid (auction_id, nth, bidder, max_minor, price_minor, leader, at)
    SELECT auction_id, nth, bidder, max_minor, price_minor, leader, at FROM json_to_recordset(CAST(%s AS json)) AS b (
        auction_id text, nth int, bidder int, max_minor bigint, price_minor bigint, leader int, at timestamptz)
"""
_READ_BIDDERS: Final = text("""
    SELECT auction_id, number, viewer_id, name, max_minor FROM auction_bidder
    WHERE auction_id = ANY(CAST(:auctions AS text[]))
      AND (viewer_id = ANY(CAST(:viewers AS text[])) OR number = (SELECT leader FROM auction WHERE auction.id = auction_id))
""")
_READ_ALL_BIDDERS: Final = text("""
    SELECT auction_id, number, viewer_id, name, max_minor FROM auction_bidder WHERE auction_id = ANY(CAST(:auctions AS text[]))
    ORDER BY auction_id, number
""")
_KEEP_BIDDERS: Final = text("""
    INSERT INTO auction_bidder (auction_id, number, viewer_id, name, max_minor)
    SELECT * FROM unnest(CAST(:auctions AS text[]), CAST(:numbers AS int[]), CAST(:viewers AS text[]), CAST(:names AS text[]),
                         CAST(:maxes AS bigint[])) AS g (auction_id, number, viewer_id, name, max_minor)
    ON CONFLICT (auction_id, number) DO UPDATE
    SET viewer_id = excluded.viewer_id, name = excluded.name, max_minor = excluded.max_minor
""")
_READ_BIDS: Final = text("SELECT bidder, max_minor FROM auction_bid WHERE auction_id = :auction ORDER BY nth")
_READ_LED: Final = text("""
    SELECT a.id, b.viewer_id, a.product_id, a.quantity FROM auction AS a
    JOIN auction_bidder AS b ON b.auction_id = a.id AND b.number = a.leader
    WHERE a.channel_id = :channel AND a.state = 'running' AND b.viewer_id = ANY(CAST(:viewers AS text[]))
""")
# Whoever was blocked as a guest is blocked by the name that they turned out to have, and the other way round.
_BLOCKED: Final = text("""
    SELECT given.id, max(b.until) AS until FROM unnest(CAST(:viewers AS text[])) AS given (id)
    JOIN auction_block AS b ON b.channel_id = :channel AND NOT b.lifted AND b.until > :now
        AND (b.viewer_id = given.id OR EXISTS (
            SELECT FROM viewer_alias AS k WHERE k.taken_back_at IS NULL
            AND ((k.raw = b.viewer_id AND k.canonical = given.id) OR (k.canonical = b.viewer_id AND k.raw = given.id)))
          OR EXISTS (SELECT FROM viewer_alias AS k JOIN viewer_alias AS j ON j.canonical = k.canonical AND j.taken_back_at IS NULL
            WHERE k.taken_back_at IS NULL AND k.raw = b.viewer_id AND j.raw = given.id))
    GROUP BY given.id
""")
_IS_BLOCKING: Final = text(
    "SELECT EXISTS (SELECT FROM auction_block WHERE channel_id = :channel AND NOT lifted AND until > :now)"
)
_INSERT_AWARD: Final = text("""
    INSERT INTO auction_award (auction_id, nth, bidder, price_minor, hold_id, at)
    VALUES (:auction, :nth, :bidder, :price, :hold, :at)
""")
_AWARDS_OF_HOLDS: Final = text("""
    SELECT auction_id, nth, bidder, price_minor, hold_id FROM auction_award WHERE hold_id = ANY(CAST(:holds AS text[]))
    ORDER BY auction_id
""")
_AWARDS: Final = text("""
    SELECT w.auction_id, w.nth, w.bidder, w.price_minor, w.hold_id, h.state, h.expires_at, h.paying FROM auction_award AS w
    JOIN hold AS h ON h.id = w.hold_id WHERE w.auction_id = ANY(CAST(:auctions AS text[])) ORDER BY w.auction_id, w.nth
""")
_BLOCK: Final = text("""
    INSERT INTO auction_block (auction_id, channel_id, viewer_id, name, at, until)
    VALUES (:auction, :channel, :viewer, :name, :at, :until) ON CONFLICT DO NOTHING
""")
_OWN: Final = text("""
    SELECT a.id, b.number, b.max_minor, a.leader FROM auction_bidder AS b JOIN auction AS a ON a.id = b.auction_id
    WHERE a.show_id = :show AND b.viewer_id = ANY(CAST(:viewers AS text[])) ORDER BY a.id, b.number
""")
_GUESTS_OF: Final = text("""
    SELECT raw FROM viewer_alias WHERE show_id = :show AND canonical = :viewer AND taken_back_at IS NULL
""")
_BLOCKS: Final = text("""
    SELECT b.auction_id, b.viewer_id, b.name, b.at, b.until, a.show_id, a.product_id, w.price_minor, a.currency
    FROM auction_block AS b JOIN auction AS a ON a.id = b.auction_id
    JOIN auction_award AS w ON w.auction_id = a.id AND w.nth = 1
    WHERE b.channel_id = :channel AND NOT b.lifted AND b.until > :now ORDER BY b.at DESC, b.auction_id LIMIT :most
""")
_LIFT: Final = text("""
    UPDATE auction_block SET lifted = true WHERE channel_id = :channel AND viewer_id = :viewer AND NOT lifted RETURNING auction_id
""")


@dataclass(frozen=True, slots=True)
class Awarded:
    """Who may buy a lot: `nth` 1 the winner, 2 the runner-up. `state`: how their hold stands, where it was read."""

    auction_id: str
    nth: int
    bidder: int
    price_minor: int
    hold_id: str
    state: HoldState = "placed"
    expires_at: datetime | None = None
    paying: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Somebody may not bid in the channel's auctions until a time: they won, and did not pay."""

    auction_id: str
    viewer_id: str
    name: str
    at: datetime
    until: datetime
    show_id: str
    product_id: str
    price_minor: int
    currency: str


async def read_bidders(
    connection: AsyncConnection, auctions: Collection[str], viewers: Collection[str]
) -> list[Bidder]:
    """Return as whom these viewers have bid in these auctions, and who leads each of them."""
    given = {"auctions": sorted(auctions), "viewers": sorted(viewers)}
    return [Bidder(*row) for row in await connection.execute(_READ_BIDDERS, given)]


async def read_all_bidders(connection: AsyncConnection, auctions: Collection[str]) -> list[Bidder]:
    """Return who bids in these auctions."""
    rows = await connection.execute(_READ_ALL_BIDDERS, {"auctions": sorted(auctions)})
    return [Bidder(*row) for row in rows]


async def keep_bidders(connection: AsyncConnection, bidders: Sequence[Bidder]) -> None:
    """Write who bids, and how far they go by now."""
    if bidders:
        given = {
            "auctions": [each.auction_id for each in bidders],
            "numbers": [each.number for each in bidders],
            "viewers": [each.viewer_id for each in bidders],
            "names": [each.name for each in bidders],
            "maxes": [each.max_minor for each in bidders],
        }
        await connection.execute(_KEEP_BIDDERS, given)


def leave_bids(tx: ShowTransaction, bids: Iterable[Written]) -> None:
    """Have bids written with the publications of their transaction."""
    if rows := list(bids):
        tx.write(_INSERT_BIDS, rows)


async def read_bids(connection: AsyncConnection, auction_id: str) -> list[Bid]:
    """Return the bids that counted, in their order."""
    return [Bid(*row) for row in await connection.execute(_READ_BIDS, {"auction": auction_id})]


async def read_led(connection: AsyncConnection, channel_id: str, viewers: Collection[str]) -> list[Led]:
    """Return the lots of the channel that these viewers lead; no SQL for nobody."""
    if not viewers:
        return []
    given = {"channel": channel_id, "viewers": sorted(viewers)}
    return [Led(*row) for row in await connection.execute(_READ_LED, given)]


async def read_blocked(
    connection: AsyncConnection, channel_id: str, viewers: Collection[str], now: datetime
) -> Mapping[str, datetime]:
    """Return until when those of the viewers may not bid who may not."""
    given = {"channel": channel_id, "viewers": sorted(viewers), "now": now}
    if not await connection.scalar(_IS_BLOCKING, given):
        return {}
    return {row.id: row.until for row in await connection.execute(_BLOCKED, given)}


async def insert_award(connection: AsyncConnection, award: Awarded, at: datetime) -> None:
    """Write who may buy a lot."""
    given = {
        "auction": award.auction_id,
        "nth": award.nth,
        "bidder": award.bidder,
        "price": award.price_minor,
        "hold": award.hold_id,
        "at": at,
    }
    await connection.execute(_INSERT_AWARD, given)


async def read_awards_of(connection: AsyncConnection, holds: Collection[str]) -> list[Awarded]:
    """Return the awards by these holds."""
    rows = await connection.execute(_AWARDS_OF_HOLDS, {"holds": sorted(holds)})
    return [Awarded(*row) for row in rows]


async def read_awards(connection: AsyncConnection, auctions: Collection[str]) -> list[Awarded]:
    """Return who may buy, or might have bought, the lots of these auctions."""
    rows = await connection.execute(_AWARDS, {"auctions": sorted(auctions)})
    return [Awarded(*row) for row in rows]


async def insert_block(
    connection: AsyncConnection, channel_id: str, bidder: Bidder, at: datetime, until: datetime
) -> None:
    """Write that a winner may not bid until a time."""
    given: dict[str, Any] = {"auction": bidder.auction_id, "channel": channel_id, "at": at, "until": until}
    await connection.execute(_BLOCK, given | {"viewer": bidder.viewer_id, "name": bidder.name})


async def read_own(
    connection: AsyncConnection, show_id: str, viewer_id: str
) -> list[tuple[str, int, int, bool]]:
    """Return (auction, number, most, leading) of the viewer in the show, also as a guest before they signed in."""
    guests = list(await connection.scalars(_GUESTS_OF, {"show": show_id, "viewer": viewer_id}))
    rows = await connection.execute(_OWN, {"show": show_id, "viewers": [viewer_id, *guests]})
    return [(row.id, row.number, row.max_minor, row.number == row.leader) for row in rows]


async def read_blocks(connection: AsyncConnection, channel_id: str, now: datetime, most: int) -> list[Block]:
    """Return who may not bid in the channel now, the newest first."""
    rows = await connection.execute(_BLOCKS, {"channel": channel_id, "now": now, "most": most})
    return [Block(*row) for row in rows]


async def lift_blocks(connection: AsyncConnection, channel_id: str, viewer_id: str) -> list[str]:
    """Let somebody bid again, and return the auctions for which they could not."""
    return list(await connection.scalars(_LIFT, {"channel": channel_id, "viewer": viewer_id}))
