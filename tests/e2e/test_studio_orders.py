"""The studio's orders: empty, found by words and state, page by page, and what only an admin is led to; in both languages."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.states import TEAPOT
from tests.e2e.test_every_state import find_faults, settle
from tests.support.browser import Desk, Device, Language, Scheme
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

LINE = {"sku": "GIFT-1", "title": "Gift wrap of recycled paper", "quantity": 2, "amount": 900}
REFUNDED = {"en": "Refunded", "ja": "返金済み"}


def reported(number: int, **others: Any) -> dict[str, Any]:
    """Return the shop's report of its `number`-th order; later ones are newer."""
    at = f"2026-11-20T12:{number:02}:00+09:00"
    order = {"order": f"SHOP-{number:03}", "currency": "JPY", "at": at, "lines": [LINE]}
    return order | others


async def buy_something(showroom: Showroom) -> str:
    """Buy a pot of the live show, and return the order's number."""
    async with joined_at(showroom.address) as viewer:
        bought = await viewer.do("buy", product=TEAPOT, quantity=1, key="one-order-please")
    orders = (await showroom.ask("GET", "/orders", "host"))["orders"]
    return next(str(each["number"]) for each in orders if each["order"] == bought["order"])


async def look_at(page: Page, file: Path) -> None:
    """The page breaks no rule that axe knows, and nothing of it is wider than the screen."""
    await settle(page)
    assert await find_faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.screenshot(path=file, full_page=True)


@pytest.mark.parametrize("seen", [("phone", "en", "light"), ("desktop", "ja", "dark")], ids="-".join)
async def test_a_host_finds_an_order_among_many(
    showroom: Showroom, desk: Desk, seen: tuple[Device, Language, Scheme], tmp_path: Path
) -> None:
    device, language, _ = seen
    page = await desk.open(*seen)
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", "/studio/orders"))
    await expect(part("list-empty")).to_be_visible()
    await look_at(page, tmp_path / f"empty-{device}.png")

    orders = [*(reported(n) for n in range(59)), reported(59, state="refunded")]
    headers = {"Authorization": f"Bearer {showroom.token('admin')}"}
    async with httpx.AsyncClient(headers=headers, timeout=30) as shop:
        assert (await shop.post(showroom.url("/v1/orders/report"), json=orders)).status_code == 200
    ours = await buy_something(showroom)
    await page.reload()
    await expect(part("row")).to_have_count(50)
    await expect(part("order-number").first).to_contain_text(ours)
    await expect(part("order-show")).to_have_count(1)
    await expect(part("order-state")).to_have_text([REFUNDED[language]])
    await look_at(page, tmp_path / f"orders-{device}.png")
    await part("list-more").click()
    await expect(part("row")).to_have_count(61)
    await expect(part("list-more")).to_have_count(0)

    await part("orders-refunded").click()
    await expect(part("row")).to_have_count(1)
    await expect(part("order-money")).to_contain_text("900")
    await part("orders-all").click()
    await part("list-search").fill("shop-007")
    await expect(part("row")).to_have_count(1)
    await part("list-search").fill("no such order")
    await expect(part("list-none")).to_be_visible()
    await expect(part("orders-taking")).to_have_count(0)


async def test_an_admin_is_led_to_who_takes_the_orders(showroom: Showroom, desk: Desk) -> None:
    page = await desk.open("desktop")
    await page.goto(showroom.staff_url("admin", "/studio/orders"))
    await page.get_by_test_id("orders-taking").click()
    await expect(page.get_by_test_id("order-taking")).to_be_visible()
    await page.get_by_test_id("back").click()
    await expect(page.get_by_test_id("orders")).to_be_visible()
