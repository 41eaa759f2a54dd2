"""Mail, the whole way in a browser: a viewer agrees and confirms, the merchant looks, sends and reads what came of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import expect
from sqlalchemy import text

from server.db.engine import Database
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.browser import Desk
from tests.support.eventually import eventually
from tests.support.mail import link_tokens, token_in
from tests.support.mail_server import MailServer, mail_server
from tests.support.showroom import Showroom

SHOW = "demo"


@pytest_asyncio.fixture(loop_scope="package")
async def smtp() -> AsyncIterator[MailServer]:
    """A real SMTP server."""
    async with mail_server() as server:
        yield server


@pytest.fixture
def settings(make_settings: MakeSettings, smtp: MailServer) -> Settings:
    """A server that sends; its links are followed under its own address."""
    return make_settings(
        smtp_url=smtp.url, public_url="https://shows.example", mail_per_second=0, mail_per_second_per_domain=0
    )


async def let_an_hour_pass(settings: Settings) -> None:
    """What was sent was sent an hour ago: who follows a link at once is a scanner."""
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=1)
    async with database.write() as connection:
        await connection.execute(text("UPDATE mail_message SET sent_at = sent_at - interval '1 hour'"))
    await database.close()


@pytest.mark.parametrize(("device", "language"), [("phone", "ja"), ("desktop", "en")])
async def test_a_viewer_agrees_and_the_merchant_writes_to_them(  # noqa: PLR0917
    showroom: Showroom,
    desk: Desk,
    settings: Settings,
    smtp: MailServer,
    device: Literal["phone", "desktop"],
    language: Literal["en", "ja"],
    tmp_path: Path,
) -> None:
    admin = await desk.open(device, language)
    part = admin.get_by_test_id
    await admin.goto(showroom.staff_url("admin", "/studio/mail"))
    await expect(part("mail-no-sender")).to_be_visible()
    await part("mail-tab-sender").click()
    await part("field-sender_address").fill("hello@shop.example")
    await part("field-offer_text").fill("10 %")
    await part("form-save").click()
    await expect(part("mail-sender-form")).to_have_attribute("data-dirty", "false")
    await admin.screenshot(path=tmp_path / "sender.png", full_page=True)

    viewer = await desk.open(device, language)
    seen = viewer.get_by_test_id
    await viewer.goto(showroom.url(f"/shows/{SHOW}"))
    await seen("settings-open").click()
    await seen("mail-address").fill("nonsense")
    await seen("mail-ask").click()
    await expect(seen("mail-wrong")).not_to_be_empty()
    await seen("mail-address").fill("anna@example.com")
    await viewer.screenshot(path=tmp_path / "ask.png")
    await seen("mail-ask").click()
    await expect(seen("mail-form")).to_have_attribute("data-state", "asked")
    await eventually(lambda: smtp.to("anna@example.com"))
    confirm = token_in(smtp.to("anna@example.com")[0].part("plain"), "f")
    page = await desk.open(device, language)
    await page.goto(showroom.url(f"/m/f/{confirm}?lang={language}"))
    await page.screenshot(path=tmp_path / "confirm.png")
    await page.get_by_test_id("mail-do").click()
    await expect(page.get_by_test_id("mail-confirmed")).to_be_visible()
    await page.screenshot(path=tmp_path / "confirmed.png")

    await showroom.end_show(SHOW)
    await expect(seen("mail-form")).to_be_visible()
    await part(f"mail-tab-words-{language}").click()
    await part("mail-preview-show").select_option(SHOW)
    await part("mail-preview-person").select_option(label="anna@example.com")
    await part("mail-preview").click()
    framed = admin.frame_locator("[data-testid=mail-frame]")
    await expect(framed.locator("h1")).to_be_visible()
    await admin.screenshot(path=tmp_path / "words.png", full_page=True)
    desk.expected |= {"status of 422"}
    await part("field-html").fill("{{ unsubscribe_url }}\n{% if %}")
    await part("mail-preview").click()
    await expect(part("wrong-html")).to_contain_text("Line 2")
    await part("form-discard").click()

    await part("mail-tab-shows").click()
    await part("mail-send").click()
    await eventually(lambda: len(smtp.to("anna@example.com")) == 2)
    await expect(part("mail-number-sent")).to_have_text("1")
    await let_an_hour_pass(settings)
    mail = smtp.to("anna@example.com")[1]
    async with httpx.AsyncClient(
        headers={"User-Agent": await page.evaluate("() => navigator.userAgent")}
    ) as reader:
        await reader.get(showroom.url(f"/m/o/{token_in(mail.part('html'), 'o')}.gif"))
        await reader.get(showroom.url(f"/m/c/{link_tokens(mail)[0]}"))
    await page.goto(showroom.url(f"/m/u/{token_in(mail.part('plain'), 'u')}?lang={language}"))
    await page.get_by_test_id("mail-do").click()
    await expect(page.get_by_test_id("mail-unsubscribed")).to_be_visible()
    await admin.reload()
    await expect(part("mail-number-unsubscribed")).to_have_text("1")
    await expect(part("mail-number-clicked")).to_contain_text("1 (100")
    await expect(part("mail-number-opened")).to_contain_text("1 (100")
    await admin.screenshot(path=tmp_path / "shows.png", full_page=True)
    await part("mail-tab-messages").click()
    await expect(part("mail-message-state")).to_have_count(2)
    await admin.screenshot(path=tmp_path / "messages.png", full_page=True)
    await part("mail-tab-stopped").click()
    await part("stopped-address").fill("ANNA@example.com")
    await part("stopped-find").click()
    await expect(part("stopped-lift")).to_have_count(1)
    await admin.screenshot(path=tmp_path / "stopped.png", full_page=True)
    await part("stopped-lift").click()
    await expect(part("stopped-lift")).to_have_count(0)
