"""The API's pages draw whole from our own files, under the same strict policy as every other page."""

import pytest
from playwright.async_api import Page, Request, expect

from server.protocol.asyncapi import name_of
from server.protocol.spoken import COMMANDS
from tests.support.browser import Desk, Scheme
from tests.support.showroom import Showroom


def watch_addresses(page: Page) -> set[str]:
    """The origins that the page asks, as they come."""
    asked = set[str]()

    def note(request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            asked.add("/".join(request.url.split("/")[:3]))

    page.on("request", note)
    return asked


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_swagger_ui_shows_the_http_api_and_calls_it(
    gallery: Showroom, desk: Desk, scheme: Scheme
) -> None:
    page = await desk.open(scheme=scheme)
    asked = watch_addresses(page)
    await page.goto(gallery.url("/docs"))
    await page.locator("#operations-tag-operations").click()
    operation = page.locator("#operations-operations-healthz_healthz_get")
    await operation.locator(".opblock-summary-control").click()
    await expect(operation.locator(".renderedMarkdown").first).to_contain_text("Answers for as long as")
    await operation.locator(".try-out__btn").click()
    await operation.locator(".execute").click()
    await expect(operation.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    assert asked == {gallery.url("")}


async def test_the_socket_s_page_shows_every_command(gallery: Showroom, desk: Desk) -> None:
    page = await desk.open("phone")
    asked = watch_addresses(page)
    await page.goto(gallery.url("/docs/live"))
    for spoken in COMMANDS:
        await expect(page.locator(f"[id='{name_of(spoken.command)}'] h3")).to_have_text(
            name_of(spoken.command)
        )
    await page.locator("[id='buy']").get_by_role("link", name="Bought").click()
    await expect(page.locator("#Bought")).to_be_in_viewport()
    width = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width == 0, "nothing sticks out on a phone"
    assert asked == {gallery.url("")}
