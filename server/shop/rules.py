"""Who gets the stock, pure: a batch of purchases is decided in the order in which they came."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from server.catalogue.rules import AMOUNT_MAX, Stocked, take_units
from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.payments import Approved, Charge, Outcome


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


@dataclass(frozen=True, slots=True)
class Order:
    """A paid purchase."""

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
    stock_after: int | None = field(default=None, compare=False)
    """How many units were left after it; known at the sale alone, and in `stock_sale`."""
    stock_move: int | None = field(default=None, compare=False)
    """Which change of the product's stock it was."""

    @property
    def amount_minor(self) -> int:
        """What was paid."""
        return self.unit_price_minor * self.quantity


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

    `products` are those of the show's channel that may be sold, locked; `earlier` the orders that hold one of the batch's keys, and
    with `units_max` above 0, which is how many units of a product a viewer may buy in the show, also what they have bought of it.
    """

    def __init__(
        self,
        show_id: str,
        at: datetime,
        *,
        live: bool,
        products: Iterable[Stocked],
        earlier: Iterable[Order],
        units_max: int = 0,
        new_order_id: Callable[[], str],
        new_number: Callable[[], str],
        authorize: Callable[[Charge], Outcome],
    ) -> None:
        self._show_id = show_id
        self._at = at
        self._live = live
        self._products = {product.id: product for product in products}
        self._orders = {(order.viewer_id, order.key): order for order in earlier}
        self._units_max = units_max
        self._bought: dict[tuple[str, str], int] = {}
        for order in self._orders.values():
            if order.show_id == show_id:
                self._count(order)
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
            product = self._check(purchase)
            return Receipt(self._sell(product, purchase), repeated=False)
        except RefusedError as refused:
            return refused

    def _check(self, purchase: Purchase) -> Stocked:
        """Return the product if it can be sold like this; raises the refusal that fits else."""
        if not self._live:
            raise RefusedError(Code.SHOW_NOT_LIVE)
        product = self._products.get(purchase.product_id)
        if product is None:
            raise RefusedError(Code.NOT_FOUND, "This channel sells no such product.")
        if product.heading:
            raise RefusedError(Code.INVALID, "This product has variants: choose a variant.")
        if purchase.price_minor not in (None, product.price_minor):
            raise RefusedError(Code.PRICE_CHANGED, price=product.price_minor, currency=product.currency)
        if purchase.quantity > product.stock:
            raise RefusedError(Code.SOLD_OUT, stock=product.stock)
        self._check_limit(purchase)
        if product.price_minor * purchase.quantity > AMOUNT_MAX:
            raise RefusedError(Code.INVALID, "So much money cannot be counted.")
        return product

    def _check_limit(self, purchase: Purchase) -> None:
        bought = self._bought.get((purchase.viewer_id, purchase.product_id), 0)
        if self._units_max and bought + purchase.quantity > self._units_max:
            left = max(0, self._units_max - bought)
            raise RefusedError(Code.TOO_MANY, limit=self._units_max, left=left)

    def _count(self, order: Order) -> None:
        whose = (order.viewer_id, order.product_id)
        self._bought[whose] = self._bought.get(whose, 0) + order.quantity

    def _sell(self, product: Stocked, purchase: Purchase) -> Order:
        """Take the payment, then the units; a payment that is declined leaves the stock as it was."""
        amount = product.price_minor * purchase.quantity
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
            unit_price_minor=product.price_minor,
            currency=product.currency,
            payment=outcome.payment,
            at=self._at,
            staff=purchase.staff,
            stock_after=left.stock,
            stock_move=left.moves,
        )
        self._products[product.id] = left
        self._orders[order.viewer_id, order.key] = order
        self._sold.append(order)
        self._count(order)
        return order


def repeat(earlier: Order, purchase: Purchase, show_id: str) -> Receipt:
    """Return the first result again; raises `key_reused` when its key came with anything else than the first time."""
    same = (
        earlier.show_id == show_id
        and earlier.product_id == purchase.product_id
        and earlier.quantity == purchase.quantity
        and purchase.price_minor in (None, earlier.unit_price_minor)
    )
    if not same:
        raise RefusedError(Code.KEY_REUSED)
    return Receipt(earlier, repeated=True)
