"""A merchant gives an order back on its page: a unit of it, with what it comes to shown before, then all the rest by cancelling."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.states import TEAPOT
from tests.e2e.test_studio_orders import look_at
from tests.support.browser import Desk, Device, Language, Scheme
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at


@pytest.mark.parametrize("seen", [("phone", "en", "light"), ("desktop", "ja", "dark")], ids="-".join)
async def test_an_order_is_given_back_by_line_and_then_cancelled(
    showroom: Showroom, desk: Desk, seen: tuple[Device, Language, Scheme], tmp_path: Path
) -> None:
    device = seen[0]
    async with joined_at(showroom.address) as viewer:
        await viewer.do("buy", product=TEAPOT, quantity=3, key="one-order-please")
    page = await desk.open(*seen)
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", "/studio/orders"))
    await part("order-number").first.click()
    await part("refund").click()
    await expect(part("refund-comes-to")).not_to_have_attribute("data-amount", "")
    await look_at(page, tmp_path / f"refund-{device}.png")
    await part("refund-way-lines").check()
    await expect(part("refund-done")).to_be_disabled()
    await part("refund-line-0").fill("1")
    await part("refund-reason").select_option("faulty")
    await expect(part("refund-restock")).not_to_be_checked()
    await expect(part("refund-comes-to")).not_to_have_attribute("data-amount", "")
    await look_at(page, tmp_path / f"refund-line-{device}.png")
    await part("refund-done").dblclick()
    await expect(part("refund-dialog")).to_have_count(0)
    await expect(part("order-state")).to_have_attribute("data-state", "partially_refunded")
    await expect(part("refund-row")).to_have_count(1)
    await expect(part("order-line-refunded")).to_have_count(1)
    await look_at(page, tmp_path / f"refunded-{device}.png")

    await part("refund").click()
    await expect(part("refund-comes-to")).not_to_have_attribute("data-amount", "")
    await part("refund-done").click()
    await expect(part("order-state")).to_have_attribute("data-state", "cancelled")
    await expect(part("refund-row")).to_have_count(2)
    await expect(part("refund")).to_have_count(0)
    await look_at(page, tmp_path / f"cancelled-{device}.png")
