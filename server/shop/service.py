"""The shop through the journal: purchases that arrive together are decided together, in one transaction."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.principal import Principal
from server.access.roles import is_staff
from server.audit.trail import Actor
from server.catalogue.claims import NO_OFFER_BOOK, OfferBook
from server.catalogue.lots import Heirs
from server.catalogue.offered import OfferDesk
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.journal.intents import Intent
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.ledger.late_facts import open_figures
from server.ledger.repository import record_facts
from server.protocol.codes import Code
from server.shop.allowances import NO_LIMITS, Allowances, Limits
from server.shop.checkout_desk import CheckoutDesk
from server.shop.counting import as_facts, offer_sales_of
from server.shop.hold_rules import StockBook
from server.shop.limits_repository import beside, read_held, read_own_limits, read_people, widen
from server.shop.locking import Books, Push, push_nothing
from server.shop.neighbours import Neighbours
from server.shop.numbers import new_number
from server.shop.orders_repository import (
    ReadStandings,
    read_bought_by,
    read_no_standings,
    read_order,
    read_show_title,
    read_titles,
)
from server.shop.payments import Payments
from server.shop.pinning import Pinning, pin_many
from server.shop.repository import SaleTerms, delete_orders, insert_orders, read_earlier, read_terms
from server.shop.rules import Batch, Counter, Order, Purchase, Receipt
from server.shop.standing import Standing
from server.shop.stocking import Restocker, Restocking
from server.shop.telling import tell_sales
from server.viewers.alias_repository import read_guests_of


class Shop:
    """Buying in a live show, and what staff do with stock and pins. `push` writes to one viewer alone."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        payments: Payments,
        *,
        limits: Limits = NO_LIMITS,
        push: Push = push_nothing,
        offers: OfferDesk | None = None,
        read_standings: ReadStandings = read_no_standings,
        heirs: Heirs | None = None,
        checkouts: CheckoutDesk | None = None,
    ) -> None:
        self._read_standings = read_standings
        self._journal = journal
        self._database = database
        self._payments = payments
        self._limits = limits
        self.neighbours = Neighbours(journal, database, limits.units_max)
        self.books = Books(self.neighbours.note, push, offers, heirs, checkouts=checkouts)
        # The journal groups commands by their handler: it must be the same object each time.
        self._serve_many = self.serve_many
        self._restock_many = Restocker(self.books).restock_many
        self._pin_many = pin_many

    async def close(self) -> None:
        """Wait until the other shows have heard of the last change of stock."""
        await self.neighbours.close()

    async def buy(self, show_id: str, purchase: Purchase) -> Receipt:
        """Sell, or return the first receipt again for a key that was used before with the same parameters.

        Once this returns, the order is committed. Raises `show_not_live`, `not_found` (also for a product of another channel),
        `price_changed` with `price`, `sold_out` with `stock`, `too_many` with `limit` and `left`, `payment_declined`, `key_reused`;
        under an offer also `offer_closed` and `not_in_audience`.
        """
        if purchase.offer_id is not None:
            admitted = await self.books.offers.admits(
                show_id, purchase.offer_id, purchase.viewer_id, staff=purchase.staff
            )
            purchase = replace(purchase, admitted=admitted)
        return await self._journal.commit(show_id, self._serve_many, purchase, repeatable=True)

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
            (order,) = await self._with_standings(connection, [order])
        shop = by.channel_id == channel_id and (by.is_key or is_staff(by.role))
        if order.viewer_id not in own and not shop:
            raise RefusedError(Code.NOT_FOUND)
        return order

    async def find_receipt(self, order_id: str) -> tuple[Order, dict[str, str], str]:
        """Return an order, its products' titles by id, and its show's, for whoever has its receipt link; raises `not_found`."""
        async with self._database.read_soon() as connection:
            found = await read_order(connection, order_id)
            if found is None:
                raise RefusedError(Code.NOT_FOUND)
            (order,) = await self._with_standings(connection, [found[0]])
            titles = await read_titles(connection, {line.product_id for line in order.lines})
            return order, titles, await read_show_title(connection, order.show_id)

    async def list_own(self, show_id: str, viewer_id: str) -> list[Order]:
        """Return the viewer's orders in the show, newest first."""
        async with self._database.read_soon() as connection:
            bought = await read_bought_by(connection, show_id, viewer_id)
            return await self._with_standings(connection, bought)

    async def _with_standings(self, connection: AsyncConnection, orders: Sequence[Order]) -> list[Order]:
        """Return the orders with what became of each, and what they come to by their checkouts."""
        ids = [order.id for order in orders]
        found = await self._read_standings(connection, ids)
        checked = await self.books.checkouts.of_orders(connection, ids)
        return [
            replace(order, standing=found.get(order.id, Standing()), checked=checked.get(order.id))
            for order in orders
        ]

    async def serve_many(
        self, tx: ShowTransaction, purchases: Sequence[Purchase]
    ) -> list[Receipt | RefusedError]:
        """Decide a batch of purchases: lock, decide in pure code, write, publish once."""
        terms = await read_terms(tx.connection, tx.show_id, tx.now)
        if terms is None:
            return [RefusedError(Code.NOT_FOUND) for _ in purchases]
        if terms.by_shop:
            return [RefusedError(Code.SHOP_TAKES_ORDERS) for _ in purchases]
        book = await self.books.open(tx, terms, (p.product_id for p in purchases))
        claims = [purchase.claim for purchase in purchases if purchase.claim is not None]
        offers = await self.books.offers.open(tx, claims) if claims else NO_OFFER_BOOK
        batch = await self._decide(tx, terms, book, offers, purchases)
        book.offer_sales += offer_sales_of(batch.orders)
        book.orders += batch.orders
        book.put(batch.products)
        if batch.orders:
            if not terms.live:
                await open_figures(tx)
            record_facts(tx, as_facts(batch.orders))
            tell_sales(tx, terms, batch)
        await self.books.close(tx, book)
        return batch.answers

    async def _decide(
        self,
        tx: ShowTransaction,
        terms: SaleTerms,
        book: StockBook,
        offers: OfferBook,
        purchases: Sequence[Purchase],
    ) -> Batch:
        """Decide, and write the orders; stock is still to be written."""
        while True:
            earlier, allowances = await self._read_before(tx, terms, book, purchases)
            counter = Counter(
                tx.show_id,
                tx.now,
                sells=terms.sells,
                replay=terms.replayed,
                products=book.products.values(),
                earlier=earlier,
                allowances=allowances,
                offers=offers.copy(),
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

    async def _read_before(
        self, tx: ShowTransaction, terms: SaleTerms, book: StockBook, purchases: Sequence[Purchase]
    ) -> tuple[list[Order], Allowances]:
        """Return the orders that have one of the batch's keys, and what its buyers may still take: one statement where nothing is held."""
        limits, buyers = self._limits, [purchase.viewer_id for purchase in purchases]
        own = await read_own_limits(tx.connection, book.products.values())
        counted = limits.units_max > 0 or bool(own)
        people = await read_people(tx.connection, tx.show_id, buyers) if counted and terms.aliased else {}
        wanted = [(p.viewer_id, p.product_id) for p in purchases]
        pairs = widen(beside(wanted, own), people) if people or own else []
        earlier = await read_earlier(tx.connection, tx.show_id, purchases, counted=counted, others=pairs)
        earlier = await self._with_offers(tx, earlier, purchases)
        taken = [(o.viewer_id, o.product_id, o.quantity) for o in earlier if o.show_id == tx.show_id]
        if own or (counted and any(product.held for product in book.products.values())):
            taken += await read_held(tx.connection, tx.show_id, pairs or wanted, tx.now)
        return earlier, Allowances(limits, people=people, taken=taken, guests={}, own=own)

    async def _with_offers(
        self, tx: ShowTransaction, orders: list[Order], purchases: Sequence[Purchase]
    ) -> list[Order]:
        """Return the orders, those that are asked for again by their key with the offer under which they were sold."""
        keys = {(purchase.viewer_id, purchase.key) for purchase in purchases}
        again = {order.id for order in orders if (order.viewer_id, order.key) in keys}
        if not again:
            return orders
        offers = await self.books.offers.offers_of(tx.connection, again)
        return [replace(order, offer_id=offers.get(order.id)) for order in orders]
