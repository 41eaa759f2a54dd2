"""An order as its merchant sees it: one shape, in webhooks and in the channel's list, whoever took it."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from server.clock import to_wire
from server.shop.checked import Checked
from server.shop.given_back import NOTHING, GivenBack
from server.shop.report_rules import AttributedBy, Line, Reported, ReportState
from server.shop.rules import Order


class Titled(Protocol):
    """A product, or a variant, as far as an order names it."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def sku(self) -> str | None: ...
    @property
    def external_id(self) -> str | None: ...


Named = Mapping[tuple[str, str], Titled]
"""Products by (`id`, `sku` or `external_id`, its value)."""


class OrderLine(Struct, frozen=True):
    """What was bought. `product` is what was sold, a variant where there are any; null for what the catalogue does not have."""

    product: str | None
    external_id: str | None
    sku: str | None
    title: str | None
    quantity: int
    amount: int
    refunded_units: int = 0


class MerchantOrder(Struct, frozen=True, omit_defaults=True):
    """An order of ours, or one that the shop reported, which has the shop's own id as `external_id` and as `number`.

    Money is in minor units of `currency`. `attributed_by`: by what a reported order is the show's; null for ours, which were placed in it,
    and for those that are no show's.
    """

    order: str
    number: str
    external_id: str | None
    state: ReportState
    show: str | None
    viewer: str | None
    attributed_by: AttributedBy | None
    currency: str
    amount: int
    refunded: int
    lines: list[OrderLine]
    at: str
    staff: bool
    replay: bool = False
    """Bought at the replay of the show."""
    discount: int | None = None
    """Of an order that came by a checkout, as the three below: `amount` is less it."""
    shipping: int | None = None
    total: int | None = None
    """What was paid: `amount` and `shipping`."""
    tax: int | None = None
    """How much of `total` is tax."""


def of_ours(order: Order, products: Mapping[str, Titled], given_back: GivenBack = NOTHING) -> MerchantOrder:
    """Return an order that was placed in a show; one with several lines by its head. `products` are those of the lines, by id."""
    return MerchantOrder(
        order=order.id,
        number=order.number,
        external_id=None,
        state=given_back.state,
        show=order.show_id,
        viewer=order.viewer_id,
        attributed_by=None,
        currency=order.currency,
        amount=order.total_minor,
        refunded=given_back.minor,
        lines=[
            _of_ours(line, products[line.product_id], given_back.units.get(line.id, 0))
            for line in order.lines
        ],
        at=to_wire(order.at),
        staff=order.staff,
        replay=order.replay,
        **_sum_of(order.checked),
    )


def of_report(order: Reported, products: Named) -> MerchantOrder:
    """Return an order that the shop reported."""
    return MerchantOrder(
        order=order.id,
        number=order.order,
        external_id=order.order,
        state=order.state,
        show=order.show_id,
        viewer=order.viewer_id,
        attributed_by=order.attributed_by,
        currency=order.currency,
        amount=order.amount,
        refunded=order.refunded,
        lines=[_of_line(line, named_by(line, products)) for line in order.lines],
        at=to_wire(order.at),
        staff=False,
    )


def named_by(line: Line, products: Named) -> Titled | None:
    """Return the product that a line of the shop's names: by our id, else by the shop's own, else by the SKU."""
    names = (("id", line.product), ("external_id", line.external_id), ("sku", line.sku))
    found = (products.get((kind, name)) for kind, name in names if name)
    return next((product for product in found if product), None)


def _sum_of(checked: Checked | None) -> dict[str, int]:
    if checked is None:
        return {}
    return {
        "discount": checked.discount_minor,
        "shipping": checked.shipping_minor,
        "total": checked.total_minor,
        "tax": checked.tax_minor,
    }


def _of_ours(line: Order, product: Titled, refunded_units: int) -> OrderLine:
    return OrderLine(
        product=product.id,
        external_id=product.external_id,
        sku=product.sku,
        title=product.title,
        quantity=line.quantity,
        amount=line.amount_minor,
        refunded_units=refunded_units,
    )


def _of_line(line: Line, product: Titled | None) -> OrderLine:
    """Return a line in the shop's words; what it leaves out the catalogue says."""
    return OrderLine(
        product=product.id if product else None,
        external_id=line.external_id or (product.external_id if product else None),
        sku=line.sku or (product.sku if product else None),
        title=line.title or (product.title if product else None),
        quantity=line.quantity,
        amount=line.amount,
    )
