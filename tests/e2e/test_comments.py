"""The chat: written, reacted to, taken back, read in peace under flood; a moderator makes a question of it with one key."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from playwright.async_api import Page, expect

from server.settings import Settings
from tests.support.browser import Desk
from tests.support.eventually import eventually
from tests.support.showroom import Showroom
from tests.support.viewer import Viewer, joined_at

FROM_FOOT = "box => box.scrollHeight - box.scrollTop - box.clientHeight"


async def open_chat(page: Page, showroom: Showroom) -> None:
    await page.goto(showroom.url("/shows/demo"))
    await page.get_by_test_id("tab-comments").click()


def row_of(page: Page, words: str) -> Any:
    return page.get_by_test_id("comment").filter(has_text=words)


async def say(viewer: Viewer, words: str) -> str:
    return str((await viewer.do("comment", text=words))["comment"])


async def test_two_viewers_chat_react_and_take_back(showroom: Showroom, desk: Desk) -> None:
    desk.expected.add("409")
    phone, desktop = await desk.open("phone", "ja"), await desk.open("desktop")
    await open_chat(phone, showroom)
    await open_chat(desktop, showroom)
    await expect(desktop.get_by_test_id("comments-empty")).to_contain_text("Nobody has said anything yet")
    await phone.get_by_test_id("comment-text").fill("かわいい！")
    await phone.get_by_test_id("comment-text").press("Enter")
    mine = row_of(phone, "かわいい！")
    await expect(mine).to_contain_text("あなた")
    await expect(phone.get_by_test_id("comment-text")).to_have_value("")
    theirs = row_of(desktop, "かわいい！")
    await theirs.get_by_test_id("comment-more").click()
    await theirs.get_by_test_id("comment-react-heart").click()
    await expect(mine.get_by_test_id("comment-count-heart")).to_have_text("1")
    await expect(theirs.get_by_test_id("comment-count-heart")).to_have_attribute("aria-pressed", "true")
    await theirs.get_by_test_id("comment-count-heart").click()
    await expect(mine.get_by_test_id("comment-count-heart")).to_have_count(0)
    await mine.get_by_test_id("comment-more").click()
    await mine.get_by_test_id("comment-withdraw").click()
    await expect(mine).to_have_count(0)
    await expect(theirs).to_have_count(0)


async def test_what_one_reads_stands_still_and_what_comes_is_counted(
    showroom: Showroom, desk: Desk, settings: Settings
) -> None:
    page = await desk.open("desktop")
    await open_chat(page, showroom)
    async with AsyncExitStack() as stack:
        crowd = [await stack.enter_async_context(joined_at(showroom.address)) for _ in range(12)]
        for n in range(4):
            await asyncio.gather(*(say(viewer, f"line {n} of {v}") for v, viewer in enumerate(crowd)))
        box = page.get_by_test_id("comments")
        await eventually(lambda: _at_foot(box))
        part = page.get_by_test_id("comments-part")
        await expect(part).to_contain_text("The host’s team is always shown")
        await box.evaluate("box => box.scrollTo(0, 0)")
        first = await page.get_by_test_id("comment").first.get_attribute("data-comment")
        top = await box.evaluate("box => box.scrollTop")
        async with joined_at(showroom.address, token=showroom.token("host")) as host:
            for n in range(3):
                await say(host, f"welcome {n}")
        await expect(page.get_by_test_id("comments-new")).to_have_text("3 new comments")
        assert await page.get_by_test_id("comment").first.get_attribute("data-comment") == first
        assert await box.evaluate("box => box.scrollTop") == top
        await page.get_by_test_id("comments-new").click()
        await expect(row_of(page, "welcome 2")).to_be_visible()
        await eventually(lambda: _at_foot(box))
        await page.reload()
        await page.get_by_test_id("tab-comments").click()
        await expect(row_of(page, "welcome 2")).to_be_visible()


async def _at_foot(box: Any) -> bool:
    return bool(await box.count()) and await box.evaluate(FROM_FOOT) < 48


async def test_a_moderator_makes_a_question_by_one_key_removes_and_switches(
    showroom: Showroom, desk: Desk
) -> None:
    desk.expected.add("409")
    page = await desk.open("desktop")
    await page.goto(showroom.staff_url("moderator", "/host?show=demo"))
    await page.get_by_test_id("comments-panel").locator("summary").click()
    async with joined_at(showroom.address) as viewer:
        asks, rude = await say(viewer, "Is the glaze safe for food?"), await say(viewer, "Cheap watches!!!")
        asked = page.locator(f"[data-comment={asks}]")
        await asked.get_by_role("button").first.click()
        await page.keyboard.press("q")
        own = await viewer.expect(lambda line: line["type"] == "question.own", "a question of one's own")
        assert own["question"]["text"] == "Is the glaze safe for food?"
        await expect(asked).to_contain_text("Is a question now")
        await page.locator(f"[data-comment={rude}]").get_by_role("button").first.click()
        await page.get_by_test_id("comment-remove-spam").click()
        await viewer.expect_push("comment.removed", lambda push: push["comment"]["id"] == rude)
        await page.keyboard.press("z")
        await viewer.expect_push("comment.changed", lambda push: push["comment"]["id"] == rude)
        await page.get_by_test_id("comments-off").click()
        await viewer.expect_push("show.changed", lambda push: push["show"]["comments"] == "off")
        assert await viewer.refused("comment", text="Hello?") == "comments_closed"
