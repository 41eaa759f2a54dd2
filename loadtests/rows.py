"""A great show's report, by its wide rows and by looking at everybody in turn, in one run: `python -m loadtests.rows [viewers]`.

The show lies in an embedded PostgreSQL that is made for it. 200,000 viewers make about 1.06 million entries and 400,000 stretches.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import text

from loadtests.surroundings import own_database
from server.clock import SystemClock
from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.stats.canonical import read_as_whose_it_is
from server.stats.figures import build_report
from server.stats.report import ShowReport
from server.stats.repository import read_show
from server.stats.service import Reports, count
from server.workers.rollups import RollupKeeper

VIEWERS = 200_000
TIMES = 3
R = TypeVar("R")

FILL = (
    "INSERT INTO channel (id, name, currency, created_at) VALUES ('c', 'C', 'JPY', now())",
    """
    INSERT INTO show (id, channel_id, title, host, state, moderation, guests_allowed, video_hls, video_mp4, video_poster, created_at,
                      started_at, ended_at)
    VALUES ('s', 'c', 'S', 'H', 'ended', 'post', true, '', '', '', now(), now() - interval '1 day', now() - interval '23 hours')
    """,
    "INSERT INTO journal_head (show_id, epoch, top) VALUES ('s', 'e', 0)",
    """
    INSERT INTO product (id, channel_id, title, description, image, price_minor, currency, stock, sold, rank, active)
    SELECT 'p' || n, 'c', 'P', '', '', 100, 'JPY', 9, 0, n, true FROM generate_series(0, 9) AS n
    """,
    """
    INSERT INTO attendance (show_id, viewer_id, first_at, guest, remembered, suspect)
    SELECT 's', 'v_' || md5(n::text), now() - interval '1 day', n % 3 > 0, n % 2 = 0, n % 50 = 0
    FROM generate_series(1, :viewers) AS n
    """,
    """
    INSERT INTO playing (connection_id, started_at, show_id, viewer_id, process_id, ended_at)
    SELECT 'k' || n || '-' || part, start + part * interval '20 minutes', 's', 'v_' || md5(n::text), 'p',
           start + part * interval '20 minutes' + (n % 900 + 1) * interval '1 second'
    FROM generate_series(1, :viewers) AS n, generate_series(0, 1) AS part,
         LATERAL (SELECT now() - interval '1 day' + (n % 1200) * interval '1.003 seconds' AS start) AS s
    """,
    """
    INSERT INTO ledger_entry (show_id, viewer_id, kind, target, n, at)
    SELECT 's', 'v_' || md5(n::text), kind, CASE WHEN kind = 'reaction' THEN 'heart' ELSE 'p' || (n + i) % 10 END, 1,
           now() - interval '1 day' + (n % 3000 + i) * interval '1 second'
    FROM generate_series(1, :viewers) AS n, (VALUES ('impression', 3), ('reaction', 2), ('click', 0)) AS of (kind, times),
         LATERAL generate_series(1, CASE WHEN kind = 'click' THEN CASE WHEN n % 10 < 3 THEN 1 ELSE 0 END ELSE times END) AS i
    """,
    """
    INSERT INTO orders (id, channel_id, show_id, viewer_id, key, product_id, quantity, unit_price_minor, amount_minor, currency,
                        payment, at)
    SELECT 'o' || n, 'c', 's', 'v_' || md5(n::text), 'k' || n, 'p' || n % 10, 1, 100, 100, 'JPY', '',
           now() - interval '1 day' + (n % 3000 + 5) * interval '1 second'
    FROM generate_series(50, :viewers, 50) AS n
    """,
    """
    INSERT INTO ledger_entry (show_id, viewer_id, kind, target, n, amount_minor, currency, at)
    SELECT show_id, viewer_id, 'order', id, 1, 100, 'JPY', at FROM orders
    """,
    "ANALYZE",
)


async def measure(url: str, viewers: int) -> None:
    """Fill, derive, and time both ways; print a line each. Fails if the two reports differ."""
    database, clock = Database(url), SystemClock()
    try:
        async with database.write() as connection:
            for statement in FILL:
                await connection.execute(
                    text(statement), {"viewers": viewers} if ":viewers" in statement else {}
                )
        entries, seconds = await _timed(lambda: _derive(database))
        print(f"{viewers:,} viewers, {entries:,} entries; deriving all rows: {seconds:.2f} s")
        _, seconds = await _timed(RollupKeeper(database, clock).run_all)
        print(f"cutting the rows and keeping the curve: {seconds:.2f} s")
        found = {}
        for name, from_entries in (("in turn", True), ("by rows", False)):
            report = partial(_report, database, from_entries=from_entries)
            tries = [await _timed(report) for _ in range(TIMES)]
            found[name] = tries[0][0].model_dump(exclude={"as_of"})
            print(f"report {name}: {', '.join(f'{took:.2f}' for _, took in tries)} s")
        _, seconds = await _timed(lambda: Reports(database, clock).series("s"))
        print(f"series by the kept curve: {seconds:.2f} s")
        assert found["in turn"] == found["by rows"], "both ways count the same"
    finally:
        await database.close()


async def _derive(database: Database) -> int:
    async with database.write() as connection:
        await derive_rows(connection, "s")
        return int(await connection.scalar(text("SELECT count(*) FROM ledger_entry")) or 0)


async def _report(database: Database, *, from_entries: bool) -> ShowReport:
    async with database.read() as connection:
        show = await read_show(connection, "s", SystemClock().now())
        assert show is not None, "it was just written"
        await read_as_whose_it_is(connection, "s")
        return build_report(await count(connection, show, timedelta(days=90), from_entries=from_entries))


async def _timed(work: Callable[[], Awaitable[R]]) -> tuple[R, float]:
    began = time.perf_counter()
    return await work(), time.perf_counter() - began


def main() -> None:
    """Measure in a temporary directory."""
    viewers = int(sys.argv[1]) if len(sys.argv) > 1 else VIEWERS
    with own_database("rows") as database:
        asyncio.run(measure(database.url, viewers))


if __name__ == "__main__":
    main()
