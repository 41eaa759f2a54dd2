"""The studio's keys: made, shown once, used, ended; and the shop's customers, who come in by what the shop signs."""

import re
import time

import httpx
import jwt
from playwright.async_api import expect

from tests.support.browser import Desk
from tests.support.showroom import Showroom
from tests.support.viewer import viewer_at


async def test_an_admin_makes_a_key_sees_its_secret_once_and_ends_it(showroom: Showroom, desk: Desk) -> None:
    page = await desk.open("phone")
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("admin", "/studio/keys"))
    await expect(part("list-empty")).to_be_visible()
    await part("key-new").first.click()
    await part("field-name").fill("Till")
    await part("form-save").click()
    await expect(part("wrong-scopes")).not_to_be_empty()
    await part("field-stats:read").check()
    await part("form-save").click()
    await expect(part("secret")).to_have_value(re.compile("^sk_"))
    secret = await part("secret").input_value()
    headers = {"Authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(base_url=showroom.url("/v1"), headers=headers) as program:
        assert (await program.get("/shows/demo/stats")).status_code == 200
        await part("key-done").click()
        await expect(part("key-name")).to_have_text("Till")
        await expect(part("secret")).to_have_count(0)
        assert secret not in await page.content()
        kept = await page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
        assert secret not in kept
        await part("key-revoke").click()
        await part("key-revoke-sure").click()
        await expect(part("key-revoke")).to_have_count(0)
        assert (await program.get("/shows/demo/stats")).json()["code"] == "token_revoked"
    await page.reload()
    await expect(part("key-use")).to_contain_text("Ended")


async def test_an_admin_makes_a_secret_for_the_shop_whose_customers_come_in(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open("desktop", "ja")
    desk.expected |= {"status of 422"}
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("admin", "/studio/keys/customers"))
    await part("secret-new").click()
    await expect(part("secret")).to_have_value(re.compile("^cs_"))
    secret = await part("secret").input_value()
    audience = await part("audience").inner_text()
    claims = {"sub": "c-1", "aud": audience, "exp": int(time.time()) + 600}
    async with viewer_at(showroom.url("").removeprefix("http://")) as viewer:
        joined = await viewer.ask_for("join", show="demo", token=jwt.encode(claims, secret, "HS256"))
        assert joined["type"] == "joined"
    await part("secret-new").click()
    await expect(part("secret-row")).to_have_count(2)
    await expect(part("secret-new")).to_be_disabled()
    await part("secret-revoke").last.click()
    await part("secret-revoke-sure").click()
    await expect(part("secret-row")).to_have_count(1)
    await part("field-jwks_url").fill("https://127.0.0.1/keys")
    await part("form-save").click()
    await expect(part("wrong-jwks_url")).not_to_be_empty()


async def test_a_host_has_no_keys(showroom: Showroom, desk: Desk) -> None:
    page = await desk.open("desktop")
    await page.goto(showroom.staff_url("host", "/studio/keys"))
    await expect(page.get_by_test_id("not-allowed")).to_be_visible()
    await expect(page.get_by_test_id("area-keys")).to_have_count(0)
