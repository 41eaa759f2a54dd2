"""A product's questions and answers: answered in a show, read at the product, and edited by the merchant."""

import pytest
from playwright.async_api import expect

from server.demo.catalogue import PRODUCTS
from tests.e2e.test_surveys import look_at
from tests.support.browser import Desk, Language
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

TEAPOT = PRODUCTS[0]
ASKED = {"en": "Is it safe in the dishwasher?", "ja": "食洗機で洗えますか？"}
ANSWERED = {"en": "Yes, up to 55 degrees.", "ja": "はい、55度まで大丈夫です。"}
OWN = {"en": "How much does it hold?", "ja": "容量はどのくらいですか？"}
SUMMARY = {"en": "1 question answered", "ja": "よくあるご質問1件"}


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
