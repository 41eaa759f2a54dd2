"""What was said and done in a show is taken along: from the host's page once it is over, and from the analyst's."""

import asyncio
import json

import pytest
from playwright.async_api import Page, expect

from server.demo.catalogue import VIDEO_MP4
from tests.e2e.test_surveys import look_at
from tests.support.browser import Desk, Device, Language
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

SAID = "=lovely & 素敵"


async def take(page: Page, what: str) -> str:
    """Take a kind along; return the file's text."""
    async with page.expect_download() as download:
        await page.get_by_test_id(f"take-said-{what}").click()
    file = await (await download.value).path()
    return await asyncio.to_thread(file.read_text, "utf-8-sig")


@pytest.mark.parametrize(("device", "language"), [("phone", "ja"), ("desktop", "en")])
async def test_a_host_takes_along_what_was_said_and_an_analyst_without_names(
    showroom: Showroom, desk: Desk, device: Device, language: Language
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    async with joined_at(showroom.address, show) as viewer:
        await viewer.do("comment", text=SAID)
    await showroom.end_show(show)

    host = await desk.open(device, language)
    await host.goto(showroom.staff_url("host", f"/host?show={show}"))
    await expect(host.get_by_test_id("over")).to_be_visible()
    await look_at(host, f"said-host-{device}-{language}")
    await host.get_by_test_id("over-take").click()
    await expect(host.get_by_test_id("take-said-sanctions-csv")).to_be_visible()
    await expect(host.get_by_test_id("take-said-audit-csv")).to_have_count(0)
    (line,) = [json.loads(line) for line in (await take(host, "comments-jsonl")).splitlines()]
    assert (line["text"], line["author"][:7], line["role"]) == (SAID, "Viewer ", "viewer")
    await host.get_by_test_id("take-names").check()
    await host.get_by_test_id("take-names").scroll_into_view_if_needed()
    await look_at(host, f"said-analyst-{device}-{language}")
    named = await take(host, "comments-csv")
    assert "\"'=lovely" in named
    assert line["author"] not in named

    analyst = await desk.open("desktop", language)
    await analyst.goto(showroom.staff_url("analyst", f"/analyst/shows/{show}"))
    await analyst.get_by_test_id("export").locator("summary").click()
    await expect(analyst.get_by_test_id("take-said-comments-csv")).to_be_visible()
    await expect(analyst.get_by_test_id("take-names")).to_have_count(0)
    await expect(analyst.get_by_test_id("take-said-reports-csv")).to_have_count(0)
    assert desk.complaints == []
