"""The SQL of what a show sold, and to whom; what was bought at its replay is told by `replay_repository` alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.acts_repository import HEAD
from server.stats.facts import Actions, ShowHead, Sold, Wares
from server.stats.kept import Met
from server.stats.population import LEFT_OUT, viewers_among
from server.stats.product_report import ProductTotals, VariantFigures
from server.stats.ratio import Ratio
from server.stats.report import ProductFigures, ProductSales, Sales

_FIRST_ORDERS = text(f"""
    WITH {LEFT_OUT}
    SELECT viewer_id, min(at) AS at FROM sale
    WHERE show_id = :show AND NOT staff AND NOT replay AND NOT EXISTS (SELECT FROM left_out WHERE left_out.viewer_id = sale.viewer_id)
    GROUP BY viewer_id
""")

# What was paid is in the money, whoever paid it.
_SOLD = text(f"""
    WITH {viewers_among("SELECT viewer_id FROM sale WHERE show_id = :show")}, bought AS (
        SELECT o.*, CASE WHEN o.staff OR s.viewer_id IS NOT NULL THEN 'staff' WHEN a.suspect THEN 'suspected_bots'
                         WHEN viewer.viewer_id IS NULL THEN 'without_a_view' ELSE 'viewers' END AS by
        FROM sale AS o LEFT JOIN viewer USING (viewer_id)
        LEFT JOIN attendance AS a ON a.show_id = :show AND a.viewer_id = o.viewer_id
        LEFT JOIN staff_presence AS s ON s.show_id = :show AND s.viewer_id = o.viewer_id
        WHERE o.show_id = :show AND NOT o.replay
    )
    SELECT currency, by, count(*) FILTER (WHERE nth = 0) AS orders, sum(quantity) AS units, CAST(sum(amount_minor) AS bigint) AS gmv_minor
    FROM bought GROUP BY currency, by ORDER BY currency
""")

# Orders that the shop reported, and what was given back of any.
_REPORTED = text("""
    SELECT o.currency, count(*) AS orders, CAST(sum(sold.units) AS bigint) AS units, CAST(sum(o.amount_minor) AS bigint) AS gmv_minor
    FROM reported_order AS o
    CROSS JOIN LATERAL (SELECT sum(quantity) AS units FROM reported_sale AS l WHERE l.order_id = o.id) AS sold
    WHERE o.show_id = :show AND o.state <> 'cancelled'
      AND NOT EXISTS (SELECT FROM staff_presence AS s WHERE s.show_id = :show AND s.viewer_id = o.viewer_id)
    GROUP BY o.currency
""")
_GIVEN_BACK = text("""
    SELECT b.currency, CAST(sum(b.refunded_minor) AS bigint) AS refunded_minor FROM given_back AS b
    WHERE b.show_id = :show AND NOT b.staff AND NOT b.replay
      AND NOT EXISTS (SELECT FROM staff_presence AS s WHERE s.show_id = :show AND s.viewer_id = b.viewer_id)
    GROUP BY b.currency
""")

# One row for each product and currency, its variants among it; `clicked` orders have a click of the same product by the same viewer each.
# A rate by actions rests on those, so that it is a share.
_BUYING = "SELECT viewer_id FROM sale WHERE show_id = :show"
_WARES = text(f"""
    WITH {viewers_among(_BUYING)}, {LEFT_OUT}, {HEAD}, paid AS (
        SELECT head.product_id, o.viewer_id, o.currency, count(DISTINCT o.order_id) AS orders, sum(o.quantity) AS units,
               sum(o.amount_minor) AS gmv
        FROM sale AS o JOIN head ON head.id = o.product_id WHERE o.show_id = :show AND NOT o.staff AND NOT o.replay
          AND NOT EXISTS (SELECT FROM staff_presence AS s WHERE s.show_id = :show AND s.viewer_id = o.viewer_id)
        GROUP BY head.product_id, o.viewer_id, o.currency
    ), ordered AS MATERIALIZED (
        SELECT product_id, viewer_id, sum(orders) AS orders FROM paid JOIN viewer USING (viewer_id) GROUP BY product_id, viewer_id
    ), clicks AS (
        SELECT head.product_id, e.viewer_id, sum(e.n) AS clicks
        FROM ledger_entry AS e JOIN head ON head.id = e.target JOIN (SELECT DISTINCT viewer_id FROM ordered) AS o USING (viewer_id)
        WHERE e.show_id = :show AND e.kind = 'click' GROUP BY head.product_id, e.viewer_id
    ), buyers AS (
        SELECT product_id, count(*) AS buyers, count(clicks) AS clicked_and_bought,
               sum(least(clicks, orders)) FILTER (WHERE clicks > 0) AS orders_clicked
        FROM ordered LEFT JOIN clicks USING (product_id, viewer_id) GROUP BY product_id
    ), bought AS (
        SELECT product_id, currency, sum(orders) AS orders, sum(units) AS units, sum(gmv) AS gmv,
               sum(orders) FILTER (WHERE beside) AS orders_beside, sum(units) FILTER (WHERE beside) AS units_beside,
               sum(gmv) FILTER (WHERE beside) AS gmv_beside
        FROM (SELECT paid.*, viewer.viewer_id IS NULL AND left_out.viewer_id IS NULL AS beside
              FROM paid LEFT JOIN viewer USING (viewer_id) LEFT JOIN left_out USING (viewer_id)) AS paid
        GROUP BY product_id, currency
    )
    SELECT p.id, p.title, coalesce(bought.currency, p.currency) AS currency, bought.orders, bought.units, bought.gmv,
           buyers.buyers, buyers.clicked_and_bought, buyers.orders_clicked,
           bought.orders_beside, bought.units_beside, bought.gmv_beside
    FROM product AS p LEFT JOIN bought ON bought.product_id = p.id LEFT JOIN buyers ON buyers.product_id = p.id
    WHERE p.channel_id = :channel AND (p.id = ANY(CAST(:met AS text[])) OR bought.product_id IS NOT NULL)
    ORDER BY p.rank, p.id, currency
""")

# Of the same orders as a product's own figures, so that the variants' sums are those.
_VARIANTS = text("""
    SELECT p.parent_id, p.id, p.options, h.options AS names, o.currency, count(DISTINCT o.order_id) AS orders, sum(o.quantity) AS units,
           CAST(sum(o.amount_minor) AS bigint) AS gmv
    FROM sale AS o JOIN product AS p ON p.id = o.product_id JOIN product AS h ON h.id = p.parent_id
    WHERE o.show_id = :show AND NOT o.staff AND NOT o.replay
      AND NOT EXISTS (SELECT FROM staff_presence AS s WHERE s.show_id = :show AND s.viewer_id = o.viewer_id)
    GROUP BY p.parent_id, p.id, p.options, h.options, p.rank, o.currency ORDER BY p.parent_id, p.rank, p.id, o.currency
""")


_UNMET = Met(**dict.fromkeys(Met.model_fields, 0))


async def read_first_orders(connection: AsyncConnection, show_id: str) -> dict[str, datetime]:
    """Return each buyer, with a view or without, and the time of their first order in the show."""
    rows = await connection.execute(_FIRST_ORDERS, {"show": show_id})
    return {row.viewer_id: row.at for row in rows}


async def read_sold(connection: AsyncConnection, show_id: str, viewers: str | None) -> list[Sold]:
    """Return what was sold per currency, by who bought."""
    found: defaultdict[str, dict[str, Sales]] = defaultdict(dict)
    for row in await connection.execute(_SOLD, {"show": show_id, "viewers": viewers}):
        found[row.currency][row.by] = Sales(orders=row.orders, units=row.units, gmv_minor=row.gmv_minor)
    none = Sales(orders=0, units=0, gmv_minor=0)
    reported = {
        row.currency: Sales(orders=row.orders, units=row.units, gmv_minor=row.gmv_minor)
        for row in await connection.execute(_REPORTED, {"show": show_id})
    }
    given_back = {
        row.currency: row.refunded_minor for row in await connection.execute(_GIVEN_BACK, {"show": show_id})
    }
    return [
        Sold(
            currency,
            viewers=by.get("viewers", none),
            without_a_view=by.get("without_a_view", none),
            suspected_bots=by.get("suspected_bots", none),
            staff=by.get("staff", none),
            reported=reported.get(currency),
            refunded_minor=given_back.get(currency, 0),
        )
        for currency, by in found.items()
    ]


async def read_wares(
    connection: AsyncConnection, show: ShowHead, viewers: str | None, met: Mapping[str, Met]
) -> Wares:
    """Return the products that were seen and clicked, as `met` says, or sold in the show, in the catalogue's order."""
    given = {"show": show.id, "channel": show.channel_id, "viewers": viewers, "met": list(met)}
    rows = (await connection.execute(_WARES, given)).all()
    products = [list(of_one) for _, of_one in groupby(rows, lambda row: row.id)]
    actions = Actions(
        impressions=sum(each.impressions - each.impressions_beside for each in met.values()),
        clicks=sum(each.clicks - each.clicks_beside for each in met.values()),
        clicks_seen=sum(each.clicks_seen for each in met.values()),
        # a product sold in two currencies was clicked once
        orders_clicked=sum(_number(first.orders_clicked) for first, *_ in products),
    )
    variants = await _read_variants(connection, show.id)
    return Wares(
        [
            _product(of_one, met.get(of_one[0].id, _UNMET), variants.get(of_one[0].id, []))
            for of_one in products
        ],
        actions,
    )


async def _read_variants(connection: AsyncConnection, show_id: str) -> dict[str, list[VariantFigures]]:
    """Return the variants that were sold, by product."""
    rows = (await connection.execute(_VARIANTS, {"show": show_id})).all()
    found: defaultdict[str, list[VariantFigures]] = defaultdict(list)
    for (product, _), group in groupby(rows, lambda row: (row.parent_id, row.id)):
        found[product].append(_variant(list(group)))
    return found


def _variant(rows: Sequence[Row[Any]]) -> VariantFigures:
    row = rows[0]
    names = [name for name in row.names or () if name in row.options] or list(row.options)
    return VariantFigures(
        variant=row.id,
        options={name: row.options[name] for name in names},
        orders=sum(_number(each.orders) for each in rows),
        units=sum(_number(each.units) for each in rows),
        gmv_minor={each.currency: _number(each.gmv) for each in rows},
    )


def _product(rows: Sequence[Row[Any]], met: Met, variants: list[VariantFigures]) -> ProductFigures:
    """Return what was done with a product; its rows differ in what it sold in each currency alone."""
    row = rows[0]
    return ProductFigures(
        product=row.id,
        title=row.title,
        impressions=met.impressions,
        impressed=met.impressed,
        clicks=met.clicks,
        clickers=met.clickers,
        orders=sum(_number(each.orders) for each in rows),
        units=sum(_number(each.units) for each in rows),
        buyers=_number(row.buyers),
        ctr=Ratio.of(met.saw_and_clicked, met.impressed),
        ctor=Ratio.of(_number(row.clicked_and_bought), met.clickers),
        sales=[_sales(each) for each in rows],
        variants=variants,
        without_a_view=ProductTotals(
            impressions=met.impressions_beside,
            clicks=met.clicks_beside,
            orders=sum(_number(each.orders_beside) for each in rows),
            units=sum(_number(each.units_beside) for each in rows),
        ),
    )


def _sales(row: Row[Any]) -> ProductSales:
    return ProductSales(
        currency=row.currency,
        orders=_number(row.orders),
        units=_number(row.units),
        gmv_minor=_number(row.gmv),
        without_a_view=Sales(
            orders=_number(row.orders_beside),
            units=_number(row.units_beside),
            gmv_minor=_number(row.gmv_beside),
        ),
    )


def _number(n: Any) -> int:
    return 0 if n is None else int(n)
