"""The studio's screening: lists, links, slow mode and a reviewer, and a text that is tried by what stands in the form."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import expect

from tests.support.browser import Desk
from tests.support.eventually import eventually
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at


@pytest.mark.parametrize("seen", [("phone", "ja"), ("desktop", "en")])
async def test_an_admin_says_what_is_screened_and_tries_a_text(
    showroom: Showroom,
    desk: Desk,
    seen: tuple[Literal["phone", "desktop"], Literal["en", "ja"]],
    tmp_path: Path,
) -> None:
    page = await desk.open(*seen)
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("admin", "/studio/screening"))
    await part("field-hold").fill("maybe\n!!!")
    await part("form-save").click()
    await expect(part("wrong-hold")).not_to_be_empty()
    await part("field-hold").fill("maybe\nうそ")
    await part("field-refuse").fill("090-####-####")
    await part("field-links").select_option("hold")
    await part("field-hosts").fill("shop.example")
    await part("field-slow").fill("10")
    await part("try-text").fill("ウソ m4ybe evil.com")
    await part("try").click()
    await expect(part("tried")).to_contain_text("evil.com")
    await page.screenshot(path=tmp_path / "tried.png", full_page=True)
    await part("form-save").click()
    await expect(part("form-discard")).to_have_count(0)
    saved = await showroom.ask("GET", "/channel/screening", "admin")
    assert [(each["kind"], each["text"], each["does"]) for each in saved["entries"]] == [
        ("word", "maybe", "hold"),
        ("word", "うそ", "hold"),
        ("pattern", "090-####-####", "refuse"),
    ]
    assert (saved["links"], saved["hosts"], saved["slow_seconds"]) == ("hold", ["shop.example"], 10)


@pytest.mark.parametrize("seen", [("phone", "ja"), ("desktop", "en")])
async def test_staff_read_why_a_question_is_held_and_switch_how_viewers_write(
    showroom: Showroom,
    desk: Desk,
    seen: tuple[Literal["phone", "desktop"], Literal["en", "ja"]],
    tmp_path: Path,
) -> None:
    held = {"entries": [{"text": "maybe", "does": "hold"}, {"text": "spammy", "does": "shadow"}]}
    await showroom.ask("PUT", "/channel/screening", "admin", held)
    show = await showroom.plan_show(title="Spring")
    async with joined_at(showroom.address, show, token=showroom.token("host")) as host:
        await host.do("show.start")
    page = await desk.open(*seen)
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", f"/host?show={show}"))

    async def is_held() -> bool:
        async with joined_at(showroom.address, show) as viewer:
            return bool((await viewer.do("ask", text="M4ybe?"))["state"] == "pending")

    await eventually(is_held)
    await part("tab-pending").click()
    await expect(part("held")).to_contain_text("maybe")
    await part("writing").locator("summary").click()
    await part("writing-moderation").select_option("pre")
    await part("writing-slow").select_option("30")
    await expect(part("writing-slow")).to_have_value("30")
    await page.screenshot(path=tmp_path / "writing.png", full_page=True)

    async def is_switched() -> bool:
        kept = await showroom.ask("GET", f"/shows/{show}", "host")
        return (kept["moderation"], kept["slow_seconds"]) == ("pre", 30)

    await eventually(is_switched)
