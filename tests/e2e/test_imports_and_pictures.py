"""Products from a file, and their pictures, in the studio: looked at before anything changes, written, and put in order."""

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.e2e.test_every_state import find_faults
from tests.support import drawn
from tests.support.browser import Desk, Device, Language
from tests.support.showroom import Showroom

HEAD = "external_id,sku,title,option1_name,option1_value,price,stock\n"
FILE = (
    HEAD + "apron,AP,Straw apron,,,4800,12\nbowl,,Bowl,Size,S,2000,3\nbowl,,,Size,L,2600,4\nhat,,Hat,,,-1,2\n"
)


def file_of(text: str, name: str = "spring.csv", encoding: str = "utf-8") -> FilePayload:
    return FilePayload(name=name, mimeType="text/csv", buffer=text.encode(encoding))


async def send(page: Page, file: FilePayload) -> None:
    await page.get_by_test_id("import-input").set_input_files(file)
    await expect(
        page.get_by_test_id("import-preview").or_(page.get_by_test_id("import-another")).first
    ).to_be_visible()


@pytest.mark.parametrize(("device", "language"), [("desktop", "en"), ("phone", "ja")])
async def test_a_file_is_looked_at_and_then_written(
    showroom: Showroom, desk: Desk, device: Device, language: Language
) -> None:
    page = await desk.open(device, language)
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", "/studio/products"))
    await part("product-import").click()
    await expect(part("import-choose")).to_be_visible()
    assert await find_faults(page) == []
    await send(page, file_of(FILE))
    await expect(part("import-state")).to_have_attribute("data-state", "ready")
    await expect(part("import-problem")).to_have_count(1)
    assert await find_faults(page) == []
    await part("filter-all").click()
    await expect(part("import-line")).to_have_count(3)
    await part("import-apply").click()
    await expect(part("import-state")).to_have_attribute("data-state", "applied")
    await part("import-done").click()
    await expect(page.get_by_text("Straw apron")).to_be_visible()
    await part("product-import").click()
    await send(page, file_of(FILE.replace("4800", "4500").replace("Bowl", "麻の器"), encoding="cp932"))
    await part("filter-update").click()
    await expect(part("import-line")).to_have_count(2)
    await expect(part("import-line").first.locator("ins")).to_contain_text("4,500")


async def test_a_file_that_cannot_be_read_says_why(showroom: Showroom, desk: Desk) -> None:
    page = await desk.open("desktop", "ja")
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", "/studio/products/import"))
    await send(page, file_of(HEAD + 'apron,AP,"Straw apron,,,4800,12\n'))
    await expect(part("import-state")).to_have_text("2行目：引用符が足りないか、多すぎます。")
    await part("import-another").click()
    await expect(part("import-choose")).to_be_visible()


async def test_pictures_are_sent_put_in_order_and_taken_away_with_a_way_back(
    showroom: Showroom, desk: Desk
) -> None:
    desk.expected |= {"422"}
    page = await desk.open("desktop")
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", "/studio/products/new"))
    await part("field-title").fill("Painted tile")
    await part("field-price").fill("1,000")
    files = [
        FilePayload(name=f"{n}.png", mimeType="image/png", buffer=drawn.picture(size=(100 + n, 90)))
        for n in range(3)
    ]
    await part("pictures-input").set_input_files(files)
    await expect(part("picture")).to_have_count(3)
    first = await part("picture").nth(0).locator("img").get_attribute("src")
    await part("picture").nth(0).get_by_test_id("picture-later").press("Enter")
    await expect(part("picture").nth(1).locator("img")).to_have_attribute("src", first or "")
    await expect(part("picture").nth(1).get_by_test_id("picture-later")).to_be_focused()
    await part("picture").nth(1).get_by_test_id("picture-remove").click()
    await expect(part("picture")).to_have_count(2)
    await part("toast-action").click()
    await expect(part("picture").nth(1).locator("img")).to_have_attribute("src", first or "")
    await part("picture").nth(1).drag_to(part("picture").nth(0))
    await expect(part("picture").nth(0).locator("img")).to_have_attribute("src", first or "")
    await part("picture").nth(0).drag_to(part("picture").nth(1))
    await expect(part("picture").nth(1).locator("img")).to_have_attribute("src", first or "")
    await expect(part("picture")).to_have_count(3)
    await expect(part("picture-sending")).to_have_count(0)
    bad = FilePayload(name="logo.svg", mimeType="image/svg+xml", buffer=drawn.NO_PICTURES["svg"])
    await part("pictures-input").set_input_files([bad])
    await expect(part("picture-sending")).to_have_attribute("data-state", "failed")
    await part("form-save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Painted tile")
    made = (await showroom.ask("GET", "/products?q=painted", "host"))["products"][0]
    assert len(made["images"]) == 3
    assert made["images"][1] == first
    assert (
        await page.evaluate("src => fetch(src).then(answer => answer.headers.get('content-type'))", first)
        == "image/webp"
    )
