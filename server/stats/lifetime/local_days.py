"""Moments as days, weeks and months of a zone, many at once. Pure; moments are microseconds since 1970."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

import numpy as np

from server.stats.columns.rows import Column
from server.stats.lifetime.calendar import Interval

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = 1_000_000
_HOUR: Final = 3_600 * _SECOND
_DAY: Final = 24 * _HOUR
_MONDAY: Final = 3
"""1970 began on a Thursday."""


def local_days(at: Column, zone: tzinfo) -> Column:
    """Return the day of each moment in the zone, as days since 1970-01-01."""
    hours, number = np.unique(np.floor_divide(at, _HOUR), return_inverse=True)
    begins = np.array([_offset(int(hour) * _HOUR, zone) for hour in hours], np.int64)
    ends = np.array([_offset(int(hour + 1) * _HOUR - 1, zone) for hour in hours], np.int64)
    offsets = begins[number]
    for i in np.flatnonzero((begins != ends)[number]):  # clocks were changed within the hour
        offsets[i] = _offset(int(at[i]), zone)
    days: Column = np.floor_divide(at + offsets, _DAY)
    return days


def _offset(at: int, zone: tzinfo) -> int:
    ahead = (_EPOCH + timedelta(microseconds=at)).astimezone(zone).utcoffset()
    assert ahead is not None, "a moment in a zone has an offset"
    return ahead // timedelta(microseconds=1)


def intervals_of(days: Column, interval: Interval) -> Column:
    """Return a number for the interval that each day is in; of two intervals that follow each other it is one more."""
    if interval == "month":
        months: Column = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        return months
    return days if interval == "day" else np.floor_divide(days + _MONDAY, 7)


def interval_of(day: date, interval: Interval) -> int:
    """Return the number of the interval that a day is in."""
    return int(intervals_of(np.array([days_since(day)], np.int64), interval)[0])


def days_since(day: date) -> int:
    """Return a day as days since 1970-01-01."""
    return (day - _EPOCH.date()).days
