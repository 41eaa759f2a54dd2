"""What the viewer page says is so: of a show without a video, a planned one, one that is over, and of pictures that cannot be had."""

import asyncio
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect

from server.demo.catalogue import SHELF
from tests.support.browser import Desk
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

NO_VIDEO = {"poster": "/media/poster.jpg"}


async def test_a_show_without_a_video_is_watched_by_its_page_and_its_host_is_told(
    showroom: Showroom, desk: Desk
) -> None:
    show = await showroom.begin_show(NO_VIDEO)
    page, host = await asyncio.gather(desk.open("phone"), desk.open("desktop"))
    await page.goto(showroom.url(f"/shows/{show}"))
    await expect(page.get_by_test_id("without-video")).to_be_visible()
    await expect(page.get_by_test_id("watching")).to_have_attribute("data-viewers", "1")
    await expect(page.get_by_test_id("notice")).to_have_count(0)
    await expect(page.get_by_test_id("play")).to_have_count(0)
    await expect(page.get_by_test_id("react")).to_be_visible()
    await host.goto(showroom.staff_url("host", f"/host?show={show}"))
    await expect(host.get_by_test_id("no-video")).to_be_visible()
    await page.close()
    await expect(host.get_by_test_id("number-watching")).to_have_text("0")


async def begin_another(showroom: Showroom, desk: Desk) -> tuple[str, Page]:
    """Return a live show with something announced, and a viewer's page in it."""
    show = await showroom.begin_show(NO_VIDEO)
    async with joined_at(showroom.address, show, token=showroom.token("host")) as host:
        await host.do("announce", text="Last ten minutes")
    page = await desk.open("phone")
    await page.goto(showroom.url(f"/shows/{show}"))
    await expect(page.get_by_test_id("announcement")).to_be_visible()
    return show, page


async def test_a_show_that_is_over_announces_nothing_and_leads_on(showroom: Showroom, desk: Desk) -> None:
    planned = await showroom.plan_show(starts_at=(datetime.now(UTC) + timedelta(days=1)).isoformat())
    show, page = await begin_another(showroom, desk)
    await showroom.end_show(show)
    await expect(page.get_by_test_id("cover-ended")).to_be_visible()
    await expect(page.get_by_test_id("announcement")).to_have_count(0)
    await expect(page.get_by_test_id("show-link")).to_have_count(2)
    shows = await page.get_by_test_id("show-link").evaluate_all(
        "links => links.map(link => link.dataset.show)"
    )
    assert shows == ["demo", planned]
    await page.get_by_test_id("show-link").first.click()
    await expect(page.get_by_test_id("show-state")).to_have_attribute("data-state", "live")


async def test_a_show_that_is_over_finds_by_itself_what_began_since(showroom: Showroom, desk: Desk) -> None:
    """The page lies open and is seen all the time: nothing but its own look-up can tell it."""
    over = await showroom.begin_show(NO_VIDEO)
    page = await desk.open("phone")
    await page.add_init_script("Math.random = () => 0")
    await page.clock.install()
    await page.goto(showroom.url(f"/shows/{over}"))
    await showroom.end_show(over)
    await expect(page.get_by_test_id("cover-ended")).to_be_visible()
    await expect(page.get_by_test_id("show-link").first).to_be_visible()
    begun = await showroom.begin_show(NO_VIDEO)
    link = page.locator(f"[data-testid=show-link][data-show={begun}]")
    await expect(link).to_have_count(0)
    await page.clock.fast_forward(20_000)
    await expect(link).to_be_visible()


async def test_a_planned_show_says_when_and_that_its_host_starts_it_and_then_is_joined(
    showroom: Showroom, desk: Desk
) -> None:
    soon, past = (datetime.now(UTC) + timedelta(hours=2, minutes=5), datetime.now(UTC) - timedelta(minutes=1))
    planned = await showroom.plan_show(starts_at=soon.isoformat())
    late = await showroom.plan_show(starts_at=past.isoformat())
    page = await desk.open("phone")
    await page.goto(showroom.url(f"/shows/{planned}"))
    await expect(page.get_by_test_id("until")).to_have_text("in 2 hours")
    await expect(page.get_by_test_id("cover-scheduled")).to_contain_text("when the host starts it")
    await page.goto(showroom.url(f"/shows/{late}"))
    await expect(page.get_by_test_id("cover-scheduled")).to_contain_text("has not started yet")
    await expect(page.get_by_test_id("until")).to_have_count(0)
    async with joined_at(showroom.address, late, token=showroom.token("host")) as host:
        await host.do("show.start")
    await expect(page.get_by_test_id("show-state")).to_have_attribute("data-state", "live")
    await expect(page.get_by_test_id("play")).to_have_attribute("data-playing", "true")


async def test_the_front_page_finds_the_live_show_among_many_and_offers_a_choice_of_two(
    showroom: Showroom, desk: Desk
) -> None:
    for n in range(25):
        await showroom.plan_show(title=f"Planned {n}")
    page = await desk.open("phone")
    await page.goto(showroom.url("/"))
    await expect(page.get_by_test_id("show-state")).to_have_attribute("data-state", "live")
    other = await showroom.begin_show(NO_VIDEO)
    await page.goto(showroom.url("/"))
    await expect(page.get_by_test_id("show-link")).to_have_count(2)
    await page.locator(f"[data-show={other}]").click()
    await expect(page.get_by_test_id("without-video")).to_be_visible()


async def test_a_picture_that_cannot_be_had_leaves_its_place_as_it_is(showroom: Showroom, desk: Desk) -> None:
    desk.expected |= {"status of 404", "net::"}
    pages = await asyncio.gather(desk.open("desktop"), desk.open("desktop"))
    for page in pages:
        await page.route("**/media/products/**", lambda route: route.abort())
    viewer, host = pages
    await viewer.goto(showroom.url("/shows/demo"))
    await viewer.get_by_test_id("tab-products").click()
    await expect(viewer.get_by_test_id("products").get_by_test_id("picture-missing")).to_have_count(
        len(SHELF)
    )
    box = await viewer.get_by_test_id("products").get_by_test_id("picture-missing").first.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (88, 88)
    await host.goto(showroom.staff_url("host", "/host?show=demo"))
    await expect(host.get_by_test_id("products").get_by_test_id("picture-missing")).to_have_count(len(SHELF))
    for page in pages:
        await page.unroute_all()
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(page.get_by_test_id("picture-missing")).to_have_count(0)


async def test_a_silent_clip_never_shows_a_way_to_turn_its_sound_on(showroom: Showroom, desk: Desk) -> None:
    page = await desk.open("phone")
    await page.add_init_script(
        "new MutationObserver(() => { if (document.querySelector('[data-testid=sound]')) window.blinked = true; })"
        ".observe(document, {subtree: true, childList: true})"
    )
    await page.goto(showroom.url("/shows/demo"))
    await expect(page.get_by_test_id("play")).to_have_attribute("data-playing", "true")
    await page.wait_for_function("() => document.querySelector('video').currentTime > 2")
    assert await page.evaluate("window.blinked") is None
