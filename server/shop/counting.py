"""Orders as facts of the ledger: one of each, however many lines it has."""

from collections.abc import Iterable

from server.catalogue.claims import OfferSale
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


def offer_sales_of(orders: Iterable[Order]) -> list[OfferSale]:
    """Return what was sold under offers by these orders, line by line."""
    return [
        OfferSale(line.id, line.offer_id, line.viewer_id, line.quantity, line.staff)
        for order in orders
        for line in order.lines
        if line.offer_id is not None
    ]
