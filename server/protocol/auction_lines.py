"""The lines about auctions; see `lines`, which says how such structs are used."""

from server.protocol.auctioned import Auction, AuctionEnd, AuctionState
from server.protocol.lines import Push, Reply


class AuctionMoved(Reply, frozen=True, tag="ok"):
    """How the auction stands now."""

    auction: str
    state: AuctionState


class BidTaken(Reply, frozen=True, tag="ok"):
    """The bid counts. `bidder` is the viewer's number in this auction, `max` how far they go, `leading` whether they led right after it.

    `price` and `least` are how the auction stood right after it, in minor units of `currency`.
    """

    auction: str
    bidder: int
    leading: bool
    max: int
    price: int
    least: int
    currency: str
    ends_at: str


class AuctionOpened(Push, frozen=True, tag="auction.opened"):
    """An auction runs."""

    auction: Auction


class AuctionBid(Push, frozen=True, tag="auction.bid"):
    """How an auction stands after one bid or several that were taken together: `bids` of all so far."""

    auction: str
    price: int
    least: int
    leader: int
    bids: int
    reserve_met: bool | None = None


class AuctionExtended(Push, frozen=True, tag="auction.extended"):
    """The end of an auction has moved."""

    auction: str
    ends_at: str


class AuctionClosed(Push, frozen=True, tag="auction.closed"):
    """An auction is over. Sold: the bidder `leader` may buy at `price`. Cancelled: the host's `reason`, if one was given."""

    auction: str
    why: AuctionEnd
    price: int | None = None
    leader: int | None = None
    reason: str | None = None
