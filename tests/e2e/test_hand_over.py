"""A host shows viewers the way to another live show; a viewer goes there, and is counted as come from here."""

import pytest
from playwright.async_api import expect

from server.demo.catalogue import VIDEO_MP4
from tests.e2e.test_every_state import find_faults, settle
from tests.e2e.test_surveys import picture
from tests.support.browser import Desk, Language
from tests.support.showroom import Showroom


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_viewer_goes_where_the_host_shows_the_way(
    showroom: Showroom, desk: Desk, language: Language
) -> None:
    here, there = [await showroom.begin_show({"mp4": VIDEO_MP4}) for _ in range(2)]
    host = await desk.open("desktop", language)
    await host.goto(showroom.staff_url("host", f"/host?show={here}"))
    viewer = await desk.open("phone", language)
    await viewer.goto(showroom.url(f"/shows/{here}"))
    await host.get_by_test_id("hand-over").locator("summary").click()
    await host.locator(f'[data-testid="hand-over-to"][data-show="{there}"]').click()
    await expect(host.get_by_test_id("hand-over-now")).to_be_visible()
    way = viewer.get_by_test_id("handed-over")
    await expect(way).to_contain_text("Aoi")
    for page, name in ((host, "host"), (viewer, "viewer")):
        await settle(page)
        assert await find_faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        await picture(page, f"hand-over-{name}-{language}")
    async with viewer.expect_request("**/v1/page-views") as told:
        await viewer.get_by_test_id("handed-over-go").click()
    assert here in ((await told.value).post_data or "")
    await viewer.wait_for_url(f"**/shows/{there}*")
    await expect(viewer.get_by_test_id("viewer")).to_be_visible()
    await host.get_by_test_id("hand-over-back").click()
    await expect(host.get_by_test_id("hand-over-now")).to_have_count(0)
