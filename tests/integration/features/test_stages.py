"""Stages of several hosts, against PostgreSQL: who has which question before them, and how everybody hears of it."""

import asyncio
from typing import Any

from server.db.engine import Database
from server.errors import RefusedError
from server.protocol.codes import Code
from server.questions.hosts import StageHosts
from server.questions.rules import Begin, Hold, Merge, Undo
from server.questions.stages import LINE_MAX
from server.questions.tasks import Give, TakeOff
from tests.integration.features.test_questions import ask
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, ELSEWHERE, HOST, MODERATOR, SHOW, Stage, refused

AYA, REN = "m_Aya", "m_Ren"


async def lines(database: Database) -> dict[str, list[str]]:
    """By name what each host has before them and next, as staff see it."""
    staff = (await see(database, SHOW)).staff
    return {stage["name"]: [each["question"] for each in stage["questions"]] for stage in staff["stages"]}


async def fronts(database: Database) -> dict[str, str]:
    """By name what viewers see that each host has before them."""
    return {each["name"]: each["question"] for each in (await see(database, SHOW)).public.get("stages", [])}


async def give(stage: Stage, question: str, host: str, **how: Any) -> None:
    await stage.questions.stage(SHOW, MODERATOR, question, Give(host, **how))


async def test_each_host_has_questions_in_order_and_viewers_see_the_first_of_each(stage: Stage) -> None:
    await stage.name_hosts("Aya", "Ren")
    one, two, three = [await ask(stage) for _ in range(3)]
    old = await see(stage.database, SHOW)
    await give(stage, one, AYA)
    await give(stage, two, AYA)
    await give(stage, three, REN)
    assert await lines(stage.database) == {"Aya": [one, two], "Ren": [three]}
    assert await fronts(stage.database) == {"Aya": one, "Ren": three}
    await give(stage, two, AYA, now=True)
    await give(stage, two, AYA, now=True)
    assert await lines(stage.database) == {"Aya": [two, one], "Ren": [three]}
    await stage.questions.stage(SHOW, MODERATOR, two, TakeOff())
    assert await lines(stage.database) == {"Aya": [one], "Ren": [three]}
    public, _staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    told = ["stage.changed", "withheld", "stage.changed", "stage.changed", "stage.changed"]
    assert [push["type"] for push in public] == told
    assert public[0]["stages"] == [{"name": "Aya", "question": one}]
    assert [q["id"] for q in public[0]["questions"]] == [one]
    assert "m_Aya" not in str(public)
    assert [(a.action, a.details["from"], a.details["to"]) for a in (await stage.audits())[-5:]] == [
        ("question.stage", None, "Aya"),
        ("question.stage", None, "Aya"),
        ("question.stage", None, "Ren"),
        ("question.stage", "Aya", "Aya"),
        ("question.unstage", "Aya", None),
    ]


async def test_a_question_leaves_with_its_state_and_an_undo_brings_it_back_to_its_place(stage: Stage) -> None:
    await stage.name_hosts("Aya", "Ren")
    one, two, root = [await ask(stage) for _ in range(3)]
    questions: Any = stage.questions
    leaving: list[Any] = [
        lambda id: questions.answer(SHOW, HOST, id, None, text=None, live=True),
        lambda id: questions.dismiss(SHOW, HOST, id, None, "spam"),
        lambda id: questions.move(SHOW, HOST, id, None, Merge(root)),
        lambda id: questions.move(SHOW, HOST, id, None, Hold()),
    ]
    await give(stage, one, AYA)
    await give(stage, two, AYA)
    old = await see(stage.database, SHOW)
    for leave in leaving:
        await leave(one)
        assert await lines(stage.database) == {"Aya": [two], "Ren": []}
        await questions.move(SHOW, HOST, one, None, Undo())
        assert await lines(stage.database) == {"Aya": [one, two], "Ren": []}
    await questions.dismiss(SHOW, HOST, one, None, "spam")
    await questions.restore(SHOW, HOST, one, None)
    assert await lines(stage.database) == {"Aya": [two], "Ren": []}
    await give(stage, one, REN)
    await questions.withdraw(SHOW, "v_1", one)
    assert await fronts(stage.database) == {"Aya": two}
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)


async def test_what_is_answered_live_comes_first_and_is_the_hosts_answer(stage: Stage) -> None:
    await stage.name_hosts("Aya", "Ren")
    one, two = await ask(stage), await ask(stage)
    await give(stage, one, AYA)
    await give(stage, two, AYA)
    old = await see(stage.database, SHOW)
    await stage.questions.move(SHOW, MODERATOR, two, None, Begin())
    assert await fronts(stage.database) == {"Aya": two}
    await stage.questions.answer(SHOW, MODERATOR, two, None, text=None, live=True)
    _public, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    answered = next(push["question"] for push in staff if push["type"] == "question.answered")
    assert (answered["answer"]["by"], answered["answer"]["role"]) == ("Aya", "host")
    assert answered["moderated_by"] == "Sora"
    await stage.questions.answer(SHOW, MODERATOR, one, None, text="Yes", live=False)
    wrote = (await see(stage.database, SHOW)).public["questions"][-1]["answer"]
    assert wrote["by"] == "Sora"


async def test_whoever_saw_a_question_elsewhere_is_told_who_gave_it_to_whom(stage: Stage) -> None:
    await stage.name_hosts("Aya", "Ren")
    one = await ask(stage)
    await stage.questions.stage(SHOW, HOST, one, Give(AYA, seen=None))
    old = await see(stage.database, SHOW)
    for late in (Give(REN, seen=None), TakeOff(seen=REN)):
        with refused(Code.CONFLICT) as conflict:
            await stage.questions.stage(SHOW, MODERATOR, one, late)
        assert conflict.value.data["staged"] == {"name": "Aya", "by": "Mika"}
        assert conflict.value.data["current"]["id"] == one
    await give(stage, one, AYA, seen=None)
    assert (await see(stage.database, SHOW)).offset == old.offset
    await give(stage, one, REN, seen=AYA)
    assert await fronts(stage.database) == {"Ren": one}


async def test_bad_wishes_have_their_codes_and_change_nothing(stage: Stage) -> None:
    await stage.name_hosts("Aya")
    one, held = await ask(stage), await ask(stage)
    await stage.questions.move(SHOW, HOST, held, None, Hold())
    await stage.add_show("other")
    foreign = await ask(stage, show="other")
    old = await see(stage.database, SHOW)
    for question, host, code in (
        (one, "m_nobody", Code.NOT_FOUND),
        (one, HOST.viewer_id, Code.NOT_FOUND),
        (foreign, AYA, Code.NOT_FOUND),
        ("q_none", AYA, Code.NOT_FOUND),
        (held, AYA, Code.CONFLICT),
    ):
        with refused(code):
            await give(stage, question, host)
    await stage.questions.stage(SHOW, HOST, one, TakeOff())
    assert (await see(stage.database, SHOW)).offset == old.offset
    for _ in range(LINE_MAX):
        await give(stage, await ask(stage), AYA)
    with refused(Code.TOO_MANY):
        await give(stage, one, AYA)


async def test_a_host_who_is_taken_off_the_show_loses_the_stage_and_everybody_hears_it(stage: Stage) -> None:
    await stage.name_hosts("Aya", "Ren")
    one, two = await ask(stage), await ask(stage)
    await give(stage, one, AYA)
    await give(stage, two, REN)
    old = await see(stage.database, SHOW)
    await stage.name_hosts("Ren")
    assert await lines(stage.database) == {"Ren": [two]}
    await stage.name_hosts()
    public, _staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["stages"] for push in public if push["type"] == "stage.changed"] == [
        [{"name": "Ren", "question": two}],
        [],
    ]
    await stage.name_hosts("Aya", "Ren")
    assert await lines(stage.database) == {"Aya": [], "Ren": []}


async def test_a_host_who_is_called_otherwise_or_is_staff_no_longer_is_so_on_every_page(stage: Stage) -> None:
    await stage.name_hosts("Aya", "Ren")
    one = await ask(stage)
    await give(stage, one, AYA)
    old = await see(stage.database, SHOW)
    hosts = StageHosts(stage.journal, stage.database)
    for change, seen in (("name = 'Aya K.'", {"Aya K.": one}), ("role = 'viewer'", {})):
        async with stage.database.write() as connection:
            await connection.exec_driver_sql(f"UPDATE staff_member SET {change} WHERE viewer_id = '{AYA}'")
        await hosts.heed(CHANNEL, AYA)
        assert await fronts(stage.database) == seen
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)


async def test_only_the_channels_own_staff_have_a_stage_and_a_rehearsal_leaves_them_as_they_were(
    stage: Stage,
) -> None:
    await stage.add_show("there", channel=ELSEWHERE)
    await stage.name_hosts("Aya")
    async with stage.database.write() as connection:
        await connection.exec_driver_sql("UPDATE staff_member SET channel_id = 'elsewhere'")
    assert "stages" not in (await see(stage.database, SHOW)).staff
    async with stage.database.write() as connection:
        await connection.exec_driver_sql("UPDATE staff_member SET channel_id = 'demo'")
        await connection.exec_driver_sql("UPDATE show SET state = 'scheduled'")
    one = await ask(stage)
    await give(stage, one, AYA)
    await stage.shows.step(SHOW, HOST, "rehearse", CHANNEL)
    assert await lines(stage.database) == {"Aya": []}
    await stage.shows.step(SHOW, HOST, "schedule", CHANNEL)
    assert await lines(stage.database) == {"Aya": [one]}


async def test_two_processes_agree_on_who_has_a_question(stage: Stage, second: Stage) -> None:
    await stage.name_hosts("Aya", "Ren")
    one = await ask(stage)
    old = await see(stage.database, SHOW)
    results = await asyncio.gather(
        stage.questions.stage(SHOW, HOST, one, Give(AYA, seen=None)),
        second.questions.stage(SHOW, MODERATOR, one, Give(REN, seen=None)),
        return_exceptions=True,
    )
    (lost,) = [each for each in results if isinstance(each, RefusedError)]
    assert lost.code is Code.CONFLICT
    assert [lost.data["staged"]["name"]] == list(await fronts(stage.database))
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
