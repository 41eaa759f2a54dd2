"""A show with five hundred questions: every one can be reached, the most wanted ranks them all, and the pages stay light."""

from playwright.async_api import Page, expect

from server.settings import Settings
from tests.support.browser import Desk
from tests.support.crowd import fill_show
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

ROWS_DRAWN_MAX = 260


SCROLL_UNTIL = """n => {
    const pane = document.querySelector("[data-testid=questions]");
    pane.scrollTo(0, pane.scrollHeight);
    return pane.querySelectorAll("[data-testid=question]").length >= n;
}"""


async def shown(page: Page) -> list[str]:
    """The ids of the questions that are drawn, from top to bottom."""
    rows = page.get_by_test_id("question")
    return list(await rows.evaluate_all("rows => rows.map(row => row.dataset.question)"))


async def scroll_to_the_end(page: Page, count: int) -> list[str]:
    """Scroll until `count` questions are drawn, and return their ids."""
    await page.wait_for_function(SCROLL_UNTIL, arg=count)
    return await shown(page)


async def test_a_viewer_reaches_every_question_in_both_orders(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    assert settings.database_url is not None
    asked = await fill_show(settings.database_url)
    page = await desk.open("desktop")
    await page.goto(showroom.url("/shows/demo"))
    await expect(page.get_by_test_id("question").first).to_have_attribute("data-question", asked[-1])
    assert len(await shown(page)) <= ROWS_DRAWN_MAX
    await expect(page.get_by_test_id("tab-questions")).to_contain_text("+")
    assert await scroll_to_the_end(page, 500) == asked[::-1]
    await expect(page.get_by_test_id("tab-questions")).to_contain_text("500")
    await expect(page.get_by_test_id("tab-questions")).not_to_contain_text("+")
    await expect(page.get_by_test_id("questions-more")).to_have_count(0)
    await page.get_by_test_id("sorting-wanted").click()
    await expect(page.get_by_test_id("question").first).to_have_attribute("data-question", asked[0])
    assert await scroll_to_the_end(page, 500) == asked
    async with joined_at(showroom.address) as other:
        await other.do("vote", question=asked[250])
        row = page.locator(f"[data-question={asked[250]}]")
        await expect(row.get_by_test_id("votes")).to_have_text("501")
        new = (await other.do("ask", text="The newest of all"))["question"]
        await expect(page.get_by_test_id("question").first).to_have_attribute("data-question", new)
    assert sorted(await scroll_to_the_end(page, 501)) == sorted([*asked, new])


async def test_the_most_wanted_ranks_questions_that_the_snapshot_leaves_out(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    assert settings.database_url is not None
    asked = await fill_show(settings.database_url)
    page = await desk.open("desktop")
    await page.goto(showroom.url("/shows/demo"))
    await expect(page.get_by_test_id("question").first).to_be_visible()
    async with joined_at(showroom.address) as other:
        # A vote for one that the page does not hold yet.
        await other.do("vote", question=asked[120])
        await page.get_by_test_id("sorting-wanted").click()
        await expect(page.get_by_test_id("question").nth(99)).to_have_attribute("data-question", asked[99])
        await scroll_to_the_end(page, 200)
        row = page.locator(f"[data-question={asked[120]}]")
        await expect(row.get_by_test_id("votes")).to_have_text("761")
    async with joined_at(showroom.address, token=showroom.token("host")) as host:
        await host.do("question.pin", question=asked[300 - 1])
        await expect(page.get_by_test_id("question-pinned")).to_be_visible()
        await host.do("question.dismiss", question=asked[1], reason="spam")
        await expect(page.locator(f"[data-question={asked[1]}]")).to_have_count(0)


async def test_a_pinned_question_is_shown_however_old_it_is(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    assert settings.database_url is not None
    asked = await fill_show(settings.database_url)
    early = await desk.open("desktop")
    await early.goto(showroom.url("/shows/demo"))
    await expect(early.get_by_test_id("question").first).to_be_visible()
    async with joined_at(showroom.address, token=showroom.token("host")) as host:
        await host.do("question.pin", question=asked[250])
    late = await desk.open("desktop")
    await late.goto(showroom.url("/shows/demo"))
    for page in (early, late):
        pinned = page.locator(f"[data-question={asked[250]}]", has=page.get_by_test_id("question-pinned"))
        await expect(pinned).to_be_visible()


async def test_the_hosts_queue_holds_them_all_and_draws_a_part(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    assert settings.database_url is not None
    asked = await fill_show(settings.database_url)
    page = await desk.open("desktop")
    await page.goto(showroom.staff_url("host", "/host?show=demo"))
    await expect(page.get_by_test_id("count-open")).to_have_text("500")
    await expect(page.get_by_test_id("question").first).to_have_attribute("data-question", asked[0])
    assert await page.get_by_test_id("question").count() < 60
    await page.get_by_test_id("sort-oldest").click()
    await page.locator("#queue-rows").evaluate("box => box.scrollTo(0, box.scrollHeight)")
    await expect(page.locator(f"[data-question={asked[-1]}]")).to_be_visible()
