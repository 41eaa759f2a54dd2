"""Plan, do, check, act: a merchant sets targets, the host sees them live, the analyst sees what came of them and writes the next action."""

import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect

from server.settings import Settings
from tests.e2e.by_hand import Hand, ViewerAtPage
from tests.e2e.test_every_state import find_faults, settle
from tests.support.browser import Desk
from tests.support.members import member_at
from tests.support.showroom import Showroom

NOTE = "Show the clasp up close"


async def set_target(page: Page, metric: str, amount: str) -> None:
    part = page.get_by_test_id
    await part("targets-add").select_option(metric)
    await part(f"target-{metric}-amount").fill(amount)


async def test_from_targets_to_the_next_shows_action(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    async with member_at(showroom.address, settings, "analyst", "Aki"):
        pass
    show = await showroom.plan_show(title="Evening of cups")
    studio = await desk.open("desktop")
    part = studio.get_by_test_id
    await studio.goto(showroom.staff_url("host", f"/studio/shows/{show}"))
    await set_target(studio, "viewers", "1")
    await expect(part("target-viewers-suggestion")).not_to_be_empty()
    await set_target(studio, "conversion_live", "101")
    await expect(part("targets-save")).to_be_disabled()
    await part("target-conversion_live-amount").fill("50")
    await set_target(studio, "gmv", "9000")
    await part("targets-save").click()
    await expect(part("toast")).to_contain_text("saved")
    await studio.reload()
    await expect(part("target-gmv-amount")).to_have_value("9000")
    await settle(studio)
    assert await find_faults(studio) == []

    host = await desk.open("desktop")
    await host.goto(showroom.staff_url("host", f"/host?show={show}"))
    await host.get_by_test_id("start-show").click()
    await host.get_by_test_id("start-confirm").click()
    await expect(host.get_by_test_id("plan-viewers")).to_have_attribute("data-verdict", "behind")
    await showroom.ask("PUT", f"/shows/{show}/targets", "host", {
        "targets": [
            {"metric": "viewers", "amount": 1},
            {"metric": "conversion_live", "amount": 0.5},
            {"metric": "gmv", "amount": 8_000},
        ]
    })  # fmt: skip
    viewer = ViewerAtPage(await desk.open("phone"), "Chie", Hand())
    await viewer.come(showroom.url(f"/shows/{show}"))
    await expect(host.get_by_test_id("plan-viewers")).to_have_attribute(
        "data-verdict", "reached", timeout=60_000
    )
    await settle(host)
    assert await find_faults(host) == []
    await showroom.end_show(show)

    analyst = await desk.open("desktop")
    part = analyst.get_by_test_id
    await analyst.goto(showroom.staff_url("analyst", f"/analyst/shows/{show}"))
    await expect(part("check-viewers")).to_have_attribute("data-verdict", "reached", timeout=60_000)
    await expect(part("check-gmv")).to_have_attribute("data-verdict", "missed", timeout=60_000)
    await expect(part("check-gmv").get_by_test_id("after-start")).to_be_visible()
    await expect(part("check-viewers").get_by_test_id("after-start")).to_have_count(0)
    await part("action-text").fill(NOTE)
    await part("action-new-owner").select_option(label="Aki")
    await part("action-write").click()
    await expect(part("actions-written")).to_contain_text(NOTE)
    await settle(analyst)
    assert await find_faults(analyst) == []

    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    following = await showroom.plan_show(title="Evening of plates", starts_at=tomorrow)
    await analyst.goto(showroom.url("/analyst"))
    await expect(part("due-actions")).to_contain_text("Aki")
    await expect(part(f"due-next-{following}")).to_contain_text("no targets yet")
    await expect(part("due-last")).to_contain_text("Evening of cups")
    await studio.goto(showroom.url(f"/studio/shows/{following}"))
    await expect(studio.get_by_test_id("actions-carried")).to_contain_text("Evening of cups")
    await host.goto(showroom.url(f"/host?show={following}"))
    await host.get_by_test_id("plan-panel").locator("summary").click()
    await host.get_by_test_id("action-done").click()
    await expect(host.get_by_test_id("action")).to_have_attribute("data-state", "done")
    await host.get_by_test_id("toast-action").click()
    await expect(host.get_by_test_id("action")).to_have_attribute("data-state", "open")
    await host.get_by_test_id("action-done").click()
    await expect(host.get_by_test_id("action")).to_have_attribute("data-state", "done")
    await analyst.reload()
    await expect(part("due-actions")).to_contain_text(re.compile("Nothing is to be done"))
    await look(showroom, desk, show, following)


async def look(showroom: Showroom, desk: Desk, show: str, following: str) -> None:
    """Each page in Japanese on a phone, without a fault."""
    page = await desk.open("phone", "ja")
    for role, path, testid in (
        ("host", f"/studio/shows/{show}", "targets-form"),
        ("analyst", f"/analyst/shows/{show}", "check"),
        ("analyst", "/analyst", "due"),
        ("host", f"/host?show={following}", "plan-panel"),
    ):
        await page.goto(showroom.staff_url(role, path))  # type: ignore[arg-type]
        await expect(page.get_by_test_id(testid)).to_be_visible()
        if testid == "check":
            within = "each => each.scrollWidth <= each.clientWidth"
            assert await page.get_by_test_id("check").locator("section").evaluate(within)
        await settle(page)
        assert await find_faults(page) == []
