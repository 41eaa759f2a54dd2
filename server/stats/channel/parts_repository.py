"""The SQL of parts that the wide rows do not tell apart: products."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.channel.cut import Cell, Condition, Cut
from server.stats.channel.facts import People
from server.stats.channel.repository import ASKED
from server.stats.columns.opened_repository import OPENED
from server.stats.columns.rows import Column

# Who did several things with a product did them in one show; a product's variants are it.
_PRODUCTS = f"""
    WITH {ASKED}, {OPENED}, head AS (
        SELECT id, coalesce(parent_id, id) AS product_id FROM product WHERE channel_id = :channel
    ), done AS (
        SELECT e.show_id, coalesce(a.canonical, e.viewer_id) AS viewer_id, head.product_id,
               coalesce(sum(e.n) FILTER (WHERE e.kind = 'impression'), 0) AS impressions,
               coalesce(sum(e.n) FILTER (WHERE e.kind = 'click'), 0) AS clicks
        FROM (SELECT DISTINCT show_id FROM asked) AS asked JOIN ledger_entry AS e USING (show_id) JOIN head ON head.id = e.target
        LEFT JOIN viewer_alias AS a ON a.show_id = e.show_id AND a.raw = e.viewer_id AND a.taken_back_at IS NULL
        WHERE e.kind IN ('impression', 'click') AND {{products}} GROUP BY 1, 2, 3
    ), basket AS (
        SELECT s.show_id, coalesce(a.canonical, s.viewer_id) AS viewer_id, head.product_id, count(DISTINCT s.order_id) AS orders
        FROM (SELECT DISTINCT show_id FROM asked) AS asked JOIN sale AS s USING (show_id) JOIN head ON head.id = s.product_id
        LEFT JOIN viewer_alias AS a ON a.show_id = s.show_id AND a.raw = s.viewer_id AND a.taken_back_at IS NULL
        WHERE NOT s.staff AND NOT s.replay AND {{products}} GROUP BY 1, 2, 3
    ), touched AS (
        SELECT show_id, viewer_id, {{product}} AS product_id, bool_or(impressions > 0) AS saw, bool_or(clicks > 0) AS clicked,
               sum(impressions) AS impressions, sum(clicks) AS clicks, sum(least(clicks, impressions)) AS clicks_seen,
               sum(least(clicks, coalesce(basket.orders, 0))) AS orders_clicked
        FROM done AS head LEFT JOIN basket USING (show_id, viewer_id, product_id) GROUP BY 1, 2, 3
    ), paid AS (
        SELECT s.show_id, coalesce(a.canonical, s.viewer_id) AS viewer_id, {{product}} AS product_id,
               count(DISTINCT s.order_id) AS orders,
               sum(s.quantity) AS units, sum(s.amount_minor) FILTER (WHERE s.currency = :currency) AS gmv_minor
        FROM (SELECT DISTINCT show_id FROM asked) AS asked JOIN sale AS s USING (show_id) JOIN head ON head.id = s.product_id
        LEFT JOIN viewer_alias AS a ON a.show_id = s.show_id AND a.raw = s.viewer_id AND a.taken_back_at IS NULL
        WHERE NOT s.staff AND NOT s.replay AND {{products}} GROUP BY 1, 2, 3
    ), met AS (
        SELECT asked.part, {{label}} AS label, product_id, viewer_id, coalesce(w.views, r.views, 0) > 0 AS viewed,
               coalesce(saw, false) AS saw, coalesce(clicked, false) AS clicked, touched.impressions, touched.clicks,
               clicks_seen, orders_clicked, paid.orders, paid.units, gmv_minor
        FROM touched FULL JOIN paid USING (show_id, viewer_id, product_id) LEFT JOIN rollup AS r USING (show_id, viewer_id)
        LEFT JOIN watched AS w USING (show_id, viewer_id) JOIN asked USING (show_id)
        WHERE r.staff IS NOT TRUE AND r.suspect IS NOT TRUE AND {{rows}}
    ), person AS (
        SELECT part, label, product_id, viewer_id,
               bool_or(viewed) AS viewed, bool_or(saw AND viewed) AS saw, bool_or(clicked AND viewed) AS clicked,
               bool_or(saw AND clicked AND viewed) AS saw_and_clicked, bool_or(orders > 0 AND viewed) AS bought,
               bool_or(clicked AND orders > 0 AND viewed) AS clicked_and_bought, sum(orders) FILTER (WHERE viewed) AS orders,
               sum(units) FILTER (WHERE viewed) AS units, sum(gmv_minor) FILTER (WHERE viewed) AS gmv_minor,
               sum(impressions) FILTER (WHERE viewed) AS impressions, sum(clicks) FILTER (WHERE viewed) AS clicks,
               sum(clicks_seen) FILTER (WHERE viewed) AS clicks_seen, sum(orders_clicked) FILTER (WHERE viewed) AS orders_clicked
        FROM met GROUP BY 1, 2, 3, 4
    )
    SELECT part, label, product_id, count(*) FILTER (WHERE viewed) AS viewers, count(*) FILTER (WHERE saw) AS impressed,
           count(*) FILTER (WHERE clicked) AS clickers, count(*) FILTER (WHERE saw_and_clicked) AS saw_and_clicked,
           count(*) FILTER (WHERE bought) AS buyers, count(*) FILTER (WHERE clicked_and_bought) AS clicked_and_bought,
           coalesce(sum(orders), 0) AS orders, coalesce(sum(units), 0) AS units, coalesce(sum(gmv_minor), 0) AS gmv_minor,
           coalesce(sum(impressions), 0) AS impressions, coalesce(sum(clicks), 0) AS clicks,
           coalesce(sum(clicks_seen), 0) AS clicks_seen, coalesce(sum(orders_clicked), 0) AS orders_clicked
    FROM person GROUP BY 1, 2, 3
"""
_TITLES = text("SELECT id, title FROM product WHERE id = ANY(CAST(:ids AS text[])) ORDER BY rank, id")


@dataclass(frozen=True, slots=True)
class ProductPeople:
    """What viewers did with one product, each counted once; orders, units and money are theirs."""

    id: str
    viewers: int
    impressed: int
    clickers: int
    saw_and_clicked: int
    buyers: int
    clicked_and_bought: int
    orders: int
    units: int
    gmv_minor: int
    impressions: int
    clicks: int
    clicks_seen: int
    """Clicks that have an impression each; `orders_clicked` are orders that have a click."""
    orders_clicked: int


@dataclass(frozen=True, slots=True)
class ModePeople:
    """Who watched live, or the replay; `people` are all of the cell, whichever they watched."""

    label: str
    viewers: int
    watched_us: int
    watched_squares: float
    people: People

    @classmethod
    def of(cls, label: str, watched: Column, people: People) -> "ModePeople":
        """Return those who watched so long each, in microseconds; the order of the numbers is of no account."""
        seconds = np.sort(watched) / 1e6
        return cls(label, len(watched), int(watched.sum()), float(np.square(seconds).sum()), people)


async def read_products(
    connection: AsyncConnection, asked: dict[str, Any]
) -> list[tuple[str, ProductPeople]]:
    """Return titles, and what viewers of the one part did with the product, in the catalogue's order."""
    found = {each.id: each for each in (await read_products_in(connection, asked, Cut())).values()}
    titles = await read_titles(connection, found)
    return [(title, found[id]) for id, title in titles.items()]


async def read_products_in(
    connection: AsyncConnection,
    asked: dict[str, Any],
    cut: Cut,
    of: Sequence[Condition] = (),
    *,
    apart: bool = True,
) -> dict[tuple[Cell, str], ProductPeople]:
    """Return what viewers did with each product, by part and words of their rows; of those that `of` holds for.

    Not `apart`: with any of them. Who saw one and opened another did both, as in the figures of a show.
    """
    numbered = list(enumerate(of, len(cut.where)))
    where = " AND ".join(each.holds_in_sql("head.product_id", n) for n, each in numbered) or "TRUE"
    given = {**asked, **cut.parameters()}
    for n, each in numbered:
        given.update(each.parameters(n))
    written = _PRODUCTS.replace("{product}", "head.product_id" if apart else "CAST('' AS text)")
    statement = _within(written.replace("{products}", where), cut)
    return {
        ((row.part, tuple(row.label)), row.product_id): ProductPeople(row.product_id, *map(int, row[3:]))
        for row in await connection.execute(statement, given)
    }


async def read_titles(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, str]:
    """Return the titles of products, in the catalogue's order."""
    return {row.id: row.title for row in await connection.execute(_TITLES, {"ids": list(ids)})}


def _within(statement: str, cut: Cut) -> TextClause:
    return text(statement.replace("{label}", cut.of_rows("r")).replace("{rows}", cut.rows("r", "w")))
