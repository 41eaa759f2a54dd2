"""People by their pages: the owner's link, an invitation, accounts, and what an admin does with them, in both languages."""

import re
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Page, expect

from server.channels.rules import Plan
from server.demo.catalogue import CHANNEL_ID
from server.settings import Settings
from tests.e2e.test_every_state import find_faults, settle
from tests.support.browser import Desk, Device, Language
from tests.support.live_server import live_server
from tests.support.members import ANOTHER, HOUR, PASSWORD, code_in, somebody_at, terminal
from tests.support.showroom import Showroom


async def look_at(page: Page, name: str) -> None:
    """The page breaks no rule of WCAG 2.2 AA that axe knows, and nothing of it is wider than the screen."""
    await settle(page)
    assert await find_faults(page) == []
    await page.emulate_media(color_scheme="dark")
    await settle(page)
    assert await find_faults(page, ["color-contrast"]) == []
    await page.emulate_media(color_scheme="light")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


async def fill_in(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        await page.get_by_test_id(f"field-{name}").fill(value)


async def path_of(settings: Settings, role: str) -> str:
    """The path of a new invitation to the demo's channel."""
    async with terminal(settings) as opened:
        return (await opened.invite(CHANNEL_ID, role, "", HOUR))[1]


@pytest.mark.parametrize(("device", "language"), [("desktop", "en"), ("phone", "ja")])
async def test_the_owner_opens_the_channel_and_finds_the_studio(
    settings: Settings, servers: AsyncExitStack, desk: Desk, device: Device, language: Language
) -> None:
    desk.expected |= {"status of 401", "status of 422"}
    address = await servers.enter_async_context(live_server(settings))
    async with terminal(settings) as opened:
        path = await opened.owner_path()
    page = await desk.open(device, language)
    part = page.get_by_test_id
    await page.goto(f"http://{address}{path}")
    await expect(part("welcome-form")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/studio/welcome$"))
    await look_at(page, f"welcome_{device}_{language}")
    await expect(part("field-time_zone")).to_have_value("Asia/Tokyo")
    await expect(part("field-language")).to_have_value(language)
    await part("form-save").click()
    await expect(part("wrong-name")).not_to_be_empty()
    await look_at(page, f"welcome_wrong_{device}_{language}")
    await fill_in(
        page, name="Harbour Tea", person_name="Aoi", email="aoi@shop.example", password="password1234567890"
    )
    await part("field-currency").select_option("JPY")
    await page.reload()
    await expect(part("field-name")).to_have_value("Harbour Tea")
    await expect(part("field-password")).to_have_value("")
    await fill_in(page, password="password1234567890")
    await part("form-save").click()
    await expect(part("wrong-password")).not_to_be_empty()
    await fill_in(page, password=PASSWORD)
    await part("form-save").click()
    await expect(part("home")).to_be_visible()
    await expect(part("channel-name")).to_have_text("Harbour Tea")
    await look_at(page, f"home_{device}_{language}")
    other = await desk.open(device, language)
    await other.goto(f"http://{address}{path}")
    await expect(other.get_by_test_id("link-why")).to_have_attribute("data-why", "used_up")
    await look_at(other, f"link_gone_{device}_{language}")


@pytest.mark.parametrize(("device", "language"), [("desktop", "en"), ("phone", "ja")])
async def test_a_colleague_is_invited_joins_and_gets_another_role_while_they_are_in(
    showroom: Showroom, settings: Settings, desk: Desk, device: Device, language: Language
) -> None:
    desk.expected |= {"status of 401"}
    admin, mika = await desk.open(device, language), await desk.open(device, language)
    part = admin.get_by_test_id
    await admin.goto(showroom.url(await path_of(settings, "admin")))
    await look_at(admin, f"join_{device}_{language}")
    await fill_in(admin, person_name="Aoi", email="aoi@shop.example", password=PASSWORD)
    await part("form-save").click()
    await expect(part("home")).to_be_visible()
    await admin.goto(showroom.url("/studio/people/invite"))
    await part("field-role").select_option("host")
    await part("field-email").fill("mika@shop.example")
    await look_at(admin, f"invite_{device}_{language}")
    await part("form-save").click()
    link = await part("link").input_value()
    await look_at(admin, f"invited_{device}_{language}")
    await admin.goto(showroom.url("/studio/people"))
    await expect(part("invitation")).to_have_count(1)
    await look_at(admin, f"people_{device}_{language}")

    await mika.goto(link)
    await expect(mika.get_by_test_id("field-email")).to_have_value("mika@shop.example")
    await fill_in(mika, person_name="Mika", password=ANOTHER)
    await mika.get_by_test_id("form-save").click()
    await expect(mika.get_by_test_id("home")).to_be_visible()
    await expect(mika.get_by_test_id("area-people")).to_have_count(0)

    await admin.reload()
    await expect(part("invitation")).to_have_count(0)
    await part("person").filter(has_text="Mika").click()
    await expect(part("session")).to_have_count(1)
    await look_at(admin, f"person_{device}_{language}")
    await part("field-role").select_option("admin")
    await part("form-save").click()
    await expect(part("person-form")).to_have_attribute("data-dirty", "false")
    # The next request of hers is refused, and her page gets a token with the new role by itself.
    if device == "phone":
        await mika.get_by_test_id("areas-more").click()
    await mika.get_by_test_id("to-account").locator("visible=true").click()
    await expect(mika.get_by_test_id("account")).to_be_visible()
    await expect(mika.get_by_test_id("session")).to_have_count(1)
    await look_at(mika, f"account_{device}_{language}")
    await mika.goto(showroom.url("/studio/people"))
    await expect(mika.get_by_test_id("people")).to_be_visible()

    await part("remove").click()
    await look_at(admin, f"remove_{device}_{language}")
    await part("remove-confirm").click()
    await expect(part("people")).to_be_visible()
    await expect(part("person")).to_have_count(1)
    await mika.reload()
    await expect(mika.get_by_test_id("sign-in")).to_be_visible()


async def test_a_person_changes_their_password_and_comes_in_by_it(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    desk.expected |= {"status of 401", "status of 422"}
    page = await desk.open("desktop")
    part = page.get_by_test_id
    await page.goto(showroom.url(await path_of(settings, "host")))
    await fill_in(page, person_name="Mika", email="mika@shop.example", password=PASSWORD)
    await part("show-password").check()
    await expect(part("field-password")).to_have_attribute("type", "text")
    await part("form-save").click()
    await expect(part("home")).to_be_visible()
    await page.goto(showroom.url("/studio/account"))
    form = part("password-form")
    await fill_in(page, current=ANOTHER, password=ANOTHER)
    await form.get_by_test_id("form-save").click()
    await expect(part("wrong-current")).not_to_be_empty()
    await fill_in(page, current=PASSWORD)
    await form.get_by_test_id("form-save").click()
    await expect(part("toast")).to_be_visible()
    await part("sign-out").click()
    await part("sign-in-email").fill("mika@shop.example")
    await part("sign-in-password").fill(PASSWORD)
    await part("sign-in-by-password").click()
    await expect(part("sign-in-failure")).not_to_be_empty()
    await part("sign-in-password").fill(ANOTHER)
    await part("sign-in-by-password").click()
    await expect(part("account")).to_be_visible()


async def test_who_has_accounts_in_two_channels_chooses_one(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    desk.expected |= {"status of 409"}
    plan = Plan("Hill Coffee", "EUR", "Europe/Berlin", "en")
    async with somebody_at(showroom.address) as mika, terminal(settings) as opened:
        await mika.join(code_in((await opened.create(plan, "hill", "", HOUR))[1]), "Mika")
        await mika.join(code_in(await path_of(settings, "host")), "Mika")
    page = await desk.open("phone", "ja")
    part = page.get_by_test_id
    await page.goto(showroom.url("/studio"))
    await part("sign-in-email").fill("mika@shop.example")
    await part("sign-in-password").fill(PASSWORD)
    await part("sign-in-by-password").click()
    await expect(part("sign-in-channel")).to_be_visible()
    await look_at(page, "two_channels")
    await part("sign-in-channel").select_option("hill")
    await part("sign-in-by-password").click()
    await expect(part("channel-name")).to_have_text("Hill Coffee")


async def test_who_came_by_the_terminal_is_told_that_there_is_no_account(
    gallery: Showroom, desk: Desk
) -> None:
    desk.expected |= {"status of 404"}
    page = await desk.open("phone", "ja")
    await page.goto(gallery.staff_url("admin", "/studio/account"))
    await expect(page.get_by_test_id("account-none")).to_be_visible()
