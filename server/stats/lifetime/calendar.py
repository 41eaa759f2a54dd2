"""Days, weeks (from Monday) and months of a channel's own zone. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from server.zones import find_zone

Interval = Literal["day", "week", "month"]
Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))]
"""A day that a request names."""
COHORTS: Final[dict[Interval, int]] = {"day": 30, "week": 26, "month": 24}
"""So many cohorts are shown where nobody says from when."""
COHORTS_MAX: Final = 120


def begin(day: date, interval: Interval) -> date:
    """Return the first day of the interval that `day` is in."""
    if interval == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval == "month" else day


def advance(start: date, interval: Interval, n: int = 1) -> date:
    """Return the first day of the interval `n` after the one that begins on `start`."""
    if interval == "month":
        months = start.year * 12 + start.month - 1 + n
        return date(months // 12, months % 12 + 1, 1)
    return start + timedelta(days=n * (7 if interval == "week" else 1))


def age(start: date, later: date, interval: Interval) -> int:
    """Return how many intervals lie between two that begin on `start` and `later`."""
    if interval == "month":
        return (later.year - start.year) * 12 + later.month - start.month
    return (later - start).days // (7 if interval == "week" else 1)


def intervals(first: date, last: date, interval: Interval) -> Iterator[date]:
    """Yield the first day of every interval from the one of `first` to the one of `last`."""
    start = begin(first, interval)
    while start <= last:
        yield start
        start = advance(start, interval)


def midnight(day: date, zone: str) -> datetime:
    """Return the moment at which `day` begins in `zone`; where clocks leap over it, that of the leap."""
    local = datetime.combine(day, time(), find_zone(zone))
    return local.astimezone(UTC)


def today(now: datetime, zone: str) -> date:
    """Return which day it is in `zone`."""
    return now.astimezone(find_zone(zone)).date()
