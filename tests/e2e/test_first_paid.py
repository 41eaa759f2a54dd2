"""What goes to whoever pays first, on the real server: two buyers and one unit, and one who comes back from the bank too late."""

import asyncio

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.e2e.test_checkout import (
    SETTINGS,
    TEAPOT,
    enter,
    fill_in,
    hold_teapot,
    orders_in,
    pay,
    shown,
    stands,
)
from tests.support.browser import Desk, Device, Language
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at


@pytest_asyncio.fixture(loop_scope="package")
async def last_one(showroom: Showroom) -> Showroom:
    """The showroom with one teapot left, which goes to whoever pays first."""
    async with httpx.AsyncClient(base_url=showroom.url("/v1")) as client:
        client.headers["Authorization"] = f"Bearer {showroom.token('admin')}"
        before = await client.get("/channel/checkout")
        await client.put("/channel/checkout", json=SETTINGS, headers={"If-Match": before.headers["ETag"]})
        now = await client.get(f"/products/{TEAPOT.id}")
        wanted = {"buying": "first_paid"}
        changed = await client.patch(
            f"/products/{TEAPOT.id}", json=wanted, headers={"If-Match": now.headers["ETag"]}
        )
        assert changed.is_success, changed.text
    async with joined_at(showroom.address, token=showroom.token("host")) as host:
        await host.do("product.restock", product=TEAPOT.id, add=1 - TEAPOT.stock)
    return showroom


async def begin(page: Page, room: Showroom) -> Page:
    """Tap Buy and fill in all that is needed."""
    await hold_teapot(await enter(page, room))
    await fill_in(page)
    return page


async def test_of_two_in_the_sheet_one_pays_first_and_the_other_is_told(
    last_one: Showroom, desk: Desk
) -> None:
    anna, ben = await asyncio.gather(desk.open("phone", "ja"), desk.open("desktop", "en"))
    for page, name in ((anna, "ja"), (ben, "en")):
        await hold_teapot(await enter(page, last_one))
        await expect(page.get_by_test_id("first-paid")).to_have_attribute("data-free", "true")
        await expect(page.get_by_test_id("hold-timer")).to_have_count(0)
        await shown(page, f"first-paid-{name}")
        await fill_in(page)
    await pay(ben, "card")
    await stands(ben, "ordered")
    await expect(anna.get_by_test_id("first-paid")).to_have_attribute("data-free", "false")
    await expect(anna.get_by_test_id("checkout-pay")).to_be_disabled()
    await shown(anna, "first-paid-gone-ja")
    await anna.get_by_test_id("hold-give-up").click()
    await expect(anna.get_by_test_id("checkout")).to_have_count(0)
    assert await orders_in(last_one) == [(1, 1)]


@pytest.mark.parametrize(("language", "device"), [("ja", "phone"), ("en", "desktop")])
async def test_who_comes_back_from_the_bank_too_late_is_not_charged(
    last_one: Showroom, desk: Desk, language: Language, device: Device
) -> None:
    anna = await begin(await desk.open(device, language), last_one)
    await pay(anna, "secure")
    await expect(anna.get_by_test_id("pay-open")).to_be_visible()
    ben = await begin(await desk.open("desktop"), last_one)
    await pay(ben, "card")
    await stands(ben, "ordered")
    await anna.get_by_test_id("pay-approve").click()
    await stands(anna, "over")
    part = anna.get_by_test_id
    await expect(part("hold-too-late")).to_be_visible()
    await shown(anna, f"first-paid-late-{language}")
    await part("buy-close").click()
    await part("tab-orders").click()
    await expect(part("own-missed").get_by_test_id("hold-open")).to_have_attribute("data-state", "over")
    await expect(part("order")).to_have_count(0)
    await shown(anna, f"first-paid-orders-{language}")
    assert await orders_in(last_one) == [(1, 1)]
