"""Who has watched for long enough by the ledger has watched, however that came about and wherever they vote."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from server.hub.crowd import Doubt
from server.ledger.tables import PlayingRow
from server.questions.pseudonyms import Pseudonyms
from server.questions.service import Questions
from tests.support.stage import NOON, SHOW, WATCH_SECONDS, Stage

Stretches = list[tuple[float, float]]


async def play(stage: Stage, stretches: Stretches, *, named: str = "c") -> None:
    """Let `v_1` have watched from so many seconds after noon to so many, each time on a connection of its own."""
    async with stage.database.write() as connection:
        for n, (start, stop) in enumerate(stretches):
            row = PlayingRow(
                connection_id=f"{named}_{n}",
                started_at=NOON + timedelta(seconds=start),
                ended_at=NOON + timedelta(seconds=stop),
                show_id=SHOW,
                viewer_id="v_1",
                process_id="p",
            )
            await connection.execute(insert(PlayingRow).values(**row.model_dump()))


async def counts(stage: Stage, questions: Questions) -> bool:
    """Whether the viewer's vote is one that everybody sees."""
    asked = await stage.questions.ask(SHOW, "v_2", "Aki", "Warm?")
    await questions.vote(SHOW, "v_1", asked.id, doubt=Doubt.UNWATCHED)
    (question,) = [
        q for q in await stage.questions.list_queue(SHOW, None, after=None, limit=50) if q.id == asked.id
    ]
    return question.votes == 1


@pytest.mark.parametrize(
    ("stretches", "watched"),
    [
        ([], False),
        ([(0, 2.9)], False),
        ([(0, 3)], True),
        ([(0, 2), (10, 11)], True),
        ([(0, 2), (0, 2), (0, 2)], False),
        ([(0, 2), (1, 3)], True),
    ],
)
async def test_watching_adds_up_and_tabs_at_once_count_once(
    stage: Stage, stretches: Stretches, watched: bool
) -> None:
    await play(stage, stretches)
    assert await counts(stage, stage.questions) is watched


@pytest.mark.parametrize("seconds", [0.5, WATCH_SECONDS, 60.0])
async def test_how_long_is_the_setting_alone(stage: Stage, seconds: float) -> None:
    questions = Questions(
        stage.journal, stage.database, watch_seconds=seconds, pseudonyms=Pseudonyms("a secret")
    )
    await play(stage, [(0, seconds - 0.1)])
    assert not await counts(stage, questions)
    await play(stage, [(seconds + 5, seconds + 5.2)], named="later")
    assert await counts(stage, questions)
