"""What a person sees when the network between the page and the server is cut, and when it is back."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Page, expect

from server.demo.catalogue import PRODUCTS
from tests.support.browser import NETWORK_FAILS, Desk
from tests.support.proxy import Proxy, proxy_to
from tests.support.showroom import Showroom
from tests.support.viewer import Viewer, joined_at

BEFORE, TWICE = "Asked before the cut", "Which one is yours?"
MEANWHILE = [f"Asked during the cut, {n}" for n in range(1, 6)]
LITTLE_CHANCE = "Math.random = () => 0.1"
"""How long a page waits between two attempts is chance, up to a bound that doubles: here a tenth of it."""
TEAPOT, CUPS = PRODUCTS[0], PRODUCTS[1]


@pytest_asyncio.fixture(loop_scope="package")
async def network(showroom: Showroom, desk: Desk) -> AsyncIterator[Proxy]:
    """The network between the tabs and the server of this test."""
    desk.expected |= NETWORK_FAILS
    async with proxy_to(showroom.address) as proxy:
        yield proxy


async def join_on(desk: Desk, showroom: Showroom, network: Proxy, **options: str) -> Page:
    """Return a viewer's tab behind the network, joined, with the questions in sight."""
    page = await desk.open("desktop", **options)  # type: ignore[arg-type]
    await page.add_init_script(LITTLE_CHANCE)
    await page.goto(showroom.url("/shows/demo", by=network.address))
    await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    return page


async def read_room(page: Page) -> dict[str, object]:
    """Return what the page shows of the room, with every number in it."""
    return {
        "questions": await page.get_by_test_id("question").evaluate_all(
            "rows => rows.map(row => [row.dataset.question, row.dataset.state, row.querySelector('[data-testid=votes]').innerText,"
            " row.querySelector('.question-text').innerText, row.querySelector('[data-testid=answer]')?.innerText ?? null]).sort()"
        ),
        "pinned": await page.get_by_test_id("pinned-product").get_attribute("data-product"),
        "stock": await page.get_by_test_id("pinned-product")
        .get_by_test_id("stock")
        .get_attribute("data-stock"),
        "announcement": await page.get_by_test_id("announcement").inner_text(),
        "reactions": await page.get_by_test_id("reaction-total").get_attribute("data-total"),
    }


async def ask_all(viewer: Viewer, texts: list[str]) -> list[str]:
    """Ask each, and return the questions' ids."""
    return [(await viewer.do("ask", text=text))["question"] for text in texts]


async def happen_meanwhile(host: Viewer, viewer: Viewer, question: str) -> None:
    """Let everything happen in the show that a page can show."""
    await ask_all(viewer, MEANWHILE)
    await viewer.do("vote", question=question)
    await viewer.do("react", kind="heart", n=5)
    await host.do("question.answer", question=question, text="The blue one.")
    await host.do("product.pin", product=CUPS.id)
    await host.do("product.restock", product=CUPS.id, add=7)
    await host.do("announce", text="Said during the cut")
    await viewer.do("buy", product=CUPS.id, quantity=2, key="k-during-the-cut")


async def test_after_a_cut_the_page_says_so_comes_back_and_nothing_is_missing_or_doubled(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await join_on(desk, showroom, network)
    async with (
        joined_at(showroom.address, token=showroom.token("host")) as host,
        joined_at(showroom.address) as other,
    ):
        (question,) = await ask_all(other, [BEFORE])
        await expect(page.get_by_test_id("question")).to_have_count(1)
        network.cut()
        await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "reconnecting")
        await expect(page.get_by_test_id("notice")).to_contain_text("Nothing is lost")
        await happen_meanwhile(host, other, question)
        await expect(page.get_by_test_id("question")).to_have_count(1)
        network.mend()
        await expect(page.get_by_test_id("notice")).to_contain_text("Nothing was lost")
        await expect(page.get_by_test_id("question")).to_have_count(1 + len(MEANWHILE))
        await expect(page.get_by_test_id("reaction-total")).to_have_attribute("data-total", "5")
        fresh = await desk.open("desktop")
        await fresh.goto(showroom.url("/shows/demo"))
        await expect(fresh.get_by_test_id("question")).to_have_count(1 + len(MEANWHILE))
        await expect(fresh.get_by_test_id("reaction-total")).to_have_attribute("data-total", "5")
        seen = await read_room(page)
        assert seen == await read_room(fresh)
        assert (seen["pinned"], seen["stock"]) == (CUPS.id, str(CUPS.stock + 7 - 2))
        assert network.refused > 0


async def test_a_question_that_was_sent_into_a_cut_is_asked_once(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await join_on(desk, showroom, network)
    async with joined_at(showroom.address) as other:
        network.hold_answers()
        await page.get_by_test_id("ask-text").fill(TWICE)
        await page.get_by_test_id("ask-send").click()
        await other.expect_push("question.posted")
        network.cut()
        await expect(page.get_by_test_id("notice")).to_contain_text("Nothing is lost")
        network.mend()
        await expect(page.get_by_test_id("ask-text")).to_have_value("")
        await expect(page.get_by_test_id("question").filter(has_text=TWICE)).to_have_count(1)
        other.assert_nothing_missing()
        assert len([push for push in other.pushes if push["type"] == "question.posted"]) == 1


async def test_a_question_without_an_answer_is_the_same_one_after_a_reload(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await join_on(desk, showroom, network)
    async with joined_at(showroom.address) as other:
        network.hold_answers()
        await page.get_by_test_id("ask-text").fill(TWICE)
        await page.get_by_test_id("ask-send").click()
        await other.expect_push("question.posted")
        network.cut()
        network.mend()
        await page.reload()
        await expect(page.get_by_test_id("ask-text")).to_have_value(TWICE)
        await page.get_by_test_id("ask-send").click()
        await expect(page.get_by_test_id("ask-text")).to_have_value("")
        await other.do("ask", text="Another one, after it")
        other.assert_nothing_missing()
        texts = [push["question"]["text"] for push in other.pushes if push["type"] == "question.posted"]
        assert texts == [TWICE, "Another one, after it"]


async def test_a_purchase_whose_answer_was_cut_off_is_confirmed_by_itself_and_counts_once(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await join_on(desk, showroom, network)
    async with joined_at(showroom.address) as other:
        await page.get_by_test_id("pinned-product").get_by_test_id("buy").click()
        network.hold_answers()
        await page.get_by_test_id("buy-confirm").click()
        await other.expect_push("product.stock")
        network.cut()
        await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "reconnecting")
        network.mend()
        await expect(page.get_by_test_id("buy-done")).to_be_visible()
        await page.get_by_test_id("buy-close").click()
        await page.get_by_test_id("tab-orders").click()
        await expect(page.get_by_test_id("order")).to_have_count(1)
    report = await showroom.ask("GET", "/shows/demo/stats", "host")
    assert [(each["orders"], each["units"]) for each in report["money"]] == [(1, 1)]


async def test_the_host_is_told_of_a_cut_and_gets_the_queue_back_whole(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await desk.open("desktop")
    await page.add_init_script(LITTLE_CHANCE)
    url = showroom.url("/host?show=demo", by=network.address)
    await page.goto(f"{url}#code={showroom.codes['host']}")
    await expect(page.get_by_test_id("link")).to_have_attribute("data-link", "joined")
    async with joined_at(showroom.address) as other:
        network.cut()
        await expect(page.get_by_test_id("link")).to_contain_text("nothing is lost")
        await ask_all(other, MEANWHILE)
        network.mend()
        await expect(page.get_by_test_id("link")).to_have_attribute("data-link", "joined")
        await expect(page.get_by_test_id("count-open")).to_have_text(str(len(MEANWHILE)))
        await page.get_by_test_id("let-in").click()
        await expect(page.get_by_test_id("question")).to_have_count(len(MEANWHILE))
    await expect(page.get_by_test_id("number-questions")).to_have_text(str(len(MEANWHILE)))


async def test_a_device_that_goes_off_line_is_told_and_joins_by_itself_when_it_is_back(
    showroom: Showroom, desk: Desk, network: Proxy
) -> None:
    page = await join_on(desk, showroom, network)
    await page.context.set_offline(True)
    network.cut()
    await expect(page.get_by_test_id("notice")).to_contain_text("You are offline")
    async with joined_at(showroom.address) as other:
        await ask_all(other, MEANWHILE)
    network.mend()
    await page.context.set_offline(False)
    await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    await expect(page.get_by_test_id("question")).to_have_count(len(MEANWHILE))


async def test_a_slow_line_loses_nothing(showroom: Showroom, desk: Desk, network: Proxy) -> None:
    network.delay_seconds = 0.15
    page = await join_on(desk, showroom, network)
    async with joined_at(showroom.address) as other:
        await ask_all(other, MEANWHILE)
    await expect(page.get_by_test_id("question")).to_have_count(len(MEANWHILE))
    await expect(page.get_by_test_id("votes")).to_have_text(["0"] * len(MEANWHILE))
