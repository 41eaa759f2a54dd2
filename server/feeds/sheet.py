"""A text as a table: which sign parts its cells, what its columns are called, and its lines one by one. Pure."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.feeds.cells import unmark
from server.feeds.rules import CELL_CHARACTERS_MAX, Record, unreadable

DELIMITERS = ",\t;"
_QUOTED = re.compile(r'"[^"]*"')
_COLUMNS_MAX = 500


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table's columns, as the file calls them, and its lines."""

    columns: tuple[str, ...]
    records: Iterator[Record]


def read_sheet(text: str, *, lines_max: int) -> Sheet:
    """Return the table in `text`; raises `feed_unreadable` here, and later while its lines are read.

    Lines end as they like; a line break within quotes is part of its cell. The first line that is not empty names the columns.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise unreadable("empty", "The file is empty.")
    rows = _rows(text, _delimiter_of(first), lines_max)
    _, header = next(rows)
    columns = tuple(name.strip().lstrip("\ufeff") for name in header)
    if len(columns) > _COLUMNS_MAX:
        raise unreadable("columns", f"There are more than {_COLUMNS_MAX} columns.", 1)
    return Sheet(columns, _records(rows, columns))


def _delimiter_of(first: str) -> str:
    plain = _QUOTED.sub("", first)
    return max(DELIMITERS, key=plain.count)


def _rows(text: str, delimiter: str, lines_max: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each line that holds something, with its number in the file; a record of several lines has its first."""
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    # Lines are given as they are, so that the reader sees the line breaks within quotes.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    seen = 0
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" in str(error):
                raise unreadable(
                    "too_long", "A cell is too long; a quotation mark may be missing.", line
                ) from None
            raise unreadable(
                "quote", "A quotation mark is not closed, or stands within a cell.", line
            ) from None
        if not any(cell.strip() for cell in row):
            continue
        seen += 1
        if seen > lines_max + 1:
            raise unreadable("too_many_lines", f"There are more than {lines_max:,} lines.", line)
        yield line, row


def _records(rows: Iterator[tuple[int, list[str]]], columns: Sequence[str]) -> Iterator[Record]:
    for line, row in rows:
        cells: dict[str, str] = {}
        for name, cell in zip(columns, row, strict=False):
            value = unmark(cell.strip())
            if value and name not in cells:
                cells[name] = value
        yield Record(line, cells, extra=any(cell.strip() for cell in row[len(columns) :]))
