"""Days, weeks and months of a time zone: nothing is lost between two steps, and nothing is in two of them."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import RefusedError
from server.stats.channel.period import (
    Asked,
    Days,
    StepOf,
    before,
    cut,
    days_between,
    is_whole,
    midnight,
    today_in,
)

ZONES = ("UTC", "Asia/Tokyo", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia")
HOUR = timedelta(hours=1)
zones = st.sampled_from(ZONES).map(ZoneInfo)
dates = st.dates(date(2010, 1, 1), date(2030, 12, 31))
periods = st.tuples(dates, st.integers(0, 390)).map(lambda d: Days(d[0], d[0] + timedelta(days=d[1])))
steps = st.sampled_from(["day", "week", "month"])


@given(periods, steps, zones)
def test_steps_cover_a_period_without_a_gap(days: Days, by: StepOf, zone: ZoneInfo) -> None:
    found = cut(days, by)
    assert found[0].begin(zone) == days.begin(zone)
    assert found[-1].end(zone) == days.end(zone)
    assert all(a.end(zone) == b.begin(zone) for a, b in pairwise(found))
    assert sum(len(step) for step in found) == len(days)
    assert all(is_whole(step, by) for step in found[1:-1])


@given(dates, zones)
def test_a_moment_of_a_day_is_in_it(day: date, zone: ZoneInfo) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone)
    if noon.astimezone(UTC).astimezone(zone).date() != day:
        return  # a day that the zone left out
    assert midnight(day, zone) <= noon < midnight(day + timedelta(days=1), zone)
    assert today_in(zone, noon) == day


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),  # there was no midnight
        ("America/Sao_Paulo", date(2018, 2, 17), 25),
        ("Pacific/Apia", date(2011, 12, 30), 0),  # nor was there such a day
        ("Asia/Tokyo", date(2026, 3, 29), 24),
    ],
)
def test_a_day_is_as_long_as_the_zone_says(zone: str, day: date, hours: int) -> None:
    assert Days(day, day).end(ZoneInfo(zone)) - Days(day, day).begin(ZoneInfo(zone)) == hours * HOUR


def test_weeks_begin_on_monday() -> None:
    found = cut(Days(date(2026, 11, 1), date(2026, 11, 17)), "week")
    assert [(d.first.day, d.last.day) for d in found] == [(1, 1), (2, 8), (9, 15), (16, 17)]
    assert [is_whole(step, "week") for step in found] == [False, True, True, False]


@pytest.mark.parametrize(
    ("first", "last", "earlier"),
    [
        (date(2026, 11, 1), date(2026, 11, 26), (date(2026, 10, 1), date(2026, 10, 26))),
        (date(2026, 11, 1), date(2026, 11, 30), (date(2026, 10, 1), date(2026, 10, 31))),  # a whole month
        (date(2026, 3, 1), date(2026, 3, 30), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2026, 11, 9), date(2026, 11, 15), (date(2026, 11, 2), date(2026, 11, 8))),
        (date(2026, 1, 1), date(2026, 12, 31), (date(2025, 1, 1), date(2025, 12, 31))),
    ],
)
def test_a_period_has_one_before_it(first: date, last: date, earlier: tuple[date, date]) -> None:
    assert before(Days(first, last)) == Days(*earlier)


TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        (Asked(), Days(date(2026, 11, 1), TODAY)),
        (Asked(first=date(2026, 10, 5)), Days(date(2026, 10, 5), TODAY)),
        (Asked(last=date(2026, 10, 5)), Days(date(2026, 10, 1), date(2026, 10, 5))),
        (Asked(first=date(2026, 12, 5)), Days(date(2026, 12, 5), date(2026, 12, 5))),
        (Asked(date(2026, 1, 1), TODAY), Days(date(2026, 1, 1), TODAY)),
    ],
)
def test_what_is_not_said_is_the_month_so_far(asked: Asked, days: Days) -> None:
    assert asked.resolve(TODAY) == days


def test_what_is_compared_with_is_named_whole_or_not_at_all() -> None:
    november = Days(date(2026, 11, 1), date(2026, 11, 30))
    assert Asked().resolve_beside(november) == before(november)
    assert Asked(TODAY, TODAY).resolve_beside(november) == Days(TODAY, TODAY)
    with pytest.raises(RefusedError):
        Asked(first=TODAY).resolve_beside(november)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 11, 2), date(2026, 11, 1)),
        (date(2000, 1, 1), date(2026, 1, 1)),
        (date(1, 1, 1), date(1, 1, 2)),
        (date(9998, 1, 1), date(9998, 1, 2)),
    ],
)
def test_periods_that_there_are_not(first: date, last: date) -> None:
    with pytest.raises(RefusedError):
        days_between(first, last)


def test_too_many_steps_are_refused() -> None:
    with pytest.raises(RefusedError):
        cut(Days(date(2020, 1, 1), date(2026, 1, 1)), "day")
