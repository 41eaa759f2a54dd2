"""`python -m loadtests.bench.figures`: imports a great show and a year of evenings, asks for their figures cold, and DuckDB beside it.

Every figure is asked for by processes of their own, which are new each time; the middle one of several counts. It is asked for as the
product runs, after the worker's loop has done what it does with a show that has ended, and before that, where everything is scanned.
Engines and data are made in a temporary directory, and go with it.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import psutil
from sqlalchemy import text

from loadtests.bench.figures.copying import copy_evenings
from loadtests.bench.figures.making import CHANNEL, PRODUCTS, Size, write_evenings, write_show
from server.clock import SystemClock
from server.db import driver
from server.db.engine import Database
from server.db.migrations import migrate
from server.embedded import start_postgres
from server.history.importing import import_file
from server.stats.columns.generation_repository import give_generation, number_people
from server.stats.columns.shelf import Shelf, Wanted
from server.workers.rollups import RollupKeeper

BYTES_PER_LINE = 900
"""Of disk, at the most: file, workbench, tables with their indexes, and the write-ahead log."""
FREE_SHARE = 0.7
MEMORY_MIN = 4 << 30
SETS = (
    ("show", ("report", "series", "moments")),
    ("year", ("channel", "viewers' cohorts", "buyers' cohorts", "map", "segment")),
)
_NUMBERS = (
    "visits reactions impressions clicks shares questions votes orders units views watched_us paid_minor"
)
PARQUET: dict[str, dict[str, str]] = {
    "rollup": {
        **dict.fromkeys(("show_id", "viewer_id", "source", "device"), "VARCHAR"),
        **dict.fromkeys(_NUMBERS.split(), "BIGINT"),
        **dict.fromkeys(("guest", "remembered", "suspect", "staff"), "BOOLEAN"),
        **dict.fromkeys(("consent_at", "first_impression_at", "first_click_at"), "TIMESTAMPTZ"),
    },
    "ledger_entry": {
        **dict.fromkeys(("show_id", "viewer_id", "kind", "target"), "VARCHAR"),
        "n": "BIGINT",
        "at": "TIMESTAMPTZ",
    },
    "playing": {
        **dict.fromkeys(("show_id", "viewer_id"), "VARCHAR"),
        **dict.fromkeys(("started_at", "ended_at"), "TIMESTAMPTZ"),
    },
}
"""Which columns of which tables DuckDB gets, and their types."""


def main() -> int:
    """Run and return the exit code."""
    options = _options()
    lines = options.rows if options.copied else options.entries + 4 * options.viewers + 5 * options.rows
    free = shutil.disk_usage(options.folder).free
    if lines * BYTES_PER_LINE > free * FREE_SHARE:
        print(
            f"{lines:,} lines need about {lines * BYTES_PER_LINE >> 30} GiB, and {free >> 30} GiB are free.",
            file=sys.stderr,
        )
        return 2
    if psutil.virtual_memory().available < MEMORY_MIN:
        print("Less than 4 GiB of memory is free.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="showfloor-figures-", dir=options.folder) as folder:
        _print(_measure(Path(folder), options))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m loadtests.bench.figures", description=__doc__)
    parser.add_argument("--viewers", type=int, default=20_000, help="of the great show")
    parser.add_argument("--entries", type=int, default=106_000, help="of theirs, beside coming and watching")
    parser.add_argument("--evenings", type=int, default=50, help="of the year")
    parser.add_argument("--rows", type=int, default=50_000, help="viewers of all evenings together")
    parser.add_argument(
        "--copied", action="store_true", help="the year's wide rows go straight into SQL; no great show"
    )
    parser.add_argument("--runs", type=int, default=3, help="how often each figure is asked for")
    parser.add_argument(
        "--scans", type=int, default=1, help="how often it is asked for where nothing is kept yet"
    )
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where the data go")
    return parser.parse_args()


def _measure(folder: Path, options: argparse.Namespace) -> list[tuple[str, float, float]]:
    postgres = start_postgres(folder / "postgres")
    found = []
    try:
        for name, whats in SETS[1:] if options.copied else SETS:
            postgres.create_database(name)
            url = postgres.url(name)
            migrate(url)
            asyncio.run(_fill(url, folder, name, options))
            theirs = {what: _ask("duckdb", what, str(folder), options.runs) for what in whats}
            if name == "show":  # as whoever asks before the worker has come to it
                scanned = {what: _ask("showfloor", what, url, options.scans, before=url) for what in whats}
                found += [(f"{what}, nothing kept", scanned[what], theirs[what]) for what in whats]
            asyncio.run(_let_the_worker_work(url, folder / "columns", rollups=not options.copied))
            found += [
                (what, _ask("showfloor", what, url, options.runs, str(folder / "columns")), theirs[what])
                for what in whats
            ]
    finally:
        postgres.stop()
    return found


async def _let_the_worker_work(url: str, columns: Path, *, rollups: bool) -> None:
    """Do what the worker's loop does in the background, to its end."""
    database = Database(url, pool_size=2)
    began = time.monotonic()
    try:
        if rollups:
            await RollupKeeper(database, SystemClock()).run_all()
        print(f"  made in the background: {time.monotonic() - began:.1f} s", flush=True)
        await _keep_columns(database, columns)
    finally:
        await database.close()


async def _keep_columns(database: Database, folder: Path) -> None:
    """Give all shows a generation and write their files, as the worker does; print how fast, and how large they are."""
    clock, shelf = SystemClock(), Shelf(folder)
    async with database.read() as connection:
        shows = list(await connection.scalars(text("SELECT id FROM show WHERE ended_at IS NOT NULL")))
        rows = int(await connection.scalar(text("SELECT count(*) FROM rollup")) or 0)
    began = time.monotonic()
    for show in shows:
        async with database.write() as connection:
            await number_people(connection, show)
        async with database.write() as connection:
            assert await give_generation(connection, show, clock.now())
        async with database.read() as connection:
            await shelf.read(connection, Wanted([show], [], "JPY", clock.now()))
    seconds, size = time.monotonic() - began, sum(each.stat().st_size for each in os.scandir(folder))
    async with database.read() as connection:
        table = await connection.scalar(text("SELECT pg_total_relation_size('rollup')"))
    print(f"  columns of {rows:,} rows kept in {seconds:.1f} s, {rows / seconds:,.0f} a second;", end=" ")
    print(f"{size / rows:.1f} bytes a row, {table / rows:.0f} in SQL with its index", flush=True)


async def _fill(url: str, folder: Path, name: str, options: argparse.Namespace) -> None:
    """Make the channel, import its history, and write the same rows as Parquet."""
    database, file = Database(url, pool_size=1), folder / f"{name}.parquet"
    try:
        await _found(database)
        if options.copied:
            began = time.monotonic()
            rows = await copy_evenings(database, folder, options.evenings, options.rows)
            print(f"{name}: {rows:,} wide rows copied in {time.monotonic() - began:.1f} s", flush=True)
            return
        if name == "show":
            lines = write_show(file, Size(options.viewers, options.entries))
        else:
            lines = write_evenings(file, options.evenings, options.rows)
        began = time.monotonic()
        outcome = await import_file(database, CHANNEL, file, "parquet", step=_step)
        assert not outcome.bad, outcome.bad[0]
        seconds = time.monotonic() - began
        print(
            f"{name}: {lines:,} lines imported in {seconds:.1f} s, {lines / seconds:,.0f} a second",
            flush=True,
        )
        for table, columns in PARQUET.items():
            await _as_parquet(database, table, columns, folder / f"{table}.parquet")
        async with database.engine.connect() as connection:
            at_once = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await at_once.execute(text("VACUUM ANALYZE"))
    finally:
        await database.close()


async def _found(database: Database) -> None:
    async with database.write() as connection:
        given: dict[str, Any] = {"id": CHANNEL, "now": datetime.now(UTC)}
        await connection.execute(
            text("INSERT INTO channel (id, name, currency, created_at) VALUES (:id, 'Bench', 'JPY', :now)"),
            given,
        )
        await connection.execute(
            text("""
                INSERT INTO product (id, channel_id, title, description, image, rank, price_minor, currency, stock, sold, active)
                SELECT 'p_' || n, :id, 'Product ' || n, '', '', n, 1200, 'JPY', 0, 0, true FROM generate_series(0, :last) AS n
            """),
            {"id": CHANNEL, "last": PRODUCTS - 1},
        )


async def _as_parquet(database: Database, table: str, columns: dict[str, str], file: Path) -> None:
    rows = file.with_suffix(".csv")
    statement = f"COPY (SELECT {', '.join(columns)} FROM {table}) TO STDOUT (FORMAT csv)"
    with rows.open("wb") as stream:
        async with database.read() as connection:
            async for piece in driver.read_pieces(connection, statement, {}):
                stream.write(piece)
    types = ", ".join(f"'{name}': '{type}'" for name, type in columns.items())
    with duckdb.connect() as bench:
        bench.execute("SET memory_limit = '2GB'")
        read = f"read_csv('{rows}', columns = {{{types}}}, header = false, auto_detect = false)"
        bench.execute(f"COPY (SELECT * FROM {read}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
    rows.unlink()


def _ask(who: str, what: str, where: str, runs: int, *more: str, before: str | None = None) -> float:
    """Return the middle one of `runs` cold answers, in seconds; what is kept in the database `before` is dropped each time."""
    found = []
    for _ in range(runs):
        if before:
            asyncio.run(_forget(before))
        words = [sys.executable, "-m", "loadtests.bench.figures.asking", who, what, where, *more]
        found.append(float(subprocess.run(words, check=True, capture_output=True, text=True).stdout))
    return median(found)


async def _forget(url: str) -> None:
    database = Database(url, pool_size=1)
    try:
        async with database.write() as connection:
            for table in ("final_report", "show_curve"):
                await connection.execute(text(f"DELETE FROM {table}"))
    finally:
        await database.close()


@contextmanager
def _step(what: str, total: int | None = None) -> Iterator[Any]:
    began = time.monotonic()
    yield lambda done: None
    if (seconds := time.monotonic() - began) > 1:
        print(f"  {what}: {seconds:.1f} s", flush=True)


def _print(found: list[tuple[str, float, float]]) -> None:
    print(f"\n{'figure, cold':<20}{'Showfloor':>12}{'DuckDB':>12}{'ratio':>8}")
    for what, ours, theirs in found:
        print(f"{what:<24}{ours * 1000:>9.0f} ms{theirs * 1000:>9.0f} ms{ours / theirs:>8.1f}")


if __name__ == "__main__":
    sys.exit(main())
