"""The fake provider's page: a buyer confirms as with 3-D Secure, in both languages and on both widths, and comes back to the show."""

import pytest
from playwright.async_api import expect

from server.ids import new_id
from tests.support.browser import Desk, Device, Language
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at


@pytest.mark.parametrize(("language", "device"), [("en", "phone"), ("ja", "desktop")])
async def test_a_buyer_confirms_and_comes_back(
    showroom: Showroom, desk: Desk, language: Language, device: Device
) -> None:
    async with joined_at(showroom.address, token=showroom.token("viewer")) as buyer:
        snapshot = next(line["snapshot"] for line in buyer.lines if line["type"] == "joined")
        product = next(each for each in snapshot["products"] if "variants" not in each and each["stock"])
        lines = [{"product": product["id"], "quantity": 1}]
        held = await buyer.do("hold", lines=lines, key=new_id("k"))
        paying = await buyer.do("pay", hold=held["hold"], key=new_id("k"), method="redirect")
        page = await desk.open(device, language)
        await page.goto(showroom.url(paying["redirect"]))
        await expect(page.get_by_test_id("pay-open")).to_have_attribute("lang", language)
        for decision in ("approve", "decline"):
            box = await page.get_by_test_id(f"pay-{decision}").bounding_box()
            assert box is not None
            assert box["height"] >= 44
        await page.get_by_test_id("pay-approve").click()
        await expect(page).to_have_url(showroom.url("/shows/demo"))
        await buyer.expect_push("payment.changed", lambda line: bool(line["state"] == "captured"))
        await page.goto(showroom.url(paying["redirect"]))
        await expect(page.get_by_test_id("pay-done")).to_be_visible()
