"""One person buys so many units of a product in a show: the sheet says so kindly, and offers no more."""

import pytest
from playwright.async_api import Page, expect

from server.demo.catalogue import PRODUCTS
from tests.support.browser import Desk, Language
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

TEAPOT = PRODUCTS[0]
LIMIT = 10
TOKEN = "JSON.parse(sessionStorage.getItem('showfloor.guest')).token"
ALL_BOUGHT = {"en": "already", "ja": "上限"}
UP_TO = {"en": "up to 10", "ja": "おひとり様10点まで"}
LEFT = {"en": "3 more", "ja": "あと3点"}


async def open_sheet(page: Page) -> None:
    await page.get_by_test_id("pinned-product").get_by_test_id("buy").click()
    await expect(page.get_by_test_id("purchase")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_sheet_offers_what_is_left_to_a_person_and_says_why(
    showroom: Showroom, desk: Desk, language: Language
) -> None:
    page = await desk.open("phone", language)
    await page.goto(showroom.url("/shows/demo"))
    await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    note, more = page.get_by_test_id("buy-note"), page.get_by_test_id("buy-more")
    await open_sheet(page)
    for _ in range(LIMIT - 1):
        await expect(note).not_to_contain_text(UP_TO[language])
        await more.click()
    await expect(page.get_by_test_id("buy-quantity")).to_have_text(str(LIMIT))
    await expect(more).to_be_disabled()
    await expect(note).to_contain_text(UP_TO[language])

    # Seven of them are bought meanwhile, on another device of the same person.
    async with joined_at(showroom.address, token=await page.evaluate(TOKEN)) as elsewhere:
        await elsewhere.do("buy", product=TEAPOT.id, quantity=LIMIT - 3, key="elsewhere-1")
    await page.get_by_test_id("buy-confirm").click()
    await expect(note).to_contain_text(LEFT[language])
    await expect(page.get_by_test_id("buy-quantity")).to_have_text("3")
    await expect(more).to_be_disabled()

    await page.get_by_test_id("buy-confirm").click()
    await expect(page.get_by_test_id("buy-done")).to_be_visible()
    await page.get_by_test_id("buy-close").click()
    await open_sheet(page)
    await expect(note).to_contain_text(ALL_BOUGHT[language])
    await expect(page.get_by_test_id("buy-confirm")).to_be_disabled()
    await expect(more).to_be_disabled()
