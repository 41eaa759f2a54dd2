"""A page loads the texts of the language that is read; another one comes when the person switches, whole, and is never half there."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.support.browser import Desk
from tests.support.eventually import eventually
from tests.support.showroom import Showroom

TEXTS = re.compile(r"/assets/\w+_(en|ja)-[\w-]+\.js$")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
KEY = re.compile(r"\b[a-z_]+(?:\.[a-z_]+)+\b")
PAGES = {"viewer": "/shows/demo", "host": "/host", "analyst": "/analyst", "studio": "/studio"}


def listen(page: Page) -> list[str]:
    """Return the languages whose texts the page asks for, as they are asked for."""
    asked: list[str] = []

    def hear(request: Request) -> None:
        if found := TEXTS.search(request.url):
            asked.append(found[1])

    page.on("request", hear)
    return asked


async def words_of(page: Page) -> str:
    """What a person reads, without addresses and names of files."""
    return await page.locator("body").inner_text()


async def open_page(desk: Desk, room: Showroom, name: str) -> tuple[Page, list[str]]:
    """Open a page for somebody who reads Japanese, with its switch of languages in sight."""
    page = await desk.open("desktop", "ja")
    asked = listen(page)
    path = PAGES[name]
    await page.goto(room.url(path) if name == "viewer" else room.staff_url("admin", path))
    if name == "viewer":
        await expect(page.get_by_test_id("watching")).to_be_visible()
        await page.get_by_test_id("settings-open").click()
    await expect(page.get_by_test_id("language-switch")).to_be_visible()
    return page, asked


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_speaks_one_language_and_the_other_when_all_of_it_is_there(
    name: str, desk: Desk, gallery: Showroom
) -> None:
    page, asked = await open_page(desk, gallery, name)
    await expect(page.locator("html")).to_have_attribute("lang", "ja")
    assert JAPANESE.search(await words_of(page))
    assert set(asked) == {"ja"}

    held: list[Route] = []
    let_go = asyncio.Event()

    async def hold(route: Route) -> None:
        held.append(route)
        await let_go.wait()
        await route.continue_()

    await page.route(TEXTS, hold)
    await page.get_by_test_id("language-en").click()
    await eventually(lambda: len(held) > 0)
    await expect(page.get_by_test_id("language-ja")).to_have_attribute("aria-pressed", "true")
    assert await page.evaluate("document.documentElement.lang") == "ja"
    let_go.set()
    await expect(page.get_by_test_id("language-en")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    assert KEY.findall(await words_of(page)) == []

    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "en")


async def test_a_language_that_cannot_be_loaded_leaves_the_page_as_it_is(
    desk: Desk, gallery: Showroom
) -> None:
    page, _ = await open_page(desk, gallery, "analyst")
    desk.expected |= {"net::", "Failed to load"}
    await page.route(TEXTS, lambda route: route.abort())
    await page.get_by_test_id("language-en").click()
    await expect(page.get_by_test_id("toast")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "ja")
    await page.unroute(TEXTS)
    await page.get_by_test_id("language-en").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
