"""Viewers report what others wrote: once each, seen by staff, holding it from so many on, and settled."""

import pytest

from server.comments.rules import Undo
from server.protocol.codes import Code
from server.reports.repository import Item
from server.sanctions.rules import Terms
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, HOST, MODERATOR, SHOW, Stage, refused


async def ask(stage: Stage, viewer: str = "v_author", *, role: str = "viewer") -> Item:
    return Item("question", (await stage.questions.ask(SHOW, viewer, "Aki", "Is it warm?", role=role)).id)


async def report(stage: Stage, item: Item, *viewers: str) -> None:
    for viewer in viewers:
        await stage.reports.report(SHOW, viewer, item, "abuse")


async def state(stage: Stage, item: Item) -> str:
    (question,) = [
        each
        for each in await stage.questions.list_queue(SHOW, None, after=None, limit=10)
        if each.id == item.id
    ]
    return question.state


async def reported(stage: Stage) -> dict[str, int]:
    seen = (await see(stage.database, SHOW)).staff.get("reported", [])
    return {each["item"]: each["reporters"] for each in seen}


async def test_three_viewers_hold_a_question_and_what_staff_let_stand_is_not_held_again(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    item = await ask(stage)
    await report(stage, item, "v_1", "v_1", "v_2")
    assert (await state(stage, item), await reported(stage)) == ("open", {item.id: 2})
    await report(stage, item, "v_3")
    assert (await state(stage, item), await reported(stage)) == ("pending", {item.id: 3})
    await stage.questions.approve(SHOW, HOST, item.id, None)
    await report(stage, item, "v_4")
    assert (await state(stage, item), await reported(stage)) == ("open", {item.id: 4})
    await stage.reports.settle(SHOW, MODERATOR, item, ignore=False)
    await stage.reports.settle(SHOW, MODERATOR, item, ignore=False)
    assert await reported(stage) == {}
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    audits = [(row.action, row.role) for row in await stage.audits()]
    assert audits == [
        ("question.hold", "reports"),
        ("question.approve", "host"),
        ("report.settle", "moderator"),
    ]


async def test_three_viewers_remove_a_comment_that_staff_bring_back_and_its_writer_can_be_stopped_by_it(
    stage: Stage,
) -> None:
    old = await see(stage.database, SHOW)
    said = await stage.comments.write(SHOW, "v_author", "Aki", "Buy at my shop!")
    item = Item("comment", said.id)
    await report(stage, item, "v_1", "v_2", "v_3")
    assert await reported(stage) == {item.id: 3}
    (comment,) = await stage.comments.list_all(SHOW, "removed", after=None, limit=10)
    assert (comment.id, comment.moderated_by) == (item.id, "")
    with refused(Code.NOT_FOUND):
        await report(stage, item, "v_4")
    await stage.comments.move(SHOW, HOST, item.id, None, Undo())
    given = await stage.sanctions.give(SHOW, HOST, Terms("mute", None, "spam"), comment_id=item.id)
    assert given.viewer == "v_author"
    (row,) = await stage.sanctions.holding(SHOW, CHANNEL, ["v_author", "v_1"])
    assert (row.kind, row.name) == ("mute", "Aki")
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)


async def test_staffs_own_is_never_held_and_the_setting_says_when(stage: Stage) -> None:
    await stage.reports.set_hold_after(CHANNEL, HOST, 1)
    staffs, plain = await ask(stage, "m_host", role="host"), await ask(stage)
    await report(stage, staffs, "v_1", "v_2")
    await report(stage, plain, "v_1")
    assert [await state(stage, each) for each in (staffs, plain)] == ["open", "pending"]
    await stage.reports.set_hold_after(CHANNEL, HOST, 0)
    other = await ask(stage)
    await report(stage, other, *(f"v_{n}" for n in range(5)))
    assert await state(stage, other) == "open"


async def test_whose_reports_were_made_for_nothing_count_no_more(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    first, second, third = [await ask(stage) for _ in range(3)]
    await report(stage, first, "v_false", "v_1")
    await report(stage, second, "v_false")
    await stage.reports.settle(SHOW, HOST, second, ignore=True)
    assert await reported(stage) == {first.id: 1}
    await report(stage, third, "v_false")
    assert await reported(stage) == {first.id: 1}
    await report(stage, third, "v_2", "v_3")
    assert await state(stage, third) == "open"
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)


@pytest.mark.parametrize("what", ["none", "pending", "own", "other show"])
async def test_what_cannot_be_reported_has_a_code(stage: Stage, what: str) -> None:
    item, code, viewer = await ask(stage), Code.NOT_FOUND, "v_1"
    if what == "none":
        item = Item("question", "q_none")
    elif what == "pending":
        await stage.questions.dismiss(SHOW, HOST, item.id, None, "spam")
    elif what == "own":
        viewer, code = "v_author", Code.FORBIDDEN
    else:
        await stage.add_show("another")
        item = Item("question", (await stage.questions.ask("another", "v_x", "Aki", "Is it warm?")).id)
    with refused(code):
        await report(stage, item, viewer)
    assert await reported(stage) == {}
