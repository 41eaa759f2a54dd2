"""Auctions as the API shows and takes them."""

from datetime import datetime

from pydantic import BaseModel, Field

from server.auctions.bids_repository import Awarded, Block
from server.auctions.book import Bidder, Taken
from server.auctions.rules import (
    EXTEND_SECONDS_MAX,
    EXTENSIONS_MAX,
    QUANTITY_MAX,
    SECONDS_MAX,
    SECONDS_MIN,
    STEPS_MAX,
    Step,
    Terms,
)
from server.auctions.service import Seen
from server.clock import to_wire
from server.http.params import EntityId, Face, Moment, RequestBody
from server.protocol.auctioned import AuctionEnd, AuctionState
from server.protocol.hold_lines import HoldState

_MONEY_MAX = 2**53 - 1


class StepBody(RequestBody):
    """From this price on the next bid is at least `step` above it."""

    from_: int = Field(alias="from", ge=0, le=_MONEY_MAX)
    step: int = Field(ge=1, le=_MONEY_MAX)


class AuctionRequest(RequestBody):
    """What is auctioned in a show, and how. Money is in minor units of the product's currency, and for the whole lot."""

    product: EntityId = Field(
        description="Of a product with variants one of these. It stands in the show's line-up."
    )
    quantity: int = Field(default=1, ge=1, le=QUANTITY_MAX, description="Units that are sold together.")
    start: int = Field(ge=1, le=_MONEY_MAX, description="The least first bid.")
    steps: list[StepBody] = Field(
        min_length=1, max_length=STEPS_MAX, description="The table of increments: the first row is from 0."
    )
    seconds: int = Field(ge=SECONDS_MIN, le=SECONDS_MAX, description="How long bids are taken.")
    reserve: int | None = Field(
        default=None,
        ge=1,
        le=_MONEY_MAX,
        description="Below it nothing is sold. Viewers see whether it is met, not the number.",
    )
    extend_within: int = Field(
        default=10, ge=1, le=EXTEND_SECONDS_MAX, description="A bid in so many last seconds moves the end."
    )
    extend_by: int = Field(
        default=10, ge=1, le=EXTEND_SECONDS_MAX, description="To so many seconds from the bid."
    )
    extensions_max: int = Field(
        default=20, ge=0, le=EXTENSIONS_MAX, description="How often the end moves; 0: never."
    )
    sudden_death: int | None = Field(
        default=None,
        ge=1,
        le=_MONEY_MAX,
        description="The first bid that reaches it wins at that price, and nothing moves the end.",
    )


class BidRequest(RequestBody):
    """How far the bidder goes for the lot; the server raises for them as far as another bidder makes it."""

    max: int = Field(ge=1, le=_MONEY_MAX)


class BidBody(Face):
    """A bid that counts, and how the auction stood right after it."""

    auction: str
    bidder: int = Field(description="The bidder's number in this auction, by which all others know them.")
    leading: bool
    max: int
    price: int
    least: int = Field(description="The least bid that counts next.")
    currency: str
    ends_at: Moment


class OwnBidBody(Face):
    """How far one goes in an auction, under which number, and whether one leads."""

    auction: str
    bidder: int
    max: int
    leading: bool


class OwnBids(Face):
    """One's bids in the auctions of a show."""

    bids: list[OwnBidBody]


class BidderBody(BaseModel):
    """Somebody who bids. How far they go is nobody's to know while the auction runs."""

    number: int
    viewer: str
    name: str


class AwardBody(BaseModel):
    """Who may buy the lot, or might have: the winner, then the runner-up. `state` is that of their hold."""

    bidder: int
    price: int
    hold: str
    state: HoldState
    expires_at: Moment | None
    paying: bool


class AuctionBody(BaseModel):
    """An auction of a show, and what became of it. Money is in minor units of `currency`."""

    id: str
    show: str
    product: str
    quantity: int
    currency: str
    start: int
    steps: list[StepBody]
    seconds: int
    reserve: int | None
    extend_within: int
    extend_by: int
    extensions_max: int
    sudden_death: int | None
    state: AuctionState
    opened_at: Moment | None
    ends_at: Moment | None
    extensions: int
    closed_at: Moment | None
    closed_why: AuctionEnd | None
    reason: str | None
    price: int | None
    leader: int | None
    reserve_met: bool | None
    bids: int
    bidders: list[BidderBody]
    awards: list[AwardBody]
    version: int


class AuctionList(BaseModel):
    """The auctions of a show, the oldest first."""

    auctions: list[AuctionBody]


class BlockBody(BaseModel):
    """Somebody who may not bid in the channel's auctions: they won one, and did not pay."""

    viewer: str
    name: str
    auction: str
    show: str
    product: str
    price: int
    currency: str
    at: Moment
    until: Moment


class BlockList(BaseModel):
    """Who may not bid now, the newest first."""

    blocks: list[BlockBody]


def terms_of(body: AuctionRequest) -> Terms:
    """Return what is to be auctioned."""
    return Terms(
        body.product,
        body.quantity,
        body.start,
        tuple(Step(each.from_, each.step) for each in body.steps),
        body.seconds,
        body.reserve,
        body.extend_within,
        body.extend_by,
        body.extensions_max,
        body.sudden_death,
    )


def as_taken(taken: Taken) -> BidBody:
    """Return a bid as its bidder sees it."""
    return BidBody(
        auction=taken.auction,
        bidder=taken.bidder,
        leading=taken.leading,
        max=taken.max,
        price=taken.price,
        least=taken.least,
        currency=taken.currency,
        ends_at=taken.ends_at,
    )


def as_body(seen: Seen) -> AuctionBody:
    """Return an auction as staff see it; how far anybody goes is not in it."""
    auction, terms = seen.auction, seen.auction.terms
    return AuctionBody(
        id=auction.id,
        show=auction.show_id,
        product=terms.product_id,
        quantity=terms.quantity,
        currency=auction.currency,
        start=terms.start_minor,
        steps=[StepBody.model_validate({"from": s.from_minor, "step": s.step_minor}) for s in terms.steps],
        seconds=terms.seconds,
        reserve=terms.reserve_minor,
        extend_within=terms.extend_within_seconds,
        extend_by=terms.extend_by_seconds,
        extensions_max=terms.extensions_max,
        sudden_death=terms.sudden_death_minor,
        state=auction.state,
        opened_at=_wire(auction.opened_at),
        ends_at=_wire(auction.ends_at),
        extensions=auction.extensions,
        closed_at=_wire(auction.closed_at),
        closed_why=auction.closed_why,
        reason=auction.reason,
        price=auction.standing.price_minor,
        leader=auction.standing.leader,
        reserve_met=auction.reserve_met,
        bids=auction.bids,
        bidders=[_as_bidder(each) for each in seen.bidders],
        awards=[_as_award(each) for each in seen.awards],
        version=auction.version,
    )


def _as_bidder(bidder: Bidder) -> BidderBody:
    return BidderBody(number=bidder.number, viewer=bidder.viewer_id, name=bidder.name)


def _as_award(award: Awarded) -> AwardBody:
    return AwardBody(
        bidder=award.bidder,
        price=award.price_minor,
        hold=award.hold_id,
        state=award.state,
        expires_at=_wire(award.expires_at),
        paying=award.paying,
    )


def as_block(block: Block) -> BlockBody:
    """Return who may not bid as staff see them."""
    return BlockBody(
        viewer=block.viewer_id,
        name=block.name,
        auction=block.auction_id,
        show=block.show_id,
        product=block.product_id,
        price=block.price_minor,
        currency=block.currency,
        at=to_wire(block.at),
        until=to_wire(block.until),
    )


def _wire(at: datetime | None) -> str | None:
    return None if at is None else to_wire(at)
