"""The report of shows whose figures are known, from the real tables."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from rich.console import Console
from sqlalchemy.exc import IntegrityError

from server.clock import ManualClock
from server.db.engine import Database
from server.embedded import PostgresProcess
from server.errors import RefusedError
from server.ledger.derive_repository import derive_rows
from server.stats import repository
from server.stats.export import ExportOf, csv_chunks
from server.stats.figures import build_report
from server.stats.ratio import Ratio
from server.stats.report import ShowReport
from server.stats.service import Reports, count
from server.stats.terminal import render
from tests.integration.stats.hand_made import (
    CHANNEL,
    START,
    HandMade,
    add_channel,
    add_process,
    make_the_show,
    minutes,
)
from tests.support.databases import copy_database

END = START + minutes(60)
LONG_AFTER = START + timedelta(days=100)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def clock() -> ManualClock:
    """Long after the show."""
    return ManualClock(LONG_AFTER)


@pytest.fixture
async def reports(database: Database, clock: ManualClock) -> Reports:
    return Reports(database, clock)


@pytest.fixture
async def made(database: Database) -> None:
    """The show `s`, in this test's own database."""
    async with database.write() as connection:
        await make_the_show(connection)


@pytest.fixture(scope="module")
def report(postgres: PostgresProcess, migrated_template: str) -> Iterator[ShowReport]:
    """The report of `s` long afterwards, made once for all tests that only read it."""
    copy_database(postgres, "report", migrated_template)
    yield asyncio.run(_report_the_show(postgres.url("report")))
    postgres.drop_database("report")


async def _report_the_show(url: str) -> ShowReport:
    database = Database(url)
    async with database.write() as connection:
        await make_the_show(connection)
    try:
        return await Reports(database, ManualClock(LONG_AFTER)).report("s")
    finally:
        await database.close()


def test_says_of_which_moment_and_definition_it_is(report: ShowReport) -> None:
    assert (report.definition_version, report.as_of, report.provisional) == (9, LONG_AFTER, False)
    assert (report.show.channel, report.show.state, report.show.duration_seconds) == (CHANNEL, "ended", 3_600)


def test_counts_viewers_views_and_visits(report: ShowReport) -> None:
    audience = report.audience
    assert (audience.viewers, audience.guests, audience.views, audience.visits) == (4, 2, 5, 5)
    assert (audience.replay_viewers, audience.viewers_in_all) == (1, 5)


def test_adds_up_watch_time_once_per_viewer(report: ShowReport) -> None:
    watch_time = report.audience.watch_time
    assert (watch_time.total_seconds, watch_time.mean_seconds, watch_time.median_seconds) == (
        103 * 60,
        103 * 15,
        20 * 60,
    )
    assert report.audience.concurrency.average == pytest.approx(103 / 60)
    assert (report.audience.concurrency.peak, report.audience.concurrency.peak_at) == (3, START + minutes(5))


def test_retention_is_of_those_who_had_come_and_of_all(report: ShowReport) -> None:
    points = report.audience.retention
    assert len(points) == 60
    assert [(p.joined, p.present, p.of_joined, p.of_viewers) for p in (points[0], points[5], points[10])] == [
        (2, 2, 1, 1 / 2),
        (3, 3, 1, 3 / 4),
        (4, 2, 1 / 2, 1 / 2),
    ]
    assert (points[59].joined, points[59].present) == (4, 2)


def test_says_who_was_left_out(report: ShowReport) -> None:
    assert report.left_out.model_dump() == {
        "suspected_bots": 1,
        "staff": 0,
        "without_a_view": 2,
        "guests_without_consent": 1,
        "buyers_without_consent": 0,
    }


def test_engagement_counts_viewers_once_and_taps_beside_them(report: ShowReport) -> None:
    engagement = report.engagement
    assert engagement.engaged == Ratio.of(3, 4)
    assert engagement.reactions.model_dump() == {
        "sent": 9,
        "without_a_view": 3,
        "senders": 2,
        "mean_per_sender": 3,
    }
    assert (engagement.votes, engagement.shares, engagement.sharers) == (1, 0, 0)
    assert (engagement.votes_without_a_view, engagement.shares_without_a_view) == (0, 0)


def test_dismissed_questions_are_left_out(report: ShowReport) -> None:
    questions = report.questions
    assert questions.askers == Ratio.of(3, 4)
    assert (questions.asked, questions.open, questions.pending, questions.dismissed) == (3, 1, 1, 1)
    assert questions.answered == Ratio.of(1, 2)
    assert questions.median_answer_seconds == 60


def test_the_funnel_goes_in_order(report: ShowReport) -> None:
    assert [(s.step, s.viewers) for s in report.funnel.steps] == [
        ("impression", 2),
        ("click", 1),
        ("paid", 1),
    ]
    assert [s.median_seconds_from_previous for s in report.funnel.steps] == [None, 30, 18.5 * 60]
    assert report.funnel.median_seconds_to_convert == 19 * 60


def test_click_rates_are_apart_for_people_and_actions(report: ShowReport) -> None:
    assert report.clicks.ctr.per_viewer == Ratio.of(1, 2)
    assert report.clicks.ctr.per_action == Ratio.of(1, 3), "a click without an impression is none of theirs"
    assert report.clicks.ctor.per_viewer == Ratio.of(1, 2)
    assert report.clicks.ctor.per_action == Ratio.of(1, 2), "an order without a click is no click's"


def test_conversion_grows_with_its_window(report: ShowReport) -> None:
    assert [(c.window, c.rate, c.provisional) for c in report.conversion] == [
        ("live", Ratio.of(2, 4), False),
        ("24h", Ratio.of(3, 4), False),
        ("7d", Ratio.of(3, 4), False),
        ("30d", Ratio.of(3, 4), False),
    ]


def test_money_holds_every_paid_order(report: ShowReport) -> None:
    (money,) = report.money
    assert money.model_dump() == {
        "currency": "JPY",
        "orders": 4,
        "units": 5,
        "gmv_minor": 4_000,
        "without_a_view": {"orders": 0, "units": 0, "gmv_minor": 0},
        "suspected_bots": {"orders": 1, "units": 1, "gmv_minor": 500},
        "staff": {"orders": 0, "units": 0, "gmv_minor": 0},
        "reported": None,
        "refunded_minor": 0,
        "net_minor": 4_000,
        "aov_minor": 1_000,
        "gpm_minor": 800_000,
    }


def test_repeat_rates_leave_out_who_did_not_agree(report: ShowReport) -> None:
    repeat = report.repeat
    assert repeat.viewers_before == Ratio.of(1, 3)
    assert repeat.viewers_again == Ratio.of(1, 3), "three short stretches of one visit make a view"
    assert repeat.buyers_before == Ratio.of(1, 3)
    assert repeat.buyers_seen_before == Ratio.of(1, 3)
    assert repeat.buyers_in_period is not None
    assert repeat.buyers_in_period.rate == Ratio.of(1, 2)


def test_products_have_their_own_figures(report: ShowReport) -> None:
    first, second = report.products
    assert (first.impressions, first.impressed, first.clicks, first.clickers) == (3, 2, 1, 1)
    assert (first.orders, first.units, first.buyers, second.orders) == (2, 3, 2, 2)
    assert (second.impressions, second.clickers) == (0, 1)
    assert [(s.currency, s.gmv_minor) for p in (first, second) for s in p.sales] == [
        ("JPY", 3_000),
        ("JPY", 1_000),
    ]


def test_headlines_say_the_answers_first(report: ShowReport) -> None:
    said = {headline.key: headline.numbers for headline in report.headlines}
    assert said["bought"] == {"buyers": 3, "viewers": 4}
    assert said["buyers_seen_before"] == {"seen_before": 1, "recognisable": 3}
    assert said["came_back"] == {"returned": 1, "recognisable": 3}
    assert said["guests_left_out"] == {"guests": 1}
    assert next(iter(said)) == "bought"


async def test_the_repeat_window_is_the_readers(reports: Reports, made: None) -> None:
    narrow = (await reports.report("s", repeat_days=5)).repeat
    assert narrow.window_days == 5
    assert narrow.viewers_before == Ratio.of(0, 3)
    assert narrow.viewers_again == Ratio.of(0, 3)
    assert narrow.buyers_before == Ratio.of(1, 3), "a purchase counts whenever it was"


async def test_forward_repeat_is_unknown_until_its_window_has_passed(
    made: None, reports: Reports, clock: ManualClock
) -> None:
    clock.at = START + timedelta(days=90) - timedelta(seconds=1)
    assert (await reports.report("s")).repeat.viewers_again is None
    clock.at = START + timedelta(days=90)
    assert (await reports.report("s")).repeat.viewers_again == Ratio.of(1, 3)


async def test_an_open_conversion_window_is_provisional(
    made: None, reports: Reports, clock: ManualClock
) -> None:
    clock.at = END + timedelta(hours=23)
    live, day, *_ = (await reports.report("s")).conversion
    assert (live.provisional, day.provisional, day.rate) == (False, True, Ratio.of(3, 4))
    assert day.closes_at == END + timedelta(hours=24)


async def test_a_recomputation_from_the_ledger_gives_the_same_report(
    database: Database, reports: Reports, made: None, clock: ManualClock
) -> None:
    report = await reports.report("s")
    async with database.read() as connection:
        show = await repository.read_show(connection, "s", clock.now())
        assert show is not None
        counted = await count(connection, show, timedelta(days=90), from_entries=True)
    assert build_report(counted) == report
    async with database.write() as connection:
        await derive_rows(connection, "s")
    assert await reports.report("s") == report


async def test_live_and_final_figures_are_the_same(
    database: Database, reports: Reports, clock: ManualClock
) -> None:
    clock.at = END
    async with database.write() as connection:
        await make_the_show(connection, length=None)
    live = await reports.report("s")
    assert live.provisional
    assert [c.rate for c in live.conversion] == [Ratio.of(2, 4), None, None, None]
    async with database.write() as connection:
        await connection.exec_driver_sql("UPDATE show SET state = 'ended', ended_at = %s", (END,))
    final = await reports.report("s")
    assert not final.provisional
    assert final.audience == live.audience
    assert (final.engagement, final.questions, final.funnel) == (live.engagement, live.questions, live.funnel)


async def test_a_stretch_still_open_counts_until_its_process_was_last_alive(
    database: Database, reports: Reports, clock: ManualClock
) -> None:
    clock.at = START + minutes(30)
    async with database.write() as connection:
        await add_channel(connection)
        await add_process(connection, "alive", START + minutes(29))
        await add_process(connection, "killed", START + minutes(7))
        show = await HandMade(connection, "s", length=None).open()
        for viewer, process in (("a", "alive"), ("b", "killed"), ("c", "never seen")):
            await show.attend(viewer)
            await show.play(viewer, (2, None), process=process)
    audience = (await reports.report("s")).audience
    assert (audience.viewers, audience.watch_time.total_seconds) == (2, (27 + 5) * 60)


async def test_a_show_that_has_not_begun_knows_nothing(database: Database, reports: Reports) -> None:
    async with database.write() as connection:
        await add_channel(connection)
        await HandMade(connection, "s", start=None).open()
    report = await reports.report("s")
    assert report.provisional
    assert report.show.duration_seconds is None
    assert report.audience.viewers == 0
    assert (report.audience.concurrency.average, report.audience.watch_time.mean_seconds) == (None, None)
    assert [c.rate for c in report.conversion] == [None] * 4
    assert (report.repeat.viewers_before, report.money, report.engagement.engaged.share) == (None, [], None)
    assert [headline.key for headline in report.headlines] == ["nobody_yet"]
    assert (await reports.series("s")).t == []


async def test_an_unknown_show_is_not_found(reports: Reports) -> None:
    with pytest.raises(RefusedError) as refused:
        await reports.report("nowhere")
    assert refused.value.code == "not_found"


async def test_another_channels_shows_are_another_world(database: Database, reports: Reports) -> None:
    async with database.write() as connection:
        await make_the_show(connection)
        await add_channel(connection, "other")
        other = await HandMade(connection, "theirs", "other", START - timedelta(days=1)).open()
        for viewer in ("ben", "fumi"):
            await other.attend(viewer)
            await other.play(viewer, (0, 10))
            await other.buy(viewer, 1, 5)
        await other.close()
    repeat = (await reports.report("s")).repeat
    assert (repeat.viewers_before, repeat.buyers_before) == (Ratio.of(1, 3), Ratio.of(1, 3))
    assert repeat.buyers_in_period is not None
    assert repeat.buyers_in_period.rate == Ratio.of(1, 2)


async def test_an_order_without_an_id_is_refused(database: Database) -> None:
    async with database.write() as connection:
        await add_channel(connection)
        await HandMade(connection, "s").open()
    order = (
        "INSERT INTO orders (id, channel_id, show_id, viewer_id, key, product_id, quantity, unit_price_minor, amount_minor,"
        " currency, payment, at) VALUES (NULL, %s, 's', 'v', 'k', %s, 1, 1, 1, 'JPY', '', now())"
    )
    with pytest.raises(IntegrityError):
        async with database.write() as connection:
            await connection.exec_driver_sql(order, (CHANNEL, f"{CHANNEL}-1"))


async def test_who_asks_for_the_same_report_at_once_gets_the_same_one(reports: Reports, made: None) -> None:
    first, second = await asyncio.gather(reports.report("s"), reports.report("s"))
    assert first is second


async def test_where_nobody_looked_for_bots_nobody_says_that_there_were_none(
    database: Database, reports: Reports
) -> None:
    async with database.write() as connection:
        await add_channel(connection)
        show = await HandMade(connection, "s").open()
        await connection.exec_driver_sql("UPDATE show SET bots_looked_for = false")
        await show.attend("anna")
        await show.play("anna", (0, 60))
        await show.buy("anna", 1, 5)
        await show.ask("anna", 6)
        await show.close()
    report, series = await reports.report("s"), await reports.series("s")
    assert (report.left_out.suspected_bots, series.suspected_bots_left_out) == (None, None)
    assert [money.suspected_bots for money in report.money] == [None]
    tables: tuple[ExportOf, ...] = ("viewers", "orders", "questions")
    for of in tables:
        (row,) = csv.DictReader(io.StringIO("".join(csv_chunks(await reports.table("s", of)))))
        assert row["suspected_bot"] == ""
    console = Console(file=io.StringIO(), width=120)
    render(report, console)
    assert "– suspected bots" in console.file.getvalue()  # type: ignore[attr-defined]


async def test_a_product_sold_in_two_currencies_is_one_product(database: Database, reports: Reports) -> None:
    async with database.write() as connection:
        await add_channel(connection)
        show = await HandMade(connection, "s").open()
        await show.attend("anna")
        await show.play("anna", (0, 60))
        show.do("anna", "impression", 1, f"{CHANNEL}-1")
        show.do("anna", "click", 2, f"{CHANNEL}-1")
        await show.buy("anna", 1, 5)
        await show.buy("anna", 1, 6, quantity=2)
        await show.close()
        await connection.exec_driver_sql("UPDATE orders SET currency = 'USD' WHERE quantity = 2")
    report = await reports.report("s")
    (product,) = report.products
    assert (product.impressions, product.clicks, product.orders, product.units, product.buyers) == (
        1,
        1,
        2,
        3,
        1,
    )
    assert product.ctor == Ratio.of(1, 1)
    assert [(s.currency, s.units, s.gmv_minor) for s in product.sales] == [
        ("JPY", 1, 1_000),
        ("USD", 2, 2_000),
    ]
    assert [(m.currency, m.gmv_minor) for m in report.money] == [("JPY", 1_000), ("USD", 2_000)]
    assert report.clicks.ctor.per_action == Ratio.of(1, 1), "each click carries one order at most"


def test_a_terminal_shows_each_figure_and_takes_titles_as_text(report: ShowReport) -> None:
    console = Console(file=io.StringIO(), width=120)
    odd = report.model_copy(update={"show": report.show.model_copy(update={"title": "[red]Sale[/red] [/]"})})
    render(odd, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for expected in (
        "[red]Sale[/red] [/]",
        "3 of 4 viewers bought.",
        "1 of 3 buyers we may recognise had been in an earlier show.",
        "Sold for 4,000 JPY: orders 4, units 5.",
        "75.0 %  (3 of 4)",
        "=Product 1",
        "1 suspected bots",
    ):
        assert expected in text
