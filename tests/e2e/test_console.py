"""The host's console and the asker's side of it: who works on what, what becomes of a question, and several at once."""

from contextlib import AsyncExitStack

from playwright.async_api import Page, expect

from server.settings import Settings
from tests.support.browser import Desk, Language
from tests.support.crowd import fill_show
from tests.support.live_server import live_server
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

WASHING, WASHED, SHIPPING = "洗濯機で洗えますか？", "これは洗濯機で洗えますか", "Do you ship to Okinawa?"


async def open_at(desk: Desk, url: str, *, language: Language = "en") -> Page:
    page = await desk.open("desktop", language)
    await page.goto(url)
    return page


async def take_up(page: Page, question: str) -> None:
    await page.locator(f"[data-testid=question][data-question={question}] button").click()
    await expect(page.get_by_test_id("focus")).to_have_attribute("data-question", question)


async def test_two_moderators_at_two_processes_never_answer_the_same_question(
    showroom: Showroom, settings: Settings, servers: AsyncExitStack, desk: Desk
) -> None:
    other = await servers.enter_async_context(live_server(settings))
    async with joined_at(showroom.address) as guest:
        asked = (await guest.do("ask", text=WASHING))["question"]
        host = await open_at(desk, showroom.staff_url("host", "/host?show=demo"))
        sora = await open_at(
            desk, f"{showroom.url('/host?show=demo', by=other)}#code={showroom.codes['moderator']}"
        )
        for page in (host, sora):
            await take_up(page, asked)
        await sora.keyboard.press("t")
        await sora.keyboard.type("Yes")
        await expect(host.get_by_test_id("answering")).to_contain_text("is answering")
        await host.keyboard.press("l")
        await expect(host.get_by_test_id("last-deed")).to_contain_text("is answering")
        await expect(host.get_by_test_id("focus")).to_have_attribute("data-state", "open")
        await host.get_by_test_id("take-over").click()
        await expect(sora.get_by_test_id("answering")).to_contain_text("Aoi is answering")
        await expect(sora.get_by_test_id("answer-text")).to_have_value("Yes")
        await host.keyboard.press("v")
        await expect(sora.get_by_test_id("focus")).to_have_attribute("data-state", "answering")
        await host.keyboard.press("l")
        await expect(host.get_by_test_id("count-answered")).to_have_text("1")
        # What a colleague does meanwhile is not undone by whoever did the move before it.
        async with joined_at(showroom.address, token=showroom.token("moderator")) as colleague:
            await colleague.do("question.dismiss", question=asked, reason="other")
        await expect(host.get_by_test_id("count-dismissed")).to_have_text("1")
        await host.keyboard.press("z")
        await expect(host.get_by_test_id("last-deed")).to_contain_text("Moderator dismissed this")
        await expect(host.get_by_test_id("count-dismissed")).to_have_text("1")


async def test_questions_are_merged_labelled_found_and_dealt_with_together(
    showroom: Showroom, desk: Desk
) -> None:
    async with joined_at(showroom.address) as guest:
        ids = [(await guest.do("ask", text=text))["question"] for text in (WASHING, WASHED, SHIPPING)]
        for n in range(3):
            await guest.do("ask", text=f"Number {n}, and what of it?")
        page = await open_at(desk, showroom.staff_url("host", "/host?show=demo"))
        part = page.get_by_test_id
        await take_up(page, ids[1])
        await expect(part("likely-twins")).to_contain_text(WASHING)
        await page.keyboard.press("g")
        await expect(part("count-open")).to_have_text("5")
        await take_up(page, ids[0])
        await part("merged").get_by_test_id("part").click()
        await expect(part("count-open")).to_have_text("6")
        await page.keyboard.press("y")
        await page.keyboard.type("Care\n")
        await expect(part("labels")).to_contain_text("Care")
        await page.keyboard.press("/")
        await page.keyboard.type("せんたく")
        await expect(part("queue-empty")).to_be_visible()
        await part("find-words").fill("okinawa")
        await expect(part("question")).to_have_count(1)
        await part("find-words").fill("")
        await part("find-label").select_option("Care")
        await expect(part("question")).to_have_attribute("data-question", ids[0])
        await part("find-sort").select_option("newest")
        await part("find-clear").click()
        await expect(part("question").first).to_contain_text("Number 2")
        first, third = part("question").nth(0), part("question").nth(2)
        await first.get_by_role("button").click()
        await third.get_by_role("button").click(modifiers=["Shift"])
        await page.keyboard.press("Shift+J")
        await expect(part("picked")).to_contain_text("3 selected")
        await part("picked-answer").click()
        await expect(part("last-deed")).to_contain_text("Answered 3 questions live")
        await expect(part("count-answered")).to_have_text("3")
        await page.keyboard.press("z")
        await expect(part("count-open")).to_have_text("6")


async def test_a_list_is_where_it_was_when_its_tab_comes_back(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    assert settings.database_url is not None
    await fill_show(settings.database_url, questions=30)
    page = await open_at(desk, showroom.staff_url("host", "/host?show=demo"))
    rows = page.locator("#queue-rows")
    await expect(page.get_by_test_id("count-open")).to_have_text("30")
    await rows.evaluate("list => { list.scrollTop = 700 }")
    await expect(page.get_by_test_id("question").nth(10)).to_be_in_viewport()
    await page.get_by_test_id("tab-answered").click()
    await expect(page.get_by_test_id("queue-empty")).to_be_visible()
    await page.get_by_test_id("tab-open").click()
    await expect(page.get_by_test_id("question").nth(10)).to_be_in_viewport()
    assert await rows.evaluate("list => list.scrollTop") == 700


async def test_an_asker_finds_twins_asks_about_a_product_and_follows_the_fate(
    showroom: Showroom, desk: Desk
) -> None:
    async with (
        joined_at(showroom.address) as guest,
        joined_at(showroom.address, token=showroom.token("moderator")) as staff,
    ):
        twin = (await guest.do("ask", text=WASHING))["question"]
        page = await open_at(desk, showroom.url("/shows/demo"))
        part = page.get_by_test_id
        await part("ask-text").fill(WASHED)
        await part("twin-vote").click()
        await expect(part("ask-text")).to_have_value("")
        await expect(page.locator(f"[data-question={twin}]").get_by_test_id("votes")).to_have_text("1")
        await part("ask-text").fill("How wide is it?")
        await part("ask-options").locator("summary").click()
        await part("ask-product").select_option(index=1)
        await part("ask-anonymous").check()
        await part("ask-send").click()
        own = part("own-question")
        await expect(own).to_have_attribute("data-state", "open")
        asked = await own.get_attribute("data-question")
        await staff.do("question.dismiss", question=asked, reason="off_topic")
        await expect(part("own-fate")).to_contain_text("Not taken up: not about this show")
        await staff.do("question.undo", question=asked)
        await staff.do("question.answer", question=asked, text="12 cm", private=True)
        await expect(part("own-answer")).to_have_text("12 cm")
        await staff.do("question.undo", question=asked)
        await part("withdraw").click()
        await expect(own).to_have_attribute("data-state", "withdrawn")
        name = await staff.expect_push("question.posted", where=lambda line: line["question"]["id"] == asked)
        assert name["question"]["anonymous"]


async def test_the_stage_shows_what_is_next_and_a_moderator_goes_one_by_one(
    showroom: Showroom, desk: Desk
) -> None:
    async with (
        joined_at(showroom.address) as guest,
        joined_at(showroom.address, token=showroom.token("host")) as host,
    ):
        ids = [(await guest.do("ask", text=f"Number {n}?"))["question"] for n in range(5)]
        await host.do("question.pin", question=ids[2])
        screen = await open_at(desk, showroom.staff_url("host", "/host?show=demo&view=stage"))
        await expect(screen.get_by_test_id("screen-question")).to_contain_text("Number 2?")
        await expect(screen.get_by_test_id("screen-next").get_by_role("listitem")).to_have_text(
            ["Number 0?", "Number 1?", "Number 3?"]
        )
        assert await screen.locator("button, a, input").count() == 0
        await host.do("question.answer", question=ids[1], live=True)
        await expect(screen.get_by_test_id("screen-next").get_by_role("listitem")).to_have_text(
            ["Number 0?", "Number 3?", "Number 4?"]
        )
        speed = await open_at(desk, showroom.staff_url("moderator", "/host?show=demo&view=moderate"))
        await expect(speed.get_by_test_id("focus-text")).to_have_text("Number 0?")
        await expect(speed.get_by_test_id("speed-next")).to_contain_text("Number 2?")
        await speed.keyboard.press("d")
        await speed.keyboard.press("2")
        await expect(speed.get_by_test_id("focus-text")).to_have_text("Number 2?")
        await speed.keyboard.press("l")
        await expect(speed.get_by_test_id("focus-text")).to_have_text("Number 3?")
        await speed.keyboard.press("z")
        await expect(screen.get_by_test_id("screen-question")).to_contain_text("Number 2?")
