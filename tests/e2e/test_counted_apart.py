"""What many guests of one person do is told to the host beside what counts, at every size; viewers see what counts."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Page, expect

from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.browser import Desk, Language
from tests.support.layout import WIDTHS, at_all_widths, find_layout_faults
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

GUESTS = 12
TAPS = 50
QUESTION = "Does the glaze craze after a few years in the dishwasher, or does it stay as it is?"


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """Nobody who only joins has watched."""
    return make_settings(guest_watch_seconds=3600, tick_ms=50)


async def ask(room: Showroom) -> str:
    """A question that everybody sees; returns its id."""
    async with joined_at(room.address, token=room.token("viewer")) as known:
        return str((await known.do("ask", text=QUESTION))["question"])


async def swarm(room: Showroom, question: str) -> None:
    """Let one viewer vote and tap, and as many guests as there are who have not watched."""
    async with AsyncExitStack() as stack:
        known = await stack.enter_async_context(joined_at(room.address, token=room.token("viewer")))
        await known.do("vote", question=question)
        await known.do("react", kind="heart", n=7)
        guests = [await stack.enter_async_context(joined_at(room.address)) for _ in range(GUESTS)]
        await asyncio.gather(*(guest.do("vote", question=question) for guest in guests))
        await asyncio.gather(*(guest.do("react", kind="fire", n=TAPS) for guest in guests))


async def select(page: Page) -> None:
    """Take the question in hand."""
    await page.get_by_test_id("tab-open").click()
    await page.get_by_test_id("queue").get_by_text(QUESTION).first.click()
    await expect(page.get_by_test_id("focus-text")).to_have_text(QUESTION)


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_host_sees_both_numbers_and_viewers_one(
    showroom: Showroom, desk: Desk, language: Language
) -> None:
    question = await ask(showroom)
    page = await desk.open("desktop", language)
    await page.goto(showroom.staff_url("host", "/host?show=demo"))
    await expect(page.get_by_test_id("numbers")).to_be_visible()
    await expect(page.get_by_test_id("reactions-apart")).to_have_count(0)
    await select(page)
    await swarm(showroom, question)
    votes = page.get_by_test_id("votes-apart")
    taps = page.get_by_test_id("reactions-apart")
    for device in ("seen live", "after a reload"):
        await expect(votes, device).to_contain_text(str(GUESTS))
        await expect(taps, device).to_contain_text(str(GUESTS * TAPS))
        await page.reload()
        await select(page)
    async for width in at_all_widths(page, WIDTHS):
        for part in (taps, votes):
            await part.scroll_into_view_if_needed()
            await expect(part, str(width)).to_be_in_viewport()
        assert await find_layout_faults(page) == [], width
    viewer = await desk.open("phone", language)
    await viewer.goto(showroom.url("/shows/demo"))
    await expect(viewer.get_by_test_id("reaction-total")).to_have_attribute("data-total", "7")
    await viewer.get_by_test_id("tab-questions").click()
    row = viewer.get_by_test_id("question").filter(has_text=QUESTION)
    await expect(row.get_by_test_id("vote")).to_contain_text("1")
    assert str(GUESTS) not in (await row.get_by_test_id("vote").inner_text())
