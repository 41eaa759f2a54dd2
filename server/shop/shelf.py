"""What a show sells, as its viewers see it: products in their order, each with its variants."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Row, ScalarSelect, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.tables import ProductRow
from server.channels.tables import CheckoutSettingsRow
from server.db.rows import read_all
from server.journal.transaction import ShowTransaction
from server.protocol.sold import Product, Variant
from server.shows.tables import LineUpRow

SHELF_MAX = 200
"""Products that are shown, the first of the channel's order: everybody who joins is sent all of them."""
TOLD_AT_ONCE_MAX = 50

_SETTINGS = CheckoutSettingsRow.__table__  # type: ignore[attr-defined]
_LINE = LineUpRow.__table__  # type: ignore[attr-defined]
_PRODUCT = ProductRow.__table__  # type: ignore[attr-defined]


def in_line_up(show_id: str) -> ColumnElement[bool]:
    """Return what is true of a product, or variant, that the show sells: it stands in the line-up, or its product or a variant does.

    A show without a line-up sells the whole catalogue.
    """
    lines = select(_LINE.c.product_id).where(_LINE.c.show_id == show_id)
    child = _PRODUCT.alias("child")
    headings = select(child.c.parent_id).where(child.c.id.in_(lines), child.c.active)
    return or_(
        ~lines.exists(),
        _PRODUCT.c.id.in_(lines),
        _PRODUCT.c.parent_id.in_(lines),
        _PRODUCT.c.id.in_(headings),
    )


async def read_shelf(
    connection: AsyncConnection,
    show_id: str,
    channel_id: str,
    units_max: int = 0,
    *,
    products_max: int = SHELF_MAX,
    among: Collection[str] | None = None,
) -> list[Product]:
    """Return the first products that the show sells, at its prices, of each at most `units_max` units to a viewer (0: any number).

    A product's own limit stands in its place. `among`: only those with one of these ids.
    """
    limit = units_max or UNSET
    price = func.coalesce(_price_in(show_id, _PRODUCT.c.id), _PRODUCT.c.price_minor).label("price_in_show")
    rank = func.coalesce(_rank_in(show_id), _PRODUCT.c.rank).label("rank_in_show")
    channels = select(_SETTINGS.c.buying).where(_SETTINGS.c.channel_id == channel_id).scalar_subquery()
    buying = func.coalesce(_PRODUCT.c.buying, channels).label("buying_in_show")
    heads = select(_PRODUCT, price, rank, buying).where(
        _PRODUCT.c.channel_id == channel_id,
        _PRODUCT.c.active,
        _PRODUCT.c.parent_id.is_(None),
        in_line_up(show_id),
    )
    if among is not None:
        heads = heads.where(_PRODUCT.c.id.in_(among))
    ordered = heads.order_by(rank, _PRODUCT.c.id).limit(products_max)
    products = await read_all(connection, ordered, _PRODUCT.c.id, partial(_as_product, limit=limit))
    return await _with_variants(connection, show_id, products)


def _price_in(show_id: str, product_id: ColumnElement[str]) -> ScalarSelect[Any]:
    """Return the price that the show's line-up gives to one product or variant."""
    lines = select(_LINE.c.price_minor).where(_LINE.c.show_id == show_id, _LINE.c.product_id == product_id)
    return lines.correlate(_PRODUCT).scalar_subquery()


def _rank_in(show_id: str) -> ScalarSelect[Any]:
    """Return the place that the show's line-up gives to a product, by itself or by the first of its variants."""
    child = _PRODUCT.alias("sold")
    lines = select(func.min(_LINE.c.rank)).join(child, child.c.id == _LINE.c.product_id)
    own = or_(child.c.id == _PRODUCT.c.id, child.c.parent_id == _PRODUCT.c.id)
    return lines.where(_LINE.c.show_id == show_id, own).correlate(_PRODUCT).scalar_subquery()


async def _with_variants(
    connection: AsyncConnection, show_id: str, products: Sequence[Product]
) -> list[Product]:
    """Return the products, those that have options with their variants on sale, and at the price of the cheapest of these."""
    headings = [product.id for product in products if product.options is not UNSET]
    if not headings:
        return list(products)
    own, whole = _price_in(show_id, _PRODUCT.c.id), _price_in(show_id, _PRODUCT.c.parent_id)
    price = func.coalesce(own, whole, _PRODUCT.c.price_minor).label("price_in_show")
    # Of a product that does not stand in the line-up itself only the variants that do are sold.
    lines = select(_LINE.c.product_id).where(_LINE.c.show_id == show_id)
    listed = or_(~lines.exists(), _PRODUCT.c.id.in_(lines), _PRODUCT.c.parent_id.in_(lines))
    wanted = select(_PRODUCT, price).where(_PRODUCT.c.parent_id.in_(headings), _PRODUCT.c.active, listed)
    ordered = wanted.order_by(_PRODUCT.c.parent_id, _PRODUCT.c.rank, _PRODUCT.c.id)
    read = await read_all(connection, ordered, _PRODUCT.c.id, _as_variant)
    by_product: dict[str, list[Variant]] = {}
    for product_id, variant in read:
        by_product.setdefault(product_id, []).append(variant)
    return [_with(each, by_product.get(each.id, [])) for each in products]


def _with(product: Product, variants: list[Variant]) -> Product:
    if product.options is UNSET:
        return product
    price = min((variant.price for variant in variants), default=product.price)
    variants = [replace(each, limit=product.limit) for each in variants]
    return replace(product, variants=variants, price=price)


def sold_ids(products: Iterable[Product]) -> Iterator[str]:
    """Return the ids of products and of their variants."""
    for product in products:
        yield product.id
        yield from (variant.id for variant in product.variants or ())


def free_units(products: Iterable[Product]) -> dict[str, int]:
    """Return the free units of what is sold of these products: themselves, or their variants."""
    sold = [
        each for product in products for each in (product.variants or () if product.options else (product,))
    ]
    return {each.id: each.stock for each in sold}


async def publish_products(
    tx: ShowTransaction, channel_id: str, changed: Iterable[str], units_max: int
) -> list[Product]:
    """Publish how these products of the channel stand now, and what is on the shelf or off it by their change; return what is on it."""
    ids = set(changed)
    shelf = await read_shelf(
        tx.connection, tx.show_id, channel_id, units_max, products_max=SHELF_MAX + len(ids)
    )
    shown, beyond = shelf[:SHELF_MAX], shelf[SHELF_MAX:]
    # What left the shelf has let as many others move up to its end.
    moved_up = {product.id for product in shown[SHELF_MAX - len(ids) :]} if len(ids) < SHELF_MAX else set()
    products = [product for product in shown if product.id in ids | moved_up]
    removed = ids - {product.id for product in shown} | {product.id for product in beyond}
    tx.publish("product.changed", {"products": products, "removed": sorted(removed)})
    return products


def _as_product(row: Row[Any], limit: int | UnsetType) -> Product:
    options = UNSET if row.options is None else [str(name) for name in row.options]
    several, texts = len(row.images or ()) > 1, row.image_alts or {}
    return Product(
        id=row.id,
        title=row.title,
        description=row.description,
        image=row.image,
        price=row.price_in_show,
        currency=row.currency,
        stock=row.stock,
        limit=limit if row.per_viewer_max is None else row.per_viewer_max,
        rank=row.rank_in_show,
        compare_at=_or_unset(row.compare_at_minor),
        sku=_or_unset(row.sku),
        images=[str(each) for each in row.images] if several else UNSET,
        image_alt=texts.get(row.image, UNSET),
        image_alts=texts if several and texts else UNSET,
        options=options,
        variants=UNSET if options is UNSET else [],
        buying=UNSET if row.buying_in_show in (None, "one_step") else row.buying_in_show,
    )


def _as_variant(row: Row[Any]) -> tuple[str, Variant]:
    variant = Variant(
        id=row.id,
        options={str(name): str(value) for name, value in row.options.items()},
        price=row.price_in_show,
        stock=row.stock,
        image=row.image,
        compare_at=_or_unset(row.compare_at_minor),
        sku=_or_unset(row.sku),
        image_alt=(row.image_alts or {}).get(row.image, UNSET),
    )
    return row.parent_id, variant


def _or_unset(value: Any) -> Any:
    return UNSET if value is None else value
