"""Comments: all are kept, a part of many is shown, and what becomes of one is told to everybody whom it concerns."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from server.comments.erasing import erase_many
from server.comments.moderating import Standing, ToQuestion
from server.comments.posting import Kept
from server.comments.rules import VIEWERS, Approve, Remove, Undo
from server.comments.service import Comments
from server.errors import RefusedError
from server.journal.intents import intent_of
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.questions.rules import Begin
from server.screening.door import Allow, ByModeration, Held, Newcomers, Refuse, Verdict
from tests.support.reducer import Seen, assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, ELSEWHERE, HOST, MODERATOR, SHOW, Stage, refused

Move = Approve | Remove | Undo | ToQuestion


async def write(
    stage: Stage, words: str = "Lovely!", *, viewer: str = "v_1", show: str = SHOW, **others: Any
) -> Kept:
    """Comment in the show."""
    return await stage.comments.write(show, viewer, viewer.title(), words, **others)


async def move(stage: Stage, kept: Kept, move: Move, version: int | None = None) -> Standing:
    return await stage.comments.move(SHOW, MODERATOR, kept.id, version, move)


async def latest(stage: Stage, show: str = SHOW) -> tuple[list[str], list[str]]:
    """Return the texts of the stream as viewers and as staff find it now."""
    seen = await see(stage.database, show)
    return tuple([each["text"] for each in _stream(state)] for state in (seen.public, seen.staff))  # type: ignore[return-value]


def _stream(state: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = state.get("comments", {}).get("latest", [])
    return found


async def flood(stage: Stage, comments: int, *, first: int = 0) -> list[Kept]:
    """Comment by many viewers at once."""
    return await asyncio.gather(
        *(write(stage, f"no {n}", viewer=f"v_{n}") for n in range(first, first + comments))
    )


async def hold_all(stage: Stage) -> None:
    """Let everything wait for approval."""
    async with stage.database.write() as connection:
        await connection.execute(text("UPDATE show SET moderation = 'pre' WHERE id = :show"), {"show": SHOW})


async def test_a_comment_is_shown_and_a_fact(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    kept = await write(stage, "  Lovely!  ")
    assert kept.state == "open"
    pushes, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    (push,) = pushes
    assert (push["type"], push["written"], push["shown"]) == ("comment.posted", 1, 1)
    assert push["comments"] == [{"id": kept.id, "text": "Lovely!", "author": "V_1", "at": kept.at, "n": 1}]
    assert staff[0]["told"] == 1
    assert await stage.facts() == [("comment", "v_1", kept.id, 1)]


async def test_of_a_flood_all_are_kept_and_viewers_are_shown_what_the_rule_allows(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    kept, host = await asyncio.gather(
        flood(stage, 200), write(stage, "Hello all", viewer="m_host", role="host")
    )
    pushes, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    posted = [push for push in pushes if push["type"] == "comment.posted"]
    assert len(posted) < 10, "comments that come together are told together"
    assert (posted[-1]["written"], posted[-1]["shown"]) == (201, VIEWERS.burst + 1)
    assert host.id in {each["id"] for push in posted for each in push["comments"]}
    assert len({each["id"] for push in staff for each in push["comments"]}) == 101
    found = [c.id for c in await stage.comments.list_all(SHOW, None, after=None, limit=500)]
    assert {each.id for each in kept} < set(found)
    assert len(found) == 201


async def test_the_allowance_comes_back_with_time_whichever_process_is_asked(
    stage: Stage, second: Stage
) -> None:
    await flood(stage, 60)
    second.tick(2.0)
    old = await see(stage.database, SHOW)
    await flood(second, 60, first=60)
    pushes, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert pushes[-1]["written"] == 120
    assert pushes[-1]["shown"] == VIEWERS.burst + 20


async def test_the_window_moves_on_and_a_gone_comment_brings_no_older_one_back(stage: Stage) -> None:
    for n in range(60):
        stage.tick()
        await write(stage, f"no {n}")
    old = await see(stage.database, SHOW)
    assert [each["n"] for each in _stream(old.public)] == list(range(11, 61))
    kept = await write(stage, "the last one")
    await stage.comments.withdraw(SHOW, "v_1", kept.id)
    stage.tick()
    await write(stage, "and on")
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [each["n"] for each in _stream((await see(stage.database, SHOW)).public)] == [*range(13, 61), 62]


async def test_what_is_held_is_staff_s_until_it_is_approved(stage: Stage) -> None:
    await hold_all(stage)
    old = await see(stage.database, SHOW)
    kept = await write(stage)
    assert kept.state == "held"
    assert await latest(stage) == ([], ["Lovely!"])
    await move(stage, kept, Approve(), 0)
    assert await latest(stage) == (["Lovely!"], ["Lovely!"])
    await move(stage, kept, Undo(), 1)
    assert await latest(stage) == ([], ["Lovely!"])
    await move(stage, kept, Approve())
    pushes, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in pushes] == [
        "withheld",
        "comment.posted",
        "comment.removed",
        "comment.changed",
    ]
    assert (await see(stage.database, SHOW)).public["comments"]["written"] == 1
    assert [line["comment"]["state"] for _, line in stage.told] == ["open", "held", "open"]


async def test_a_removal_has_a_reason_is_told_to_its_writer_audited_and_undone(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    kept = await write(stage)
    await move(stage, kept, Remove("rude"), 0)
    assert (await latest(stage))[0] == []
    with refused(Code.CONFLICT) as conflict:
        await move(stage, kept, Remove("spam"), 0)
    assert conflict.value.data["current"]["moderated_by"] == MODERATOR.name
    await move(stage, kept, Undo(), 1)
    assert (await latest(stage))[0] == ["Lovely!"]
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [(viewer, line["comment"].get("reason")) for viewer, line in stage.told] == [
        ("v_1", "rude"),
        ("v_1", None),
    ]
    removed, undone = await stage.audits()
    assert (removed.action, removed.subject, removed.role) == ("comment.remove", kept.id, MODERATOR.role)
    assert removed.details == {"from": "open", "to": "removed", "version": 1, "reason": "rude", "show_ms": 0}
    assert (undone.action, undone.details["to"]) == ("comment.undo", "open")


async def test_what_was_left_out_stays_so_when_its_removal_is_undone(stage: Stage) -> None:
    kept = await flood(stage, 40)
    everything = await stage.comments.list_all(SHOW, None, after=None, limit=100)
    left_out = next(each for each in kept if each.id in {c.id for c in everything if c.place is None})
    old = await see(stage.database, SHOW)
    await move(stage, left_out, Remove("spam"))
    await move(stage, left_out, Undo())
    pushes, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in pushes] == ["withheld", "withheld"]


async def test_a_writer_takes_theirs_back_once_and_nobody_else_s(stage: Stage) -> None:
    kept = await write(stage)
    with refused(Code.NOT_FOUND):
        await stage.comments.withdraw(SHOW, "v_2", kept.id)
    old = await see(stage.database, SHOW)
    standing = await stage.comments.withdraw(SHOW, "v_1", kept.id)
    assert standing.state == "withdrawn"
    with refused(Code.CONFLICT) as conflict:
        await stage.comments.withdraw(SHOW, "v_1", kept.id)
    assert "moderated_by" not in conflict.value.data["current"]
    pushes, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert pushes[0]["comment"] == {"id": kept.id}
    with refused(Code.CONFLICT):
        await move(stage, kept, Approve())
    with refused(Code.NOT_FOUND):
        await stage.comments.react(SHOW, "v_2", kept.id, "heart", on=True)


async def test_reactions_are_counted_once_for_each_viewer_and_kind(stage: Stage, second: Stage) -> None:
    kept = await write(stage)
    old = await see(stage.database, SHOW)
    react = [
        (stage, "v_1", "heart"),
        (second, "v_2", "heart"),
        (stage, "v_2", "clap"),
        (second, "v_2", "heart"),
    ]
    await asyncio.gather(
        *(on.comments.react(SHOW, viewer, kept.id, kind, on=True) for on, viewer, kind in react)
    )
    (shown,) = _stream((await see(stage.database, SHOW)).public)
    assert shown["reactions"] == {"clap": 1, "heart": 2}
    for _ in range(2):
        counts = await stage.comments.react(SHOW, "v_2", kept.id, "heart", on=False)
        assert counts == {"clap": 1, "heart": 1}
    await stage.comments.react(SHOW, "v_2", kept.id, "clap", on=False)
    await stage.comments.react(SHOW, "v_1", kept.id, "heart", on=False)
    pushes, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert pushes[-1]["comments"] == [{"comment": kept.id, "reactions": {}}]


async def test_a_comment_becomes_a_question_of_its_writer_once(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    kept = await write(stage, "Is it warm?")
    standing = await move(stage, kept, ToQuestion())
    with refused(Code.CONFLICT) as conflict:
        await move(stage, kept, ToQuestion())
    assert conflict.value.data["current"]["question"] == standing.question_id
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    fresh = await see(stage.database, SHOW)
    (question,) = fresh.public["questions"]
    assert (question["text"], question["author"], question["state"]) == ("Is it warm?", "V_1", "open")
    assert (question["id"], question["comment"]) == (standing.question_id, kept.id)
    assert _stream(fresh.public)[0]["question"] == standing.question_id
    await stage.questions.move(SHOW, HOST, question["id"], None, Begin())
    told = [line for viewer, line in stage.told if viewer == "v_1"]
    assert [line["type"] for line in told] == ["question.own", "comment.own", "question.own"]
    assert told[-1]["question"]["state"] == "answering"
    assert [kind for kind, viewer, _, _ in await stage.facts() if viewer == "v_1"] == ["comment", "question"]
    own = await stage.questions.list_own(SHOW, "v_1")
    assert [each.id for each in own.asked] == [question["id"]]


@pytest.mark.parametrize(
    ("setting", "guest", "known"), [("off", False, False), ("known", False, True), ("on", True, True)]
)
async def test_comments_are_switched_while_the_show_runs(
    stage: Stage, setting: str, guest: bool, known: bool
) -> None:
    old = await see(stage.database, SHOW)
    assert await stage.comments.switch(SHOW, MODERATOR, setting) == setting  # type: ignore[arg-type]
    for may, who in ((guest, False), (known, True)):
        if may:
            await write(stage, known=who)
        else:
            with refused(Code.COMMENTS_CLOSED) as closed:
                await write(stage, known=who)
            assert closed.value.data["why"] == setting
    assert (await write(stage, viewer="m_host", role="host", known=True)).state == "open"
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert (await see(stage.database, SHOW)).public["show"]["comments"] == setting
    actions = [audit.action for audit in await stage.audits()]
    assert actions == ([] if setting == "on" else ["comments.switch"])


async def test_bad_input_has_a_code_and_changes_nothing(stage: Stage) -> None:
    await stage.add_show("over", state="ended")
    await stage.add_show("theirs", channel=ELSEWHERE)
    kept = await write(stage)
    old = await see(stage.database, SHOW)
    for words in ("", " \u200b ", "x" * 301):
        with refused(Code.INVALID):
            await write(stage, words)
    for show, code in (("over", Code.SHOW_NOT_LIVE), ("none", Code.NOT_FOUND)):
        with refused(code):
            await write(stage, show=show)
    for do in (
        stage.comments.react("theirs", "v_1", kept.id, "heart", on=True),
        stage.comments.move("theirs", HOST, kept.id, None, Remove("spam")),
        stage.comments.move("theirs", HOST, kept.id, None, ToQuestion()),
        stage.comments.withdraw("theirs", "v_1", kept.id),
        stage.comments.react(SHOW, "v_1", "cm_none", "heart", on=True),
    ):
        with refused(Code.NOT_FOUND):
            await do
    for stale in (Remove("spam"), Undo(), Approve(), ToQuestion()):
        with refused(Code.CONFLICT):
            await move(stage, kept, stale, 7)
    pushes, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert pushes == []


async def test_the_same_key_is_one_comment(stage: Stage) -> None:
    intent = intent_of("v_1", "key-12345678", "Lovely!")
    kept = await write(stage, intent=intent)
    again = await write(stage, intent=intent)
    assert (again.id, again.at) == (kept.id, kept.at)
    with refused(Code.KEY_REUSED):
        await write(stage, "Other", intent=intent_of("v_1", "key-12345678", "Other"))
    assert len(await stage.comments.list_all(SHOW, None, after=None, limit=10)) == 1


class ByWords(ByModeration):
    """A screening that holds and refuses by a word."""

    async def screen(
        self, tx: ShowTransaction, show: Any, written: Any, *, newcomers: Newcomers | None = None
    ) -> list[Verdict]:
        verdicts: dict[str, Verdict] = {"hold": Held(), "bad": Refuse(Code.INVALID, "Not here.")}
        return [verdicts.get(each.text, Allow()) for each in written]


async def test_what_is_written_goes_through_the_one_door(stage: Stage) -> None:

    async def never(tx: ShowTransaction, source: object) -> str:
        raise AssertionError

    comments = Comments(stage.journal, stage.database, make_question=never, screening=ByWords())
    answers = await asyncio.gather(
        *(comments.write(SHOW, f"v_{n}", "Ann", words) for n, words in enumerate(("hold", "fine", "bad"))),
        return_exceptions=True,
    )
    states = [each.state if isinstance(each, Kept) else each for each in answers]
    assert states[:2] == ["held", "open"]
    assert isinstance(states[2], RefusedError)
    assert str(states[2]) == "Not here."


async def test_nothing_of_a_rehearsal_stays(stage: Stage) -> None:
    await stage.add_show("evening", state="scheduled")
    await write(stage, "Come early", show="evening")
    await stage.comments.react("evening", "v_2", (await _first(stage)).id, "heart", on=True)
    before = await see(stage.database, "evening")
    await stage.shows.step("evening", HOST, "rehearse", CHANNEL)
    assert await latest(stage, "evening") == ([], [])
    await write(stage, "One two", viewer="m_host", show="evening", role="host")
    await stage.shows.step("evening", HOST, "schedule", CHANNEL)
    after = await see(stage.database, "evening")
    assert _stream(after.public) == _stream(before.public)
    assert [fact[0] for fact in await stage.facts()] == ["comment"]


async def _first(stage: Stage) -> Any:
    return (await stage.comments.list_all("evening", None, after=None, limit=1))[0]


async def test_words_are_erased_wherever_they_were_told(stage: Stage) -> None:
    kept = [await write(stage, f"secret {n}", viewer=viewer) for n, viewer in enumerate(("v_1", "v_2"))]
    old: Seen = await see(stage.database, SHOW)
    await move(stage, kept[0], Remove("rude"))
    rows = await stage.journal.commit(SHOW, erase_many, [each.id for each in kept])
    assert rows > 0
    async with stage.database.read() as connection:
        told = list(
            await connection.scalars(text("SELECT line || coalesce(staff_line, '') FROM publication"))
        )
    assert "secret" not in "".join(told)
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert await stage.journal.commit(SHOW, erase_many, [each.id for each in kept]) == 0
