"""The studio's webhooks and orders: made, tested, switched off and on; and Buy that leads to the shop's own cart."""

import re
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import expect

from tests.support.browser import Desk
from tests.support.showroom import Showroom

TEMPLATE = "https://shop.example/cart/{sku}?n={quantity}&from={attribution}"


@pytest.mark.parametrize(("device", "language"), [("phone", "en"), ("desktop", "ja")])
async def test_an_admin_makes_a_webhook_and_sees_how_it_goes(
    showroom: Showroom,
    desk: Desk,
    device: Literal["phone", "desktop"],
    language: Literal["en", "ja"],
    tmp_path: Path,
) -> None:
    page = await desk.open(device, language)
    desk.expected |= {"status of 422"}
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("admin", "/studio/webhooks"))
    await expect(part("list-empty")).to_be_visible()
    await part("webhook-new").first.click()
    await part("field-url").fill("https://127.0.0.1/hooks")
    await part("form-save").click()
    await expect(part("wrong-url")).not_to_be_empty()
    await part("field-url").fill("https://shop.example/hooks")
    for event in ("show.scheduled", "show.cancelled"):
        await part(f"field-{event}").uncheck()
    await part("form-save").click()
    await expect(part("secret")).to_have_value(re.compile("^whsec_"))
    secret = await part("secret").input_value()
    await part("webhook-made").click()
    await expect(part("webhook-standing")).to_have_attribute("data-state", "on")
    await expect(part("field-show.cancelled")).not_to_be_checked()
    await part("webhook-test").click()
    await expect(part("delivery")).to_have_count(1)
    await part("secret-rotate").click()
    await part("secret-rotate-sure").click()
    await expect(part("secret")).to_have_count(2)
    assert await part("secret").nth(1).input_value() == secret
    await part("webhook-turn").click()
    await expect(part("webhook-standing")).to_have_attribute("data-state", "off")
    await expect(part("webhook-test")).to_have_count(0)
    await page.screenshot(path=tmp_path / "webhook.png", full_page=True)
    await part("webhook-turn").click()
    await expect(part("webhook-standing")).to_have_attribute("data-state", "on")
    await part("webhook-remove").click()
    await part("webhook-remove-sure").click()
    await expect(part("list-empty")).to_be_visible()


async def test_a_channel_leaves_its_orders_to_the_shop_and_buy_leads_there(
    showroom: Showroom, desk: Desk, tmp_path: Path
) -> None:
    staff = await desk.open("desktop")
    part = staff.get_by_test_id
    await staff.goto(showroom.staff_url("admin", "/studio/orders/taking"))
    await part("field-order_taker").select_option("shop")
    await part("form-save").click()
    await expect(part("wrong-cart_url")).not_to_be_empty()
    await part("field-cart_url").fill(TEMPLATE)
    await part("form-save").click()
    await expect(part("wrong-cart_url")).to_be_empty()
    await staff.reload()
    await expect(part("field-cart_url")).to_have_value(TEMPLATE)
    await staff.screenshot(path=tmp_path / "orders.png", full_page=True)

    viewer = await desk.open("phone")
    await viewer.context.route("https://shop.example/**", lambda route: route.fulfill(body="The cart"))
    await viewer.goto(showroom.url("/shows/demo"))
    await viewer.get_by_test_id("buy").first.click()
    await expect(viewer.get_by_test_id("buy-confirm")).to_have_text("Go on to the shop")
    async with viewer.expect_popup() as opened:
        await viewer.get_by_test_id("buy-confirm").click()
    tab = await opened.value
    await tab.wait_for_url("https://shop.example/**", wait_until="commit")
    parts = urlsplit(tab.url)
    assert parts.path.startswith("/cart/")
    assert parse_qs(parts.query)["n"] == ["1"]
    assert len(parse_qs(parts.query)["from"][0]) > 80
    await tab.close()
