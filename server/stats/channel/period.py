"""Periods of whole days of a time zone, and their steps. Pure.

A day is from midnight to midnight of the zone, 23 or 25 hours long when its clocks are changed. Weeks begin on Monday.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from server.errors import RefusedError
from server.protocol.codes import Code

StepOf = Literal["day", "week", "month", "show"]

DAYS_MAX = 3_660
"""No period is longer."""
STEPS_MAX = 400
"""Nor is it cut into more steps."""

_DAY = timedelta(days=1)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return when `day` begins, in UTC. Where the clocks skip midnight that is when they do; where it comes twice, the first."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `first` to `last`, both of them in it."""

    first: date
    last: date

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def begin(self, zone: tzinfo) -> datetime:
        """Return the first moment."""
        return midnight(self.first, zone)

    def end(self, zone: tzinfo) -> datetime:
        """Return the first moment that is no longer in it."""
        return midnight(self.last + _DAY, zone)


@dataclass(frozen=True, slots=True)
class Asked:
    """A period as somebody asked for it: either end may be left out."""

    first: date | None = None
    last: date | None = None

    def resolve(self, today: date) -> Days:
        """Return the days: up to today, and from the first of the last day's month, unless told. Raises `invalid`."""
        last = self.last or (today if self.first is None else max(today, self.first))
        return days_between(self.first or last.replace(day=1), last)

    def resolve_beside(self, days: Days) -> Days:
        """Return the days to compare `days` with: the ones before it, unless told. Raises `invalid`."""
        if self.first is None and self.last is None:
            return before(days)
        first, last = self.first, self.last
        if first is None or last is None:
            raise RefusedError(Code.INVALID, "Both ends of the period to compare with are needed.")
        return days_between(first, last)


def days_between(first: date, last: date) -> Days:
    """Return a period; raises `invalid` where it ends before it begins, or is longer than `DAYS_MAX`."""
    if last < first:
        raise RefusedError(Code.INVALID, "The period ends before it begins: `to` is before `from`.")
    found = Days(first, last)
    if len(found) > DAYS_MAX:
        raise RefusedError(Code.INVALID, f"A period has {DAYS_MAX} days at most.")
    if not date(1970, 1, 2) <= first <= last <= date(9990, 1, 1):
        raise RefusedError(Code.INVALID, "There are no figures of such days.")
    return found


def today_in(zone: tzinfo, now: datetime) -> date:
    """Return which day it is in the zone."""
    return now.astimezone(zone).date()


def before(days: Days) -> Days:
    """Return what `days` is compared with: of a month, or of its first days, the same of the month before; else as many days before it.

    Of a month that is longer than the one before, the 29th to 31st have no fellow: the earlier month's end stands for them.
    """
    if days.first.day == 1 and days.last.replace(day=1) == days.first:
        last_before = days.first - _DAY
        whole = (days.last + _DAY).day == 1
        last = last_before if whole else last_before.replace(day=min(days.last.day, last_before.day))
        return Days(last_before.replace(day=1), last)
    first = days.first - _DAY * len(days)
    return Days(first, days.first - _DAY)


def cut(days: Days, by: StepOf) -> list[Days]:
    """Return the steps of a period, in order; the first and the last may be less than a whole week or month.

    Raises `invalid` where there are more than `STEPS_MAX`.
    """
    steps: list[Days] = []
    for step in _steps(days, by):
        if len(steps) == STEPS_MAX:
            raise RefusedError(Code.INVALID, f"A period has {STEPS_MAX} steps at most: take wider ones.")
        steps.append(step)
    return steps


def _steps(days: Days, by: StepOf) -> Iterator[Days]:
    first = days.first
    while first <= days.last:
        last = min(_last_of(first, by), days.last)
        yield Days(first, last)
        first = last + _DAY


def _last_of(day: date, by: StepOf) -> date:
    if by == "week":
        return day + _DAY * (6 - day.weekday())
    if by == "month":
        return (day.replace(day=28) + 4 * _DAY).replace(day=1) - _DAY
    return day


def is_whole(step: Days, by: StepOf) -> bool:
    """Whether a step is all of its week or month."""
    if by == "week":
        return step.first.weekday() == 0 and step.last.weekday() == 6
    return by != "month" or (step.first.day == 1 and step.last == _last_of(step.first, by))
