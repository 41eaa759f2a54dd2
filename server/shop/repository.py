"""All SQL of products and orders. The batch's statements take arrays: one round trip whatever their number."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.rules import Stocked
from server.catalogue.tables import ProductRow
from server.db.driver import as_array
from server.protocol import pushes
from server.protocol.sold import Product
from server.shop.holds_repository import LAPSED
from server.shop.orders_repository import AT_REPLAY, as_order
from server.shop.rules import Order, Purchase
from server.shop.shelf import in_line_up, read_shelf
from server.shop.tables import OrderRow
from server.shows.repository import REPLAYED
from server.webhooks.outbox import WANTED

_PRODUCT = ProductRow.__table__  # type: ignore[attr-defined]
_ORDER = OrderRow.__table__  # type: ignore[attr-defined]
# By name, not `o.*`: what a server has prepared must outlive a migration that adds a column.
_ORDER_COLUMNS = (
    f"{', '.join(f'o.{column.name}' for column in _ORDER.columns)}, {AT_REPLAY.format('o.id')} AS replay"
)

# Sorted before it is locked: two shows of one channel that sell the same products wait for each other, and never in a ring.
_READ_TERMS = text(
    f"""
    SELECT show.channel_id, show.state = 'live' AS live, show.ended_at, {REPLAYED} AS replayed,
           {WANTED.format(channel="show.channel_id")} AS told,
           channel.order_taker = 'shop' AS by_shop,
           EXISTS (SELECT FROM hold AS h WHERE h.channel_id = show.channel_id AND {LAPSED}) AS lapsed,
           EXISTS (SELECT FROM viewer_alias AS a WHERE a.show_id = show.id AND a.taken_back_at IS NULL) AS aliased
    FROM show JOIN channel ON channel.id = show.channel_id WHERE show.id = :show
    """
)
# What stands in the line-up is a product or one of its variants; a variant's own line counts before its product's.
_PRODUCTS = """
    SELECT p.id, coalesce(own.price_minor, whole.price_minor, p.price_minor), p.currency, p.stock, p.sold, p.stock_moves,
           p.parent_id IS NULL AND p.options IS NOT NULL AS heading, p.title, p.sku, p.external_id, p.held,
           p.active
           AND (p.parent_id IS NULL OR EXISTS (SELECT FROM product AS h WHERE h.id = p.parent_id AND h.active AND h.options IS NOT NULL))
           AND (own.show_id IS NOT NULL OR whole.show_id IS NOT NULL
                OR NOT EXISTS (SELECT FROM line_up WHERE show_id = CAST(:show AS text))) AS on_sale,
           coalesce(CASE WHEN p.parent_id IS NULL THEN p.buying ELSE head.buying END, terms.buying, 'one_step') AS buying,
           CASE WHEN p.parent_id IS NULL THEN p.per_viewer_max ELSE head.per_viewer_max END AS per_viewer_max, p.parent_id,
           p.waiting
    FROM product AS p
    LEFT JOIN product AS head ON head.id = p.parent_id
    LEFT JOIN line_up AS own ON own.show_id = CAST(:show AS text) AND own.product_id = p.id
    LEFT JOIN checkout_settings AS terms ON terms.channel_id = p.channel_id
    LEFT JOIN line_up AS whole ON whole.show_id = CAST(:show AS text) AND whole.product_id = p.parent_id
    WHERE p.id = ANY(:ids) AND p.channel_id = :channel ORDER BY p.id
"""
_READ_PRODUCTS, _LOCK_PRODUCTS = text(_PRODUCTS), text(f"{_PRODUCTS} FOR NO KEY UPDATE OF p")
# By one look at each buyer's orders: what holds the key, and what they have bought of the product in the show.
_READ_EARLIER = text(
    f"""
    SELECT {_ORDER_COLUMNS} FROM orders o
    JOIN unnest(CAST(:viewers AS text[]), CAST(:keys AS text[]), CAST(:products AS text[])) AS p(viewer_id, key, product_id)
        ON o.viewer_id = p.viewer_id AND (o.key = p.key OR (o.product_id = p.product_id AND o.show_id = :show))
    """
)
_READ_BY_KEY = text(
    f"""
    SELECT {_ORDER_COLUMNS} FROM orders o
    JOIN unnest(CAST(:viewers AS text[]), CAST(:keys AS text[])) AS p(viewer_id, key) ON o.viewer_id = p.viewer_id AND o.key = p.key
    """
)
_INSERT_ORDERS = text(
    """
    WITH wanted AS (SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:viewers AS text[]), CAST(:keys AS text[]), CAST(:products AS text[]),
                CAST(:quantities AS int[]), CAST(:prices AS bigint[]), CAST(:currencies AS text[]), CAST(:payments AS text[]),
                CAST(:staff AS boolean[]), CAST(:numbers AS text[]), CAST(:stocks AS int[]), CAST(:moves AS bigint[]),
                CAST(:heads AS text[]), CAST(:nths AS int[]), CAST(:discounts AS bigint[]), CAST(:replays AS boolean[]))
         AS o(id, viewer_id, key, product_id, quantity, price, currency, payment, staff, number, stock_after, move, head_id, nth,
              discount, replay)),
    placed AS (
        INSERT INTO orders (id, channel_id, show_id, viewer_id, key, product_id, quantity, unit_price_minor, amount_minor, currency,
                            payment, at, staff, number)
        SELECT o.id, :channel, :show, o.viewer_id, o.key, o.product_id, o.quantity, o.price, o.price * o.quantity - o.discount, o.currency,
               o.payment, :at, o.staff, CASE WHEN o.head_id IS NULL THEN o.number END
        FROM wanted AS o ON CONFLICT DO NOTHING RETURNING id
    ),
    moved AS (
        INSERT INTO stock_sale (order_id, product_id, move, stock_after)
        SELECT o.id, o.product_id, o.move, o.stock_after FROM wanted AS o JOIN placed USING (id) WHERE o.move IS NOT NULL
    ),
    replayed AS (INSERT INTO replay_order (order_id) SELECT o.id FROM wanted AS o JOIN placed USING (id) WHERE o.replay),
    behind AS (
        INSERT INTO order_line (order_id, head_id, nth, show_id)
        SELECT o.id, o.head_id, o.nth, :show FROM wanted AS o JOIN placed USING (id) WHERE o.head_id IS NOT NULL
    )
    SELECT id FROM placed
    """
)
_DELETE_ORDERS = text(
    """
    WITH unmoved AS (DELETE FROM stock_sale WHERE order_id = ANY(:ids)),
         unseen AS (DELETE FROM replay_order WHERE order_id = ANY(:ids)),
         alone AS (DELETE FROM order_line WHERE order_id = ANY(:ids))
    DELETE FROM orders WHERE id = ANY(:ids)
    """
)
# Whoever asked of each order whether it is a line would read as often as there are orders.
_READ_OWN_SALES = text(
    """
    SELECT currency, sum(orders)::bigint AS orders, sum(units)::bigint AS units, sum(amount_minor)::bigint AS amount_minor FROM (
        SELECT currency, count(*) AS orders, sum(quantity) AS units, sum(amount_minor) AS amount_minor
        FROM orders WHERE show_id = :show AND NOT staff GROUP BY currency
        UNION ALL
        SELECT o.currency, -count(*), 0, 0 FROM order_line AS l JOIN orders AS o ON o.id = l.order_id
        WHERE l.show_id = :show AND NOT o.staff GROUP BY o.currency) AS each
    GROUP BY currency ORDER BY currency
    """
)
_READ_REPORTED_SALES = text(
    """
    SELECT currency, count(*) FILTER (WHERE nth = 0) AS orders, sum(quantity)::bigint AS units, sum(amount_minor)::bigint AS amount_minor
    FROM reported_sale WHERE show_id = :show GROUP BY currency ORDER BY currency
    """
)


@dataclass(frozen=True, slots=True)
class SaleTerms:
    """What the shop knows of a show before it sells there; `told`: the types of webhooks that somebody wants."""

    channel_id: str
    live: bool
    ended_at: datetime | None
    replayed: bool
    """The show has ended, and its recording is watched."""
    told: Collection[str]
    by_shop: bool
    """The channel's own shop takes the orders."""
    lapsed: bool
    """Units of the channel are held for which the time is over."""
    aliased: bool
    """A guest of the show is somebody else by now."""

    @property
    def sells(self) -> bool:
        """Whether anything is sold: while the show is live, and while it is watched again."""
        return self.live or self.replayed


async def read_terms(connection: AsyncConnection, show_id: str, now: datetime) -> SaleTerms | None:
    """Return on what terms things are sold in the show; None when there is no such show."""
    row = (await connection.execute(_READ_TERMS, {"show": show_id, "now": now})).one_or_none()
    return None if row is None else SaleTerms(*row)


@dataclass(frozen=True, slots=True)
class ShopPart:
    """The shop's part of a snapshot: products on sale in the merchant's order, and the show's sales for staff."""

    products: list[Product]
    sales: pushes.Sales


async def read_snapshot_part(
    connection: AsyncConnection, show_id: str, channel_id: str, units_max: int = 0
) -> ShopPart:
    """Return what the show sells, of each at most `units_max` units to a viewer (0: any number), and what it has sold."""
    shelf = await read_shelf(connection, show_id, channel_id, units_max)
    return ShopPart(shelf, await read_sales(connection, show_id))


class Sold(NamedTuple):
    """Paid orders, units, and minor units of one currency."""

    orders: int = 0
    units: int = 0
    amount_minor: int = 0


async def read_sales(connection: AsyncConnection, show_id: str) -> pushes.Sales:
    """Return the show's totals: paid orders, units, and minor units per currency."""
    own = await read_own_sales(connection, show_id)
    return as_sales(own, await read_reported_sales(connection, show_id))


async def read_own_sales(connection: AsyncConnection, show_id: str) -> dict[str, Sold]:
    """Return what was bought from us in the show, by currency."""
    rows = await connection.execute(_READ_OWN_SALES, {"show": show_id})
    return {row.currency: Sold(row.orders, row.units, row.amount_minor) for row in rows}


async def read_reported_sales(connection: AsyncConnection, show_id: str) -> dict[str, Sold]:
    """Return what the merchant's own shop has reported of the show, by currency."""
    rows = await connection.execute(_READ_REPORTED_SALES, {"show": show_id})
    return {row.currency: Sold(row.orders, row.units, row.amount_minor) for row in rows}


def as_sales(*parts: Mapping[str, Sold]) -> pushes.Sales:
    """Return the totals of several parts of a show's sales."""
    sold = [(currency, each) for part in parts for currency, each in part.items()]
    amount = dict.fromkeys(sorted({currency for currency, _ in sold}), 0)
    for currency, each in sold:
        amount[currency] += each.amount_minor
    return pushes.Sales(
        orders=sum(each.orders for _, each in sold), units=sum(each.units for _, each in sold), amount=amount
    )


async def lock_products(
    connection: AsyncConnection,
    channel_id: str,
    ids: Iterable[str],
    *,
    show_id: str | None = None,
    lock: bool = True,
) -> list[Stocked]:
    """Lock those products that the channel has, in the order of their ids, and return them; `on_sale` says which of them are sold.

    With a `show_id`, sold means by the show, and prices are those there. Without `lock` they are only read.
    """
    given = {"ids": list(set(ids)), "channel": channel_id, "show": show_id}
    rows = await connection.execute(_LOCK_PRODUCTS if lock else _READ_PRODUCTS, given)
    return [Stocked(*row) for row in rows]


async def read_stock(connection: AsyncConnection, show_id: str, ids: Iterable[str]) -> dict[str, int]:
    """Return the units left of each of the products, and variants, that are on sale in the show."""
    wanted = select(_PRODUCT.c.id, _PRODUCT.c.stock).where(
        _PRODUCT.c.id.in_(list(ids)), _PRODUCT.c.active, in_line_up(show_id)
    )
    return {row.id: row.stock for row in await connection.execute(wanted)}


async def read_earlier(
    connection: AsyncConnection,
    show_id: str,
    purchases: Sequence[Purchase],
    *,
    counted: bool,
    others: Sequence[tuple[str, str]] = (),
) -> list[Order]:
    """Return the orders that hold the key of one of these purchases, of whatever show.

    `counted`: also those by which one of the buyers has bought the same product in `show_id`, and those by `others`, (viewer, product).
    """
    viewers, keys = [p.viewer_id for p in purchases], [p.key for p in purchases]
    if counted:
        given = {
            "viewers": as_array(viewers + [viewer for viewer, _ in others]),
            "keys": as_array([*keys, *([None] * len(others))]),
            "products": as_array([p.product_id for p in purchases] + [product for _, product in others]),
            "show": show_id,
        }
        rows = await connection.execute(_READ_EARLIER, given)
    else:
        rows = await connection.execute(_READ_BY_KEY, {"viewers": as_array(viewers), "keys": as_array(keys)})
    return list({row.id: as_order(row) for row in rows}.values())


async def insert_orders(
    connection: AsyncConnection, channel_id: str, show_id: str, orders: Sequence[Order]
) -> list[str]:
    """Write new orders, all of one show and one moment, in one statement, and return the ids of those that were written.

    Orders with several lines are given line by line, each head with those behind it.

    An order whose key or number another show's transaction has taken meanwhile is left out; that other order can be read from now on.
    """
    if not orders:
        return []
    given = {
        "channel": channel_id,
        "show": show_id,
        "at": orders[0].at,
        "ids": as_array(o.id for o in orders),
        "viewers": as_array(o.viewer_id for o in orders),
        "keys": as_array(o.key for o in orders),
        "products": as_array(o.product_id for o in orders),
        "quantities": as_array(o.quantity for o in orders),
        "prices": as_array(o.unit_price_minor for o in orders),
        "currencies": as_array(o.currency for o in orders),
        "payments": as_array(o.payment for o in orders),
        "staff": as_array(o.staff for o in orders),
        "numbers": as_array(o.number for o in orders),
        "stocks": as_array(o.stock_after for o in orders),
        "moves": as_array(o.stock_move for o in orders),
        "heads": as_array(o.head_id for o in orders),
        "nths": as_array(o.nth for o in orders),
        "discounts": as_array(o.discount_minor for o in orders),
        "replays": as_array(o.replay for o in orders),
    }
    return list(await connection.scalars(_INSERT_ORDERS, given))


async def delete_orders(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """Take back orders that the same transaction has written."""
    await connection.execute(_DELETE_ORDERS, {"ids": ids})
