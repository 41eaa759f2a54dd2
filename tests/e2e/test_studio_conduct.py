"""The studio's page of what happens by itself: after how many reports, to whoever comes back, and who is handed over."""

from typing import Literal

import pytest
from playwright.async_api import expect

from server.demo.catalogue import CHANNEL_ID
from tests.e2e.test_every_state import find_faults, settle
from tests.e2e.test_surveys import picture
from tests.support.browser import Desk
from tests.support.showroom import Showroom


@pytest.mark.parametrize("seen", [("phone", "ja"), ("desktop", "en")])
async def test_a_host_says_what_happens_by_itself(
    showroom: Showroom, desk: Desk, seen: tuple[Literal["phone", "desktop"], Literal["en", "ja"]]
) -> None:
    page = await desk.open(*seen)
    part = page.get_by_test_id
    await page.goto(showroom.staff_url("host", "/studio/conduct"))
    await expect(part("field-after")).to_have_value("3")
    await part("field-after").fill("0")
    await part("form-save").click()
    await expect(part("wrong-after")).not_to_be_empty()
    await part("field-after").fill("5")
    await part("field-returning").select_option("mute")
    await part("field-whose").select_option("named")
    await part("form-save").click()
    await expect(part("wrong-channels")).not_to_be_empty()
    await part("field-channels").fill(CHANNEL_ID)
    await settle(page)
    assert await find_faults(page) == []
    await picture(page, f"conduct-{seen[0]}-{seen[1]}")
    await part("form-save").click()
    await expect(part("form-discard")).to_have_count(0)
    of = f"/channels/{CHANNEL_ID}"
    assert await showroom.ask("GET", f"{of}/report-settings", "host") == {"hold_after": 5}
    assert await showroom.ask("GET", f"{of}/sanction-settings", "host") == {"returning": "mute"}
    hand_over = await showroom.ask("GET", f"{of}/hand-over-settings", "host")
    assert (hand_over["whose"], hand_over["version"]) == ("named", 2)
    await part("field-reports").select_option("nothing")
    await expect(part("field-after")).to_have_count(0)
    await part("form-save").click()
    await expect(part("form-discard")).to_have_count(0)
    assert await showroom.ask("GET", f"{of}/report-settings", "host") == {"hold_after": 0}
