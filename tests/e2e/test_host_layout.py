"""The host's desk by size: lists end with a whole row, the list of keys has its keys, and another page begins at its top."""

import pytest
from playwright.async_api import expect

from tests.support.browser import Desk
from tests.support.showroom import Showroom

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
