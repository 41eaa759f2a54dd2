"""Files of history of any size, written by DuckDB: the envelope of `docs/history.md`, the same each time."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

CHANNEL = "bench"
SHOW = "big"
PRODUCTS = 6
SECONDS = 3_600
START = "TIMESTAMPTZ '2026-01-15 11:00:00+00'"
PIN_EVERY_SECONDS = 180
"""So often a product is pinned in the great show."""
_COLUMNS = """
    CAST(NULL AS VARCHAR) AS viewer, CAST(NULL AS VARCHAR) AS connection, CAST(NULL AS VARCHAR) AS target, CAST(NULL AS BIGINT) AS n,
    CAST(NULL AS VARCHAR) AS source, CAST(NULL AS BOOLEAN) AS guest, CAST(NULL AS VARCHAR) AS device,
    CAST(NULL AS TIMESTAMPTZ) AS ended_at, CAST(NULL AS BOOLEAN) AS bots_looked_for, CAST(NULL AS VARCHAR) AS currency,
    CAST(NULL AS JSON) AS lines
"""


@dataclass(frozen=True, slots=True)
class Size:
    """One show: how many viewers it has and how many entries of theirs beside coming and watching."""

    viewers: int
    entries: int


def write_show(file: Path, size: Size) -> int:
    """Write one great show of an hour, and return how many lines that are."""
    pins = f"""
        SELECT concat('pin-', i) AS id, '{SHOW}' AS show, 'product_pin' AS kind, {START} + to_seconds(i * {PIN_EVERY_SECONDS}) AS at,
               concat('p_', i % {PRODUCTS}) AS target FROM range(1, {SECONDS // PIN_EVERY_SECONDS}) AS p(i)
    """
    return _write(file, [*_show(f"'{SHOW}'", START, size, "v"), pins])


def write_evenings(file: Path, evenings: int, rows: int) -> int:
    """Write a year of evenings with `rows` viewers in all; each of them is drawn from a pool, so that many come back."""
    size = Size(max(1, rows // evenings), max(1, rows // evenings))
    pool = max(1, rows // 12)
    each = f"TIMESTAMPTZ '2025-01-05 11:00:00+00' + to_days(CAST(s * 365 // {evenings} AS INTEGER))"
    parts = _show(
        "concat('evening-', s)", each, size, f"hash(v, s) % {pool}", over=f"range({evenings}) AS e(s)"
    )
    return _write(file, parts)


def _show(show: str, start: str, size: Size, who: str, over: str = "(SELECT 1) AS one") -> list[str]:
    """Return a SELECT for each kind of line; everybody watches for some minutes, and acts while they do."""
    viewers = f"FROM {over}, range({size.viewers}) AS w(v)"
    came = f"{start} + to_seconds(hash(v, 1) % {SECONDS // 2})"
    left = f"{start} + to_seconds(hash(v, 1) % {SECONDS // 2} + 60 + hash(v, 2) % {SECONDS // 2 - 60})"
    viewer = f"concat('v_', {who})"
    tab = f"concat({show}, '/', v)"
    known = f"{viewer} AS viewer, {tab} AS connection"
    acts = f"FROM {over}, (SELECT i, i % {size.viewers} AS v FROM range({size.entries}) AS a(i)) AS act"
    kind = "CASE WHEN hash(i) % 100 < 60 THEN 'reaction' WHEN hash(i) % 100 < 88 THEN 'view_promotion' ELSE 'select_item' END"
    target = f"CASE WHEN hash(i) % 100 < 60 THEN 'heart' ELSE concat('p_', hash(i, 3) % {PRODUCTS}) END"
    line = f"json_array(json_object('product', concat('p_', v % {PRODUCTS}), 'quantity', 1, 'amount_minor', 1200))"
    return [
        f"""SELECT concat({show}, '/show') AS id, {show} AS show, 'show' AS kind, {start} AS at,
               {start} + to_seconds({SECONDS}) AS ended_at,
               true AS bots_looked_for FROM {over}""",
        f"""SELECT concat({tab}, '/a') AS id, {show} AS show, 'attendance' AS kind, {came} AS at, {viewer} AS viewer,
               v % 3 = 0 AS guest, CASE v % 4 WHEN 0 THEN 'line' WHEN 1 THEN 'x' END AS source,
               CASE v % 3 WHEN 0 THEN 'desktop' ELSE 'phone' END AS device
            {viewers}""",
        f"SELECT concat({tab}, '/b') AS id, {show} AS show, 'view_start' AS kind, {came} AS at, {known} {viewers}",
        f"SELECT concat({tab}, '/c') AS id, {show} AS show, 'view_end' AS kind, {left} AS at, {known} {viewers}",
        f"""SELECT concat({show}, '/e/', i) AS id, {show} AS show, {kind} AS kind, {came} + to_seconds(hash(i, 5) % 60) AS at,
               {known}, {target} AS target, 1 + hash(i, 7) % 5 AS n {acts}""",
        f"""SELECT concat({tab}, '/o') AS id, {show} AS show, 'purchase' AS kind, {left} AS at, {viewer} AS viewer,
               concat({tab}, '/o') AS target, 'JPY' AS currency, {line} AS lines {viewers} WHERE hash(v, 9) % 50 = 0""",
    ]  # fmt: skip


def _write(file: Path, parts: list[str]) -> int:
    with duckdb.connect() as bench:
        bench.execute("SET memory_limit = '2GB'")
        bench.execute("SET temp_directory = ?", [str(file.parent)])
        bench.execute("SET preserve_insertion_order = false")
        shape = f"SELECT '' AS id, '' AS show, '' AS kind, now() AS at, {_COLUMNS} WHERE false"
        rows = (
            " UNION ALL BY NAME ".join(f"({part})" for part in [shape, *parts])
            .replace("AS show", 'AS "show"')
            .replace("AS at", 'AS "at"')
        )
        bench.execute(f"COPY ({rows}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
        found = bench.execute("SELECT count(*) FROM read_parquet(?)", [str(file)]).fetchone()
        assert found is not None, "an aggregate has a row"
        return int(found[0])
