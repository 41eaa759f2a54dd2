"""Staff add units of a product, or take some away, while the show goes on."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.audit.trail import Actor, audit
from server.catalogue.family import StockChange
from server.catalogue.rules import add_units
from server.catalogue.stock_repository import INSERT_STOCK_CHANGES, as_rows, set_stock
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shop.neighbours import publish_stock
from server.shop.repository import lock_products, read_sales
from server.shop.telling import leave_sold_out
from server.shows.repository import read_show


@dataclass(frozen=True, slots=True)
class Restocking:
    """A member of staff adds units, or takes some away."""

    actor: Actor
    product_id: str
    add: int


async def restock_many(tx: ShowTransaction, wanted: Sequence[Restocking]) -> list[int | RefusedError]:
    """Restock in order, and publish the newest stock of what changed once."""
    show = await read_show(tx.connection, tx.show_id)
    if show is None:
        return [RefusedError(Code.NOT_FOUND) for _ in wanted]
    locked = await lock_products(tx.connection, show.channel_id, (w.product_id for w in wanted))
    products, changed = {p.id: p for p in locked if p.on_sale}, set[str]()
    answers: list[int | RefusedError] = []
    for restocking in wanted:
        product = products.get(restocking.product_id)
        try:
            if product is None:
                raise RefusedError(Code.NOT_FOUND)
            after = products[product.id] = add_units(product, restocking.add)
        except RefusedError as refused:
            answers.append(refused)
            continue
        changed.add(after.id)
        answers.append(after.stock)
        details = {"add": restocking.add, "stock": after.stock}
        audit(tx, restocking.actor, "product.restock", after.id, **details)
        change = StockChange(after, restocking.add, "restock" if restocking.add > 0 else "correction")
        rows = as_rows(show.channel_id, restocking.actor, tx.now, [change], show_id=tx.show_id)
        tx.write(INSERT_STOCK_CHANGES, rows)
    if changed:
        await set_stock(tx.connection, [products[id] for id in sorted(changed)])
        for product in locked:
            if product.id in changed and product.stock and not products[product.id].stock:
                leave_sold_out(tx, show.channel_id, product.id)
        publish_stock(
            tx,
            {id: products[id].stock for id in sorted(changed)},
            await read_sales(tx.connection, tx.show_id),
        )
    return answers
