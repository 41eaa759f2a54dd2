"""A merchant gives an ended show its recording; a viewer watches it again: then beside now, jumps, a question, and a purchase."""

import pytest
from playwright.async_api import Page, expect

from server.demo.catalogue import PRODUCTS, VIDEO_MP4
from tests.e2e.test_every_state import find_faults, settle
from tests.e2e.test_surveys import picture
from tests.support.browser import Desk, Language
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

TEAPOT = PRODUCTS[0].id
BEFORE_SECONDS = 6
"""So long before the show's start the recording begins: what is said in its first seconds is at its 6th and later."""


async def hold(showroom: Showroom) -> str:
    """Hold a short show in which something happens, and end it; the product costs more since."""
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    async with (
        joined_at(showroom.address, show, token=showroom.token("host")) as host,
        joined_at(showroom.address, show, name="Nao") as viewer,
    ):
        await host.do("announce", text="Free shipping tonight")
        await host.do("product.pin", product=TEAPOT)
        asked = await viewer.do("ask", text="Does it drip?", key="k-does-it-drip")
        await viewer.do("comment", text="Good evening from Kobe")
        await host.do("question.answer", question=asked["question"], live=True)
        await host.do("show.end")
    price = PRODUCTS[0].price + 500
    await showroom.ask("PATCH", f"/products/{TEAPOT}", "admin", {"price": price})
    return show


async def go_to(viewer: Page, second: int) -> None:
    """Move the seek bar by the keyboard, as whoever sees nothing of it does."""
    bar = viewer.get_by_test_id("replay-seek")
    await bar.focus()
    await bar.press("Home")
    for _ in range(second):
        await bar.press("ArrowRight")


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_an_ended_show_is_watched_again_with_what_was_there_then(
    showroom: Showroom, desk: Desk, language: Language
) -> None:
    show = await hold(showroom)
    viewer = await desk.open("phone", language)
    await viewer.goto(showroom.url(f"/shows/{show}"))
    await expect(viewer.get_by_test_id("cover-ended")).to_be_visible()

    studio = await desk.open("desktop", language)
    await studio.goto(showroom.staff_url("admin", f"/studio/shows/{show}"))
    form = studio.get_by_test_id("recording-form")
    await form.get_by_test_id("field-mp4").fill(VIDEO_MP4)
    await form.get_by_test_id("field-starts").fill(f"-{BEFORE_SECONDS}")
    await form.get_by_test_id("field-length").fill("14")
    await studio.get_by_test_id("recording").scroll_into_view_if_needed()
    await picture(studio, f"replay-studio-{language}")
    await form.locator("button[type=submit]").click()

    await expect(viewer.get_by_test_id("replay-begin")).to_be_visible()
    await expect(viewer.get_by_test_id("show-state")).to_have_attribute("data-state", "replay")
    await expect(viewer.get_by_test_id("pinned-product")).to_have_count(0)
    await go_to(viewer, 12)
    await expect(viewer.get_by_test_id("pinned-product")).to_have_attribute("data-product", TEAPOT)
    await expect(viewer.get_by_test_id("price-then")).to_be_visible()
    await expect(viewer.get_by_test_id("replay-announcement")).to_contain_text("Free shipping tonight")
    await expect(viewer.get_by_test_id("replay-lines")).to_contain_text("Good evening from Kobe")
    await look_at(viewer, f"replay-then-{language}")
    await viewer.get_by_test_id("tab-comments").click()
    await expect(viewer.get_by_test_id("comment")).to_contain_text("Good evening from Kobe")
    await look_at(viewer, f"replay-chat-{language}")
    await go_to(viewer, 2)
    await expect(viewer.get_by_test_id("comments-empty")).to_be_visible()
    await take_away_what_is_read(showroom, show, viewer)
    await viewer.get_by_test_id("sheet-close").click()
    await expect(viewer.get_by_test_id("pinned-product")).to_have_count(0)
    await expect(viewer.get_by_test_id("replay-announcement")).to_have_count(0)

    await viewer.get_by_test_id("chapters-open").click()
    kinds = viewer.get_by_test_id("chapter")
    await expect(kinds).to_have_count(3)
    await look_at(viewer, f"replay-chapters-{language}")
    await viewer.locator('[data-testid="chapter"][data-kind="answer"]').click()
    await expect(viewer.get_by_test_id("replay-play")).to_have_attribute("data-playing", "true")
    await expect(viewer.get_by_test_id("watching")).to_have_attribute("data-viewers", "1")
    await viewer.get_by_test_id("replay-play").click()
    await viewer.get_by_test_id("chapters-open").click()

    await ask_and_buy(viewer, language)
    host = await desk.open("desktop", language)
    await host.goto(showroom.staff_url("host", f"/host?show={show}"))
    await expect(host.get_by_test_id("focus-text")).to_have_text("Is there a bigger one?")
    await expect(host.get_by_test_id("asked-at-replay")).to_be_visible()


async def take_away_what_is_read(showroom: Showroom, show: str, viewer: Page) -> None:
    """What a moderator removes while the replay is watched is gone from it, at its place too."""
    await go_to(viewer, 12)
    said = viewer.get_by_test_id("comment")
    comment = await said.get_attribute("data-comment")
    async with joined_at(showroom.address, show, token=showroom.token("host")) as host:
        await host.do("comment.remove", comment=comment, reason="spam")
    await expect(said).to_have_count(0)
    await go_to(viewer, 2)


async def ask_and_buy(viewer: Page, language: Language) -> None:
    """Ask at the replay, jump to an answer from its question, and buy at today's price."""
    await viewer.get_by_test_id("tab-questions").click()
    await viewer.get_by_test_id("ask-text").fill("Is there a bigger one?")
    await viewer.get_by_test_id("ask-send").click()
    await expect(viewer.get_by_test_id("question")).to_have_count(2)
    await go_to(viewer, 1)
    await viewer.get_by_test_id("answer-jump").click()
    await expect(viewer.get_by_test_id("pinned-product")).to_have_count(1)
    await viewer.get_by_test_id("replay-play").click()
    await look_at(viewer, f"replay-questions-{language}")
    await viewer.get_by_test_id("sheet-close").click()
    await viewer.get_by_test_id("pinned-product").get_by_test_id("buy").click()
    await expect(viewer.get_by_test_id("buy-total")).to_contain_text(f"{PRODUCTS[0].price + 500:,}")
    await viewer.get_by_test_id("buy-confirm").click()
    await expect(viewer.get_by_test_id("buy-done")).to_be_visible()


async def look_at(viewer: Page, name: str) -> None:
    """What is seen has no fault of accessibility, fits, and is kept as a picture."""
    await settle(viewer)
    assert await find_faults(viewer) == []
    assert await viewer.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    await picture(viewer, name)
    await viewer.set_viewport_size({"width": 1440, "height": 900})
    await settle(viewer)
    await picture(viewer, f"{name}-wide")
    await viewer.set_viewport_size({"width": 360, "height": 780})
