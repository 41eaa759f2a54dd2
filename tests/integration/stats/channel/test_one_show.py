"""A period of one show has the figures of that show's report, counted in another way; a live one is up to the moment."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text

from server.clock import ManualClock
from server.db.engine import Database
from server.embedded import PostgresProcess
from server.ledger.derive_repository import derive_rows
from server.stats.channel.figure import Figure
from server.stats.channel.period import Asked
from server.stats.channel.service import ChannelReports
from server.stats.ratio import Ratio
from server.stats.report import ShowReport
from server.stats.service import Reports
from tests.integration.stats.hand_made import CHANNEL, START, HandMade, add_channel, add_process
from tests.integration.stats.raw_world import STARTS, World, worlds, write
from tests.support.databases import copy_database, empty_database

LONG_AFTER = START + timedelta(days=200)
DAY = Asked(START.date(), START.date())


@pytest.fixture(scope="module")
def emptied_url(postgres: PostgresProcess, migrated_template: str) -> Iterator[str]:
    copy_database(postgres, "one_show", migrated_template)
    yield postgres.url("one_show")
    postgres.drop_database("one_show")


async def both(url: str, world: World) -> tuple[ShowReport, dict[str, Figure]]:
    empty_database(url)
    database = Database(url)
    try:
        async with database.write() as connection:
            await write(connection, world)
            for show in STARTS:
                await derive_rows(connection, show)
        clock = ManualClock(LONG_AFTER)
        report = await Reports(database, clock).report("s")
        channel = await ChannelReports(database, clock).report(CHANNEL, DAY, None)
        return report, {each.key: each for each in channel.figures}
    finally:
        await database.close()


@given(worlds)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_period_of_one_show_is_that_shows_report(emptied_url: str, world: World) -> None:
    report, found = asyncio.run(both(emptied_url, world))
    assert {key: found[key].amount for key in amounts(report)} == pytest.approx(amounts(report))
    assert {key: (found[key].part, found[key].whole) for key in shares(report)} == {
        key: (ratio.part, ratio.whole) for key, ratio in shares(report).items()
    }


def amounts(report: ShowReport) -> dict[str, float | int | None]:
    audience, engagement, questions = report.audience, report.engagement, report.questions
    saw, clicked, paid = report.funnel.steps
    return {
        "funnel_impression": saw.viewers,
        "funnel_click_time": clicked.median_seconds_from_previous,
        "funnel_paid_time": paid.median_seconds_from_previous,
        "funnel_time": report.funnel.median_seconds_to_convert,
        "viewers": audience.viewers,
        "guests": audience.guests,
        "views": audience.views,
        "visits": audience.visits,
        "average": audience.concurrency.average,
        "watch_mean": audience.watch_time.mean_seconds,
        "watch_median": audience.watch_time.median_seconds,
        "watch_total": audience.watch_time.total_seconds,
        "reactions": engagement.reactions.sent,
        "senders": engagement.reactions.senders,
        "per_sender": engagement.reactions.mean_per_sender,
        "shares": engagement.shares,
        "sharers": engagement.sharers,
        "asked": questions.asked,
        "answer_time": questions.median_answer_seconds,
    }


def shares(report: ShowReport) -> dict[str, Ratio]:
    """The figures that one show's consent alone decides; those that join shows are held to a fold of their own."""
    conversion = {f"conversion_{each.window}": each.rate for each in report.conversion if each.rate}
    saw, clicked, paid = (step.viewers for step in report.funnel.steps)
    return {
        "funnel_click": Ratio.of(clicked, saw),
        "funnel_paid": Ratio.of(paid, saw),
        "funnel_paid_of_click": Ratio.of(paid, clicked),
        "ctr_actions": report.clicks.ctr.per_action,
        "ctor_actions": report.clicks.ctor.per_action,
        **conversion,
        "engaged": report.engagement.engaged,
        "askers": report.questions.askers,
        "answered": report.questions.answered,
        "ctr": report.clicks.ctr.per_viewer,
        "ctor": report.clicks.ctor.per_viewer,
    }


async def test_who_still_watches_counts_up_to_the_moment(database_url: str) -> None:
    database = Database(database_url)
    async with database.write() as connection:
        await add_channel(connection)
        show = await HandMade(connection, "s", length=None).open()
        await show.attend("anna")
        await add_process(connection, "p", show.at(0.01))
        await show.play("anna", (0, None))
        await show.ask("anna", 5)
        await show.buy("anna", 1, 6)
        await show.close()
        await derive_rows(connection, "s")  # when the page was just opened
        await connection.execute(text("UPDATE ledger_process SET alive_until = :at"), {"at": show.at(20)})
    report = await ChannelReports(database, ManualClock(show.at(20))).report(CHANNEL, DAY, None)
    found = {each.key: each for each in report.figures}
    assert [found[key].amount for key in ("viewers", "watch_total")] == [1, 1_200]
    assert [found[key].without_a_view for key in ("asked", "orders")] == [0, 0]
    assert (found["conversion_live"].part, report.provisional) == (1, True)
    await database.close()
