"""Many moments at once fall on the days that the zone's clocks show."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from server.stats.lifetime.calendar import age, begin
from server.stats.lifetime.local_days import days_since, interval_of, intervals_of, local_days

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The last turned its clocks back a minute past midnight: the day before came again.
ZONES = ("Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/St_Johns")


@pytest.mark.parametrize("zone", ZONES)
def test_days_are_those_of_the_zones_clocks(zone: str) -> None:
    moments = [
        datetime(year, month, day, tzinfo=UTC) + timedelta(minutes=7 * n, microseconds=n % 3)
        for year, month, day in ((2010, 11, 6), (2026, 3, 7), (2026, 4, 4), (2026, 11, 1), (1969, 12, 31))
        for n in range(500)
    ]
    at = np.array([(moment - EPOCH) // timedelta(microseconds=1) for moment in moments], np.int64)
    expected = [days_since(moment.astimezone(ZoneInfo(zone)).date()) for moment in moments]
    assert local_days(at, ZoneInfo(zone)).tolist() == expected


@pytest.mark.parametrize("interval", ["day", "week", "month"])
def test_intervals_are_numbered_one_after_the_other(interval: str) -> None:
    days = [date(2023, 12, 25) + timedelta(days=n) for n in range(800)]
    numbers = intervals_of(np.array([days_since(day) for day in days], np.int64), interval).tolist()  # type: ignore[arg-type]
    first = interval_of(days[0], interval)  # type: ignore[arg-type]
    assert numbers == [
        first + age(begin(days[0], interval), begin(day, interval), interval)  # type: ignore[arg-type]
        for day in days
    ]
