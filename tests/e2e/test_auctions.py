"""An auction from the host's two taps to the winner's payment: two bidders, on a phone and on a desktop, and an end that moves."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from server.demo.catalogue import VIDEO_MP4
from server.settings import Settings
from tests.e2e.by_hand import Hand, HostAtPage
from tests.e2e.test_every_state import find_faults, settle
from tests.e2e.test_surveys import picture
from tests.support.browser import Desk, Language
from tests.support.showroom import Showroom, showroom_on
from tests.support.viewer import joined_at

LEADING = {"en": "You lead", "ja": "あなたが最高額です"}
OUTBID = {"en": "Outbid", "ja": "上回られました"}
WON = {"en": "You won", "ja": "落札しました"}
YOURS = {"en": "It is your turn", "ja": "あなたの番になりました"}
UNPAID = {"en": "it goes to the next bidder", "ja": "次の入札者に権利が移りました"}
BLOCKED = {"en": "you cannot bid until", "ja": "まで入札できません"}
SOLD = {"en": "Sold to bidder", "ja": "落札しました"}
SECONDS = 15
"""As long as the auction lasts after each bid, at most."""
PATIENCE_MS = 60_000


async def prepare(showroom: Showroom, show: str, token: str) -> str:
    """Prepare an auction of the show's first product, and return the product."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        joined_at(showroom.address, show) as seen,
        httpx.AsyncClient(base_url=showroom.url("/v1"), headers=headers) as host,
    ):
        product = seen.lines[0]["snapshot"]["products"][0]
        sold = product["variants"][0]["id"] if product.get("variants") else product["id"]
        terms = {"product": sold, "start": 1000, "steps": [{"from": 0, "step": 100}], "reserve": 1500}
        ends = {"seconds": SECONDS, "extend_within": SECONDS, "extend_by": SECONDS}
        made = await host.post(f"/shows/{show}/auctions", json=terms | ends)
        assert made.status_code == 201, made.text
        return str(product["id"])


@dataclass
class Saleroom:
    """A host at their page, two who bid, and the card of what is sold at each of theirs."""

    show: str
    host: HostAtPage
    ann: Page
    ben: Page
    of_ann: Locator
    of_ben: Locator


async def saleroom_in(showroom: Showroom, desk: Desk, language: Language) -> Saleroom:
    """Start an auction in two taps before two viewers, on a phone and on a desktop."""
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    host = HostAtPage(await desk.open("desktop", language), Hand())
    await host.sign_in(showroom.url(f"/host?show={show}"), showroom.codes["host"])
    ann, ben = await desk.open("phone", language), await desk.open("desktop", language)
    product = await prepare(showroom, show, showroom.token("host"))
    for viewer in (ann, ben):
        await viewer.goto(showroom.url(f"/shows/{show}"))
        await viewer.get_by_test_id("tab-products").click()
    await host.page.reload()
    await host.part("auction-pick").click()
    await host.part("auction-start").click()
    await expect(host.part("auction-running")).to_be_visible()
    card = f'[data-testid="product"][data-product="{product}"]'
    return Saleroom(show, host, ann, ben, ann.locator(card), ben.locator(card))


async def bid_up_to(card: Locator, most: int, language: Language) -> None:
    """Bid with a most, and see that it leads."""
    await card.get_by_test_id("bid-most").locator("summary").click()
    await card.get_by_test_id("bid-max").fill(str(most))
    await picture(card.page, f"auction-most-{language}")
    await card.get_by_test_id("bid-send").click()
    await expect(card.get_by_test_id("auction-standing")).to_contain_text(LEADING[language])


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_two_bid_the_end_moves_and_the_winner_pays(
    showroom: Showroom, desk: Desk, language: Language
) -> None:
    room = await saleroom_in(showroom, desk, language)
    host, ann, ben, of_ann, of_ben = room.host, room.ann, room.ben, room.of_ann, room.of_ben
    await of_ann.get_by_test_id("bid-next").click()
    await expect(of_ann.get_by_test_id("auction-standing")).to_contain_text(LEADING[language])
    await bid_up_to(of_ben, 2000, language)
    await expect(of_ann.get_by_test_id("auction-standing")).to_contain_text(OUTBID[language])
    await of_ann.get_by_test_id("bid-next").click()
    await expect(of_ben.get_by_test_id("auction-price")).to_contain_text("1,700")
    await expect(host.part("auction-facts")).to_contain_text("3")
    await picture(ann, f"auction-outbid-{language}")
    await picture(host.page, f"auction-host-{language}")
    await settle(ann)
    assert await find_faults(ann) == []
    await ben.reload()
    await ben.get_by_test_id("tab-products").click()
    await expect(of_ben.get_by_test_id("auction-standing")).to_contain_text(LEADING[language])
    await expect(of_ben.get_by_test_id("lot")).to_contain_text(WON[language], timeout=PATIENCE_MS)
    await expect(of_ann.get_by_test_id("auction-over")).to_contain_text(SOLD[language])
    await expect(host.part("auction-award")).to_have_attribute("data-state", "placed")
    await picture(ben, f"auction-won-{language}")
    await ben.reload()
    await ben.get_by_test_id("tab-products").click()
    await of_ben.get_by_test_id("lot-pay").click()
    await picture(ben, f"auction-checkout-{language}")
    await ben.get_by_test_id("checkout-pay").click()
    await expect(of_ben.locator('[data-testid="lot"][data-state="confirmed"]')).to_be_visible()
    await picture(ann, f"auction-lost-{language}")
    await picture(host.page, f"auction-over-{language}")


@pytest_asyncio.fixture(loop_scope="package")
async def hasty(settings: Settings, servers: AsyncExitStack) -> Showroom:
    """A server where a lot is kept for its winner for ten seconds."""
    hurried = settings.model_copy(update={"auction_hold_seconds": 10.0})
    return await servers.enter_async_context(showroom_on(hurried))


async def test_who_wins_and_does_not_pay_is_told_and_blocked_and_the_runner_up_pays_their_own_price(
    hasty: Showroom, desk: Desk
) -> None:
    room = await saleroom_in(hasty, desk, "ja")
    host, of_ann, of_ben = room.host, room.of_ann, room.of_ben
    await bid_up_to(of_ann, 1600, "ja")
    await bid_up_to(of_ben, 2000, "ja")
    await expect(of_ben.get_by_test_id("lot")).to_contain_text(WON["ja"], timeout=PATIENCE_MS)
    await picture(room.ben, "auction-won-unpaid")
    await expect(of_ben.get_by_test_id("lot")).to_contain_text(UNPAID["ja"])
    turn = of_ann.get_by_test_id("lot")
    await expect(turn).to_contain_text(YOURS["ja"])
    await expect(turn).to_contain_text("1,500")
    await picture(room.ben, "auction-unpaid")
    await picture(room.ann, "auction-runner-up")
    await turn.get_by_test_id("lot-pay").click()
    await room.ann.get_by_test_id("checkout-pay").click()
    await room.ann.get_by_test_id("buy-close").click()
    await expect(of_ann.locator('[data-testid="lot"][data-state="confirmed"]')).to_be_visible()
    await room.ann.get_by_test_id("tab-orders").click()
    await expect(room.ann.get_by_test_id("order")).to_contain_text("1,500")
    awards = host.part("auction-award")
    await expect(awards.nth(1)).to_have_attribute("data-state", "confirmed")
    await expect(awards.nth(0)).to_have_attribute("data-state", "expired")
    await expect(host.part("auction-block")).to_be_visible()
    await picture(host.page, "auction-passed-on")
    await prepare(hasty, room.show, hasty.token("host"))
    await host.page.reload()
    await host.part("auction-pick").click()
    await host.part("auction-start").click()
    desk.expected.add("409")
    await of_ben.get_by_test_id("bid-next").click()
    await expect(room.ben.get_by_text(BLOCKED["ja"])).to_be_visible()
