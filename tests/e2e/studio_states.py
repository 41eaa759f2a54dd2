"""The studio's areas in the states that a person can meet; `states.py` has the rest, and says what a walk is."""

import re
from collections.abc import AsyncIterator

from playwright.async_api import FilePayload, Page, expect

from tests.support.showroom import Showroom

States = AsyncIterator[str]
FILE = (
    "external_id,sku,title,option1_name,option1_value,price,stock\n"
    "apron,AP,Straw apron,,,4800,12\nbowl,,Bowl,Size,S,2000,3\nbowl,,,Size,L,2600,4\nhat,,Hat,,,-1,2\n"
)
TORN = FILE.replace("Straw apron", '"Straw apron')


async def studio_shows(page: Page, room: Showroom) -> States:
    """The list, a new show that is not accepted, one with a line-up, a draft, and the question before it is cancelled."""
    part = page.get_by_test_id
    await page.goto(room.staff_url("host", "/studio/shows"))
    await expect(part("row").first).to_be_visible()
    yield "shows"
    await part("show-new").first.click()
    await part("field-host").fill("")
    await part("form-save").click()
    await expect(part("wrong-title")).not_to_be_empty()
    yield "a show that is not accepted"
    for words in ("a", "e"):
        await part("line-search").fill(words)
        await expect(part("line-found")).to_be_visible()
        await part("line-add").first.click()
    await part("line-search").fill("o")
    await expect(part("line-found")).to_be_visible()
    yield "a line-up"
    draft = await room.plan_show(state="draft", video={})
    await page.goto(room.url(f"/studio/shows/{draft}"))
    await expect(part("lack-video")).to_be_visible()
    yield "a draft that lacks something"
    await page.goto(room.url(f"/studio/shows/{await room.plan_show()}"))
    await part("show-cancel").click()
    await expect(part("cancel-dialog")).to_be_visible()
    yield "before it is cancelled"


async def studio_people(page: Page, room: Showroom) -> States:
    """The channel's people, an invitation that is not accepted, one that is made, and one that is open."""
    part = page.get_by_test_id
    await page.goto(room.staff_url("admin", "/studio/people"))
    await expect(part("people")).to_be_visible()
    yield "people"
    await page.goto(room.url("/studio/people/invite"))
    await part("field-email").fill("nobody")
    await part("form-save").click()
    await expect(part("wrong-email")).not_to_be_empty()
    yield "an invitation that is not accepted"
    await part("field-email").fill("")
    await part("form-save").click()
    await expect(part("link")).to_have_value(re.compile("^http"))
    yield "an invitation"
    await page.goto(room.url("/studio/people"))
    await expect(part("invitation").first).to_be_visible()
    yield "open invitations"


async def studio_embedding(page: Page, room: Showroom) -> States:
    """What is copied for each way, and an origin that is not accepted."""
    part = page.get_by_test_id
    await page.goto(room.staff_url("admin", "/studio/embedding"))
    for way in ("element", "frame", "sdk"):
        await part(f"embedding-{way}").click()
        await expect(part("embedding-snippet")).to_be_visible()
        yield way
    await part("field-origins").fill("http://shop.example")
    await part("form-save").click()
    await expect(part("wrong-origins")).not_to_be_empty()
    yield "an origin that is not accepted"


async def studio_import(page: Page, room: Showroom) -> States:
    """The choice of a file, one that cannot be read, and what would come of one, which is not applied here."""
    part = page.get_by_test_id
    await page.goto(room.staff_url("host", "/studio/products/import"))
    await expect(part("import-choose")).to_be_visible()
    yield "a file to be chosen"
    for text, state in ((TORN, "failed"), (FILE, "ready")):
        file = FilePayload(name="spring.csv", mimeType="text/csv", buffer=text.encode())
        await part("import-input").set_input_files(file)
        await expect(part("import-state")).to_have_attribute("data-state", state)
        yield state
        if state == "failed":
            await part("import-another").click()
    await expect(part("import-problem")).to_be_visible()
    yield "what was refused"
    await part("filter-all").click()
    await expect(part("import-line")).to_have_count(3)
    yield "all of a file"


async def studio_webhooks(page: Page, room: Showroom) -> States:
    """The list, an address that is not accepted, the secret, a webhook with a delivery, and the questions before it is changed."""
    part = page.get_by_test_id
    await page.goto(room.staff_url("admin", "/studio/webhooks"))
    await expect(part("webhook-new").first).to_be_visible()
    yield "webhooks"
    await part("webhook-new").first.click()
    await part("field-url").fill("https://127.0.0.1/hooks")
    await part("form-save").click()
    await expect(part("wrong-url")).not_to_be_empty()
    yield "a webhook that is not accepted"
    await part("field-url").fill("https://shop.example/hooks")
    await part("form-save").click()
    await expect(part("secret")).to_have_value(re.compile("^whsec_"))
    yield "its secret"
    await part("webhook-made").click()
    await part("webhook-test").click()
    await expect(part("delivery").first).to_be_visible()
    yield "a delivery"
    await part("webhook-turn").click()
    await expect(part("webhook-standing")).to_have_attribute("data-state", "off")
    yield "switched off"
    await part("webhook-remove").click()
    await expect(part("webhook-remove-sure")).to_be_visible()
    yield "before it is removed"
    await part("webhook-remove-sure").click()
    await expect(part("webhook-new").first).to_be_visible()


async def studio_orders(page: Page, room: Showroom) -> States:
    """Who takes the orders: we, and the shop, whose cart has no address yet."""
    part = page.get_by_test_id
    await page.goto(room.staff_url("admin", "/studio/orders/taking"))
    await expect(part("field-order_taker")).to_be_visible()
    yield "ours"
    await part("field-order_taker").select_option("shop")
    await part("form-save").click()
    await expect(part("wrong-cart_url")).not_to_be_empty()
    yield "the shop's"
