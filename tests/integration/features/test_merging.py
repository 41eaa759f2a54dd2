"""Questions that say the same, merged against PostgreSQL: votes and askers are united, each voter once, and parted again exactly."""

import pytest

from server.hub.crowd import Doubt
from server.protocol.codes import Code
from server.protocol.question_commands import ManyAct
from server.questions.rules import Begin, Merge, Undo
from tests.integration.features.test_questions import ask
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import HOST, MODERATOR, SHOW, Stage, refused


async def votes_of(stage: Stage) -> dict[str, int]:
    return {q.id: q.votes for q in await stage.questions.list_queue(SHOW, None, after=None, limit=100)}


async def vote(stage: Stage, question: str, *viewers: str) -> None:
    for viewer in viewers:
        await stage.questions.vote(SHOW, viewer, question)


async def test_merging_unites_votes_and_undoing_it_parts_them_exactly(stage: Stage) -> None:
    kept, twin, other = await ask(stage), await ask(stage, viewer="v_2"), await ask(stage, viewer="v_3")
    await vote(stage, kept, "v_5", "v_6")
    await vote(stage, twin, "v_6", "v_7", "v_8")
    await vote(stage, other, "v_8")
    before, old = await votes_of(stage), await see(stage.database, SHOW)
    for each in (twin, other):
        await stage.questions.move(SHOW, MODERATOR, each, 0, Merge(kept))
    assert (await votes_of(stage))[kept] == 4
    assert await stage.questions.vote(SHOW, "v_7", kept) == 4
    assert await stage.questions.vote(SHOW, "v_9", kept) == 5
    for gone in (twin, other):
        with refused(Code.NOT_FOUND):
            await stage.questions.vote(SHOW, "v_9", gone)
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    for each in (twin, other):
        await stage.questions.move(SHOW, HOST, each, 1, Undo())
    assert await votes_of(stage) == before | {kept: 4}
    public, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["question"]["id"] for push in public if push["type"] == "question.restored"] == [twin, other]
    assert staff[-1]["votes"] == [{"question": kept, "votes": 4, "votes_apart": 0}]
    assert [a.details.get("into") for a in await stage.audits()] == [kept, kept, None, None]


async def test_all_who_asked_are_told_the_answer(stage: Stage) -> None:
    kept, twin = await ask(stage), await ask(stage, viewer="v_2")
    await vote(stage, twin, "v_7")
    await stage.questions.move(SHOW, MODERATOR, twin, 0, Merge(kept))
    stage.told.clear()
    await stage.questions.answer(SHOW, HOST, kept, None, text="At 30°.", live=False, private=True)
    told = {viewer: (line["question"]["id"], line.get("into", {}).get("id")) for viewer, line in stage.told}
    assert told == {"v_1": (kept, None), "v_2": (twin, kept), "v_7": (twin, kept)}
    own = await stage.questions.list_own(SHOW, "v_2")
    assert (own.asked[0].merged_into, own.roots[kept].private_text) == (kept, "At 30°.")
    assert [q.id for q in (await stage.questions.list_own(SHOW, "v_7")).told] == [kept]


async def test_what_cannot_be_merged_is_refused_and_nothing_is_half_done(stage: Stage) -> None:
    kept, twin, third = await ask(stage), await ask(stage), await ask(stage)
    gone, live = await ask(stage), await ask(stage)
    await stage.add_show("other-show")
    foreign = await ask(stage, show="other-show")
    questions = stage.questions
    await questions.move(SHOW, MODERATOR, twin, 0, Merge(kept))
    await questions.dismiss(SHOW, MODERATOR, gone, 0, "spam")
    await questions.move(SHOW, HOST, live, 0, Begin())
    old = await see(stage.database, SHOW)
    wrong = {
        (third, third): Code.INVALID,
        (third, foreign): Code.NOT_FOUND,
        (foreign, third): Code.NOT_FOUND,
        (third, twin): Code.CONFLICT,
        (third, gone): Code.CONFLICT,
        (kept, twin): Code.CONFLICT,
        (kept, third): Code.CONFLICT,
        (live, kept): Code.CONFLICT,
        (gone, kept): Code.CONFLICT,
    }
    for (which, into), code in wrong.items():
        with refused(code):
            await questions.move(SHOW, HOST, which, None, Merge(into))
    with refused(Code.CONFLICT):
        await questions.withdraw(SHOW, "v_1", kept)
    assert (await see(stage.database, SHOW)).offset == old.offset


@pytest.mark.parametrize("doubtful_first", [True, False])
async def test_a_voter_in_doubt_of_one_twin_alone_counts(stage: Stage, doubtful_first: bool) -> None:
    kept, twin = await ask(stage), await ask(stage)
    doubted, sure = (kept, twin) if doubtful_first else (twin, kept)
    await stage.questions.vote(SHOW, "v_7", doubted, doubt=Doubt.BURST)
    await stage.questions.vote(SHOW, "v_7", sure)
    old = await see(stage.database, SHOW)
    await stage.questions.move(SHOW, HOST, twin, 0, Merge(kept))
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    (root,) = [q for q in await stage.questions.list_queue(SHOW, "open", after=None, limit=9) if q.id == kept]
    assert (root.votes, root.votes_apart) == (1, 0)


async def test_many_acts_are_one_transaction_each_with_a_result_and_are_undone_together(stage: Stage) -> None:
    first, second, third = await ask(stage), await ask(stage, viewer="v_2"), await ask(stage)
    await stage.questions.claim(SHOW, HOST, third)
    old, seen = await see(stage.database, SHOW), len(stage.delivered)
    acts = [
        ManyAct("dismiss", first, 0, reason="spam"),
        ManyAct("merge", second, into=third),
        ManyAct("dismiss", third),
        ManyAct("approve", "q_none"),
        ManyAct("label", third, labels=["size", "Ｓｉｚｅ", "送料"]),
    ]
    outcomes = await stage.questions.act_on_many(SHOW, MODERATOR, acts)
    assert [(o.state, o.code) for o in outcomes] == [
        ("dismissed", None),
        ("merged", None),
        (None, Code.CONFLICT),
        (None, Code.NOT_FOUND),
        ("open", None),
    ]
    assert outcomes[2].data is not None
    assert outcomes[2].data["claimed_by"]["name"] == "Mika"
    assert len({push.offset for push in stage.delivered[seen:]}) == len(stage.delivered[seen:])
    _, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert staff[-1]["question"]["labels"] == ["size", "送料"]
    back = [ManyAct("undo", o.question, o.version) for o in outcomes[:2]]
    undone = await stage.questions.act_on_many(SHOW, MODERATOR, back)
    assert [o.state for o in undone] == ["open", "open"]
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)


@pytest.mark.parametrize("labels", [["a"] * 4 + list("bcdefg"), ["x" * 25], ["\u200b"]])
async def test_labels_are_few_and_short(stage: Stage, labels: list[str]) -> None:
    id = await ask(stage)
    with refused(Code.INVALID):
        await stage.questions.label(SHOW, HOST, id, labels)
