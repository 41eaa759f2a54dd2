"""A poll from the host's two taps to the result on a viewer's page, beside the stream, in both languages."""

import re

import pytest
from playwright.async_api import Page, expect

from server.demo.catalogue import VIDEO_MP4
from tests.e2e.by_hand import Hand, HostAtPage
from tests.e2e.test_every_state import find_faults, settle
from tests.e2e.test_offers import WRONG_CLOCK
from tests.e2e.test_surveys import picture
from tests.support.browser import Desk, Device, Language
from tests.support.showroom import Showroom

WATCHED = "() => { const video = document.querySelector('video'); return video && video.currentTime > 4 }"
ASKED = {
    "en": ("From which year is this bowl?", ["1951", "1968", "1975"]),
    "ja": (
        "この器は何年につくられたものでしょう？",
        ["1951年", "1968年", "1975年（大阪の窯で焼かれたもの）"],
    ),
}
LEFT = re.compile(r"(?<![\d:])[45]:\d\d")
"""Of five minutes, by the server's clock, on pages whose device is an hour behind."""
RIGHT = {"en": "You were right! 1 of 1 was right.", "ja": "正解です！ 1人中1人が正解でした。"}


async def look_at(page: Page, name: str) -> None:
    """The page breaks no rule that axe knows, and nothing of it is wider than the screen."""
    await settle(page)
    assert await find_faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    await picture(page, name)


@pytest.mark.parametrize(("device", "language"), [("phone", "ja"), ("desktop", "en")])
async def test_a_quiz_is_opened_answered_beside_the_stream_and_its_result_is_told(
    showroom: Showroom, desk: Desk, device: Device, language: Language
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    question, choices = ASKED[language]
    host = HostAtPage(await desk.open("desktop", language), Hand())
    await host.page.add_init_script(WRONG_CLOCK)
    await host.sign_in(showroom.url(f"/host?show={show}"), showroom.codes["host"])
    viewer = await desk.open(device, language)
    if device == "phone":
        await viewer.set_viewport_size({"width": 360, "height": 780})
    await viewer.add_init_script(WRONG_CLOCK)
    await viewer.goto(showroom.url(f"/shows/{show}"))
    await viewer.wait_for_function(WATCHED)
    await host.part("polls").locator("summary").first.click()
    await host.part("poll-prepare").locator("summary").click()
    await host.part("poll-kind").select_option("quiz")
    await host.part("poll-question").fill(question)
    await host.part("poll-choices").fill("\n".join(choices))
    await host.part("poll-right").fill("2")
    await host.part("poll-seconds").select_option("300")
    await host.part("poll-changeable").check()
    await look_at(host.page, f"poll-form-{language}")
    await host.part("poll-open-now").click()
    card = viewer.get_by_test_id("poll")
    await expect(card).to_contain_text(question)
    await expect(viewer.get_by_test_id("poll-countdown")).to_have_text(LEFT)
    await expect(host.part("poll-left")).to_have_text(LEFT)
    await viewer.get_by_test_id("poll-choice-0").check()
    await look_at(viewer, f"poll-asked-{device}-{language}")
    await viewer.get_by_test_id("poll-send").click()
    await expect(viewer.get_by_test_id("poll-share-0")).to_contain_text("1")
    await expect(host.part("poll-count-0")).to_contain_text("1")
    await viewer.get_by_test_id("poll-small").click()
    await viewer.reload()
    await viewer.get_by_test_id("poll-chip").click()
    await expect(viewer.get_by_test_id("poll-share-0")).to_contain_text("1")
    await viewer.get_by_test_id("poll-change").click()
    await viewer.get_by_test_id("poll-choice-1").check()
    await viewer.get_by_test_id("poll-send").click()
    await expect(host.part("poll-count-1")).to_contain_text("1")
    await expect(host.part("poll-count-0")).to_contain_text("0")
    await look_at(viewer, f"poll-voted-{device}-{language}")
    await look_at(host.page, f"poll-host-{language}")
    await host.part("poll-close").click()
    await expect(viewer.get_by_test_id("poll-word")).to_have_text(RIGHT[language])
    await look_at(viewer, f"poll-result-{device}-{language}")
    await host.part("poll-hide").click()
    await expect(card).not_to_be_visible()
    assert desk.complaints == []
