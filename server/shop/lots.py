"""Lots of auctions as holds: the auction's own while it runs, then its winner's, then the runner-up's."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text

from server.catalogue.lots import Award, Lot, LotBook, Purse
from server.catalogue.rules import Stocked
from server.errors import RefusedError
from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shop.allowances import Limits
from server.shop.hold_rules import HoldLine, StockBook, Wanted, WantedLine
from server.shop.holds_repository import insert_holds, read_holds
from server.shop.limits_repository import read_people
from server.shop.locking import Books
from server.shop.lot_rules import as_hold
from server.shop.repository import SaleTerms, lock_products, read_terms
from server.shop.wishes import read_allowances

NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""When a hold of an auction's own ends: its units wait for the hammer, however late it falls."""
_HAND_OVER: Final = text("""
    WITH given AS (
        SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:viewers AS text[]), CAST(:keys AS text[]), CAST(:amounts AS bigint[]),
                             CAST(:untils AS timestamptz[])) AS g (id, viewer_id, key, amount_minor, until)
    ), handed AS (
        UPDATE hold SET viewer_id = given.viewer_id, key = given.key, amount_minor = given.amount_minor, placed_at = :now,
                        expires_at = given.until
        FROM given WHERE hold.id = given.id AND hold.state = 'placed' RETURNING hold.id
    )
    SELECT id FROM handed
""")
_CUT: Final = text("DELETE FROM hold_line WHERE hold_id = ANY(CAST(:ids AS text[]))")
_LINE: Final = text("""
    INSERT INTO hold_line (hold_id, nth, product_id, quantity, unit_price_minor)
    SELECT * FROM unnest(CAST(:holds AS text[]), CAST(:nths AS int[]), CAST(:products AS text[]), CAST(:quantities AS int[]),
                         CAST(:prices AS bigint[])) AS l (hold_id, nth, product_id, quantity, price)
""")


class Lots:
    """The shop's side of auctions. `limits`: what one person may buy and hold."""

    def __init__(self, books: Books, limits: Limits) -> None:
        self._books = books
        self._limits = limits

    async def open(self, tx: ShowTransaction, product_ids: Collection[str]) -> LotBook:
        """Lock products, whatever becomes of them. Raises `not_found`."""
        terms = await read_terms(tx.connection, tx.show_id, tx.now)
        if terms is None:
            raise RefusedError(Code.NOT_FOUND)
        return OpenLots(tx, self._books, terms, await self._books.open(tx, terms, product_ids))

    async def hand_over(self, tx: ShowTransaction, awards: Sequence[Award]) -> None:
        """Make the holds those of these winners, at their prices and with their times, and tell them."""
        holds = {award.hold_id: as_hold(award, "", tx.now) for award in awards}
        given = {
            "ids": list(holds),
            "viewers": [hold.viewer_id for hold in holds.values()],
            "keys": [hold.key for hold in holds.values()],
            "amounts": [hold.amount_minor for hold in holds.values()],
            "untils": [hold.expires_at for hold in holds.values()],
            "now": tx.now,
        }
        handed = list(await tx.connection.scalars(_HAND_OVER, given))
        assert len(handed) == len(holds), "a running auction's own hold is placed"
        await tx.connection.execute(_CUT, {"ids": handed})
        lines = [(hold.id, nth, line) for hold in holds.values() for nth, line in enumerate(hold.lines)]
        await tx.connection.execute(_LINE, _as_arrays(lines))
        for hold in (await read_holds(tx.connection, handed)).values():
            self._books.tell(tx, hold)

    async def read_people(self, tx: ShowTransaction, viewers: Collection[str]) -> Mapping[str, str]:
        """Return by guest who they are by now, of all guests of the show who are one of these viewers."""
        return await read_people(tx.connection, tx.show_id, viewers)

    async def read_purse(
        self, tx: ShowTransaction, bidders: Collection[tuple[str, bool]], product_ids: Collection[str]
    ) -> Purse:
        """Return what these (viewer, guest) may still take of these products."""
        terms = await read_terms(tx.connection, tx.show_id, tx.now)
        if terms is None:
            raise RefusedError(Code.NOT_FOUND)
        lines = tuple(WantedLine(id, 1) for id in product_ids)
        wishes = [Wanted(viewer_id, "", lines, guest=guest) for viewer_id, guest in bidders]
        products = await lock_products(
            tx.connection, terms.channel_id, product_ids, show_id=tx.show_id, lock=False
        )
        return await read_allowances(tx, terms, self._limits, wishes, products)


class OpenLots:
    """Products that a transaction has locked; see `server.catalogue.lots.LotBook`."""

    def __init__(self, tx: ShowTransaction, books: Books, terms: SaleTerms, book: StockBook) -> None:
        self._tx = tx
        self._books = books
        self._terms = terms
        self._book = book

    def product(self, product_id: str) -> Stocked | None:
        """Return a product as the show sells it; None where it does not."""
        product = self._book.products.get(product_id)
        return product if product is not None and product.on_sale else None

    async def set_aside(self, lot: Lot) -> str:
        """Set the lot's units aside; raises `sold_out` with `stock`, `show_not_live`, `shop_takes_orders`."""
        if not self._terms.live:
            raise RefusedError(Code.SHOW_NOT_LIVE)
        if self._terms.by_shop:
            raise RefusedError(Code.SHOP_TAKES_ORDERS)
        stock = self._book.products[lot.product_id].stock
        if lot.quantity > stock:
            raise RefusedError(Code.SOLD_OUT, stock=stock, product=lot.product_id)
        award = Award(new_id("h"), lot, 0, lot.auction_id, NEVER)
        hold = as_hold(award, self._terms.channel_id, self._tx.now)
        self._book.move("place", hold.id, hold.units)
        await insert_holds(self._tx.connection, self._terms.channel_id, self._tx.show_id, [hold])
        return hold.id

    async def give_back(self, hold_ids: Collection[str]) -> None:
        """Put the units back to what is free."""
        holds = (await read_holds(self._tx.connection, hold_ids)).values()
        await self._books.let_go(self._tx, self._book, list(holds), "released", why="auction")

    async def close(self) -> None:
        """Write and publish what changed."""
        await self._books.close(self._tx, self._book)


def _as_arrays(lines: Sequence[tuple[str, int, HoldLine]]) -> dict[str, list[object]]:
    return {
        "holds": [id for id, _, _ in lines],
        "nths": [nth for _, nth, _ in lines],
        "products": [line.product_id for _, _, line in lines],
        "quantities": [line.quantity for _, _, line in lines],
        "prices": [line.unit_price_minor for _, _, line in lines],
    }
