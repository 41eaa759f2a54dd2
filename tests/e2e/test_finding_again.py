"""What hangs on an identity is found again: an order by its receipt or on the device, a session of staff in another tab."""

import httpx
from playwright.async_api import Page, expect

from server.demo.catalogue import PRODUCTS
from tests.support.browser import NETWORK_FAILS, Desk
from tests.support.showroom import Showroom

TEAPOT = PRODUCTS[0]
REFUSED = {"status of 401"}


async def buy(page: Page, showroom: Showroom) -> str:
    """Buy what is pinned and return the order's number as the page shows it."""
    await page.goto(showroom.url("/shows/demo"))
    await page.get_by_test_id("pinned-product").get_by_test_id("buy").click()
    await page.get_by_test_id("buy-confirm").click()
    await expect(page.get_by_test_id("buy-done")).to_be_visible()
    return (await page.get_by_test_id("buy-order").inner_text()).split()[-1]


async def expect_on_top(page: Page) -> None:
    """A toast is seen above whatever is open, a modal dialog and its backdrop too."""
    toast = page.get_by_test_id("toast").last
    await expect(toast).to_be_visible()
    hit = """toast => {
        const {left, width, top, height} = toast.getBoundingClientRect()
        return toast.contains(document.elementFromPoint(left + width / 2, top + height / 2))
    }"""
    assert await toast.evaluate(hit), "something lies over the toast"


async def copied_receipt(page: Page) -> str:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_test_id("receipt-copy").first.click()
    await expect_on_top(page)
    link: str = await page.evaluate("navigator.clipboard.readText()")
    return link


async def test_a_receipt_opens_the_order_on_another_device_and_its_secret_never_leaves_the_fragment(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open("phone")
    number = await buy(page, showroom)
    link = await copied_receipt(page)
    address, _, secret = link.partition("#")
    assert address.endswith("/receipt")
    assert secret
    elsewhere = await desk.open("desktop", "ja")
    asked: list[str] = []
    elsewhere.on("request", lambda request: asked.append(request.url))
    await elsewhere.goto(link)
    await expect(elsewhere.get_by_test_id("receipt-number")).to_contain_text(number)
    await expect(elsewhere.get_by_test_id("receipt-product")).to_have_text(TEAPOT.title)
    await expect(elsewhere.get_by_test_id("receipt-quantity")).to_have_text("1")
    assert [url for url in asked if secret in url.partition("#")[0]] == []
    # It shows, and gives nothing else.
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {secret}"}) as client:
        assert (await client.get(showroom.url("/v1/shows/demo/me"))).status_code == 401


async def test_the_switches_of_a_receipt_stand_in_the_middle(showroom: Showroom, desk: Desk) -> None:
    for language in ("en", "ja"):
        page = await desk.open("phone", "ja" if language == "ja" else "en")
        await page.goto(showroom.url("/receipt"))
        await expect(page.get_by_test_id("receipt-failure")).to_be_visible()
        for switch in await page.locator(".switches > *").all():
            box = await switch.bounding_box()
            assert box is not None
            assert abs(box["x"] + box["width"] / 2 - 180) < 2


async def test_a_receipt_that_was_cut_off_says_so(showroom: Showroom, desk: Desk) -> None:
    desk.expected |= REFUSED
    page = await desk.open()
    await page.goto(showroom.url("/receipt#o_1.7fff.x"))
    await expect(page.get_by_test_id("receipt-failure")).to_have_attribute("data-why", "wrong")
    await page.goto("about:blank")
    await page.goto(showroom.url("/receipt"))
    await expect(page.get_by_test_id("receipt-failure")).to_have_attribute("data-why", "none")
    await page.get_by_test_id("receipt-home").click()
    await expect(page.get_by_test_id("viewer")).to_be_visible()


async def test_a_guest_s_order_is_found_in_the_next_tab_until_tomorrow(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open()
    number = await buy(page, showroom)
    context = page.context
    await page.close()
    again = await context.new_page()
    await again.goto(showroom.url("/shows/demo"))
    await again.get_by_test_id("tab-orders").click()
    await expect(again.get_by_test_id("order-number")).to_contain_text(number)
    kept = await again.evaluate("JSON.parse(localStorage.getItem('showfloor.guest'))")
    assert kept["remembered"] is False
    await again.close()
    tomorrow = await context.new_page()
    await tomorrow.add_init_script("const now = Date.now; Date.now = () => now() + 25 * 3600 * 1000")
    await tomorrow.goto(showroom.url("/shows/demo"))
    await expect(tomorrow.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    await tomorrow.get_by_test_id("tab-orders").click()
    await expect(tomorrow.get_by_test_id("order")).to_have_count(0)


async def test_a_guest_who_bought_nothing_leaves_nothing_on_the_device(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open()
    await page.goto(showroom.url("/shows/demo"))
    await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
    assert await page.evaluate("localStorage.getItem('showfloor.guest')") is None


async def test_remember_me_is_offered_with_the_confirmation(showroom: Showroom, desk: Desk) -> None:
    page = await desk.open("phone", "ja")
    await buy(page, showroom)
    await expect(page.get_by_test_id("buy-remember")).not_to_be_checked()
    await page.get_by_test_id("buy-remember").check()
    await expect_on_top(page)
    kept = await page.evaluate("JSON.parse(localStorage.getItem('showfloor.guest'))")
    assert kept["remembered"] is True


async def test_a_second_tab_of_staff_is_signed_in_and_signing_out_ends_both(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open()
    await page.goto(showroom.staff_url("host", "/host?show=demo"))
    await expect(page.get_by_test_id("desk")).to_be_visible()
    second = await page.context.new_page()
    await second.goto(showroom.url("/host?show=demo"))
    await expect(second.get_by_test_id("desk")).to_be_visible()
    figures = await page.context.new_page()
    await figures.goto(showroom.url("/analyst"))
    await expect(figures.get_by_test_id("channel-page")).to_be_visible()
    await second.get_by_test_id("sign-out").click()
    for tab in (page, second, figures):
        await expect(tab.get_by_test_id("sign-in")).to_be_visible()
    await page.reload()
    await expect(page.get_by_test_id("sign-in")).to_be_visible()


async def test_a_tab_that_waits_at_the_door_is_let_in_by_another(showroom: Showroom, desk: Desk) -> None:
    waiting = await desk.open()
    await waiting.goto(showroom.url("/host?show=demo"))
    await expect(waiting.get_by_test_id("sign-in")).to_be_visible()
    other = await waiting.context.new_page()
    await other.goto(showroom.staff_url("host", "/host?show=demo"))
    await expect(waiting.get_by_test_id("desk")).to_be_visible()


async def test_a_session_of_staff_outlives_its_tab(showroom: Showroom, desk: Desk) -> None:
    page = await desk.open()
    await page.goto(showroom.staff_url("host", "/host?show=demo"))
    await expect(page.get_by_test_id("desk")).to_be_visible()
    context = page.context
    await page.close()
    again = await context.new_page()
    await again.goto(showroom.url("/host?show=demo"))
    await expect(again.get_by_test_id("desk")).to_be_visible()


async def test_a_host_and_an_analyst_are_signed_in_side_by_side(showroom: Showroom, desk: Desk) -> None:
    page = await desk.open()
    await page.goto(showroom.staff_url("host", "/host?show=demo"))
    await expect(page.get_by_test_id("desk")).to_be_visible()
    figures = await page.context.new_page()
    await figures.goto(showroom.staff_url("analyst", "/analyst?"))
    await expect(figures.get_by_test_id("who")).to_contain_text("Analyst")
    await page.reload()
    await expect(page.get_by_test_id("who")).to_contain_text("Host")
    context = page.context
    await page.close()
    again = await context.new_page()
    await again.goto(showroom.url("/host?show=demo"))
    await expect(again.get_by_test_id("who")).to_contain_text("Host")


async def test_a_code_that_was_used_by_a_tab_that_crashed_before_it_had_the_token_lets_in_once_more(
    showroom: Showroom, desk: Desk
) -> None:
    desk.expected |= NETWORK_FAILS
    page = await desk.open()

    async def lose(route: object) -> None:
        await route.fetch()  # type: ignore[attr-defined] # the server has used the code
        await route.abort()  # type: ignore[attr-defined]

    await page.context.route("**/v1/sign-in", lose)
    await page.goto(showroom.staff_url("host", "/host?show=demo"))
    await expect(page.get_by_test_id("sign-in-failure")).not_to_be_empty()
    context = page.context
    await page.close()
    await context.unroute("**/v1/sign-in")
    again = await context.new_page()
    await again.goto(showroom.url("/host?show=demo"))
    await expect(again.get_by_test_id("desk")).to_be_visible()
