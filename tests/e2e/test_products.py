"""Products in the studio: made by hand with variants, put in order and away, and stock that no sale is lost by."""

from playwright.async_api import Page, expect

from tests.support.browser import Desk
from tests.support.showroom import Showroom


async def make_shirt(page: Page, room: Showroom) -> None:
    """A linen shirt in three sizes."""
    part = page.get_by_test_id
    await page.goto(room.staff_url("host", "/studio/products/new"))
    await part("field-title").fill("Linen shirt")
    await part("field-price").fill("5,000")
    await part("option-add").click()
    await part("option-name").fill("Size")
    await part("option-values").fill("S、M、L")
    large = part("variant").filter(has_text="L").last
    await large.get_by_test_id("variant-price").fill("5,500")
    await large.get_by_test_id("variant-compare").fill("6000")
    for index in range(3):
        await part("variant").nth(index).get_by_test_id("variant-stock").fill(str(index + 1))
    await part("form-save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Linen shirt")


async def test_a_product_with_variants_is_made_by_hand_and_is_on_sale_at_once(
    showroom: Showroom, desk: Desk
) -> None:
    viewer, page = await desk.open("phone"), await desk.open("desktop")
    await viewer.goto(showroom.url("/shows/demo"))
    await viewer.get_by_test_id("tab-products").click()
    part = page.get_by_test_id
    await make_shirt(page, showroom)
    await expect(part("stock-row")).to_have_count(3)
    made = (await showroom.ask("GET", "/products?q=linen%20shirt", "host"))["products"][0]
    assert [(v["options"], v["price"], v["compare_at"], v["stock"]) for v in made["variants"]] == [
        ({"Size": "S"}, 5000, None, 1),
        ({"Size": "M"}, 5000, None, 2),
        ({"Size": "L"}, 5500, 6000, 3),
    ]
    await expect(viewer.get_by_text("Linen shirt").first).to_be_visible()
    await part("field-title").fill("Linen shirt, washed")
    await part("form-save").click()
    await expect(viewer.get_by_text("Linen shirt, washed").first).to_be_visible()


async def test_what_is_wrong_is_said_at_its_field_before_anything_is_sent(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open("phone", "ja")
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", "/studio/products/new"))
    await part("field-price").fill("12.50")
    await part("form-save").click()
    await expect(part("wrong-title")).to_have_text("商品名を入力してください。")
    await expect(part("wrong-price")).to_have_text("価格を数字で入力してください。")
    await part("field-price").fill("1,200")
    await part("field-compareAt").fill("1000")
    await part("form-save").click()
    await expect(part("wrong-compareAt")).to_have_text("通常価格は価格より高くしてください。")


async def test_who_sets_stock_after_a_sale_is_told_and_asked_again(showroom: Showroom, desk: Desk) -> None:
    desk.expected |= {"status of 409"}
    page = await desk.open("desktop")
    part = page.get_by_test_id
    product = (await showroom.ask("GET", "/products", "host"))["products"][0]
    await page.goto(showroom.staff_url("host", f"/studio/products/{product['id']}"))
    await expect(part("stock-left")).to_have_text(str(product["stock"]))
    await part("stock-set").click()
    await showroom.ask("POST", f"/products/{product['id']}/stock", "admin", {"add": -1})
    await part("stock-to").fill("120")
    await part("stock-save").click()
    await expect(part("stock-wrong")).to_contain_text(
        f"{product['stock'] - 1} are left, not {product['stock']}"
    )
    await part("stock-save").click()
    await expect(part("stock-left")).to_have_text("120")
    await part("stock-more").click()
    await expect(part("stock-left")).to_have_text("121")
    await part("stock-history").click()
    await expect(part("stock-change").first).to_contain_text("121")
    await expect(part("stock-change").nth(1)).to_contain_text("120")


async def test_products_are_put_in_order_and_away_and_both_can_be_taken_back(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open("phone")
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", "/studio/products"))
    titles = page.get_by_test_id("product-open")
    first, second = await titles.nth(0).inner_text(), await titles.nth(1).inner_text()
    await part("product-down").first.click()
    await expect(titles.nth(0)).to_have_text(second)
    await expect(titles.nth(1)).to_have_text(first)
    await part("product-archive").first.click()
    await expect(titles.nth(0)).to_have_text(first)
    await part("toast-action").click()
    await expect(titles.nth(0)).to_have_text(second)
    await part("list-search").fill("nothing like this")
    await expect(part("list-none")).to_be_visible()
