"""The staff's pages, receipts and error pages, full shows and long names too: everything can be read and reached at every width."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from server.settings import Settings
from tests.e2e.states import (
    Walk,
    analyst,
    errors,
    host_elsewhere,
    receipt,
    studio,
    studio_keys,
    studio_products,
)
from tests.support.browser import NETWORK_FAILS, Desk, Language
from tests.support.crowd import fill_show
from tests.support.layout import find_faults_at_all_widths
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at


async def crowded_desk(page: Page, room: Showroom) -> AsyncIterator[str]:
    """The host's desk of a full show in its states."""
    part = page.get_by_test_id
    await page.goto(room.staff_url("host", "/host?show=demo"))
    await expect(part("count-open")).to_have_text("500")
    yield "open questions"
    question = await part("focus").get_attribute("data-question")
    await part("answer-text").fill("A draft\nof two lines")
    async with joined_at(room.address, token=room.token("host")) as colleague:
        await colleague.do("question.claim", question=question, take_over=True)
        await expect(part("answering")).not_to_be_empty()
        yield "a colleague is answering too"
        await colleague.do("question.answer", question=question, text="Yes. " * 150)
        await colleague.do("product.pin", product="p_9")
        await expect(part("conflict")).to_be_visible()
    yield "a colleague was faster"
    await part("announce-text").fill("A long announcement, " * 20)
    await page.keyboard.press("Control+Enter")
    await expect(part("send-now")).to_be_visible()
    await part("send-now").click()
    await expect(part("announce-last")).to_contain_text("A long announcement")
    yield "announced"
    for tab in ("pending", "answered", "dismissed", "open"):
        await part(f"tab-{tab}").click()
        yield tab
    for opener, dialog in (
        ("dismiss", "dismiss-dialog"),
        ("keys-open", "keys-dialog"),
        ("end-show", "end-dialog"),
        ("stage-open", "stage"),
    ):
        await part(opener).click()
        await expect(part(dialog)).to_be_visible()
        yield dialog
        await page.keyboard.press("Escape")
        await expect(part(dialog)).to_have_count(0)
    await part("other-show").click()
    await expect(part("choose-demo")).to_be_visible()
    yield "choice of a show"


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_full_show_fits_the_hosts_page_at_all_widths(
    showroom: Showroom, settings: Settings, desk: Desk, language: Language
) -> None:
    assert settings.database_url is not None
    await fill_show(settings.database_url, products=200)
    page = await desk.open("desktop", language)
    found = {}
    async for state in crowded_desk(page, showroom):
        for width, faults in (await find_faults_at_all_widths(page)).items():
            found[state, width] = faults
        await page.set_viewport_size({"width": 1440, "height": 900})
    assert found == {}


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    "walk",
    [analyst, errors, host_elsewhere, receipt, studio, studio_keys, studio_products],
    ids=lambda walk: walk.__name__,
)
async def test_other_pages_fit_at_all_widths(
    gallery: Showroom, desk: Desk, walk: Walk, language: Language
) -> None:
    desk.expected |= NETWORK_FAILS | {"status of 401", "status of 404", "status of 412"}
    page = await desk.open("desktop", language)
    found = {}
    async for state in walk(page, gallery):
        for width, faults in (await find_faults_at_all_widths(page)).items():
            found[state, width] = faults
        await page.set_viewport_size({"width": 1440, "height": 900})
    assert found == {}
