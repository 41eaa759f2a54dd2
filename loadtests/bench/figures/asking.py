"""One figure asked for once, cold: a new process, a new connection, nothing kept by us. `python -m … asking WHO WHAT WHERE` prints seconds.

The operating system's file cache and PostgreSQL's own stay as they are: whoever wants those empty too restarts the machine between.
"""

import asyncio
import sys
import time
from datetime import date
from pathlib import Path

import duckdb

from loadtests.bench.figures.making import CHANNEL, PIN_EVERY_SECONDS, SECONDS, SHOW, START
from server.clock import SystemClock
from server.db.engine import Database
from server.stats.channel.period import Asked
from server.stats.channel.service import ChannelReports
from server.stats.columns.shelf import Shelf
from server.stats.lifetime.segment_rules import All, AnyOf, NumberCondition
from server.stats.lifetime.segment_service import Segments
from server.stats.lifetime.service import Lifetimes, Span
from server.stats.service import Reports

RULE = All(
    all=[
        NumberCondition(metric="shows", op=">=", value=3),
        NumberCondition(metric="watched_seconds", op=">=", value=3_600),
        AnyOf(
            any=[
                NumberCondition(metric="reactions", op=">=", value=10),
                NumberCondition(metric="recency", op=">=", value=4),
            ]
        ),
    ]
)
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
_SHOWS = "(SELECT id AS show_id, started_at, ended_at FROM read_parquet('{0}/show.parquet'))"
_RECOGNISED = (
    """NOT suspect AND NOT staff AND (NOT guest OR (remembered AND coalesce(consent_at <= ended_at, true)))"""
)
_SEEN = f"""
    seen AS (SELECT *, CAST(started_at AS DATE) AS day FROM read_parquet('{{0}}/rollup.parquet') JOIN {_SHOWS} USING (show_id)
             WHERE views > 0 AND {_RECOGNISED})"""
_BOUGHT = f"""
    bought AS (SELECT o.viewer_id, o.amount_minor, CAST(o."at" AS DATE) AS day FROM read_parquet('{{0}}/orders.parquet') AS o
               JOIN read_parquet('{{0}}/rollup.parquet') AS r USING (show_id, viewer_id) JOIN {_SHOWS} USING (show_id)
               WHERE {_RECOGNISED} AND EXISTS (SELECT 1 FROM seen WHERE seen.viewer_id = o.viewer_id))"""
_COHORTS = """
    born AS (SELECT viewer_id, min(date_trunc('{1}', day)) AS cohort FROM {2} GROUP BY viewer_id),
    back AS (SELECT DISTINCT viewer_id, date_trunc('{1}', day) AS period FROM {2})
    SELECT cohort, period, count(*) FROM born JOIN back USING (viewer_id) GROUP BY cohort, period"""
_MAP = """
    before AS (SELECT viewer_id, count(*) AS shows, max(day) AS last FROM seen WHERE day < DATE '2025-10-03' GROUP BY viewer_id),
    bought_before AS (SELECT viewer_id, count(*) AS orders FROM bought WHERE day < DATE '2025-10-03' GROUP BY viewer_id),
    visit AS (
        SELECT viewer_id, count(*) AS shows, sum(watched_us) AS watched_us, bool_or(clicks > 0) AS clicked, bool_or(questions > 0) AS asked,
               bool_or(reactions + questions + votes + shares + clicks > 0) AS engaged
        FROM seen WHERE day >= DATE '2025-10-03' GROUP BY viewer_id),
    basket AS (
        SELECT viewer_id, count(*) AS orders, sum(amount_minor) AS net FROM bought WHERE day >= DATE '2025-10-03' GROUP BY viewer_id)
    SELECT CASE WHEN last IS NULL THEN 'new' WHEN last < DATE '2025-07-05' THEN 'lapsed' WHEN bought_before.orders >= 2 THEN 'repeat_buyer'
                ELSE 'returning' END AS lifecycle,
           count(*), count(*) FILTER (WHERE engaged), count(*) FILTER (WHERE clicked), count(*) FILTER (WHERE asked),
           count(*) FILTER (WHERE visit.shows > 1), count(basket.orders), sum(watched_us), sum(watched_us * watched_us / 1e12),
           sum(visit.shows), sum(visit.shows ^ 2), sum(basket.orders), sum(basket.orders ^ 2), sum(net), sum(net ^ 2)
    FROM visit LEFT JOIN before USING (viewer_id) LEFT JOIN bought_before USING (viewer_id) LEFT JOIN basket USING (viewer_id) GROUP BY 1"""
_SEGMENT = """
    viewing AS (
        SELECT viewer_id, count(*) AS shows, sum(watched_us) AS watched_us, sum(reactions) AS reactions FROM seen GROUP BY viewer_id),
    buying AS (SELECT viewer_id, max(day) AS last, count(*) AS orders, sum(amount_minor) AS net FROM bought GROUP BY viewer_id),
    scored AS (
        SELECT viewer_id, ntile(5) OVER (ORDER BY last) AS recency, ntile(5) OVER (ORDER BY orders) AS frequency,
               ntile(5) OVER (ORDER BY net) AS monetary FROM buying)
    SELECT count(*), count(*) FILTER (WHERE shows >= 3 AND watched_us >= 3600000000 AND (reactions >= 10 OR recency >= 4)),
           min(viewer_id) FILTER (WHERE shows >= 3) FROM viewing LEFT JOIN scored USING (viewer_id)"""
# What DuckDB has to find for the same figure, from the same rows in Parquet.
DUCKDB = {
    "report": (
        """
        SELECT count(*) FILTER (WHERE views > 0), sum(visits), sum(views), sum(watched_us), median(watched_us), sum(reactions), sum(votes),
               sum(shares), count(*) FILTER (WHERE reactions > 0), count(*) FILTER (WHERE impressions > 0),
               count(*) FILTER (WHERE clicks > 0),
               count(*) FILTER (WHERE orders > 0), sum(orders), sum(units), sum(paid_minor), count(*) FILTER (WHERE guest),
               count(*) FILTER (WHERE clicks > 0 AND impressions > 0), median(epoch(first_click_at) - epoch(first_impression_at))
        FROM read_parquet('{0}/rollup.parquet') WHERE NOT suspect AND NOT staff
        """,
        """
        SELECT target, kind, sum(n), count(DISTINCT viewer_id) FROM read_parquet('{0}/ledger_entry.parquet')
        WHERE kind IN ('impression', 'click') GROUP BY target, kind
        """,
        """
        SELECT max(c) FROM (SELECT sum(d) OVER (ORDER BY moment, d) AS c FROM (
            SELECT started_at AS moment, 1 AS d FROM read_parquet('{0}/playing.parquet')
            UNION ALL SELECT ended_at, -1 FROM read_parquet('{0}/playing.parquet')))
        """,
    ),
    "series": (
        """
        SELECT epoch("at") // 10, kind, sum(n) FROM read_parquet('{0}/ledger_entry.parquet')
        WHERE kind IN ('reaction', 'click') GROUP BY ALL
        """,
        """
        SELECT step, max(c) FROM (SELECT epoch(moment) // 10 AS step, sum(d) OVER (ORDER BY moment, d) AS c FROM (
            SELECT started_at AS moment, 1 AS d FROM read_parquet('{0}/playing.parquet')
            UNION ALL SELECT ended_at, -1 FROM read_parquet('{0}/playing.parquet'))) GROUP BY step
        """,
    ),
    "moments": (
        f"""
        WITH mark AS (SELECT {START} + to_seconds(i * {PIN_EVERY_SECONDS}) AS pinned FROM range(1, {SECONDS // PIN_EVERY_SECONDS}) AS p(i)),
             side AS (SELECT pinned AS since, pinned + INTERVAL 5 MINUTE AS until FROM mark
                      UNION SELECT pinned - INTERVAL 5 MINUTE, pinned FROM mark)
        SELECT since, count(DISTINCT viewer_id)
        FROM side JOIN read_parquet('{{0}}/playing.parquet') ON started_at < until AND ended_at > since GROUP BY since
        UNION ALL
        SELECT since, count(DISTINCT viewer_id) FROM side JOIN read_parquet('{{0}}/ledger_entry.parquet') ON "at" >= since AND "at" < until
        WHERE kind = 'click' GROUP BY since
        UNION ALL
        SELECT since, count(DISTINCT viewer_id) FROM side JOIN read_parquet('{{0}}/ledger_entry.parquet') ON "at" >= since AND "at" < until
        WHERE kind = 'order' GROUP BY since
        """,
    ),
    "viewers' cohorts": (f"WITH {_SEEN}, {_COHORTS.format('{0}', 'week', 'seen')}",),
    "buyers' cohorts": (f"WITH {_SEEN}, {_BOUGHT}, {_COHORTS.format('{0}', 'month', 'bought')}",),
    "segment": (f"WITH {_SEEN}, {_BOUGHT}, {_SEGMENT}",),
    "map": (f"WITH {_SEEN}, {_BOUGHT}, {_MAP}",),
    "channel": (
        """
        SELECT count(DISTINCT viewer_id) FILTER (WHERE views > 0), sum(views), sum(watched_us), sum(reactions), sum(clicks), sum(orders),
               sum(paid_minor), count(DISTINCT viewer_id) FILTER (WHERE orders > 0)
        FROM read_parquet('{0}/rollup.parquet') WHERE NOT suspect AND NOT staff
        """,
    ),
}  # fmt: skip


async def ask_showfloor(what: str, url: str, folder: Path) -> float:
    """Return how many seconds the figure takes, the connection's included."""
    began = time.perf_counter()
    database = Database(url, pool_size=1)
    try:
        if what == "report":
            await Reports(database, SystemClock()).report(SHOW)
        elif what == "series":
            await Reports(database, SystemClock()).series(SHOW)
        elif what == "moments":
            await ChannelReports(database, SystemClock()).moments(SHOW)
        elif what == "channel":
            await ChannelReports(database, SystemClock(), Shelf(folder)).report(CHANNEL, Asked(*YEAR), None)
        else:
            await ask_about_people(what, database, Lifetimes(database, SystemClock(), Shelf(folder)))
        return time.perf_counter() - began
    finally:
        await database.close()


async def ask_about_people(what: str, database: Database, lifetimes: Lifetimes) -> None:
    """Ask for a figure of the channel's people over the year."""
    if what == "viewers' cohorts":
        await lifetimes.retention(CHANNEL, "view", "view", Span("week", *YEAR))
    elif what == "map":
        segments = Segments(database, SystemClock(), lifetimes)
        await segments.map(CHANNEL, "lifecycle", date(2025, 10, 3), YEAR[1])
    elif what == "segment":
        await Segments(database, SystemClock(), lifetimes).preview(CHANNEL, RULE, YEAR[1])
    else:
        await lifetimes.retention(CHANNEL, "purchase", "purchase", Span("month", *YEAR))


def ask_duckdb(what: str, folder: Path) -> float:
    """Return how many seconds DuckDB takes for the same aggregates."""
    began = time.perf_counter()
    with duckdb.connect() as bench:
        for query in DUCKDB[what]:
            bench.execute(query.format(folder)).fetchall()
    return time.perf_counter() - began


if __name__ == "__main__":
    who, what, where, *folder = sys.argv[1:]
    print(
        asyncio.run(ask_showfloor(what, where, Path(*folder)))
        if who == "showfloor"
        else ask_duckdb(what, Path(where))
    )
