"""What is exported, as a file: rows of the figures' tables, or a show's facts, in any form."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Literal, cast

from server.db.engine import Database
from server.errors import RefusedError
from server.history.facts import stream_facts
from server.history.reading import Form
from server.history.sheets import write_table
from server.history.writing import write_facts
from server.protocol.codes import Code
from server.query.answer import FIGURE_TYPES, as_figures, as_table, types_of
from server.query.catalogue import METRICS, Metric
from server.query.grammar import Query, ShowsPeriod
from server.query.service import Queries
from server.sealing.unsealing import facts_around
from server.stats.export import ExportOf, Table
from server.stats.service import Reports

What = Literal[ExportOf, "facts", "report", "query"]
Tell = Callable[[int, int], None]
"""Takes how many shows, and how many rows, are read."""
ROWS_MAX = 200_000
"""No question's result is longer."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted: which rows of which shows, or which question's result, in which form. Facts have their times in UTC."""

    of: What
    shows: Sequence[str]
    form: Form = "csv"
    bom: bool = False
    zone: tzinfo = UTC
    channel: str = ""
    query: Query | None = None

    def result_of(self) -> Query | None:
        """Return the question whose result is wanted; a report is one about all figures of each show."""
        if self.of != "report":
            return self.query
        every: list[Metric] = [metric for metric in METRICS if metric != "viewers_units"]
        shows = ShowsPeriod(type="shows", shows=list(self.shows))
        return Query.model_construct(metrics=every, dimensions=["show"], period=shows)


async def write_export(
    database: Database,
    reports: Reports,
    wanted: Wanted,
    output: Path,
    tell: Tell = lambda *_: None,
    *,
    queries: Queries | None = None,
) -> int:
    """Write the file and return how many rows it has; `tell` takes what is read. Raises `not_found`, and what a question raises.

    Rows of several shows have the show's id before them; of one they are what the report's page gives.
    """
    if wanted.of == "facts":
        return await _write_facts(database, wanted, output, tell)
    query = wanted.result_of()
    if query is not None:
        return await _write_result(queries or Queries(database, reports.clock), query, wanted, output, tell)
    tables, read = [], 0
    for n, show in enumerate(wanted.shows, 1):
        table = await reports.table(show, cast("ExportOf", wanted.of))
        rows = list(table.rows)
        tables.append(Table(table.header, rows))
        read += len(rows)
        tell(n, read)
    table = tables[0] if len(tables) == 1 else together(wanted.shows, tables)
    return await asyncio.to_thread(write_table, table, output, wanted.form, bom=wanted.bom, zone=wanted.zone)


async def _write_result(queries: Queries, query: Query, wanted: Wanted, output: Path, tell: Tell) -> int:
    answer = await queries.answer(wanted.channel, query, limit=ROWS_MAX)
    tell(0, len(answer.rows))
    in_long = wanted.of == "report"
    table = as_figures(answer) if in_long else as_table(answer)
    types = FIGURE_TYPES if in_long else types_of(answer)
    form, bom, zone = wanted.form, wanted.bom, wanted.zone
    return await asyncio.to_thread(write_table, table, output, form, bom=bom, zone=zone, types=types)


def together(shows: Sequence[str], tables: Sequence[Table]) -> Table:
    """Return the rows of several shows as one table; what one of them has no column for is empty there."""
    header = list(dict.fromkeys(name for table in tables for name in table.header))
    rows = [
        [show, *(dict(zip(table.header, row, strict=True)).get(name) for name in header)]
        for show, table in zip(shows, tables, strict=True)
        for row in table.rows
    ]
    return Table(["show", *header], rows)


async def _write_facts(database: Database, wanted: Wanted, output: Path, tell: Tell) -> int:
    rows, read = output.with_suffix(".rows"), 0
    with rows.open("wb") as stream:
        for n, show in enumerate(wanted.shows, 1):
            async with facts_around(database, show) as connection:
                before = stream.tell()
                async for piece in stream_facts(connection, [show]):
                    stream.write(piece)
                    read += piece.count(b"\n")  # more than there are where a text has several lines
                    tell(n - 1, read)
            if stream.tell() == before:
                raise RefusedError(Code.NOT_FOUND)
            tell(n, read)
    try:
        return await asyncio.to_thread(write_facts, rows, output, wanted.form, bom=wanted.bom)
    finally:
        rows.unlink()
