"""Where sockets are blocked the pages come in by the stream of events, do everything there, and go back to the socket when it opens."""

from playwright.async_api import Page, WebSocketRoute, expect

from tests.support.browser import NETWORK_FAILS, Desk
from tests.support.proxy import proxy_to
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

LITTLE_CHANCE = "Math.random = () => 0.1"
BLOCK = """
    const Real = WebSocket;
    window.socketsBlocked = true;
    window.WebSocket = class extends EventTarget {
        static OPEN = Real.OPEN;
        constructor(url) {
            super();
            if (!window.socketsBlocked) return new Real(url);
            window.upgradesRefused = (window.upgradesRefused ?? 0) + 1;
            setTimeout(() => this.dispatchEvent(new CloseEvent('close', {code: 1006})));
        }
        close() {}
    };
"""
"""As a proxy that refuses every upgrade looks to a page; a page of this test may be allowed sockets later."""


async def join_blocked(page: Page, url: str) -> None:
    await page.add_init_script(LITTLE_CHANCE)
    await page.add_init_script(BLOCK)
    await page.goto(url)


async def expect_way(page: Page, way: str) -> None:
    await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    await expect(page.get_by_test_id("notices")).to_have_attribute("data-way", way)


async def test_a_viewer_without_sockets_asks_votes_buys_and_goes_back_to_the_socket(
    showroom: Showroom, desk: Desk
) -> None:
    desk.expected |= NETWORK_FAILS
    page = await desk.open()
    await join_blocked(page, showroom.url("/shows/demo"))
    await expect_way(page, "stream")
    assert await page.evaluate("window.upgradesRefused") >= 3
    async with joined_at(showroom.address) as other:
        await page.get_by_test_id("ask-text").fill("By the other way?")
        await page.get_by_test_id("ask-send").click()
        await other.expect_push("question.posted")
        await expect(page.get_by_test_id("question")).to_have_count(1)
        question = (await other.do("ask", text="And this one?"))["question"]
        card = page.locator(f"[data-question={question}]").first
        await card.get_by_test_id("vote").click()
        await expect(card.get_by_test_id("votes")).to_have_text("1")
        await page.get_by_test_id("pinned-product").get_by_test_id("buy").click()
        await page.get_by_test_id("buy-confirm").click()
        await expect(page.get_by_test_id("buy-done")).to_be_visible()
        await page.get_by_test_id("buy-close").click()
        await page.evaluate("window.socketsBlocked = false; window.dispatchEvent(new Event('online'))")
        await expect_way(page, "socket")
        await other.do("ask", text="After the change?")
        await expect(page.get_by_test_id("question")).to_have_count(3)
    await page.get_by_test_id("tab-orders").click()
    await expect(page.get_by_test_id("order")).to_have_count(1)


async def test_the_stream_recovers_by_position_after_a_cut(showroom: Showroom, desk: Desk) -> None:
    desk.expected |= NETWORK_FAILS
    async with proxy_to(showroom.address) as network, joined_at(showroom.address) as other:
        page = await desk.open()
        await join_blocked(page, showroom.url("/shows/demo", by=network.address))
        await expect_way(page, "stream")
        network.cut()
        await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "reconnecting")
        for n in range(5):
            await other.do("ask", text=f"Asked during the cut, {n}")
        network.mend()
        await expect_way(page, "stream")
        await expect(page.get_by_test_id("question")).to_have_count(5)


async def test_watching_is_told_by_the_stream_and_follows_the_player(showroom: Showroom, desk: Desk) -> None:
    desk.expected |= NETWORK_FAILS
    async with joined_at(showroom.address) as other:
        page = await desk.open()
        streams: list[str] = []
        page.on("request", lambda request: streams.append(request.url) if "/events" in request.url else None)
        await join_blocked(page, showroom.url("/shows/demo"))
        await expect_way(page, "stream")
        await other.expect_push("pulse", lambda line: line.get("viewers") == 1)
        before = len(streams)
        heard = len(other.lines)
        await page.get_by_test_id("play").first.click()
        await other.expect(
            lambda line: (
                line.get("type") == "pulse" and line.get("viewers") == 0 and line in other.lines[heard:]
            ),
            "nobody watches",
        )
        assert len(streams) == before


async def test_staff_come_in_by_the_stream_too(showroom: Showroom, desk: Desk) -> None:
    desk.expected |= NETWORK_FAILS
    page = await desk.open()
    await join_blocked(page, showroom.staff_url("host", "/host?show=demo"))
    await expect(page.get_by_test_id("link")).to_have_attribute("data-link", "joined")
    async with joined_at(showroom.address) as viewer:
        await page.get_by_test_id("announce-text").fill("Said by the other way")
        await page.get_by_test_id("announce-send").click()
        await page.get_by_test_id("send-now").click()
        await viewer.expect_push("announce")


async def test_sockets_that_open_and_stay_silent_are_no_way_in(showroom: Showroom, desk: Desk) -> None:
    desk.expected |= NETWORK_FAILS
    page = await desk.open()
    await page.add_init_script(LITTLE_CHANCE)

    def swallow(socket: WebSocketRoute) -> None:
        socket.on_message(lambda message: None)

    await page.route_web_socket("**/v1/live", swallow)
    await page.goto(showroom.url("/shows/demo"))
    await expect_way(page, "stream")
