"""What is exported, as a file: rows of the figures' tables, or a show's facts, in any form."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Literal

from server.db.engine import Database
from server.errors import RefusedError
from server.history.facts import stream_facts
from server.history.reading import Form
from server.history.sheets import write_table
from server.history.writing import write_facts
from server.protocol.codes import Code
from server.sealing.unsealing import facts_around
from server.stats.export import ExportOf, Table
from server.stats.service import Reports

What = Literal[ExportOf, "facts"]
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted: which rows of which shows, in which form. Facts have their times in UTC."""

    of: What
    shows: Sequence[str]
    form: Form = "csv"
    bom: bool = False
    zone: tzinfo = UTC


async def write_export(
    database: Database, reports: Reports, wanted: Wanted, output: Path, tell: Tell = lambda _: None
) -> int:
    """Write the file and return how many rows it has; `tell` takes how many shows are read. Raises `not_found`.

    Rows of several shows have the show's id before them; of one they are what the report's page gives.
    """
    if wanted.of == "facts":
        return await _write_facts(database, wanted, output, tell)
    tables = []
    for n, show in enumerate(wanted.shows, 1):
        tables.append(await reports.table(show, wanted.of))
        tell(n)
    table = tables[0] if len(tables) == 1 else together(wanted.shows, tables)
    return await asyncio.to_thread(write_table, table, output, wanted.form, bom=wanted.bom, zone=wanted.zone)


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
    rows = output.with_suffix(".rows")
    with rows.open("wb") as stream:
        for n, show in enumerate(wanted.shows, 1):
            async with facts_around(database, show) as connection:
                before = stream.tell()
                async for piece in stream_facts(connection, [show]):
                    stream.write(piece)
            if stream.tell() == before:
                raise RefusedError(Code.NOT_FOUND)
            tell(n)
    try:
        return await asyncio.to_thread(write_facts, rows, output, wanted.form, bom=wanted.bom)
    finally:
        rows.unlink()
