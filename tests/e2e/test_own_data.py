"""A viewer fetches and erases what is kept about them in the settings; an admin finds a buyer in the studio and erases them."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.test_studio_orders import look_at
from tests.support.browser import Desk, Device, Language, Scheme
from tests.support.eventually import eventually
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

WORDS = "Does it fit my cat Momo?"
DONE_SECONDS = 60


async def test_a_viewer_fetches_and_erases_what_is_kept_about_them(
    showroom: Showroom, desk: Desk, tmp_path: Path
) -> None:
    page, studio = await desk.open("phone"), await desk.open("desktop")
    part = page.get_by_test_id
    await page.goto(showroom.url("/shows/demo"))
    await part("tab-questions").click()
    await part("ask-text").fill(WORDS)
    await part("ask-send").click()
    await expect(part("question").filter(has_text=WORDS)).to_be_visible()
    await part("settings-open").click()
    await expect(part("own-data")).to_be_visible()
    await page.screenshot(path=tmp_path / "settings.png")
    async with page.expect_download() as downloading:
        await part("own-data").click()
    await (await downloading.value).save_as(tmp_path / "kept.json")
    assert WORDS in (tmp_path / "kept.json").read_text("utf-8")
    await part("erase").click()
    await expect(part("settings")).to_contain_text("cannot be taken back")
    await part("erase").click()
    await expect(part("settings")).to_have_count(0)
    await studio.goto(showroom.staff_url("admin", "/studio/privacy"))

    async def erased() -> bool:
        await studio.reload()
        await expect(studio.get_by_test_id("erasure")).to_have_count(1)
        return await studio.get_by_test_id("erasure").get_attribute("data-done") == "true"

    await eventually(erased, within_seconds=DONE_SECONDS)
    await expect(studio.get_by_test_id("erasure")).to_contain_text("by the person themselves")
    await expect(part("question").filter(has_text=WORDS)).to_have_count(0)


@pytest.mark.parametrize("seen", [("desktop", "en", "light"), ("phone", "ja", "dark")], ids="-".join)
async def test_an_admin_finds_a_buyer_and_erases_them(
    showroom: Showroom, desk: Desk, tmp_path: Path, seen: tuple[Device, Language, Scheme]
) -> None:
    async with joined_at(showroom.address) as viewer:
        bought = await viewer.do("buy", product="p_demo_teapot", quantity=1, key="key-own-data")
    page = await desk.open(*seen)
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("admin", "/studio/privacy"))
    await part("privacy-value").fill("NOSUCH00")
    await part("privacy-look").click()
    await expect(part("privacy-none")).to_be_visible()
    await part("privacy-value").fill(bought["number"])
    await part("privacy-look").click()
    await expect(part("privacy-found")).to_contain_text(viewer.id)
    await look_at(page, tmp_path / "found.png")
    async with page.expect_download():
        await part("privacy-data").click()
    await part("privacy-erase").click()
    await expect(part("privacy-erase-dialog")).to_be_visible()
    await look_at(page, tmp_path / "erase.png")
    await part("privacy-erase-sure").click()
    await expect(part("erasure")).to_have_count(1)
