"""A giveaway from the host's taps to the prize that a viewer claims, beside the stream, in both languages."""

import pytest
from playwright.async_api import expect

from server.demo.catalogue import VIDEO_MP4
from tests.e2e.by_hand import Hand, HostAtPage
from tests.e2e.test_polls import WATCHED, look_at
from tests.support.browser import Desk, Device, Language
from tests.support.showroom import Showroom

PRIZES = {
    "en": ("A hand-thrown bowl", "Sent within Japan, by Friday."),
    "ja": ("手びねりの鉢（大阪の窯で焼いたもの）", "発送は国内に限ります。金曜日までに発送します。"),
}
WORDS = {
    "en": ("You are in. Good luck!", "You have won! Claim it before the time is over."),
    "ja": (
        "応募を受け付けました。抽選をお待ちください。",
        "当選しました！期限までに受け取りの手続きをしてください。",
    ),
}


@pytest.mark.parametrize(("device", "language"), [("phone", "ja"), ("desktop", "en")])
async def test_a_giveaway_is_entered_drawn_and_its_prize_claimed(
    showroom: Showroom, desk: Desk, device: Device, language: Language
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    (prize, hint), (entered, won) = PRIZES[language], WORDS[language]
    host = HostAtPage(await desk.open("desktop", language), Hand())
    await host.sign_in(showroom.url(f"/host?show={show}"), showroom.codes["host"])
    viewer = await desk.open(device, language)
    if device == "phone":
        await viewer.set_viewport_size({"width": 360, "height": 780})
    await viewer.goto(showroom.url(f"/shows/{show}"))
    await viewer.wait_for_function(WATCHED)
    await host.part("giveaways").locator("summary").first.click()
    await host.part("giveaway-prepare").locator("summary").click()
    await host.part("giveaway-prize").fill(prize)
    await host.part("giveaway-hint").fill(hint)
    await host.part("giveaway-seconds").select_option("300")
    await look_at(host.page, f"giveaway-form-{language}")
    await host.part("giveaway-open-now").click()
    word = viewer.get_by_test_id("giveaway-word")
    await expect(viewer.get_by_test_id("giveaway")).to_contain_text(prize)
    await expect(viewer.get_by_test_id("giveaway-countdown")).to_be_visible()
    await look_at(viewer, f"giveaway-open-{device}-{language}")
    await viewer.get_by_test_id("giveaway-enter").click()
    await expect(word).to_have_text(entered)
    await expect(host.part("giveaway-count")).to_contain_text("1")
    await viewer.get_by_test_id("giveaway-small").click()
    await viewer.reload()
    await viewer.get_by_test_id("giveaway-chip").click()
    await expect(word).to_have_text(entered)
    await look_at(host.page, f"giveaway-host-open-{language}")
    await host.part("giveaway-close").click()
    await host.part("giveaway-draw").click()
    await expect(word).to_have_text(won)
    await look_at(viewer, f"giveaway-won-{device}-{language}")
    await viewer.get_by_test_id("giveaway-contact").fill("1-2-3 Ginza")
    await viewer.get_by_test_id("giveaway-claim").click()
    await expect(host.part("giveaway-won")).to_contain_text("1-2-3 Ginza")
    await expect(viewer.get_by_test_id("giveaway-claim")).not_to_be_visible()
    await viewer.locator(".giveaway-proof summary").click()
    path = await viewer.get_by_test_id("giveaway-proof").get_attribute("href")
    proof = await viewer.request.get(showroom.url(path or ""))
    assert (await proof.json())["entries"] == 1
    await look_at(viewer, f"giveaway-claimed-{device}-{language}")
    await look_at(host.page, f"giveaway-host-drawn-{language}")
    await host.part("giveaway-hide").click()
    await expect(viewer.get_by_test_id("giveaway")).not_to_be_visible()
    assert desk.complaints == []
