"""Who gets the stock, pure: a batch of purchases is decided in the order in which they came."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.payments import Approved, Charge, Outcome

STOCK_MAX = 1_000_000_000
AMOUNT_MAX = 2**53 - 1
"""In minor units: what JSON's readers still hold to the unit."""


@dataclass(frozen=True, slots=True)
class Product:
    """What the shop knows of a product while it decides; `stock` is what is left to sell, `sold` what was sold."""

    id: str
    price_minor: int
    currency: str
    stock: int
    sold: int


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
    products: list[Product]


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
        products: Iterable[Product],
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

    def _check(self, purchase: Purchase) -> Product:
        """Return the product if it can be sold like this; raises the refusal that fits else."""
        if not self._live:
            raise RefusedError(Code.SHOW_NOT_LIVE)
        product = self._products.get(purchase.product_id)
        if product is None:
            raise RefusedError(Code.NOT_FOUND, "This channel sells no such product.")
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

    def _sell(self, product: Product, purchase: Purchase) -> Order:
        """Take the payment, then the units; a payment that is declined leaves the stock as it was."""
        amount = product.price_minor * purchase.quantity
        reference = f"{purchase.viewer_id}/{purchase.key}"
        outcome = self._authorize(Charge(reference, amount, product.currency))
        if not isinstance(outcome, Approved):
            raise RefusedError(Code.PAYMENT_DECLINED, reason=outcome.reason)
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
        )
        self._products[product.id] = take_units(product, purchase.quantity)
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


def take_units(product: Product, quantity: int) -> Product:
    """Return the product with `quantity` units moved from stock to sold."""
    assert 0 < quantity <= product.stock, "the caller has compared it with the stock"
    return replace(product, stock=product.stock - quantity, sold=product.sold + quantity)


def restock(product: Product, add: int) -> Product:
    """Return the product with `add` units more, or fewer when negative.

    Raises `invalid` for 0 and for more than the shop can count, `sold_out` when more would be taken away than are left.
    """
    if add == 0:
        raise RefusedError(Code.INVALID, "A restock of 0 changes nothing.")
    if product.stock + product.sold + add > STOCK_MAX:
        raise RefusedError(Code.INVALID, f"More than {STOCK_MAX} units, with those sold, cannot be counted.")
    if product.stock + add < 0:
        raise RefusedError(
            Code.SOLD_OUT, "Fewer units are left than should be taken away.", stock=product.stock
        )
    return replace(product, stock=product.stock + add)
