"""The tables of the figures' exports as files in the three forms: the same columns and the same rows in each."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from msgspec import json

from server.history.reading import Form
from server.history.writing import write_rows
from server.stats.export import Cell, Table, csv_chunks, write_time

_TIMES: Final = frozenset(("at", "first_at", "asked_at", "answered_at"))
_CLAIMS: Final = frozenset(("staff", "guest", "remembered", "suspected_bot", "answered_live"))
_SECONDS: Final = frozenset(("t", "watch_seconds"))
_NUMBERS: Final = frozenset(
    (
        *(
            "visits",
            "views",
            "reactions",
            "impressions",
            "clicks",
            "shares",
            "questions",
            "votes",
            "votes_apart",
        ),
        *("orders", "units", "quantity", "unit_price_minor", "amount_minor", "watching", "score"),
    )
)


def type_of(name: str) -> str:
    """Return the type of a column, as DuckDB and Parquet call it."""
    if name in _TIMES:
        return "TIMESTAMPTZ"
    if name in _CLAIMS:
        return "BOOLEAN"
    if name in _SECONDS:
        return "DOUBLE"
    return "BIGINT" if name in _NUMBERS or name.startswith("spent_minor_") else "VARCHAR"


def write_table(
    table: Table,
    output: Path,
    form: Form,
    *,
    bom: bool = False,
    zone: tzinfo = UTC,
    types: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Write a table and return how many rows it has. Times are texts with `zone`'s offset, in Parquet moments.

    `types` are those of columns that are called otherwise than `type_of` knows.

    CSV alone has a byte order mark, if `bom`, and texts that are kept from being formulas.
    """
    rows = list(table.rows)
    again = Table(table.header, rows)
    if form == "csv":
        with output.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(csv_chunks(again, bom=bom, zone=zone))
    elif form == "jsonl":
        _write_lines(again, output, zone)
    else:
        lines = output.with_suffix(".lines")
        _write_lines(again, lines, UTC)
        write_rows(lines, output, [(name, types.get(name) or type_of(name)) for name in table.header])
        lines.unlink()
    return len(rows)


def _write_lines(table: Table, output: Path, zone: tzinfo) -> None:
    with output.open("wb") as stream:
        stream.writelines(_lines(table, zone))


def _lines(table: Table, zone: tzinfo) -> Iterator[bytes]:
    for row in table.rows:
        cells: dict[str, Any] = {
            name: _plain(cell, zone) for name, cell in zip(table.header, row, strict=True)
        }
        yield json.encode(cells) + b"\n"


def _plain(cell: Cell, zone: tzinfo) -> Cell:
    return write_time(cell, zone) if isinstance(cell, datetime) else cell
