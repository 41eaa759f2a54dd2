"""The story of Showfloor, told by hand at three pages; every figure afterwards is what the hands did."""

import time

from playwright.async_api import expect

from server.demo.catalogue import PRODUCTS
from tests.e2e.by_hand import AnalystAtPage, Hand, HostAtPage, ViewerAtPage
from tests.e2e.reckoning import (
    assert_report_is_by_hand,
    assert_series_is_by_hand,
    assert_watch_time_is_by_hand,
    written,
)
from tests.support.browser import Desk
from tests.support.showroom import Showroom

TEAPOT, CUPS = PRODUCTS[0], PRODUCTS[1]
STOVE, GIFT, SPAM, SHIP = (
    "Does it fit an induction stove?",
    "Can you wrap it?",
    "Buy my coins",
    "Do you ship to Oita?",
)


class Evening:
    """A show that waits for approval of each question, a host, a viewer on a phone, a friend of hers, and an analyst."""

    def __init__(self, room: Showroom, show: str, hand: Hand) -> None:
        self.room = room
        self.show = show
        self.hand = hand
        self.viewer: ViewerAtPage
        self.friend: ViewerAtPage
        self.host: HostAtPage
        self.analyst: AnalystAtPage

    async def gather(self, desk: Desk) -> None:
        """Open the three pages before the show has begun, and begin it."""
        self.viewer = ViewerAtPage(await desk.open("phone"), "viewer", self.hand)
        self.friend = ViewerAtPage(await desk.open("desktop"), "friend", self.hand)
        self.host = HostAtPage(await desk.open("desktop"), self.hand)
        self.analyst = AnalystAtPage(await desk.open("desktop"))
        await self.viewer.come(self.room.url(f"/shows/{self.show}"))
        await expect(self.viewer.part("cover-scheduled")).to_be_visible()
        await self.host.sign_in(self.room.url(f"/host?show={self.show}"), self.room.codes["host"])
        await self.analyst.open(self.room.staff_url("analyst", f"/analyst?show={self.show}"))
        await expect(self.analyst.part("not-yet")).to_be_visible()
        await self.host.start_show()
        await expect(self.viewer.part("show-state")).to_have_attribute("data-state", "live")
        await self.viewer.watch()

    async def talk(self) -> None:
        """The viewer reacts and asks; the host approves, answers, pins and dismisses; the viewer votes."""
        viewer, host = self.viewer, self.host
        await viewer.react("heart", 7)
        await viewer.react("clap", 3)
        for text in (STOVE, GIFT, SPAM, SHIP):
            await viewer.ask(text)
        for text in (STOVE, GIFT, SHIP):
            await host.approve(text)
            await expect(viewer.question(text)).to_have_attribute("data-state", "open")
        await host.dismiss(SPAM, "spam")
        await viewer.vote(STOVE)
        await viewer.vote(SHIP)
        await host.pin_question(STOVE)
        await expect(viewer.part("question-pinned")).to_be_visible()
        await host.answer(STOVE, "Yes, on every stove.")
        await expect(viewer.question(STOVE).get_by_test_id("answer")).to_contain_text("Yes, on every stove.")
        await host.answer_live(GIFT)
        await expect(viewer.question(GIFT)).to_have_attribute("data-state", "answered")
        await viewer.close_sheet()

    async def sell(self) -> None:
        """The host pins, stocks up and announces; the viewer looks twice and buys; the analyst sees it as it happens."""
        viewer, host = self.viewer, self.host
        await host.pin_product(TEAPOT.id)
        await viewer.see_pinned(TEAPOT.id)
        await self.analyst.expect_funnel(impression=1, click=0, paid=0)
        await viewer.look_and_leave(TEAPOT.id)
        await viewer.buy(TEAPOT.id, TEAPOT.price, 2)
        await host.announce("Free shipping until nine")
        await expect(viewer.part("announcement")).to_contain_text("Free shipping until nine")
        await host.pin_product(CUPS.id)
        await host.add_stock(CUPS.id, 10)
        await viewer.see_pinned(CUPS.id)
        stock = viewer.part("pinned-product").get_by_test_id("stock")
        await expect(stock).to_have_attribute("data-stock", str(self.hand.stock[CUPS.id]))
        await self.friend.come(await viewer.share())
        await self.friend.watch()
        await self.friend.see_pinned(CUPS.id)
        await self.analyst.expect_funnel(impression=2, click=1, paid=1)
        await viewer.buy(CUPS.id, CUPS.price, 1)
        await expect(stock).to_have_attribute("data-stock", str(self.hand.stock[CUPS.id]))
        await expect(viewer.part("watching")).to_have_attribute("data-viewers", "2")
        await host.expect_numbers(watching="2", orders="2", money="¥21,800", questions="1")

    async def end(self) -> None:
        """The friend goes; the host ends the show; the viewer is told."""
        await self.friend.leave()
        await self.host.expect_numbers(watching="1")
        ending = time.monotonic()
        await self.host.end_show()
        await expect(self.viewer.part("cover-ended")).to_be_visible()
        self.viewer.stop_watching(ending)
        await expect(self.analyst.part("show-page")).to_have_attribute("data-provisional", "false")


async def test_every_figure_of_an_ended_show_is_what_was_done_by_hand(showroom: Showroom, desk: Desk) -> None:
    hand = Hand(stock={product.id: product.stock for product in PRODUCTS})
    evening = Evening(showroom, await showroom.plan_show(moderation="pre"), hand)
    await evening.gather(desk)
    await evening.talk()
    await evening.sell()
    await evening.end()

    report = await showroom.ask("GET", f"/shows/{evening.show}/stats", "analyst")
    assert_report_is_by_hand(report, hand)
    assert_watch_time_is_by_hand(report["audience"], report["show"]["duration_seconds"], hand)
    assert_series_is_by_hand(
        await showroom.ask("GET", f"/shows/{evening.show}/stats/series?step=10", "analyst"), hand
    )
    assert await evening.analyst.read_figures() == written(report)
    headline = evening.analyst.part("headline-bought")
    await expect(headline).to_have_text("1 of 2 viewers bought.")
    await evening.analyst.expect_funnel(impression=2, click=1, paid=1)
