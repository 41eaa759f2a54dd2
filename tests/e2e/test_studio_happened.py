"""What the studio says of pictures and of what was done: words for pictures, variants with pictures and in line-ups, what happened."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FilePayload, expect

from tests.e2e.test_studio_orders import look_at
from tests.support import drawn
from tests.support.browser import Desk, Device, Language, Scheme
from tests.support.showroom import Showroom

SHIRT: dict[str, Any] = {
    "title": "Linen shirt",
    "price": 5000,
    "options": ["Size"],
    "variants": [{"options": {"Size": size}, "stock": 3} for size in "SML"],
}
PICTURE = FilePayload(name="front.png", mimeType="image/png", buffer=drawn.picture())


async def test_words_for_a_picture_reach_viewers_and_a_variant_gets_a_picture_of_its_own(
    showroom: Showroom, desk: Desk
) -> None:
    viewer, page = await desk.open("phone"), await desk.open("desktop")
    shirt = await showroom.ask("POST", "/products", "admin", SHIRT)
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", f"/studio/products/{shirt['id']}"))
    await part("pictures-input").first.set_input_files(PICTURE)
    await part("picture-alt").fill("A white shirt on a hanger")
    await part("variant-picture").nth(1).click()
    await part("variant-picture-one").first.click()
    await expect(part("variant-pictures").get_by_test_id("picture-alt")).to_have_value(
        "A white shirt on a hanger"
    )
    await part("variant-pictures").get_by_test_id("picture-alt").fill("The shirt in M")
    await part("variant-picture-done").click()
    await expect(part("variant-picture").nth(1)).to_be_focused()
    await part("form-save").click()
    await expect(part("variant-picture").nth(1)).to_have_attribute("data-image", re.compile("^/pictures/"))

    async def kept() -> tuple[list[str], list[str]]:
        found = await showroom.ask("GET", f"/products/{shirt['id']}", "host")
        return list(found["image_alts"].values()), [each["image_alt"] for each in found["variants"]]

    await viewer.goto(showroom.url("/shows/demo"))
    await viewer.get_by_test_id("tab-products").click()
    await expect(viewer.get_by_alt_text("A white shirt on a hanger")).to_be_visible()
    assert await kept() == (["A white shirt on a hanger"], ["", "The shirt in M", ""])


async def test_single_variants_are_put_into_a_line_up_at_prices_of_their_own(
    showroom: Showroom, desk: Desk
) -> None:
    page = await desk.open("phone", "ja")
    shirt = await showroom.ask("POST", "/products", "admin", SHIRT)
    large = shirt["variants"][2]
    show = await showroom.plan_show()
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", f"/studio/shows/{show}"))
    await part("line-search").fill("linen")
    await part("line-variants").locator("summary").click()
    await part("line-add-variant").nth(2).click()
    await expect(part("line")).to_contain_text(large["title"])
    await part("line-price").fill("4200")
    await part("form-save").click()
    await page.reload()
    await expect(part("line")).to_contain_text(large["title"])
    await expect(part("line-price")).to_have_value("4200")
    arranged = await showroom.ask("GET", f"/shows/{show}/line-up", "host")
    assert arranged["products"] == [{"product": large["id"], "price": 4200, "variant_of": shirt["id"]}]


async def test_a_new_show_takes_guests_or_not_as_the_settings_say(showroom: Showroom, desk: Desk) -> None:
    page = await desk.open("desktop")
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("admin", "/studio/settings"))
    await part("field-guests_allowed").uncheck()
    await part("form-save").click()
    await expect(part("form-save")).to_be_disabled()
    await part("area-shows").click()
    await part("show-new").first.click()
    await expect(part("field-guests")).not_to_be_checked()
    made = await showroom.ask("POST", "/shows", "admin", {"title": "Members only", "host": "Aoi"})
    assert made["guests_allowed"] is False


@pytest.mark.parametrize("seen", [("phone", "en", "light"), ("desktop", "ja", "dark")], ids="-".join)
async def test_an_admin_reads_what_happened(
    showroom: Showroom, desk: Desk, seen: tuple[Device, Language, Scheme], tmp_path: Path
) -> None:
    page = await desk.open(*seen)
    part = page.get_by_test_id
    shirt = await showroom.ask("POST", "/products", "admin", SHIRT)
    await showroom.ask("POST", f"/products/{shirt['variants'][0]['id']}/stock", "admin", {"add": 4})
    await showroom.ask("POST", "/keys", "admin", {"name": "Till", "scopes": ["catalogue:write"]})
    for n in range(50):
        await showroom.ask("POST", "/products", "admin", {"title": f"Cup {n}", "price": 900})
    await page.goto(showroom.staff_url("admin", "/studio/happened"))
    await expect(part("row")).to_have_count(50)
    await look_at(page, tmp_path / f"happened-{seen[0]}.png")
    await part("list-more").click()
    await expect(part("row")).to_have_count(53)
    await part("happened-connections").click()
    await expect(part("row")).to_have_count(1)
    await expect(part("deed")).to_contain_text("Till")
    await part("happened-all").click()
    await part("list-search").fill("linen")
    await expect(part("row")).to_have_count(2)
    await expect(part("deed").first).to_contain_text("+4")
    await part("deed-link").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Linen shirt")
