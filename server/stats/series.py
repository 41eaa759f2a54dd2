"""The figures of a show over time, from its facts. Pure."""

from server.stats.concurrency import Concurrency
from server.stats.definitions import DEFINITION_VERSION, SERIES_POINTS_MAX
from server.stats.facts import SeriesFacts, ShowHead
from server.stats.figures import reported, whole_microseconds
from server.stats.series_report import SeriesReport
from server.stats.watching import MICROSECONDS, attend


def fit_step(show: ShowHead, step_seconds: int) -> int:
    """Return `step_seconds`, or the multiple of it that keeps the series of a long show within its limit."""
    length = whole_microseconds(show.length)
    return step_seconds * max(1, -(-length // (SERIES_POINTS_MAX * step_seconds * MICROSECONDS)))


def build_series(facts: SeriesFacts) -> SeriesReport:
    """Return the columns of the series; the last step may be cut short by the show's end."""
    length = whole_microseconds(facts.show.length)
    step = facts.step_seconds * MICROSECONDS
    steps = -(-length // step)
    watching = facts.watching
    if watching is None:
        live = attend(facts.viewers, length).live.values()
        curve = Concurrency.of(interval for viewer in live for interval in viewer.intervals)
        watching = curve.most_per_step(step, steps)
    return SeriesReport(
        definition_version=DEFINITION_VERSION,
        as_of=facts.show.as_of,
        provisional=facts.show.provisional,
        show=reported(facts.show),
        step_seconds=facts.step_seconds,
        suspected_bots_left_out=facts.suspects,
        t=[i * facts.step_seconds for i in range(steps)],
        watching=list(watching),
        reactions=_column(facts.reactions, steps),
        questions=_column(facts.questions, steps),
        clicks=_column(facts.clicks, steps),
        orders=_column(facts.orders, steps),
        marks=list(facts.marks),
    )


def _column(counts: dict[int, int], steps: int) -> list[int]:
    return [counts.get(i, 0) for i in range(steps)]
