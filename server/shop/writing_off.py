"""Units that come back to a product which has got variants since: these have stock of their own, and a heading is never sold.

What was free of it was written off when it got them (`variants`); what was held then follows when it comes back. A hold that stands may
be paid all the same: it was promised.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from server.audit.trail import Actor
from server.catalogue.family import StockChange
from server.catalogue.stock_repository import INSERT_STOCK_CHANGES, as_rows
from server.journal.transaction import ShowTransaction
from server.shop.hold_rules import Hold, StockBook

SHOP: Final = Actor("shop", "", "server")
"""Nobody of the channel: it follows from what somebody has changed before."""


def write_off_headings(tx: ShowTransaction, book: StockBook, gone: Iterable[Hold]) -> None:
    """Take what came back by these holds off headings again, with a row for each; they are in the book, locked."""
    channels = {product_id: hold.channel_id for hold in gone for product_id in hold.units}
    for product_id, channel_id in sorted(channels.items()):
        before = book.products[product_id]
        if before.heading and before.stock:
            after = replace(before, stock=0, moves=before.moves + 1)
            book.put([after])
            change = StockChange(after, -before.stock, "variants")
            tx.write(INSERT_STOCK_CHANGES, as_rows(channel_id, SHOP, tx.now, [change], show_id=tx.show_id))
