"""The query builder, exports, and paper: questions are built, answered, saved, linked and taken along; every page prints whole."""

import json
import re
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from tests.e2e.test_analyst_people import room
from tests.e2e.test_every_state import find_faults
from tests.support.browser import Desk, Language
from tests.support.layout import find_faults_at_all_widths
from tests.support.showroom import Showroom

__all__ = ["room"]

QUESTION = {
    "metrics": ["viewers", "conversion_live", "gmv"],
    "dimensions": ["month", "source"],
    "filters": [{"field": "device", "op": "eq", "value": "phone"}],
    "period": {"type": "last", "n": 12, "unit": "month"},
}


async def open_query(page: Page, room: Showroom, question: object = None) -> None:
    path = "/analyst/query" + (f"?q={quote(json.dumps(question))}" if question else "")
    await page.goto(f"{room.url(path)}#code={room.codes['analyst']}")
    await expect(page.get_by_test_id("result-table")).to_be_visible()
    await expect(page.get_by_test_id("builder")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_both_pages_fit_at_all_widths_and_are_accessible_in_light_and_dark(
    room: Showroom, desk: Desk, language: Language
) -> None:
    page = await desk.open("desktop", language)
    await open_query(page, room, QUESTION)
    await page.get_by_test_id("metrics").locator("summary").click()
    await page.get_by_test_id("curl").locator("summary").click()
    assert await find_faults_at_all_widths(page) == {}
    assert await find_faults(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await find_faults(page, ["color-contrast"]) == []
    await page.get_by_test_id("take-csv").click()
    await expect(page.get_by_test_id("export-download")).to_be_visible()
    assert await find_faults_at_all_widths(page) == {}
    assert await find_faults(page) == []


async def test_a_question_is_built_by_keys_answered_saved_linked_and_found_again(
    room: Showroom, desk: Desk
) -> None:
    page = await desk.open("desktop")
    part = page.get_by_test_id
    await open_query(page, room)
    await part("dimension-source").focus()
    await page.keyboard.press("Space")
    await expect(page).to_have_url(re.compile("q="))
    await part("dimension-week").uncheck()
    await expect(part("result-table").locator("tbody th").filter(has_text="newsletter")).to_be_visible()
    await part("metrics").locator("summary").click()
    await expect(part("metric-peak")).to_be_disabled()
    await part("metric-engaged").check()
    await part("filter-add").click()
    await part("filter-field-0").select_option("watched_seconds")
    await part("filter-from-0").fill("600")
    await part("filter-from-0").press("Tab")
    await expect(part("result-count")).to_contain_text("of 4 rows")
    await part("compare").check()
    await part("sort-viewers").click()
    await expect(page.locator("th[aria-sort=descending]")).to_be_visible()
    await expect(part("result-total")).to_contain_text("points")
    total = await part("result-total").text_content()
    await part("saved-name").fill("By where they came from")
    await part("saved-keep").click()
    await expect(page).to_have_url(re.compile(r"saved=y_"))
    await page.reload()
    await expect(part("result-total")).to_have_text(total or "")
    assert "watched_seconds" in (await part("curl").text_content() or "")


async def test_what_is_refused_says_why(room: Showroom, desk: Desk) -> None:
    page = await desk.open("desktop")
    desk.expected.add("422")
    path = f"/analyst/query?q={quote(json.dumps({'metrics': ['peak'], 'dimensions': ['source']}))}"
    await page.goto(f"{room.url(path)}#code={room.codes['analyst']}")
    await expect(page.get_by_test_id("refused")).to_contain_text("peak cannot be told apart")


async def test_a_file_is_asked_for_and_fetched(room: Showroom, desk: Desk) -> None:
    page = await desk.open("phone")
    part = page.get_by_test_id
    await page.goto(f"{room.url('/analyst/exports?of=report&format=parquet')}#code={room.codes['analyst']}")
    show = await part("export-show").locator("option").nth(1).get_attribute("value")
    await part("export-show").select_option(show)
    await part("export-make").click()
    job = part("exports").locator("li").filter(has_text="Reports (every figure), Parquet")
    await expect(job.get_by_test_id("export-download")).to_be_visible()
    await expect(job).to_contain_text("rows")
    async with page.expect_download() as download:
        await job.get_by_test_id("export-download").click()
    assert (await download.value).suggested_filename == f"{show}-report.parquet"


PAPER = {
    "channel": ("/analyst", "steps"),
    "show": ("/analyst/shows/year-40", "parts"),
    "visits": ("/analyst/visits", "visit-steps"),
    "word of mouth": ("/analyst/word-of-mouth", "sharers"),
    "compare": ("/analyst/compare", "compare-page"),
    "retention": ("/analyst/retention?interval=week", "cohorts"),
    "lifetime": ("/analyst/lifetime", "answers"),
    "segments": ("/analyst/segments", "built-in-lifecycle"),
    "map": ("/analyst/map", "map-table"),
    "query": (f"/analyst/query?q={quote(json.dumps(QUESTION))}", "result-table"),
    "definitions": ("/analyst/definitions", "definitions-page"),
}
CUT = """() => [...document.querySelectorAll("main *")].filter((each) => {
    const style = getComputedStyle(each), box = each.getBoundingClientRect();
    if (!box.width || !box.height || style.position === "absolute" || each.closest(".visually-hidden")) return false;
    if (box.right > innerWidth + 1) return true;
    return style.overflowX !== "visible" && each.scrollWidth > each.clientWidth + 1;
}).map((each) => each.className?.baseVal ?? `${each.tagName} ${each.className}`)"""
"""What is wider than the paper, or than a box that scrolls on a screen and on paper cannot."""
A4_PIXELS = {"width": 688, "height": 1000}


@pytest.mark.parametrize("name", PAPER)
async def test_a_page_prints_whole_and_without_what_paper_cannot_use(
    room: Showroom, desk: Desk, name: str
) -> None:
    page = await desk.open("desktop")
    path, shown = PAPER[name]
    await page.goto(f"{room.url(path)}#code={room.codes['analyst']}")
    await expect(page.get_by_test_id(shown).first).to_be_visible()
    await page.set_viewport_size(A4_PIXELS)  # type: ignore[arg-type]
    await page.emulate_media(media="print")
    for hidden in (".top", ".areas", ".tools", "main button.button", "input", "select"):
        assert await page.locator(hidden).filter(visible=True).count() == 0, hidden
    assert await page.evaluate(CUT) == []
    pdf = await page.pdf(prefer_css_page_size=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert 1 <= pages <= 20
