"""What the shop tells the merchant's own servers. Nothing is made where nobody wants it: a batch may hold a thousand orders."""

from collections.abc import Iterable, Mapping

from server.catalogue.rules import Stocked
from server.journal.transaction import ShowTransaction
from server.shop.merchant_orders import of_ours
from server.shop.repository import SaleTerms
from server.shop.rules import Batch, Order
from server.webhooks import outbox


def tell_sales(tx: ShowTransaction, terms: SaleTerms, batch: Batch) -> None:
    """Tell the batch's orders, and which products sold out by them."""
    tell_orders(tx, terms, batch.orders, {product.id: product for product in batch.products})
    tell_sold_out(tx, terms, batch.products)


def tell_orders(
    tx: ShowTransaction, terms: SaleTerms, orders: Iterable[Order], products: Mapping[str, Stocked]
) -> None:
    """Tell orders, of which those with several lines are heads."""
    if "order.paid" in terms.told:
        for order in orders:
            outbox.leave(tx, terms.channel_id, "order.paid", {"order": of_ours(order, products)})


def tell_sold_out(tx: ShowTransaction, terms: SaleTerms, products: Iterable[Stocked]) -> None:
    """Tell which of the products, of which something was just sold, are sold out: what is held may come back."""
    if "product.sold_out" in terms.told:
        for product in products:
            if not product.stock and not product.held:
                leave_sold_out(tx, terms.channel_id, product.id)


def leave_sold_out(tx: ShowTransaction, channel_id: str, product_id: str) -> None:
    """Tell that the last unit of a product is gone."""
    outbox.leave(tx, channel_id, "product.sold_out", {"show": tx.show_id, "product": product_id})
