"""CSV that a spreadsheet cannot run."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.stats.export import BYTE_ORDER_MARK, Cell, Table, csv_chunks
from server.text.cells import guard
from server.zones import find_zone

CELLS = Path(__file__).parents[3] / "client_demo" / "tests" / "analyst" / "cells.json"
"""What people write and how it stands in a cell: the pages' tests go by the same."""


def written(table: Table, *, bom: bool = False, zone: tzinfo = UTC) -> str:
    return "".join(csv_chunks(table, bom=bom, zone=zone))


@pytest.mark.parametrize(("text", "safe"), json.loads(CELLS.read_text("utf-8")))
def test_a_text_that_looks_like_a_formula_gets_an_apostrophe(text: str, safe: str) -> None:
    assert guard(text) == safe


def test_cells_are_written_by_their_kind() -> None:
    at = datetime(2026, 11, 22, 12, 0, 0, 500_000, tzinfo=UTC)
    row: list[Cell] = [None, True, False, -3, 2.5, at, "-3"]
    line = written(Table(["a"] * 7, [row])).splitlines()[1]
    assert line == '"","true","false","-3","2.5","2026-11-22T12:00:00.500Z","\'-3"'


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_of_a_zone_has_its_own_hours(day: str, hours: int) -> None:
    """Every hour of two days: as many of them carry the day's date as the day is long, and each says its offset."""
    zone = find_zone("Europe/Berlin")
    begin = datetime.fromisoformat(f"{day}T00:00:00").astimezone(UTC) - timedelta(hours=12)
    moments = [begin + timedelta(hours=n) for n in range(48)]
    lines = written(Table(["at"], [[at] for at in moments]), zone=zone).splitlines()[1:]
    rows = [line.strip('"') for line in lines]
    assert sum(row.startswith(day) for row in rows) == hours
    assert [datetime.fromisoformat(row) for row in rows] == moments
    assert len(set(rows)) == len(rows), "the hour that comes twice is told apart by its offset"


def test_lines_end_as_the_standard_says_and_the_mark_comes_first() -> None:
    assert written(Table(["a", "b"], [[1, 2]]), bom=True) == BYTE_ORDER_MARK + '"a","b"\r\n"1","2"\r\n'


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2, max_size=2
        )
    )
)
def test_whatever_people_wrote_comes_back_whole_and_harmless(rows: list[list[str]]) -> None:
    text = written(Table(["a", "b"], rows))
    _, *back = csv.reader(io.StringIO(text, newline=""))
    for row, row_back in zip(rows, back, strict=True):
        assert row_back == [guard(cell) for cell in row]
        cells = [piece for cell in row_back for piece in (cell, *re.split("[;\\t\\r\\n]", cell)[1:])]
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in cells)
        assert not any(cell.startswith(("\t", "\r", "\n")) for cell in row_back)


def test_a_long_table_comes_in_pieces() -> None:
    pieces = list(csv_chunks(Table(["n"], ([n] for n in range(2_500)))))
    assert len(pieces) == 3
    assert len("".join(pieces).splitlines()) == 2_501
