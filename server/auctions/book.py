"""Taking bids, pure: each in the order in which they come, and one that does not count harms no other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from server.auctions.rules import Auction, Bid, bid_upon, require_counts
from server.catalogue.lots import Purse
from server.clock import to_wire
from server.errors import RefusedError
from server.protocol.codes import Code


@dataclass(frozen=True, slots=True)
class Wanted:
    """A viewer goes up to `max_minor` for a lot. `staff` may not."""

    auction_id: str
    viewer_id: str
    max_minor: int
    name: str = ""
    guest: bool = False
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Bidder:
    """Somebody in an auction, by the number by which all others know them there."""

    auction_id: str
    number: int
    viewer_id: str
    name: str
    max_minor: int


class Taken(Struct, frozen=True):
    """A bid that counted, JSON-ready, and how the auction stood right after it."""

    auction: str
    bidder: int
    leading: bool
    max: int
    price: int
    least: int
    currency: str
    ends_at: str


class Written(Struct, frozen=True):
    """A bid that counted, as it is kept."""

    auction_id: str
    nth: int
    bidder: int
    max_minor: int
    price_minor: int
    leader: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Led:
    """A lot elsewhere in the channel that somebody leads: they may have to pay for it too."""

    auction_id: str
    viewer_id: str
    product_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of those who bid in one batch: `people` by id who they are by now, until when somebody is `blocked`, by id."""

    people: Mapping[str, str]
    blocked: Mapping[str, datetime]
    purse: Purse
    led: Iterable[Led] = ()


class BidBook:
    """The running auctions of one transaction, locked, and who bids in them."""

    def __init__(
        self, now: datetime, auctions: Mapping[str, Auction], bidders: Iterable[Bidder], known: Known
    ) -> None:
        self._now = now
        self._before = dict(auctions)
        self.auctions = dict(auctions)
        self._known = known
        self._bidders: dict[tuple[str, int], Bidder] = {}
        self._numbers: dict[tuple[str, str], list[int]] = {}
        for bidder in bidders:
            self._keep(bidder)
        self.changed_bidders: dict[tuple[str, int], Bidder] = {}
        self.written: list[Written] = []

    @property
    def changed(self) -> list[tuple[Auction, Auction]]:
        """The auctions that were bid upon, as they stood before and stand now."""
        return [
            (before, self.auctions[id]) for id, before in self._before.items() if before != self.auctions[id]
        ]

    def serve(self, wanted: Iterable[Wanted]) -> list[Taken | RefusedError]:
        """Take each bid, or say why not."""
        return [self._serve_one(each) for each in wanted]

    def _serve_one(self, wanted: Wanted) -> Taken | RefusedError:
        try:
            return self._take(wanted)
        except RefusedError as refused:
            return refused

    def _take(self, wanted: Wanted) -> Taken:
        if wanted.staff:
            raise RefusedError(Code.FORBIDDEN, "Who runs the show does not bid in it.")
        auction = self.auctions.get(wanted.auction_id)
        if auction is None or not auction.is_running(self._now):
            raise RefusedError(Code.AUCTION_CLOSED)
        person = self._person(wanted.viewer_id)
        self._require_free(wanted.viewer_id, person)
        bidder = self._bidder_for(auction, wanted, person)
        bid = Bid(bidder.number, wanted.max_minor)
        require_counts(auction, bid, bidder.max_minor)
        if auction.standing.leader != bidder.number:
            self._require_purse(wanted, person, auction)
        return self._write(auction, bidder, bid)

    def _write(self, auction: Auction, bidder: Bidder, bid: Bid) -> Taken:
        bidder = Bidder(bidder.auction_id, bidder.number, bidder.viewer_id, bidder.name, bid.max_minor)
        self._keep(bidder)
        self.changed_bidders[bidder.auction_id, bidder.number] = bidder
        after = bid_upon(auction, bid, self._now)
        self.auctions[after.id] = after
        leader, price = after.standing.leader, after.standing.price_minor
        assert leader is not None, "somebody has just bid"
        assert price is not None, "and so there is a price"
        assert after.ends_at is not None, "it is running"
        self.written.append(
            Written(after.id, after.bids, bidder.number, bid.max_minor, price, leader, self._now)
        )
        return Taken(
            after.id,
            bidder.number,
            leader == bidder.number,
            bid.max_minor,
            price,
            after.least_minor,
            after.currency,
            to_wire(after.ends_at),
        )

    def _person(self, viewer_id: str) -> str:
        return self._known.people.get(viewer_id, viewer_id)

    def _require_free(self, *ids: str) -> None:
        for id in ids:
            if (until := self._known.blocked.get(id)) is not None:
                raise RefusedError(Code.BIDDING_BLOCKED, until=to_wire(until))

    def _require_purse(self, wanted: Wanted, person: str, auction: Auction) -> None:
        """Somebody without a name may lead as many units as they may hold; anybody else as many as one person may have of the product."""
        demand = {auction.terms.product_id: auction.terms.quantity}
        if wanted.guest:
            for led in self._lots_led_by(person, auction.id):
                demand[led.product_id] = demand.get(led.product_id, 0) + led.quantity
        self._known.purse.require(wanted.viewer_id, demand, guest=wanted.guest, to_hold=True)

    def _lots_led_by(self, person: str, but: str) -> list[Led]:
        here = [
            Led(each.id, leader.viewer_id, each.terms.product_id, each.terms.quantity)
            for each in self.auctions.values()
            if (leader := self._bidders.get((each.id, each.standing.leader or 0))) is not None
        ]
        elsewhere = [led for led in self._known.led if led.auction_id not in self.auctions]
        return [
            led
            for led in (*here, *elsewhere)
            if led.auction_id != but and self._person(led.viewer_id) == person
        ]

    def _bidder_for(self, auction: Auction, wanted: Wanted, person: str) -> Bidder:
        """Return who bids, under their number there; of several that are one person by now the one that leads, or goes farthest."""
        numbers = self._numbers.get((auction.id, person), [])
        known = [self._bidders[auction.id, number] for number in numbers]
        leader = auction.standing.leader
        if known:
            best = max(known, key=lambda each: (each.number == leader, each.max_minor))
            return Bidder(auction.id, best.number, wanted.viewer_id, wanted.name or best.name, best.max_minor)
        return Bidder(auction.id, auction.bidders + 1, wanted.viewer_id, wanted.name, 0)

    def _keep(self, bidder: Bidder) -> None:
        place = (bidder.auction_id, bidder.number)
        numbers = self._numbers.setdefault((bidder.auction_id, self._person(bidder.viewer_id)), [])
        if bidder.number not in numbers:
            numbers.append(bidder.number)
        self._bidders[place] = bidder
