"""The studio's frame: the door, the areas of a role, addresses that can be linked, and pages that are not there."""

import re

from playwright.async_api import expect

from tests.support.browser import Desk
from tests.support.showroom import Showroom


async def test_who_is_not_signed_in_meets_the_door_and_then_the_page_that_was_asked_for(
    gallery: Showroom, desk: Desk
) -> None:
    page = await desk.open("desktop")
    part = page.get_by_test_id
    await page.goto(gallery.url("/studio/nowhere"))
    await expect(part("sign-in")).to_be_visible()
    await part("sign-in-code").fill(gallery.codes["host"])
    await part("sign-in-submit").click()
    await expect(part("not-found")).to_be_visible()
    await part("area-home").click()
    await expect(part("home")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/studio$"))
    await page.go_back()
    await expect(part("not-found")).to_be_visible()


async def test_an_analyst_is_told_that_the_studio_is_for_others(gallery: Showroom, desk: Desk) -> None:
    page = await desk.open("phone", "ja")
    await page.goto(gallery.staff_url("analyst", "/studio"))
    await expect(page.get_by_test_id("not-allowed")).to_be_visible()


async def test_a_session_of_the_host_s_page_is_of_use_in_the_studio(gallery: Showroom, desk: Desk) -> None:
    page = await desk.open("phone")
    await page.goto(gallery.staff_url("host", "/host"))
    await expect(page.get_by_test_id("sign-out")).to_be_visible()
    studio = await page.context.new_page()
    await studio.goto(gallery.url("/studio"))
    await expect(studio.get_by_test_id("home")).to_be_visible()
    await studio.get_by_test_id("areas-more").click()
    await expect(studio.get_by_test_id("areas-sheet")).to_be_visible()


async def test_what_is_written_is_there_after_a_reload_and_elsewhere_and_back(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open("desktop")
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("admin", "/studio/settings"))
    await part("field-name").fill("Harbour Tea")
    await page.reload()
    await expect(part("field-name")).to_have_value("Harbour Tea")
    await part("area-home").click()
    await page.go_back()
    await expect(part("field-name")).to_have_value("Harbour Tea")
    await part("form-discard").click()
    await expect(part("field-name")).not_to_have_value("Harbour Tea")
    await part("toast-action").click()
    await expect(part("field-name")).to_have_value("Harbour Tea")
    await part("form-save").click()
    await expect(part("channel-name")).to_have_text("Harbour Tea")
    await expect(part("settings-form")).to_have_attribute("data-dirty", "false")


async def test_two_people_who_edit_the_same_see_both_versions_and_nothing_is_overwritten(
    showroom: Showroom, desk: Desk
) -> None:
    desk.expected |= {"status of 412"}
    one, two = await desk.open("desktop"), await desk.open("phone")
    for page, name in ((one, "Harbour Tea"), (two, "Hill Tea")):
        await page.goto(showroom.staff_url("admin", "/studio/settings"))
        await page.get_by_test_id("field-name").fill(name)
    await two.get_by_test_id("field-time_zone").select_option("Europe/Berlin")
    await one.get_by_test_id("form-save").click()
    await expect(one.get_by_test_id("channel-name")).to_have_text("Harbour Tea")
    await two.get_by_test_id("form-save").click()
    conflict = two.get_by_test_id("conflict-name")
    await expect(conflict).to_contain_text("Harbour Tea")
    await expect(conflict).to_contain_text("Hill Tea")
    assert (await showroom.ask("GET", "/channel", "admin"))["name"] == "Harbour Tea"
    await two.get_by_test_id("conflict-name-theirs").check()
    await two.get_by_test_id("conflict-use").click()
    await two.get_by_test_id("form-save").click()
    await expect(two.get_by_test_id("settings-form")).to_have_attribute("data-dirty", "false")
    channel = await showroom.ask("GET", "/channel", "admin")
    assert (channel["name"], channel["time_zone"]) == ("Harbour Tea", "Europe/Berlin")


async def test_the_first_page_says_what_is_still_missing_and_what_is_over(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open("phone")
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", "/studio"))
    await expect(part("home-live")).to_have_attribute("data-show", "demo")
    await expect(part("missing-show")).to_be_visible()
    await showroom.end_show("demo")
    show = await showroom.plan_show(video={}, state="draft")
    await page.reload()
    await expect(part("home-ended").locator("[data-show=demo]")).to_be_visible()
    await expect(part("home-next")).to_have_attribute("data-show", show)
    await expect(part("home-live")).to_have_count(0)
    for what in ("time", "video", "draft"):
        await expect(part(f"missing-{what}")).to_be_visible()
    await expect(part("missing-show")).to_have_count(0)


async def test_the_keyboard_goes_everywhere_and_another_page_begins_at_its_beginning(
    gallery: Showroom, desk: Desk
) -> None:
    page = await desk.open("desktop", "ja")
    await page.goto(gallery.staff_url("admin", "/studio"))
    await expect(page.get_by_test_id("missing")).to_be_visible()
    await page.get_by_test_id("area-settings").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("field-name")).to_be_visible()
    await expect(page.locator("main")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_test_id("field-name")).to_be_focused()
    assert "設定" in await page.title()
