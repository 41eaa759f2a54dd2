"""Stock that is set aside, pure: what a hold is, and how units move into it and out of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from server.catalogue.claims import Claim, OfferSale
from server.catalogue.rules import Stocked
from server.protocol.hold_lines import HoldOrigin
from server.protocol.hold_lines import HoldState as ShownState
from server.shop.rules import Order

HoldState = Literal["placed", "unheld", "confirmed", "released", "expired"]
"""`unheld`: of `first_paid` products; none of its units are set aside before it is paid."""
OPEN: Final[tuple[HoldState, ...]] = ("placed", "unheld")
"""States of a hold that may be filled in and paid."""
Movement = Literal["place", "confirm", "release", "expire"]
LINES_MAX = 20
BY_VIEWER: Final = "viewer"
"""Why a hold was released that its viewer did not want any more: a payment that comes after all is given back."""


@dataclass(frozen=True, slots=True)
class WantedLine:
    """`quantity` of `product_id`; `price_minor` is what the viewer saw, where they said so."""

    product_id: str
    quantity: int
    price_minor: int | None = None
    offer_id: str | None = None
    admitted: bool = False
    """Of one under an offer: whether that is open to the viewer."""

    def claim_of(self, viewer_id: str) -> Claim | None:
        """Return what the viewer wants under an offer by this line."""
        if self.offer_id is None:
            return None
        return Claim(self.offer_id, viewer_id, self.product_id, self.quantity, self.admitted)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A viewer wants all of these lines set aside, or none; `key` makes it one hold however often it is sent."""

    viewer_id: str
    key: str
    lines: tuple[WantedLine, ...]
    staff: bool = False
    guest: bool = False
    exchanges: str | None = None
    """The hold in whose place it is wanted, under its time."""

    @property
    def demand(self) -> dict[str, int]:
        """Units by product, of all lines together."""
        return _sum_up((line.product_id, line.quantity) for line in self.lines)


@dataclass(frozen=True, slots=True)
class HoldLine:
    """Units of one product at the price at which they were set aside."""

    product_id: str
    quantity: int
    unit_price_minor: int
    offer_id: str | None = None

    @property
    def amount_minor(self) -> int:
        """What the line costs."""
        return self.quantity * self.unit_price_minor


@dataclass(frozen=True, slots=True)
class Hold:
    """Stock set aside for one viewer until `expires_at`, and what has become of it; money is in minor units of `currency`.

    `first_paid`: its units are set aside once they are paid, and not before.
    """

    id: str
    channel_id: str
    show_id: str
    viewer_id: str
    key: str
    state: HoldState
    currency: str
    lines: tuple[HoldLine, ...]
    placed_at: datetime
    expires_at: datetime
    paying: bool = False
    ended_at: datetime | None = None
    ended_why: str | None = None
    staff: bool = False
    order_id: str | None = None
    """What it became: the order's id, of several lines the head's."""
    origin: HoldOrigin | None = None
    exchanges: str | None = None
    """The hold in whose place it came."""
    first_paid: bool = False
    repeated: bool = field(default=False, compare=False)
    """Whether it was there before it was asked for."""

    @property
    def amount_minor(self) -> int:
        """What is to be paid."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def units(self) -> dict[str, int]:
        """Units by product, of all lines together."""
        return _sum_up((line.product_id, line.quantity) for line in self.lines)

    @property
    def offers(self) -> set[str]:
        """The offers under which its lines were set aside."""
        return {line.offer_id for line in self.lines if line.offer_id is not None}

    @property
    def open(self) -> bool:
        """Whether it may be filled in and paid, while its time is not over."""
        return self.state in OPEN

    @property
    def state_shown(self) -> ShownState:
        """How it stands for its viewer: for them one without units is placed, and `first_paid` says what that means."""
        return "placed" if self.state == "unheld" else self.state

    def has_lapsed(self, now: datetime) -> bool:
        """Whether its units may go to somebody else: its time is over, and no payment of it is open."""
        return self.open and not self.paying and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Releasing:
    """A hold is to be given back: by its viewer, or, without one, by us."""

    hold_id: str
    viewers: tuple[str, ...]
    """Who may: the viewer by all of their ids; nobody named: we."""
    why: str

    def is_allowed(self, hold: Hold | None, show_id: str) -> bool:
        """Whether it is a hold of the show that they may give back."""
        if hold is None or hold.show_id != show_id:
            return False
        return not self.viewers or hold.viewer_id in self.viewers


@dataclass(frozen=True, slots=True)
class HeldMove:
    """One movement of a product's held units; `after` is how the product stands then, with the movement's number."""

    after: Stocked
    hold_id: str
    kind: Movement
    quantity: int


class StockBook:
    """The products that one transaction has locked, how they stand after each of its steps, and its movements of held units."""

    def __init__(self, products: Iterable[Stocked]) -> None:
        self.products = {product.id: product for product in products}
        self.moves: list[HeldMove] = []
        self.offers = set[str]()
        """Offers under which units were taken, or came back."""
        self.offer_sales: list[OfferSale] = []
        self.orders: list[Order] = []
        """The orders that were written, line by line."""
        self.left_over: dict[str, int] = {}
        """Free units by product that none of those who wait for it could be given."""
        self._before = dict(self.products)

    @property
    def changed(self) -> list[Stocked]:
        """The products whose numbers are others than at the beginning."""
        return [product for id, product in self.products.items() if product != self._before[id]]

    @property
    def moved(self) -> list[Stocked]:
        """The products of which units were moved or counted, whoever waits for them."""
        before = self._before
        return [
            each for each in self.changed if replace(each, waiting=0) != replace(before[each.id], waiting=0)
        ]

    @property
    def turned(self) -> dict[str, int]:
        """Free units of the products on sale whose last free one went, or of which some came back."""
        return {
            each.id: each.stock
            for each in self.changed
            if each.on_sale and not each.heading and bool(each.stock) != bool(self._before[each.id].stock)
        }

    @property
    def waited_for(self) -> list[Stocked]:
        """The products of which some are free and somebody waits who was not asked yet."""
        return [
            each
            for each in self.products.values()
            if each.waiting and each.stock > self.left_over.get(each.id, 0)
        ]

    def wait(self, product_id: str, more: int) -> Stocked:
        """Count viewers who wait for a product: so many more, or fewer when negative."""
        before = self.products[product_id]
        after = self.products[product_id] = replace(before, waiting=max(0, before.waiting + more))
        return after

    def move(self, kind: Movement, hold_id: str, units: Mapping[str, int]) -> None:
        """Move units by product into the hold, or out of it. The caller has compared them with what there is."""
        for product_id, quantity in units.items():
            after = move_units(self.products[product_id], kind, quantity)
            self.products[product_id] = after
            self.moves.append(HeldMove(after, hold_id, kind, quantity))

    def copy(self) -> "StockBook":
        """Return a book that stands where this one does, to try a step that may have to be taken back."""
        other = StockBook(self.products.values())
        other.moves = list(self.moves)
        other.offers = set(self.offers)
        return other

    def take_over(self, other: "StockBook") -> None:
        """Stand where a copy of this book stands now."""
        self.products, self.moves, self.offers = other.products, other.moves, other.offers

    def put(self, products: Iterable[Stocked]) -> None:
        """Take over how products stand after something else than a hold."""
        self.products |= {product.id: product for product in products}


def move_units(product: Stocked, kind: Movement, quantity: int) -> Stocked:
    """Return the product after one movement of held units; what is on hand stays the same."""
    stock, held, sold = product.stock, product.held, product.sold
    if kind == "place":
        assert 0 < quantity <= stock, "the caller has compared it with the stock"
        stock, held = stock - quantity, held + quantity
    else:
        assert 0 < quantity <= held, "a placed hold's units are held"
        held -= quantity
        if kind == "confirm":
            sold += quantity
        else:
            stock += quantity
    return replace(product, stock=stock, held=held, sold=sold, moves=product.moves + 1)


def _sum_up(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    summed: dict[str, int] = {}
    for product_id, quantity in pairs:
        summed[product_id] = summed.get(product_id, 0) + quantity
    return summed
