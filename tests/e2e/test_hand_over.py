"""A host shows viewers the way to another live show; a viewer goes there, and is counted as come from here."""

import httpx
import pytest
from playwright.async_api import expect
from sqlalchemy import text

from server.db.engine import Database
from server.demo.catalogue import VIDEO_MP4
from server.settings import Settings
from tests.e2e.test_every_state import find_faults, settle
from tests.e2e.test_surveys import picture
from tests.support.browser import Desk, Language
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at


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
    receiving = await desk.open("desktop", language)
    await receiving.goto(showroom.staff_url("moderator", f"/host?show={there}"))
    await expect(receiving.get_by_test_id("arrival")).to_contain_text("Winter table")
    await settle(receiving)
    assert await find_faults(receiving) == []
    await picture(receiving, f"hand-over-arrival-{language}")
    await receiving.keyboard.press("o")
    await expect(receiving.get_by_test_id("arrival")).to_have_count(0)
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
    # Once more: now they are not taken, and whoever sent them reads that.
    await host.locator(f'[data-testid="hand-over-to"][data-show="{there}"]').click()
    await receiving.get_by_test_id("arrival-decline").click()
    await expect(receiving.get_by_test_id("arrival")).to_have_count(0)
    await expect(host.get_by_test_id("turned-back")).to_be_visible()
    await expect(host.get_by_test_id("hand-over-now")).to_have_count(0)
    await settle(host)
    assert await find_faults(host) == []
    await picture(host, f"hand-over-declined-{language}")


async def test_who_crosses_to_another_channel_is_nobody_there_and_themselves_again_at_home(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=1)
    async with database.write() as connection:
        await connection.execute(
            text("INSERT INTO channel (id, name, currency, created_at) VALUES ('tea', 'Tea', 'JPY', now())")
        )
    await database.close()
    token = showroom.tokens.sign(showroom.tokens.new_member("tea", "host", name="Ren"))
    api = httpx.AsyncClient(base_url=showroom.url("/v1"), headers={"Authorization": f"Bearer {token}"})
    here = await showroom.begin_show({"mp4": VIDEO_MP4})
    host, viewer = await desk.open("desktop", "en"), await desk.open("phone", "en")
    async with api as http:
        there = str((await http.post("/shows", json={"title": "Tea", "host": "Ren"})).json()["id"])
        async with joined_at(showroom.address, there, token=token) as other:
            await other.do("show.start")
        await host.goto(showroom.staff_url("host", f"/host?show={here}"))
        part = host.get_by_test_id
        await part("hand-over").locator("summary").click()
        await part("hand-over-link-abroad").fill("what is this")
        await part("hand-over-abroad").click()
        await expect(part("hand-over").get_by_role("alert")).not_to_be_empty()
        await part("hand-over-link-abroad").fill(showroom.url(f"/shows/{there}?utm_source=x"))
        await part("hand-over-abroad").click()
        await expect(part("last-deed")).to_contain_text("does not take viewers")
        everybody = {"whose": "everybody"}
        assert (await http.put("/channels/tea/hand-over-settings", json=everybody)).is_success
    await viewer.goto(showroom.url(f"/shows/{here}"))
    await expect(viewer.get_by_test_id("viewer")).to_be_visible()
    kept = "() => JSON.parse(sessionStorage.getItem('showfloor.guest') ?? '{}')"
    await viewer.wait_for_function("() => sessionStorage.getItem('showfloor.guest')?.includes('token')")
    at_home = await viewer.evaluate(kept)
    await part("hand-over-link-abroad").fill(there)
    await part("hand-over-abroad").click()
    await expect(part("hand-over-now")).to_contain_text("Tea")
    await picture(host, "hand-over-abroad")
    joins: list[str] = []
    viewer.on("websocket", lambda socket: socket.on("framesent", lambda frame: joins.append(str(frame))))
    await viewer.get_by_test_id("handed-over-go").click()
    await viewer.wait_for_url(f"**/shows/{there}*")
    await viewer.wait_for_function("() => sessionStorage.getItem('showfloor.guest.tea')?.includes('token')")
    assert joins
    assert at_home["token"] not in "".join(joins)
    assert await viewer.evaluate(kept) == at_home
    await viewer.goto(showroom.url(f"/shows/{here}"))
    await expect(viewer.get_by_test_id("viewer")).to_be_visible()
    assert at_home["token"] in "".join(joins)
    assert (await viewer.evaluate(kept))["token"] == at_home["token"]
