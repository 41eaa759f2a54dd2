"""An order from the shop to its buyer: the merchant marks what went off, and the buyer's page leads to where it is followed."""

from pathlib import Path

import httpx
import pytest
from playwright.async_api import FilePayload, expect

from tests.e2e.states import TEAPOT
from tests.e2e.test_studio_orders import look_at
from tests.support.browser import Desk, Device, Language, Scheme
from tests.support.pdf import words_of
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

TRACK = "https://track.example/parcels/4711"


def pages_in(file: Path | str) -> list[str]:
    """Return the words of each page of a PDF."""
    return words_of(Path(file).read_bytes())


@pytest.mark.parametrize("seen", [("phone", "en", "light"), ("desktop", "ja", "dark")], ids="-".join)
async def test_an_order_goes_off_and_its_buyer_follows_it(
    showroom: Showroom, desk: Desk, seen: tuple[Device, Language, Scheme], tmp_path: Path
) -> None:
    device = seen[0]
    async with joined_at(showroom.address) as viewer:
        bought = await viewer.do("buy", product=TEAPOT, quantity=2, key="one-order-please")
        headers = {"Authorization": f"Bearer {viewer.lines[0]['token']}"}
    async with httpx.AsyncClient(headers=headers) as client:
        made = await client.post(showroom.url(f"/v1/orders/{bought['order']}/receipt"))
    page = await desk.open(*seen)
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", "/studio/orders"))
    await part("orders-fulfilment").select_option("unshipped")
    await part("order-choose").first.check()
    await look_at(page, tmp_path / f"chosen-{device}.png")
    async with page.expect_download() as all_packed:
        await part("chosen-packing-list").click()
    assert len(pages_in(await (await all_packed.value).path())) == 1
    await part("chosen-none").click()
    await part("order-number").first.click()
    await expect(part("order-shipping")).to_have_attribute("data-state", "unshipped")
    await part("note-text").fill("熨斗を付ける")
    await part("note-write").click()
    await expect(part("note")).to_have_count(1)
    await look_at(page, tmp_path / f"order-{device}.png")

    async with page.expect_download() as packed:
        await part("packing-list").click()
    (words,) = pages_in(await (await packed.value).path())
    assert str(bought["number"]) in words
    await part("ship").click()
    await part("parcel-line-0").fill("1")
    await part("parcel-carrier").fill("ヤマト運輸")
    await part("parcel-tracking").fill("http://track.example/")
    await part("parcel-done").click()
    await expect(part("parcel-wrong")).not_to_be_empty()
    await look_at(page, tmp_path / f"parcel-{device}.png")
    await part("parcel-tracking").fill(TRACK)
    await part("parcel-done").click()
    await expect(part("order-shipping")).to_have_attribute("data-state", "partly_shipped")
    await part("ship").click()
    await part("parcel-tracking").fill(TRACK)
    await part("parcel-done").click()
    await expect(part("order-shipping")).to_have_attribute("data-state", "shipped")
    await expect(part("ship")).to_have_count(0)
    await part("shipment-undo").last.click()
    await expect(part("order-shipping")).to_have_attribute("data-state", "partly_shipped")
    await part("ship").click()
    await part("parcel-tracking").fill(TRACK)
    await part("parcel-done").click()
    await expect(part("order-shipping")).to_have_attribute("data-state", "shipped")
    await look_at(page, tmp_path / f"shipped-{device}.png")

    await part("back").click()
    table = f"number,carrier,tracking\r\n{bought['number']},DHL,\r\nNONE4711,DHL,\r\n"
    file = FilePayload(name="parcels.csv", mimeType="text/csv", buffer=table.encode())
    await part("orders-file").set_input_files(file)
    await expect(part("file-line")).to_have_count(2)
    await expect(part("file-line").first).to_have_attribute("data-outcome", "unchanged")
    await look_at(page, tmp_path / f"file-{device}.png")
    buyer = await desk.open(*seen)
    await buyer.goto(showroom.url(f"/receipt#{made.json()['receipt']}"))
    await expect(buyer.get_by_test_id("receipt-tracking")).to_have_attribute("href", TRACK)
    await expect(buyer.get_by_test_id("receipt-state")).to_have_attribute("data-state", "shipped")
    await look_at(buyer, tmp_path / f"receipt-{device}.png")
