"""Who wrote a line, on every page in the reader's language; names that are staff's; announcements that end; fields that cut nothing."""

from playwright.async_api import Locator, Page, expect

from server.text.names import guest_number
from tests.support.browser import Desk, Device, Language
from tests.support.eventually import eventually
from tests.support.showroom import Showroom
from tests.support.viewer import Viewer, joined_at

STAFF_ASKS, GUEST_ASKS, HEAP = (
    "Which colour shall I show first?",
    "Is it dishwasher safe?",
    "Z" + "\u0301\u0323" * 30,
)
FAMILY = "👩‍👩‍👧‍👦"
WORDS: dict[Language, tuple[str, str, str]] = {
    "en": ("Host", "Moderator", "Guest {n}"),
    "ja": ("配信者", "モデレーター", "ゲスト{n}"),
}


async def talk(room: Showroom) -> int:
    """A host asks, a guest asks, a moderator answers; return the guest's number."""
    async with (
        joined_at(room.address, token=room.token("host")) as host,
        joined_at(room.address, token=room.token("moderator")) as moderator,
        joined_at(room.address) as guest,
    ):
        await host.do("ask", text=STAFF_ASKS)
        asked = (await guest.do("ask", text=GUEST_ASKS))["question"]
        await moderator.do("question.answer", question=asked, text=HEAP)
        push = await guest.expect_push("question.answered")
        number = guest_number(push["question"]["author"])
    assert number is not None
    return number


async def open_viewer(desk: Desk, room: Showroom, device: Device, language: Language = "en") -> Page:
    page = await desk.open(device, language)
    await page.goto(room.url("/shows/demo"))
    await expect(page.get_by_test_id("show-state")).to_be_visible()
    return page


def holding(page: Page, text: str) -> Locator:
    return page.get_by_test_id("question").filter(has_text=text)


async def test_staff_are_marked_and_guests_are_named_in_the_readers_language(
    showroom: Showroom, desk: Desk
) -> None:
    number = await talk(showroom)
    for language, (host, moderator, guest) in WORDS.items():
        named = guest.format(n=number)
        page = await open_viewer(desk, showroom, "desktop", language)
        await expect(holding(page, STAFF_ASKS).get_by_test_id("staff")).to_have_text(host)
        await expect(holding(page, GUEST_ASKS).locator(".question-head")).to_contain_text(named)
        await expect(holding(page, GUEST_ASKS).get_by_test_id("answer").get_by_test_id("staff")).to_have_text(
            moderator
        )
        await expect(page.get_by_test_id("announcement").get_by_test_id("staff")).to_have_text(host)
        phone = await open_viewer(desk, showroom, "phone", language)
        lines = phone.get_by_test_id("lines").locator(".line")
        await expect(lines.filter(has_text=STAFF_ASKS).get_by_test_id("staff")).to_have_text(host)
        await expect(lines.filter(has_text=named)).to_have_count(1)
        desk_page = await desk.open("desktop", language)
        await desk_page.goto(showroom.staff_url("host", "/host?show=demo"))
        await expect(holding(desk_page, STAFF_ASKS).get_by_test_id("staff")).to_have_text(host)
        await expect(desk_page.get_by_test_id("focus").get_by_test_id("staff")).to_have_text(host)
        await desk_page.get_by_test_id("stage-open").click()
        await expect(desk_page.get_by_test_id("stage-author").get_by_test_id("staff")).to_have_text(host)
        await desk_page.keyboard.press("Escape")
        await desk_page.get_by_test_id("tab-answered").click()
        await expect(holding(desk_page, GUEST_ASKS)).to_contain_text(named)


async def test_a_heap_of_marks_stays_in_its_row(showroom: Showroom, desk: Desk) -> None:
    await talk(showroom)
    page = await open_viewer(desk, showroom, "desktop")
    answer = holding(page, GUEST_ASKS).get_by_test_id("answer")
    await expect(answer).to_be_visible()
    clips = await answer.locator("> span").evaluate("each => getComputedStyle(each).overflowY")
    assert clips == "clip"


async def test_a_reserved_name_is_refused_kindly_and_once(showroom: Showroom, desk: Desk) -> None:
    page = await open_viewer(desk, showroom, "desktop")
    await rename(page, "Аоi (official)")
    toast = page.get_by_test_id("toast").filter(has_text="kept for the show’s own team")
    await expect(toast).to_have_count(1)
    await expect(toast).to_contain_text("Guest ")
    await page.get_by_test_id("settings-open").click()
    await expect(page.get_by_test_id("guest-name")).to_have_value("Аоi (official)")
    await expect(page.get_by_test_id("guest-name-hint")).to_contain_text("Guest ")
    await page.keyboard.press("Escape")
    await rename(page, "می\u200cخواهم 🩷")
    await expect(page.get_by_test_id("toast").filter(has_text="Saved.")).to_have_count(1)
    await page.get_by_test_id("ask-text").fill(GUEST_ASKS)
    await page.get_by_test_id("ask-send").click()
    async with joined_at(showroom.address, token=showroom.token("host")) as host:
        await expect(holding(page, GUEST_ASKS)).to_have_count(1)
        await eventually(lambda: "می\u200cخواهم 🩷" in authors(host))


def authors(viewer: Viewer) -> list[str]:
    """Who asked, by the snapshot and the pushes that a viewer has."""
    asked = [*viewer.lines[0]["snapshot"]["questions"]]
    asked += [push["question"] for push in viewer.pushes if push["type"] == "question.posted"]
    return [question["author"] for question in asked]


async def rename(page: Page, name: str) -> None:
    await page.get_by_test_id("settings-open").click()
    await page.get_by_test_id("guest-name").fill(name)
    await page.get_by_test_id("guest-name-save").click()
    await expect(page.get_by_test_id("settings")).to_have_count(0)


async def test_an_announcement_is_taken_down_and_said_again(showroom: Showroom, desk: Desk) -> None:
    viewer = await open_viewer(desk, showroom, "phone")
    host = await desk.open("desktop")
    await host.goto(showroom.staff_url("host", "/host?show=demo"))
    said = await viewer.locator(".announcement-text").inner_text()
    await host.get_by_test_id("announce-remove").click()
    await expect(viewer.get_by_test_id("announcement")).to_have_count(0)
    await expect(host.get_by_test_id("announce-remove")).to_have_count(0)
    late = await open_viewer(desk, showroom, "phone")
    await expect(late.get_by_test_id("announcement")).to_have_count(0)
    await host.get_by_test_id("undo").click()
    await expect(late.locator(".announcement-text")).to_have_text(said)


async def test_fields_count_as_the_server_does_and_cut_nothing(showroom: Showroom, desk: Desk) -> None:
    page = await open_viewer(desk, showroom, "desktop")
    box, send = page.get_by_test_id("ask-text"), page.get_by_test_id("ask-send")
    most = FAMILY * 71 + "e\u0301" * 3  # 7 code points each, 1 when composed: 500
    left = page.get_by_test_id("ask-form").get_by_test_id("room-left")
    await box.fill(most + "!")
    await expect(left).to_have_text("1 character too many")
    await expect(box).to_have_value(most + "!")
    await expect(send).to_be_disabled()
    await box.fill(most)
    await expect(left).to_have_text("0 characters left")
    ring = await box.evaluate("""each => {
        each.focus()
        const style = getComputedStyle(each)
        return each.getBoundingClientRect().bottom + parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset)
    }""")
    counter = await left.bounding_box()
    assert counter is not None
    assert ring <= counter["y"]
    await send.click()
    await expect(box).to_have_value("")
