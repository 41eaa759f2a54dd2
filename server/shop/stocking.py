"""Staff add units of a product, or take some away, while the show goes on."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.audit.trail import Actor, audit
from server.catalogue.family import StockChange
from server.catalogue.rules import add_units
from server.catalogue.stock_repository import INSERT_STOCK_CHANGES, as_rows
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shop.hold_rules import StockBook
from server.shop.locking import Books
from server.shop.repository import lock_products
from server.shop.telling import leave_sold_out
from server.shows.repository import read_show


@dataclass(frozen=True, slots=True)
class Restocking:
    """A member of staff adds units, or takes some away."""

    actor: Actor
    product_id: str
    add: int


class Restocker:
    """Restocks in the shop's books, so that those who wait get the units first."""

    def __init__(self, books: Books) -> None:
        self._books = books

    async def restock_many(
        self, tx: ShowTransaction, wanted: Sequence[Restocking]
    ) -> list[int | RefusedError]:
        """Restock in order, give what is free to who waits, and publish the newest stock of what changed once."""
        show = await read_show(tx.connection, tx.show_id)
        if show is None:
            return [RefusedError(Code.NOT_FOUND) for _ in wanted]
        locked = await lock_products(tx.connection, show.channel_id, (w.product_id for w in wanted))
        book = StockBook(locked)
        answers = [_restock(tx, show.channel_id, book, each) for each in wanted]
        for product in locked:
            if product.stock and not book.products[product.id].stock:
                leave_sold_out(tx, show.channel_id, product.id)
        await self._books.close(tx, book)
        waited_for = {product.id for product in locked if product.waiting}
        return [
            book.products[each.product_id].stock
            if isinstance(answer, int) and each.product_id in waited_for
            else answer
            for each, answer in zip(wanted, answers, strict=True)
        ]


def _restock(tx: ShowTransaction, channel_id: str, book: StockBook, wanted: Restocking) -> int | RefusedError:
    """Count the units, leave the row of the change, and return how many are free then."""
    product = book.products.get(wanted.product_id)
    if product is None or not product.on_sale:
        return RefusedError(Code.NOT_FOUND)
    try:
        after = add_units(product, wanted.add)
    except RefusedError as refused:
        return refused
    book.put([after])
    audit(tx, wanted.actor, "product.restock", after.id, add=wanted.add, stock=after.stock)
    change = StockChange(after, wanted.add, "restock" if wanted.add > 0 else "correction")
    tx.write(INSERT_STOCK_CHANGES, as_rows(channel_id, wanted.actor, tx.now, [change], show_id=tx.show_id))
    return after.stock
