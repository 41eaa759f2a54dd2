"""Stock changed by hand or by a program: by plus and minus, or set by who has seen it. A sale meanwhile is never overwritten."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit_beside
from server.catalogue.family import StockChange
from server.catalogue.repository import has_item
from server.catalogue.rules import Reason, Stocked, add_units, set_units
from server.catalogue.stock_repository import (
    INSERT_STOCK_CHANGES,
    StockChangeRead,
    as_rows,
    lock_stock,
    read_stock_changes,
    set_stock,
)
from server.clock import Clock
from server.db import driver
from server.db.engine import Database
from server.errors import RefusedError
from server.journal.intents import Intent, carry_out_once
from server.protocol.codes import Code
from server.text import clean_line
from server.webhooks import outbox

NOTE_CHARACTERS_MAX = 200


class Adding(Struct, frozen=True):
    """So many units more, or fewer when negative."""

    add: int


class Setting(Struct, frozen=True):
    """`to` units from now on, if `seen` units are left."""

    seen: int
    to: int


class Counted(Struct, frozen=True):
    """How many units are left of a product, after which change of its stock; 0: it never changed."""

    product: str
    stock: int
    move: int


class Stockroom:
    """Changes the stock of products and variants, and lists all changes, sales too. `tell` is called after each commit."""

    def __init__(self, database: Database, clock: Clock, tell: Callable[[str, Sequence[str]], None]) -> None:
        self._database = database
        self._clock = clock
        self._tell = tell

    async def change(
        self,
        channel_id: str,
        actor: Actor,
        product_id: str,
        wanted: Adding | Setting,
        *,
        reason: Reason | None = None,
        note: str = "",
        intent: Intent | None = None,
    ) -> Counted:
        """Change the stock of a product or variant, and return how it stands then. Setting what is there already changes nothing.

        Without a `reason` more units are a restock, fewer a correction. Raises `not_found`, `invalid` (also for a product with variants),
        `sold_out` with `stock` when more would be taken away than are left, `conflict` with `stock` when it is not what was seen.
        """
        kept = clean_line(note, characters_max=NOTE_CHARACTERS_MAX) if note.strip() else None

        async def write(connection: AsyncConnection) -> Counted:
            before = (await lock_stock(connection, channel_id, [product_id])).get(product_id)
            if before is None:
                raise RefusedError(Code.NOT_FOUND, "The channel has no such product.")
            after = changed(before, wanted)
            if after != before:
                delta = after.stock - before.stock
                why = reason or ("restock" if delta > 0 else "correction")
                rows = as_rows(
                    channel_id, actor, self._clock.now(), [StockChange(after, delta, why)], note=kept
                )
                await set_stock(connection, [after])
                await driver.run(connection, INSERT_STOCK_CHANGES, [driver.as_json(rows)])
                known = {"channel": channel_id, "reason": why, "add": delta, "stock": after.stock}
                await audit_beside(connection, actor, "product.stock", product_id, self._clock.now(), **known)
                if not after.stock:
                    told = {"show": None, "product": product_id}
                    await outbox.put(connection, channel_id, "product.sold_out", told, self._clock.now())
            return Counted(product_id, after.stock, after.moves)

        counted = await carry_out_once(self._database, self._clock, intent, Counted, write)
        self._tell(channel_id, [product_id])
        return counted

    async def list_changes(
        self, channel_id: str, product_id: str, *, before: int | None, limit: int
    ) -> list[StockChangeRead]:
        """Return up to `limit` changes of the stock, newest first, those before the change `before` where given; raises `not_found`."""
        async with self._database.read_soon() as connection:
            if not await has_item(connection, channel_id, product_id):
                raise RefusedError(Code.NOT_FOUND, "The channel has no such product.")
            return await read_stock_changes(connection, product_id, before=before, limit=limit)


def changed(before: Stocked, wanted: Adding | Setting) -> Stocked:
    """Return the product after the change; raises as `Stockroom.change` says."""
    if isinstance(wanted, Adding):
        return add_units(before, wanted.add)
    return set_units(before, wanted.seen, wanted.to)
