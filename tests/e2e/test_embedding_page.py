"""The studio's page for the merchant's own page: what is let in there is let in, and what is copied there works."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.test_every_state import find_faults, settle
from tests.support.browser import Desk, Device, Language
from tests.support.shop_site import shop_site
from tests.support.showroom import Showroom


async def test_what_is_copied_works_in_the_page_that_is_let_in(
    tmp_path: Path, desk: Desk, showroom: Showroom
) -> None:
    async with shop_site(tmp_path, {}) as site:
        page = await desk.open("desktop")
        part = page.get_by_test_id
        await page.goto(showroom.staff_url("admin", "/studio/embedding"))
        await part("field-origins").fill("http://shop.example")
        await part("form-save").click()
        await expect(part("wrong-origins")).to_contain_text("https://")
        await part("field-origins").fill(f"{site.origin}/a/page\nshop.example")
        await part("field-frame_ancestors").fill(site.origin)
        await part("form-save").click()
        await expect(part("toast")).to_contain_text("Saved")
        await expect(part("field-origins")).to_have_value(f"{site.origin}\nhttps://shop.example")
        await expect(part("embedding-show")).to_have_value("demo")
        for way, place in [("element", "/element"), ("frame", "/frame")]:
            await part(f"embedding-{way}").click()
            snippet = await part("embedding-snippet").inner_text()
            site.pages[place] = f"<!doctype html><title>Our shop</title>{snippet}"
        await part("embedding-preview").click()
        await expect(part("embedding-previewed").get_by_test_id("show-title")).to_be_visible()
        tab = await desk.open("desktop")
        await tab.goto(site.url("/element"))
        await expect(tab.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
        await expect(tab.get_by_test_id("watching")).to_have_attribute("data-viewers", "1")
        await tab.goto(site.url("/frame"))
        await expect(tab.frame_locator("iframe").get_by_test_id("notices")).to_have_attribute(
            "data-link", "joined"
        )
        await tab.close()
        await page.close()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("device", ["phone", "tablet", "desktop"])
async def test_the_page_fits_and_is_accessible(
    gallery: Showroom, desk: Desk, device: Device, language: Language
) -> None:
    page = await desk.open(device, language)
    await page.goto(gallery.staff_url("admin", "/studio/embedding"))
    await expect(page.get_by_test_id("embedding-snippet")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off"
    await settle(page)
    assert await find_faults(page) == []
