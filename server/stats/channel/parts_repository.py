"""The SQL of parts that the wide rows do not tell apart: products, and who watched live or the replay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.channel.repository import ASKED, opened

# Of the first part alone. Who did several things with a product did them in one show; a product's variants are it.
_PRODUCTS = text(f"""
    WITH {ASKED}, {opened("asked")}, head AS (
        SELECT id, coalesce(parent_id, id) AS product_id FROM product WHERE channel_id = :channel
    ), touched AS (
        SELECT e.show_id, coalesce(a.canonical, e.viewer_id) AS viewer_id, head.product_id,
               bool_or(e.kind = 'impression') AS saw, bool_or(e.kind = 'click') AS clicked
        FROM asked JOIN ledger_entry AS e USING (show_id) JOIN head ON head.id = e.target
        LEFT JOIN viewer_alias AS a ON a.show_id = e.show_id AND a.raw = e.viewer_id AND a.taken_back_at IS NULL
        WHERE e.kind IN ('impression', 'click') GROUP BY 1, 2, 3
    ), paid AS (
        SELECT s.show_id, coalesce(a.canonical, s.viewer_id) AS viewer_id, head.product_id, count(DISTINCT s.order_id) AS orders,
               sum(s.quantity) AS units, sum(s.amount_minor) FILTER (WHERE s.currency = :currency) AS gmv_minor
        FROM asked JOIN sale AS s USING (show_id) JOIN head ON head.id = s.product_id
        LEFT JOIN viewer_alias AS a ON a.show_id = s.show_id AND a.raw = s.viewer_id AND a.taken_back_at IS NULL
        WHERE NOT s.staff GROUP BY 1, 2, 3
    ), met AS (
        SELECT product_id, viewer_id, coalesce(w.views, r.views, 0) > 0 AS viewed,
               coalesce(saw, false) AS saw, coalesce(clicked, false) AS clicked,
               paid.orders, paid.units, gmv_minor
        FROM touched FULL JOIN paid USING (show_id, viewer_id, product_id) LEFT JOIN rollup AS r USING (show_id, viewer_id)
        LEFT JOIN watched AS w USING (show_id, viewer_id)
        WHERE r.staff IS NOT TRUE AND r.suspect IS NOT TRUE
    ), person AS (
        SELECT product_id, viewer_id, bool_or(viewed) AS viewed, bool_or(saw AND viewed) AS saw, bool_or(clicked AND viewed) AS clicked,
               bool_or(saw AND clicked AND viewed) AS saw_and_clicked, bool_or(orders > 0 AND viewed) AS bought,
               bool_or(clicked AND orders > 0 AND viewed) AS clicked_and_bought, sum(orders) FILTER (WHERE viewed) AS orders,
               sum(units) FILTER (WHERE viewed) AS units, sum(gmv_minor) FILTER (WHERE viewed) AS gmv_minor
        FROM met GROUP BY product_id, viewer_id
    )
    SELECT p.id, p.title, count(*) FILTER (WHERE viewed) AS viewers, count(*) FILTER (WHERE saw) AS impressed,
           count(*) FILTER (WHERE clicked) AS clickers, count(*) FILTER (WHERE saw_and_clicked) AS saw_and_clicked,
           count(*) FILTER (WHERE bought) AS buyers, count(*) FILTER (WHERE clicked_and_bought) AS clicked_and_bought,
           coalesce(sum(orders), 0) AS orders, coalesce(sum(units), 0) AS units, coalesce(sum(gmv_minor), 0) AS gmv_minor
    FROM person JOIN product AS p ON p.id = person.product_id GROUP BY p.id, p.title, p.rank ORDER BY p.rank, p.id
""")

_MODES = text(f"""
    WITH {ASKED}, {opened("asked")}, person AS (
        SELECT r.viewer_id, coalesce(sum(coalesce(w.watched_us, r.watched_us)) FILTER (WHERE coalesce(w.views, r.views) > 0), 0) AS live_us,
               bool_or(coalesce(w.views, r.views) > 0) AS live,
               coalesce(sum(r.replay_us) FILTER (WHERE r.replay_views > 0), 0) AS replay_us, bool_or(r.replay_views > 0) AS replay
        FROM asked JOIN rollup AS r USING (show_id) LEFT JOIN watched AS w ON w.show_id = r.show_id AND w.viewer_id = r.viewer_id
        WHERE NOT r.suspect AND NOT r.staff GROUP BY r.viewer_id
    )
    SELECT 'live' AS label, count(*) AS viewers, coalesce(sum(live_us), 0) AS watched_us,
           coalesce(sum((live_us / 1e6) ^ 2), 0) AS watched_squares FROM person WHERE live
    UNION ALL
    SELECT 'replay', count(*), coalesce(sum(replay_us), 0), coalesce(sum((replay_us / 1e6) ^ 2), 0) FROM person WHERE replay
""")


@dataclass(frozen=True, slots=True)
class ProductPeople:
    """What viewers did with one product, each counted once; orders, units and money are theirs."""

    id: str
    title: str
    viewers: int
    impressed: int
    clickers: int
    saw_and_clicked: int
    buyers: int
    clicked_and_bought: int
    orders: int
    units: int
    gmv_minor: int


@dataclass(frozen=True, slots=True)
class ModePeople:
    """Who watched live, or the replay."""

    label: str
    viewers: int
    watched_us: int
    watched_squares: float


async def read_products(connection: AsyncConnection, asked: dict[str, Any]) -> Sequence[ProductPeople]:
    """Return the products that viewers of the first part saw, opened or bought, in the catalogue's order."""
    rows = await connection.execute(_PRODUCTS, asked)
    return [ProductPeople(row.id, row.title, *map(int, row[2:])) for row in rows]


async def read_modes(connection: AsyncConnection, asked: dict[str, Any]) -> Sequence[ModePeople]:
    """Return who of the first part watched live, and who the replay."""
    rows = await connection.execute(_MODES, asked)
    return [
        ModePeople(row.label, row.viewers, int(row.watched_us), float(row.watched_squares)) for row in rows
    ]
