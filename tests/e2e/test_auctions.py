"""An auction from the host's two taps to the winner's payment: two bidders, on a phone and on a desktop, and an end that moves."""

import httpx
import pytest
from playwright.async_api import expect

from server.demo.catalogue import VIDEO_MP4
from tests.e2e.by_hand import Hand, HostAtPage
from tests.e2e.test_every_state import find_faults, settle
from tests.e2e.test_surveys import picture
from tests.support.browser import Desk
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

LEADING = {"en": "You lead", "ja": "あなたが最高額です"}
OUTBID = {"en": "Outbid", "ja": "上回られました"}
WON = {"en": "You won", "ja": "落札しました"}
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


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_two_bid_the_end_moves_and_the_winner_pays(
    showroom: Showroom, desk: Desk, language: str
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    host = HostAtPage(await desk.open("desktop", language), Hand())  # type: ignore[arg-type]
    await host.sign_in(showroom.url(f"/host?show={show}"), showroom.codes["host"])
    ann, ben = await desk.open("phone", language), await desk.open("desktop", language)  # type: ignore[arg-type]
    product = await prepare(showroom, show, showroom.token("host"))
    for viewer in (ann, ben):
        await viewer.goto(showroom.url(f"/shows/{show}"))
        await viewer.get_by_test_id("tab-products").click()
    await host.page.reload()
    await host.part("auction-pick").click()
    await host.part("auction-start").click()
    await expect(host.part("auction-running")).to_be_visible()
    cards = [viewer.locator(f'[data-testid="product"][data-product="{product}"]') for viewer in (ann, ben)]
    of_ann, of_ben = cards
    await of_ann.get_by_test_id("bid-next").click()
    await expect(of_ann.get_by_test_id("auction-standing")).to_contain_text(LEADING[language])
    await of_ben.get_by_test_id("bid-most").locator("summary").click()
    await of_ben.get_by_test_id("bid-max").fill("2000")
    await picture(ben, f"auction-most-{language}")
    await of_ben.get_by_test_id("bid-send").click()
    await expect(of_ben.get_by_test_id("auction-standing")).to_contain_text(LEADING[language])
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
