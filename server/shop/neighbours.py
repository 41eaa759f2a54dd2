"""Telling a channel's other live shows that stock changed: they sell the same units, and their viewers see the same cards."""

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from server.db.engine import Database, is_away
from server.errors import RefusedError
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.protocol.pushes import ProductStock
from server.shop.repository import read_sales, read_stock
from server.shows.repository import read_other_live_shows

PAUSE_SECONDS = 0.25

log = structlog.get_logger()


class Neighbours:
    """Publishes the newest stock in the other live shows, after the sale is committed and at most four times a second per show.

    What is sold is decided by SQL alone, so this is news and no more: a process that dies before it has told leaves the other shows'
    cards as they were until the next sale.
    """

    def __init__(self, journal: Journal, database: Database) -> None:
        self._journal = journal
        self._database = database
        self._untold: dict[str, set[str]] = {}
        self._tellers: set[asyncio.Task[None]] = set()
        self._publish_many = publish_many

    def note(self, show_id: str, product_id: str) -> None:
        """Have the others told that `product_id` changed by what happened in `show_id`."""
        untold = self._untold.get(show_id)
        if untold is not None:
            untold.add(product_id)
            return
        self._untold[show_id] = {product_id}
        task = asyncio.create_task(self._tell(show_id), name=f"stock of {show_id}")
        self._tellers.add(task)
        task.add_done_callback(self._tellers.discard)

    async def close(self) -> None:
        """Wait until everything that was noted is told."""
        while self._tellers:
            await asyncio.wait(self._tellers)

    async def _tell(self, show_id: str) -> None:
        """Tell until nothing is left to tell."""
        try:
            while products := self._untold[show_id]:
                self._untold[show_id] = set()
                await self._tell_once(show_id, sorted(products))
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            del self._untold[show_id]

    async def _tell_once(self, show_id: str, product_ids: Sequence[str]) -> None:
        try:
            async with self._database.read_soon() as connection:
                others = await read_other_live_shows(connection, show_id)
            for other in others:
                await self._journal.commit(other, self._publish_many, product_ids)
        except RefusedError as refused:
            log.warning("shop.neighbours_not_told", show=show_id, code=refused.code.value)
        except Exception as error:
            if not is_away(error):
                raise
            log.warning("shop.neighbours_not_told", show=show_id, error=type(error).__name__)


async def publish_many(tx: ShowTransaction, changed: Sequence[Sequence[str]]) -> list[None]:
    """Publish the stock of all products of the batch, as it stands now."""
    stock = await read_stock(tx.connection, {id for ids in changed for id in ids})
    await publish_stock(tx, stock)
    return [None for _ in changed]


async def publish_stock(tx: ShowTransaction, stock: Mapping[str, int]) -> None:
    """Publish units left by product; staff also get what the show has sold."""
    products = [ProductStock(id, left) for id, left in sorted(stock.items())]
    sales = await read_sales(tx.connection, tx.show_id)
    tx.publish("product.stock", {"products": products}, staff={"products": products, "sales": sales})
