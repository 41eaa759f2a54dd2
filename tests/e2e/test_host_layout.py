"""The host's desk by size: lists end with a whole row, the list of keys has its keys, and another page begins at its top."""

import pytest
from playwright.async_api import expect

from tests.support.browser import Desk
from tests.support.crowd import LONG_TITLE
from tests.support.eventually import eventually
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

CUT_PRODUCTS = """list => {
    const end = list.getBoundingClientRect().bottom;
    return [...list.children].map(row => row.getBoundingClientRect()).filter(row => row.top < end - 1 && row.bottom > end + 1).length;
}"""

HEIGHTS = "list => [...list.children].map(row => row.getBoundingClientRect().height)"
TEXT_OUTSIDE_ITS_ROW = """list => [...list.children].filter(row => [...row.querySelectorAll('*')].some(
    part => part.getBoundingClientRect().bottom > row.getBoundingClientRect().bottom + 1)).map(row => row.textContent)"""


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_no_product_is_cut_in_half(gallery: Showroom, desk: Desk, language: str) -> None:
    page = await desk.open("desktop", "ja" if language == "ja" else "en")
    await page.goto(gallery.staff_url("host", "/host?show=demo"))
    products = page.locator("ul.products")
    for width, height in [(360, 780), (768, 1024), (820, 1180), (1024, 768), (1440, 900)]:
        await page.set_viewport_size({"width": width, "height": height})
        if 700 <= width < 1100:  # a tablet has one column at a time
            await page.get_by_test_id("pane-show").click()
        await expect(products.locator("li").first).to_be_visible()
        assert await products.evaluate(CUT_PRODUCTS) == 0, (width, height, await products.evaluate(HEIGHTS))
        assert await products.evaluate(TEXT_OUTSIDE_ITS_ROW) == [], (width, height)


async def test_a_phone_reads_the_keys_and_finds_the_choice_of_shows_at_its_top(
    gallery: Showroom, desk: Desk
) -> None:
    page = await desk.open("phone")
    await page.goto(gallery.staff_url("host", "/host?show=demo"))
    await page.get_by_test_id("keys-open").click()
    await expect(page.get_by_test_id("keys-dialog").locator("kbd").first).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_test_id("other-show").click()
    await expect(page.get_by_test_id("show-choice").get_by_role("heading")).to_be_in_viewport()
    assert await page.evaluate("scrollY") == 0


async def test_a_long_title_and_a_long_question_leave_everything_that_is_done_in_sight(
    showroom: Showroom, desk: Desk
) -> None:
    title, question = LONG_TITLE + LONG_TITLE[:20], ("How long does the glaze last? " * 20)[:500].strip()
    show = await showroom.plan_show(title=title)
    async with joined_at(showroom.address, show, token=showroom.token("host")) as host:
        await host.do("show.start")
        await host.do("ask", text=question)
    page = await desk.open("desktop")
    await page.goto(showroom.staff_url("host", f"/host?show={show}"))
    part = page.get_by_test_id
    await part("tab-open").click()
    await expect(part("focus-text")).to_have_text(question)
    for width, height in [(1440, 900), (1280, 800), (1180, 820)]:
        await page.set_viewport_size({"width": width, "height": height})
        for name in ("answer-live", "pin-question", "dismiss"):
            await expect(part(name), f"{name} {width}").to_be_in_viewport(ratio=1)
        tops = [await part(name).bounding_box() for name in ("stage-open", "end-show", "show-title")]
        rows = [box["y"] + box["height"] / 2 for box in tops if box]
        assert max(rows) - min(rows) < 4, (width, rows)
    await expect(part("show-title")).to_have_attribute("title", title)
    await page.set_viewport_size({"width": 360, "height": 780})
    await part("focus").evaluate("card => card.scrollIntoView({ block: 'start' })")
    for name in ("answer-live", "pin-question", "dismiss"):
        await expect(part(name), f"{name} on a phone").to_be_in_viewport(ratio=1)
    await part("focus-text").focus()
    await page.keyboard.press("End")
    await eventually(lambda: part("focus-text").evaluate("text => text.scrollTop > 0"))


@pytest.mark.parametrize(("width", "height", "products"), [(1440, 900, 3), (1280, 720, 2)])
async def test_what_a_host_reaches_for_is_in_sight_beside_a_keyboard(
    gallery: Showroom, desk: Desk, width: int, height: int, products: int
) -> None:
    page = await desk.open("desktop", viewport={"width": width, "height": height})
    await page.goto(gallery.staff_url("host", "/host?show=demo"))
    part = page.get_by_test_id
    pins = page.locator(".product-pin")
    for n in range(products):
        await expect(pins.nth(n)).to_be_in_viewport(ratio=1)
    folds = [part(name).locator("summary") for name in ("surveys", "plan-panel", "deeds")]
    for each in (part("announce-text"), part("last-deed"), *folds):
        await expect(each).to_be_in_viewport(ratio=1)
    await folds[2].click()
    await expect(part("deeds").locator(".fold-body")).to_be_in_viewport(ratio=1)
