"""What an auction may be, who leads it and at which price, and when it ends: pure.

The price is a function of the bids in their order. A bid is a most: the server raises for its bidder as far as another one makes it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from server.catalogue.rules import AMOUNT_MAX, Stocked, refused_at
from server.errors import RefusedError
from server.protocol.auctioned import AuctionEnd, AuctionState
from server.protocol.codes import Code

PER_SHOW_MAX: Final = 100
QUANTITY_MAX: Final = 99
SECONDS_MIN, SECONDS_MAX = 10, 24 * 3600
STEPS_MAX: Final = 20
EXTEND_SECONDS_MAX: Final = 300
EXTENSIONS_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Step:
    """From this price on the next bid is at least `step_minor` above it."""

    from_minor: int
    step_minor: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What is auctioned, and how; money is in minor units and for the whole lot.

    An accepted bid in the last `extend_within_seconds` moves the end to `extend_by_seconds` from then, at most `extensions_max` times.
    With a `sudden_death_minor` nothing moves the end, and the first bid that reaches it wins at that price.
    """

    product_id: str
    quantity: int
    start_minor: int
    steps: tuple[Step, ...]
    seconds: int
    reserve_minor: int | None = None
    extend_within_seconds: int = 10
    extend_by_seconds: int = 10
    extensions_max: int = 20
    sudden_death_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Bid:
    """An accepted bid: whose, by the bidder's number in the auction, and how far they go."""

    bidder: int
    max_minor: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Who leads, up to which hidden most, and the price that all see; nobody and none before the first bid."""

    leader: int | None = None
    max_minor: int = 0
    price_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Auction:
    """An auction as the server keeps it. `hold_id`: what has its units set aside while it runs."""

    id: str
    channel_id: str
    show_id: str
    terms: Terms
    currency: str
    state: AuctionState
    version: int
    created_at: datetime
    opened_at: datetime | None = None
    ends_at: datetime | None = None
    extensions: int = 0
    closed_at: datetime | None = None
    closed_why: AuctionEnd | None = None
    reason: str | None = None
    hold_id: str | None = None
    standing: Standing = Standing()
    bids: int = 0
    bidders: int = 0

    @property
    def least_minor(self) -> int:
        """The least bid that counts now."""
        return least(self.terms, self.standing)

    @property
    def reserve_met(self) -> bool | None:
        """Whether the price has reached the reserve; None where there is none."""
        return reserve_met(self.terms, self.standing)

    def is_running(self, now: datetime) -> bool:
        """Whether bids are taken: it was opened, and its end has not come."""
        return self.state == "running" and self.ends_at is not None and now < self.ends_at


def step_at(steps: Sequence[Step], price_minor: int) -> int:
    """Return how far above a price the next bid must be."""
    return max(
        (each for each in steps if each.from_minor <= price_minor), key=lambda s: s.from_minor
    ).step_minor


def least(terms: Terms, standing: Standing) -> int:
    """Return the least bid that counts now."""
    if standing.price_minor is None:
        return terms.start_minor
    return standing.price_minor + step_at(terms.steps, standing.price_minor)


def reserve_met(terms: Terms, standing: Standing) -> bool | None:
    """Whether the price has reached the reserve; None where there is none."""
    if terms.reserve_minor is None:
        return None
    return standing.price_minor is not None and standing.price_minor >= terms.reserve_minor


def is_sudden(terms: Terms, bid: Bid) -> bool:
    """Whether the bid ends the auction at once."""
    return terms.sudden_death_minor is not None and bid.max_minor >= terms.sudden_death_minor


def after(terms: Terms, standing: Standing, bid: Bid) -> Standing:
    """Return how the auction stands after a bid that counts.

    Who leads and bids again raises their most, and not the price. Of two that go equally far the earlier leads. The price is the other
    one's most and a step, never above the leader's; a leader who reaches the reserve pays it at least.
    """
    if is_sudden(terms, bid):
        assert terms.sudden_death_minor is not None, "it has just been compared"
        return Standing(bid.bidder, bid.max_minor, terms.sudden_death_minor)
    if standing.price_minor is None:
        stands = Standing(bid.bidder, bid.max_minor, terms.start_minor)
    elif bid.bidder == standing.leader:
        stands = replace(standing, max_minor=max(bid.max_minor, standing.max_minor))
    elif bid.max_minor > standing.max_minor:
        stands = Standing(bid.bidder, bid.max_minor, _above(terms, standing.max_minor, bid.max_minor))
    else:
        stands = replace(standing, price_minor=_above(terms, bid.max_minor, standing.max_minor))
    return _lifted(terms, stands)


def _above(terms: Terms, second_minor: int, first_minor: int) -> int:
    return min(first_minor, second_minor + step_at(terms.steps, second_minor))


def _lifted(terms: Terms, standing: Standing) -> Standing:
    reserve, price = terms.reserve_minor, standing.price_minor
    if reserve is None or price is None or standing.max_minor < reserve:
        return standing
    return replace(standing, price_minor=max(price, reserve))


def standing_of(terms: Terms, bids: Iterable[Bid], *, without: Collection[int] = ()) -> Standing:
    """Return how an auction stands after these bids in their order, as if some bidders had not bid."""
    standing = Standing()
    for bid in bids:
        if bid.bidder not in without:
            standing = after(terms, standing, bid)
    return standing


def require_counts(auction: Auction, bid: Bid, mine_minor: int) -> None:
    """Raise `already_leading` or `outbid` for a bid that changes nothing; `mine_minor`: how far the bidder went before, 0 for never."""
    standing, least_minor = auction.standing, auction.least_minor
    if standing.leader == bid.bidder:
        if bid.max_minor <= mine_minor:
            raise RefusedError(Code.ALREADY_LEADING, max=mine_minor, price=standing.price_minor)
        return
    if bid.max_minor < least_minor:
        refused = RefusedError(Code.OUTBID, least=least_minor, currency=auction.currency)
        refused.data |= {} if standing.price_minor is None else {"price": standing.price_minor}
        raise refused


def bid_upon(auction: Auction, bid: Bid, now: datetime) -> Auction:
    """Return the auction after a bid that counts, its end moved where the terms say so."""
    standing = after(auction.terms, auction.standing, bid)
    challenged = bid.bidder != auction.standing.leader
    told = replace(
        auction,
        standing=standing,
        bids=auction.bids + 1,
        bidders=max(auction.bidders, bid.bidder),
        version=auction.version + 1,
    )
    if is_sudden(auction.terms, bid):
        return replace(told, ends_at=now)
    return _extended(told, now) if challenged else told


def _extended(auction: Auction, now: datetime) -> Auction:
    """Move the end of an auction that was bid upon in its last seconds; a leader's own raise does not."""
    terms, ends_at = auction.terms, auction.ends_at
    assert ends_at is not None, "it is running"
    if terms.sudden_death_minor is not None or auction.extensions >= terms.extensions_max:
        return auction
    later = now + timedelta(seconds=terms.extend_by_seconds)
    if ends_at - now > timedelta(seconds=terms.extend_within_seconds) or later <= ends_at:
        return auction
    return replace(auction, ends_at=later, extensions=auction.extensions + 1)


def opened(auction: Auction, now: datetime, hold_id: str) -> Auction:
    """Return the auction as it stands when it is opened at `now`, its units set aside by a hold."""
    ends_at = now + timedelta(seconds=auction.terms.seconds)
    version = auction.version + 1
    return replace(auction, state="running", opened_at=now, ends_at=ends_at, hold_id=hold_id, version=version)


def closed(auction: Auction, now: datetime, why: AuctionEnd, reason: str | None = None) -> Auction:
    """Return the auction as it stands when it is closed at `now`."""
    version = auction.version + 1
    return replace(auction, state="closed", closed_at=now, closed_why=why, reason=reason, version=version)


def end_of(auction: Auction) -> AuctionEnd:
    """Return how an auction ends whose time is over."""
    if auction.standing.leader is None:
        return "no_bids"
    return "reserve" if auction.reserve_met is False else "sold"


def split(amount_minor: int, quantity: int) -> list[tuple[int, int]]:
    """Return (units, price of each) of a lot, so that they add up to its amount to the minor unit: the dearer units first."""
    each, dearer = divmod(amount_minor, quantity)
    parts = [(dearer, each + 1), (quantity - dearer, each)]
    return [(units, price) for units, price in parts if units]


def check_terms(terms: Terms) -> Terms:
    """Return the terms; raises `invalid`, naming the field, for those that no auction may have."""
    _require_within("quantity", terms.quantity, 1, QUANTITY_MAX)
    _require_within("start", terms.start_minor, 1, AMOUNT_MAX)
    _require_within("seconds", terms.seconds, SECONDS_MIN, SECONDS_MAX)
    _require_within("extend_within", terms.extend_within_seconds, 1, EXTEND_SECONDS_MAX)
    _require_within("extend_by", terms.extend_by_seconds, 1, EXTEND_SECONDS_MAX)
    _require_within("extensions_max", terms.extensions_max, 0, EXTENSIONS_MAX)
    _check_steps(terms.steps)
    reserve, sudden = terms.reserve_minor, terms.sudden_death_minor
    if reserve is not None:
        _require_within("reserve", reserve, terms.start_minor, AMOUNT_MAX)
    if sudden is not None:
        _require_within("sudden_death", sudden, max(terms.start_minor + 1, reserve or 0), AMOUNT_MAX)
    return terms


def _check_steps(steps: Sequence[Step]) -> None:
    if not 1 <= len(steps) <= STEPS_MAX or steps[0].from_minor != 0:
        raise refused_at("steps", f"There are 1 to {STEPS_MAX} steps, and the first is from 0.")
    for step in steps:
        _require_within("steps", step.step_minor, 1, AMOUNT_MAX)
        _require_within("steps", step.from_minor, 0, AMOUNT_MAX)
    for before, behind in pairwise(steps):
        if behind.from_minor <= before.from_minor or behind.step_minor < before.step_minor:
            raise refused_at("steps", "Steps stand in the order of their prices, and never get smaller.")


def _require_within(at: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise refused_at(at, f"It is from {least} to {most}.")


def check_goods(terms: Terms, product: Stocked | None) -> Stocked:
    """Return the product as the show sells it; raises `invalid` when the show does not sell it or it has variants."""
    if product is None:
        raise refused_at("product", "The show does not sell this product.")
    if product.heading:
        raise refused_at("product", "This product has variants: auction a variant.")
    return product
