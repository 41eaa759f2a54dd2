"""Sold out, and back: on the viewer's pinned card, in a word for who listens, and in the host's line."""

import pytest
from playwright.async_api import expect

from server.demo.catalogue import VIDEO_MP4
from tests.e2e.test_surveys import picture
from tests.support.browser import Desk, Device
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

GONE = {"en": " is sold out", "ja": "は売り切れました"}
OUT = {"en": "Sold out at", "ja": "売り切れ"}
BACK = {"en": "1 back at", "ja": "在庫復活1点"}
AGAIN = {"en": "Back in stock", "ja": "再び購入できます"}


@pytest.mark.parametrize(("language", "device"), [("en", "phone"), ("ja", "desktop")])
async def test_the_last_unit_that_goes_and_comes_back_is_seen_by_viewer_and_host(
    showroom: Showroom, desk: Desk, language: str, device: Device
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    async with joined_at(showroom.address, show, token=showroom.token("host")) as host:
        snapshot = next(line["snapshot"] for line in host.lines if line["type"] == "joined")
        sold = next(each for each in snapshot["products"] if not each.get("variants") and each["stock"] > 1)
        product = sold["id"]
        await host.do("product.restock", product=product, add=1 - sold["stock"])
        await host.do("product.pin", product=product)
        viewer = await desk.open(device, language)  # type: ignore[arg-type]
        await viewer.goto(showroom.url(f"/shows/{show}"))
        card = viewer.get_by_test_id("pinned-product")
        await expect(card.get_by_test_id("stock")).to_have_attribute("data-stock", "1")
        staff = await desk.open("desktop", language)  # type: ignore[arg-type]
        await staff.goto(showroom.staff_url("host", f"/host?show={show}"))
        news = staff.get_by_test_id("stock-news")
        await expect(news).to_have_text("")
        held = await host.do("hold", lines=[{"product": product, "quantity": 1}], key="key-hold-0001")
        await expect(card.get_by_test_id("stock")).to_have_attribute("data-stock", "0")
        await expect(card.get_by_test_id("buy")).to_be_disabled()
        await expect(viewer.get_by_test_id("sold-out-word")).to_contain_text(GONE[language])
        await expect(news).to_contain_text(f"{sold['title']}")
        await expect(news).to_contain_text(OUT[language])
        await picture(viewer, f"sold-out-viewer-{language}")
        await picture(staff, f"sold-out-host-{language}")
        await host.do("hold.release", hold=held["hold"])
        await expect(card.get_by_test_id("back-in-stock")).to_have_text(AGAIN[language])
        await expect(card.get_by_test_id("buy")).to_be_enabled()
        await expect(news).to_contain_text(BACK[language])
        await picture(viewer, f"back-in-stock-viewer-{language}")
