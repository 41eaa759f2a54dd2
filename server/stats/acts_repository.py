"""The SQL of what viewers of a final show did: the funnel by their wide rows, and what was done with each product by the entries."""

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.facts import ShowHead
from server.stats.funnel import make_funnel
from server.stats.kept import KeptActs, Met
from server.stats.population import LEFT_OUT, VIEWERS
from server.stats.report import Funnel

# The rows tell when each viewer first saw a product and first clicked. Entries are read of those alone who clicked before they saw, or
# saw before the start. Microseconds.
_FUNNEL = text("""
    WITH early AS (
        SELECT e.viewer_id, min(e.at) AS at FROM rollup AS r
        JOIN ledger_entry AS e ON e.show_id = :show AND e.kind = 'impression' AND e.viewer_id = r.viewer_id
            AND e.at >= :since AND e.at <= :until
        WHERE r.show_id = :show AND r.views > 0 AND NOT r.suspect AND NOT r.staff AND r.first_impression_at < :since GROUP BY e.viewer_id
    ), seen AS MATERIALIZED (
        SELECT r.viewer_id, coalesce(early.at, r.first_impression_at) AS seen, r.first_click_at
        FROM rollup AS r LEFT JOIN early USING (viewer_id)
        WHERE r.show_id = :show AND r.views > 0 AND NOT r.suspect AND NOT r.staff AND r.first_impression_at <= :until
          AND (r.first_impression_at >= :since OR early.at IS NOT NULL)
    ), clicked AS (
        SELECT viewer_id, seen, first_click_at AS clicked FROM seen WHERE first_click_at >= seen AND first_click_at <= :until
        UNION ALL
        SELECT seen.viewer_id, seen.seen, min(e.at) FROM seen
        JOIN ledger_entry AS e ON e.show_id = :show AND e.kind = 'click' AND e.viewer_id = seen.viewer_id
            AND e.at >= seen.seen AND e.at <= :until
        WHERE seen.first_click_at < seen.seen GROUP BY seen.viewer_id, seen.seen
    ), paid AS (
        SELECT clicked.viewer_id, min(o.at) AS paid FROM clicked
        JOIN sale AS o ON o.show_id = :show AND o.viewer_id = clicked.viewer_id AND NOT o.staff
            AND o.at >= clicked.clicked AND o.at <= :until
        GROUP BY clicked.viewer_id
    ), walked AS (
        SELECT CAST(extract(epoch FROM seen) * 1000000 AS bigint) AS seen, CAST(extract(epoch FROM clicked) * 1000000 AS bigint) AS clicked,
               CAST(extract(epoch FROM paid) * 1000000 AS bigint) AS paid
        FROM clicked LEFT JOIN paid USING (viewer_id)
    )
    SELECT (SELECT count(*) FROM seen) AS seen, count(*) AS clicked, count(paid) AS paid,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY clicked - seen) AS to_click,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY paid - clicked) AS to_pay,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY paid - seen) AS to_convert
    FROM walked
""")

HEAD = "head AS (SELECT id, coalesce(parent_id, id) AS product_id FROM product WHERE channel_id = :channel)"
"""Which product each of a channel's is counted to: a variant is its parent."""
_MET = text(f"""
    WITH {VIEWERS}, {LEFT_OUT}, {HEAD}, touched AS (
        SELECT head.product_id, e.viewer_id, coalesce(sum(e.n) FILTER (WHERE e.kind = 'impression'), 0) AS impressions,
               coalesce(sum(e.n) FILTER (WHERE e.kind = 'click'), 0) AS clicks
        FROM ledger_entry AS e JOIN head ON head.id = e.target
        WHERE e.show_id = :show AND e.kind IN ('impression', 'click')
          AND NOT EXISTS (SELECT FROM left_out WHERE left_out.viewer_id = e.viewer_id)
        GROUP BY head.product_id, e.viewer_id
    )
    SELECT product_id, sum(impressions) AS impressions, sum(clicks) AS clicks,
           coalesce(sum(impressions) FILTER (WHERE viewer.viewer_id IS NULL), 0) AS impressions_beside,
           coalesce(sum(clicks) FILTER (WHERE viewer.viewer_id IS NULL), 0) AS clicks_beside,
           count(*) FILTER (WHERE viewer.viewer_id IS NOT NULL AND impressions > 0) AS impressed,
           count(*) FILTER (WHERE viewer.viewer_id IS NOT NULL AND clicks > 0) AS clickers,
           count(*) FILTER (WHERE viewer.viewer_id IS NOT NULL AND impressions > 0 AND clicks > 0) AS saw_and_clicked,
           coalesce(sum(least(clicks, impressions)) FILTER (WHERE viewer.viewer_id IS NOT NULL), 0) AS clicks_seen
    FROM touched LEFT JOIN viewer USING (viewer_id) GROUP BY product_id
""")
_TARGETS = text("""
    SELECT DISTINCT target FROM ledger_entry WHERE show_id = :show AND kind IN ('impression', 'click') AND target IS NOT NULL
""")
_HEADS = text(f"""
    WITH {HEAD} SELECT given.id, head.product_id
    FROM unnest(CAST(:targets AS text[])) AS given (id) LEFT JOIN head USING (id)
""")


async def read_funnel(connection: AsyncConnection, show: ShowHead) -> Funnel:
    """Return who came how far in a show that is final."""
    given = {"show": show.id, "since": show.started_at, "until": show.until}
    row = (await connection.execute(_FUNNEL, given)).one()
    return make_funnel((row.seen, row.clicked, row.paid), (row.to_click, row.to_pay), row.to_convert)


async def read_met(connection: AsyncConnection, show: ShowHead, viewers: str | None) -> dict[str, Met]:
    """Return what was done with each product that was shown or clicked."""
    given = {"show": show.id, "channel": show.channel_id, "viewers": viewers}
    return {
        product: Met(**{name: int(n) for name, n in zip(Met.model_fields, counts, strict=True)})
        for product, *counts in await connection.execute(_MET, given)
    }


async def read_heads(
    connection: AsyncConnection, channel_id: str, targets: Sequence[str]
) -> Mapping[str, str | None]:
    """Return to which product of the channel each of these ids is counted."""
    found = await connection.execute(_HEADS, {"channel": channel_id, "targets": list(targets)})
    return {row.id: row.product_id for row in found}


async def read_acts(connection: AsyncConnection, show: ShowHead) -> KeptActs:
    """Return what is kept of what viewers did in a final show; its entries are read for it."""
    targets = list(await connection.scalars(_TARGETS, {"show": show.id}))
    return KeptActs(
        funnel=await read_funnel(connection, show),
        met=await read_met(connection, show, None),
        heads=await read_heads(connection, show.channel_id, targets),
    )
