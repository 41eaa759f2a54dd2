"""Before a show: a poster with the hour in the viewer's zone, a countdown on server time, the line-up; and what becomes of it."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.e2e.test_every_state import find_faults, settle
from tests.support.browser import Desk
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

HOUR = timedelta(hours=1)


async def planned(room: Showroom, **wishes: object) -> str:
    """A show in three hours and five minutes, with a line-up of one product at a price of its own."""
    at = datetime.now(UTC) + 3 * HOUR + timedelta(minutes=5)
    show = await room.plan_show(**{"starts_at": at.isoformat(), "description": "Bowls and wool.", **wishes})
    first = (await room.ask("GET", "/products", "host"))["products"][0]
    line = {"products": [{"product": first["id"], "price": 777}]}
    await room.ask("PUT", f"/shows/{show}/line-up", "host", line)
    return show


async def ms_left(page: Page) -> float:
    """Return what the countdown counts, in ms."""
    return float(await page.get_by_test_id("countdown").get_attribute("data-ms") or "nan")


@pytest.mark.parametrize(("device", "language"), [("phone", "ja"), ("desktop", "en")])
async def test_the_poster_becomes_the_show_by_itself(
    showroom: Showroom, desk: Desk, device: str, language: str
) -> None:
    show = await planned(showroom)
    page = await desk.open(device, language)  # type: ignore[arg-type]
    part = page.get_by_test_id
    await page.goto(showroom.url(f"/shows/{show}"))
    await expect(part("poster-description")).to_have_text("Bowls and wool.")
    await expect(part("poster-products")).to_contain_text("777")
    await expect(part("countdown")).to_contain_text("3:0")
    await expect(part("calendar")).to_have_attribute("href", f"/v1/shows/{show}/calendar.ics")
    await settle(page)
    assert await find_faults(page) == []
    async with joined_at(showroom.address, show, token=showroom.token("host")) as host:
        await host.do("show.start")
    await expect(part("show-state")).to_have_attribute("data-state", "live")
    await expect(part("cover-scheduled")).to_have_count(0)
    await showroom.ask("POST", f"/shows/{show}/end", "host")
    await expect(part("cover-ended")).to_be_visible()


@pytest.mark.parametrize("wrong", [timedelta(hours=-7), timedelta(days=2)])
async def test_the_countdown_goes_by_the_server_s_clock(
    showroom: Showroom, desk: Desk, wrong: timedelta
) -> None:
    show = await planned(showroom)
    page = await desk.open("phone")
    await page.clock.install(time=datetime.now(UTC) + wrong)
    await page.goto(showroom.url(f"/shows/{show}"))
    await expect(page.get_by_test_id("until")).to_have_text("in 3 hours")
    assert abs(await ms_left(page) - 3 * 3_600_000) < 6 * 60_000


async def test_the_countdown_is_right_after_the_device_has_slept(showroom: Showroom, desk: Desk) -> None:
    show = await planned(showroom)
    page = await desk.open("desktop")
    await page.goto(showroom.url(f"/shows/{show}"))
    await expect(page.get_by_test_id("until")).to_have_text("in 3 hours")
    await page.clock.install(time=datetime.now(UTC) + 12 * HOUR)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.get_by_test_id("until")).to_have_text("in 3 hours")


async def test_who_waits_is_told_at_once_that_the_show_is_cancelled(showroom: Showroom, desk: Desk) -> None:
    show = await planned(showroom)
    page = await desk.open("phone", "ja")
    await page.goto(showroom.url(f"/shows/{show}"))
    await expect(page.get_by_test_id("countdown")).to_be_visible()
    await showroom.ask("POST", f"/shows/{show}/cancel", "host")
    await expect(page.get_by_test_id("cover-cancelled")).to_contain_text("中止")
    await showroom.ask("POST", f"/shows/{show}/schedule", "host")
    await expect(page.get_by_test_id("countdown")).to_be_visible()


async def test_who_waits_keeps_the_poster_over_a_rehearsal_and_sees_nothing_of_it(
    showroom: Showroom, desk: Desk
) -> None:
    desk.expected |= {"status of 404"}
    show = await planned(showroom)
    page = await desk.open("phone")
    part = page.get_by_test_id
    await page.add_init_script("Math.random = () => 0")
    await page.goto(showroom.url(f"/shows/{show}"))
    await expect(part("countdown")).to_be_visible()
    await showroom.ask("POST", f"/shows/{show}/rehearse", "host")
    said = {"id": 1, "type": "announce", "text": "Testing the microphone"}
    await showroom.ask("POST", f"/live/{show}/commands", "host", said)
    await expect(part("cover-scheduled")).to_be_visible()
    await showroom.ask("POST", f"/shows/{show}/start", "host")
    await expect(part("show-state")).to_have_attribute("data-state", "live", timeout=30_000)
    await expect(page.get_by_text("Testing the microphone")).to_have_count(0)


@pytest.mark.parametrize(
    ("zone", "at", "told"),
    [
        ("Europe/Berlin", "2027-03-28T00:30:00Z", "1:30"),
        ("Europe/Berlin", "2027-03-28T01:30:00Z", "3:30"),
        ("America/New_York", "2027-03-28T01:30:00Z", "9:30"),
        ("Asia/Tokyo", "2027-03-28T01:30:00Z", "10:30"),
    ],
)
async def test_the_hour_is_the_reader_s_own_also_where_clocks_change(
    showroom: Showroom, desk: Desk, zone: str, at: str, told: str
) -> None:
    show = await showroom.plan_show(starts_at=at)
    browser = (await desk.open("desktop")).context.browser
    assert browser is not None
    context = await browser.new_context(timezone_id=zone, locale="en-US")
    page = await context.new_page()
    await page.goto(showroom.url(f"/shows/{show}"))
    await expect(page.get_by_test_id("cover-scheduled").get_by_role("heading")).to_contain_text(told)
    await context.close()
