"""All SQL of the catalogue. Edits of one channel's catalogue wait for one another; sales of what is edited wait for the row alone."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.family import Family, Item
from server.db import driver

_LOCK_CATALOGUE = text("SELECT pg_advisory_xact_lock(hashtextextended('catalogue/' || :channel, 0))")
_READ_CURRENCY = text("SELECT currency FROM channel WHERE id = :channel")
_FIND_HOLDERS = text(
    """
    SELECT id, coalesce(parent_id, id) AS head, parent_id IS NOT NULL AS variant, sku, external_id FROM product
    WHERE channel_id = :channel AND (id = ANY(:ids) OR sku = ANY(:skus) OR external_id = ANY(:external_ids))
    """
)
_COLUMNS = """
    id, parent_id, title, description, image, images, image_alts, price_minor, compare_at_minor, currency, stock, sold, stock_moves, rank,
    active, options, sku, external_id, buying, per_viewer_max, version, created_at, updated_at
"""
_READ_FAMILIES = f"""
    SELECT {_COLUMNS} FROM product
    WHERE channel_id = :channel AND (id = ANY(:heads) AND parent_id IS NULL OR parent_id = ANY(:heads))
"""
_LOCK_FAMILIES = text(f"{_READ_FAMILIES} ORDER BY id FOR NO KEY UPDATE")
_SHOW_FAMILIES = text(_READ_FAMILIES)
_NEXT_RANK = text(
    "SELECT coalesce(max(rank) + 1, 0) FROM product WHERE channel_id = :channel AND parent_id IS NULL"
)
# What another item is to have must be given up before: the rows of one statement are looked at one by one.
_GIVE_UP_CODES: Final = "UPDATE product SET sku = NULL, external_id = NULL WHERE id = ANY(%s)"
_WRITE_ITEMS: Final = """
    INSERT INTO product (id, channel_id, parent_id, title, description, image, images, image_alts, price_minor, compare_at_minor, currency,
                         stock, sold, stock_moves, rank, active, options, sku, external_id, buying, per_viewer_max, version,
                         created_at, updated_at)
    SELECT id, channel_id, parent_id, title, description, image, images, image_alts, price_minor, compare_at_minor, currency, stock,
           0, stock_moves, rank, active, options, sku, external_id, buying, per_viewer_max, version, created_at, updated_at
    FROM json_to_recordset(CAST(%s AS json)) AS p (
        id text, channel_id text, parent_id text, title text, description text, image text, images jsonb, image_alts jsonb,
        price_minor bigint, compare_at_minor bigint, currency text, stock int, stock_moves bigint, rank int, active boolean, options jsonb,
        sku text, external_id text, buying text, per_viewer_max int, version int, created_at timestamptz, updated_at timestamptz)
    ON CONFLICT (id) DO UPDATE SET
        title = excluded.title, description = excluded.description, image = excluded.image, images = excluded.images,
        image_alts = excluded.image_alts,
        price_minor = excluded.price_minor, compare_at_minor = excluded.compare_at_minor, stock = excluded.stock,
        stock_moves = excluded.stock_moves, rank = excluded.rank, active = excluded.active, options = excluded.options,
        sku = excluded.sku, external_id = excluded.external_id, buying = excluded.buying,
        per_viewer_max = excluded.per_viewer_max, version = excluded.version, updated_at = excluded.updated_at
"""
_LIST_HEADS = """
    SELECT id FROM product AS p
    WHERE channel_id = :channel AND parent_id IS NULL AND active = :active
      AND (CAST(:after AS text) IS NULL OR (rank, id) > (SELECT rank, id FROM product WHERE id = :after))
"""
_FOUND_BY = """
      AND (strpos(lower(normalize(title, NFKC)), lower(normalize(:{word}, NFKC))) > 0
           OR EXISTS (SELECT FROM product AS c WHERE (c.id = p.id OR c.parent_id = p.id)
                      AND (strpos(lower(c.sku), lower(:{word})) > 0 OR strpos(lower(c.external_id), lower(:{word})) > 0)))
"""
_HAS_HEAD = text("SELECT 1 FROM product WHERE id = :id AND channel_id = :channel AND parent_id IS NULL")
_HAS_ITEM = text("SELECT 1 FROM product WHERE id = :id AND channel_id = :channel")
_READ_ORDER = text(
    "SELECT id, rank FROM product WHERE channel_id = :channel AND parent_id IS NULL ORDER BY rank, id"
)
_SET_RANKS = text(
    """
    WITH moved AS (SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:ranks AS int[])) AS m(id, rank)),
         locked AS (SELECT id FROM product WHERE id IN (SELECT id FROM moved) ORDER BY id FOR NO KEY UPDATE)
    UPDATE product SET rank = moved.rank FROM moved JOIN locked USING (id) WHERE product.id = moved.id
    """
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a SKU or an external id: a product or variant, and the product that it belongs to."""

    id: str
    head: str
    variant: bool
    sku: str | None
    external_id: str | None


async def lock_catalogue(connection: AsyncConnection, channel_id: str) -> str | None:
    """Keep other edits of the channel's catalogue waiting until the transaction ends; return its currency, None for no such channel."""
    await connection.execute(_LOCK_CATALOGUE, {"channel": channel_id})
    currency: str | None = await connection.scalar(_READ_CURRENCY, {"channel": channel_id})
    return currency


async def read_currency(connection: AsyncConnection, channel_id: str) -> str:
    """Return the currency of a channel, which must be there."""
    return str(await connection.scalar(_READ_CURRENCY, {"channel": channel_id}))


async def find_holders(
    connection: AsyncConnection,
    channel_id: str,
    *,
    ids: Collection[str],
    skus: Collection[str],
    external_ids: Collection[str],
) -> list[Holder]:
    """Return who in the channel has one of the ids, SKUs or external ids."""
    given = {"channel": channel_id, "ids": list(ids), "skus": list(skus), "external_ids": list(external_ids)}
    return [Holder(*row) for row in await connection.execute(_FIND_HOLDERS, given)]


async def lock_families(
    connection: AsyncConnection, channel_id: str, heads: Collection[str]
) -> dict[str, Family]:
    """Lock products with their variants, in the order of their ids, and return them by the product's id."""
    rows = (await connection.execute(_LOCK_FAMILIES, {"channel": channel_id, "heads": list(heads)})).all()
    return _as_families(rows)


async def read_families(
    connection: AsyncConnection, channel_id: str, heads: Sequence[str]
) -> dict[str, Family]:
    """Return products with their variants by the product's id."""
    rows = (await connection.execute(_SHOW_FAMILIES, {"channel": channel_id, "heads": list(heads)})).all()
    return _as_families(rows)


async def next_rank(connection: AsyncConnection, channel_id: str) -> int:
    """Return the place behind all products of the channel."""
    return int(await connection.scalar(_NEXT_RANK, {"channel": channel_id}) or 0)


async def write_items(
    connection: AsyncConnection, channel_id: str, items: Sequence[Item], *, giving_up: Sequence[str] = ()
) -> None:
    """Write new items and present ones that are locked; those `giving_up` had a SKU or external id that may be another's now."""
    if giving_up:
        await driver.run(connection, _GIVE_UP_CODES, [list(giving_up)])
    if items:
        rows = [_as_row(item, channel_id) for item in items]
        await driver.run(connection, _WRITE_ITEMS, [driver.as_json(rows)])


async def list_heads(
    connection: AsyncConnection,
    channel_id: str,
    *,
    words: Sequence[str],
    archived: bool,
    after: str | None,
    limit: int,
) -> list[str]:
    """Return the ids of up to `limit` products in the channel's order, those behind `after` where given.

    `words`: each is in the title, or in a SKU or external id of the product or a variant.
    """
    statement = _LIST_HEADS + "".join(_FOUND_BY.format(word=f"word{i}") for i in range(len(words)))
    given: dict[str, Any] = {f"word{i}": word for i, word in enumerate(words)}
    given |= {"channel": channel_id, "active": not archived, "after": after, "limit": limit}
    return list(await connection.scalars(text(f"{statement} ORDER BY rank, id LIMIT :limit"), given))


async def has_product(connection: AsyncConnection, channel_id: str, product_id: str) -> bool:
    """Whether the channel has such a product, archived or not; a variant is none."""
    return await connection.scalar(_HAS_HEAD, {"channel": channel_id, "id": product_id}) is not None


async def has_item(connection: AsyncConnection, channel_id: str, id: str) -> bool:
    """Whether the channel has such a product or variant, archived or not."""
    return await connection.scalar(_HAS_ITEM, {"channel": channel_id, "id": id}) is not None


async def read_ranks(connection: AsyncConnection, channel_id: str) -> dict[str, int]:
    """Return each product's rank, in the channel's order."""
    return {row.id: row.rank for row in await connection.execute(_READ_ORDER, {"channel": channel_id})}


async def set_ranks(connection: AsyncConnection, ranks: dict[str, int]) -> None:
    """Give products new places."""
    if ranks:
        await connection.execute(_SET_RANKS, {"ids": list(ranks), "ranks": list(ranks.values())})


def _as_families(rows: Iterable[Row[Any]]) -> dict[str, Family]:
    by_head = sorted(
        rows, key=lambda row: (row.parent_id or row.id, row.parent_id is not None, row.rank, row.id)
    )
    families: dict[str, Family] = {}
    for id, group in groupby(by_head, key=lambda row: row.parent_id or row.id):
        head, *variants = group
        names = tuple(head.options or ())
        families[id] = Family(_as_item(head, names), tuple(_as_item(row, names) for row in variants))
    return families


def _as_item(row: Row[Any], names: Sequence[str]) -> Item:
    options = row.options if isinstance(row.options, dict) else {}
    in_order = [name for name in names if name in options] + [name for name in options if name not in names]
    return Item(
        id=row.id,
        parent_id=row.parent_id,
        title=row.title,
        description=row.description,
        images=tuple(row.images or ([row.image] if row.image else ())),
        image_alts=_alts_of(row),
        price_minor=row.price_minor,
        compare_at_minor=row.compare_at_minor,
        currency=row.currency,
        stock=row.stock,
        sold=row.sold,
        moves=row.stock_moves,
        rank=row.rank,
        active=row.active,
        names=() if row.parent_id else tuple(names),
        options=tuple((name, options[name]) for name in in_order),
        sku=row.sku,
        external_id=row.external_id,
        buying=row.buying,
        per_viewer_max=row.per_viewer_max,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _alts_of(row: Row[Any]) -> tuple[tuple[str, str], ...]:
    texts = row.image_alts or {}
    return tuple((each, texts[each]) for each in dict.fromkeys(row.images or [row.image]) if each in texts)


def _as_row(item: Item, channel_id: str) -> dict[str, Any]:
    return {
        "id": item.id,
        "channel_id": channel_id,
        "parent_id": item.parent_id,
        "title": item.title,
        "description": item.description,
        "image": item.image,
        "images": list(item.images) if item.images else None,
        "image_alts": dict(item.image_alts) or None,
        "price_minor": item.price_minor,
        "compare_at_minor": item.compare_at_minor,
        "currency": item.currency,
        "stock": item.stock,
        "stock_moves": item.moves,
        "rank": item.rank,
        "active": item.active,
        "options": list(item.names) or dict(item.options) or None,
        "sku": item.sku,
        "external_id": item.external_id,
        "buying": item.buying,
        "per_viewer_max": item.per_viewer_max,
        "version": item.version,
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    }
