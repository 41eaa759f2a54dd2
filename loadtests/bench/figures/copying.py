"""A year of evenings whose wide rows are written straight into SQL, for sizes whose import would take hours. They are asked for like any.

What figures of a channel read is made: shows, wide rows, orders. The entries and stretches behind them are not.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
from sqlalchemy import text

from loadtests.bench.figures.making import CHANNEL, PRODUCTS
from server.db import driver
from server.db.engine import Database

_START = "TIMESTAMPTZ '2025-01-05 11:00:00+00'"
_PIECE_BYTES = 1 << 20
# Of those who came a third are guests, two in three of whom the channel may recognise; one in fifty bought.
_ROWS = f"""
    SELECT concat('evening-', s) AS show_id, concat('v_', md5(CAST(person AS VARCHAR))) AS viewer_id, started_at, person,
           1 + h % 2 AS visits, h % 7 AS reactions, h % 4 AS impressions, CASE WHEN h % 10 < 3 THEN 1 ELSE 0 END AS clicks,
           0 AS shares, 0 AS questions, h % 11 // 10 AS votes, CASE WHEN h % 50 = 0 THEN 1 ELSE 0 END AS orders, 0 AS units,
           started_at + to_seconds(h % 1800) AS first_at, true AS joined, person % 3 = 0 AS guest, person % 9 > 2 AS remembered,
           CASE WHEN person % 3 = 0 AND person % 9 > 2 THEN {_START} - to_days(1) END AS consent_at, h % 200 = 7 AS suspect, false AS staff,
           CASE person % 4 WHEN 0 THEN 'line' WHEN 1 THEN 'x' END AS source, CASE h % 3 WHEN 0 THEN 'desktop' ELSE 'phone' END AS device,
           CASE WHEN h % 20 = 0 THEN 0 ELSE 1 END AS views, CASE WHEN h % 20 = 0 THEN 0 ELSE 1000000 * (60 + h % 3000) END AS watched_us,
           CASE WHEN h % 50 = 0 THEN 'JPY' END AS currency, CASE WHEN h % 50 = 0 THEN 1200 ELSE 0 END AS paid_minor,
           started_at + to_seconds(1800) AS first_impression_at, started_at + to_seconds(1900) AS first_click_at
    FROM (SELECT s, person, {_START} + to_days(CAST(s * 365 // {{evenings}} AS INTEGER)) AS started_at, hash(person, s) AS h
          FROM (SELECT DISTINCT s, hash(v, s) % {{pool}} AS person FROM range({{evenings}}) AS e(s), range({{each}}) AS w(v)))
"""
_COLUMNS = (
    "show_id, viewer_id, visits, reactions, impressions, clicks, shares, questions, votes, orders, units, first_at, joined, guest,"
    " remembered, consent_at, suspect, staff, source, device, views, watched_us, currency, paid_minor, first_impression_at, first_click_at"
)
_ORDERS = f"""
    SELECT concat('o-', show_id, '-', viewer_id) AS id, '{CHANNEL}' AS channel_id, show_id, viewer_id, concat('k-', show_id) AS key,
           concat('p_', person % {PRODUCTS}) AS product_id, 1 AS quantity, 1200 AS unit_price_minor, 1200 AS amount_minor,
           'JPY' AS currency, 'imported' AS payment, started_at + to_seconds(2000) AS at
    FROM rows WHERE orders > 0 ORDER BY 1
"""
_SHOWS = text("""
    INSERT INTO show (id, channel_id, title, host, state, moderation, guests_allowed, video_hls, video_mp4, video_poster, created_at,
                      started_at, ended_at, bots_looked_for)
    SELECT 'evening-' || s, :channel, 'Evening ' || s, 'H', 'ended', 'post', true, '', '', '', now(), at, at + interval '1 hour', true
    FROM generate_series(0, :evenings - 1) AS s,
         LATERAL (SELECT timestamptz '2025-01-05 11:00:00+00' + (s * 365 / :evenings) * interval '1 day' AS at) AS begun
""")
_HEADS = text(
    "INSERT INTO journal_head (show_id, epoch, top) SELECT id, 'e', 0 FROM show ON CONFLICT DO NOTHING"
)
_KEPT = text("INSERT INTO rollup_show (show_id, kept) SELECT id, true FROM show ON CONFLICT DO NOTHING")


async def copy_evenings(database: Database, folder: Path, evenings: int, rows: int) -> int:
    """Write the year into SQL, and its wide rows into `rollup.parquet`; return how many rows that are."""
    async with database.write() as connection:
        for statement in (_SHOWS, _HEADS, _KEPT):
            await connection.execute(
                statement, {"channel": CHANNEL, "evenings": evenings} if statement is _SHOWS else {}
            )
    with duckdb.connect(str(folder / "year.duckdb")) as bench:
        bench.execute("SET memory_limit = '3GB'")
        bench.execute("SET temp_directory = ?", [str(folder)])
        made = _ROWS.format(evenings=evenings, pool=max(1, rows // 12), each=max(1, rows // evenings))
        bench.execute(f"CREATE TABLE rows AS {made} ORDER BY show_id, viewer_id")
        bench.execute(
            f"COPY (SELECT {_COLUMNS} FROM rows) TO '{folder / 'rollup.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
        )
        async with database.write() as connection:
            await connection.execute(text("ALTER TABLE rollup SET UNLOGGED"))
        people = "SELECT DISTINCT viewer_id FROM rows ORDER BY 1"
        await _copy(database, bench, people, "sealed_person (viewer_id)", folder)
        for name in [f"evening-{s}" for s in range(evenings)]:
            await _copy(
                database,
                bench,
                f"SELECT {_COLUMNS} FROM rows WHERE show_id = '{name}'",
                f"rollup ({_COLUMNS})",
                folder,
            )
        bench.execute(f"COPY ({_ORDERS}) TO '{folder / 'orders.parquet'}' (FORMAT parquet, COMPRESSION zstd)")
        bench.execute(
            f"""COPY (SELECT DISTINCT show_id AS id, started_at, started_at + INTERVAL 1 HOUR AS ended_at FROM rows)
                TO '{folder / "show.parquet"}' (FORMAT parquet)"""
        )
        await _copy(database, bench, _ORDERS, f"orders ({_names(bench, _ORDERS)})", folder)
        found = bench.execute("SELECT count(*) FROM rows").fetchone()
    (folder / "year.duckdb").unlink()
    async with database.write() as connection:
        await connection.execute(text("ANALYZE"))
    assert found is not None, "an aggregate has a row"
    return int(found[0])


def _names(bench: duckdb.DuckDBPyConnection, query: str) -> str:
    return ", ".join(row[0] for row in bench.execute(f"DESCRIBE {query}").fetchall())


async def _copy(
    database: Database, bench: duckdb.DuckDBPyConnection, query: str, into: str, folder: Path
) -> None:
    file = folder / "rows.csv"
    bench.execute(f"COPY ({query}) TO '{file}' (FORMAT csv, HEADER false)")
    async with database.write() as connection:
        await driver.copy_pieces(connection, f"COPY {into} FROM STDIN (FORMAT csv)", _pieces(file))
    file.unlink()


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE_BYTES):
            yield piece
