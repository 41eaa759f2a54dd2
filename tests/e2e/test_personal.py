"""A viewer who comes again finds what may fit them, and the host sees who asks; of a viewer who did not agree neither is known."""

import json
from datetime import timedelta

from playwright.async_api import expect
from sqlalchemy import text

from server.access.tokens import Identity
from server.clock import SystemClock
from server.db.engine import Database
from server.demo.catalogue import CHANNEL_ID, PRODUCTS
from server.ledger.derive_repository import derive_rows
from server.settings import Settings
from tests.e2e.by_hand import Hand, ViewerAtPage
from tests.e2e.test_every_state import find_faults, settle
from tests.integration.stats.hand_made import HandMade
from tests.support.browser import Desk
from tests.support.showroom import Showroom

OPENED, BOUGHT = PRODUCTS[2], PRODUCTS[0]
AGREED = timedelta(days=40)


async def write_earlier_show(url: str, viewer: str) -> None:
    """A show of a month ago, in which the guest watched, opened one product and bought another."""
    start = SystemClock().now() - timedelta(days=30)
    database = Database(url, pool_size=1)
    async with database.write() as connection:
        show = await HandMade(connection, "month-ago", CHANNEL_ID, start).open()
        await show.attend(viewer, guest=True, remembered=True)
        await show.play(viewer, (0, 30))
        show.do(viewer, "click", 5, OPENED.id)
        await show.close()
        await connection.execute(
            text("""
                INSERT INTO orders (id, channel_id, show_id, viewer_id, key, product_id, quantity, unit_price_minor, amount_minor, currency,
                    payment, at)
                VALUES ('o_month', :channel, 'month-ago', :viewer, 'key-month-ago', :product, 1, 8800, 8800, 'JPY', 'fake', :at)"""),
            {"channel": CHANNEL_ID, "viewer": viewer, "product": BOUGHT.id, "at": show.at(10)},
        )
        await connection.execute(
            text("UPDATE attendance SET consent_at = :at"), {"at": start - timedelta(days=1)}
        )
        await derive_rows(connection, "month-ago")
    await database.close()


async def test_a_viewer_who_comes_again_is_known_and_one_who_did_not_agree_is_not(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    assert settings.database_url is not None
    now = SystemClock().now()
    who = Identity(
        "v_back", "viewer", CHANNEL_ID, True, True, "Hanae", now + timedelta(days=30), now - AGREED
    )
    await write_earlier_show(settings.database_url, who.viewer_id)
    host = await desk.open("desktop")
    await host.goto(showroom.staff_url("host", "/host?show=demo"))
    page = await desk.open("phone")
    kept = json.dumps({"token": showroom.tokens.sign(who), "name": "Hanae", "remembered": True})
    await page.add_init_script(
        f"localStorage.getItem('showfloor.guest') ?? localStorage.setItem('showfloor.guest', {kept!r})"
    )
    back = ViewerAtPage(page, "Hanae", Hand())
    await back.come(showroom.url("/shows/demo"))
    await back.watch()
    await page.get_by_test_id("tab-products").click()
    first, second = page.get_by_test_id("for-you-item").nth(0), page.get_by_test_id("for-you-item").nth(1)
    await expect(first).to_have_attribute("data-why", "clicked", timeout=60_000)
    await expect(first).to_have_attribute("data-product", OPENED.id)
    await expect(second).to_have_attribute("data-why", "bought")
    await expect(first).to_contain_text("You looked at this on")
    await settle(page)
    assert await find_faults(page) == []
    await back.close_sheet()
    await back.ask("Does it come in blue?")
    await host.get_by_test_id("focus-let-in").click()
    asker = host.get_by_test_id("asker")
    await expect(host.get_by_test_id("focus-text")).to_have_text("Does it come in blue?", timeout=60_000)
    await expect(asker).to_contain_text("returning viewer", timeout=60_000)
    await expect(asker).to_contain_text("1 show before")
    await expect(asker).to_contain_text("8,800")
    await settle(host)
    assert await find_faults(host) == []

    await page.get_by_test_id("settings-open").click()
    await page.get_by_test_id("for-you-wanted").uncheck()
    await expect(page.get_by_test_id("for-you")).to_have_count(0)
    await page.get_by_test_id("for-you-wanted").check()
    await page.get_by_test_id("remember").uncheck()
    await expect(page.get_by_test_id("toast").last).to_be_visible()
    await expect(asker).to_have_count(0, timeout=60_000)
    await page.keyboard.press("Escape")
    await page.get_by_test_id("tab-products").click()
    await expect(page.get_by_test_id("products")).to_be_visible()
    await expect(page.get_by_test_id("for-you")).to_have_count(0)

    stranger = ViewerAtPage(await desk.open("phone", "ja"), "Ichi", Hand())
    await stranger.come(showroom.url("/shows/demo"))
    await stranger.ask("Is it heavy?")
    await expect(host.get_by_test_id("let-in")).to_be_visible(timeout=60_000)
    await expect(asker).to_have_count(0)
