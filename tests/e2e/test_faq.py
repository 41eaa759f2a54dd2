"""A product's questions and answers: answered in a show, read at the product, and edited by the merchant."""

import pytest
from playwright.async_api import expect

from server.demo.catalogue import PRODUCTS
from tests.e2e.test_surveys import look_at
from tests.support.browser import Desk, Device, Language
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

TEAPOT = PRODUCTS[0]
ASKED = {"en": "Is it safe in the dishwasher?", "ja": "食洗機で洗えますか？"}
ANSWERED = {"en": "Yes, up to 55 degrees.", "ja": "はい、55度まで大丈夫です。"}
OWN = {"en": "How much does it hold?", "ja": "容量はどのくらいですか？"}
AGAIN = {"en": "is this safe in a dishwasher", "ja": "これは食洗機で洗えますか"}
HELPED = {"en": "answered 1 viewer before they asked", "ja": "1人の質問を事前に解決"}
SUMMARY = {"en": "1 question answered", "ja": "よくあるご質問1件"}


@pytest.mark.parametrize(("device", "language"), [("phone", "en"), ("desktop", "ja")])
async def test_whoever_asks_the_same_again_is_answered_at_once_or_asks_anyway(
    showroom: Showroom, desk: Desk, device: Device, language: Language
) -> None:
    async with (
        joined_at(showroom.address) as viewer,
        joined_at(showroom.address, token=showroom.token("host")) as host,
    ):
        asked = (await viewer.do("ask", text=ASKED[language], product=TEAPOT.id))["question"]
        await host.do("question.answer", question=asked, text=ANSWERED[language])
    page = await desk.open(device, language)
    await page.goto(showroom.url("/shows/demo"))
    part = page.get_by_test_id
    if device == "phone":
        await part("tab-questions").click()
    await part("ask-text").fill(AGAIN[language])
    line = part("answer-line")
    await expect(line).to_contain_text(ANSWERED[language])
    await expect(part("twin")).to_have_count(0)
    await look_at(page, f"faq-asking-{device}-{language}")
    await line.get_by_test_id("answer-helps").click()
    await expect(part("ask-text")).to_have_value("")
    await expect(line).to_have_count(0)
    await part("ask-text").fill(AGAIN[language])
    await part("ask-anyway").click()
    await expect(part("own-question")).to_contain_text(AGAIN[language])
    await expect(part("ask-text")).to_have_value("")

    studio = await desk.open("desktop", language)
    await studio.goto(showroom.staff_url("host", f"/studio/products/{TEAPOT.id}"))
    await expect(studio.get_by_test_id("faq-line")).to_contain_text(HELPED[language])
    assert desk.complaints == []


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_an_answer_stands_at_the_product_until_the_merchant_says_otherwise(
    showroom: Showroom, desk: Desk, language: Language
) -> None:
    async with (
        joined_at(showroom.address) as viewer,
        joined_at(showroom.address, token=showroom.token("host")) as host,
    ):
        asked = (await viewer.do("ask", text=ASKED[language], product=TEAPOT.id))["question"]
        await host.do("question.answer", question=asked, text=ANSWERED[language])
    page = await desk.open("phone", language)
    await page.goto(showroom.url("/shows/demo"))
    await page.get_by_test_id("pinned-product").get_by_test_id("buy").click()
    faq = page.get_by_test_id("faq")
    await expect(faq.locator("summary")).to_have_text(SUMMARY[language])
    await faq.locator("summary").click()
    await expect(faq.get_by_test_id("faq-line")).to_have_text(f"{ASKED[language]}{ANSWERED[language]}")
    await faq.scroll_into_view_if_needed()
    await look_at(page, f"faq-viewer-{language}")

    studio = await desk.open("desktop", language)
    await studio.goto(showroom.staff_url("host", f"/studio/products/{TEAPOT.id}"))
    part = studio.get_by_test_id("faq").get_by_test_id
    await part("faq-add").click()
    await part("faq-question").fill(OWN[language])
    await part("faq-save").click()
    await expect(studio.get_by_test_id("faq").get_by_role("alert")).not_to_be_empty()
    await part("faq-answer").fill("400 ml")
    await part("faq-save").click()
    await expect(part("faq-line")).to_have_count(2)
    await part("faq-edit").first.click()
    await part("faq-answer").fill("400 ml.")
    await part("faq-save").click()
    await expect(part("faq-line").first).to_contain_text("400 ml.")
    await part("faq-show").last.click()
    await expect(part("faq-line").last).to_have_attribute("data-shown", "false")
    await studio.get_by_test_id("faq").scroll_into_view_if_needed()
    await look_at(studio, f"faq-studio-{language}")
    await part("faq-remove").first.click()
    await expect(part("faq-line")).to_have_count(1)
    await studio.get_by_test_id("toast").get_by_role("button").first.click()
    await expect(part("faq-line")).to_have_count(2)
    assert desk.complaints == []
