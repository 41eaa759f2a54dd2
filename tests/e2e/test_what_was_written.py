"""What a person wrote stands in its field again: after a refusal, without a connection, after a reload, and when the box was closed."""

from contextlib import AsyncExitStack

from playwright.async_api import Page, expect

from tests.conftest import MakeSettings
from tests.support.browser import NETWORK_FAILS, Desk
from tests.support.proxy import proxy_to
from tests.support.showroom import Showroom, showroom_on
from tests.support.viewer import joined_at

REFUSED = {"status of 401"}
WRITTEN = "Is it machine washable?"


async def joined(page: Page, url: str) -> Page:
    await page.goto(url)
    await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    return page


async def test_a_question_outlives_its_pane_a_reload_and_a_cut(showroom: Showroom, desk: Desk) -> None:
    desk.expected |= NETWORK_FAILS
    async with proxy_to(showroom.address) as network:
        page = await joined(await desk.open("phone"), showroom.url("/shows/demo", by=network.address))
        await page.get_by_test_id("tab-questions").click()
        await page.get_by_test_id("ask-text").fill(WRITTEN)
        await page.get_by_test_id("sheet-close").click()
        await page.get_by_test_id("tab-questions").click()
        await expect(page.get_by_test_id("ask-text")).to_have_value(WRITTEN)
        await page.reload()
        await page.get_by_test_id("tab-questions").click()
        await expect(page.get_by_test_id("ask-text")).to_have_value(WRITTEN)
        network.cut()
        await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "reconnecting")
        await expect(page.get_by_test_id("ask-text")).to_have_value(WRITTEN)
        network.mend()
        await page.get_by_test_id("ask-send").click()
        await expect(page.get_by_test_id("question")).to_have_count(1)
        await expect(page.get_by_test_id("ask-text")).to_have_value("")


async def test_a_question_that_is_refused_stays_in_its_box(
    make_settings: MakeSettings, servers: AsyncExitStack, desk: Desk
) -> None:
    # One question, and the next one long after this test.
    room = await servers.enter_async_context(showroom_on(make_settings(asks_per_minute=0.1)))
    page = await joined(await desk.open(), room.url("/shows/demo"))
    token = await page.evaluate("JSON.parse(sessionStorage.getItem('showfloor.guest')).token")
    async with joined_at(room.address, token=token) as same:
        await same.do("ask", text="The only one")
    await page.get_by_test_id("ask-text").fill(WRITTEN)
    await page.get_by_test_id("ask-send").click()
    await expect(page.get_by_test_id("ask-note")).not_to_be_empty()
    await expect(page.get_by_test_id("ask-text")).to_have_value(WRITTEN)


async def test_a_name_that_was_not_saved_stands_in_its_field_again(showroom: Showroom, desk: Desk) -> None:
    page = await joined(await desk.open(), showroom.url("/shows/demo"))
    await page.get_by_test_id("settings-open").first.click()
    await page.get_by_test_id("guest-name").fill("Akiko")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("settings")).to_have_count(0)
    await page.reload()
    await page.get_by_test_id("settings-open").first.click()
    await expect(page.get_by_test_id("guest-name")).to_have_value("Akiko")
    await page.get_by_test_id("guest-name").fill("")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("settings")).to_have_count(0)
    await page.get_by_test_id("settings-open").first.click()
    await expect(page.get_by_test_id("guest-name")).to_have_value("")


async def test_a_quantity_that_was_chosen_is_there_again(showroom: Showroom, desk: Desk) -> None:
    page = await joined(await desk.open(), showroom.url("/shows/demo"))
    await page.get_by_test_id("pinned-product").get_by_test_id("buy").click()
    await page.get_by_test_id("buy-more").click()
    await page.reload()
    await page.get_by_test_id("pinned-product").get_by_test_id("buy").click()
    await expect(page.get_by_test_id("buy-quantity")).to_have_text("2")


async def test_a_sign_in_code_stays_in_its_box_when_it_is_refused_and_after_a_reload(
    showroom: Showroom, desk: Desk
) -> None:
    desk.expected |= REFUSED
    page = await desk.open()
    await page.goto(showroom.url("/host"))
    await page.get_by_test_id("sign-in-code").fill("of-nobody-and-nowhere")
    await page.get_by_test_id("sign-in-submit").click()
    await expect(page.get_by_test_id("sign-in-failure")).not_to_be_empty()
    await expect(page.get_by_test_id("sign-in-code")).to_have_value("of-nobody-and-nowhere")
    await page.reload()
    await expect(page.get_by_test_id("sign-in-code")).to_have_value("of-nobody-and-nowhere")
    await page.get_by_test_id("sign-in-code").fill(showroom.codes["host"])
    await page.get_by_test_id("sign-in-submit").click()
    await expect(page.get_by_test_id("show-title").or_(page.get_by_test_id("show-choice"))).to_be_visible()
