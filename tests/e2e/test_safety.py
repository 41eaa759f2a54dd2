"""Safety as people meet it: staff stop a writer in two steps, the writer reads why and until when and appeals, viewers report."""

import json

from playwright.async_api import Page, expect

from tests.e2e.test_every_state import find_faults, settle
from tests.e2e.test_surveys import picture
from tests.support.browser import Desk
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

RUDE = "だまされるな、安物だよ！"


async def look(page: Page, name: str) -> None:
    """The page breaks no rule that axe knows, and nothing of it is wider than the screen."""
    await settle(page)
    assert await find_faults(page) == [], name
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    await picture(page, f"safety-{name}")


async def token_of(page: Page) -> str:
    kept = await page.evaluate("sessionStorage.getItem('showfloor.guest')")
    return str(json.loads(kept)["token"])


async def open_viewer(page: Page, showroom: Showroom) -> None:
    await page.goto(showroom.url("/shows/demo"))
    await expect(page.get_by_test_id("show-state")).to_be_visible()
    await page.get_by_test_id("tab-questions").click()


async def test_a_writer_is_stopped_in_two_steps_reads_why_and_appeals(showroom: Showroom, desk: Desk) -> None:
    desk.expected.add("status of 403")
    viewer = await desk.open("phone", "ja")
    await open_viewer(viewer, showroom)
    async with joined_at(showroom.address, token=await token_of(viewer)) as same:
        asked = (await same.do("ask", text=RUDE))["question"]
    host = await desk.open("desktop", "en")
    await host.goto(showroom.staff_url("host", "/host?show=demo&view=moderate"))
    part = host.get_by_test_id
    await expect(part("speed")).to_be_visible()
    for _ in range(30):
        if await part("focus").get_attribute("data-question") == asked:
            break
        await host.keyboard.press("j")
    await host.keyboard.press("b")
    await look(host, "host-dialog")
    await part("sanction-reason").select_option("abuse")
    await part("sanction-10m").click()
    await expect(part("last-deed")).to_contain_text("a time-out")
    await expect(viewer.get_by_test_id("silenced-left")).to_contain_text("残り9:5")
    await look(viewer, "viewer-timeout")
    await host.keyboard.press("z")
    await expect(viewer.get_by_test_id("silenced")).to_have_count(0)
    # Who is shadow-muted reads nothing of it, also after a reload.
    await host.keyboard.press("b")
    await host.keyboard.press("7")
    await expect(part("last-deed")).to_contain_text("Shadow-muted")
    await host.keyboard.press("b")
    await host.keyboard.press("6")
    await expect(viewer.get_by_test_id("silenced")).to_contain_text("この配信では投稿できません")
    await viewer.reload()
    await viewer.get_by_test_id("tab-questions").click()
    await viewer.get_by_test_id("silenced-more").click()
    await look(viewer, "viewer-why")
    await viewer.get_by_test_id("appeal-text").fill("弟が書きました。")
    await viewer.get_by_test_id("appeal-send").click()
    await expect(viewer.get_by_test_id("appeal-state")).to_contain_text("送信しました")
    await host.get_by_role("link", name="desk").click()
    await part("safety").locator("summary").click()
    await expect(part("safety").locator("summary")).to_contain_text("1 appeal · 2 sanctions hold")
    await expect(part("appeal")).to_contain_text("弟が書きました。")
    await look(host, "host-panel")
    await part("appeal-keep").click()
    await expect(viewer.get_by_test_id("appeal-state")).to_contain_text("制限は継続")
    await expect(part("appeal")).to_have_count(0)
    await part("sanctions").locator("[data-kind=mute]").get_by_test_id("lift").click()
    await expect(viewer.get_by_test_id("silenced-dialog")).to_have_count(0)
    await expect(part("sanction")).to_have_count(1)
    await host.locator(f"[data-testid=question][data-question={asked}] button").click()
    await part("sanction-open").click()
    await part("sanction-ban_1d").click()
    await expect(viewer.get_by_test_id("cover-banned")).to_be_visible()
    await viewer.reload()
    await expect(viewer.get_by_test_id("banned-facts")).to_contain_text("理由の指定なし")
    await expect(viewer.get_by_test_id("sanction-end")).to_contain_text("まで")
    await look(viewer, "viewer-banned")
    # In another tab of the device they are another guest, and likely the same person.
    again = await viewer.context.new_page()
    await open_viewer(again, showroom)
    await again.get_by_test_id("ask-text").fill("また来たよ")
    await again.get_by_test_id("ask-text").press("Enter")
    await expect(again.get_by_test_id("own-question")).to_have_attribute("data-state", "pending")
    await expect(part("sanction").filter(has_text="the same device")).to_have_count(1)
    await look(host, "host-likely")
    await viewer.get_by_test_id("appeal-text").fill("もうしません。")
    await viewer.get_by_test_id("appeal-send").click()
    await part("appeal-lift").click()
    await expect(part("last-deed")).to_contain_text("Granted the appeal")
    await viewer.get_by_test_id("rejoin").click()
    await expect(viewer.get_by_test_id("cover-banned")).to_have_count(0)
    await expect(viewer.get_by_test_id("silenced")).to_have_count(0)
    await expect(part("sanction").filter(has_text="the same device")).to_have_count(0)


async def test_what_viewers_report_waits_for_staff_who_deal_with_it(showroom: Showroom, desk: Desk) -> None:
    page, host = await desk.open("desktop", "en"), await desk.open("desktop", "ja")
    await open_viewer(page, showroom)
    await host.goto(showroom.staff_url("moderator", "/host?show=demo"))
    part = host.get_by_test_id
    async with joined_at(showroom.address) as guest:
        asked = (await guest.do("ask", text="Buy at my shop!"))["question"]
        said = (await guest.do("comment", text="Or at my brother's"))["comment"]
        question = page.locator(f"[data-testid=question][data-question={asked}]")
        await question.get_by_test_id("report").click()
        await look(page, "viewer-report")
        await page.get_by_test_id("report-spam").click()
        await expect(page.get_by_test_id("toast")).to_contain_text("Thank you")
        await expect(question.get_by_test_id("report")).to_be_disabled()
        await page.get_by_test_id("tab-comments").click()
        row = page.locator(f"[data-testid=comment][data-comment={said}]")
        await row.get_by_test_id("comment-more").click()
        await row.get_by_test_id("report").click()
        await page.get_by_test_id("report-abuse").click()
        await expect(part("safety").locator("summary")).to_contain_text("通報2件")
        await part("safety").locator("summary").click()
        await look(host, "host-reports")
        comment = part("reported").filter(has_text="Or at my brother's")
        await comment.get_by_test_id("reported-remove").click()
        await expect(row).to_have_count(0)
        await comment.get_by_test_id("reported-settle").click()
        await expect(part("reported")).to_have_count(1)
        await part("reported-sanction").click()
        await expect(part("sanction-reason")).to_have_value("spam")
        await host.keyboard.press("3")
        await guest.expect_push("sanction.own", lambda push: push["sanction"]["reason"] == "spam")
        await part("reported-ignore").click()
        await expect(part("reports")).to_have_count(0)
        await expect(part("sanction")).to_have_count(1)
