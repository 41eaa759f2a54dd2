"""Who gets the stock, pure: a batch of purchases is decided in the order in which they came."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from server.catalogue.claims import NO_OFFER_BOOK, Claim, OfferBook
from server.catalogue.rules import AMOUNT_MAX, Stocked, take_units
from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.allowances import Allowances
from server.shop.checked import Checked
from server.shop.payments import Approved, Charge, Outcome
from server.shop.standing import Standing


@dataclass(frozen=True, slots=True)
class Purchase:
    """A viewer wants `quantity` of `product_id`; `key` makes it one purchase however often it is sent.

    `price_minor` is what the viewer saw, where they said so. `staff`: bought by the host's side or an analyst.
    """

    viewer_id: str
    product_id: str
    quantity: int
    key: str
    price_minor: int | None = None
    staff: bool = False
    offer_id: str | None = None
    admitted: bool = False
    """Of one under an offer: whether that is open to the viewer."""

    @property
    def claim(self) -> Claim | None:
        """What is wanted under an offer."""
        if self.offer_id is None:
            return None
        return Claim(self.offer_id, self.viewer_id, self.product_id, self.quantity, self.admitted)


@dataclass(frozen=True, slots=True)
class Order:
    """A paid purchase of one product. Of several that were bought at once the first is the head, and has the others as `behind`.

    All of them have the head's number; `nth` is 0 at the head, and `head_id` its id at those behind it.
    """

    id: str
    number: str
    show_id: str
    viewer_id: str
    key: str
    product_id: str
    quantity: int
    unit_price_minor: int
    currency: str
    payment: str
    at: datetime
    staff: bool = False
    replay: bool = False
    """Bought at the replay of the show."""
    stock_after: int | None = field(default=None, compare=False)
    """How many units were left after it; known at the sale alone, and in `stock_sale`."""
    stock_move: int | None = field(default=None, compare=False)
    """Which change of the product's stock it was."""
    head_id: str | None = None
    nth: int = 0
    behind: tuple["Order", ...] = ()
    offer_id: str | None = field(default=None, compare=False)
    """Known at the sale, and of an order that is asked for again by its key."""
    standing: Standing = field(default=Standing(), compare=False)
    """What became of it, where that was asked."""
    discount_minor: int = 0
    """What was taken off this line."""
    checked: Checked | None = field(default=None, compare=False)
    """Of a head that came by a checkout: what it comes to there; known at the sale, and where it is asked for."""

    @property
    def amount_minor(self) -> int:
        """What was paid for this product."""
        return self.unit_price_minor * self.quantity - self.discount_minor

    @property
    def lines(self) -> tuple["Order", ...]:
        """The order, and those behind it."""
        return (self, *self.behind)

    @property
    def total_minor(self) -> int:
        """What was paid for all lines; shipping is none."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def units(self) -> int:
        """How many units all lines have."""
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a purchase; `repeated` when the order had been there before."""

    order: Order
    repeated: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """What was decided: an answer per purchase, in their order; the orders to write; the products whose stock changed."""

    answers: list[Receipt | RefusedError]
    orders: list[Order]
    products: list[Stocked]


class Counter:
    """Serves the purchases of one batch in one show, one after the other.

    `products` are those of the show's channel, locked; `earlier` are the orders that have one of the batch's keys.
    """

    def __init__(
        self,
        show_id: str,
        at: datetime,
        *,
        sells: bool,
        replay: bool = False,
        products: Iterable[Stocked],
        earlier: Iterable[Order],
        allowances: Allowances,
        offers: OfferBook = NO_OFFER_BOOK,
        new_order_id: Callable[[], str],
        new_number: Callable[[], str],
        authorize: Callable[[Charge], Outcome],
    ) -> None:
        self._show_id = show_id
        self._at = at
        self._sells = sells
        self._replay = replay
        self._products = {product.id: product for product in products}
        self._orders = {(order.viewer_id, order.key): order for order in earlier}
        self._allowances = allowances
        self._offers = offers
        self._new_order_id = new_order_id
        self._new_number = new_number
        self._authorize = authorize
        self._sold: list[Order] = []

    def serve(self, purchases: Iterable[Purchase]) -> Batch:
        """Decide every purchase: first come, first served, and one that cannot be served harms no other."""
        answers = [self._serve_one(purchase) for purchase in purchases]
        changed = {order.product_id for order in self._sold}
        return Batch(answers, self._sold, [p for p in self._products.values() if p.id in changed])

    def _serve_one(self, purchase: Purchase) -> Receipt | RefusedError:
        try:
            earlier = self._orders.get((purchase.viewer_id, purchase.key))
            if earlier is not None:
                return repeat(earlier, purchase, self._show_id)
            product, price_minor = self._check(purchase)
            return Receipt(self._sell(product, price_minor, purchase), repeated=False)
        except RefusedError as refused:
            return refused

    def _check(self, purchase: Purchase) -> tuple[Stocked, int]:
        """Return the product and its price if it can be sold like this; raises the refusal that fits else."""
        if not self._sells:
            raise RefusedError(Code.SHOW_NOT_LIVE)
        product = require_sellable(self._products.get(purchase.product_id))
        if product.buying != "one_step":
            raise RefusedError(Code.CHECKOUT_NEEDED)
        price_minor = agree_on_price(product, purchase.price_minor, purchase.claim, self._offers)
        require_free(product, purchase.quantity)
        self._allowances.require(purchase.viewer_id, {product.id: purchase.quantity})
        if price_minor * purchase.quantity > AMOUNT_MAX:
            raise RefusedError(Code.INVALID, "So much money cannot be counted.")
        return product, price_minor

    def _sell(self, product: Stocked, price_minor: int, purchase: Purchase) -> Order:
        """Take the payment, then the units; a payment that is declined leaves the stock as it was."""
        amount = price_minor * purchase.quantity
        reference = f"{purchase.viewer_id}/{purchase.key}"
        outcome = self._authorize(Charge(reference, amount, product.currency))
        if not isinstance(outcome, Approved):
            raise RefusedError(Code.PAYMENT_DECLINED, reason=outcome.reason)
        left = take_units(product, purchase.quantity)
        order = Order(
            id=self._new_order_id(),
            number=self._new_number(),
            show_id=self._show_id,
            viewer_id=purchase.viewer_id,
            key=purchase.key,
            product_id=product.id,
            quantity=purchase.quantity,
            unit_price_minor=price_minor,
            currency=product.currency,
            payment=outcome.payment,
            at=self._at,
            staff=purchase.staff,
            replay=self._replay,
            stock_after=left.stock,
            stock_move=left.moves,
            offer_id=purchase.offer_id,
        )
        if purchase.claim is not None:
            self._offers.take(purchase.claim)
        self._products[product.id] = left
        self._orders[order.viewer_id, order.key] = order
        self._sold.append(order)
        self._allowances.take(purchase.viewer_id, {product.id: purchase.quantity})
        return order


def require_sellable(product: Stocked | None) -> Stocked:
    """Return the product if the show sells it; raises the refusal that fits else."""
    if product is None or not product.on_sale:
        raise RefusedError(Code.NOT_FOUND, "This channel sells no such product.")
    if product.heading:
        raise RefusedError(Code.INVALID, "This product has variants: choose a variant.")
    return product


def require_free(stocked: Stocked, units: int, *, to_hold: bool = False) -> None:
    """Raise `sold_out` with `stock`, of a hold with `product`, unless so many units are free.

    What somebody in line waits for is nobody's who comes from the side: then with 0 as `stock`, and `waiting`.
    """
    if not stocked.waiting and units <= stocked.stock:
        return
    refused = RefusedError(Code.SOLD_OUT, stock=0 if stocked.waiting else stocked.stock)
    refused.data |= {"waiting": stocked.waiting} if stocked.waiting else {}
    refused.data |= {"product": stocked.id} if to_hold else {}
    raise refused


def agree_on_price(product: Stocked, seen: int | None, claim: Claim | None, offers: OfferBook) -> int:
    """Return what a unit costs, under an offer that price; raises `price_changed` unless it is what the viewer saw, where they said so."""
    price_minor = product.price_minor if claim is None else offers.price_of(claim, product)
    if seen not in (None, price_minor):
        raise RefusedError(Code.PRICE_CHANGED, price=price_minor, currency=product.currency)
    return price_minor


def repeat(earlier: Order, purchase: Purchase, show_id: str) -> Receipt:
    """Return the first result again; raises `key_reused` when its key came with anything else than the first time."""
    same = (
        earlier.show_id == show_id
        and earlier.product_id == purchase.product_id
        and earlier.quantity == purchase.quantity
        and earlier.offer_id == purchase.offer_id
        and purchase.price_minor in (None, earlier.unit_price_minor)
    )
    if not same:
        raise RefusedError(Code.KEY_REUSED)
    return Receipt(earlier, repeated=True)
