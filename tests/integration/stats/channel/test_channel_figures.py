"""A channel's figures over a period are what a plain count finds, for any channel; people are counted once, however the period is cut.

Whether a show's rows are read from SQL or from columns that are kept in a file, no digit differs.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.clock import ManualClock
from server.db.engine import Database
from server.embedded import PostgresProcess
from server.stats.channel.figure import Figure
from server.stats.channel.period import Asked, Days, StepOf
from server.stats.channel.report import Breakdown, ChannelReport, Comparison
from server.stats.channel.service import ChannelReports
from server.stats.columns.generation_repository import give_generation, number_people
from server.stats.columns.shelf import Shelf
from tests.integration.stats.channel.channel_fold import Amount, Expected, Fold
from tests.integration.stats.channel.channel_world import STARTS, World, worlds, write
from tests.integration.stats.hand_made import CHANNEL, START
from tests.support.databases import copy_database, empty_database

TOKYO = ZoneInfo("Asia/Tokyo")
LONG_AFTER = START + timedelta(days=400)
periods = st.sampled_from(
    [
        Days(date(2026, 1, 1), date(2026, 6, 30)),
        Days(date(2026, 1, 10), date(2026, 1, 11)),
        Days(date(2026, 2, 1), date(2026, 4, 30)),
        Days(date(2026, 5, 1), date(2026, 5, 31)),
        Days(date(2025, 1, 1), date(2025, 1, 31)),
    ]
)


@pytest.fixture(scope="module")
def emptied_url(postgres: PostgresProcess, migrated_template: str) -> Iterator[str]:
    copy_database(postgres, "channels", migrated_template)
    yield postgres.url("channels")
    postgres.drop_database("channels")


async def ask(
    url: str, world: World, days: Days, by: StepOf | None
) -> tuple[ChannelReport, Comparison, Breakdown, Breakdown]:
    database, asked = Database(url), Asked(days.first, days.last)
    empty_database(url)
    try:
        async with database.write() as connection:
            await write(connection, world)
        clock = ManualClock(LONG_AFTER)
        found = await answers(ChannelReports(database, clock), asked, by)
        await give_generations(database, list(STARTS)[::2])
        with tempfile.TemporaryDirectory() as folder:
            # The first of the answers writes the files, the others read them.
            assert await answers(ChannelReports(database, clock, Shelf(Path(folder))), asked, by) == found
            assert days.first.year != 2026 or any(os.scandir(folder))
        return found
    finally:
        await database.close()


async def answers(
    reports: ChannelReports, asked: Asked, by: StepOf | None
) -> tuple[ChannelReport, Comparison, Breakdown, Breakdown]:
    return (
        await reports.report(CHANNEL, asked, by),
        await reports.compare(CHANNEL, asked, Asked()),
        await reports.breakdown(CHANNEL, asked, "source"),
        await reports.breakdown(CHANNEL, asked, "returning"),
    )


async def give_generations(database: Database, shows: list[str]) -> None:
    for show in shows:
        async with database.write() as connection:
            await number_people(connection, show)
            assert await give_generation(connection, show, LONG_AFTER)


def fold_of(world: World, days: Days) -> Fold:
    since, until = days.begin(TOKYO), days.end(TOKYO)
    shows = [show for show, start in STARTS.items() if since <= start < until]
    return Fold(world, shows, min(until, LONG_AFTER), LONG_AFTER)


def found_in(figures: list[Figure]) -> Expected:
    return {(each.key, each.currency): (each.amount, each.part, each.whole) for each in figures}


def check(figures: list[Figure], fold: Fold) -> None:
    found, expected = found_in(figures), fold.counted()
    empty: tuple[Amount, None, None] = (None, None, None)
    # A later window is unknown where nothing was shown.
    unknown = [
        key
        for key in expected
        if not fold.shows and key[0] in {"conversion_24h", "conversion_7d", "conversion_30d"}
    ]
    wanted = {key: empty if key in unknown else value for key, value in expected.items()}
    assert {key: _rounded(found.get(key)) for key in wanted} == {
        key: _rounded(value) for key, value in wanted.items()
    }


def _rounded(value: tuple[Amount, int | None, int | None] | None) -> object:
    if value is None:
        return None
    amount, *rest = value
    return (None if amount is None else round(amount, 6), *rest)


@given(worlds, periods, st.sampled_from(["day", "week", "month", "show"]))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_figure_is_what_a_plain_count_finds(
    emptied_url: str, world: World, days: Days, by: StepOf
) -> None:
    report, comparison, sources, returning = asyncio.run(ask(emptied_url, world, days, by))
    whole = fold_of(world, days)
    check(report.figures, whole)
    for step in report.steps:
        if step.period is not None:
            check(step.figures, fold_of(world, Days(step.period.first, step.period.last)))
        else:
            assert step.show is not None
            check(step.figures, Fold(world, [step.show.id], step.show.ended_at or LONG_AFTER, LONG_AFTER))
    check([each.a for each in comparison.changes if each.a], whole)
    check_parts(sources, returning, whole)


def check_parts(sources: Breakdown, returning: Breakdown, fold: Fold) -> None:
    by_source: dict[str, set[str]] = {}
    for name, _, _, came in fold.seen:
        by_source.setdefault(came.source or "", set()).add(name)
    assert {part.label: part.viewers for part in sources.parts} == {
        label: len(who) for label, who in by_source.items()
    }
    for part in sources.parts:
        mine = [row for row in fold.seen if (row[3].source or "") == part.label]
        assert found_in(part.figures).items() >= fold.nps(mine).items()
        of_part = fold.only(mine)
        expected = {**of_part.funnel(), **of_part.actions()}
        assert {key: _rounded(found_in(part.figures)[key]) for key in expected} == {
            key: _rounded(value) for key, value in expected.items()
        }
    assert found_in(sources.whole.figures).items() >= fold.nps(fold.seen).items()
    assert sources.whole.viewers == len(fold.viewers)
    assert sources.overlap == sum(map(len, by_source.values())) - len(fold.viewers)
    assert sum(part.viewers for part in returning.parts) == len(fold.viewers)
    assert returning.overlap == 0
