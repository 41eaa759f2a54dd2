"""The shop through the journal: purchases that arrive together are decided together, in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.access.principal import Principal
from server.access.roles import is_staff
from server.audit.actions import Action
from server.audit.trail import Actor, audit
from server.catalogue.family import StockChange
from server.catalogue.rules import add_units
from server.catalogue.stock_repository import INSERT_STOCK_CHANGES, as_rows, set_stock
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.journal.intents import Intent
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.ledger.entries import Fact
from server.ledger.repository import record_facts
from server.protocol.codes import Code
from server.shop.neighbours import Neighbours, publish_stock
from server.shop.numbers import new_number
from server.shop.payments import Payments
from server.shop.repository import (
    SaleTerms,
    as_order,
    delete_orders,
    insert_orders,
    list_on_sale,
    lock_products,
    read_bought_by,
    read_earlier,
    read_order,
    read_receipt,
    read_terms,
)
from server.shop.rules import Batch, Counter, Order, Purchase, Receipt
from server.shop.telling import leave_sold_out, tell_sales
from server.shows.repository import read_show, update_show
from server.viewers.alias_repository import read_guests_of


@dataclass(frozen=True, slots=True)
class Restocking:
    """A member of staff adds units, or takes some away."""

    actor: Actor
    product_id: str
    add: int


@dataclass(frozen=True, slots=True)
class Pinning:
    """A member of staff pins a product, or unpins it; `product_id` is None only for unpinning whichever is pinned."""

    actor: Actor
    product_id: str | None
    pinned: bool


class Shop:
    """Buying in a live show, and what staff do with stock and pins.

    `units_max`: so many units of a product a viewer may buy in one show; 0: any number.
    """

    def __init__(
        self, journal: Journal, database: Database, payments: Payments, *, units_max: int = 0
    ) -> None:
        self._journal = journal
        self._database = database
        self._payments = payments
        self._units_max = units_max
        self.neighbours = Neighbours(journal, database, units_max)
        # The journal groups commands by their handler: it must be the same object each time.
        self._serve_many = self.serve_many
        self._restock_many = restock_many
        self._pin_many = pin_many

    async def close(self) -> None:
        """Wait until the other shows have heard of the last change of stock."""
        await self.neighbours.close()

    async def buy(self, show_id: str, purchase: Purchase) -> Receipt:
        """Sell, or return the first receipt again for a key that was used before with the same parameters.

        Once this returns, the order is committed. Raises `show_not_live`, `not_found` (also for a product of another channel),
        `price_changed` with `price`, `sold_out` with `stock`, `too_many` with `limit` and `left`, `payment_declined`, `key_reused`.
        """
        receipt = await self._journal.commit(
            show_id, self._serve_many, purchase, hurried=True, repeatable=True
        )
        if not receipt.repeated:
            self.neighbours.note(show_id, purchase.product_id)
        return receipt

    async def restock(
        self, show_id: str, actor: Actor, product_id: str, add: int, *, intent: Intent | None = None
    ) -> int:
        """Add units of a product of the show's channel, take some away when negative, and return the new stock.

        Raises `not_found`, `invalid` for 0, `sold_out` with `stock` when fewer are left than should be taken away.
        """
        wanted = Restocking(actor, product_id, add)
        stock = await self._journal.commit(show_id, self._restock_many, wanted, intent=intent, kind=int)
        self.neighbours.note(show_id, product_id)
        return stock

    async def pin_product(
        self, show_id: str, actor: Actor, product_id: str, *, intent: Intent | None = None
    ) -> int:
        """Show a product above all others, and return the journal's newest offset; raises `not_found`."""
        wanted = Pinning(actor, product_id, pinned=True)
        return await self._journal.commit(show_id, self._pin_many, wanted, intent=intent, kind=int)

    async def unpin_product(
        self, show_id: str, actor: Actor, product_id: str | None, *, intent: Intent | None = None
    ) -> int:
        """Unpin the product, or whichever is pinned; changes nothing when it is another. Returns the journal's newest offset."""
        wanted = Pinning(actor, product_id, pinned=False)
        return await self._journal.commit(show_id, self._pin_many, wanted, intent=intent, kind=int)

    async def find_order(self, order_id: str, by: Principal) -> Order:
        """Return an order to its buyer, or to staff or a key of its channel; raises `not_found` for everybody else."""
        async with self._database.read_soon() as connection:
            found = await read_order(connection, order_id)
            if found is None:
                raise RefusedError(Code.NOT_FOUND)
            order, channel_id = found
            own = [by.id, *await read_guests_of(connection, order.show_id, by.id)]
        shop = by.channel_id == channel_id and (by.is_key or is_staff(by.role))
        if order.viewer_id not in own and not shop:
            raise RefusedError(Code.NOT_FOUND)
        return order

    async def find_receipt(self, order_id: str) -> tuple[Order, str, str]:
        """Return an order with the titles of its product and show, for whoever has its receipt link; raises `not_found`."""
        async with self._database.read_soon() as connection:
            row = await read_receipt(connection, order_id)
        if row is None:
            raise RefusedError(Code.NOT_FOUND)
        return as_order(row), row.product_title, row.show_title

    async def list_own(self, show_id: str, viewer_id: str) -> list[Order]:
        """Return the viewer's orders in the show, newest first."""
        async with self._database.read_soon() as connection:
            return await read_bought_by(connection, show_id, viewer_id)

    async def serve_many(
        self, tx: ShowTransaction, purchases: Sequence[Purchase]
    ) -> list[Receipt | RefusedError]:
        """Decide a batch of purchases: lock, decide in pure code, write, publish once."""
        terms = await read_terms(tx.connection, tx.show_id)
        if terms is None:
            return [RefusedError(Code.NOT_FOUND) for _ in purchases]
        if terms.by_shop:
            return [RefusedError(Code.SHOP_TAKES_ORDERS) for _ in purchases]
        batch = await self._decide(tx, terms, purchases)
        if batch.orders:
            await set_stock(tx.connection, batch.products)
            record_facts(tx, _as_facts(batch.orders))
            await publish_stock(tx, {p.id: p.stock for p in batch.products})
            tell_sales(tx, terms, batch)
        return batch.answers

    async def _decide(self, tx: ShowTransaction, terms: SaleTerms, purchases: Sequence[Purchase]) -> Batch:
        """Lock the products, decide, and write the orders; stock is still to be written."""
        ids = (p.product_id for p in purchases)
        products = await lock_products(tx.connection, terms.channel_id, ids, show_id=tx.show_id)
        while True:
            counter = Counter(
                tx.show_id,
                tx.now,
                live=terms.live,
                products=products,
                earlier=await read_earlier(tx.connection, tx.show_id, purchases, counted=self._units_max > 0),
                units_max=self._units_max,
                new_order_id=lambda: new_id("o"),
                new_number=new_number,
                authorize=self._payments.authorize,
            )
            batch = counter.serve(purchases)
            written = await insert_orders(tx.connection, terms.channel_id, tx.show_id, batch.orders)
            if len(written) == len(batch.orders):
                return batch
            # Another show took one of the keys between our read and our write; now its order is seen. Or a number was
            # taken: the next ones are others. Charging again is harmless: a charge is idempotent by its reference.
            await delete_orders(tx.connection, written)


async def restock_many(tx: ShowTransaction, wanted: Sequence[Restocking]) -> list[int | RefusedError]:
    """Restock in order, and publish the newest stock of what changed once."""
    show = await read_show(tx.connection, tx.show_id)
    if show is None:
        return [RefusedError(Code.NOT_FOUND) for _ in wanted]
    locked = await lock_products(tx.connection, show.channel_id, (w.product_id for w in wanted))
    products, changed = {p.id: p for p in locked}, set[str]()
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
            if product.stock and not products[product.id].stock:
                leave_sold_out(tx, show.channel_id, product.id)
        await publish_stock(tx, {id: products[id].stock for id in sorted(changed)})
    return answers


async def pin_many(tx: ShowTransaction, wanted: Sequence[Pinning]) -> list[int | RefusedError]:
    """Pin and unpin in order; what changes nothing is not published."""
    show = await read_show(tx.connection, tx.show_id)
    if show is None:
        return [RefusedError(Code.NOT_FOUND) for _ in wanted]
    on_sale = await list_on_sale(tx.connection, tx.show_id, show.channel_id, _named(wanted))
    pinned = show.pinned_product
    answers: list[int | RefusedError] = []
    for pinning in wanted:
        if pinning.pinned and pinning.product_id not in on_sale:
            answers.append(RefusedError(Code.NOT_FOUND))
            continue
        after = _pinned_after(pinning, pinned)
        if after != pinned:
            tx.publish("product.pinned", {"product": after})
            action: Action = "product.pin" if pinning.pinned else "product.unpin"
            audit(tx, pinning.actor, action, after or pinned or "")
            pinned = after
        answers.append(tx.top)
    if pinned != show.pinned_product:
        await update_show(tx.connection, tx.show_id, {"pinned_product": pinned})
    return answers


def _pinned_after(pinning: Pinning, pinned: str | None) -> str | None:
    if pinning.pinned:
        return pinning.product_id
    return None if pinning.product_id in (None, pinned) else pinned


def _named(wanted: Iterable[Pinning]) -> list[str]:
    return [pinning.product_id for pinning in wanted if pinning.product_id is not None]


def _as_facts(orders: Iterable[Order]) -> list[Fact]:
    return [
        Fact(
            order.show_id,
            order.viewer_id,
            "order",
            order.at,
            target=order.product_id,
            n=order.quantity,
            amount_minor=order.amount_minor,
            currency=order.currency,
            staff=order.staff,
        )
        for order in orders
    ]
