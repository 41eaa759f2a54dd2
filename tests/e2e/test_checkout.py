"""Buying by the checkout, on the real server: what is held, paid, declined, confirmed at a bank, given back, and over."""

import json
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from server.demo.catalogue import PRODUCTS
from server.ids import new_id
from server.settings import Settings
from tests.e2e.test_every_state import find_faults, settle
from tests.e2e.test_surveys import picture
from tests.support.browser import NETWORK_FAILS, Desk, Device, Language
from tests.support.eventually import eventually
from tests.support.proxy import proxy_to
from tests.support.showroom import Showroom, showroom_on
from tests.support.viewer import joined_at

TEAPOT, CUPS = PRODUCTS[0], PRODUCTS[1]


SETTINGS = {
    "buying": "one_step",
    "address_needed": True,
    "methods": [
        {"title": {"en": "Post", "ja": "郵便"}, "price": 500, "countries": ["JP"], "days": 3},
        {"title": {"en": "Courier", "ja": "宅配便"}, "price": 900, "countries": ["JP"], "days": 1},
    ],
    "tax_percent": 10,
    "tax_name": {"en": "consumption tax", "ja": "消費税"},
    "terms_text": {"en": "What is bought is bought.", "ja": "返品は七日以内に承ります。"},
}
VOUCHER = {"code": "TEA-TIME", "kind": "amount", "amount": 800, "currency": "JPY"}
PERSON = {
    "name": "青山 茜",
    "email": "akane@example.com",
    "postal_code": "150-0001",
    "region": "東京都",
    "city": "渋谷区",
    "line1": "神宮前 1-2-3",
}


async def by_checkout(showroom: Showroom) -> Showroom:
    """Have two products of a showroom go by the checkout."""
    async with httpx.AsyncClient(base_url=showroom.url("/v1")) as client:
        client.headers["Authorization"] = f"Bearer {showroom.token('admin')}"
        before = await client.get("/channel/checkout")
        await client.put("/channel/checkout", json=SETTINGS, headers={"If-Match": before.headers["ETag"]})
        for product in (TEAPOT, CUPS):
            now = await client.get(f"/products/{product.id}")
            match = {"If-Match": now.headers["ETag"]}
            changed = await client.patch(
                f"/products/{product.id}", json={"buying": "checkout"}, headers=match
            )
            assert changed.is_success, changed.text
    await make(showroom, "/channel/vouchers", VOUCHER)
    return showroom


@pytest_asyncio.fixture(loop_scope="package")
async def checkout(showroom: Showroom) -> Showroom:
    """The showroom, with two products that go by the checkout."""
    return await by_checkout(showroom)


async def make(showroom: Showroom, path: str, body: object) -> Any:
    """Post as the merchant, and return what came of it."""
    headers = {"Authorization": f"Bearer {showroom.token('admin')}", "Idempotency-Key": new_id("k")}
    async with httpx.AsyncClient(base_url=showroom.url("/v1"), headers=headers, timeout=30) as client:
        made = await client.post(path, json=body)
    assert made.is_success, made.text
    return made.json()


async def enter(page: Page, showroom: Showroom, by: str | None = None) -> Page:
    await page.goto(showroom.url("/shows/demo", by=by))
    await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    return page


async def stands(page: Page, state: str) -> None:
    """Wait until the checkout's sheet shows this."""
    await expect(page.get_by_test_id("checkout-state")).to_have_attribute("data-state", state)


async def hold_teapot(page: Page) -> None:
    """Tap Buy once: the checkout is open."""
    await page.get_by_test_id("pinned-product").get_by_test_id("buy").click()
    await stands(page, "open")


async def fill_in(page: Page) -> None:
    """Write who buys and where it goes, and agree; how it is sent is chosen already."""
    part = page.get_by_test_id
    await part("checkout-country").select_option("JP")
    for field, text in PERSON.items():
        await part(f"checkout-{field}").fill(text)
    await part("checkout-terms").check()


async def pay(page: Page, method: str) -> None:
    """Pay in one of the fake provider's words, what it costs with all that was written: a press at another sum is asked again."""
    await expect(page.get_by_test_id("checkout-form")).to_have_attribute("aria-busy", "false")
    await page.get_by_test_id("checkout-pay-method").select_option(method)
    await page.get_by_test_id("checkout-pay").click()


async def shown(page: Page, name: str) -> None:
    """Look at what stands there: nobody is kept out by it."""
    await settle(page)
    await picture(page, name)
    assert await find_faults(page) == [], name


async def left_ms(page: Page) -> int:
    """How long it is still held, as the sheet says."""
    return int(await page.get_by_test_id("hold-timer").get_attribute("data-left") or 0)


async def orders_in(showroom: Showroom) -> list[tuple[int, int]]:
    """Orders and units, as the server has them."""
    report = await showroom.ask("GET", "/shows/demo/stats", "host")
    return [(each["orders"], each["units"]) for each in report["money"]]


ORDER = {
    "ja": ["country", "postal_code", "region", "city", "line1", "line2"],
    "en": ["country", "line1", "line2", "city", "region", "postal_code"],
}


async def fields_in_order(page: Page) -> list[str]:
    """Return the fields of the address as they stand."""
    named = page.locator(".checkout-part [name]")
    names = await named.evaluate_all("fields => fields.map(field => field.name)")
    return [name for name in names if name in ORDER["en"]]


@pytest.mark.parametrize(("language", "device"), [("ja", "phone"), ("en", "desktop")])
async def test_a_viewer_is_declined_and_then_pays_by_the_bank(
    checkout: Showroom, desk: Desk, language: Language, device: Device
) -> None:
    desk.expected |= {"409 (Conflict)"}  # the voucher that there is not
    page = await enter(await desk.open(device, language), checkout)
    part = page.get_by_test_id
    await hold_teapot(page)
    await expect(part("checkout-form")).to_be_visible()
    # Where the browser says that it is at home nothing may be sent to; where something is, the cheapest way is chosen, and in the sum.
    await expect(part("checkout-no-shipping")).to_have_count(1 if language == "en" else 0)
    await shown(page, f"checkout-{language}")
    await part("checkout-country").select_option("JP")
    await expect(part("checkout-shipping").first).to_be_checked()
    for at in ("sum-total", "checkout-pay"):
        await expect(part(at)).to_contain_text("9,300")
    await part("checkout-shipping").last.check()
    await expect(part("checkout-pay")).to_contain_text("9,700")
    await part("checkout-shipping").first.check()
    held = await left_ms(page)
    await part("checkout-pay").click()
    await expect(part("wrong-name")).to_be_visible()
    await expect(part("checkout-name")).to_be_focused()
    await shown(page, f"checkout-lacking-{language}")
    assert await fields_in_order(page) == ORDER[language]
    await fill_in(page)
    await part("checkout-voucher-open").locator("summary").click()
    await part("checkout-voucher").fill("coffee")
    await part("checkout-voucher").press("Enter")
    await expect(part("wrong-voucher")).to_be_visible()
    await part("checkout-voucher").fill("tea-time")
    await part("checkout-voucher-use").click()
    for name, amount in (("discount", "800"), ("shipping", "500"), ("total", "8,500"), ("total", "773")):
        await expect(part(f"sum-{name}")).to_contain_text(amount)
    await pay(page, "decline")
    await expect(part("pay-problem")).not_to_be_empty()
    assert await left_ms(page) <= held
    await shown(page, f"checkout-declined-{language}")
    await part("dialog-close").click()
    await shown(page, f"checkout-bar-{language}")
    await part("hold-open").click()
    await pay(page, "redirect")
    await expect(part("pay-open")).to_be_visible()
    await page.go_back()
    await stands(page, "going")
    await shown(page, f"checkout-going-{language}")
    await part("pay-go").click()
    await part("pay-decline").click()
    await expect(part("pay-problem")).not_to_be_empty()
    await pay(page, "redirect")
    await part("pay-approve").click()
    await stands(page, "ordered")
    await expect(part("buy-order")).to_be_visible()
    await shown(page, f"checkout-done-{language}")
    await part("buy-close").click()
    await part("tab-orders").click()
    await expect(part("order")).to_have_count(1)
    await expect(part("sum-total")).to_contain_text("8,500")
    await expect(part("hold-open")).to_have_count(0)
    await shown(page, f"checkout-orders-{language}")
    assert await orders_in(checkout) == [(1, 1)]


async def test_a_hold_and_its_payment_outlive_reloads_cuts_and_the_show_and_every_tab_knows_them(
    checkout: Showroom, desk: Desk
) -> None:
    desk.expected |= NETWORK_FAILS
    async with proxy_to(checkout.address) as network:
        page = await enter(await desk.open("phone"), checkout, network.address)
        await hold_teapot(page)
        await fill_in(page)
        await page.reload()
        await stands(page, "open")
        await expect(page.get_by_test_id("checkout-line1")).to_have_value(PERSON["line1"])
        other = await enter(await page.context.new_page(), checkout, network.address)
        await expect(other.get_by_test_id("hold-open")).to_have_attribute("data-state", "open")
        await hold_teapot(other)
        network.cut()
        await pay(page, "counter")
        network.mend()
        await eventually(lambda: page.get_by_test_id("pay-problem").inner_text())
        await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
        await pay(page, "counter")
        for tab in (page, other):
            await stands(tab, "later")
        await shown(page, "checkout-later")
        await checkout.end_show("demo")
        await page.reload()
        await stands(page, "later")
        await page.get_by_test_id("pay-go").click()
        await page.get_by_test_id("pay-approve").click()
        for tab in (page, other):
            await stands(tab, "ordered")
        assert await orders_in(checkout) == [(1, 1)]


async def as_known(page: Page, showroom: Showroom) -> Page:
    """Enter as somebody known, who may hold more than one unit; so do other tabs of the same browser."""
    token = json.dumps({"token": showroom.token("viewer"), "name": ""})
    await page.context.add_init_script(f"sessionStorage['showfloor.guest'] ??= {json.dumps(token)}")
    return await enter(page, showroom)


async def test_a_number_is_changed_under_the_same_time_and_every_tab_follows(
    checkout: Showroom, desk: Desk
) -> None:
    page = await as_known(await desk.open("phone"), checkout)
    part = page.get_by_test_id
    await hold_teapot(page)
    await fill_in(page)
    held = await left_ms(page)
    await part("held-more").click()
    await expect(part("held-quantity")).to_have_text("2")
    await expect(part("checkout-pay")).to_contain_text("18,100")
    await expect(part("held-more")).to_be_focused()
    await expect(part("checkout-line1")).to_have_value(PERSON["line1"])
    assert await left_ms(page) <= held
    other = await enter(await page.context.new_page(), checkout)
    await other.get_by_test_id("hold-open").click()
    await expect(other.get_by_test_id("held-quantity")).to_have_text("2")
    await other.get_by_test_id("held-fewer").click()
    await expect(part("held-quantity")).to_have_text("1")
    await expect(part("checkout-pay")).to_contain_text("9,300")
    await stands(page, "open")
    headers = {"Authorization": f"Bearer {checkout.token('admin')}"}
    async with httpx.AsyncClient(base_url=checkout.url("/v1"), headers=headers) as merchant:
        before = await merchant.get(f"/products/{TEAPOT.id}")
        match = {"If-Match": before.headers["ETag"]}
        changed = await merchant.patch(f"/products/{TEAPOT.id}", json={"price": 9_900}, headers=match)
        assert changed.is_success, changed.text
    await part("held-more").click()
    await expect(part("held-problem")).to_contain_text("9,900")
    await shown(page, "checkout-no-more")
    await expect(part("checkout-pay")).to_contain_text("9,300")
    await pay(page, "slow")
    await stands(page, "waiting")
    await page.reload()
    for tab in (page, other):
        await stands(tab, "ordered")
    assert await orders_in(checkout) == [(1, 1)]


async def test_a_cart_is_held_whole_or_not_at_all_and_the_line_to_blame_is_named(
    checkout: Showroom, desk: Desk
) -> None:
    page = await as_known(await desk.open("phone"), checkout)
    part = page.get_by_test_id
    offer = (await make(checkout, "/shows/demo/offers", {"product": TEAPOT.id, "price": 8_000}))["id"]
    async with joined_at(checkout.address, token=checkout.token("host")) as host:
        await host.do("offer.open", offer=offer)
    await expect(part("pinned-product").get_by_test_id("offer")).to_be_visible()
    for product, more in ((TEAPOT, 1), (CUPS, 2)):
        await part("tab-products").click()
        await page.locator(f'[data-product="{product.id}"] .product-open').last.click()
        for _ in range(more):
            await part("buy-more").click()
        await part("cart-add").click()
        await part("sheet-close").click()
    await part("cart-open").click()
    await expect(part("cart-total")).to_contain_text("28,600")
    await shown(page, "cart")
    async with joined_at(checkout.address, token=checkout.token("host")) as host:
        await host.do("product.restock", product=CUPS.id, add=2 - CUPS.stock)
    await part("cart-hold").click()
    blamed = page.locator(f'[data-testid="cart-line"][data-product="{CUPS.id}"]')
    await expect(blamed.get_by_test_id("cart-blamed")).to_be_visible()
    await shown(page, "cart-blamed")
    await blamed.get_by_test_id("cart-fewer").click()
    await part("cart-hold").click()
    await stands(page, "open")
    await expect(part("held-line")).to_have_count(2)
    await fill_in(page)
    await part("checkout-keep").check()
    await pay(page, "slow")
    await stands(page, "waiting")
    await shown(page, "checkout-waiting")
    await stands(page, "ordered")
    await part("buy-close").click()
    await expect(part("cart-open")).to_have_count(0)
    await part("tab-orders").click()
    await expect(part("order-line")).to_have_count(2)
    await expect(part("order-line").first).to_contain_text("16,000")
    await shown(page, "orders-of-two")
    order = f"/orders/{await part('order').get_attribute('data-order')}"
    parcel = {"carrier": "Yamato", "tracking": "https://track.example/4711"}
    await make(checkout, f"/channels/demo{order}/shipments", parcel)
    await expect(part("order-state")).to_have_attribute("data-state", "shipped")
    await expect(part("order-tracking")).to_have_attribute("href", parcel["tracking"])
    back = {"reason": "returned", "lines": [{"line": 1, "quantity": 1}]}
    await make(checkout, f"{order}/refunds", back)
    await expect(part("order-state")).to_have_attribute("data-state", "partially_refunded")
    await expect(part("order-refunded")).to_contain_text("4,200")
    await shown(page, "order-refunded")
    await part("sheet-close").click()
    await hold_teapot(page)
    await expect(part("checkout-line1")).to_have_value(PERSON["line1"])


@pytest_asyncio.fixture(loop_scope="package")
async def hasty(settings: Settings, servers: AsyncExitStack) -> Showroom:
    """A server where nothing is held for longer than ten seconds."""
    hurried = settings.model_copy(update={"hold_seconds": 10.0})
    return await by_checkout(await servers.enter_async_context(showroom_on(hurried)))


async def test_what_is_given_back_comes_late_or_is_over_is_said_and_can_be_tried_again(
    hasty: Showroom, desk: Desk
) -> None:
    desk.expected |= {"409 (Conflict)"}  # a sum that was asked for while its hold was given up
    page = await enter(await desk.open("phone", "ja", "dark"), hasty)
    part = page.get_by_test_id
    await hold_teapot(page)
    await part("hold-give-up").click()
    await expect(part("checkout")).to_have_count(0)
    await expect(part("hold-open")).to_have_count(0)
    await hold_teapot(page)
    await fill_in(page)
    await pay(page, "late")
    await stands(page, "waiting")
    await part("pay-otherwise").click()
    await stands(page, "open")
    # Given up, and its money came all the same: it goes back, and what is held is held.
    await expect(part("pay-problem")).to_contain_text("返金")
    await shown(page, "checkout-returned")
    await stands(page, "returned")
    await part("buy-close").click()
    await hold_teapot(page)
    await stands(page, "over")
    await shown(page, "checkout-over")
    await part("hold-again").click()
    await stands(page, "open")
    await fill_in(page)
    await pay(page, "card")
    await stands(page, "ordered")
    assert await orders_in(hasty) == [(1, 1)]


async def test_a_hold_that_came_by_another_way_is_shown_and_outlives_a_reload(
    showroom: Showroom, desk: Desk
) -> None:
    page = await enter(await desk.open("phone"), showroom)
    part = page.get_by_test_id
    await part("pinned-product").get_by_test_id("buy").click()
    await expect(part("purchase")).to_be_visible()  # all of the page is there
    await page.keyboard.press("Escape")
    token = await page.evaluate("JSON.parse(sessionStorage['showfloor.guest']).token")
    async with joined_at(showroom.address, token=token) as elsewhere:
        lines = [{"product": TEAPOT.id, "quantity": 1}]
        await elsewhere.do("hold", lines=lines, key=new_id("k"))
    await expect(part("hold-open")).to_have_attribute("data-state", "open")
    await page.reload()
    await expect(part("hold-open")).to_have_attribute("data-state", "open")
