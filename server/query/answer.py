"""The answer to a question, and the same as one flat table."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic import Field

from server.query.catalogue import has_interval, kind_of
from server.query.cells import Found
from server.stats.channel.figure import Figure
from server.stats.channel.report import About, Change, LeftOutOfPeriod, Period
from server.stats.export import Cell, Table
from server.stats.ratio import Figures


class QueryRow(Figures):
    """One combination of the dimensions: its figures, in the order of the metrics, one for each currency."""

    values: dict[str, str | int | None] = Field(description="by dimension; null where it is not known")
    whole: bool = Field(description="false for a week or month of which the period has only a part")
    figures: list[Figure]
    changes: list[Change] = Field(
        description="against the same row of the period to compare with; empty without one"
    )


class QueryAnswer(About):
    """What a question comes to. People are counted once in each row, and once in the total: rows do not add up to it."""

    period: Period | None = Field(description="null where shows were named")
    compared_with: Period | None
    shows: int = Field(description="how many shows it is about")
    metrics: list[str]
    dimensions: list[str]
    left_out: LeftOutOfPeriod = Field(description="of all that the question is about")
    total: QueryRow
    rows: list[QueryRow]
    found: int = Field(description="how many rows there are; `limit` of them are given")
    names: dict[str, str] = Field(description="titles of the shows and products in the rows, by id")


def as_row(cell: Found, dimensions: Sequence[str], changes: Sequence[Change] = ()) -> QueryRow:
    """Return a cell as the answer has it, its dimensions in their order."""
    values = {each: cell.values[each] for each in dimensions if each in cell.values}
    return QueryRow(values=values, whole=cell.slot.whole, figures=list(cell.figures), changes=list(changes))


def as_table(answer: QueryAnswer) -> Table:
    """Return the rows as one table: the dimensions, then each metric with its numbers, then what all rows share.

    Money has a column for each currency, in minor units; a share also what it is of, and its interval. The columns depend on the question
    and on the currencies in its answer alone, not on the form of the file.
    """
    currencies = _currencies(answer)
    header = [*answer.dimensions, *(f"{each}_title" for each in _titled(answer))]
    for metric in answer.metrics:
        header += _columns(metric, currencies)
    header += ["provisional", "definition_version", "as_of", "time_zone"]
    return Table(header, list(_rows(answer, currencies)))


def _titled(answer: QueryAnswer) -> list[str]:
    return [each for each in answer.dimensions if each in {"show", "product"}]


def _currencies(answer: QueryAnswer) -> list[str]:
    """Return the channel's currency, then all others in which there is money."""
    found = {f.currency for row in (answer.total, *answer.rows) for f in row.figures if f.currency}
    return [answer.currency, *sorted(found - {answer.currency})]


def _by_currency(metric: str) -> bool:
    return kind_of(metric) == "money" or metric in {"orders", "units"}


def _columns(metric: str, currencies: Sequence[str]) -> list[str]:
    kind = kind_of(metric)
    names = [metric]
    if _by_currency(metric):
        unit = "_minor" if kind == "money" else ""
        names = [f"{metric}{unit}_{currency}" for currency in currencies]
    elif kind == "seconds":
        names = [f"{metric}_seconds"]
    more = [f"{metric}_part", f"{metric}_whole"] if kind == "share" else []
    bounds = [f"{metric}_low", f"{metric}_high"] if has_interval(metric) and not _by_currency(metric) else []
    return [*names, *more, *bounds]


def _rows(answer: QueryAnswer, currencies: Sequence[str]) -> Iterator[list[Cell]]:
    for row in answer.rows:
        cells: list[Cell] = [row.values.get(each) for each in answer.dimensions]
        cells += [answer.names.get(str(row.values.get(each))) for each in _titled(answer)]
        by_key: dict[tuple[str, str | None], Figure] = {(f.key, f.currency): f for f in row.figures}
        for metric in answer.metrics:
            cells += _cells(metric, by_key, currencies)
        provisional = any(each.provisional for each in row.figures)
        yield [*cells, provisional, answer.definition_version, answer.as_of, answer.time_zone]


def _cells(
    metric: str, figures: Mapping[tuple[str, str | None], Figure], currencies: Sequence[str]
) -> list[Cell]:
    if _by_currency(metric):
        found = [figures.get((metric, currency)) for currency in currencies]
        return [None if each is None else each.amount for each in found]
    figure = figures.get((metric, None))
    interval = figure.interval if figure else None
    cells: list[Cell] = [figure.amount if figure else None]
    if kind_of(metric) == "share":
        cells += [figure.part, figure.whole] if figure else [None, None]
    if has_interval(metric):
        cells += [interval.low, interval.high] if interval else [None, None]
    return cells


def types_of(answer: QueryAnswer) -> dict[str, str]:
    """Return the types of the table's columns, as DuckDB and Parquet call them."""
    types = dict.fromkeys([*answer.dimensions, "time_zone"], "VARCHAR")
    types |= {f"{each}_title": "VARCHAR" for each in _titled(answer)}
    types |= {each: "BIGINT" for each in ("hour", "weekday") if each in types}
    for metric in answer.metrics:
        whole = kind_of(metric) == "count" or kind_of(metric) == "money"
        for column in _columns(metric, _currencies(answer)):
            types[column] = "BIGINT" if whole or column.endswith(("_part", "_whole")) else "DOUBLE"
    return types | {"provisional": "BOOLEAN", "definition_version": "BIGINT", "as_of": "TIMESTAMPTZ"}


FIGURE_TYPES: Final = {
    **dict.fromkeys(("show", "title", "figure", "kind", "currency"), "VARCHAR"),
    **dict.fromkeys(("amount", "low", "high"), "DOUBLE"),
    **dict.fromkeys(("part", "whole", "n", "without_a_view", "definition_version"), "BIGINT"),
    **dict.fromkeys(("known_at", "as_of"), "TIMESTAMPTZ"),
    "provisional": "BOOLEAN",
}
"""The columns of `as_figures`, in no order."""


def as_figures(answer: QueryAnswer) -> Table:
    """Return the shows of an answer by show as one table, a row for each figure: what a report says, with all that a figure carries."""
    header = "show title figure kind amount currency part whole low high n without_a_view provisional known_at definition_version as_of"
    rows = [
        [
            *(row.values["show"], answer.names.get(str(row.values["show"])), figure.key, figure.kind),
            *(figure.amount, figure.currency, figure.part, figure.whole),
            *((figure.interval.low, figure.interval.high) if figure.interval else (None, None)),
            *(figure.n, figure.without_a_view, figure.provisional, figure.known_at),
            *(answer.definition_version, answer.as_of),
        ]
        for row in answer.rows
        for figure in row.figures
    ]
    return Table(header.split(), rows)
