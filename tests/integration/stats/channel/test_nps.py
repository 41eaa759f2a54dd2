"""The net promoter score of a channel: each person's last answer within the period, of those whom the figures count."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import ManualClock
from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.query.grammar import Query
from server.query.service import Queries
from server.stats.channel.figure import Figure
from server.stats.channel.period import Asked
from server.stats.channel.service import ChannelReports
from tests.integration.stats.hand_made import CHANNEL, START, HandMade, add_channel, add_process

FIRST = {"v1": 10, "v2": 9, "v3": 9, "v4": 8, "v5": 7, "v6": 2}
SECOND = {"v1": 0, "v2": 10}
LATER = START + timedelta(days=1)
BOTH = Asked(START.date(), LATER.date())
Z = 1.959963984540054


async def survey(connection: AsyncConnection, show: HandMade, scores: dict[str, int], suspect: str) -> None:
    for viewer in scores | {suspect: 0, "member": 0}:
        await show.attend(viewer, guest=False, suspect=viewer == suspect)
        await show.play(viewer, (1, 21))
    await show.close()
    insert = "INSERT INTO survey VALUES (:id, :channel, :id, 'nps', '?', '{}', false, NULL, false, 24, 'closed', 1, now())"
    await connection.execute(text(insert), {"id": show.id, "channel": CHANNEL})
    answer = "INSERT INTO survey_answer VALUES (:id, :viewer, :id, :score, NULL, NULL, :at, :at)"
    for viewer, score in {**scores, suspect: 0, "member": 0, "nobody": 0}.items():
        given = {"id": show.id, "viewer": viewer, "score": score, "at": show.at(90)}
        await connection.execute(text(answer), given)
    staff = "INSERT INTO staff_presence VALUES (:id, 'member', now())"
    await connection.execute(text(staff), {"id": show.id})
    await derive_rows(connection, show.id)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    found = Database(database_url)
    async with found.write() as connection:
        await add_channel(connection)
        await add_process(connection, "p", LATER + timedelta(days=1))
        shows = [await HandMade(connection, id, start=at).open() for id, at in (("s", START), ("t", LATER))]
        await survey(connection, shows[0], FIRST, "bot")
        # In the second show the one is a bot who was a viewer in the first: their answer in the first stays.
        await survey(connection, shows[1], SECOND, "v3")
        question = "INSERT INTO survey VALUES ('stars', :channel, 't', 'stars', '?', '{}', false, NULL, false, 24, 'closed', 1, now())"
        await connection.execute(text(question), {"channel": CHANNEL})
        stars = "INSERT INTO survey_answer VALUES ('stars', 'v2', 't', 1, NULL, NULL, :at, :at)"
        await connection.execute(text(stars), {"at": LATER + timedelta(hours=3)})
    yield found
    await found.close()


def told(figures: list[Figure]) -> tuple[float | int | None, ...]:
    by = {each.key: each for each in figures}
    score = by["nps"].amount
    classes = (by[f"nps_{name}"].part for name in ("promoters", "passives", "detractors"))
    return None if score is None else round(score, 6), by["nps"].n, *classes


async def test_the_last_answer_of_each_viewer_counts_once_over_a_period(database: Database) -> None:
    found = await ChannelReports(database, ManualClock(LATER + timedelta(days=9))).report(
        CHANNEL, BOTH, "day"
    )
    first, second = found.steps
    assert told(first.figures) == (round(100 / 3, 6), 6, 3, 2, 1)
    nps = next(each for each in first.figures if each.key == "nps")
    assert nps.kind == "score"
    assert nps.interval is not None
    assert nps.interval.high == pytest.approx(100 / 3 + 100 * Z * (5 / 9 / 6) ** 0.5)
    assert told(second.figures) == (0, 2, 1, 0, 1)
    assert told(found.figures) == (0, 6, 2, 2, 2)


async def test_where_nobody_answered_there_is_no_score(database: Database) -> None:
    before = START.date() - timedelta(days=9)
    found = await ChannelReports(database, ManualClock(LATER)).report(CHANNEL, Asked(before, before), None)
    assert told(found.figures) == (None, 0, 0, 0, 0)


async def test_two_sides_are_compared_by_a_named_test_in_points(database: Database) -> None:
    reports = ChannelReports(database, ManualClock(LATER + timedelta(days=9)))
    day, before = Asked(LATER.date(), LATER.date()), Asked(START.date(), START.date())
    changes = {each.key: each for each in (await reports.compare(CHANNEL, day, before)).changes}
    score = changes["nps"]
    assert score.absolute == pytest.approx(-100 / 3)
    assert score.relative is None
    assert score.chance is not None
    assert (score.chance.test, score.chance.more_than_chance) == ("mann_whitney", False)
    shows = await reports.compare_shows(CHANNEL, "t", "s")
    assert next(each for each in shows.changes if each.key == "nps").chance == score.chance


async def test_parts_and_questions_have_the_scores_of_their_people(database: Database) -> None:
    clock = ManualClock(LATER + timedelta(days=9))
    day = Asked(LATER.date(), LATER.date())
    parts = await ChannelReports(database, clock).breakdown(CHANNEL, day, "returning")
    assert {part.label: told(part.figures) for part in parts.parts} == {"returning": (0, 2, 1, 0, 1)}
    period = {"from": START.date().isoformat(), "to": LATER.date().isoformat()}
    asked = {"metrics": ["nps", "nps_promoters"], "dimensions": ["show"], "period": period}
    answer = await Queries(database, clock).answer(CHANNEL, Query.model_validate(asked))
    assert {row.values["show"]: row.figures[0].amount for row in answer.rows} == {
        "s": pytest.approx(100 / 3),
        "t": 0,
    }
    assert (answer.total.figures[0].amount, answer.total.figures[1].part) == (0, 2)
