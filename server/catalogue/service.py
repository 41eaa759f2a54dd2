"""The catalogue: products and variants made, changed, found, archived and put in order; each edit in one transaction."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit_beside
from server.catalogue.family import Family
from server.catalogue.noting import note_bulk, note_edit
from server.catalogue.ordering import reordered
from server.catalogue.repository import (
    has_product,
    list_heads,
    lock_catalogue,
    read_families,
    read_ranks,
    set_ranks,
)
from server.catalogue.rules import Reason
from server.catalogue.shaping import Within
from server.catalogue.stock_repository import INSERT_STOCK_CHANGES, as_rows
from server.catalogue.upserting import Upsert
from server.catalogue.wanted import WantedProduct, Written
from server.clock import Clock
from server.db import driver
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.protocol.codes import Code
from server.webhooks import outbox

ROWS_AT_ONCE_MAX = 200
"""Products and variants in one transaction of a bulk call: their rows are locked, and sales of them wait, until it ends."""

Tell = Callable[[str, Sequence[str]], None]
"""Takes a channel and the ids of its products that changed, after the commit."""
Require = Callable[[int, Family], None]
"""Takes the version that is there and what it says, and raises `conflict` where another was expected."""


async def upsert_products(
    connection: AsyncConnection,
    channel_id: str,
    actor: Actor,
    wanted: Sequence[WantedProduct],
    *,
    now: datetime,
    reason: Reason = "import",
) -> list[Written]:
    """Write products in the caller's transaction, and return what came of each, in their order; one that is refused harms no other.

    A product is the present one with the same `id` (which must be there), else `external_id`, else `sku`, else with a variant that has the
    `external_id` or `sku` of one of the wanted ones; where there is none, a new one behind all others. Given fields are set and the rest
    stays. `reason` is that of the changes of stock. Raises `not_found` for no such channel.

    The catalogue is locked until the transaction ends, and so are the rows of the products that are there: sales of them wait, so give at
    most some hundred at once, and call it once a transaction. Tell viewers afterwards, by `Catalogue.tell`.
    """
    edit = await _begin(connection, channel_id, now, reason)
    written = await apply_edit(connection, edit, channel_id, actor, wanted)
    await note_bulk(connection, channel_id, actor, now, written)
    return written


async def apply_edit(
    connection: AsyncConnection, edit: Upsert, channel_id: str, actor: Actor, wanted: Sequence[WantedProduct]
) -> list[Written]:
    """Write products on a catalogue that is locked, and a row for each change of stock; return what came of each.

    What the audit is told of it is up to the caller.
    """
    written = await edit.carry_out(wanted)
    await _note_stock(connection, channel_id, actor, edit)
    return written


async def _begin(connection: AsyncConnection, channel_id: str, now: datetime, reason: Reason) -> Upsert:
    currency = await lock_catalogue(connection, channel_id)
    if currency is None:
        raise RefusedError(Code.NOT_FOUND, "There is no such channel.")
    return Upsert(connection, channel_id, Within(currency, now, reason, lambda: new_id("p")))


async def _note_stock(connection: AsyncConnection, channel_id: str, actor: Actor, edit: Upsert) -> None:
    if edit.stock:
        rows = as_rows(channel_id, actor, edit.now, edit.stock)
        await driver.run(connection, INSERT_STOCK_CHANGES, [driver.as_json(rows)])
        for change in edit.stock:
            if change.delta < 0 and not change.after.stock:
                told = {"show": None, "product": change.after.id}
                await outbox.put(connection, channel_id, "product.sold_out", told, edit.now)


@dataclass(frozen=True, slots=True)
class Search:
    """Which products of a channel: those with each of the `words`, archived ones or the others."""

    words: tuple[str, ...] = ()
    archived: bool = False


class Catalogue:
    """What staff and keys do with a channel's products. `tell` is called after each commit that changed what viewers see."""

    def __init__(self, database: Database, clock: Clock, tell: Tell) -> None:
        self._database = database
        self._clock = clock
        self.tell = tell

    async def create(
        self, channel_id: str, actor: Actor, wanted: WantedProduct, *, intent: Intent | None = None
    ) -> Family:
        """Write a new product; raises `invalid` and `taken` with `at`, and `key_reused`."""

        async def write(connection: AsyncConnection) -> str:
            written = await self._write_one(connection, channel_id, actor, wanted)
            assert written.id is not None, "what is written has an id"
            return written.id

        id = await carry_out_once(self._database, self._clock, intent, str, write)
        self.tell(channel_id, [id])
        return await self.find(channel_id, id)

    async def change(
        self, channel_id: str, actor: Actor, product_id: str, wanted: WantedProduct, require: Require
    ) -> Family:
        """Set what is given, unless `require` raises for the present version; raises `not_found`, `invalid`, `taken` and `conflict`."""
        wanted = msgspec.structs.replace(wanted, id=product_id)
        async with self._database.write_soon() as connection:
            await lock_catalogue(connection, channel_id)
            present = await _require_product(connection, channel_id, product_id)
            require(present.head.version, present)
            written = await self._write_one(connection, channel_id, actor, wanted)
            after = await _require_product(connection, channel_id, product_id)
        if written.status != "unchanged":
            self.tell(channel_id, [product_id])
        return after

    async def upsert(self, channel_id: str, actor: Actor, wanted: Sequence[WantedProduct]) -> list[Written]:
        """Do what `upsert_products` does, in transactions of at most `ROWS_AT_ONCE_MAX` products and variants."""
        written: list[Written] = []
        for some in _in_bounds(wanted):
            async with self._database.write_soon() as connection:
                now = self._clock.now()
                done = await upsert_products(connection, channel_id, actor, some, now=now)
            written += done
            changed = [each.id for each in done if each.status in ("created", "updated")]
            self.tell(channel_id, [id for id in changed if id is not None])
        return written

    async def reorder(self, channel_id: str, actor: Actor, product_ids: Sequence[str]) -> None:
        """Put products in this order, in the places that they have together; the others stay. Raises `not_found` and `invalid`."""
        async with self._database.write_soon() as connection:
            await lock_catalogue(connection, channel_id)
            moved = reordered(await read_ranks(connection, channel_id), product_ids)
            await set_ranks(connection, moved)
            if moved:
                known = {"channel": channel_id, "products": len(moved)}
                await audit_beside(connection, actor, "products.order", "", self._clock.now(), **known)
        self.tell(channel_id, list(moved))

    async def find(self, channel_id: str, product_id: str) -> Family:
        """Return a product of the channel, archived or not; raises `not_found`."""
        async with self._database.read_soon() as connection:
            return await _require_product(connection, channel_id, product_id)

    async def list_of(
        self, channel_id: str, search: Search, *, after: str | None, limit: int
    ) -> list[Family]:
        """Return up to `limit` products in the channel's order, those behind the product `after` where given; raises `invalid`."""
        async with self._database.read_soon() as connection:
            if after is not None and not await has_product(connection, channel_id, after):
                raise RefusedError(Code.INVALID, "This cursor is none of this list.")
            ids = await list_heads(
                connection,
                channel_id,
                words=search.words,
                archived=search.archived,
                after=after,
                limit=limit,
            )
            families = await read_families(connection, channel_id, ids)
        return [families[id] for id in ids]

    async def _write_one(
        self, connection: AsyncConnection, channel_id: str, actor: Actor, wanted: WantedProduct
    ) -> Written:
        edit = await _begin(connection, channel_id, self._clock.now(), "correction")
        written = await edit.carry_out_one(wanted)
        await _note_stock(connection, channel_id, actor, edit)
        if written.status != "unchanged" and written.id is not None:
            await note_edit(connection, channel_id, actor, edit.now, edit.edits[written.id])
        return written


async def _require_product(connection: AsyncConnection, channel_id: str, product_id: str) -> Family:
    families = await read_families(connection, channel_id, [product_id])
    if product_id not in families:
        raise RefusedError(Code.NOT_FOUND, "The channel has no such product.")
    return families[product_id]


def _in_bounds(wanted: Sequence[WantedProduct]) -> Iterator[list[WantedProduct]]:
    """Return the products in portions of which each is one transaction."""
    some: list[WantedProduct] = []
    rows = 0
    for each in wanted:
        own = 1 + (0 if each.variants is msgspec.UNSET else len(each.variants))
        if some and rows + own > ROWS_AT_ONCE_MAX:
            yield some
            some, rows = [], 0
        some.append(each)
        rows += own
    if some:
        yield some
