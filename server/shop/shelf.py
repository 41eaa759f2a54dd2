"""What a show sells, as its viewers see it: products in their order, each with its variants."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.tables import ProductRow
from server.db.rows import read_all
from server.journal.transaction import ShowTransaction
from server.protocol.pushes import Product, Variant

SHELF_MAX = 200
"""Products that are shown, the first of the channel's order: everybody who joins is sent all of them."""
TOLD_AT_ONCE_MAX = 50

_PRODUCT = ProductRow.__table__  # type: ignore[attr-defined]


async def read_shelf(
    connection: AsyncConnection, channel_id: str, units_max: int = 0, *, products_max: int = SHELF_MAX
) -> list[Product]:
    """Return the first products that the channel sells, of each at most `units_max` units to a viewer (0: any number)."""
    limit = units_max or UNSET
    heads = select(_PRODUCT).where(
        _PRODUCT.c.channel_id == channel_id, _PRODUCT.c.active, _PRODUCT.c.parent_id.is_(None)
    )
    ordered = heads.order_by(_PRODUCT.c.rank, _PRODUCT.c.id).limit(products_max)
    products = await read_all(connection, ordered, _PRODUCT.c.id, partial(_as_product, limit=limit))
    return await with_variants(connection, products, limit)


async def with_variants(
    connection: AsyncConnection, products: Sequence[Product], limit: int | UnsetType = UNSET
) -> list[Product]:
    """Return the products, those that have options with their variants on sale."""
    headings = [product.id for product in products if product.options is not UNSET]
    if not headings:
        return list(products)
    wanted = select(_PRODUCT).where(_PRODUCT.c.parent_id.in_(headings), _PRODUCT.c.active)
    ordered = wanted.order_by(_PRODUCT.c.parent_id, _PRODUCT.c.rank, _PRODUCT.c.id)
    read = await read_all(connection, ordered, _PRODUCT.c.id, partial(_as_variant, limit=limit))
    by_product: dict[str, list[Variant]] = {}
    for product_id, variant in read:
        by_product.setdefault(product_id, []).append(variant)
    return [
        each if each.options is UNSET else replace(each, variants=by_product.get(each.id, []))
        for each in products
    ]


def sold_ids(products: Iterable[Product]) -> Iterator[str]:
    """Return the ids of products and of their variants."""
    for product in products:
        yield product.id
        yield from (variant.id for variant in product.variants or ())


async def publish_products(
    tx: ShowTransaction, channel_id: str, changed: Iterable[str], units_max: int
) -> None:
    """Publish how these products of the channel stand now, and what else is on the shelf or off it by their change."""
    ids = set(changed)
    shelf = await read_shelf(tx.connection, channel_id, units_max, products_max=SHELF_MAX + len(ids))
    shown, beyond = shelf[:SHELF_MAX], shelf[SHELF_MAX:]
    # What left the shelf has let as many others move up to its end.
    moved_up = {product.id for product in shown[SHELF_MAX - len(ids) :]} if len(ids) < SHELF_MAX else set()
    products = [product for product in shown if product.id in ids | moved_up]
    removed = ids - {product.id for product in shown} | {product.id for product in beyond}
    tx.publish("product.changed", {"products": products, "removed": sorted(removed)})


def _as_product(row: Row[Any], limit: int | UnsetType) -> Product:
    options = UNSET if row.options is None else [str(name) for name in row.options]
    return Product(
        id=row.id,
        title=row.title,
        description=row.description,
        image=row.image,
        price=row.price_minor,
        currency=row.currency,
        stock=row.stock,
        limit=limit,
        rank=row.rank,
        compare_at=_or_unset(row.compare_at_minor),
        sku=_or_unset(row.sku),
        images=[str(each) for each in row.images] if len(row.images or ()) > 1 else UNSET,
        options=options,
        variants=UNSET if options is UNSET else [],
    )


def _as_variant(row: Row[Any], limit: int | UnsetType) -> tuple[str, Variant]:
    variant = Variant(
        id=row.id,
        options={str(name): str(value) for name, value in row.options.items()},
        price=row.price_minor,
        stock=row.stock,
        image=row.image,
        compare_at=_or_unset(row.compare_at_minor),
        sku=_or_unset(row.sku),
        limit=limit,
    )
    return row.parent_id, variant


def _or_unset(value: Any) -> Any:
    return UNSET if value is None else value
