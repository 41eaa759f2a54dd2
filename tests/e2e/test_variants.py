"""A product with variants on the viewer's and the host's page: chosen, bought, sold out, restocked."""

from playwright.async_api import Page, expect

from server.demo.catalogue import SHELF
from tests.support.browser import Desk
from tests.support.eventually import eventually
from tests.support.showroom import Showroom

SLIPPERS = next(product for product in SHELF if product.variants)
GREY_S, GREY_L, RED_S, RED_L = SLIPPERS.variants


async def look_at_slippers(page: Page, room: Showroom) -> None:
    await page.goto(room.url("/shows/demo"))
    await page.get_by_test_id("tab-products").click()
    await page.locator(f"[data-testid=products] [data-product={SLIPPERS.id}]").get_by_test_id("buy").click()
    await expect(page.get_by_test_id("purchase")).to_be_visible()


async def test_price_stock_and_name_follow_the_choice_which_is_remembered(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open("phone")
    sheet = page.get_by_test_id("purchase")
    await page.goto(showroom.url("/shows/demo"))
    await page.get_by_test_id("tab-products").click()
    card = page.locator(f"[data-testid=products] [data-product={SLIPPERS.id}]")
    await expect(card.get_by_test_id("price")).to_have_text("from ¥5,800")
    await expect(card.get_by_test_id("stock")).to_have_attribute("data-stock", "23")
    await look_at_slippers(page, showroom)
    await expect(sheet.get_by_test_id("price")).to_have_text("¥5,800")
    await sheet.get_by_text("Red · 茜").click()
    await expect(sheet.get_by_test_id("stock")).to_have_text("Sold out")
    await expect(sheet.get_by_test_id("buy-confirm")).to_be_disabled()
    await sheet.locator("[data-value=L]").check(force=True)
    await expect(sheet.get_by_test_id("price")).to_have_text("¥6,200")
    await expect(sheet.get_by_test_id("stock")).to_have_text("Only 3 left")
    await sheet.get_by_test_id("buy-more").click()
    await sheet.get_by_test_id("buy-confirm").click()
    await expect(sheet.get_by_test_id("buy-done")).to_contain_text("Red · 茜 / L")
    await expect(sheet.get_by_test_id("buy-done")).to_contain_text("¥12,400")
    steps = await page.evaluate("history.state.layers")
    await sheet.get_by_test_id("buy-close").click()
    # The sheet goes back in the page's history, which would break off a way to another address that begins meanwhile.
    await eventually(lambda: page.evaluate(f"(history.state?.layers ?? 0) < {steps}"))
    await look_at_slippers(page, showroom)
    await expect(sheet.get_by_test_id("price")).to_have_text("¥6,200")
    await expect(sheet.get_by_test_id("stock")).to_have_text("Only 1 left")
    assert [order["product"] for order in await orders_of(showroom)] == [RED_L.id]


async def orders_of(room: Showroom) -> list[dict[str, str]]:
    changes = await room.ask("GET", f"/products/{RED_L.id}/stock-changes", "host")
    return [{"product": RED_L.id} for each in changes["changes"] if each["reason"] == "sale"]


async def test_who_shops_by_keys_hears_what_is_chosen_and_what_is_gone(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open("desktop")
    await look_at_slippers(page, showroom)
    colour = page.get_by_role("radio", name="Grey · 灰")
    await colour.focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("radio", name="Red · 茜 Sold out")).to_be_checked()
    await page.get_by_role("radio", name="S Sold out").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("radio", name="L", exact=True)).to_be_checked()


async def test_the_host_sees_each_variant_and_restocks_it_and_viewers_see_that(
    showroom: Showroom, desk: Desk
) -> None:
    host, viewer = await desk.open("desktop"), await desk.open("phone")
    await look_at_slippers(viewer, showroom)
    await viewer.get_by_test_id("purchase").get_by_text("Red · 茜").click()
    await expect(viewer.get_by_test_id("buy-confirm")).to_be_disabled()
    await host.goto(showroom.staff_url("host", "/host?show=demo"))
    await expect(host.get_by_test_id(f"stock-{SLIPPERS.id}")).to_have_attribute("data-stock", "23")
    await host.get_by_test_id(f"more-{RED_S.id}").click()
    await expect(host.get_by_test_id(f"stock-{RED_S.id}")).to_have_attribute("data-stock", "1")
    await expect(viewer.get_by_test_id("buy-confirm")).to_be_enabled()
    await host.get_by_test_id(f"pin-{SLIPPERS.id}").click()
    await expect(viewer.get_by_test_id("pinned-product")).to_have_attribute("data-product", SLIPPERS.id)


async def test_a_price_to_compare_with_is_struck_through_and_said(showroom: Showroom, desk: Desk) -> None:
    page = await desk.open("phone")
    await page.goto(showroom.url("/shows/demo"))
    await page.get_by_test_id("tab-products").click()
    before = page.get_by_test_id("products").get_by_test_id("price-before")
    await expect(before).to_have_text("Price before ¥14,800")
    await expect(before.locator("s")).to_have_text("¥14,800")
