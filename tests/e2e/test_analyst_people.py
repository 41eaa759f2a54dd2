"""Retention, lifetime value, segments and the map over a year of evenings: they answer, fit, are reached by keys, keep their state."""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from server.db.engine import Database
from server.demo.catalogue import CHANNEL_ID
from server.embedded import PostgresProcess, ValkeyProcess
from server.settings import Settings
from tests.e2e.test_every_state import find_faults
from tests.support.browser import Desk, Language
from tests.support.databases import copy_database
from tests.support.layout import find_faults_at_all_widths
from tests.support.showroom import Showroom, showroom_on
from tests.support.year import write_year

RULE = '{"all":[{"metric":"orders","op":">=","value":3},{"metric":"shows","op":">=","value":2,"days":90}]}'
PAGES = {
    "retention": ("/analyst/retention?interval=month", "cohorts"),
    "lifetime": ("/analyst/lifetime?horizon=180", "model"),
    "segments": (f"/analyst/segments?segment=new&rule={RULE}", "found"),
    "map": ("/analyst/map?by=lifecycle&group=repeat_buyer&metric=bought", "behind"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def room(
    postgres: PostgresProcess,
    valkey: ValkeyProcess,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Showroom]:
    """A server whose channel has a year behind it."""
    copy_database(postgres, "year", migrated_template)
    settings = Settings(
        database_url=postgres.url("year"),
        redis_url=valkey.url,
        redis_prefix="year",
        secret=secrets.token_urlsafe(48),
        data=tmp_path_factory.mktemp("year"),
    )
    async with showroom_on(settings) as room:
        database = Database(postgres.url("year"), pool_size=1)
        async with database.write() as connection:
            await write_year(connection, CHANNEL_ID, datetime.now(UTC))
        await database.close()
        yield room
    postgres.drop_database("year")


async def open_page(page: Page, room: Showroom, name: str, role: str = "analyst") -> None:
    """Open one of the pages, signed in, and wait for what it answers."""
    path, shown = PAGES[name]
    code = room.codes["host" if role == "host" else "analyst"]
    await page.goto(f"{room.url(path)}#code={code}")
    await expect(page.get_by_test_id(shown)).to_be_visible()
    await expect(page.get_by_test_id("answers")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", PAGES)
async def test_a_page_fits_at_all_widths_and_is_accessible_in_light_and_dark(
    room: Showroom, desk: Desk, name: str, language: Language
) -> None:
    page = await desk.open("desktop", language)
    await open_page(page, room, name)
    assert await find_faults_at_all_widths(page) == {}
    assert await find_faults(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await find_faults(page, ["color-contrast"]) == []


async def test_what_is_asked_of_retention_stands_in_the_address_and_is_kept(
    room: Showroom, desk: Desk
) -> None:
    page = await desk.open("desktop")
    part = page.get_by_test_id
    await open_page(page, room, "retention")
    await part("born-purchase").click()
    await part("days").fill("30")
    await part("days").press("Tab")
    await expect(page).to_have_url(re.compile(r"born=purchase.*days=30|days=30.*born=purchase"))
    await expect(part("answers")).to_contain_text("bought for the first time")
    await expect(part("churn-window")).to_contain_text("30 days, as asked")
    first = await part("cohorts").locator("tbody tr").nth(1).inner_text()
    await page.reload()
    await expect(part("born-purchase")).to_have_attribute("aria-pressed", "true")
    await expect(part("days")).to_have_value("30")
    assert await part("cohorts").locator("tbody tr").nth(1).inner_text() == first


async def test_a_table_that_is_wide_is_scrolled_by_keys(room: Showroom, desk: Desk) -> None:
    page = await desk.open("phone")
    await open_page(page, room, "retention")
    table = page.get_by_test_id("cohorts")
    await table.focus()
    await page.keyboard.press("ArrowRight")
    await page.wait_for_function("element => element.scrollLeft > 0", arg=await table.element_handle())


async def test_the_prediction_says_on_what_it_rests(room: Showroom, desk: Desk) -> None:
    page = await desk.open("desktop")
    await open_page(page, room, "lifetime")
    await expect(page.get_by_test_id("predicted")).to_contain_text("of whom bought again")
    await expect(page.get_by_test_id("model")).to_contain_text("BG/NBD × Gamma-Gamma")
    await expect(page.get_by_test_id("left-out")).to_contain_text("did not agree to be recognised")


async def test_a_segment_is_made_found_changed_and_removed_with_a_way_back(
    room: Showroom, desk: Desk
) -> None:
    page = await desk.open("desktop")
    part = page.get_by_test_id
    await open_page(page, room, "segments")
    await expect(part("found")).to_contain_text("It holds for")
    await part("segment-name").fill("Bought often, still here")
    await part("segment-save").click()
    saved = part("saved").locator("[data-testid^=saved-g_]")
    await expect(saved).to_contain_text("Purchases at least 3 and Shows seen at least 2 in the last 90 days")
    await expect(part("segment-remove")).to_be_visible()
    await part("metric-0").select_option("lifecycle")
    await part("value-0").select_option("lapsed")
    await part("segment-save").click()
    await expect(saved).to_contain_text("Where they are is Lapsed")
    await page.reload()
    await expect(part("value-0")).to_have_value("lapsed")
    await part("area-map").click()
    await part("by-saved").click()
    await expect(part("map-table")).to_contain_text("Bought often, still here")
    await page.go_back()
    await part("segment-remove").click()
    await expect(saved).to_have_count(0)
    await part("toast-action").click()
    await expect(saved).to_have_count(1)


async def test_a_cell_of_the_map_is_opened_by_keys_and_names_are_for_hosts(
    room: Showroom, desk: Desk
) -> None:
    page = await desk.open("desktop")
    part = page.get_by_test_id
    await open_page(page, room, "map")
    await expect(part("answers")).to_contain_text("What stands out")
    await part("cell-new-orders").focus()
    await page.keyboard.press("Space")
    await expect(part("behind")).to_contain_text("New: Orders each")
    await expect(page).to_have_url(re.compile("group=new.*metric=orders"))
    shown = await part("behind").locator("li").count()
    await part("behind-more").click()
    await expect(part("behind").locator("li")).not_to_have_count(shown)
    await page.reload()
    await expect(part("cell-new-orders")).to_have_attribute("aria-pressed", "true")
    await part("behind-close").click()
    await expect(part("behind")).to_have_count(0)


async def test_on_paper_a_page_has_its_figures_and_no_controls(room: Showroom, desk: Desk) -> None:
    page = await desk.open("desktop")
    await open_page(page, room, "map")
    await page.emulate_media(media="print")
    await expect(page.get_by_test_id("filters")).to_be_hidden()
    await expect(page.get_by_test_id("areas")).to_be_hidden()
    await expect(page.get_by_test_id("map-table")).to_be_visible()


async def take(page: Page, what: str) -> str:
    """Take something along at once; return the file's text."""
    async with page.expect_download() as download:
        await page.get_by_test_id(f"take-{what}").click()
    file = await (await download.value).path()
    return await asyncio.to_thread(file.read_text, "utf-8-sig")


async def test_what_a_page_shows_is_taken_along_and_what_is_large_is_made_as_a_job(
    room: Showroom, desk: Desk
) -> None:
    page = await desk.open("phone")
    await open_page(page, room, "retention")
    await page.get_by_test_id("export").locator("summary").click()
    table = (await take(page, "cohorts-csv")).splitlines()
    lines = [json.loads(line) for line in (await take(page, "cohorts-jsonl")).splitlines()]
    assert [f'"{name}"' for name in lines[0]] == table[0].split(",")
    assert len(lines) == len(table) - 1 > 10
    assert await find_faults(page) == []

    await page.get_by_test_id("take-viewers-parquet").click()
    await expect(page).to_have_url(re.compile("/analyst/exports"))
    await expect(page.get_by_test_id("exports")).to_contain_text("Parquet")

    await open_page(page, room, "segments")
    await page.get_by_test_id("segment-name").fill("Thrice")
    await page.get_by_test_id("segment-save").click()
    await expect(page).to_have_url(re.compile("segment=(?!new)"))
    await page.get_by_test_id("export").locator("summary").click()
    people = [json.loads(line)["viewer"] for line in (await take(page, "people-jsonl")).splitlines()]
    assert len(set(people)) == len(people) > 0
    assert "repeat_buyer" in await take(page, "built-in-csv")
