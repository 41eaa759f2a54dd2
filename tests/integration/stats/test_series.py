"""The figures over time, and what the host's side did."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from server.clock import ManualClock
from server.db.engine import Database
from server.stats.export import csv_chunks
from server.stats.service import Reports
from tests.integration.stats.hand_made import START, HandMade, add_channel, make_the_show, minutes


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def reports(database: Database) -> Reports:
    return Reports(database, ManualClock(START + minutes(1_000)))


@pytest.fixture
async def show(database: Database) -> None:
    """The show with known answers, and its journal."""
    async with database.write() as connection:
        _, show, _ = await make_the_show(connection)
        question = await show.ask("anna", 30, "answered", answered_after=2)
        await show.close()
        await show.publish(0, "show.started", "{}")
        await show.publish(4, "product.pinned", '{"type":"product.pinned","product":"channel-1"}')
        await show.publish(5, "announce", '{"type":"announce","text":"Half price!","by":"host"}')
        await show.publish(9, "product.pinned", '{"type":"product.pinned","product":null}')
        await show.publish(31, "question.pinned", f'{{"question":"{question}"}}')
        await show.publish(32, "question.answered", f'{{"question":{{"id":"{question}","text":"…"}}}}')
        await show.publish(33, "question.pinned", '{"question":null}')
        await show.publish(34, "question.voted", '{"votes":[]}')


async def test_columns_hold_what_was_done_in_each_step(reports: Reports, show: None) -> None:
    series = await reports.series("s", step_seconds=60)
    assert series.t == list(range(0, 3_600, 60))
    assert {
        len(c) for c in (series.watching, series.reactions, series.questions, series.clicks, series.orders)
    } == {60}
    assert (series.reactions[2], sum(series.reactions)) == (9, 9)
    assert (series.clicks[1], series.clicks[3], sum(series.clicks)) == (1, 1, 2)
    assert (series.questions[13], series.questions[14], sum(series.questions)) == (1, 0, 4)
    assert [i for i, n in enumerate(series.orders) if n] == [20, 25, 26]
    assert series.suspected_bots_left_out == 1


async def test_the_greatest_of_the_curve_is_the_peak(reports: Reports, show: None) -> None:
    report = await reports.report("s")
    for step in (1, 7, 60, 3_600):
        series = await reports.series("s", step_seconds=step)
        assert max(series.watching) == report.audience.concurrency.peak
        assert sum(series.reactions) == report.engagement.reactions.sent


async def test_marks_name_what_was_pinned_answered_and_announced(reports: Reports, show: None) -> None:
    marks = (await reports.series("s")).marks
    assert [(mark.t / 60, mark.kind, mark.text) for mark in marks] == [
        (4, "product.pinned", "=Product 1"),
        (5, "announce", "Half price!"),
        (9, "product.unpinned", None),
        (31, "question.pinned", "=HYPERLINK(1)"),
        (32, "question.answered", "=HYPERLINK(1)"),
        (33, "question.unpinned", None),
    ]
    assert marks[0].subject == "channel-1"


async def test_a_long_show_takes_a_wider_step(database: Database, reports: Reports) -> None:
    async with database.write() as connection:
        await add_channel(connection)
        await HandMade(connection, "long", length=24 * 60).open()
    series = await reports.series("long", step_seconds=10)
    assert (series.step_seconds, len(series.t)) == (20, 4_320)
    assert len((await reports.report("long")).audience.retention) == 720


async def test_no_export_says_who_asked(database: Database, reports: Reports, show: None) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE question SET anonymous = true WHERE viewer_id = 'anna'"))
    table = await reports.table("s", "questions")
    viewer, author = (table.header.index(name) for name in ("viewer", "author"))
    assert {row[viewer] for row in table.rows} >= {None, "ben"}
    assert not any(row[viewer] == "anna" or row[author] for row in table.rows)


async def test_every_table_can_be_exported_and_no_cell_is_a_formula(reports: Reports, show: None) -> None:
    lines = {}
    for of in ("viewers", "orders", "questions", "series"):
        written = "".join(csv_chunks(await reports.table("s", of)))
        assert ',"=' not in written
        lines[of] = written.replace('"', "").splitlines()
    assert {of: len(found) - 1 for of, found in lines.items()} == {
        "viewers": 7,
        "orders": 4,
        "questions": 5,
        "series": 360,
    }
    assert "'=HYPERLINK(1)" in lines["questions"][1]
    assert lines["questions"][0].endswith(",suspected_bot,staff,votes_apart,replay")
    assert lines["questions"][1].endswith(",false,false,0,false")
    by_viewer = dict(line.split(",", 1) for line in lines["viewers"])
    assert by_viewer["viewer"].endswith("votes,orders,units,spent_minor_JPY")
    assert by_viewer["anna"].endswith(",false,false,false,,3600.0,1,1,5,2,1,0,2,0,1,2,2000")
    assert by_viewer["eve"].endswith(",true,,,,,100,0,0,0,0,0,1,1,500")
    assert lines["series"][1 + 24].startswith(
        "240,2026-01-10T12:04:00.000Z,2,0,0,0,0,product.pinned channel-1"
    )
