"""Sheets, dialogs and the stage view lie over a page: Back takes the newest away, and the focus goes back to what opened it."""

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Desk, Device
from tests.support.eventually import eventually
from tests.support.showroom import Showroom

VIEWER, HOST, ANALYST = "/shows/demo", "/host?show=demo", "/analyst?show=demo"
FOCUSED = "document.activeElement.dataset.testid ?? document.activeElement.tagName"

DIALOGS: list[tuple[Device, str, str, str]] = [
    ("phone", VIEWER, "settings-open", "settings"),
    ("desktop", VIEWER, "settings-open", "settings"),
    ("desktop", VIEWER, "buy", "purchase"),
    ("phone", VIEWER, "tab-products", "sheet"),
    ("desktop", HOST, "keys-open", "keys-dialog"),
    ("desktop", HOST, "end-show", "end-dialog"),
    ("desktop", HOST, "stage-open", "stage"),
    ("desktop", ANALYST, "define-viewers", "definition"),
]


async def open_page(desk: Desk, gallery: Showroom, device: Device, path: str) -> Page:
    """A tab that came from another page, so that there is something to go back to."""
    page = await desk.open(device)
    await page.goto(gallery.url("/robots.txt"))
    staff = {HOST: "host", ANALYST: "analyst"}.get(path)
    if staff:
        await page.goto(gallery.staff_url(staff, path))  # type: ignore[arg-type]
    else:
        await page.goto(gallery.url(path))
        await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    return page


async def focus_is_on(page: Page, testid: str) -> None:
    """Wait until the focus is on an element with this test id."""
    await eventually(lambda: page.evaluate(f"({FOCUSED}) === '{testid}'"))


async def steps_are_gone(page: Page) -> None:
    """Wait until the history has no step for a layer ahead of the page's own."""
    await eventually(lambda: page.evaluate("!history.state?.layers"))


async def step_is_there(page: Page) -> None:
    """Wait until the history has a step for the layer, which comes with the frame after it."""
    await eventually(lambda: page.evaluate("Boolean(history.state?.layers)"))


@pytest.mark.parametrize("over", DIALOGS, ids="-".join)
@pytest.mark.parametrize("way", ["back", "escape"])
async def test_a_layer_goes_by_back_and_by_escape_and_the_focus_returns(
    gallery: Showroom, desk: Desk, over: tuple[Device, str, str, str], way: str
) -> None:
    device, path, opener, layer = over
    page = await open_page(desk, gallery, device, path)
    here = page.url
    await page.get_by_test_id(opener).first.click()
    await expect(page.get_by_test_id(layer)).to_be_visible()
    if way == "escape":
        await page.keyboard.press("Escape")
    else:
        await step_is_there(page)
        await page.go_back()
    await expect(page.get_by_test_id(layer)).to_have_count(0)
    assert page.url == here
    await focus_is_on(page, opener)
    if way == "back":
        await page.get_by_test_id(opener).first.click()
        await expect(page.get_by_test_id(layer)).to_be_visible()
        await step_is_there(page)
        await page.go_back()
        await expect(page.get_by_test_id(layer)).to_have_count(0)
    await steps_are_gone(page)
    await page.go_back()
    assert page.url != here, "with nothing open, Back leaves the page"


@pytest.mark.parametrize("over", DIALOGS, ids="-".join)
async def test_a_layer_has_the_keys_as_soon_as_it_is_drawn(
    gallery: Showroom, desk: Desk, over: tuple[Device, str, str, str]
) -> None:
    device, path, opener, layer = over
    page = await open_page(desk, gallery, device, path)
    await page.get_by_test_id(opener).first.wait_for()
    # Asked behind the turn that draws it, and before the frame in which a person sees it.
    await page.evaluate(
        "layer => new MutationObserver((_, seen) => { const drawn = document.querySelector(`[data-testid=${layer}]`);"
        " if (drawn) { seen.disconnect(); window.hasKeys = drawn.contains(document.activeElement); } })"
        ".observe(document.body, {subtree: true, childList: true})",
        layer,
    )
    await page.get_by_test_id(opener).first.click()
    await page.wait_for_function("() => 'hasKeys' in window")
    assert await page.evaluate("hasKeys")


SLOW_HISTORY = """
const go = history.go.bind(history);
window.stepsBack = 0;
history.go = (steps) => setTimeout(go, 1500, steps);
addEventListener("popstate", () => stepsBack++);
"""
"""A browser that is busy when it is asked to step back."""


async def test_a_step_back_that_takes_long_closes_nothing_that_was_opened_meanwhile(
    gallery: Showroom, desk: Desk
) -> None:
    page = await desk.open("phone")
    await page.add_init_script(SLOW_HISTORY)
    await page.goto(gallery.url(VIEWER))
    sheet = page.get_by_test_id("sheet")
    await page.get_by_test_id("tab-products").click()
    await page.get_by_test_id("sheet-close").click()
    await page.get_by_test_id("tab-products").click()
    await page.wait_for_function("() => stepsBack === 1")
    await eventually(lambda: page.evaluate("history.state?.layers === 1"))
    await expect(sheet).to_be_visible()
    await page.go_back()
    await expect(sheet).to_have_count(0)


async def test_a_step_back_that_takes_long_is_taken_once(gallery: Showroom, desk: Desk) -> None:
    page = await desk.open("phone")
    await page.add_init_script(SLOW_HISTORY)
    await page.goto(gallery.url("/robots.txt"))
    await page.goto(gallery.url(VIEWER))
    while not await page.evaluate("stepsBack"):
        await page.get_by_test_id("tab-products").click()
        await page.get_by_test_id("sheet-close").click()
    await page.get_by_test_id("tab-products").click()
    await eventually(lambda: page.evaluate("history.state?.layers === 1"))
    assert page.url.endswith(VIEWER)
    await page.reload()
    await page.get_by_test_id("tab-products").click()
    await page.wait_for_function("() => stepsBack === 1")
    await expect(page.get_by_test_id("sheet")).to_be_visible()


async def test_layers_go_one_at_a_time(gallery: Showroom, desk: Desk) -> None:
    page = await open_page(desk, gallery, "phone", VIEWER)
    sheet, purchase = page.get_by_test_id("sheet"), page.get_by_test_id("purchase")
    await page.get_by_test_id("tab-products").click()
    await sheet.get_by_test_id("buy").nth(1).click()
    await expect(purchase).to_be_visible()
    await page.go_back()
    await expect(purchase).to_have_count(0)
    await expect(sheet).to_be_visible()
    await focus_is_on(page, "buy")
    await page.go_back()
    await expect(sheet).to_have_count(0)
    assert page.url.endswith(VIEWER)


async def test_a_page_that_is_loaded_anew_has_no_steps_left_over(gallery: Showroom, desk: Desk) -> None:
    page = await open_page(desk, gallery, "phone", VIEWER)
    await page.get_by_test_id("tab-products").click()
    await expect(page.get_by_test_id("sheet")).to_be_visible()
    await page.reload()
    await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    await steps_are_gone(page)
    await page.go_back()
    assert page.url.endswith("/robots.txt")
