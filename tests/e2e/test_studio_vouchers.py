"""The studio's vouchers: made, limited to a product, changed, looked at with who used it, and deleted."""

import asyncio
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import expect
from sqlalchemy import text

from server.db.engine import Database
from server.demo.catalogue import CHANNEL_ID
from server.settings import Settings
from tests.support.browser import Desk
from tests.support.showroom import Showroom

_HOLD = text(
    """
    INSERT INTO hold (id, channel_id, show_id, viewer_id, key, state, currency, amount_minor, placed_at, expires_at)
    VALUES ('h_1', :channel, 'demo', 'v_ann', 'key-00001', 'placed', 'JPY', 4800, now(), now() + interval '1 hour')
    """
)
_USE = text(
    """
    INSERT INTO voucher_use (hold_id, voucher_id, show_id, viewer_id, state, code_key, terms, items_minor, shipping_minor, currency, at)
    SELECT 'h_1', id, 'demo', 'v_ann', 'reserved', code_key, '{"kind":"percent","percent": 15}', 720, 0, 'JPY', now() FROM voucher
    """
)


@pytest.mark.parametrize("seen", [("phone", "ja"), ("desktop", "en")])
async def test_a_host_makes_a_voucher_and_sees_who_used_it(
    showroom: Showroom,
    settings: Settings,
    desk: Desk,
    seen: tuple[Literal["phone", "desktop"], Literal["en", "ja"]],
    tmp_path: Path,
) -> None:
    page = await desk.open(*seen)
    desk.expected |= {"status of 409"}
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", "/studio/vouchers"))
    await expect(part("list-empty")).to_be_visible()
    await part("voucher-new").first.click()
    await part("field-percent").fill("101")
    await part("form-save").click()
    await expect(part("wrong-code")).not_to_be_empty()
    await expect(part("wrong-percent")).not_to_be_empty()
    await page.screenshot(path=tmp_path / "wrong.png", full_page=True)
    await part("field-code").fill("SPRING 15")
    await part("field-percent").fill("15")
    await part("field-usesMax").fill("100")
    await part("field-products").fill("a")
    await part("voucher-add-product").first.click()
    await expect(part("voucher-leave-out")).to_have_count(1)
    await part("form-save").click()
    await expect(part("voucher-came")).to_be_visible()
    await expect(part("uses")).to_be_visible()
    database = Database(str(settings.database_url), pool_size=1)
    async with database.write() as connection:
        await connection.execute(_HOLD, {"channel": CHANNEL_ID})
        await connection.execute(_USE)
    await database.close()
    await part("back").click()
    await expect(part("voucher-uses")).to_contain_text("100")
    await part("voucher").click()
    await expect(part("use")).to_have_attribute("data-state", "reserved")
    await part("field-kind").select_option("amount")
    await part("field-amount").fill("500")
    await part("voucher-leave-out").click()
    await part("form-save").click()
    await expect(part("voucher-products")).to_have_count(0)
    async with page.expect_download() as download:
        await part("uses-csv").click()
    saved = await (await download.value).path()
    assert "v_ann" in await asyncio.to_thread(saved.read_text)
    await page.screenshot(path=tmp_path / "voucher.png", full_page=True)
    await part("back").click()
    await part("voucher-new").first.click()
    await part("field-code").fill("spring15")
    await part("form-save").click()
    await expect(part("wrong-code")).not_to_be_empty()
    await page.goto(showroom.url("/studio/vouchers"))
    await page.screenshot(path=tmp_path / "vouchers.png", full_page=True)
    await part("voucher").click()
    await part("voucher-remove").click()
    await part("voucher-remove-sure").click()
    await expect(part("list-empty")).to_be_visible()
