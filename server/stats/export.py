"""CSV of a show's rows. Pure; cells are safe from spreadsheet formulas.

Texts that would be formulas are marked (`server.text.cells`). All cells are quoted; numbers are as they are.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal, TextIO

from sqlalchemy import Row

from server.clock import to_wire
from server.stats.series_report import SeriesReport
from server.stats.watching import MICROSECONDS, Stretches, Watched, watch
from server.text.cells import guard

ExportOf = Literal["viewers", "orders", "questions", "surveys", "series"]
Cell = str | int | float | bool | datetime | None

BYTE_ORDER_MARK = "\ufeff"
_CHUNK_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Table:
    """One header and its rows, all of the header's length."""

    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def as_text(cell: Cell, zone: tzinfo = UTC) -> str:
    """Return how a cell stands in the file: nothing for None, `true`/`false`, RFC 3339 times with `zone`'s offset, guarded text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return write_time(cell, zone)
    return guard(cell) if isinstance(cell, str) else str(cell)


def write_time(at: datetime, zone: tzinfo) -> str:
    """Return `at` as RFC 3339 has it, with the offset that `zone` has at that moment; UTC's is `Z`."""
    return to_wire(at) if zone is UTC else at.astimezone(zone).isoformat(timespec="milliseconds")


def csv_chunks(table: Table, *, bom: bool = False, zone: tzinfo = UTC) -> Iterator[str]:
    """Yield the file in pieces of many lines: RFC 4180, all cells quoted, CRLF; with `bom` a byte order mark first; times in `zone`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    buffer.write(BYTE_ORDER_MARK if bom else "")
    writer.writerow([guard(name) for name in table.header])
    for i, row in enumerate(table.rows, 1):
        writer.writerow([as_text(cell, zone) for cell in row])
        if i % _CHUNK_ROWS == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def write_table(table: Table, stream: TextIO, *, bom: bool = False, zone: tzinfo = UTC) -> None:
    """Write the file to `stream`, which must not translate line ends (`newline=""`)."""
    stream.writelines(csv_chunks(table, bom=bom, zone=zone))


def order_table(rows: Sequence[Row[Any]]) -> Table:
    """Return the show's orders, suspected bots' and staff's marked as such."""
    header = "order at viewer product title quantity unit_price_minor amount_minor currency payment"
    return Table(
        [*header.split(), "suspected_bot", "staff", "number", "state", "attributed_by", "replay"], rows
    )


def question_table(rows: Sequence[Row[Any]]) -> Table:
    """Return the show's questions in every state, suspected bots' and staff's marked as such; `votes_apart` are those in doubt.

    Viewers are ids, of who asked without their name none; names are in the transcript, for those who may read them.
    """
    header = "question asked_at viewer author text state votes answered_at answered_live answer dismissed_reason moderated_by"
    return Table([*header.split(), "suspected_bot", "staff", "votes_apart", "replay"], rows)


def survey_table(rows: Sequence[Row[Any]]) -> Table:
    """Return the answers to the show's surveys, suspected bots' and staff's marked as such, without the words that people wrote."""
    header = "survey kind question viewer score choice answered_at suspected_bot staff"
    return Table(header.split(), rows)


_DONE = ("reactions", "impressions", "clicks", "shares", "questions", "votes", "orders", "units")


def viewer_table(rows: Sequence[Row[Any]], stretches: Iterable[Stretches], length: int) -> Table:
    """Return one row per viewer; a column `spent_minor_…` for each currency. The watching of suspected bots and staff is left empty.

    `share`: the link that brought them, `share_via`: how it was passed on. `length` is the show's, in microseconds.
    """
    watched = {one.viewer_id: watch(one, 0, length) for one in stretches}
    currencies = sorted({currency for row in rows for currency in row.spent})
    header = [
        *(
            "viewer",
            "first_at",
            "staff",
            "share",
            "share_via",
            "guest",
            "remembered",
            "suspected_bot",
            "source",
            "watch_seconds",
            "visits",
            "views",
        ),
        *_DONE,
        *(f"spent_minor_{currency}" for currency in currencies),
    ]
    return Table(header, [_viewer_row(row, watched, currencies) for row in rows])


def _viewer_row(row: Row[Any], watched: dict[str, Watched], currencies: list[str]) -> list[Cell]:
    link = (row.staff, row.share, row.share_via)
    known = (row.viewer_id, row.first_at, *link, row.guest, row.remembered, row.suspect, row.source)
    one = watched.get(row.viewer_id, Watched(row.viewer_id, [], [], 0))
    seen = (None,) * 3 if row.suspect or row.staff else (one.total / MICROSECONDS, len(one.visits), one.views)
    done = (getattr(row, name) for name in _DONE)
    return [*known, *seen, *done, *(row.spent.get(currency, 0) for currency in currencies)]


def series_table(series: SeriesReport) -> Table:
    """Return one row per step of the show; `marks` names what the host's side did within it."""
    start = series.show.started_at
    marks: dict[int, list[str]] = {}
    for mark in series.marks:
        name = f"{mark.kind} {mark.subject or ''}".strip()
        marks.setdefault(int(mark.t // series.step_seconds), []).append(name)
    columns = zip(
        series.t,
        series.watching,
        series.reactions,
        series.questions,
        series.clicks,
        series.orders,
        strict=True,
    )
    rows = [
        (t, start and start + timedelta(seconds=t), *counts, "; ".join(marks.get(i, ())))
        for i, (t, *counts) in enumerate(columns)
    ]
    return Table(["t", "at", "watching", "reactions", "questions", "clicks", "orders", "marks"], rows)
