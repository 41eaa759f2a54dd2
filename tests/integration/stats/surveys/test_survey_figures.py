"""What a survey came to, in the show's report: the score with its interval, the response, and what those who answered did."""

from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import ManualClock
from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.stats.service import Reports
from tests.integration.stats.hand_made import START, HandMade, make_the_show, minutes

SCORES = {"v1": 10, "v2": 9, "v3": 9, "v4": 8, "v5": 7, "v6": 2}


def at(minute: float) -> datetime:
    return START + minutes(minute)


async def answer(connection: AsyncConnection, viewer: str, score: int, when: datetime) -> None:
    await connection.exec_driver_sql(
        "INSERT INTO survey_answer VALUES ('sv', %s, 's', %s, NULL, NULL, %s, %s)",
        (viewer, score, when, when),
    )
    await connection.exec_driver_sql(
        "INSERT INTO ledger_entry (show_id, viewer_id, kind, target, n, at) VALUES ('s', %s, 'survey_answer', 'sv', 1, %s)",
        (viewer, when),
    )


@pytest.fixture
async def reports(database_url: str) -> Reports:
    database = Database(database_url)
    async with database.write() as connection:
        await make_the_show(connection)
        await connection.exec_driver_sql(
            "INSERT INTO survey VALUES ('sv', 'channel', 's', 'nps', 'How likely?', '{}', true, NULL, false, 24, 'closed', 1, %s, %s)",
            (START, at(5)),
        )
        made = HandMade(connection, "s", start=START)
        for viewer in (*SCORES, "v7", "v8", "bot", "member"):
            await made.attend(viewer, guest=False, suspect=viewer == "bot")
            await made.play(viewer, (1, 21))
        for viewer in ("v1", "v2"):
            await made.buy(viewer, 1, 10)
        await made.close()
        for viewer, score in SCORES.items():
            await answer(connection, viewer, score, at(6))
        for viewer in ("bot", "member", "nobody"):
            await answer(connection, viewer, 0, at(6))
        await connection.exec_driver_sql("INSERT INTO staff_presence VALUES ('s', 'member', now())")
        await connection.exec_driver_sql(
            "INSERT INTO ledger_entry (show_id, viewer_id, kind, target, n, at) VALUES ('s', 'v7', 'survey_shown', 'sv', 1, now())"
        )
        await derive_rows(connection, "s")
    return Reports(database, ManualClock(at(10_000)))


@pytest.mark.parametrize("anew", [False, True])
async def test_the_score_counts_viewers_alone_and_says_how_much_it_rests_on(
    reports: Reports, anew: bool
) -> None:
    report = await (reports.recompute("s") if anew else reports.report("s"))
    (survey,) = report.surveys
    nps = survey.nps
    assert nps is not None
    assert (nps.n, nps.promoters, nps.passives, nps.detractors) == (6, 3, 2, 1)
    assert nps.score == pytest.approx(100 / 3)
    assert nps.interval is not None
    assert nps.interval.low == pytest.approx(100 / 3 - 100 * 1.959963984540054 * (5 / 9 / 6) ** 0.5)
    assert (survey.response.part, survey.response.whole) == (6, 7), "bots and staff are in neither"
    assert survey.without_a_view == 1
    assert [(each.answer, each.viewers, each.bought.part) for each in survey.behaviour] == [
        ("promoter", 3, 2),
        ("passive", 2, 0),
        ("detractor", 1, 0),
    ]
    assert survey.behaviour[0].mean_watch_seconds == 20 * 60
    assert report.engagement.engaged.part >= 6
