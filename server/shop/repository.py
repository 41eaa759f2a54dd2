"""All SQL of products and orders. The batch's statements take arrays: one round trip whatever their number."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.rules import Stocked
from server.catalogue.tables import ProductRow
from server.db.rows import read_all
from server.protocol import pushes
from server.shop.numbers import number_from
from server.shop.rules import Order, Purchase
from server.shop.shelf import in_line_up, read_shelf
from server.shop.tables import OrderRow
from server.webhooks.outbox import WANTED

_PRODUCT = ProductRow.__table__  # type: ignore[attr-defined]
_ORDER = OrderRow.__table__  # type: ignore[attr-defined]
# By name, not `o.*`: what a server has prepared must outlive a migration that adds a column.
_ORDER_COLUMNS = ", ".join(f"o.{column.name}" for column in _ORDER.columns)

# Sorted before it is locked: two shows of one channel that sell the same products wait for each other, and never in a ring.
_READ_TERMS = text(
    f"""
    SELECT show.channel_id, show.state = 'live' AS live, {WANTED.format(channel="show.channel_id")} AS told,
           channel.order_taker = 'shop' AS by_shop
    FROM show JOIN channel ON channel.id = show.channel_id WHERE show.id = :show
    """
)
# What stands in the line-up is a product or one of its variants; a variant's own line counts before its product's.
_LOCK_PRODUCTS = text(
    """
    SELECT p.id, coalesce(own.price_minor, whole.price_minor, p.price_minor), p.currency, p.stock, p.sold, p.stock_moves,
           p.parent_id IS NULL AND p.options IS NOT NULL AS heading, p.title, p.sku, p.external_id
    FROM product AS p
    LEFT JOIN line_up AS own ON own.show_id = CAST(:show AS text) AND own.product_id = p.id
    LEFT JOIN line_up AS whole ON whole.show_id = CAST(:show AS text) AND whole.product_id = p.parent_id
    WHERE p.id = ANY(:ids) AND p.channel_id = :channel AND p.active
      AND (p.parent_id IS NULL OR EXISTS (SELECT FROM product AS h WHERE h.id = p.parent_id AND h.active AND h.options IS NOT NULL))
      AND (own.show_id IS NOT NULL OR whole.show_id IS NOT NULL OR NOT EXISTS (SELECT FROM line_up WHERE show_id = CAST(:show AS text)))
    ORDER BY p.id FOR NO KEY UPDATE OF p
    """
)
# By one look at each buyer's orders: what holds the key, and what they have bought of the product in the show.
_READ_EARLIER = text(
    f"""
    SELECT {_ORDER_COLUMNS} FROM orders o
    JOIN unnest(CAST(:viewers AS text[]), CAST(:keys AS text[]), CAST(:products AS text[])) AS p(viewer_id, key, product_id)
        ON o.viewer_id = p.viewer_id AND (o.key = p.key OR (:counted AND o.product_id = p.product_id AND o.show_id = :show))
    """
)
_INSERT_ORDERS = text(
    """
    WITH wanted AS (SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:viewers AS text[]), CAST(:keys AS text[]), CAST(:products AS text[]),
                CAST(:quantities AS int[]), CAST(:prices AS bigint[]), CAST(:currencies AS text[]), CAST(:payments AS text[]),
                CAST(:staff AS boolean[]), CAST(:numbers AS text[]), CAST(:stocks AS int[]), CAST(:moves AS bigint[]))
         AS o(id, viewer_id, key, product_id, quantity, price, currency, payment, staff, number, stock_after, move)),
    placed AS (
        INSERT INTO orders (id, channel_id, show_id, viewer_id, key, product_id, quantity, unit_price_minor, amount_minor, currency,
                            payment, at, staff, number)
        SELECT o.id, :channel, :show, o.viewer_id, o.key, o.product_id, o.quantity, o.price, o.price * o.quantity, o.currency,
               o.payment, :at, o.staff, o.number
        FROM wanted AS o ON CONFLICT DO NOTHING RETURNING id
    ),
    moved AS (
        INSERT INTO stock_sale (order_id, product_id, move, stock_after)
        SELECT o.id, o.product_id, o.move, o.stock_after FROM wanted AS o JOIN placed USING (id) WHERE o.move IS NOT NULL
    )
    SELECT id FROM placed
    """
)
_READ_RECEIPT = text(
    f"""
    SELECT {_ORDER_COLUMNS}, p.title AS product_title, s.title AS show_title
    FROM orders o JOIN product p ON p.id = o.product_id JOIN show s ON s.id = o.show_id WHERE o.id = :order
    """
)
_DELETE_ORDERS = text(
    """
    WITH unmoved AS (DELETE FROM stock_sale WHERE order_id = ANY(:ids)) DELETE FROM orders WHERE id = ANY(:ids)
    """
)
_READ_SALES = text(
    """
    SELECT currency, count(*) FILTER (WHERE nth = 0) AS orders, sum(quantity) AS units, sum(amount_minor)::bigint AS amount_minor
    FROM sale WHERE show_id = :show AND NOT staff GROUP BY currency ORDER BY currency
    """
)

# One statement sees one moment: an order and its units are one transaction.
# What was imported was never taken from this stock.
DISAGREEING = text(
    """
    SELECT p.id, p.stock, p.sold, coalesce(o.units, 0)::int AS ordered
    FROM product p LEFT JOIN (
        SELECT product_id, sum(quantity) AS units FROM orders WHERE payment <> 'imported' GROUP BY product_id) o ON o.product_id = p.id
    WHERE p.stock < 0 OR p.sold <> coalesce(o.units, 0) ORDER BY p.id
    """
)
# A sale locks product rows before it writes, so none is half-way while this is held.
LOCK_SHOP = text("LOCK TABLE product IN EXCLUSIVE MODE")
REPAIR_STOCK = text(
    """
    UPDATE product SET sold = o.units, stock = greatest(0, stock + sold - o.units)
    FROM (SELECT p.id, coalesce(sum(orders.quantity), 0)::int AS units
          FROM product p LEFT JOIN orders ON orders.product_id = p.id AND orders.payment <> 'imported'
          WHERE p.id = ANY(:ids) GROUP BY p.id) o
    WHERE product.id = o.id
    """
)


@dataclass(frozen=True, slots=True)
class SaleTerms:
    """What the shop knows of a show before it sells there; `told`: the types of webhooks that somebody wants."""

    channel_id: str
    live: bool
    told: Collection[str]
    by_shop: bool
    """The channel's own shop takes the orders."""


async def read_terms(connection: AsyncConnection, show_id: str) -> SaleTerms | None:
    """Return on what terms things are sold in the show; None when there is no such show."""
    row = (await connection.execute(_READ_TERMS, {"show": show_id})).one_or_none()
    return None if row is None else SaleTerms(*row)


@dataclass(frozen=True, slots=True)
class ShopPart:
    """The shop's part of a snapshot: products on sale in the merchant's order, and the show's sales for staff."""

    products: list[pushes.Product]
    sales: pushes.Sales


async def read_snapshot_part(
    connection: AsyncConnection, show_id: str, channel_id: str, units_max: int = 0
) -> ShopPart:
    """Return what the show sells, of each at most `units_max` units to a viewer (0: any number), and what it has sold."""
    shelf = await read_shelf(connection, show_id, channel_id, units_max)
    return ShopPart(shelf, await read_sales(connection, show_id))


async def read_sales(connection: AsyncConnection, show_id: str) -> pushes.Sales:
    """Return the show's totals: paid orders, units, and minor units per currency."""
    rows = (await connection.execute(_READ_SALES, {"show": show_id})).all()
    return pushes.Sales(
        orders=sum(row.orders for row in rows),
        units=sum(row.units for row in rows),
        amount={row.currency: row.amount_minor for row in rows},
    )


async def lock_products(
    connection: AsyncConnection, channel_id: str, ids: Iterable[str], *, show_id: str | None = None
) -> list[Stocked]:
    """Lock those products that the channel sells, in the order of their ids, and return them.

    With a `show_id` only those that the show sells, at their prices there.
    """
    given = {"ids": list(set(ids)), "channel": channel_id, "show": show_id}
    rows = await connection.execute(_LOCK_PRODUCTS, given)
    return [Stocked(*row) for row in rows]


async def list_on_sale(
    connection: AsyncConnection, show_id: str, channel_id: str, ids: Sequence[str]
) -> set[str]:
    """Return those of the ids that are products on the show's shelf; a variant is shown with its product."""
    wanted = select(_PRODUCT.c.id).where(
        _PRODUCT.c.id.in_(ids),
        _PRODUCT.c.channel_id == channel_id,
        _PRODUCT.c.active,
        _PRODUCT.c.parent_id.is_(None),
        in_line_up(show_id),
    )
    return set(await connection.scalars(wanted))


async def read_stock(connection: AsyncConnection, show_id: str, ids: Iterable[str]) -> dict[str, int]:
    """Return the units left of each of the products, and variants, that are on sale in the show."""
    wanted = select(_PRODUCT.c.id, _PRODUCT.c.stock).where(
        _PRODUCT.c.id.in_(list(ids)), _PRODUCT.c.active, in_line_up(show_id)
    )
    return {row.id: row.stock for row in await connection.execute(wanted)}


async def read_earlier(
    connection: AsyncConnection, show_id: str, purchases: Sequence[Purchase], *, counted: bool
) -> list[Order]:
    """Return the orders that hold the key of one of these purchases, of whatever show.

    `counted`: also those by which one of the buyers has bought the same product in `show_id`.
    """
    given = {
        "viewers": [p.viewer_id for p in purchases],
        "keys": [p.key for p in purchases],
        "products": [p.product_id for p in purchases],
        "counted": counted,
        "show": show_id,
    }
    rows = await connection.execute(_READ_EARLIER, given)
    return list({row.id: as_order(row) for row in rows}.values())


async def insert_orders(
    connection: AsyncConnection, channel_id: str, show_id: str, orders: Sequence[Order]
) -> list[str]:
    """Write new orders, all of one show and one moment, in one statement, and return the ids of those that were written.

    An order whose key or number another show's transaction has taken meanwhile is left out; that other order can be read from now on.
    """
    if not orders:
        return []
    given = {
        "channel": channel_id,
        "show": show_id,
        "at": orders[0].at,
        "ids": [o.id for o in orders],
        "viewers": [o.viewer_id for o in orders],
        "keys": [o.key for o in orders],
        "products": [o.product_id for o in orders],
        "quantities": [o.quantity for o in orders],
        "prices": [o.unit_price_minor for o in orders],
        "currencies": [o.currency for o in orders],
        "payments": [o.payment for o in orders],
        "staff": [o.staff for o in orders],
        "numbers": [o.number for o in orders],
        "stocks": [o.stock_after for o in orders],
        "moves": [o.stock_move for o in orders],
    }
    return list(await connection.scalars(_INSERT_ORDERS, given))


async def delete_orders(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """Take back orders that the same transaction has written."""
    await connection.execute(_DELETE_ORDERS, {"ids": ids})


async def read_order(connection: AsyncConnection, order_id: str) -> tuple[Order, str] | None:
    """Return an order and the id of its channel; None when there is none."""
    row = (await connection.execute(select(_ORDER).where(_ORDER.c.id == order_id))).one_or_none()
    return None if row is None else (as_order(row), row.channel_id)


async def read_receipt(connection: AsyncConnection, order_id: str) -> Row[Any] | None:
    """Return an order's row with the titles of its product and show; None when there is none."""
    return (await connection.execute(_READ_RECEIPT, {"order": order_id})).one_or_none()


async def read_bought_by(connection: AsyncConnection, show_id: str, viewer_id: str) -> list[Order]:
    """Return the viewer's orders in the show, newest first."""
    wanted: Select[Any] = select(_ORDER).where(_ORDER.c.show_id == show_id, _ORDER.c.viewer_id == viewer_id)
    return await read_all(connection, wanted.order_by(_ORDER.c.id.desc()), _ORDER.c.id, as_order)


def as_order(row: Row[Any]) -> Order:
    """Return a row of `orders` as an order."""
    return Order(
        id=row.id,
        number=row.number or number_from(row.id),
        show_id=row.show_id,
        viewer_id=row.viewer_id,
        key=row.key,
        product_id=row.product_id,
        quantity=row.quantity,
        unit_price_minor=row.unit_price_minor,
        currency=row.currency,
        payment=row.payment,
        at=row.at,
        staff=row.staff,
    )
