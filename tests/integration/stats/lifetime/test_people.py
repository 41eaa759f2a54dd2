"""Cohorts, churn, customers and segments over random histories: SQL says what a plain fold over the same people says."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import fmean, quantiles
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, example, given, settings

from server.clock import ManualClock
from server.db.engine import Database
from server.embedded import PostgresProcess
from server.ids import new_id
from server.stats.columns.shelf import Shelf
from server.stats.lifetime.calendar import Interval, advance, age, begin
from server.stats.lifetime.lifetime_report import LifetimeReport, RetentionReport
from server.stats.lifetime.mapped import MEANS, SHARES, MapBy, Sorting, map_people
from server.stats.lifetime.people_repository import read_scope
from server.stats.lifetime.record import Record
from server.stats.lifetime.record_repository import read_record, since_epoch
from server.stats.lifetime.retained import Event
from server.stats.lifetime.rfm import Customer, score
from server.stats.lifetime.segmented import BuiltIn, count_built_in
from server.stats.lifetime.segments import LAPSED_DAYS
from server.stats.lifetime.service import Lifetimes, Span
from server.stats.lifetime.stayed_away import count_churn, count_gaps
from server.stats.lifetime.valued import Sales
from server.zones import find_zone
from tests.integration.stats.lifetime.history import (
    AS_OF,
    Bought,
    Came,
    Evening,
    History,
    Person,
    histories,
    is_guest,
    write,
)
from tests.support.databases import copy_database

RANDOMLY: Final = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SINCE: Final = date(2026, 1, 1)
CLOCK: Final = ManualClock(AS_OF)
TWICE: Final = History(
    (
        Evening(0, (Came("anna"), Came("g-1", consent=-5)), (Bought("anna"), Bought("g-1", refunded=200))),
        Evening(
            40,
            (Came("anna"), Came("g-1", consent=-60_000)),
            (Bought("anna", 30, 3_000), Bought("anna", currency="EUR")),
        ),
        Evening(
            290, (Came("ben", source="mail"), Came("g-2", remembered=False)), (Bought("ben"), Bought("dan"))
        ),
    ),
    (("g-1", 50),),
)


@pytest.fixture(scope="module")
def url(postgres: PostgresProcess, migrated_template: str) -> Iterator[str]:
    copy_database(postgres, "lifetime", migrated_template)
    yield postgres.url("lifetime")
    postgres.drop_database("lifetime")


def on_rows(url: str, history: History, ask: Any) -> Any:
    """Write the history as a channel of its own, and return what `ask(database, channel)` answers."""

    async def run() -> Any:
        database = Database(url)
        try:
            channel = new_id("c")
            async with database.write() as connection:
                await write(connection, history, channel)
            return await ask(database, channel)
        finally:
            await database.close()

    return asyncio.run(run())


async def read_now(lifetimes: Lifetimes, channel: str) -> Record:
    async with lifetimes.reading(channel) as (connection, scope):
        record, _ = await read_record(connection, Shelf(None), scope)
        return record


def times_of(person: Person, event: Event) -> list[datetime]:
    return [one.at for one in (person.seen if event == "view" else person.purchases)]


@RANDOMLY
@given(histories)
@example(TWICE)
def test_cohorts_are_those_of_a_plain_fold(url: str, history: History) -> None:
    asked: list[tuple[Event, Event, Interval]] = [
        ("view", "view", "week"),
        ("purchase", "purchase", "month"),
        ("view", "purchase", "day"),
    ]

    async def ask(database: Database, channel: str) -> list[RetentionReport]:
        lifetimes = Lifetimes(database, CLOCK)
        spans = {"day": AS_OF.date() - timedelta(days=100), "week": SINCE, "month": SINCE}
        return [
            await lifetimes.retention(channel, born, back, Span(interval, spans[interval]))
            for born, back, interval in asked
        ]

    for (born, back, interval), report in zip(asked, on_rows(url, history, ask), strict=True):
        expected: defaultdict[date, list[set[int]]] = defaultdict(list)
        for person in history.people().values():
            if times_of(person, born):
                cohort = begin(min(history.local(at) for at in times_of(person, born)), interval)
                ages = {
                    age(cohort, begin(history.local(at), interval), interval) for at in times_of(person, back)
                }
                if cohort >= report.since:
                    expected[cohort].append(ages)
        assert {one.start: one.size for one in report.cohorts} == {
            day: len(all) for day, all in expected.items()
        }
        assert report.people == sum(one.size for one in report.cohorts)
        current = begin(history.local(AS_OF), interval)
        for cohort_ in report.cohorts:
            for k, cell in enumerate(cohort_.cells):
                begins = advance(cohort_.start, interval, k)
                assert (cell is None) == (begins > current)
                if cell:
                    assert cell.part == sum(k in ages for ages in expected[cohort_.start])
                    assert cell.provisional == (begins == current)
        for k, both in enumerate(report.together):
            over = [c.cells[k] for c in report.cohorts if advance(c.start, interval, k) < current]
            assert (both.whole if both else 0) == sum(cell.whole for cell in over if cell)


@RANDOMLY
@given(histories)
@example(TWICE)
def test_what_customers_brought_is_that_of_a_plain_fold(url: str, history: History) -> None:
    async def ask(database: Database, channel: str) -> tuple[LifetimeReport, Record]:
        lifetimes = Lifetimes(database, CLOCK)
        report = await lifetimes.lifetime(channel, Span("month", SINCE), horizon_days=365, discount=0.1)
        return report, await read_now(lifetimes, channel)

    report, record = on_rows(url, history, ask)
    columns = Sales.of(record, find_zone(history.zone)).histories(history.local(AS_OF))
    own = {
        name: sorted((history.local(one.at), one.net) for one in person.purchases if one.in_own)
        for name, person in history.people().items()
        if any(one.in_own for one in person.purchases)
    }
    for cohort in report.cohorts:
        members = [days for days in own.values() if begin(days[0][0], "month") == cohort.start]
        assert cohort.size == len(members)
        for k, cell in enumerate(cohort.cells):
            until = advance(cohort.start, "month", k + 1)
            if cell:
                assert cell.net_minor == sum(net for days in members for day, net in days if day < until)
    assert report.customers == len(own)
    assert report.prediction.refused == "too_few_repeat_buyers"
    assert report.orders_in_other_currencies == sum(
        not one.in_own for person in history.people().values() for one in person.purchases
    )
    expected = Counter(_history_of(days, history.local(AS_OF)) for days in own.values())
    rounded = ([*row[:3], round(row[3], 6)] for row in zip(*columns.values(), strict=True))
    assert Counter(tuple(row) for row in rounded) == expected


def _history_of(purchases: list[tuple[date, int]], today: date) -> tuple[int, int, int, float]:
    by_day: defaultdict[date, int] = defaultdict(int)
    for day, net in purchases:
        by_day[day] += net
    first, *later = sorted(by_day)
    mean = fmean(by_day[day] for day in later) if later else 0.0
    return len(later), (max(by_day) - first).days, (today - first).days, round(mean, 6)


@RANDOMLY
@given(histories)
@example(TWICE)
def test_churn_and_gaps_are_those_of_a_plain_fold(url: str, history: History) -> None:
    window, points = timedelta(days=60), [AS_OF - timedelta(days=100), AS_OF]
    events: tuple[Event, ...] = ("purchase", "view")

    async def ask(database: Database, channel: str) -> Record:
        return await read_now(Lifetimes(database, CLOCK), channel)

    record, ends = on_rows(url, history, ask), [since_epoch(point) for point in points]
    for of in events:
        gaps = count_gaps(record, of, find_zone(history.zone))
        churn = count_churn(record, of, window // timedelta(microseconds=1), ends)
        everybody = [times_of(person, of) for person in history.people().values()]
        expected = sorted(
            (later - earlier).days
            for times in everybody
            for earlier, later in pairwise(sorted({history.local(at) for at in times}))
        )
        assert gaps.count == len(expected)
        if len(expected) > 1:
            assert gaps.percentile(0.9) == pytest.approx(quantiles(expected, n=10, method="inclusive")[8])
        for point, (before, lost) in zip(points, churn, strict=True):
            were = [
                times for times in everybody if any(point - 2 * window < at <= point - window for at in times)
            ]
            gone = [times for times in were if not any(point - window < at <= point for at in times)]
            assert (before, lost) == (len(were), len(gone))


def _lifecycle(person: Person, until: datetime, *, in_a_show: bool) -> str:
    seen = [one for one in person.seen if one.at < until]
    if not seen:
        return "new"
    if max(one.at for one in seen) < until - timedelta(days=LAPSED_DAYS):
        return "lapsed"
    if sum(one.at < until for one in person.purchases) >= 2:
        return "repeat_buyer"
    return "returning" if len(seen) + in_a_show >= 2 else "new"


def _groups_of_customers(history: History, until: datetime) -> dict[str, str]:
    customers = []
    for name, person in history.people().items():
        bought = [one for one in person.purchases if one.at < until]
        if bought and any(one.at < until for one in person.seen):
            since = (history.local(until) - max(history.local(one.at) for one in bought)).days
            net = sum(one.net for one in bought if one.in_own)
            customers.append(Customer(name, since, len(bought), net))
    return {one.viewer_id: one.group for one in score(customers)}


@RANDOMLY
@given(histories)
@example(TWICE)
def test_built_in_segments_are_those_of_a_plain_fold(url: str, history: History) -> None:
    earlier = AS_OF - timedelta(days=120)

    async def ask(database: Database, channel: str) -> list[Any]:
        async with database.read() as connection:
            scopes = [await read_scope(connection, channel, at) for at in (AS_OF, earlier)]
            records = [(await read_record(connection, Shelf(None), scope))[0] for scope in scopes]
        return [count_built_in(record, find_zone(history.zone)) for record in records]

    assert_segments(history, AS_OF, on_rows(url, history, ask)[0])
    past = replace(history, evenings=tuple(one for one in history.evenings if one.start <= earlier))
    if not history.withdrawn:  # else consent of then is another than that of now, by which the fold goes
        assert_segments(past, earlier, on_rows(url, history, ask)[1])


def assert_segments(history: History, at: datetime, found: BuiltIn) -> None:
    people = {name: one for name, one in history.people().items() if any(each.at < at for each in one.seen)}
    expected = Counter(_lifecycle(person, at, in_a_show=False) for person in people.values())
    groups = _groups_of_customers(history, at)
    expected.update(groups.values())
    assert (found.counts, found.people, found.customers) == (+expected, len(people), len(groups))


@RANDOMLY
@given(histories)
@example(TWICE)
def test_the_map_is_that_of_a_plain_fold(url: str, history: History) -> None:
    since = AS_OF - timedelta(days=150)
    sortings: tuple[MapBy, ...] = ("lifecycle", "rfm", "source")

    async def ask(database: Database, channel: str) -> Any:
        async with Lifetimes(database, CLOCK).reading(channel) as (connection, scope):
            record, _ = await read_record(connection, Shelf(None), scope, answers=True)
        return [
            map_people(record, Sorting(by, since_epoch(since), {}), find_zone(scope.time_zone))
            for by in sortings
        ]

    mapped = on_rows(url, history, ask)
    by_lifecycle, by_group, by_source = (each.measured() for each in mapped)
    people = history.people()
    here = {name: [one for one in person.seen if one.at >= since] for name, person in people.items()}
    there = {name for name, seen in here.items() if seen}
    customers = _groups_of_customers(history, since)
    expected = {
        "lifecycle": {name: _lifecycle(people[name], since, in_a_show=True) for name in there},
        "rfm": {name: customers.get(name, "no_customer") for name in there},
    }
    for by, groups in (("lifecycle", by_lifecycle), ("rfm", by_group)):
        found = {group.key: group for group in groups}
        assert {key: group.n for key, group in found.items() if key != "*"} == Counter(expected[by].values())
        for key, group in found.items():
            members = [name for name in there if key in {"*", expected[by][name]}]
            assert_measured(group, [(here[name], people[name], since) for name in members])
    everybody = {
        came.viewer
        for evening in history.evenings
        for came in evening.came
        if evening.start >= since and came.views and not came.suspect and not came.staff
    }
    assert next((group.n for group in by_source if group.key == "*"), 0) == len(everybody)
    unknown = {
        came.viewer
        for evening in history.evenings
        for came in evening.came
        if came.views
        and not came.suspect
        and not came.staff
        and is_guest(came.viewer)
        and not history.known(evening, came)
    }
    assert mapped[0].guests == len(unknown)


def assert_measured(group: Any, members: list[Any]) -> None:
    bought = [[one for one in person.purchases if one.at >= since] for _, person, since in members]
    seen = [seen for seen, *_ in members]
    active = [[one.came for one in each] for each in seen]
    assert group.parts == {
        "engaged": sum(any(c.reactions + c.clicks + c.questions for c in each) for each in active),
        "clicked": sum(any(c.clicks for c in each) for each in active),
        "asked": sum(any(c.questions for c in each) for each in active),
        "bought": sum(map(bool, bought)),
        "came_again": sum(len(each) > 1 for each in seen),
    }
    values = {
        "watch_seconds": [sum(c.watched for c in each) for each in active],
        "shows": [len(each) for each in seen],
        "orders": [len(each) for each in bought],
        "net_minor": [sum(one.net for one in each if one.in_own) for each in bought],
    }
    for name in MEANS:
        assert group.samples[name].total == pytest.approx(sum(values[name]))
        assert group.samples[name].squares == pytest.approx(sum(n * n for n in values[name]))
    assert set(group.parts) == set(SHARES)
