"""What the shop tells the merchant's own servers. Nothing is made where nobody wants it: a batch may hold a thousand orders."""

from server.journal.transaction import ShowTransaction
from server.shop.merchant_orders import of_ours
from server.shop.repository import SaleTerms
from server.shop.rules import Batch
from server.webhooks import outbox


def tell_sales(tx: ShowTransaction, terms: SaleTerms, batch: Batch) -> None:
    """Tell the batch's orders, and which products sold out by them."""
    if "order.paid" in terms.told:
        sold = {product.id: product for product in batch.products}
        for order in batch.orders:
            told = {"order": of_ours(order, sold[order.product_id])}
            outbox.leave(tx, terms.channel_id, "order.paid", told)
    if "product.sold_out" in terms.told:
        for product in batch.products:
            if not product.stock:
                leave_sold_out(tx, terms.channel_id, product.id)


def leave_sold_out(tx: ShowTransaction, channel_id: str, product_id: str) -> None:
    """Tell that the last unit of a product is gone."""
    outbox.leave(tx, channel_id, "product.sold_out", {"show": tx.show_id, "product": product_id})
