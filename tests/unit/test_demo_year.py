"""The demo's year is the same everywhere, and there is enough of it for every figure."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from server.demo.people import cast
from server.demo.seed import past_plans
from server.demo.year import Entry, evenings, year_of_shows

NOW = datetime(2026, 7, 12, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def year() -> list[Entry]:
    return list(year_of_shows(NOW))


def test_it_is_the_same_each_time_and_no_entry_has_the_id_of_another(year: list[Entry]) -> None:
    assert list(year_of_shows(NOW)) == year
    assert len({entry["id"] for entry in year}) == len(year)


def test_its_shows_fill_a_year_and_none_is_on_an_evening_of_the_past_shows() -> None:
    starts = evenings(NOW)
    assert timedelta(days=360) < NOW - starts[0] < timedelta(days=366)
    assert all(timedelta(days=2) < after - before < timedelta(days=15) for before, after in pairwise(starts))
    assert not set(starts) & {plan.started_at for plan in past_plans(NOW)}
    assert max(starts) < NOW - timedelta(days=8)


def test_more_and_more_people_come_and_some_come_back(year: list[Entry]) -> None:
    came: defaultdict[str, set[str]] = defaultdict(set)
    for entry in year:
        if entry["kind"] == "attendance":
            came[entry["show"]].add(entry["viewer"])
    sizes = [len(people) for people in came.values()]
    assert min(sizes) >= 15
    assert max(sizes) <= 260
    assert sum(sizes[-10:]) > 3 * sum(sizes[:10])
    times = Counter(viewer for people in came.values() for viewer in people)
    assert sum(n > 1 for n in times.values()) > 400
    assert {person.viewer_id for person in cast()} & set(times), (
        "some of the past shows' people were there before"
    )


def test_enough_people_buy_in_several_shows_for_a_forecast_and_some_give_back(year: list[Entry]) -> None:
    bought: defaultdict[str, set[str]] = defaultdict(set)
    for entry in year:
        if entry["kind"] == "purchase":
            bought[entry["viewer"]].add(entry["show"])
    assert sum(len(shows) > 1 for shows in bought.values()) >= 150
    kinds = Counter(entry["kind"] for entry in year)
    assert kinds["refund"] > 20
    assert kinds["share"] > 100
    assert {entry.get("device") for entry in year if entry["kind"] == "attendance"} == {
        "phone",
        "tablet",
        "desktop",
    }


def test_nothing_in_it_is_later_than_now(year: list[Entry]) -> None:
    assert max(entry["at"] for entry in year) < NOW.isoformat()


def test_pages_were_opened_before_during_and_after_by_known_people_and_by_others(year: list[Entry]) -> None:
    views = [entry for entry in year if entry["kind"] == "page_view"]
    assert len(views) > 3_000
    assert 0.03 < sum(view["viewer"] is None for view in views) / len(views) < 0.6
    assert {"line.me", "instagram.com"} <= {view.get("referrer") for view in views}
