"""Telling shows what changed outside of them: they sell what the channel's other shows sell, and what its catalogue says."""

from collections.abc import Mapping, Sequence

from server.db.engine import Database
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.protocol.pushes import ProductStock, Sales
from server.shop.repository import read_sales, read_stock
from server.shop.shelf import TOLD_AT_ONCE_MAX, free_units, publish_products
from server.shop.sold_out import publish_turns
from server.shop.untold import Untold
from server.shows.repository import read_open_shows, read_other_live_shows, read_show


class Neighbours:
    """Publishes the newest stock and products in the shows that sell them, after the commit and at most four times a second per show.

    What is sold, and at which price, is decided by SQL alone, so this is news and no more: a process that dies before it has told leaves
    the cards as they were until the next change.
    """

    def __init__(self, journal: Journal, database: Database, units_max: int = 0) -> None:
        self._journal = journal
        self._database = database
        self._units_max = units_max
        self._others = Untold("shop.neighbours_not_told", self._tell_others)
        self._stock = Untold("shop.stock_not_told", self._tell_stock)
        self._products = Untold("shop.products_not_told", self._tell_products)
        # The journal groups commands by their handler: it must be the same object each time.
        self._publish_stock_many = publish_stock_many
        self._publish_products_many = self.publish_products_many

    def note(self, show_id: str, product_id: str) -> None:
        """Have the other live shows told that the stock of `product_id` changed by what happened in `show_id`."""
        self._others.note(show_id, product_id)

    def note_stock(self, channel_id: str, product_ids: Sequence[str]) -> None:
        """Have all shows that are not over told of stock that changed outside of any."""
        self._stock.note(channel_id, *product_ids)

    def note_products(self, channel_id: str, product_ids: Sequence[str]) -> None:
        """Have all shows that are not over told of products (not variants) that changed, came or went."""
        self._products.note(channel_id, *product_ids)

    async def close(self) -> None:
        """Wait until everything that was noted is told."""
        for untold in (self._others, self._stock, self._products):
            await untold.close()

    async def _tell_others(self, show_id: str, product_ids: Sequence[str]) -> None:
        async with self._database.read_soon() as connection:
            others = await read_other_live_shows(connection, show_id)
        for other in others:
            await self._journal.commit(other, self._publish_stock_many, product_ids, patient=True)

    async def _tell_stock(self, channel_id: str, product_ids: Sequence[str]) -> None:
        for show in await self._read_open_shows(channel_id):
            await self._journal.commit(show, self._publish_stock_many, product_ids, patient=True)

    async def _tell_products(self, channel_id: str, product_ids: Sequence[str]) -> None:
        for show in await self._read_open_shows(channel_id):
            for start in range(0, len(product_ids), TOLD_AT_ONCE_MAX):
                some = product_ids[start : start + TOLD_AT_ONCE_MAX]
                await self._journal.commit(show, self._publish_products_many, some, patient=True)

    async def _read_open_shows(self, channel_id: str) -> list[str]:
        async with self._database.read_soon() as connection:
            return await read_open_shows(connection, channel_id)

    async def publish_products_many(
        self, tx: ShowTransaction, changed: Sequence[Sequence[str]]
    ) -> list[None]:
        """Publish all products of the batch, as they stand now."""
        show = await read_show(tx.connection, tx.show_id)
        if show is not None:
            ids = {id for ids in changed for id in ids}
            shown = await publish_products(tx, show.channel_id, ids, self._units_max)
            await publish_turns(tx, free_units(shown))
        return [None for _ in changed]


async def publish_stock_many(tx: ShowTransaction, changed: Sequence[Sequence[str]]) -> list[None]:
    """Publish the stock of those products of the batch that the show sells, as it stands now."""
    stock = await read_stock(tx.connection, tx.show_id, {id for ids in changed for id in ids})
    if stock:
        publish_stock(tx, stock, await read_sales(tx.connection, tx.show_id))
        await publish_turns(tx, stock)
    return [None for _ in changed]


def publish_stock(tx: ShowTransaction, stock: Mapping[str, int], sales: Sales) -> None:
    """Publish units left by product; staff also get what the show has sold."""
    products = [ProductStock(id, left) for id, left in sorted(stock.items())]
    tx.publish("product.stock", {"products": products}, staff={"products": products, "sales": sales})
