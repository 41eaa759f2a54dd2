"""Orders as facts of the ledger: one of each, however many lines it has."""

from collections.abc import Iterable

from server.ledger.entries import Fact
from server.shop.rules import Order


def as_facts(orders: Iterable[Order]) -> list[Fact]:
    """Return the facts of orders, of which those with several lines are heads; the target is the first line's product."""
    return [
        Fact(
            order.show_id,
            order.viewer_id,
            "order",
            order.at,
            target=order.product_id,
            n=order.units,
            amount_minor=order.total_minor,
            currency=order.currency,
            staff=order.staff,
        )
        for order in orders
    ]
