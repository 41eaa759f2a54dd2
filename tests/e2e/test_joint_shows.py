"""Two shops hold a show as one: taken up in the studio, bought of both by one viewer, moderated by both, counted apart and together."""

from dataclasses import replace

import pytest
from playwright.async_api import Page, expect

from server.access.sign_in import SignIn
from server.clock import SystemClock
from server.db.engine import Database
from server.settings import Settings
from tests.e2e.test_every_state import find_faults, settle
from tests.e2e.test_surveys import picture
from tests.integration.stats.hand_made import add_channel
from tests.support.browser import Desk, Language
from tests.support.showroom import CODES_LIVE, ROLES, Showroom

OTHER = "other"


async def other_shop(settings: Settings, showroom: Showroom) -> Showroom:
    """Return the same server as people of a second channel know it, which sells two products."""
    assert settings.database_url is not None
    database, clock = Database(settings.database_url, pool_size=1), SystemClock()
    try:
        async with database.write() as connection:
            await add_channel(connection, OTHER)
        sign_in = SignIn(database, showroom.tokens, clock)
        codes = {
            role: await sign_in.issue_code(OTHER, role, subject=name, uses=100, lifetime=CODES_LIVE)
            for role, name in ROLES.items()
        }
    finally:
        await database.close()
    return replace(showroom, codes=codes, channel=OTHER)


async def look_at(page: Page, name: str) -> None:
    """Keep a picture of a page that has no fault."""
    await settle(page)
    assert await find_faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    await picture(page, name)


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_two_shops_hold_a_show_as_one(
    settings: Settings, showroom: Showroom, desk: Desk, language: Language
) -> None:
    other = await other_shop(settings, showroom)
    beside = await other.plan_show(title="Aprons by Ren", host="Ren", video={})
    studio = await desk.open("desktop", language)
    await studio.goto(showroom.staff_url("host", "/studio/shows/demo"))
    await studio.get_by_test_id("joint-invite").click()
    code = await studio.get_by_test_id("joint-code").input_value()
    theirs = await desk.open("phone", language)
    await theirs.goto(other.staff_url("host", f"/studio/shows/{beside}"))
    await theirs.get_by_test_id("joint-given").fill(code)
    await theirs.get_by_test_id("joint-look").click()
    await expect(theirs.get_by_test_id("joint-sight")).to_be_visible()
    await theirs.get_by_test_id("joint").scroll_into_view_if_needed()
    await look_at(theirs, f"joint-invited-{language}")
    await theirs.get_by_test_id("joint-join").click()
    await expect(theirs.get_by_test_id("joint-shows").locator("li")).to_have_count(2)

    # Whoever follows the other shop's link watches where people talk, and finds both shops' products there.
    viewer = await desk.open("phone", language)
    await viewer.goto(showroom.url(f"/shows/{beside}"))
    await viewer.wait_for_url("**/shows/demo*")
    await viewer.get_by_test_id("tab-products").click()
    counter = viewer.locator(f'[data-testid="counter"][data-show="{beside}"]')
    product = counter.locator('[data-testid="product"][data-product="other-1"]')
    await expect(product).to_be_visible()
    await product.scroll_into_view_if_needed()
    await look_at(viewer, f"joint-viewer-{language}")
    await product.get_by_test_id("buy").click()
    await viewer.get_by_test_id("buy-confirm").click()
    await expect(viewer.get_by_test_id("buy-done")).to_be_visible()
    await viewer.get_by_test_id("buy-close").click()
    orders = (await other.ask("GET", "/orders", "admin"))["orders"]
    assert [line["product"] for line in orders[0]["lines"]] == ["other-1"]
    assert (await showroom.ask("GET", "/orders", "admin"))["orders"] == []

    # The other shop's host pins on their own page, and moderates where people talk.
    console = await desk.open("desktop", language)
    await console.goto(other.staff_url("host", f"/host?show={beside}"))
    await expect(console.get_by_test_id("joint-note")).to_be_visible()
    await console.locator('[data-testid="pin-other-1"]').first.click()
    await viewer.get_by_test_id("sheet-close").click()
    await expect(viewer.get_by_test_id("pinned-beside")).to_be_visible()
    await look_at(viewer, f"joint-pinned-{language}")
    await console.goto(showroom.url("/host?show=demo"))
    await expect(console.get_by_test_id("joint-note")).to_be_visible()
    await expect(console.get_by_test_id("number-money")).to_have_text("–")
    await look_at(console, f"joint-partner-{language}")

    analyst = await desk.open("desktop", language)
    await analyst.goto(other.staff_url("analyst", f"/analyst/shows/{beside}"))
    figures = analyst.get_by_test_id("joint-figures")
    await figures.scroll_into_view_if_needed()
    # The viewer watched both by watching one, and is one viewer of both together.
    for row in ('tr[data-show="demo"]', f'tr[data-show="{beside}"]', '[data-testid="joint-together"]'):
        await expect(figures.locator(f"{row} td").first).to_have_text("1")
    await look_at(analyst, f"joint-figures-{language}")
