"""A survey from the host's two taps to the analyst's figure: a viewer on a phone is asked once, over reloads and tabs, and answers."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from server.demo.catalogue import VIDEO_MP4
from tests.e2e.by_hand import Hand, HostAtPage
from tests.e2e.test_every_state import find_faults, settle
from tests.support.browser import Desk, Device, Language
from tests.support.showroom import Showroom

QUESTION = {"en": "How likely are you to recommend", "ja": "この配信を友人にすすめたいと"}


async def picture(page: Page, name: str) -> None:
    """Keep a picture for whoever wants to look (`PICTURES_IN`)."""
    if folder := os.environ.get("PICTURES_IN"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_viewer_is_asked_once_and_the_analyst_reads_the_score(
    showroom: Showroom, desk: Desk, language: str
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    host = HostAtPage(await desk.open("desktop", language), Hand())  # type: ignore[arg-type]
    await host.sign_in(showroom.url(f"/host?show={show}"), showroom.codes["host"])
    viewer = await desk.open("phone", language)  # type: ignore[arg-type]
    await viewer.goto(showroom.url(f"/shows/{show}"))
    await expect(viewer.get_by_test_id("play")).to_have_attribute("data-playing", "true")
    await host.part("surveys").locator("summary").click()
    await host.part("survey-nps").click()
    await host.part("survey-open").click()
    card = viewer.get_by_test_id("survey")
    await expect(card).to_be_visible()
    await picture(viewer, f"survey-asked-{language}")
    video, box = await viewer.get_by_test_id("stage").bounding_box(), await card.bounding_box()
    assert video is not None
    assert box is not None
    assert video["y"] + video["height"] <= box["y"] + 1, "the card covers nothing of the show"
    await viewer.reload()
    await expect(card).to_be_visible()
    await viewer.get_by_test_id("survey-9").check(force=True)
    await viewer.get_by_test_id("survey-text").fill("The teapot")
    await picture(viewer, f"survey-answering-{language}")
    await viewer.get_by_test_id("survey-send").click()
    await expect(viewer.get_by_test_id("survey-thanks")).to_be_visible()
    await expect(host.part("survey-count")).to_contain_text("1")
    await picture(host.page, f"survey-host-{language}")
    await viewer.reload()
    await expect(viewer.get_by_test_id("play")).to_have_attribute("data-playing", "true")
    await expect(card).not_to_be_visible()
    await viewer.wait_for_function(
        "() => { const video = document.querySelector('video'); return video && video.currentTime > 4 }"
    )
    await host.part("survey-end").click()
    await host.end_show()
    analyst = await desk.open("desktop", language)  # type: ignore[arg-type]
    await analyst.goto(showroom.staff_url("analyst", f"/analyst/shows/{show}"))
    figures = analyst.get_by_test_id("surveys")
    await expect(figures.get_by_test_id("survey-nps")).to_contain_text("100")
    await expect(figures.get_by_test_id("survey-nps")).to_contain_text("n = 1")
    await expect(figures.get_by_test_id("survey-response")).to_contain_text("1 / 1")
    await figures.get_by_test_id("survey-texts").click()
    await expect(figures).to_contain_text("The teapot")
    await figures.scroll_into_view_if_needed()
    await picture(analyst, f"survey-analyst-{language}")
    assert desk.complaints == []


async def look_at(page: Page, name: str) -> None:
    """The page breaks no rule that axe knows, and nothing of it is wider than the screen."""
    await settle(page)
    assert await find_faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    await picture(page, name)


@pytest.mark.parametrize(("device", "language"), [("desktop", "en"), ("phone", "ja")])
async def test_a_survey_is_prepared_in_the_studio_opened_by_the_host_and_answered(
    showroom: Showroom, desk: Desk, device: Device, language: Language
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    studio = await desk.open(device, language)
    if device == "phone":
        await studio.set_viewport_size({"width": 360, "height": 740})
    part = studio.get_by_test_id
    await studio.goto(showroom.staff_url("host", f"/studio/shows/{show}"))
    await part("survey-add").click()
    form = part("survey-form")
    await form.get_by_test_id("field-atEnd").check()
    await form.get_by_test_id("form-save").click()
    await expect(part("survey")).to_have_count(1)
    await part("survey-add").click()
    await expect(form.get_by_test_id("field-atEnd")).to_be_disabled()
    await form.get_by_test_id("field-kind").select_option("choice")
    await form.get_by_test_id("field-question").fill("Next?")
    await form.get_by_test_id("field-choices").fill("Tea")
    await form.get_by_test_id("form-save").click()
    await expect(form.get_by_test_id("wrong-choices")).not_to_be_empty()
    await form.get_by_test_id("field-choices").fill("Tea\nLinen\n")
    await form.get_by_test_id("field-hours").fill("48")
    await look_at(studio, f"survey-studio-form-{language}")
    await form.get_by_test_id("form-save").click()
    await expect(part("survey")).to_have_count(2)
    await part("survey-edit").last.click()
    await form.get_by_test_id("field-question").fill("What is to come next?")
    await form.get_by_test_id("form-save").click()
    await expect(part("survey").last).to_contain_text("What is to come next?")
    await part("survey-remove").first.click()
    await expect(part("survey")).to_have_count(1)
    await part("surveys").scroll_into_view_if_needed()
    await look_at(studio, f"survey-studio-{language}")
    host = HostAtPage(await desk.open("desktop", language), Hand())
    await host.sign_in(showroom.url(f"/host?show={show}"), showroom.codes["host"])
    viewer = await desk.open("phone", language)
    await viewer.goto(showroom.url(f"/shows/{show}"))
    await expect(viewer.get_by_test_id("play")).to_have_attribute("data-playing", "true")
    await host.part("surveys").locator("summary").click()
    await host.part("survey-pick").click()
    await host.part("survey-open").click()
    await viewer.get_by_test_id("survey").get_by_text("Linen").click()
    await viewer.get_by_test_id("survey-send").click()
    await expect(viewer.get_by_test_id("survey-thanks")).to_be_visible()
    await expect(host.part("surveys")).to_contain_text("Linen: 1")
    await studio.reload()
    await expect(part("survey")).to_have_attribute("data-state", "open")
    await expect(part("survey-edit")).to_have_count(0)
    await studio.goto(showroom.url("/studio/surveys"))
    await part("field-asked").check()
    await look_at(studio, f"survey-studio-default-{language}")
    await part("form-save").click()
    await expect(part("survey-default-form")).to_have_attribute("data-dirty", "false")
    await studio.goto(showroom.url(f"/studio/shows/{show}"))
    await expect(part("survey-at-every-end")).to_contain_text(QUESTION[language])
    assert desk.complaints == []


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_review_is_moderated_and_stands_on_the_products_card(
    showroom: Showroom, desk: Desk, language: str
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    viewer = await desk.open("phone", language)  # type: ignore[arg-type]
    await viewer.goto(showroom.url(f"/shows/{show}"))
    await viewer.get_by_test_id("tab-products").first.click()
    product = viewer.get_by_test_id("product").first
    await product.locator(".product-open").click()
    await viewer.get_by_test_id("reviews").locator("summary").click()
    await viewer.get_by_test_id("review-4").check(force=True)
    await viewer.get_by_test_id("review-text").fill("Pours without a drop")
    await viewer.get_by_test_id("review-send").click()
    await expect(viewer.get_by_test_id("review-state")).to_be_visible()
    await picture(viewer, f"review-written-{language}")
    await expect(viewer.get_by_test_id("review")).to_have_count(0)
    studio = await desk.open("desktop", language)  # type: ignore[arg-type]
    await studio.goto(showroom.staff_url("host", "/studio/reviews"))
    await expect(studio.get_by_test_id("review-text")).to_have_text("Pours without a drop")
    await picture(studio, f"review-studio-{language}")
    await studio.get_by_test_id("review-approve").click()
    await expect(studio.get_by_test_id("review")).to_have_attribute("data-state", "approved")
    await viewer.reload()
    await viewer.get_by_test_id("tab-products").first.click()
    await expect(viewer.get_by_test_id("rating").first).to_have_text("★ 4.0 (1)")
    await picture(viewer, f"review-card-{language}")
    assert desk.complaints == []
