"""A question gets the figures of the pages, for any channel: cut as they cut them, and over chosen rows what a plain count finds."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.clock import ManualClock
from server.db.engine import Database
from server.embedded import PostgresProcess
from server.query.answer import QueryAnswer, QueryRow
from server.query.catalogue import METRICS, metrics_by
from server.query.grammar import Query
from server.query.service import Queries
from server.stats.channel.figure import Figure
from server.stats.channel.period import Asked, Days
from server.stats.channel.service import ChannelReports
from tests.integration.stats.channel.channel_fold import Fold
from tests.integration.stats.channel.channel_world import STARTS, Came, World, worlds, write
from tests.integration.stats.hand_made import CHANNEL, START
from tests.support.databases import copy_database, empty_database

TOKYO = ZoneInfo("Asia/Tokyo")
LONG_AFTER = START + timedelta(days=400)
periods = st.sampled_from(
    [
        Days(date(2026, 1, 1), date(2026, 6, 30)),
        Days(date(2026, 1, 10), date(2026, 1, 11)),
        Days(date(2026, 2, 1), date(2026, 4, 12)),
        Days(date(2025, 1, 1), date(2025, 1, 31)),
    ]
)
STEPS = ("day", "week", "month", "show")
PARTS = ("source", "device", "segment", "returning", "product", "mode")


@pytest.fixture(scope="module")
def emptied_url(postgres: PostgresProcess, migrated_template: str) -> Iterator[str]:
    copy_database(postgres, "queries", migrated_template)
    yield postgres.url("queries")
    postgres.drop_database("queries")


def query(days: Days, *by: str, metrics: Any = None, **more: Any) -> Query:
    period = {"from": f"{days.first}", "to": f"{days.last}"}
    asked = {"metrics": list(metrics or metrics_by(by))[:20], "dimensions": list(by), "period": period}
    return Query.model_validate({**asked, "limit": 1000, **more})


def told(figures: list[Figure]) -> dict[tuple[str, str | None], Any]:
    return {(each.key, each.currency): each.model_dump() for each in figures}


def check(answer: QueryAnswer, row: QueryRow, figures: list[Figure]) -> None:
    """Every figure that the page has of the metrics is the same, interval, n and all."""
    mine = told(row.figures)
    pages = {key: each for key, each in told(figures).items() if key[0] in answer.metrics}
    assert {key: mine.get(key) for key in pages} == pages


async def with_world(url: str, world: World, check: Any) -> None:
    database = Database(url)
    empty_database(url)
    try:
        async with database.write() as connection:
            await write(connection, world)
        clock = ManualClock(LONG_AFTER)
        await check(ChannelReports(database, clock), Queries(database, clock))
    finally:
        await database.close()


@given(worlds, periods, st.sampled_from(STEPS), st.sampled_from(PARTS))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_metric_is_the_pages_figure(
    emptied_url: str, world: World, days: Days, step: Any, part: Any
) -> None:
    async def same(reports: ChannelReports, queries: Queries) -> None:
        asked = Asked(days.first, days.last)
        report = await reports.report(CHANNEL, asked, step)
        for first in range(0, len(METRICS), 20):
            metrics = [each for each in METRICS[first : first + 20] if each != "viewers_units"]
            whole = await queries.answer(CHANNEL, query(days, step, metrics=metrics))
            check(whole, whole.total, report.figures)
            assert whole.left_out == report.left_out
            check_steps(whole, report, step)
        parts = await reports.breakdown(CHANNEL, asked, part)
        found = await queries.answer(CHANNEL, query(days, part))
        by_label = {row.values[part] or "": row for row in found.rows}
        for each in parts.parts:
            check(found, by_label[each.label], each.figures)
        check(found, found.total, parts.whole.figures)

    asyncio.run(with_world(emptied_url, world, same))


def check_steps(answer: QueryAnswer, report: Any, by: str) -> None:
    steps = {(each.show.id if by == "show" else each.period.first.isoformat()): each for each in report.steps}
    for row in answer.rows:
        value = str(row.values[by])
        named = {"month": f"{value}-01"}.get(by, value)
        step = steps.get(named) or report.steps[0]  # the first week or month of a period may begin later
        check(answer, row, step.figures)
        assert row.whole == step.whole


conditions = st.sampled_from(
    [
        ({"field": "source", "op": "eq", "value": "mail"}, lambda came: came.source == "mail"),
        (
            {"field": "source", "op": "not", "values": ["mail"]},
            lambda came: came.source != "mail",
        ),
        ({"field": "source", "op": "null"}, lambda came: came.source is None),
        ({"field": "source", "op": "null", "null": False}, lambda came: came.source is not None),
        (
            {"field": "watched_seconds", "op": "range", "from": 600, "to": 2_000.5},
            lambda came: 600 <= (came.watched if came.views else 2) <= 2_000.5,
        ),
        ({"field": "reactions", "op": "in", "values": [1, 3]}, lambda came: came.acts["reactions"] in (1, 3)),
        ({"field": "orders", "op": "range", "from": 1}, lambda came: len(came.orders) >= 1),
    ]
)


class Chosen(Fold):
    """A count over the rows that a condition holds for; who came before is asked of all rows, as ever."""

    def choose(self, holds: Any) -> "Chosen":
        self.rows = [row for row in self.rows if holds(row[3])]
        self.seen = [row for row in self.rows if row[3].views]
        self.viewers = {name for name, *_ in self.seen}
        return self


@given(worlds, periods, st.lists(conditions, min_size=1, max_size=2))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_conditions_choose_rows_and_people_are_counted_over_them(
    emptied_url: str, world: World, days: Days, chosen: list[tuple[dict[str, Any], Any]]
) -> None:
    def holds(came: Came) -> bool:
        return all(claim(came) for _, claim in chosen)

    since, until = days.begin(TOKYO), days.end(TOKYO)
    shows = [show for show, start in STARTS.items() if since <= start < until]
    expected = Chosen(world, shows, min(until, LONG_AFTER), LONG_AFTER).choose(holds).counted()
    metrics = [
        *("viewers", "views", "watch_total", "engaged", "reactions", "viewers_before", "buyers_in_period"),
        *("conversion_live", "askers", "asked", "ctr", "viewers_again"),
        *("ctr_actions", "ctor_actions", "funnel_impression", "funnel_click", "funnel_paid", "funnel_time"),
    ]

    async def same(_: ChannelReports, queries: Queries) -> None:
        asked = query(days, metrics=metrics, filters=[each for each, _ in chosen])
        answer = await queries.answer(CHANNEL, asked)
        for figure in answer.total.figures:
            wanted = expected.get((figure.key, None))
            if wanted is not None:
                assert (figure.amount, figure.part, figure.whole) == pytest.approx(wanted), figure.key

    asyncio.run(with_world(emptied_url, world, same))


@given(worlds)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_cells_of_several_dimensions_are_those_of_their_filters(emptied_url: str, world: World) -> None:
    days = Days(date(2026, 1, 1), date(2026, 6, 30))
    metrics = ["viewers", "conversion_live", "watch_mean", "gmv", "askers", "reactions"]

    async def same(_: ChannelReports, queries: Queries) -> None:
        crossed = await queries.answer(CHANNEL, query(days, "month", "source", metrics=metrics))
        for row in crossed.rows:
            filters = [
                {"field": field, "op": "null"}
                if value is None
                else {"field": field, "op": "eq", "value": value}
                for field, value in row.values.items()
            ]
            alone = await queries.answer(CHANNEL, query(days, metrics=metrics, filters=filters))
            assert told(alone.total.figures) == told(row.figures), row.values
        for by, value in product(("returning",), ("new", "returning")):
            apart = await queries.answer(CHANNEL, query(days, by, metrics=["viewers", "reactions"]))
            filters = [{"field": by, "op": "eq", "value": value}]
            alone = await queries.answer(
                CHANNEL, query(days, metrics=["viewers", "reactions"], filters=filters)
            )
            rows = [row for row in apart.rows if row.values[by] == value]
            assert [told(row.figures) for row in rows] in ([], [told(alone.total.figures)])
        identity = await queries.answer(CHANNEL, query(days, "identity", metrics=["viewers", "guests"]))
        whole = await queries.answer(CHANNEL, query(days, metrics=["guests", "viewers"]))
        guests = [row.figures[0].amount for row in identity.rows if row.values["identity"] == "guest"]
        assert guests == [whole.total.figures[0].amount] or not whole.total.figures[0].amount

    asyncio.run(with_world(emptied_url, world, same))
