"""Cohorts: those who did something first in the same interval, and how many of them did it, or something else, in each interval after.

Pure. A cell is null where its interval has not begun; it is provisional while it, or the cohort's own interval, goes on. A later cell may
be higher than an earlier one: who stayed away may come again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pydantic import Field

from server.stats.chance import Interval as Bounds
from server.stats.chance import wilson
from server.stats.lifetime.calendar import Interval, advance, age
from server.stats.money import divide_half_up
from server.stats.ratio import Figures

SMALL: Final = 30
"""A share of fewer people than this is shown with restraint."""


class RetentionCell(Figures):
    """Those of a cohort, or of several, who came back in one interval."""

    part: int
    whole: int
    share: float
    interval: Bounds
    provisional: bool = Field(description="the interval, or the cohort's own, still goes on")


class RetentionCohort(Figures):
    """One cohort; `cells[k]` is what its people did k intervals after their own."""

    start: date = Field(description="the first day of its interval, in the channel's zone")
    size: int
    cells: list[RetentionCell | None] = Field(description="null where the interval has not begun")


class ValueCell(Figures):
    """What a cohort has brought up to the end of one interval."""

    net_minor: int = Field(description="of all its people, paid minus refunded")
    per_customer_minor: int = Field(description="rounded half up")
    provisional: bool


class ValueCohort(Figures):
    """One cohort of customers; `cells[k]` is everything they had brought k intervals after their first purchase."""

    start: date
    size: int
    cells: list[ValueCell | None] = Field(description="null where the interval has not begun")


@dataclass(frozen=True, slots=True)
class Axis:
    """The columns of a table of cohorts: from age 0 to that of the oldest cohort today."""

    interval: Interval
    first: date
    current: date
    """Where the interval begins in which we are."""

    @property
    def ages(self) -> int:
        """How many columns there are."""
        return age(self.first, self.current, self.interval) + 1

    def beginning(self, cohorts: Iterable[date]) -> "Axis":
        """Return the columns that the oldest of these cohorts needs."""
        return Axis(self.interval, min(cohorts, default=self.first), self.current)

    def begun(self, cohort: date, k: int) -> bool:
        """Whether the interval `k` after `cohort` has begun."""
        return advance(cohort, self.interval, k) <= self.current

    def going_on(self, cohort: date, k: int) -> bool:
        """Whether that interval has not ended."""
        return advance(cohort, self.interval, k) == self.current


Back = Mapping[tuple[date, int], int]
"""How many, or how much, of a cohort at an age."""


def build_retention(sizes: Mapping[date, int], back: Back, axis: Axis) -> list[RetentionCohort]:
    """Return the cohorts in order, each with a cell for every age."""
    return [
        RetentionCohort(
            start=start,
            size=size,
            cells=[
                cell_of(back.get((start, k), 0), size, provisional=axis.going_on(start, k))
                if axis.begun(start, k)
                else None
                for k in range(axis.ages)
            ],
        )
        for start, size in sorted(sizes.items())
    ]


def cell_of(part: int, whole: int, *, provisional: bool) -> RetentionCell:
    """Return a cell of a cohort that has somebody in it."""
    bounds = wilson(part, whole)
    assert bounds is not None
    return RetentionCell(part=part, whole=whole, share=part / whole, interval=bounds, provisional=provisional)


def together(cohorts: Iterable[RetentionCohort]) -> list[RetentionCell | None]:
    """Return, for each age, all those cohorts added up whose interval of that age has ended; null where there is none."""
    columns = zip(*(cohort.cells for cohort in cohorts), strict=True)
    return [_added([cell for cell in column if cell and not cell.provisional]) for column in columns]


def _added(cells: list[RetentionCell]) -> RetentionCell | None:
    if not cells:
        return None
    return cell_of(sum(cell.part for cell in cells), sum(cell.whole for cell in cells), provisional=False)


def build_value(sizes: Mapping[date, int], net: Back, axis: Axis) -> list[ValueCohort]:
    """Return the cohorts in order with what each brought to date, by age; `net` is what it brought within each interval."""
    return [
        ValueCohort(start=start, size=size, cells=_values(start, size, net, axis))
        for start, size in sorted(sizes.items())
    ]


def _values(start: date, size: int, net: Back, axis: Axis) -> list[ValueCell | None]:
    total = 0
    cells: list[ValueCell | None] = []
    for k in range(axis.ages):
        total += net.get((start, k), 0)
        each = divide_half_up(total, size)
        assert each is not None
        cell = ValueCell(net_minor=total, per_customer_minor=each, provisional=axis.going_on(start, k))
        cells.append(cell if axis.begun(start, k) else None)
    return cells
