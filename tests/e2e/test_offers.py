"""An offer from the host's two taps to a viewer's order: seen with its countdown on a phone whose clock is wrong, bought, and closed."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from server.demo.catalogue import PRODUCTS, VIDEO_MP4
from tests.e2e.by_hand import Hand, HostAtPage
from tests.e2e.test_every_state import find_faults, settle
from tests.e2e.test_surveys import picture
from tests.support.browser import Desk, Device, Language
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

SOLD = PRODUCTS[0].id
BADGE = {"en": "Offer", "ja": "オファー"}
WRONG_CLOCK = "const now = Date.now; Date.now = () => now() - 3_600_000;"


def note_questions(page: Page) -> list[str]:
    """Return the list of what the page asks of the API by HTTP from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/v1/" in request.url else None)
    return asked


async def test_pages_ask_nothing_because_units_are_sold(showroom: Showroom, desk: Desk) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    host = HostAtPage(await desk.open("desktop"), Hand())
    await host.sign_in(showroom.url(f"/host?show={show}"), showroom.codes["host"])
    viewer = await desk.open("phone")
    await viewer.goto(showroom.url(f"/shows/{show}"))
    await host.part("offers").locator("> summary").click()
    await host.part("offer-prepare").locator("summary").click()
    product = await host.part("offer-product").input_value()
    for name, typed in (("price", "10"), ("units", "9"), ("minutes", "5")):
        await host.part(f"offer-{name}").fill(typed)
    await host.part("offer-save").click()
    await host.part("offer-open").click()
    await viewer.get_by_test_id("tab-products").click()
    line = viewer.locator(f'[data-testid="product"][data-product="{product}"]').get_by_test_id("offer")
    await expect(line).to_be_visible()
    offer = await line.get_attribute("data-offer")
    await expect(host.part("offer-facts")).to_contain_text("9")
    await settle(viewer)
    of_viewer, of_host = note_questions(viewer), note_questions(host.page)
    sold = 6
    async with joined_at(showroom.address, show) as buyer:
        await buyer.do("offer.see", offer=offer)
        for n in range(sold):
            await buyer.do("buy", product=product, quantity=1, offer=offer, key=f"key-{n:06}")
            await expect(host.part("offer-facts")).to_contain_text(f"{9 - n - 1}")
    assert [url for url in of_viewer if url.endswith(f"/shows/{show}")] == []
    # Each looks by itself now and then, and not because something was sold.
    for what in ("/offers", "/surveys"):
        assert len([url for url in of_host if url.endswith(what)]) < sold, what


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_host_opens_an_offer_and_a_viewer_buys_under_it(
    showroom: Showroom, desk: Desk, language: str
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    host = HostAtPage(await desk.open("desktop", language), Hand())  # type: ignore[arg-type]
    await host.sign_in(showroom.url(f"/host?show={show}"), showroom.codes["host"])
    viewer = await desk.open("phone", language)  # type: ignore[arg-type]
    await viewer.add_init_script(WRONG_CLOCK)
    await viewer.goto(showroom.url(f"/shows/{show}"))
    await host.part("offers").locator("> summary").click()
    await host.part("offer-prepare").locator("summary").click()
    product = await host.part("offer-product").input_value()
    for name, typed in (("price", "10"), ("units", "1"), ("minutes", "5")):
        await host.part(f"offer-{name}").fill(typed)
    await picture(host.page, f"offer-preparing-{language}")
    await host.part("offer-save").click()
    await host.part("offer-open").click()
    await expect(host.part("offer-running")).to_be_visible()
    await viewer.get_by_test_id("tab-products").click()
    card = viewer.locator(f'[data-testid="product"][data-product="{product}"]')
    await expect(card.get_by_test_id("offer")).to_contain_text(BADGE[language])
    await expect(card.get_by_test_id("offer-countdown")).to_have_text(re.compile(r"4:\d\d|5:00"))
    await expect(card.get_by_test_id("price")).to_contain_text("10")
    await viewer.reload()
    await viewer.get_by_test_id("tab-products").click()
    await expect(card.get_by_test_id("offer")).to_be_visible()
    await picture(viewer, f"offer-card-{language}")
    await card.get_by_test_id("buy").click()
    await expect(viewer.get_by_test_id("purchase").get_by_test_id("offer-countdown")).to_be_visible()
    await picture(viewer, f"offer-sheet-{language}")
    await settle(viewer)
    assert await find_faults(viewer) == []
    await viewer.get_by_test_id("buy-confirm").click()
    await expect(viewer.get_by_test_id("buy-done")).to_be_visible()
    await expect(host.part("offer-running")).to_have_count(0)
    await expect(viewer.get_by_test_id("offer")).to_have_count(0)


@pytest.mark.parametrize("seen", [("phone", "ja"), ("desktop", "en")])
async def test_the_host_sees_what_is_held_and_sold_as_it_happens(
    showroom: Showroom, desk: Desk, seen: tuple[Device, Language], tmp_path: Path
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    host = HostAtPage(await desk.open(*seen), Hand())
    await host.sign_in(showroom.url(f"/host?show={show}"), showroom.codes["host"])
    fold = host.part("takings")
    await fold.locator("> summary").click()
    await expect(host.part("takings-all")).to_have_attribute("data-units", "0")
    async with joined_at(showroom.address, show) as buyer:
        held = await buyer.do("hold", lines=[{"product": SOLD, "quantity": 1}], key="key-of-hold")
        await expect(host.part(f"takings-{SOLD}")).to_have_attribute("data-held", "1")
        await buyer.do("pay", hold=held["hold"], key="key-of-pay")
        await expect(host.part(f"takings-{SOLD}")).to_have_attribute("data-units", "1")
        await expect(host.part("takings-all")).to_have_attribute("data-held", "0")
        await buyer.do("buy", product=SOLD, quantity=2, key="key-of-buying")
    await expect(host.part("takings-all")).to_have_attribute("data-units", "3")
    await host.page.screenshot(path=tmp_path / "takings.png")


@pytest.mark.parametrize("seen", [("phone", "ja"), ("desktop", "en")])
async def test_an_offer_is_prepared_in_the_studio_for_a_time_and_its_proof_taken_along(
    showroom: Showroom, desk: Desk, seen: tuple[Device, Language], tmp_path: Path
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    page = await desk.open(*seen)
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", f"/studio/shows/{show}"))
    await part("offer-add").click()
    form = part("offer-form")
    await form.get_by_test_id("form-save").click()
    await expect(form.get_by_test_id("wrong-product")).not_to_be_empty()
    await form.get_by_test_id("field-product").select_option(SOLD)
    await form.get_by_test_id("field-price").fill("7000")
    await form.get_by_test_id("field-units").fill("5")
    await form.get_by_test_id("field-startsAt").fill("2099-01-01T20:00")
    await page.screenshot(path=tmp_path / "offer.png", full_page=True)
    await form.get_by_test_id("form-save").click()
    await expect(part("offer")).to_have_attribute("data-state", "prepared")
    await expect(part("offer")).to_contain_text("2099")
    await part("offer-edit").click()
    await form.get_by_test_id("field-startsAt").fill("")
    await form.get_by_test_id("form-save").click()
    await expect(part("offer")).not_to_contain_text("2099")
    (offer,) = (await showroom.ask("GET", f"/shows/{show}/offers", "host"))["offers"]
    assert (offer["price"], offer["units_max"], offer["seconds"], offer["starts_at"]) == (7000, 5, 300, None)
    async with joined_at(showroom.address, show, token=showroom.token("host")) as host:
        await host.do("offer.open", offer=offer["id"])
    await page.reload()
    await expect(part("offer")).to_have_attribute("data-state", "open")
    async with page.expect_download() as download:
        await part("offer-proof").click()
    saved = await (await download.value).path()
    assert "offer_opened" in await asyncio.to_thread(saved.read_text)
    await part("offers").screenshot(path=tmp_path / "offers.png")
