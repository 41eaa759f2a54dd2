"""Out of a show and out of a sign-in, as people meet them: a ban, and signing out on the server."""

import httpx
from playwright.async_api import Page, expect

from tests.support.browser import Desk, Device, Language
from tests.support.eventually import eventually
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

BANNED: dict[Language, str] = {
    "en": "You cannot take part in this show",
    "ja": "この配信には参加できません",
}


async def open_viewer(desk: Desk, room: Showroom, device: Device, language: Language) -> Page:
    page = await desk.open(device, language)
    await page.goto(room.url("/shows/demo"))
    await expect(page.get_by_test_id("show-state")).to_be_visible()
    return page


async def test_a_banned_viewer_reads_so_in_their_language(showroom: Showroom, desk: Desk) -> None:
    for language, title in BANNED.items():
        page = await open_viewer(desk, showroom, "phone", language)
        viewer = await page.evaluate(
            "JSON.parse(atob(JSON.parse(sessionStorage.getItem('showfloor.guest')).token.split('.')[1]"
            ".replaceAll('-', '+').replaceAll('_', '/'))).sub"
        )
        async with joined_at(showroom.address, token=showroom.token("host")) as host:
            await host.do("viewer.ban", viewer=viewer)
            await expect(page.get_by_test_id("cover-banned")).to_contain_text(title)
            await page.reload()
            await expect(page.get_by_test_id("cover-banned")).to_contain_text(title)


async def test_a_guest_who_signs_out_is_out_on_the_server_and_another_one_here(
    showroom: Showroom, desk: Desk
) -> None:
    page = await open_viewer(desk, showroom, "phone", "en")
    kept = "JSON.parse(sessionStorage.getItem('showfloor.guest'))?.token"
    token = await page.evaluate(kept)
    await page.get_by_test_id("settings-open").click()
    await page.get_by_test_id("leave").click()
    await page.get_by_test_id("leave").click()
    await eventually(lambda: _is_revoked(showroom, token))
    await page.wait_for_function(f"token => ![undefined, token].includes({kept})", arg=token)
    await expect(page.get_by_test_id("show-state")).to_be_visible()


async def test_staff_who_sign_out_are_out_on_the_server(showroom: Showroom, desk: Desk) -> None:
    page = await desk.open("desktop", "en")
    await page.goto(showroom.staff_url("host", "/host?show=demo"))
    await expect(page.get_by_test_id("desk")).to_be_visible()
    token = await page.evaluate("JSON.stringify(localStorage).match(/eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+/)[0]")
    await page.get_by_test_id("sign-out").click()
    await expect(page.get_by_test_id("sign-in")).to_be_visible()
    await eventually(lambda: _is_revoked(showroom, token))


async def _is_revoked(showroom: Showroom, token: str) -> bool:
    async with httpx.AsyncClient(base_url=f"http://{showroom.address}") as client:
        answer = await client.get("/v1/shows/demo/me", headers={"Authorization": f"Bearer {token}"})
        return answer.status_code == 401 and answer.json()["code"] == "token_revoked"
