"""The analyst's pages about the channel: what is asked in ten seconds is on the first screen, and every state is in the address."""

import re

from playwright.async_api import Page, expect

from server.settings import Settings
from tests.e2e.channel_past import OPENING, days, fill_channel, noon
from tests.support.browser import Desk
from tests.support.showroom import Showroom

FIRST, LAST = days()


async def open_channel(
    desk: Desk, showroom: Showroom, settings: Settings, path: str = ""
) -> tuple[Page, list[str]]:
    assert settings.database_url is not None
    shows = await fill_channel(settings.database_url)
    page = await desk.open("desktop")
    await page.goto(showroom.staff_url("analyst", path or f"/analyst?from={FIRST}&to={LAST}"))
    return page, shows


async def test_who_came_back_and_who_bought_and_whether_it_is_better_is_on_the_first_screen(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    page, _ = await open_channel(desk, showroom, settings)
    part = page.get_by_test_id
    await expect(part("channel-headlines")).to_contain_text("4 shows")
    answer = await showroom.ask("GET", f"/channel/stats/compare?from={FIRST}&to={LAST}", "analyst")
    changes = {each["key"]: each for each in answer["changes"]}
    for key in ("viewers", "viewers_before", "conversion_live", "buyers", "buyers_in_period", "gmv"):
        value = part(f"value-{key}")
        await expect(value).to_be_in_viewport()
        if changes[key]["a"]["kind"] == "share":
            assert (
                await value.inner_text()
                == f"{changes[key]['a']['amount'] * 100:.1f}".removesuffix(".0") + "%"
            )
    await expect(part("change-viewers_before")).to_contain_text("more than chance")
    await expect(part("why-conversion_live_fell")).to_be_visible()
    await expect(part("why-because_mix_less")).to_contain_text("returning")
    box = await part("why").bounding_box()
    assert box is not None
    assert box["y"] < 900
    for step in ("click", "paid"):
        figure = changes[f"funnel_{step}"]["a"]
        await expect(part(f"funnel-{step}")).to_contain_text(f"{figure['part']:,}")
        assert figure["part"] > 0
    await expect(part("rate-funnel_paid")).to_contain_text("chance")
    await expect(part("rate-ctr_actions")).to_contain_text("of")
    rows = part("parts-funnel").get_by_role("row")
    await expect(rows.filter(has_text="All")).to_contain_text(
        f"{changes['funnel_impression']['a']['amount']:,}"
    )


async def test_the_address_holds_the_whole_state(showroom: Showroom, settings: Settings, desk: Desk) -> None:
    page, _ = await open_channel(desk, showroom, settings)
    part = page.get_by_test_id
    await part("steps-figure").select_option("conversion_live")
    await part("steps-week").click()
    await part("parts-by").select_option("source")
    for kept in (f"from={FIRST}", "figure=conversion_live", "by=week", "part=source"):
        await expect(page).to_have_url(re.compile(kept))
    await page.reload()
    await expect(part("parts")).to_have_attribute("data-by", "source")
    await expect(part("steps-week")).to_have_attribute("aria-pressed", "true")
    await expect(part("steps-figure")).to_have_value("conversion_live")
    await part("period-month").click()
    await expect(page).not_to_have_url(re.compile("from="))


async def test_from_the_channel_to_two_shows_side_by_side_and_to_a_report(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    page, shows = await open_channel(desk, showroom, settings)
    part = page.get_by_test_id
    newest = part(f"last-show-{shows[-1]}")
    await expect(newest.locator(".sparkline")).to_be_visible()
    await newest.get_by_role("link", name=re.compile("Compare")).click()
    await expect(part("compared-viewers")).to_be_visible()
    await expect(page).to_have_url(re.compile(f"a={shows[-1]}&b={shows[-2]}"))
    await expect(part("compared-viewers_before")).to_contain_text("Two proportions")
    async with page.expect_download() as saved:
        await part("compare-csv").click()
    assert (await saved.value).suggested_filename == "comparison.csv"
    await part("compare-periods").click()
    await expect(part("period-month")).to_be_visible()
    await part("area-channel").click()
    await part(f"last-show-{shows[-1]}").get_by_role("link", name="Evening 9", exact=True).click()
    await expect(part("show-page")).to_have_attribute("data-show", shows[-1])
    await part("parts-by").select_option("device")
    await expect(part("parts")).to_have_attribute("data-by", "device")
    await expect(page).to_have_url(re.compile("part=device"))
    await page.reload()
    await expect(part("parts")).to_have_attribute("data-by", "device")
    await expect(part("parts").get_by_role("row")).not_to_have_count(1)
    async with page.expect_download() as saved:
        await part("parts-csv").click()
    assert (await saved.value).suggested_filename == f"{shows[-1]}-parts-device.csv"


async def test_each_figure_says_what_it_is_in_the_words_of_the_glossary(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    page, _ = await open_channel(desk, showroom, settings)
    part = page.get_by_test_id
    await part("define-buyers_in_period").click()
    said = await part("definition").get_by_test_id("definition-text").inner_text()
    await part("definition").get_by_role("link").click()
    await expect(part("definitions-page")).to_be_visible()
    await expect(part("term-buyers_in_period")).to_contain_text(said)


async def test_a_channel_in_its_first_days_says_what_cannot_be_compared(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    first = noon(OPENING).date().isoformat()
    page, _ = await open_channel(desk, showroom, settings, f"/analyst?from={first}&to={first}")
    await expect(page.get_by_test_id("nothing-before")).to_be_visible()
    await expect(page.get_by_test_id("why")).to_have_count(0)


async def test_an_old_address_leads_to_the_show(showroom: Showroom, desk: Desk) -> None:
    page = await desk.open("desktop")
    await page.goto(showroom.staff_url("analyst", "/analyst?show=demo&minutes=2"))
    await expect(page).to_have_url(re.compile(r"/analyst/shows/demo\?minutes=2"))
    await expect(page.get_by_test_id("show-page")).to_be_visible()
