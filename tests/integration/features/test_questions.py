"""Questions against PostgreSQL: asked, voted for, moderated by several at once, and every reader's picture stays right."""

import asyncio
from typing import Any

import pytest

from server.errors import RefusedError
from server.protocol.codes import Code
from server.questions.tasks import Standing
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import HOST, MODERATOR, SHOW, Stage, refused

PRE = "moderated"


@pytest.fixture
async def pre(stage: Stage) -> Stage:
    """A stage that also has a show whose questions wait for approval."""
    await stage.add_show(PRE, moderation="pre")
    return stage


async def ask(stage: Stage, text: str = "Is it washable?", *, viewer: str = "v_1", show: str = SHOW) -> str:
    return (await stage.questions.ask(show, viewer, "Aki", text)).id


async def test_a_question_is_posted_for_all(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    asked = await stage.questions.ask(SHOW, "v_1", "Aki", "  Is it\u0000 washable?\r\n")
    (push,), _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert push["type"] == "question.posted"
    assert (push["question"]["text"], push["question"]["state"]) == ("Is it washable?", "open")
    assert push["question"]["id"] == asked.id
    assert "v_1" not in str(push)
    assert await stage.facts() == [("question", "v_1", asked.id, 1)]


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "\x00"])
async def test_a_question_of_nothing_is_refused(stage: Stage, text: str) -> None:
    with refused(Code.INVALID):
        await stage.questions.ask(SHOW, "v_1", "Aki", text)


async def test_a_pre_moderated_question_is_for_staff_until_it_is_approved(pre: Stage) -> None:
    old = await see(pre.database, PRE)
    id = await ask(pre, show=PRE)
    (public,), (staff,) = await assert_snapshot_plus_pushes_equals_fresh(pre.database, PRE, old)
    assert public["type"] == "withheld"
    assert staff["type"] == "question.submitted"
    with refused(Code.NOT_FOUND):
        await pre.questions.vote(PRE, "v_2", id)
    assert await pre.questions.approve(PRE, MODERATOR, id, 0) == Standing(id, "open", 1)
    public_pushes, _ = await assert_snapshot_plus_pushes_equals_fresh(pre.database, PRE, old)
    assert public_pushes[-1]["type"] == "question.posted"


async def test_viewers_never_hear_of_a_question_that_was_dismissed_unseen(pre: Stage) -> None:
    old = await see(pre.database, PRE)
    id = await ask(pre, show=PRE)
    await pre.questions.dismiss(PRE, MODERATOR, id, 0, "spam")
    public, staff = await assert_snapshot_plus_pushes_equals_fresh(pre.database, PRE, old)
    assert [push["type"] for push in public] == ["withheld", "withheld"]
    assert staff[-1]["question"]["dismissed_reason"] == "spam"


async def test_each_viewer_has_one_vote(stage: Stage, second: Stage) -> None:
    id = await ask(stage)
    old = await see(stage.database, SHOW)
    votes = [(stage, second)[n % 2].questions.vote(SHOW, f"v_{n % 7}", id) for n in range(70)]
    counts = await asyncio.gather(*votes)
    assert max(counts) == 7
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert public[-1]["votes"] == [{"question": id, "votes": 7}]
    assert len(public) <= 7
    assert len([fact for fact in await stage.facts() if fact[0] == "vote"]) == 7
    assert await stage.questions.vote(SHOW, "v_1", id) == 7
    assert (await see(stage.database, SHOW)).offset == old.offset + len(public)


async def test_votes_that_come_together_are_published_together(stage: Stage) -> None:
    first, second = await ask(stage), await ask(stage)
    stage.delivered.clear()
    voters = [("v_1", first), ("v_2", second), ("v_3", first), ("v_4", second), ("v_5", second)]
    await asyncio.gather(*(stage.questions.vote(SHOW, viewer, id) for viewer, id in voters))
    assert len(stage.delivered) <= 2


async def test_only_what_viewers_see_can_be_voted_for(stage: Stage) -> None:
    id = await ask(stage)
    await stage.questions.dismiss(SHOW, MODERATOR, id, None, "rude")
    await stage.add_show("other-show")
    foreign = await ask(stage, show="other-show")
    for unseen in (id, foreign, "q_none"):
        with refused(Code.NOT_FOUND):
            await stage.questions.vote(SHOW, "v_2", unseen)


async def test_an_answer_is_seen_by_all_and_can_be_undone(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    id = await ask(stage)
    stage.tick()
    answered = await stage.questions.answer(SHOW, HOST, id, 0, text=" Yes, at 30°. ", live=False)
    assert answered == Standing(id, "answered", 1)
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert public[-1]["question"]["answer"] == {
        "text": "Yes, at 30°.",
        "live": False,
        "at": public[-1]["at"],
        "by": "Mika",
        "role": "host",
    }
    assert await stage.questions.restore(SHOW, HOST, id, 1) == Standing(id, "open", 2)
    assert await stage.questions.answer(SHOW, HOST, id, 2, text=None, live=True) == Standing(
        id, "answered", 3
    )
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [a.action for a in await stage.audits()] == [
        "question.answer",
        "question.restore",
        "question.answer",
    ]


@pytest.mark.parametrize(("text", "live"), [(None, False), ("Yes", True), ("  ", False)])
async def test_an_answer_is_text_or_live(stage: Stage, text: str | None, live: bool) -> None:
    id = await ask(stage)
    with refused(Code.INVALID):
        await stage.questions.answer(SHOW, HOST, id, None, text=text, live=live)


async def test_a_stale_moderator_gets_the_question_as_it_stands(stage: Stage) -> None:
    id = await ask(stage)
    await stage.questions.dismiss(SHOW, MODERATOR, id, 0, "off_topic")
    before = len(await stage.audits()), (await see(stage.database, SHOW)).offset
    with refused(Code.CONFLICT) as conflict:
        await stage.questions.answer(SHOW, HOST, id, 0, text="Yes", live=False)
    current = conflict.value.data["current"]
    assert (current["state"], current["version"], current["moderated_by"]) == ("dismissed", 1, "Sora")
    assert (len(await stage.audits()), (await see(stage.database, SHOW)).offset) == before


async def test_of_moderators_at_once_one_wins(stage: Stage, second: Stage) -> None:
    id = await ask(stage)
    old = await see(stage.database, SHOW)

    async def dismiss(n: int) -> Standing:
        return await (stage, second)[n % 2].questions.dismiss(SHOW, MODERATOR, id, 0, "spam")

    results = await asyncio.gather(*(dismiss(n) for n in range(10)), return_exceptions=True)
    assert [isinstance(result, Standing) for result in results].count(True) == 1
    assert {r.code for r in results if isinstance(r, RefusedError)} == {Code.CONFLICT}
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert len(public) == 1
    assert public[0]["question"] == {"id": id}


async def test_moves_that_the_state_forbids_are_conflicts(stage: Stage) -> None:
    id = await ask(stage)
    q: Any = stage.questions
    for forbidden in (q.approve(SHOW, HOST, id, None), q.restore(SHOW, HOST, id, None)):
        with refused(Code.CONFLICT):
            await forbidden
    await q.dismiss(SHOW, HOST, id, None, "other")
    for forbidden in (
        q.approve(SHOW, HOST, id, None),
        q.dismiss(SHOW, HOST, id, None, "other"),
        q.answer(SHOW, HOST, id, None, text="Yes", live=False),
        q.pin(SHOW, HOST, id),
    ):
        with refused(Code.CONFLICT):
            await forbidden


async def test_questions_of_another_show_are_not_found(stage: Stage) -> None:
    await stage.add_show("other-show")
    id = await ask(stage, show="other-show")
    q: Any = stage.questions
    for foreign in (q.dismiss(SHOW, HOST, id, None, "spam"), q.pin(SHOW, HOST, id), q.unpin(SHOW, HOST, id)):
        with refused(Code.NOT_FOUND):
            await foreign


async def test_a_pinned_question_that_is_dismissed_is_unpinned(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    id = await ask(stage)
    await stage.questions.pin(SHOW, HOST, id)
    await stage.questions.pin(SHOW, HOST, id)
    assert (await see(stage.database, SHOW)).public["pinned_question"] == id
    await stage.questions.dismiss(SHOW, HOST, id, None, "duplicate")
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in public] == [
        "question.posted",
        "question.pinned",
        "question.dismissed",
        "question.pinned",
    ]
    await stage.questions.restore(SHOW, HOST, id, None)
    assert (await see(stage.database, SHOW)).public["pinned_question"] is None


async def test_unpinning_is_about_the_named_question_or_whichever_is_pinned(stage: Stage) -> None:
    first, second = await ask(stage), await ask(stage)
    assert await stage.questions.unpin(SHOW, HOST, None) is None
    await stage.questions.pin(SHOW, HOST, first)
    await stage.questions.unpin(SHOW, HOST, second)
    assert (await see(stage.database, SHOW)).public["pinned_question"] == first
    assert await stage.questions.unpin(SHOW, HOST, None) == Standing(first, "open", 0)
    assert (await see(stage.database, SHOW)).public["pinned_question"] is None


async def test_an_ended_show_takes_no_questions_and_no_votes_but_answers(stage: Stage) -> None:
    id = await ask(stage)
    await stage.shows.end(SHOW, HOST)
    with refused(Code.SHOW_NOT_LIVE):
        await ask(stage)
    with refused(Code.SHOW_NOT_LIVE):
        await stage.questions.vote(SHOW, "v_1", id)
    assert (await stage.questions.answer(SHOW, HOST, id, None, text="Late", live=False)).state == "answered"


async def test_the_snapshot_holds_the_newest_two_hundred(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    for first in range(0, 210, 30):  # one commit of all would outlast its deadline on a busy machine
        await asyncio.gather(*(ask(stage, f"Question {n}") for n in range(first, first + 30)))
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    ids = [q["id"] for q in (await see(stage.database, SHOW)).public["questions"]]
    assert len(ids) == 200
    assert ids == sorted(ids, reverse=True)


async def test_the_queue_comes_in_pages(pre: Stage) -> None:
    asked = [await ask(pre, f"Question {n}", show=PRE) for n in range(5)]
    await pre.questions.approve(PRE, MODERATOR, asked[2], None)
    first = await pre.questions.list_queue(PRE, "pending", after=None, limit=3)
    rest = await pre.questions.list_queue(PRE, "pending", after=first[-1].id, limit=3)
    assert [q.id for q in (*first, *rest)] == [asked[4], asked[3], asked[1], asked[0]]


async def test_viewers_find_what_they_did_themselves(pre: Stage) -> None:
    mine, yours = await ask(pre), await ask(pre, viewer="v_2")
    await pre.questions.vote(SHOW, "v_1", yours)
    own = await pre.questions.list_own(SHOW, "v_1")
    assert [q.id for q in own.asked] == [mine]
    assert (own.voted, own.told) == ([yours], [])
