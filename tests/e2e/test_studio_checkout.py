"""The studio's checkout: how products are bought, ways of shipping, tax and terms; and the product that says it itself."""

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import expect

from tests.support.browser import Desk
from tests.support.showroom import Showroom

BEGUN: dict[str, Any] = {
    "methods": [
        {
            "title": {"en": "Parcel", "ja": "宅配便"},
            "price": 600,
            "free_from": 10_000,
            "countries": ["JP"],
            "days": 3,
        },
        {"title": {"en": "Express", "ja": "お急ぎ便"}, "price": 1_100},
    ],
    "tax_percent": 10,
}


@pytest.mark.parametrize("seen", [("phone", "ja"), ("desktop", "en")])
async def test_an_admin_says_how_the_channel_sells_by_its_checkout(
    showroom: Showroom,
    desk: Desk,
    seen: tuple[Literal["phone", "desktop"], Literal["en", "ja"]],
    tmp_path: Path,
) -> None:
    page = await desk.open(*seen)
    part = page.get_by_test_id
    await showroom.ask("PUT", "/channel/checkout", "admin", BEGUN)
    await page.goto(showroom.staff_url("admin", "/studio/checkout"))
    await expect(part("method")).to_have_count(2)
    await part("method-add").click()
    await part("method-ja").nth(2).fill("店頭受け取り")
    await part("method-countries").nth(2).fill("Japan")
    await part("field-tax").fill("8.12345")
    await part("form-save").click()
    await expect(part("wrong-methods")).not_to_be_empty()
    await expect(part("wrong-tax")).not_to_be_empty()
    await page.screenshot(path=tmp_path / "wrong.png", full_page=True)
    await part("method-price").nth(2).fill("0")
    await part("method-countries").nth(2).fill("jp")
    await part("field-tax").fill("8")
    await part("method-remove").nth(1).click()
    await part("field-buying").select_option("checkout")
    await part("form-save").click()
    await expect(part("form-discard")).to_have_count(0)
    await page.screenshot(path=tmp_path / "saved.png", full_page=True)
    saved = await showroom.ask("GET", "/channel/checkout", "admin")
    assert (saved["buying"], saved["tax_percent"]) == ("checkout", 8.0)
    assert [(each["title"]["ja"], each["countries"]) for each in saved["methods"]] == [
        ("宅配便", ["JP"]),
        ("店頭受け取り", ["JP"]),
    ]
    await page.goto(showroom.url("/studio/products/p_demo_cups"))
    await part("field-buying").select_option("one_step")
    await part("form-save").click()
    await expect(part("form-discard")).to_have_count(0)
    assert (await showroom.ask("GET", "/products/p_demo_cups", "host"))["buying"] == "one_step"
