"""A purchase whose answer does not come: one wish stays one order, the sheet can be left, and nothing is bought behind anybody's back."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Page, expect

from server.demo.catalogue import PRODUCTS
from tests.support.browser import NETWORK_FAILS, Desk
from tests.support.eventually import eventually
from tests.support.proxy import Proxy, proxy_to
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

LITTLE_CHANCE = "Math.random = () => 0.1"
TEAPOT, CUPS = PRODUCTS[0], PRODUCTS[1]
IN_DOUBT = "not known"


@pytest_asyncio.fixture(loop_scope="package")
async def network(showroom: Showroom, desk: Desk) -> AsyncIterator[Proxy]:
    """The network between the tabs and the server of this test."""
    desk.expected |= NETWORK_FAILS
    async with proxy_to(showroom.address) as proxy:
        yield proxy


async def join_on(page: Page, showroom: Showroom, network: Proxy) -> Page:
    await page.add_init_script(LITTLE_CHANCE)
    await page.goto(showroom.url("/shows/demo", by=network.address))
    await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    return page


async def open_sheet(page: Page) -> None:
    await page.get_by_test_id("pinned-product").get_by_test_id("buy").click()
    await expect(page.get_by_test_id("purchase")).to_be_visible()


async def orders_in(showroom: Showroom) -> list[tuple[int, int]]:
    """Orders and units by currency, as the server has them."""
    report = await showroom.ask("GET", "/shows/demo/stats", "host")
    return [(each["orders"], each["units"]) for each in report["money"]]


async def confirm_without_an_answer(page: Page, showroom: Showroom, network: Proxy) -> None:
    """Confirm, so that the order is placed and its reply stays on the way."""
    async with joined_at(showroom.address) as other:
        await open_sheet(page)
        network.hold_answers()
        await page.get_by_test_id("buy-confirm").click()
        await other.expect_push("product.stock")


async def test_a_sheet_can_be_left_while_the_answer_is_awaited_and_opened_again_it_buys_the_same_order(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await join_on(await desk.open(), showroom, network)
    await confirm_without_an_answer(page, showroom, network)
    await expect(page.get_by_test_id("buy-confirm")).to_be_disabled()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("purchase")).to_have_count(0)
    await open_sheet(page)
    await expect(page.get_by_test_id("buy-more")).to_be_disabled()
    await page.get_by_test_id("dialog-close").click()
    await expect(page.get_by_test_id("purchase")).to_have_count(0)
    await open_sheet(page)
    await page.mouse.click(5, 5)  # the backdrop
    await expect(page.get_by_test_id("purchase")).to_have_count(0)
    await open_sheet(page)
    await expect(page.get_by_test_id("buy-confirm")).to_be_enabled()
    await expect(page.get_by_test_id("buy-note")).to_contain_text(IN_DOUBT)
    await page.get_by_test_id("buy-confirm").click()
    network.mend()
    await expect(page.get_by_test_id("buy-done")).to_be_visible()
    assert await orders_in(showroom) == [(1, 1)]


async def test_an_answer_that_comes_after_the_sheet_was_closed_is_shown(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await join_on(await desk.open(), showroom, network)
    await confirm_without_an_answer(page, showroom, network)
    await page.keyboard.press("Escape")
    network.mend()
    await expect(page.get_by_test_id("toast")).to_contain_text("went through")
    await page.get_by_test_id("toast-action").click()
    await expect(page.get_by_test_id("order")).to_have_count(1)


async def test_the_doubt_outlives_a_reload_the_tab_and_a_guest_who_was_not_remembered(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await join_on(await desk.open(), showroom, network)
    await confirm_without_an_answer(page, showroom, network)
    context = page.context
    network.cut()
    await page.close()
    network.mend()
    # The order is hidden from the new tab at first: it is to learn of it by asking, or by the same key.
    again = await context.new_page()
    await again.route("**/v1/shows/demo/me", lambda route: route.abort())
    await join_on(again, showroom, network)
    await open_sheet(again)
    await expect(again.get_by_test_id("buy-note")).to_contain_text(IN_DOUBT)
    await again.get_by_test_id("buy-confirm").click()
    await expect(again.get_by_test_id("buy-done")).to_be_visible()
    assert await orders_in(showroom) == [(1, 1)]


async def test_a_reloaded_page_asks_what_became_of_a_purchase_and_says_so(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await join_on(await desk.open(), showroom, network)
    await confirm_without_an_answer(page, showroom, network)
    network.cut()
    network.mend()
    await page.reload()
    await expect(page.get_by_test_id("toast")).to_contain_text("went through")
    assert await orders_in(showroom) == [(1, 1)]
    await open_sheet(page)
    await expect(page.get_by_test_id("buy-note")).not_to_contain_text(IN_DOUBT)


async def test_two_tabs_of_one_person_have_one_key_for_one_wish(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await join_on(await desk.open(), showroom, network)
    await page.get_by_test_id("settings-open").first.click()
    await page.get_by_test_id("remember").check()
    await page.get_by_test_id("dialog-close").click()
    await eventually(
        lambda: page.evaluate("JSON.parse(localStorage.getItem('showfloor.guest') ?? '{}').token")
    )
    other = await join_on(await page.context.new_page(), showroom, network)
    for tab in (page, other):
        await open_sheet(tab)
    network.hold_answers()
    for tab in (page, other):
        await tab.get_by_test_id("buy-confirm").click()
    keys = "Object.keys(localStorage).filter(k => k.startsWith('showfloor.intent.')).map(k => JSON.parse(localStorage[k]).key)"
    await eventually(lambda: page.evaluate(f"{keys}.length === 1"))
    network.mend()
    for tab in (page, other):
        await expect(tab.get_by_test_id("buy-done")).to_be_visible()
    assert await orders_in(showroom) == [(1, 1)]


async def test_a_sheet_that_shows_a_doubt_learns_from_the_tab_that_settles_it(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await join_on(await desk.open(), showroom, network)
    await confirm_without_an_answer(page, showroom, network)
    network.cut()
    network.mend()
    await page.context.route("**/v1/shows/demo/me", lambda route: route.abort())
    other = await join_on(await page.context.new_page(), showroom, network)
    for tab in (page, other):
        await expect(tab.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    await open_sheet(other)
    await expect(other.get_by_test_id("buy-note")).to_contain_text(IN_DOUBT)
    await page.context.unroute("**/v1/shows/demo/me")
    await expect(other.get_by_test_id("buy-done")).to_be_visible()
    await expect(page.get_by_test_id("buy-done")).to_be_visible()
    assert await orders_in(showroom) == [(1, 1)]


async def test_off_line_nothing_is_sent_and_nothing_is_bought_when_the_connection_is_back(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await join_on(await desk.open(), showroom, network)
    await open_sheet(page)
    await page.get_by_test_id("buy-more").click()
    await page.context.set_offline(True)
    await page.get_by_test_id("buy-confirm").click()
    await expect(page.get_by_test_id("buy-note")).to_contain_text("Not sent")
    network.cut()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("purchase")).to_have_count(0)
    network.mend()
    await page.context.set_offline(False)
    await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    async with joined_at(showroom.address, token=showroom.token("host")) as host:
        # Whatever the page might have queued would be before this in the journal.
        await host.do("announce", text="After it was back")
        await expect(page.get_by_test_id("announcement")).to_contain_text("After it was back")
    assert await orders_in(showroom) == []
    await open_sheet(page)
    await expect(page.get_by_test_id("buy-quantity")).to_have_text("2")
    await page.get_by_test_id("buy-confirm").click()
    await expect(page.get_by_test_id("buy-done")).to_be_visible()
    assert await orders_in(showroom) == [(1, 2)]


async def test_a_purchase_that_the_server_never_got_is_not_made_by_the_reconnect(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await join_on(await desk.open(), showroom, network)
    await open_sheet(page)
    network.cut()
    await page.get_by_test_id("buy-confirm").click()
    await expect(page.get_by_test_id("buy-note")).to_have_class("notice notice-bad")
    network.mend()
    await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    await expect(page.get_by_test_id("buy-confirm")).to_be_enabled()
    assert await orders_in(showroom) == []
    await page.get_by_test_id("buy-confirm").click()
    await expect(page.get_by_test_id("buy-done")).to_be_visible()
    assert await orders_in(showroom) == [(1, 1)]
