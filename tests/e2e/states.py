"""Every page in every state that a person can meet: walks through a page that stop at each of them.

A walk is given an empty tab and yields the name of the state that the page is in.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import httpx
from playwright.async_api import Locator, Page, expect

from server.demo.catalogue import PAST_SHOW_ID, PRODUCTS, SHELF, VIDEO_MP4
from tests.e2e.studio_states import (
    States,
    studio_embedding,
    studio_import,
    studio_orders,
    studio_people,
    studio_shows,
    studio_webhooks,
)
from tests.support.proxy import proxy_to
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

Walk = Callable[[Page, Showroom], States]
TEAPOT = PRODUCTS[0].id


async def viewer_of_a_live_show(page: Page, room: Showroom) -> States:
    """The live show, its three panes, a purchase from the card to the confirmation, settings."""
    part = page.get_by_test_id
    await page.goto(room.url("/shows/demo"))
    await expect(part("pinned-product")).to_be_visible()
    await expect(part("play")).to_have_attribute("data-playing", "true")
    yield "live"
    await part("reaction-choose").click()
    await expect(part("react-fire")).to_be_visible()
    yield "choosing a reaction"
    await part("reaction-choose").click()
    await part("tab-questions").click()
    await expect(part("question-pinned")).to_be_visible()
    yield "questions"
    await part("tab-products").click()
    await expect(part("product").first).to_be_visible()
    yield "products"
    await part("tab-orders").click()
    await expect(part("orders")).to_be_visible()
    yield "no orders"
    await part("tab-products").click()
    await part("product").nth(1).get_by_test_id("buy").click()
    await expect(part("buy-confirm")).to_be_enabled()
    yield "the second look"
    await part("buy-confirm").click()
    await expect(part("buy-done")).to_be_visible()
    yield "bought"
    await part("buy-close").click()
    await part("tab-orders").click()
    await expect(part("order")).to_be_visible()
    yield "one order"
    await part("settings-open").click()
    await expect(part("settings")).to_be_visible()
    yield "settings"


async def receipt(page: Page, room: Showroom) -> States:
    """The receipt of an order that was just placed, a link that is none, and no link at all."""
    async with joined_at(room.address) as buyer:
        bought = await buyer.do("buy", product=TEAPOT, quantity=1, key="k-receipt-walk")
        async with httpx.AsyncClient() as client:
            made = await client.post(
                room.url(f"/v1/orders/{bought['order']}/receipt"),
                headers={"Authorization": f"Bearer {buyer.token}"},
                json={},
            )
    part = page.get_by_test_id
    await page.goto(room.url(f"/receipt#{made.json()['receipt']}"))
    await expect(part("receipt-number")).to_be_visible()
    yield "receipt"
    for secret, why in (("#of-nothing", "wrong"), ("", "none")):
        await page.goto("about:blank")
        await page.goto(room.url(f"/receipt{secret}"))
        await expect(part("receipt-failure")).to_have_attribute("data-why", why)
        yield f"no receipt: {why}"


async def viewer_elsewhere(page: Page, room: Showroom) -> States:
    """Shows that are not live, or not to be joined, and a connection that is away."""
    part = page.get_by_test_id
    await page.goto(room.url(f"/shows/{PAST_SHOW_ID}"))
    await expect(part("replay-begin")).to_be_visible()
    yield "replay"
    ended = await room.begin_show({"mp4": VIDEO_MP4})
    await room.end_show(ended)
    for path, cover in (
        (f"/shows/{ended}", "ended"),
        (f"/shows/{await room.plan_show()}", "scheduled"),
        ("/shows/nowhere", "missing"),
        (f"/shows/{await room.plan_show(guests_allowed=False)}", "guests"),
        ("/?channel=nothing", "none"),
    ):
        await page.goto(room.url(path))
        await expect(part(f"cover-{cover}")).to_be_visible()
        yield cover
    async with proxy_to(room.address) as network:
        await page.goto(room.url("/shows/demo", by=network.address))
        await expect(part("notices")).to_have_attribute("data-link", "joined")
        network.cut()
        await expect(part("notice")).to_be_visible()
        yield "reconnecting"


async def viewer_of_other_shows(page: Page, room: Showroom) -> States:
    """A show without a video, one that is planned for a time, one whose picture is away, one that is over with ways on."""
    part = page.get_by_test_id
    show = await room.begin_show({"poster": "/media/poster.jpg"})
    await page.goto(room.url(f"/shows/{show}"))
    await expect(part("without-video")).to_be_visible()
    yield "without a video"
    planned = await room.plan_show(starts_at=(datetime.now(UTC) + timedelta(hours=3)).isoformat())
    await page.goto(room.url(f"/shows/{planned}"))
    await expect(part("until")).to_be_visible()
    yield "planned"
    away = await room.begin_show({"hls": "/media/none.m3u8", "poster": "/media/none.jpg"})
    await page.goto(room.url(f"/shows/{away}"))
    await expect(part("video-again")).to_be_visible()
    yield "no picture"
    await page.goto(room.url("/"))
    await expect(part("show-link").nth(1)).to_be_visible()
    yield "several live shows"
    for each in (away, show):
        await room.end_show(each)
    await page.goto(room.url(f"/shows/{show}"))
    await expect(part("show-link").first).to_be_visible()
    yield "over, with ways on"


async def host_at_the_desk(page: Page, room: Showroom) -> States:
    """The door, the desk with a queue, every dialog and the stage view."""
    part = page.get_by_test_id
    await page.goto(room.url("/host?show=demo"))
    await expect(part("sign-in")).to_be_visible()
    yield "sign-in"
    await part("sign-in-code").fill("of-nobody-and-nowhere")
    await part("sign-in-submit").click()
    await expect(part("sign-in-failure")).not_to_be_empty()
    yield "sign-in refused"
    await part("sign-in-code").fill(room.codes["host"])
    await part("sign-in-submit").click()
    await expect(part("focus")).to_be_visible()
    yield "open questions"
    for tab in ("pending", "answered", "dismissed"):
        await part(f"tab-{tab}").click()
        await expect(part("focus").or_(part("queue-empty"))).to_be_visible()
        yield tab
    await part("tab-open").click()
    for opener, dialog in (
        ("dismiss", "dismiss-dialog"),
        ("keys-open", "keys-dialog"),
        ("end-show", "end-dialog"),
        ("stage-open", "stage"),
    ):
        await part(opener).click()
        await expect(part(dialog)).to_be_visible()
        yield dialog
        await page.keyboard.press("Escape")
        await expect(part(dialog)).to_have_count(0)


async def host_elsewhere(page: Page, room: Showroom) -> States:
    """The choice of a show, shows that have not begun or are over, and whoever has no business here."""
    part = page.get_by_test_id
    await page.goto(room.staff_url("host", "/host?show=demo"))
    await part("other-show").click()
    await expect(part("choose-demo")).to_be_visible()
    yield "choice of a show"
    await part(f"choose-{PAST_SHOW_ID}").click()
    await expect(part("over")).to_be_visible()
    yield "ended"
    await page.goto(room.staff_url("host", f"/host?show={await room.plan_show()}"))
    await part("start-show").click()
    await expect(part("start-dialog")).to_be_visible()
    yield "start-dialog"
    await page.goto(room.staff_url("host", "/host?show=nowhere"))
    await expect(part("stopped")).to_be_visible()
    yield "no such show"
    await part_of_new_session(page, "forbidden", room.staff_url("analyst", "/host"))
    yield "an analyst at the host's page"


async def part_of_new_session(page: Page, testid: str, url: str) -> Locator:
    """Sign in by `url` although somebody is signed in, and wait for a part of the page."""
    await page.evaluate("sessionStorage.clear()")
    await page.goto("about:blank")
    await page.goto(url)
    found = page.get_by_test_id(testid)
    await expect(found).to_be_visible()
    return found


async def analyst(page: Page, room: Showroom) -> States:
    """The list, a show of the past, its definitions, tables and comparison, a running one, one that has not begun."""
    part = page.get_by_test_id
    await page.goto(room.url("/analyst"))
    await expect(part("sign-in")).to_be_visible()
    yield "sign-in"
    await page.goto(room.staff_url("analyst", "/analyst?"))
    await expect(part("last-shows")).to_be_visible()
    await expect(part("cards")).to_be_visible()
    await expect(part("parts")).to_be_visible()
    for table in await page.locator("details:has(table) > summary").all():
        await table.click()
    yield "the channel"
    await part("define-viewers_before").first.click()
    await expect(part("definition")).to_be_visible()
    yield "a figure of the channel"
    await page.goto(room.url("/analyst?from=2020-01-01&to=2020-01-31"))
    await expect(part("channel-nothing")).to_be_visible()
    yield "a period without shows"
    await page.goto(room.url("/analyst/compare"))
    await expect(part("compared")).to_be_visible()
    yield "two periods side by side"
    await page.goto(room.url(f"/analyst/compare?a={PAST_SHOW_ID}&b=demo-earlier"))
    await expect(part("compared")).to_be_visible()
    yield "two shows side by side"
    await page.goto(room.url("/analyst/compare?of=shows"))
    await expect(part("compare-need")).to_be_visible()
    yield "shows to be chosen"
    await page.goto(room.url("/analyst/definitions"))
    await expect(part("term-viewers")).to_be_visible()
    yield "definitions"
    await page.goto(room.url("/analyst/nowhere"))
    await expect(part("not-there")).to_be_visible()
    yield "no such page"
    await page.goto(room.url("/analyst/shows"))
    await expect(part(f"show-{PAST_SHOW_ID}")).to_be_visible()
    yield "list"
    await part(f"show-{PAST_SHOW_ID}").click()
    await expect(part("headline-bought")).to_be_visible()
    await expect(part("activity")).to_be_visible()
    await part("compare").select_option("demo-earlier")
    await expect(page.locator(".figure-before").first).to_be_visible()
    for table in await page.locator("details:has(table) > summary").all():
        await table.click()
    yield "a past show beside another, tables open"
    await part("define-viewers").click()
    await expect(part("definition")).to_be_visible()
    yield "definition"
    await page.goto(room.url("/analyst?show=demo"))
    await expect(part("headlines")).to_be_visible()
    yield "a live show"
    await page.goto(room.url(f"/analyst?show={await room.plan_show()}"))
    await expect(part("not-yet")).to_be_visible()
    yield "a planned show"
    await page.goto(room.url("/analyst?show=nowhere"))
    await expect(part("report-failure")).to_be_visible()
    yield "no such show"


async def studio(page: Page, room: Showroom) -> States:
    """The door, the first page, what is not there, the sheet of areas on a phone, settings with a draft that is not saved."""
    part = page.get_by_test_id
    await page.goto(room.url("/studio"))
    await expect(part("sign-in")).to_be_visible()
    yield "door"
    await page.goto(room.staff_url("admin", "/studio?"))
    await expect(part("home")).to_be_visible()
    yield "home"
    if await part("areas-more").is_visible():
        await part("areas-more").click()
        await expect(part("areas-sheet")).to_be_visible()
        yield "areas"
        await page.keyboard.press("Escape")
        await page.wait_for_function("() => !history.state?.layers")
    await page.goto(room.url("/studio/nothing"))
    await expect(part("not-found")).to_be_visible()
    yield "not found"
    await page.goto(room.url("/studio/settings"))
    await part("field-name").fill("")
    await part("form-save").click()
    await expect(part("wrong-name")).not_to_be_empty()
    yield "settings that are not accepted"
    await part("form-discard").click()
    await expect(part("toast")).to_be_visible()
    yield "changes discarded"
    await part("field-name").fill("Harbour Tea")
    await room.ask("PATCH", "/channel", "admin", {"name": f"Store {token_hex(4)}"})
    await part("form-save").click()
    await expect(part("conflict-name")).to_be_visible()
    yield "two versions"
    await part("conflict-all-theirs").click()
    await part("conflict-use").click()
    await expect(part("conflict-dialog")).to_have_count(0)
    await page.wait_for_function("() => !history.state?.layers")
    await part_of_new_session(page, "not-allowed", room.staff_url("analyst", "/studio"))
    yield "not for analysts"


async def variants(page: Page, room: Showroom) -> States:
    """The sheet of a product with variants, one of which is sold out; and its lines on the host's page."""
    slippers = next(product for product in SHELF if product.variants)
    part = page.get_by_test_id
    await page.goto(room.url("/shows/demo"))
    await part("tab-products").click()
    await page.locator(f"[data-testid=products] [data-product={slippers.id}]").get_by_test_id("buy").click()
    await expect(part("variant-option").first).to_be_visible()
    yield "a choice of variants"
    await page.goto(room.staff_url("host", "/host?show=demo"))
    await expect(part(f"stock-{slippers.variants[0].id}")).to_be_visible()
    yield "variants to restock"


async def studio_products(page: Page, room: Showroom) -> States:
    """The list, a product with variants that is written, accepted and sold, its stock being set, and its history."""
    part = page.get_by_test_id
    await page.goto(room.staff_url("host", "/studio/products"))
    await expect(part("row").first).to_be_visible()
    yield "products"
    await part("product-new").first.click()
    await part("option-add").click()
    await part("form-save").click()
    await expect(part("wrong-title")).not_to_be_empty()
    yield "a product that is not accepted"
    await part("field-title").fill("Linen shirt")
    await part("field-price").fill("5000")
    await part("option-name").fill("Size")
    await part("option-values").fill("S, M, L")
    await part("variant-stock").first.fill("12")
    yield "variants"
    await part("form-save").click()
    await part("stock-history").first.click()
    await expect(part("stock-change").first).to_be_visible()
    yield "stock"
    await part("stock-set").first.click()
    await part("stock-save").click()
    await expect(part("stock-wrong")).not_to_be_empty()
    yield "stock that is not accepted"


async def studio_keys(page: Page, room: Showroom) -> States:
    """API keys, the first of them, its secret, its end; and with what the shop signs its customers in."""
    part = page.get_by_test_id
    await page.goto(room.staff_url("admin", "/studio/keys?"))
    await expect(part("keys")).to_be_visible()
    yield "keys"
    await page.goto(room.url("/studio/keys/new"))
    await part("field-name").fill("Till")
    await part("form-save").click()
    await expect(part("wrong-scopes")).not_to_be_empty()
    yield "a key that may nothing"
    await part("field-catalogue:write").check()
    await part("form-save").click()
    await expect(part("secret")).to_have_value(re.compile("^sk_"))
    yield "secret"
    await part("key-done").click()
    await part("key-revoke").first.click()
    await expect(part("key-revoke-dialog")).to_be_visible()
    yield "the end of a key"
    await part("key-revoke-sure").click()
    await expect(part("key-revoke-dialog")).to_have_count(0)
    await page.wait_for_function("() => !history.state?.layers")
    await part("tab-customers").click()
    await expect(part("secrets")).to_be_visible()
    if await part("secret-new").is_enabled():
        await part("secret-new").click()
        await expect(part("secret")).to_have_value(re.compile("^cs_"))
    yield "customers"


async def errors(page: Page, room: Showroom) -> States:
    """What is seen where there is nothing to be seen."""
    for path in ("/nothing", "/shows/nowhere"):
        await page.goto(room.url(path))
        await expect(page.get_by_test_id("error-page")).to_be_visible()
        yield path


WALKS: tuple[Walk, ...] = (
    errors,
    receipt,
    viewer_of_a_live_show,
    viewer_elsewhere,
    viewer_of_other_shows,
    host_at_the_desk,
    host_elsewhere,
    analyst,
    studio,
    studio_products,
    studio_import,
    studio_shows,
    studio_people,
    studio_embedding,
    studio_keys,
    studio_webhooks,
    studio_orders,
    variants,
)
