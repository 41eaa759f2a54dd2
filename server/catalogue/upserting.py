"""Many products written at once: each found by its id, external id or SKU, shaped, and all that changed written by three statements."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from msgspec import UNSET, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.cleaning import with_clean_codes
from server.catalogue.family import Family, Item, StockChange
from server.catalogue.repository import (
    Holder,
    find_holders,
    lock_families,
    next_rank,
    read_families,
    write_items,
)
from server.catalogue.rules import refused_at
from server.catalogue.shaping import Within, shape
from server.catalogue.wanted import WantedProduct, WantedVariant, Written
from server.errors import RefusedError
from server.protocol.codes import Code

ReadFamilies = Callable[[AsyncConnection, str, Sequence[str]], Awaitable[dict[str, Family]]]
Pause = Callable[[int], Awaitable[None]]
SHAPED_AT_ONCE_MAX = 10

Found = tuple[str, str]
"""Kind (`id`, `sku` or `external_id`) and value."""


async def _give_way(done: int) -> None:
    """Let the loop's other work go on."""
    await asyncio.sleep(0)


class Upsert:
    """One transaction's products, on a catalogue that is locked. `written` and `stock` are what came of it."""

    def __init__(
        self, connection: AsyncConnection, channel_id: str, within: Within, *, pause: Pause = _give_way
    ) -> None:
        """`pause` is awaited between some and some more, with how many there were."""
        self._pause = pause
        self._connection = connection
        self._channel_id = channel_id
        self._within = within
        self._holders: dict[Found, Holder] = {}
        self._families: dict[str, Family] = {}
        self._items: dict[str, Item] = {}
        self._giving_up: set[str] = set()
        self._seen: set[str] = set()
        self._rank = 0
        self.stock: list[StockChange] = []
        self.edits: dict[str, tuple[Family | None, Family]] = {}
        """What each product that is created, updated or unchanged was and is then, by its id."""
        self.now = within.now

    async def carry_out(self, wanted: Sequence[WantedProduct]) -> list[Written]:
        """Write those that can be written, and return what came of each, in their order."""
        given = [_tried(each) for each in wanted]
        await self._look_up([each for each in given if isinstance(each, WantedProduct)])
        written = await self._shape_all(given)
        await self._write()
        return written

    async def try_out(self, wanted: Sequence[WantedProduct]) -> list[Written]:
        """Return what would come of each; nothing is written or locked, so that it may be otherwise a moment later."""
        given = [_tried(each) for each in wanted]
        await self._look_up([each for each in given if isinstance(each, WantedProduct)], read_families)
        return await self._shape_all(given)

    async def _shape_all(self, given: Sequence[WantedProduct | Written]) -> list[Written]:
        written = []
        for index, each in enumerate(given, start=1):
            written.append(each if isinstance(each, Written) else self._write_one(each))
            if index % SHAPED_AT_ONCE_MAX == 0:
                await self._pause(index)
        return written

    async def carry_out_one(self, wanted: WantedProduct) -> Written:
        """Write the one product, new unless it has an `id`; raises what it is refused for."""
        given = with_clean_codes(wanted)
        await self._look_up([given])
        written = self._shape_one(given, None if given.id is UNSET else self._find(given))
        await self._write()
        return written

    async def _write(self) -> None:
        items = list(self._items.values())
        await write_items(self._connection, self._channel_id, items, giving_up=sorted(self._giving_up))

    async def _look_up(self, wanted: Sequence[WantedProduct], read: ReadFamilies = lock_families) -> None:
        both: list[WantedProduct | WantedVariant] = [
            *wanted,
            *(variant for each in wanted for variant in _variants_of(each)),
        ]
        holders = await find_holders(
            self._connection,
            self._channel_id,
            ids=_given(each.id for each in wanted),
            skus=_given(each.sku for each in both),
            external_ids=_given(each.external_id for each in both),
        )
        for holder in holders:
            self._hold(holder)
        heads = {holder.head for holder in holders}
        self._families = await read(self._connection, self._channel_id, sorted(heads))
        self._rank = await next_rank(self._connection, self._channel_id)

    def _hold(self, holder: Holder) -> None:
        self._holders["id", holder.id] = holder
        if holder.sku is not None:
            self._holders["sku", holder.sku] = holder
        if holder.external_id is not None:
            self._holders["external_id", holder.external_id] = holder

    def _write_one(self, wanted: WantedProduct) -> Written:
        try:
            return self._shape_one(wanted, self._find(wanted))
        except RefusedError as refused:
            return _as_written(refused)

    def _shape_one(self, wanted: WantedProduct, before: Family | None) -> Written:
        if before is not None and before.head.id in self._seen:
            raise refused_at("external_id", "The same product stands in this call before.")
        shaped = shape(before, wanted, self._within)
        family = shaped.family
        if before is None:
            family = replace(family, head=replace(family.head, rank=self._rank))
        self._require_free(family)
        self._seen.add(family.head.id)
        self.edits[family.head.id] = before, family
        if not shaped.changed:
            return Written("unchanged", id=family.head.id)
        self._keep(before, family)
        self.stock += shaped.stock
        self._rank += before is None
        return Written("created" if before is None else "updated", id=family.head.id)

    def _find(self, wanted: WantedProduct) -> Family | None:
        """Return the product that is meant: by its id, its external id, its SKU, else by what its variants have."""
        if wanted.id is not UNSET:
            holder = self._holders.get(("id", wanted.id))
            if holder is None or holder.variant:
                raise refused_at("id", "The channel has no such product.", Code.NOT_FOUND)
            return self._families[holder.head]
        places = [("external_id", wanted.external_id), ("sku", wanted.sku)]
        for variant in _variants_of(wanted):
            places += [("external_id", variant.external_id), ("sku", variant.sku)]
        for index, (kind, value) in enumerate(places):
            holder = self._holders.get((kind, value)) if value else None
            if holder is None:
                continue
            if index < 2 and holder.variant:  # the first two are the product's own
                raise refused_at(kind, "A variant has this; it is changed with its product.", Code.TAKEN)
            return self._families[holder.head]
        return None

    def _require_free(self, family: Family) -> None:
        """Raise `taken` for a SKU or external id that another product or variant has, in the channel or twice in this one."""
        own: dict[Found, str] = {}
        for index, item in enumerate(family.items):
            prefix = f"variants/{index - 1}/" if index else ""
            for kind, value in (("sku", item.sku), ("external_id", item.external_id)):
                if value is None:
                    continue
                other = self._holders.get((kind, value))
                held = other is not None and other.head != family.head.id
                if held or own.setdefault((kind, value), item.id) != item.id:
                    raise refused_at(
                        f"{prefix}{kind}", f"Another product or variant has {value}.", Code.TAKEN
                    )

    def _keep(self, before: Family | None, after: Family) -> None:
        """Note what is to be written, and who has which SKU and external id from now on."""
        self._families[after.head.id] = after
        earlier = {item.id: item for item in before.items} if before is not None else {}
        for item in earlier.values():
            for kind, value in (("sku", item.sku), ("external_id", item.external_id)):
                if value is not None:
                    self._holders.pop((kind, value), None)
        for item in after.items:
            self._hold(Holder(item.id, after.head.id, item.parent_id is not None, item.sku, item.external_id))
            was = earlier.get(item.id)
            if item == was:
                continue
            self._items[item.id] = item
            if was is not None and (was.sku, was.external_id) != (item.sku, item.external_id):
                self._giving_up.add(item.id)


def _variants_of(wanted: WantedProduct) -> Sequence[WantedVariant]:
    return () if wanted.variants is UNSET else wanted.variants


def _tried(wanted: WantedProduct) -> WantedProduct | Written:
    """Return what is wanted with the SKUs and external ids that it is looked up by; or its refusal for one that cannot be kept."""
    try:
        return with_clean_codes(wanted)
    except RefusedError as refused:
        return _as_written(refused)


def _as_written(refused: RefusedError) -> Written:
    at, stock = refused.data.get("at"), refused.data.get("stock")
    return Written("refused", code=refused.code.value, message=refused.message, at=at, stock=stock)


def _given(values: Iterable[str | UnsetType | None]) -> list[str]:
    return sorted({value for value in values if value})
