"""The tables of how people came, for files."""

from collections.abc import Iterator

from server.stats.export import Cell, Table
from server.stats.visits.visits_report import VisitsReport
from server.stats.visits.word_report import SharerRow, WordOfMouthReport

_VISITS = ("page_views", "visits", "visitors", "joined", "viewed", "bought")
_SHARERS = ("sharer", *(name for name in SharerRow.model_fields if name != "sharer"))


def visits_table(report: VisitsReport) -> Table:
    """Return a row for each label of each dimension, behind one for all."""
    return Table(["by", "label", *_VISITS], _visit_rows(report))


def _visit_rows(report: VisitsReport) -> Iterator[list[Cell]]:
    steps = report.steps
    yield ["all", None, report.page_views, report.visits, *(getattr(steps, name) for name in _VISITS[2:])]
    for breakdown in report.breakdowns:
        for part in breakdown.parts:
            label = "(others)" if part.others else part.label
            yield [breakdown.by, label, *(getattr(part, name) for name in _VISITS)]


def sharers_table(report: WordOfMouthReport) -> Table:
    """Return a row for each sharer."""
    return Table(list(_SHARERS), ([getattr(row, name) for name in _SHARERS] for row in report.by_sharer))
