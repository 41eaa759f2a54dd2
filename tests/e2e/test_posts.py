"""A viewer's own post, from their telephone to a moderator, before everybody by the host, and back, in both languages."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from server.demo.catalogue import VIDEO_MP4
from tests.e2e.by_hand import Hand, HostAtPage
from tests.e2e.test_polls import WATCHED, look_at
from tests.support import drawn
from tests.support.browser import Desk, Device, Language
from tests.support.showroom import Showroom

# In Japanese more than the card over the picture has room for.
SAID = {"en": "We have breakfast from it every morning.", "ja": "毎朝これで朝ごはんを食べています。" * 5}
HELD = {"en": "Only you see it.", "ja": "あなたにだけ見えています。"}
SHOWN = {"en": "Everybody sees it.", "ja": "公開されています。"}


async def open_posts(page: Page) -> None:
    """Open what viewers show of the first product, as on each of its cards."""
    await page.get_by_test_id("tab-products").click()
    await page.get_by_test_id("products").get_by_test_id("posts-open").first.click()
    await expect(page.get_by_test_id("posts")).to_be_visible()


@pytest.mark.parametrize(("device", "language"), [("phone", "ja"), ("desktop", "en")])
async def test_a_post_goes_from_a_viewer_to_every_screen_and_is_taken_back(
    showroom: Showroom, desk: Desk, device: Device, language: Language, tmp_path: Path
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    viewer, other = [await desk.open(device, language) for _ in range(2)]
    for page in (viewer, other):
        if device == "phone":
            await page.set_viewport_size({"width": 360, "height": 780})
        await page.goto(showroom.url(f"/shows/{show}"))
        await page.wait_for_function(WATCHED)
    await open_posts(viewer)
    file = tmp_path / "breakfast.jpg"
    file.write_bytes(drawn.lying_picture())
    await viewer.get_by_test_id("post-file").set_input_files(file)
    await viewer.get_by_test_id("post-text").fill(SAID[language])
    await expect(viewer.get_by_test_id("post-send")).to_be_disabled()
    await viewer.get_by_test_id("post-consent").check()
    await look_at(viewer, f"post-form-{device}-{language}")
    await viewer.get_by_test_id("post-send").click()
    await expect(viewer.get_by_test_id("post-state")).to_contain_text(HELD[language])
    await expect(viewer.locator("[data-testid=post-own] canvas[data-drawn]")).to_be_visible()
    await look_at(viewer, f"post-held-{device}-{language}")
    host = HostAtPage(await desk.open("desktop", language), Hand())
    await host.sign_in(showroom.url(f"/host?show={show}"), showroom.codes["host"])
    await host.part("posts").locator("summary").first.click()
    await expect(host.part("posts").get_by_test_id("post-text")).to_have_text(SAID[language])
    await expect(host.page.locator("[data-testid=posts] canvas[data-drawn]")).to_be_visible()
    await look_at(host.page, f"post-host-held-{language}")
    await host.part("post-approve").click()
    await expect(viewer.get_by_test_id("post-state")).to_contain_text(SHOWN[language])
    await open_posts(other)
    await expect(other.get_by_test_id("post")).to_contain_text(SAID[language])
    await look_at(other, f"post-card-{device}-{language}")
    await other.get_by_test_id("dialog-close").click()
    await host.part("posts-approved").click()
    await host.part("post-show").click()
    await expect(other.get_by_test_id("post-shown")).to_contain_text(SAID[language])
    await expect(host.part("post-now")).to_be_visible()
    await look_at(other, f"post-shown-{device}-{language}")
    await look_at(host.page, f"post-host-shown-{language}")
    await other.get_by_test_id("post-shown").get_by_test_id("report").click()
    await look_at(other, f"post-report-{device}-{language}")
    await other.get_by_test_id("report-abuse").click()
    await expect(other.get_by_test_id("post-shown").get_by_test_id("report")).to_be_disabled()
    await host.part("safety").locator("summary").click()
    reported = host.part("reported")
    await expect(reported.get_by_test_id("post-text")).to_have_text(SAID[language])
    await look_at(host.page, f"post-host-reported-{language}")
    await reported.get_by_test_id("post-sanction").click()
    await expect(host.part("sanction-reason")).to_have_value("abuse")
    await host.part("sanction-10m").click()
    await expect(host.part("sanction")).to_have_count(1)
    await reported.get_by_test_id("reported-settle").click()
    await expect(reported).to_have_count(0)
    await viewer.get_by_test_id("post-withdraw").click()
    await expect(other.get_by_test_id("post-shown")).not_to_be_visible()
    await expect(host.part("post-now")).not_to_be_visible()
    await expect(viewer.get_by_test_id("post-own")).not_to_be_visible()
    await open_posts(other)
    await expect(other.get_by_test_id("post")).to_have_count(0)
    assert desk.complaints == []


async def test_it_is_sent_before_and_after_a_show_and_taken_down_in_the_studio(
    showroom: Showroom, desk: Desk
) -> None:
    show = await showroom.plan_show()
    viewer = await desk.open("phone", "en")
    await viewer.goto(showroom.url(f"/shows/{show}"))
    await open_posts(viewer)
    await viewer.get_by_test_id("post-text").fill("Before the show")
    await viewer.get_by_test_id("post-anonymous").check()
    await viewer.get_by_test_id("post-consent").check()
    await viewer.get_by_test_id("post-send").click()
    await expect(viewer.get_by_test_id("post-own")).to_have_count(1)
    studio = await desk.open("desktop", "en")
    await studio.goto(showroom.staff_url("moderator", "/studio/posts"))
    row = studio.get_by_test_id("post").filter(has_text="Before the show")
    await expect(row).to_contain_text("Anonymous ")
    await row.get_by_test_id("post-approve").click()
    await expect(viewer.get_by_test_id("post-state")).to_contain_text(SHOWN["en"])
    await look_at(studio, "posts-studio")
    await row.get_by_test_id("post-remove").select_option("quality")
    await expect(row).to_have_attribute("data-state", "removed")
    await expect(viewer.get_by_test_id("post-state")).to_contain_text("too little can be seen")
    assert desk.complaints == []
