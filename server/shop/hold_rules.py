"""Stock that is set aside, pure: what a hold is, how units move into it and out of it, and who gets one."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from server.catalogue.claims import NO_OFFER_BOOK, Claim, OfferBook, OfferSale
from server.catalogue.rules import AMOUNT_MAX, Stocked
from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.allowances import Allowances
from server.shop.rules import Order, agree_on_price, require_sellable

HoldState = Literal["placed", "confirmed", "released", "expired"]
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
    """Stock set aside for one viewer until `expires_at`, and what has become of it; money is in minor units of `currency`."""

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

    def has_lapsed(self, now: datetime) -> bool:
        """Whether its units may go to somebody else: its time is over, and no payment of it is open."""
        return self.state == "placed" and not self.paying and self.expires_at <= now


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
        self._before = dict(self.products)

    @property
    def changed(self) -> list[Stocked]:
        """The products whose numbers are others than at the beginning."""
        return [product for id, product in self.products.items() if product != self._before[id]]

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


class Placing:
    """Serves the wishes of one batch in one show, one after the other. `earlier`: the holds that have one of the batch's keys."""

    def __init__(
        self,
        show_id: str,
        channel_id: str,
        at: datetime,
        *,
        live: bool,
        seconds: float,
        book: StockBook,
        earlier: Iterable[Hold],
        allowances: Allowances,
        offers: OfferBook = NO_OFFER_BOOK,
        new_id: Callable[[], str],
    ) -> None:
        self._show_id = show_id
        self._channel_id = channel_id
        self._at = at
        self._live = live
        self._seconds = seconds
        self._book = book
        self._holds = {(hold.viewer_id, hold.key): hold for hold in earlier}
        self._allowances = allowances
        self._offers = offers
        self._new_id = new_id
        self.placed: list[Hold] = []

    def serve(self, wishes: Iterable[Wanted]) -> list[Hold | RefusedError]:
        """Decide every wish: first come, first served, and one that cannot be served harms no other."""
        return [self._serve_one(wanted) for wanted in wishes]

    def _serve_one(self, wanted: Wanted) -> Hold | RefusedError:
        try:
            earlier = self._holds.get((wanted.viewer_id, wanted.key))
            return self._place(wanted) if earlier is None else repeat_hold(earlier, wanted, self._show_id)
        except RefusedError as refused:
            return refused

    def _place(self, wanted: Wanted) -> Hold:
        if not self._live:
            raise RefusedError(Code.SHOW_NOT_LIVE)
        products = [require_sellable(self._book.products.get(line.product_id)) for line in wanted.lines]
        offers = self._offers.copy()
        prices = [
            _price_of(wanted.viewer_id, line, product, offers)
            for line, product in zip(wanted.lines, products, strict=True)
        ]
        if len({product.currency for product in products}) > 1:
            raise RefusedError(Code.INVALID, "What is paid at once has one currency.")
        demand = wanted.demand
        for product_id, units in demand.items():
            if units > (stock := self._book.products[product_id].stock):
                raise RefusedError(Code.SOLD_OUT, stock=stock, product=product_id)
        self._allowances.require(wanted.viewer_id, demand, guest=wanted.guest, to_hold=True)
        hold = self._as_hold(wanted, products[0].currency, prices)
        if hold.amount_minor > AMOUNT_MAX:
            raise RefusedError(Code.INVALID, "So much money cannot be counted.")
        self._book.move("place", hold.id, demand)
        self._book.offers |= hold.offers
        self._offers = offers
        self._allowances.take(wanted.viewer_id, demand, guest=wanted.guest)
        self._holds[hold.viewer_id, hold.key] = hold
        self.placed.append(hold)
        return hold

    def _as_hold(self, wanted: Wanted, currency: str, prices: Sequence[int]) -> Hold:
        lines = [
            HoldLine(line.product_id, line.quantity, price_minor, line.offer_id)
            for line, price_minor in zip(wanted.lines, prices, strict=True)
        ]
        return Hold(
            id=self._new_id(),
            channel_id=self._channel_id,
            show_id=self._show_id,
            viewer_id=wanted.viewer_id,
            key=wanted.key,
            state="placed",
            currency=currency,
            lines=tuple(lines),
            placed_at=self._at,
            expires_at=self._at + timedelta(seconds=self._seconds),
            staff=wanted.staff,
        )


def _price_of(viewer_id: str, line: WantedLine, product: Stocked, offers: OfferBook) -> int:
    """Return what a unit of the line costs, and count it as taken under its offer, so that the next line finds fewer."""
    claim = line.claim_of(viewer_id)
    price_minor = agree_on_price(product, line.price_minor, claim, offers)
    if claim is not None:
        offers.take(claim)
    return price_minor


def repeat_hold(earlier: Hold, wanted: Wanted, show_id: str) -> Hold:
    """Return the first hold again as it stands, with the time that it had; raises `key_reused` for anything else under its key."""
    same = earlier.show_id == show_id and len(earlier.lines) == len(wanted.lines)
    if not same or not all(map(_is_same, earlier.lines, wanted.lines)):
        raise RefusedError(Code.KEY_REUSED)
    return replace(earlier, repeated=True)


def _is_same(line: HoldLine, wanted: WantedLine) -> bool:
    same = (line.product_id, line.quantity, line.offer_id)
    return same == (wanted.product_id, wanted.quantity, wanted.offer_id) and wanted.price_minor in (
        None,
        line.unit_price_minor,
    )


def _sum_up(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    summed: Counter[str] = Counter()
    for product_id, quantity in pairs:
        summed[product_id] += quantity
    return dict(summed)
