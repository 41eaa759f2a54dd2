"""Questions that are worked on, against PostgreSQL: two never answer the same one, and the author hears what becomes of theirs."""

import asyncio

import pytest

from server.errors import RefusedError
from server.protocol.codes import Code
from server.questions.claims import LEASE_SECONDS
from server.questions.rules import Begin, Hold, Undo
from server.questions.tasks import Standing
from tests.integration.features.test_questions import PRE, ask, pre  # noqa: F401 - a fixture
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import HOST, MODERATOR, SHOW, Stage, refused


async def test_of_two_who_claim_at_once_one_works(stage: Stage, second: Stage) -> None:
    id = await ask(stage)
    old = await see(stage.database, SHOW)
    results = await asyncio.gather(
        stage.questions.claim(SHOW, HOST, id),
        second.questions.claim(SHOW, MODERATOR, id),
        return_exceptions=True,
    )
    (lost,) = [each for each in results if isinstance(each, RefusedError)]
    (won,) = [each for each in results if isinstance(each, Standing)]
    assert (lost.code, won.version) == (Code.CONFLICT, 0)
    public, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in public] == ["withheld"]
    assert staff[-1]["question"]["claim"]["name"] == lost.data["claimed_by"]["name"]
    assert staff[-1]["question"]["claim"]["until"] == won.until


async def test_whoever_else_moves_a_claimed_question_is_told_who_works_on_it(stage: Stage) -> None:
    id, questions = await ask(stage), stage.questions
    await questions.claim(SHOW, MODERATOR, id, connection_id="c_1")
    old = await see(stage.database, SHOW)
    moves = [
        questions.answer(SHOW, HOST, id, None, text="Yes", live=False),
        questions.dismiss(SHOW, HOST, id, None, "spam"),
        questions.move(SHOW, HOST, id, None, Begin()),
        questions.release(SHOW, HOST, id),
    ]
    for move in moves:
        with refused(Code.CONFLICT) as conflict:
            await move
        assert conflict.value.data["claimed_by"]["name"] == "Sora"
    assert (await see(stage.database, SHOW)).offset == old.offset
    assert (await questions.answer(SHOW, MODERATOR, id, 0, text="Yes", live=False)).state == "answered"
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)


async def test_a_claim_lapses_is_renewed_released_and_ends_with_its_connection(stage: Stage) -> None:
    id, questions = await ask(stage), stage.questions
    first = await questions.claim(SHOW, MODERATOR, id, connection_id="c_1")
    old = await see(stage.database, SHOW)
    assert await questions.claim(SHOW, MODERATOR, id, connection_id="c_1") == first
    assert (await see(stage.database, SHOW)).offset == old.offset
    stage.tick(LEASE_SECONDS - 1)
    renewed = await questions.claim(SHOW, MODERATOR, id, connection_id="c_2")
    assert renewed.until == "2026-11-22T12:01:59.000Z"
    assert first.until == "2026-11-22T12:01:00.000Z"
    await questions.leave(SHOW, MODERATOR, "c_1")
    with refused(Code.CONFLICT):
        await questions.claim(SHOW, HOST, id)
    await questions.leave(SHOW, MODERATOR, "c_2")
    await questions.claim(SHOW, HOST, id)
    await questions.release(SHOW, HOST, id)
    await questions.claim(SHOW, MODERATOR, id)
    stage.tick(LEASE_SECONDS)
    await questions.claim(SHOW, HOST, id)
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [(a.name, a.action, a.details.get("left")) for a in await stage.audits()] == [
        ("Sora", "question.claim", None),
        ("Sora", "question.release", True),
        ("Mika", "question.claim", None),
        ("Mika", "question.release", None),
        ("Sora", "question.claim", None),
        ("Mika", "question.claim", None),
    ]


async def test_a_host_may_take_over_and_a_moderator_may_not(stage: Stage) -> None:
    id = await ask(stage)
    await stage.questions.claim(SHOW, HOST, id)
    with refused(Code.FORBIDDEN):
        await stage.questions.claim(SHOW, MODERATOR, id, take_over=True)
    await stage.questions.release(SHOW, HOST, id)
    await stage.questions.claim(SHOW, MODERATOR, id)
    await stage.questions.claim(SHOW, HOST, id, take_over=True)
    assert (await stage.audits())[-1].details["from"] == MODERATOR.viewer_id
    with refused(Code.CONFLICT) as conflict:
        await stage.questions.answer(SHOW, MODERATOR, id, None, text="Yes", live=False)
    assert conflict.value.data["claimed_by"]["name"] == "Mika"


async def test_who_begins_to_answer_live_works_on_it_and_the_answer_says_where(stage: Stage) -> None:
    id, old = await ask(stage), await see(stage.database, SHOW)
    stage.tick(60)
    await stage.questions.move(SHOW, HOST, id, 0, Begin())
    with refused(Code.CONFLICT):
        await stage.questions.answer(SHOW, MODERATOR, id, 1, text="Yes", live=False)
    stage.tick(20)
    await stage.questions.answer(SHOW, HOST, id, 1, text=None, live=True)
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in public] == ["question.changed", "question.answered"]
    assert [push["question"]["state"] for push in public] == ["answering", "answered"]
    assert public[-1]["question"]["answer"]["show_ms"] == 60_000
    assert (await stage.audits())[-1].details["show_ms"] == 80_000
    await stage.questions.move(SHOW, HOST, id, 2, Undo())
    await stage.questions.restore(SHOW, HOST, id, 3)
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)


async def test_undo_leads_back_to_where_a_question_was_and_viewers_never_see_what_was_not_approved(
    pre: Stage,  # noqa: F811
) -> None:
    id, old = await ask(pre, show=PRE), await see(pre.database, PRE)
    await pre.questions.dismiss(PRE, MODERATOR, id, 0, "spam")
    assert await pre.questions.move(PRE, HOST, id, 1, Undo()) == Standing(id, "pending", 2)
    with refused(Code.CONFLICT):
        await pre.questions.move(PRE, HOST, id, 2, Undo())
    await pre.questions.approve(PRE, HOST, id, 2)
    assert await pre.questions.move(PRE, HOST, id, 3, Undo()) == Standing(id, "pending", 4)
    await pre.questions.approve(PRE, HOST, id, 4)
    assert await pre.questions.move(PRE, HOST, id, 5, Hold()) == Standing(id, "pending", 6)
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(pre.database, PRE, old)
    seen = ["withheld", "withheld", "question.posted", "question.dismissed"]
    assert [push["type"] for push in public] == [*seen, "question.posted", "question.dismissed"]


async def test_an_author_takes_back_what_nobody_answers(stage: Stage) -> None:
    id, other = await ask(stage), await ask(stage)
    await stage.questions.vote(SHOW, "v_2", id)
    await stage.questions.pin(SHOW, HOST, id)
    old = await see(stage.database, SHOW)
    with refused(Code.NOT_FOUND):
        await stage.questions.withdraw(SHOW, "v_2", id)
    await stage.questions.claim(SHOW, HOST, other)
    with refused(Code.CONFLICT) as conflict:
        await stage.questions.withdraw(SHOW, "v_1", other)
    assert "claim" not in conflict.value.data["current"]
    assert (await stage.questions.withdraw(SHOW, "v_1", id)).state == "withdrawn"
    public, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert public[-2]["question"] == {"id": id}
    assert staff[-2]["question"]["state"] == "withdrawn"
    with refused(Code.NOT_FOUND):
        await stage.questions.vote(SHOW, "v_3", id)
    for again in (stage.questions.restore(SHOW, HOST, id, None), stage.questions.withdraw(SHOW, "v_1", id)):
        with refused(Code.CONFLICT):
            await again


async def test_the_author_hears_each_step_and_of_a_private_answer_those_who_voted_too(stage: Stage) -> None:
    id = await ask(stage)
    await stage.questions.vote(SHOW, "v_2", id)
    old = await see(stage.database, SHOW)
    await stage.questions.answer(SHOW, HOST, id, 0, text="By post.", live=False, private=True)
    public, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert "By post." not in str(public)
    assert staff[-1]["question"]["answer"]["text"] == "By post."
    told = {viewer: line["question"]["answer"]["text"] for viewer, line in stage.told}
    assert told == {"v_1": "By post.", "v_2": "By post."}
    (mine,) = (await stage.questions.list_own(SHOW, "v_1")).asked
    (theirs,) = (await stage.questions.list_own(SHOW, "v_2")).told
    assert (mine.private_text, theirs.private_text) == ("By post.", "By post.")
    assert (await stage.questions.list_own(SHOW, "v_3")).told == []


async def test_who_asks_without_a_name_is_the_same_pseudonym_in_all_shows_of_a_channel(stage: Stage) -> None:
    await stage.add_show("next")
    old = await see(stage.database, SHOW)
    for show in (SHOW, "next"):
        await stage.questions.ask(show, "v_1", "Aki", "Does it fit?", product="p_apron", anonymous=True)
    public, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    (there,) = await stage.questions.list_queue("next", None, after=None, limit=1)
    assert public[0]["question"]["author"] == "Anonymous"
    assert staff[0]["question"]["author"] == there.author
    assert "Aki" not in str(staff)
    assert public[0]["question"]["product"] == "p_apron"


@pytest.mark.parametrize("product", ["p_gone", "p_other", "p_none"])
async def test_what_is_not_sold_here_is_not_asked_about(stage: Stage, product: str) -> None:
    with refused(Code.NOT_FOUND):
        await stage.questions.ask(SHOW, "v_1", "Aki", "Does it fit?", product=product)
    assert await stage.facts() == []
