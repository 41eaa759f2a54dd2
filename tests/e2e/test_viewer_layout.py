"""The viewer's page of a full show, with names as long as they may be: everything can be read and reached at every width."""

import pytest
from playwright.async_api import Page, expect

from server.settings import Settings
from tests.support.browser import Desk, Language
from tests.support.crowd import fill_show
from tests.support.layout import HEIGHTS, find_layout_faults
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

ANNOUNCEMENT = "The last teapots of this year's firing are in the studio now. " * 7
SIZES = (*HEIGHTS.items(), (640, 360), (780, 360))
"""The last two are phones on their side."""


async def enter_full_show(desk: Desk, showroom: Showroom, settings: Settings, language: Language) -> Page:
    """A joined tab of a show that is full, in which something long was said."""
    assert settings.database_url is not None
    await fill_show(settings.database_url, products=200)
    async with joined_at(showroom.address, token=showroom.token("host")) as host:
        await host.do("product.pin", product="p_0")
        await host.do("announce", text=ANNOUNCEMENT.strip())
    page = await desk.open("desktop", language)
    await page.goto(showroom.url("/shows/demo"))
    await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    await expect(page.get_by_test_id("pinned-product")).to_be_visible()
    return page


async def faults_of(page: Page, pane: str) -> list[str]:
    """What does not fit with this pane open, and without it where it can be closed."""
    await page.get_by_test_id(f"tab-{pane}").click()
    found = await find_layout_faults(page)
    if await page.get_by_test_id("sheet").count():
        await page.get_by_test_id("sheet-close").click()
        found += await find_layout_faults(page)
    return found


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_full_show_fits_at_every_size(
    showroom: Showroom, settings: Settings, desk: Desk, language: Language
) -> None:
    page = await enter_full_show(desk, showroom, settings, language)
    faults = {}
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        for pane in ("questions", "products", "orders"):
            if found := await faults_of(page, pane):
                faults[pane, width] = found
    assert faults == {}


async def test_a_long_announcement_can_be_opened_and_a_phone_on_its_side_reaches_the_ask_box(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    page = await enter_full_show(desk, showroom, settings, "en")
    text = page.get_by_test_id("announcement-text")
    for width, height in ((360, 780), (640, 360)):
        await page.set_viewport_size({"width": width, "height": height})
        await expect(text).to_have_attribute("aria-expanded", "false")
        cut = await text.evaluate("text => text.scrollHeight > text.clientHeight + 4")
        assert cut, "it is longer than what is shown of it"
        await text.click()
        await expect(text).to_have_attribute("aria-expanded", "true")
        assert await text.evaluate("text => getComputedStyle(text).overflowY === 'auto'")
        await text.click()
    await page.get_by_test_id("ask-text").scroll_into_view_if_needed()
    await page.get_by_test_id("ask-text").fill("Is it dishwasher safe?")
    await page.get_by_test_id("ask-send").click()
    await expect(page.get_by_test_id("question").first).to_contain_text("dishwasher")


async def test_a_phone_on_its_side_has_the_ask_box_in_sight_without_scrolling(
    gallery: Showroom, desk: Desk
) -> None:
    page = await desk.open("phone", viewport={"width": 740, "height": 360})
    await page.goto(gallery.url("/shows/demo"))
    await page.get_by_test_id("tab-questions").click()
    for part in ("ask-text", "ask-send"):
        await expect(page.get_by_test_id(part)).to_be_in_viewport(ratio=1)
    hit = "box => { const { left, top, height } = box.getBoundingClientRect();"
    assert await page.get_by_test_id("ask-text").evaluate(
        hit + " return box.contains(document.elementFromPoint(left + 20, top + height / 2)); }"
    )
