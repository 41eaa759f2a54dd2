"""What the shop tells the merchant's own servers. Nothing is made where nobody wants it: a batch may hold a thousand orders."""

from typing import Any

from server.clock import to_wire
from server.journal.transaction import ShowTransaction
from server.shop.repository import SaleTerms
from server.shop.rules import Batch, Order
from server.webhooks import outbox


def tell_sales(tx: ShowTransaction, terms: SaleTerms, batch: Batch) -> None:
    """Tell the batch's orders, and which products sold out by them."""
    if "order.paid" in terms.told:
        for order in batch.orders:
            outbox.leave(tx, terms.channel_id, "order.paid", {"order": as_told(order)})
    if "product.sold_out" in terms.told:
        for product in batch.products:
            if not product.stock:
                leave_sold_out(tx, terms.channel_id, product.id)


def leave_sold_out(tx: ShowTransaction, channel_id: str, product_id: str) -> None:
    """Tell that the last unit of a product is gone."""
    outbox.leave(tx, channel_id, "product.sold_out", {"show": tx.show_id, "product": product_id})


def as_told(order: Order) -> dict[str, Any]:
    """Return an order as webhooks tell it: the fields of `/v1/orders/{order}`, and whose it is instead of its key."""
    return {
        "order": order.id,
        "number": order.number,
        "show": order.show_id,
        "viewer": order.viewer_id,
        "product": order.product_id,
        "quantity": order.quantity,
        "unit_price": order.unit_price_minor,
        "amount": order.amount_minor,
        "currency": order.currency,
        "at": to_wire(order.at),
        "staff": order.staff,
    }
