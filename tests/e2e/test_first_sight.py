"""What a person sees before any script has run, and where there is nothing to see."""

from playwright.async_api import expect

from tests.support.browser import Desk
from tests.support.showroom import Showroom


async def test_title_and_poster_are_there_without_any_script(gallery: Showroom, desk: Desk) -> None:
    page = await desk.open("phone", java_script_enabled=False)
    await page.goto(gallery.url("/shows/demo"))
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    poster = page.locator("img.video")
    await expect(poster).to_be_visible()
    assert await poster.get_attribute("src") == "/media/poster.jpg"


async def test_the_page_stays_where_it_was_when_its_script_draws_it(gallery: Showroom, desk: Desk) -> None:
    page = await desk.open("phone")
    await page.goto(gallery.url("/shows/demo"))
    await expect(page.get_by_test_id("show-title")).to_be_visible()
    moved = await page.evaluate(
        "new Promise(done => new PerformanceObserver(seen => done(seen.getEntries().reduce((sum, each) => sum + each.value, 0)))"
        ".observe({type: 'layout-shift', buffered: true}) ?? setTimeout(() => done(0), 500))"
    )
    assert moved < 0.05  # 0.1 is where it counts as a fault


async def test_a_language_that_was_chosen_is_the_error_page_s_too(gallery: Showroom, desk: Desk) -> None:
    desk.expected.add("status of 404")
    page = await desk.open("phone", "en")
    await page.goto(gallery.url("/host"))
    await page.get_by_test_id("language-ja").click()
    await page.goto(gallery.url("/nothing"))
    await expect(page.locator("html")).to_have_attribute("lang", "ja")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("ページはありません")
    await page.get_by_role("link", name="現在の配信へ").click()
    await expect(page.get_by_test_id("viewer")).to_be_visible()
