"""What a person has in hand stays in hand: boxes that are being written in, dialogs that are open, and what was written in them."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from server.settings import Settings
from tests.support.browser import NETWORK_FAILS, Desk
from tests.support.live_server import live_server
from tests.support.proxy import proxy_to
from tests.support.showroom import Showroom
from tests.support.viewer import Viewer, joined_at

ASKED = ["Is it machine washable?", "Which sizes are there?", "Do you ship to Okinawa?", "How heavy is it?"]
ANY = re.compile(".")
BEGUN, REST = "Yes, at 40 degrees", ", please add soap and love, all joking aside"


@pytest_asyncio.fixture(loop_scope="package")
async def asked(showroom: Showroom) -> AsyncIterator[list[str]]:
    """Open questions in the live show, oldest first; their ids."""
    async with joined_at(showroom.address) as viewer:
        yield [(await viewer.do("ask", text=text))["question"] for text in ASKED]


async def open_desk(desk: Desk, url: str) -> Page:
    """Return a staff member's tab, joined."""
    page = await desk.open("desktop")
    await page.goto(url)
    await expect(page.get_by_test_id("desk")).to_have_attribute("data-link", "joined")
    await expect(page.get_by_test_id("focus")).to_be_visible()
    return page


async def take_up(page: Page, question: str) -> None:
    """Choose a question of the tab that lies open."""
    await page.locator(f"[data-testid=question][data-question={question}] button").click()
    await expect(page.get_by_test_id("focus")).to_have_attribute("data-question", question)


async def begin_answer(page: Page, question: str, text: str = BEGUN) -> None:
    """Choose a question and write at its answer."""
    await take_up(page, question)
    await page.get_by_test_id("answer-text").click()
    await page.keyboard.type(text)


async def overtake(colleague: Viewer, act: str, question: str, **how: object) -> None:
    """Do something about a question that somebody works on, as a host may who takes it over."""
    await colleague.do("question.claim", question=question, take_over=True)
    await colleague.do(act, question=question, **how)


def host_url(room: Showroom) -> str:
    return room.staff_url("host", "/host?show=demo")


async def test_a_box_that_is_written_in_stays_when_a_colleague_answers_first(
    showroom: Showroom, desk: Desk, asked: list[str]
) -> None:
    page = await open_desk(desk, host_url(showroom))
    await begin_answer(page, asked[0])
    async with joined_at(showroom.address, token=showroom.token("host")) as colleague:
        await overtake(colleague, "question.answer", asked[0], text="At 30 degrees.")
        await expect(page.get_by_test_id("conflict")).to_contain_text("Host answered")
        await page.keyboard.type(REST)
        await expect(page.get_by_test_id("answer-text")).to_have_value(BEGUN + REST)
        await expect(page.get_by_test_id("answer-text")).to_be_focused()
        await colleague.do("question.dismiss", question=asked[0], reason="spam")
        await page.keyboard.type("!")
        await colleague.do("question.restore", question=asked[0])
        await page.keyboard.type("?")
        await expect(page.get_by_test_id("answer-text")).to_have_value(f"{BEGUN}{REST}!?")
    await expect(page.get_by_test_id("count-answered")).to_have_text("0")
    await expect(page.get_by_test_id("count-open")).to_have_text(str(len(ASKED)))
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_test_id("last-deed")).to_have_attribute("data-state", "done")
    await page.get_by_test_id("tab-answered").click()
    await expect(page.get_by_test_id("focus")).to_contain_text(f"{BEGUN}{REST}!?")
    await expect(page.get_by_test_id("answer-text")).to_have_count(0)


async def test_a_question_that_this_person_reopened_stays_in_hand_too(
    showroom: Showroom, desk: Desk, asked: list[str]
) -> None:
    page = await open_desk(desk, host_url(showroom))
    await take_up(page, asked[1])
    await page.get_by_test_id("answer-live").click()
    await expect(page.get_by_test_id("last-deed")).to_have_attribute("data-state", "done")
    await page.get_by_test_id("undo").click()
    await expect(page.get_by_test_id("last-deed")).to_have_attribute("data-state", "undone")
    await begin_answer(page, asked[1])
    async with joined_at(showroom.address, token=showroom.token("host")) as colleague:
        await overtake(colleague, "question.answer", asked[1], live=True)
        await expect(page.get_by_test_id("conflict")).to_be_visible()
    await page.keyboard.type(REST)
    await expect(page.get_by_test_id("answer-text")).to_have_value(BEGUN + REST)


async def test_a_draft_under_a_colleagues_answer_is_still_there_after_letting_in_and_loading_anew(
    showroom: Showroom, desk: Desk, asked: list[str]
) -> None:
    page = await open_desk(desk, host_url(showroom))
    await begin_answer(page, asked[0])
    async with (
        joined_at(showroom.address, token=showroom.token("host")) as colleague,
        joined_at(showroom.address) as viewer,
    ):
        await overtake(colleague, "question.answer", asked[0], live=True)
        await viewer.do("ask", text="One more")
        await page.get_by_test_id("let-in").click()
        await expect(page.get_by_test_id("answer-text")).to_have_value(BEGUN)
        await expect(page.get_by_test_id("conflict")).to_be_visible()
        await page.reload()
        await page.get_by_test_id("tab-answered").click()
        await expect(page.get_by_test_id("answer-text")).to_have_value(BEGUN)
        await page.get_by_test_id("draft-drop").click()
        await expect(page.get_by_test_id("answer-text")).to_have_count(0)


async def test_single_keys_are_deaf_for_a_moment_after_a_box_was_lost(
    showroom: Showroom, desk: Desk, asked: list[str]
) -> None:
    page = await open_desk(desk, host_url(showroom))
    await begin_answer(page, asked[0], "All")
    await page.evaluate("document.getElementById('answer-text').closest('form').remove()")
    await page.keyboard.type("all long lines are lovely")
    lost = await page.evaluate("performance.now()")
    await expect(page.get_by_test_id("count-answered")).to_have_text("0")
    await page.wait_for_function("lost => performance.now() > lost + 2100", arg=lost)
    await page.keyboard.press("l")
    await expect(page.get_by_test_id("count-answered")).to_have_text("1")


async def test_keys_work_at_once_after_leaving_a_box_by_hand(
    showroom: Showroom, desk: Desk, asked: list[str]
) -> None:
    page = await open_desk(desk, host_url(showroom))
    await begin_answer(page, asked[0])
    await page.keyboard.press("Escape")
    await page.keyboard.press("l")
    await expect(page.get_by_test_id("count-answered")).to_have_text("1")


async def test_colleagues_at_two_processes_see_who_is_answering_what(
    showroom: Showroom, settings: Settings, servers: AsyncExitStack, desk: Desk, asked: list[str]
) -> None:
    other = await servers.enter_async_context(live_server(settings))
    host = await open_desk(desk, host_url(showroom))
    colleague = await open_desk(
        desk, f"{showroom.url('/host?show=demo', by=other)}#code={showroom.codes['moderator']}"
    )
    await take_up(colleague, asked[2])
    await begin_answer(host, asked[2])
    await expect(colleague.get_by_test_id("answering")).to_contain_text("Aoi is answering")
    await expect(colleague.get_by_test_id("line-answering")).to_have_count(1)
    await expect(host.get_by_test_id("answering")).to_be_empty()
    await host.get_by_test_id("announce-text").click()
    await expect(colleague.get_by_test_id("answering")).to_be_empty()
    await host.get_by_test_id("answer-text").click()
    await expect(colleague.get_by_test_id("answering")).to_contain_text("Aoi is answering")
    await host.close()
    await expect(colleague.get_by_test_id("answering")).to_be_empty()


async def test_the_dismissal_is_of_the_question_for_which_it_was_opened(
    showroom: Showroom, desk: Desk, asked: list[str]
) -> None:
    page = await open_desk(desk, host_url(showroom))
    await take_up(page, asked[0])
    await page.get_by_test_id("dismiss").click()
    await expect(page.get_by_test_id("reason-spam")).to_be_focused()
    # The key comes in the very turn in which the colleague's answer is drawn.
    await page.evaluate(
        "new MutationObserver((_, seen) => { if (document.querySelector('[data-testid=dismiss-moved]')) { seen.disconnect();"
        " document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: '1', bubbles: true})); window.pressed = true; } })"
        ".observe(document.body, {subtree: true, childList: true})"
    )
    async with joined_at(showroom.address, token=showroom.token("moderator")) as colleague:
        await colleague.do("question.answer", question=asked[0], live=True)
        await page.wait_for_function("() => window.pressed")
        await expect(page.get_by_test_id("dismiss-moved")).to_contain_text("Moderator")
        await page.keyboard.press("1")
        # By force: it says that it is disabled.
        await page.get_by_test_id("reason-spam").click(force=True)
        await expect(page.get_by_test_id("count-dismissed")).to_have_text("0")
        await expect(page.get_by_test_id("dismiss-dialog")).to_contain_text(ASKED[0])
        await expect(page.get_by_test_id("last-deed")).not_to_have_attribute("data-state", ANY)


async def test_the_question_about_ending_the_show_does_not_turn_round(
    showroom: Showroom, desk: Desk, asked: list[str]
) -> None:
    page = await open_desk(desk, host_url(showroom))
    await page.get_by_test_id("end-show").click()
    async with joined_at(showroom.address, token=showroom.token("host")) as colleague:
        await colleague.do("show.end")
    await expect(page.get_by_test_id("overtaken-dialog")).to_contain_text("has ended the show")
    await page.get_by_test_id("overtaken-close").click()
    await expect(page.get_by_test_id("over")).to_be_visible()


async def test_a_pin_pressed_while_a_colleague_pins_the_same_does_not_unpin_it(
    showroom: Showroom, desk: Desk, asked: list[str]
) -> None:
    page = await open_desk(desk, host_url(showroom))
    await take_up(page, asked[0])
    # The colleague's pin is drawn in the same turn in which the finger comes down.
    await page.evaluate(
        "new MutationObserver((_, seen) => { const pin = document.querySelector('[data-testid=pin-question][aria-pressed=true]');"
        " if (pin) { seen.disconnect(); pin.click(); } }).observe(document.body, {subtree: true, attributes: true, childList: true})"
    )
    async with joined_at(showroom.address, token=showroom.token("moderator")) as colleague:
        await colleague.do("question.pin", question=asked[0])
        await expect(page.get_by_test_id("pin-question")).to_have_attribute("aria-pressed", "true")
        # What the page sends goes in order: once this has come, nothing is under way.
        await page.locator(
            "[data-testid^=pin-p_], [data-testid^=pin-]:not([data-testid=pin-question])"
        ).first.click()
        await colleague.expect_push("product.pinned")
        pinned = [push["question"] for push in colleague.pushes if push["type"] == "question.pinned"]
    assert pinned == [asked[0]]


async def test_an_answer_that_is_refused_stands_in_its_box_again(
    showroom: Showroom, desk: Desk, asked: list[str]
) -> None:
    desk.expected |= NETWORK_FAILS
    async with proxy_to(showroom.address) as network:
        url = f"{showroom.url('/host?show=demo', by=network.address)}#code={showroom.codes['host']}"
        page = await open_desk(desk, url)
        await begin_answer(page, asked[0])
        network.hold_answers()
        async with joined_at(showroom.address, token=showroom.token("host")) as colleague:
            await overtake(colleague, "question.dismiss", asked[0], reason="spam")
        await page.keyboard.press("Control+Enter")
        network.cut()
        network.mend()
        await expect(page.get_by_test_id("last-deed")).to_have_attribute("data-state", "failed")
        await expect(page.get_by_test_id("answer-text")).to_have_value(BEGUN)


async def test_what_stands_in_any_box_outlives_the_page(
    showroom: Showroom, desk: Desk, asked: list[str]
) -> None:
    page = await open_desk(desk, host_url(showroom))
    await begin_answer(page, asked[3])
    await page.get_by_test_id("announce-text").fill("Ten minutes left")
    await page.reload()
    await expect(page.get_by_test_id("announce-text")).to_have_value("Ten minutes left")
    await take_up(page, asked[3])
    await expect(page.get_by_test_id("answer-text")).to_have_value(BEGUN)


async def test_an_announcement_that_was_not_sent_stands_in_its_box_again_above_what_was_written_since(
    showroom: Showroom, desk: Desk, asked: list[str]
) -> None:
    page = await open_desk(desk, host_url(showroom))
    await page.get_by_test_id("announce-text").fill("First")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_test_id("announce-text")).to_have_value("")
    await page.get_by_test_id("announce-text").fill("Second")
    await page.get_by_test_id("undo").click()
    await expect(page.get_by_test_id("announce-text")).to_have_value("First\nSecond")


PRESS = "(field, more) => field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true, ...more}))"
COMPOSE = "(field, type) => field.dispatchEvent(new CompositionEvent(type, {bubbles: true, data: '洗濯'}))"
ORDERS = {
    "safari": "compose(field, 'compositionend'); press(field, {...mod, keyCode: 229});",
    "chrome": "press(field, {...mod, keyCode: 229, isComposing: true}); compose(field, 'compositionend');",
    "late": "compose(field, 'compositionend'); press(field, {...mod, keyCode: 13});",
}
"""What browsers tell of the Enter that ends a composition, and when."""


def composing(order: str) -> str:
    """Return the script of a composition's end, with each key that may be held meanwhile."""
    return (
        f"field => {{ const press = {PRESS}, compose = {COMPOSE}; field.focus();"
        " for (const mod of [{}, {ctrlKey: true}, {metaKey: true}])"
        f" {{ compose(field, 'compositionstart'); {ORDERS[order]} }} }}"
    )


@pytest.mark.parametrize("order", list(ORDERS))
async def test_enter_that_ends_a_composition_sends_nothing_from_any_box(
    showroom: Showroom, desk: Desk, asked: list[str], order: str
) -> None:
    host = await open_desk(desk, host_url(showroom))
    viewer = await desk.open("desktop", "ja")
    await viewer.goto(showroom.url("/shows/demo"))
    for page, box in ((viewer, "ask-text"), (host, "answer-text"), (host, "announce-text")):
        field = page.get_by_test_id(box)
        await field.fill("これは洗濯")
        await field.evaluate(composing(order))
        await expect(field).to_have_value("これは洗濯")
    await expect(host.get_by_test_id("last-deed")).not_to_have_attribute("data-state", "waiting")
    await viewer.get_by_test_id("ask-text").press("Enter")
    await expect(viewer.get_by_test_id("ask-text")).to_have_value("")
    await expect(host.get_by_test_id("count-open")).to_have_text(str(len(ASKED) + 1))


async def test_the_live_show_is_found_among_many_and_every_other_one_by_its_title(
    showroom: Showroom, desk: Desk
) -> None:
    planned = [await showroom.plan_show(title=f"Winter table {n}") for n in range(25)]
    page = await desk.open("phone")
    await page.goto(showroom.staff_url("host", "/host"))
    await expect(page.get_by_test_id("desk")).to_have_attribute("data-link", "joined")
    await page.get_by_test_id("other-show").click()
    await expect(page.get_by_test_id("shows-live").get_by_test_id("choose-demo")).to_be_visible()
    await expect(page.locator("[data-testid^=choose-]").first).to_have_attribute("data-testid", "choose-demo")
    await page.get_by_test_id("more-scheduled").click()
    await expect(page.get_by_test_id("shows-scheduled").locator("li")).to_have_count(len(planned))
    await expect(page.get_by_test_id("more-scheduled")).to_have_count(0)
    await page.get_by_test_id("show-search").fill("table 13")
    await expect(page.locator("[data-testid^=choose-]")).to_have_count(1)
    await page.reload()
    await expect(page.get_by_test_id("show-search")).to_have_value("table 13")
    await page.locator("[data-testid^=choose-]").click()
    await expect(page.get_by_test_id("show-title")).to_have_text("Winter table 13")
