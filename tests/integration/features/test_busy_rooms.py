"""Who waits for a busy room's next round, against PostgreSQL: what a crowd does waits, so that it shares a transaction; staff never do."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.comments.ticking import Ticks
from server.journal.journal import Journal
from server.questions.pseudonyms import Pseudonyms
from server.questions.rules import Begin
from server.questions.service import Questions
from server.running.comments import comments_for
from tests.integration.features.test_questions import ask
from tests.support.stage import HOST, SECRET, SHOW, Stage

AN_HOUR = 3600.0


@pytest.fixture
async def journal(stage: Stage) -> AsyncIterator[Journal]:
    """Yield the journal of a process in whose room the next round is an hour away."""
    journal = Journal(stage.database, stage.clock, lambda *_: None, round_due=lambda _, now: now + AN_HOUR)
    yield journal
    await journal.close()


async def test_staff_wait_for_no_round_and_take_the_crowd_along(stage: Stage, journal: Journal) -> None:
    busy = Questions(journal, stage.database, watch_seconds=0.0, pseudonyms=Pseudonyms(SECRET))
    first, second = await ask(stage), await ask(stage)
    asking = asyncio.create_task(busy.ask(SHOW, "v_9", "Aki", "Is it dishwasher safe?"))
    voting = asyncio.create_task(busy.vote(SHOW, "v_9", first))
    done, _ = await asyncio.wait({asking, voting}, timeout=0.2)
    assert not done
    assert (await busy.label(SHOW, HOST, second, ["care"])).state == "open"
    assert ((await asking).state, await voting) == ("open", 1)
    assert (await busy.claim(SHOW, HOST, second)).state == "open"
    assert (await busy.move(SHOW, HOST, second, None, Begin())).state == "answering"
    assert (await busy.pin(SHOW, HOST, second)).question_id == second


async def test_what_the_host_writes_stands_in_the_stream_at_once(stage: Stage, journal: Journal) -> None:
    comments = comments_for(journal, stage.database, lambda *_: None, ticks=Ticks(seconds=AN_HOUR))
    first, second = (asyncio.create_task(comments.write(SHOW, f"v_{n}", "Aki", "Lovely!")) for n in range(2))
    done, _ = await asyncio.wait({first, second}, timeout=0.2)
    assert not done
    kept = await comments.write(SHOW, "p_host", "Mika", "Thank you!", role="host")
    assert kept.state == (await first).state == "open"
    second.cancel()
