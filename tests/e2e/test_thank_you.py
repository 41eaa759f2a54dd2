"""The tag of the shop's thank-you page, from the element on the shop's own page to the channel's orders, under the shop's strict policy."""

import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import jwt
from playwright.async_api import Page, expect

from server.demo.catalogue import CHANNEL_ID
from tests.e2e.test_element import TAG, page_with, policy_for
from tests.support.browser import Desk
from tests.support.embedding import let_in
from tests.support.eventually import eventually
from tests.support.shop_site import shop_site
from tests.support.showroom import Showroom
from tests.support.viewer import viewer_at

HEAR = """() => {
  window.heard = [];
  for (const type of ["ready", "cart", "reported", "refused"])
    document.addEventListener(`showfloor:${type}`, (event) => window.heard.push([type, event.detail]));
  document.addEventListener("showfloor:buy", (event) => event.preventDefault());
}"""
AT = "2026-11-22T12:30:00+09:00"


def thank_you(room: Showroom, **attributes: str) -> str:
    """A page with the tag and nothing else."""
    told = " ".join(f'data-{name}="{value}"' for name, value in attributes.items())
    tag = f'<script src="{room.url("/element/thank-you.js")}" {told}></script>'
    return f"<!doctype html><html lang=en><title>Thank you</title><h1>Thank you</h1>{tag}"


async def shop_takes_orders(room: Showroom) -> str:
    """Let the shop's own cart take the orders; return the secret by which its backend signs."""
    taking = {"order_taker": "shop", "cart_url": "https://shop.example/{sku}?from={attribution}"}
    await room.ask("PATCH", "/channel", "admin", taking)

    async def told() -> bool:
        async with viewer_at(room.address) as viewer:
            joined = await viewer.join("demo")
            return bool(joined["snapshot"].get("order_taker") == "shop")

    await eventually(told)
    return str((await room.ask("POST", "/customer-keys/secrets", "admin"))["secret"])


def claim(secret: str, order: str, product: str) -> str:
    """What the shop's backend signs."""
    lines = [{"product": product, "quantity": 1, "amount": 4200}]
    report = {"order": order, "currency": "JPY", "at": AT, "lines": lines}
    said = {"aud": CHANNEL_ID, "exp": int(time.time()) + 600, "report": report}
    return jwt.encode(said, secret, "HS256")


async def reported(room: Showroom) -> dict[str, dict[str, Any]]:
    """Return the orders that were reported, by the shop's id."""
    found = (await room.ask("GET", "/orders", "admin"))["orders"]
    return {order["external_id"]: order for order in found if order["external_id"]}


def has_heard(page: Page, type: str) -> Callable[[], Awaitable[Any]]:
    """A claim for `eventually`: the detail of the event."""

    async def heard() -> Any:
        found: list[Any] = await page.evaluate("window.heard")
        return next((detail for each, detail in found if each == type), None)

    return heard


async def kept(page: Page) -> Any:
    found = await page.evaluate("localStorage.getItem('showfloor.attribution')")
    return json.loads(found)["id"] if found else None


async def test_an_order_is_the_shows_whose_buy_led_to_it(
    tmp_path: Path, desk: Desk, showroom: Showroom
) -> None:
    secret = await shop_takes_orders(showroom)
    async with shop_site(tmp_path, {"/": page_with(showroom, TAG)}, policy_for(showroom)) as site:
        await let_in(showroom, origins=[site.origin])
        page = await desk.open()
        await page.add_init_script(f"({HEAR})()")
        await page.goto(site.url())
        await eventually(has_heard(page, "ready"))
        assert await kept(page) is None
        await page.get_by_test_id("tab-products").click()
        await page.get_by_test_id("product").first.locator(".product-open").click()
        await page.get_by_test_id("buy-confirm").click()
        await eventually(has_heard(page, "cart"))
        cart = await has_heard(page, "cart")()
        assert (await kept(page), cart["quantity"]) == (cart["attribution"], 1)
        assert cart["url"].endswith(cart["attribution"])

        product = cart["product"]
        site.pages["/thanks"] = thank_you(showroom, order="1001", claim=claim(secret, "1001", product))
        for _ in range(2):
            await page.goto(site.url("/thanks"))
            await eventually(has_heard(page, "reported"))
            assert await has_heard(page, "reported")() == {"order": "1001"}
            assert await kept(page) is None
        order = (await reported(showroom))["1001"]
        assert (order["show"], order["attributed_by"], order["amount"]) == ("demo", "link", 4200)
        assert await page.context.cookies() == []
        await page.close()


async def test_without_the_backends_signature_there_is_no_money_and_its_report_finds_the_show(
    tmp_path: Path, desk: Desk, showroom: Showroom
) -> None:
    await shop_takes_orders(showroom)
    product = (await showroom.ask("GET", "/products", "admin"))["products"][0]["id"]
    viewer = await showroom.ask("POST", "/shows/demo/cart", "viewer", {"product": product})
    attribution = viewer["attribution"]
    pages = {
        "/cart": thank_you(showroom, parameter="from"),
        "/unsigned": thank_you(showroom, order="1002"),
        "/forged": thank_you(showroom, order="1003", claim=claim("cs_" + "x" * 43, "1003", product)),
        "/nameless": thank_you(showroom, order=""),
    }
    desk.expected |= {"401 (Unauthorized)", "422 (Unprocessable"}
    async with shop_site(tmp_path, pages, policy_for(showroom)) as site:
        await let_in(showroom, origins=[site.origin])
        page = await desk.open()
        await page.add_init_script(f"({HEAR})()")
        for path, event, detail in (
            ("/unsigned", "reported", {"order": "1002"}),
            ("/forged", "refused", {"code": "unauthenticated"}),
            ("/nameless", "refused", {"code": "invalid"}),
        ):
            await page.goto(site.url(f"/cart?from={attribution}"))
            assert await kept(page) == attribution
            await page.goto(site.url(path))
            await eventually(has_heard(page, event))
            assert await has_heard(page, event)() == detail
            assert await kept(page) == (attribution if path == "/nameless" else None)
        assert await reported(showroom) == {}
        lines = [{"product": product, "quantity": 1, "amount": 900}]
        for order in ("1002", "1003"):
            paid = {"order": order, "currency": "JPY", "at": AT, "lines": lines}
            told = await showroom.ask("POST", "/orders/report", "admin", paid)
            assert (told["show"], told["attributed_by"]) == ("demo", "link")
        await page.evaluate("localStorage.clear()")
        await page.goto(site.url("/unsigned"))
        await expect(page.get_by_role("heading")).to_have_text("Thank you")
        assert await has_heard(page, "reported")() is None, "nothing is said where nothing is known"
        await page.close()
