"""A product's FAQ: made of what is answered in shows, edited by the merchant, and found by whoever asks the same again."""

from itertools import count

import pytest

from server.faq import service
from server.faq.rules import LINES_MAX
from server.faq.service import Edit, Faq
from server.http.versions import Match
from server.journal.intents import Intent, intent_of
from server.privacy.service import _erase_questions as erase_many
from server.protocol.codes import Code
from server.questions.rules import Undo
from tests.support.stage import CHANNEL, ELSEWHERE, HOST, SHOW, Stage, refused

ANY = Match(None)
WASHING, AGAIN = "洗濯機で洗えますか？", "これは洗濯機で洗えますか"


@pytest.fixture
def faq(stage: Stage) -> Faq:
    seconds = count(step=service.KEPT_SECONDS)
    return Faq(stage.database, stage.clock, monotonic=lambda: next(seconds))


async def ask(stage: Stage, written: str, product: str | None = "p_bowl", show: str = SHOW) -> str:
    return (await stage.questions.ask(show, "v_1", "Aki", written, product=product)).id


async def answer(stage: Stage, question: str, words: str, show: str = SHOW, *, private: bool = False) -> None:
    await stage.questions.answer(show, HOST, question, None, text=words, live=False, private=private)


async def lines_of(faq: Faq, product: str = "p_bowl") -> list[tuple[str, str]]:
    return [(line.question, line.answer) for line in await faq.all_of(CHANNEL, product)]


async def test_an_answer_in_words_is_a_line_of_the_product_and_goes_when_it_is_taken_back(
    stage: Stage, faq: Faq
) -> None:
    asked = await ask(stage, WASHING)
    assert await faq.shown(SHOW, "p_bowl") == []
    await answer(stage, asked, "はい")
    (line,) = await faq.shown(SHOW, "p_bowl")
    assert (line.question, line.answer, line.source, line.asked_in) == (WASHING, "はい", asked, SHOW)
    await stage.questions.move(SHOW, HOST, asked, None, Undo())
    assert await lines_of(faq) == []
    await answer(stage, asked, "いいえ")
    await stage.questions.dismiss(SHOW, HOST, asked, None, "duplicate")
    assert await lines_of(faq) == []


@pytest.mark.parametrize("how", ["by voice", "for few", "about no product", "of a rehearsal"])
async def test_what_is_not_for_everybody_to_read_is_none(stage: Stage, faq: Faq, how: str) -> None:
    show = "evening" if how == "of a rehearsal" else SHOW
    if show != SHOW:
        await stage.add_show(show, state="scheduled")
        await stage.shows.step(show, HOST, "rehearse", CHANNEL)
    product = None if how == "about no product" else "p_bowl"
    role = "viewer" if show == SHOW else "host"
    asked = (await stage.questions.ask(show, "v_1", "Aki", WASHING, product=product, role=role)).id
    if how == "by voice":
        await stage.questions.answer(SHOW, HOST, asked, None, text=None, live=True)
    else:
        await answer(stage, asked, "はい", show, private=how == "for few")
    assert await lines_of(faq) == []


async def test_the_newest_answer_to_the_same_stands_unless_staff_have_edited_it(
    stage: Stage, faq: Faq
) -> None:
    await answer(stage, await ask(stage, WASHING), "はい")
    second = await ask(stage, "洗濯機で洗えますか？！")
    await answer(stage, second, "手洗いのみ")
    (line,) = await faq.all_of(CHANNEL, "p_bowl")
    assert (line.answer, line.source, line.version) == ("手洗いのみ", second, 2)
    edited = await faq.change(CHANNEL, HOST, line.id, Edit(answer="30度で洗えます"), Match('"2"'))
    assert (edited.edited, edited.reworded, edited.version) == (True, False, 3)
    await answer(stage, await ask(stage, WASHING), "いいえ")
    await stage.questions.dismiss(SHOW, HOST, second, None, "duplicate")
    assert [answered for _, answered in await lines_of(faq)] == ["30度で洗えます"]
    await answer(stage, await ask(stage, WASHING, "p_apron"), "エプロンも")
    assert await lines_of(faq, "p_apron") == [(WASHING, "エプロンも")]


async def test_a_line_says_again_what_it_said_before_when_its_newest_answer_is_taken_back(
    stage: Stage, faq: Faq
) -> None:
    await stage.add_show("later")
    first, second = await ask(stage, WASHING), await ask(stage, WASHING + "!")
    await answer(stage, first, "はい")
    await answer(stage, second, "手洗いのみ")
    (kept,) = await faq.all_of(CHANNEL, "p_bowl")
    third = await ask(stage, WASHING + "?", show="later")
    await answer(stage, third, "いいえ", "later")
    await stage.questions.move("later", HOST, third, None, Undo())
    (line,) = await faq.all_of(CHANNEL, "p_bowl")
    assert (line.id, line.question, line.answer) == (kept.id, WASHING + "!", "手洗いのみ")
    assert (line.source, line.asked_in, line.version) == (second, SHOW, 4)
    await answer(stage, third, "いいえ", "later")
    await stage.questions.move(SHOW, HOST, second, None, Undo())
    await stage.journal.commit("later", erase_many, [third])
    assert await lines_of(faq) == [(WASHING, "はい")]
    await stage.questions.dismiss(SHOW, HOST, first, None, "spam")
    assert await lines_of(faq) == []


async def test_whoever_asks_it_again_finds_it_in_a_later_show_too(stage: Stage, faq: Faq) -> None:
    await answer(stage, await ask(stage, WASHING), "はい")
    await answer(stage, await ask(stage, "送料はいくらですか？"), "500円")
    await stage.add_show("later")
    found = await faq.like("later", AGAIN, None, limit=3)
    assert [line.answer for line, _ in found] == ["はい"]
    assert [line.answer for line, _ in await faq.like("later", AGAIN, "p_bowl", limit=3)] == ["はい"]
    assert await faq.like("later", AGAIN, "p_apron", limit=3) == []
    with refused(Code.NOT_FOUND):
        await faq.like("later", AGAIN, "p_other", limit=3)
    await faq.change(CHANNEL, HOST, found[0][0].id, Edit(shown=False), ANY)
    assert await faq.like("later", AGAIN, None, limit=3) == []
    assert [line.answer for line in await faq.shown("later", "p_bowl")] == ["500円"]


async def test_what_is_found_is_as_sql_has_it_however_old_the_texts_are(stage: Stage) -> None:
    faq = Faq(stage.database, stage.clock, monotonic=lambda: 0.0)
    asked = await ask(stage, WASHING)
    await answer(stage, asked, "はい")
    assert len(await faq.like(SHOW, AGAIN, None, limit=3)) == 1
    await stage.questions.move(SHOW, HOST, asked, None, Undo())
    assert await faq.like(SHOW, AGAIN, None, limit=3) == []


async def test_whom_a_line_answered_is_counted_once_each_and_goes_with_the_line(
    stage: Stage, faq: Faq
) -> None:
    line = await faq.add(CHANNEL, HOST, "p_bowl", Edit("大きさは？", "12 cm"))
    hidden = await faq.add(CHANNEL, HOST, "p_bowl", Edit("重さは？", "200 g", shown=False))
    for viewer, counted in (("v_1", True), ("v_1", True), ("v_2", True), ("m_1", False)):
        await faq.count_help(SHOW, line.id, viewer, counted=counted)
    assert await faq.helped([line, hidden]) == {line.id: 2, hidden.id: 0}
    for id in (hidden.id, "fq_none"):
        with refused(Code.NOT_FOUND):
            await faq.count_help(SHOW, id, "v_1", counted=True)
    await faq.remove(CHANNEL, HOST, line.id, ANY)
    assert await faq.helped([line]) == {line.id: 0}


async def test_staff_write_change_and_remove_lines_and_each_is_in_the_audit(stage: Stage, faq: Faq) -> None:
    intent: Intent | None = intent_of("m_1", "k_1", "add", "p_bowl", {"question": "大きさは？"})
    wanted = Edit("大きさは？", "12 cm")
    line = await faq.add(CHANNEL, HOST, "p_bowl", wanted, intent=intent)
    again = await faq.add(CHANNEL, HOST, "p_bowl", wanted, intent=intent)
    assert again == line
    same = await faq.change(CHANNEL, HOST, line.id, Edit(answer="12 cm"), Match('"1"'))
    assert same.version == 1
    with refused(Code.CONFLICT):
        await faq.change(CHANNEL, HOST, line.id, Edit(answer="13 cm"), Match('"7"'))
    for change in (Edit(answer="\u200b"), Edit(question="q" * 501)):
        with refused(Code.INVALID):
            await faq.change(CHANNEL, HOST, line.id, change, ANY)
    for channel, id in ((ELSEWHERE, line.id), (CHANNEL, "fq_none")):
        with refused(Code.NOT_FOUND):
            await faq.change(channel, HOST, id, Edit(answer="13 cm"), ANY)
    await faq.remove(CHANNEL, HOST, line.id, ANY)
    assert await lines_of(faq) == []
    assert [row.action for row in await stage.audits()] == ["faq.add", "faq.remove"]
    with refused(Code.NOT_FOUND):
        await faq.add(CHANNEL, HOST, "p_other", wanted)


async def test_a_product_has_so_many_lines_and_answers_in_shows_go_on_without_one(
    stage: Stage, faq: Faq
) -> None:
    for n in range(LINES_MAX):
        await faq.add(CHANNEL, HOST, "p_bowl", Edit(f"Question {n}", "Answer"))
    with refused(Code.TOO_MANY):
        await faq.add(CHANNEL, HOST, "p_bowl", Edit("One more", "Answer"))
    asked = await ask(stage, WASHING)
    await answer(stage, asked, "はい")
    assert len(await lines_of(faq)) == LINES_MAX


async def test_an_askers_words_go_with_them_and_staffs_stay(stage: Stage, faq: Faq) -> None:
    first, second = await ask(stage, WASHING), await ask(stage, "送料はいくらですか？")
    await answer(stage, first, "はい")
    await answer(stage, second, "500円")
    line = next(line for line in await faq.all_of(CHANNEL, "p_bowl") if line.source == second)
    await faq.change(CHANNEL, HOST, line.id, Edit(question="送料"), ANY)
    await stage.journal.commit(SHOW, erase_many, [first, second])
    (left,) = await faq.all_of(CHANNEL, "p_bowl")
    assert (left.question, left.answer, left.source, left.asked_in) == ("送料", "500円", None, None)
    await stage.questions.move(SHOW, HOST, first, None, Undo())
    await answer(stage, first, "はい")
    assert [each.question for each in await faq.all_of(CHANNEL, "p_bowl")] == ["送料"]
