"""Shows in the studio: from a draft that says what it lacks to a planned show with a line-up, a rehearsal, and a cancelling."""

from playwright.async_api import Page, expect

from tests.e2e.test_every_state import find_faults, settle
from tests.support.browser import Desk
from tests.support.showroom import Showroom


async def fill_new_show(page: Page, room: Showroom) -> None:
    """A draft with two products, one at a price of its own."""
    part = page.get_by_test_id
    await page.goto(room.staff_url("host", "/studio/shows/new"))
    await expect(part("lack-video")).to_be_visible()
    await part("field-title").fill("Winter table")
    await part("field-startsAt").fill("2027-01-15T20:00")
    await part("field-minutes").fill("90")
    for words in ("a", "e"):
        await part("line-search").fill(words)
        await part("line-add").first.click()
        await expect(part("line-found")).to_have_count(0)
    await part("line-price").first.fill("500")
    await part("form-save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Winter table")
    await expect(part("show-state")).to_have_attribute("data-state", "draft")


async def test_a_show_is_planned_with_a_line_up_and_says_what_it_lacks(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open("desktop")
    part = page.get_by_test_id
    await fill_new_show(page, showroom)
    await expect(part("lack-video")).to_be_visible()
    await expect(part("lack-time")).to_have_count(0)
    show = page.url.split("?")[0].rsplit("/", 1)[1]
    first, second = (await showroom.ask("GET", f"/shows/{show}/line-up", "host"))["products"]
    assert (first["price"], second["price"]) == (500, None)
    planned = await showroom.ask("GET", f"/shows/{show}", "host")
    assert (planned["state"], planned["planned_minutes"]) == ("draft", 90)
    await part("line-down-move").first.press("Enter")
    await expect(part("line").nth(1).get_by_test_id("line-up-move")).to_be_focused()
    await part("form-save").click()
    await expect(part("show-form")).to_have_attribute("data-dirty", "false")
    turned = (await showroom.ask("GET", f"/shows/{show}/line-up", "host"))["products"]
    assert [each["product"] for each in turned] == [second["product"], first["product"]]
    await part("line").nth(1).drag_to(part("line").nth(0))
    await part("form-save").click()
    await expect(part("show-form")).to_have_attribute("data-dirty", "false")
    assert (await showroom.ask("GET", f"/shows/{show}/line-up", "host"))["products"] == [first, second]
    await settle(page)
    assert await find_faults(page) == []


async def test_a_show_is_scheduled_rehearsed_cancelled_and_taken_back(showroom: Showroom, desk: Desk) -> None:
    page = await desk.open("phone", "ja")
    part = page.get_by_test_id
    show = await showroom.plan_show(state="draft")
    await page.goto(showroom.staff_url("host", f"/studio/shows/{show}"))
    await part("show-schedule").click()
    await expect(part("show-state")).to_have_attribute("data-state", "scheduled")
    await part("show-rehearse").click()
    await expect(part("show-state")).to_have_attribute("data-state", "rehearsal")
    await part("show-rehearsed").click()
    await expect(part("show-state")).to_have_attribute("data-state", "scheduled")
    await part("show-cancel").click()
    await part("cancel-confirm").click()
    await expect(part("show-state")).to_have_attribute("data-state", "cancelled")
    await part("toast-action").last.click()
    await expect(part("show-state")).to_have_attribute("data-state", "scheduled")
    await settle(page)
    assert await find_faults(page) == []


async def test_the_list_has_every_state_and_a_past_show_has_its_figures_a_click_away(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open("desktop")
    part = page.get_by_test_id
    show = await showroom.begin_show({"mp4": ""})
    await showroom.end_show(show)
    await showroom.plan_show(title="A draft", state="draft")
    await page.goto(showroom.staff_url("host", "/studio/shows"))
    await part("shows-drafts").click()
    await expect(part("row")).to_have_count(1)
    await part("row-archive").click()
    await expect(part("row")).to_have_count(0)
    await part("toast-action").click()
    await expect(part("row")).to_have_count(1)
    await part("shows-past").click()
    await expect(part("row-figures").first).to_have_attribute("href", f"/analyst/shows/{show}")
    await part("list-search").fill("nothing like it")
    await expect(part("list-none")).to_be_visible()
    await part("list-search").fill("")
    await part("row-copy").first.click()
    await expect(part("show-state")).to_have_attribute("data-state", "draft")
    await settle(page)
    assert await find_faults(page) == []
