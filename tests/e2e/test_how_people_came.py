"""Somebody comes by a campaign, and buys; friends bring friends; the analyst sees where they came from, and who brought whom."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect
from sqlalchemy import text

from server.db.engine import Database
from server.demo.catalogue import PRODUCTS
from server.ledger.derive_repository import derive_rows
from server.settings import Settings
from tests.e2e.by_hand import Hand, ViewerAtPage
from tests.e2e.test_every_state import find_faults
from tests.support.browser import Desk, Device, Language
from tests.support.eventually import eventually
from tests.support.layout import find_faults_at_all_widths
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
)
AGREED = json.dumps({"token": "", "name": "", "remembered": True})
CAMPAIGN = "utm_source=newsletter&utm_medium=email&utm_campaign=winter"


async def kept(page: Page) -> dict[str, Any]:
    """What the page keeps of its guest."""
    found = await page.evaluate(
        "localStorage.getItem('showfloor.guest') ?? sessionStorage.getItem('showfloor.guest')"
    )
    return dict(json.loads(found))


class Evening:
    """A show, and the people who come to it."""

    def __init__(self, room: Showroom, desk: Desk, show: str) -> None:
        self.room, self.desk, self.show, self.hand = room, desk, show, Hand()

    async def open(self, name: str, *, agreed: bool = True, **options: Any) -> ViewerAtPage:
        page = await self.desk.open("phone", **options)
        if agreed:
            await page.add_init_script(
                f"localStorage.getItem('showfloor.guest') ?? localStorage.setItem('showfloor.guest', {AGREED!r})"
            )
        return ViewerAtPage(page, name, self.hand)

    async def buy(self, viewer: ViewerAtPage) -> None:
        headers = {
            "Authorization": f"Bearer {(await kept(viewer.page))['token']}",
            "Idempotency-Key": "once-and-no-more",
        }
        order = {"show": self.show, "product": PRODUCTS[1].id, "quantity": 1}
        async with httpx.AsyncClient() as client:
            answer = await client.post(self.room.url("/v1/orders"), json=order, headers=headers)
        assert answer.status_code == 201, answer.text


async def let_a_minute_pass(settings: Settings, show: str) -> None:
    """Set the clocks of the show back, so that everybody has watched for longer than they did."""
    assert settings.database_url is not None
    database = Database(settings.database_url)
    back = {"show": show, "by": timedelta(seconds=70)}
    async with database.write() as connection:
        for statement in (
            "UPDATE playing SET started_at = started_at - :by WHERE show_id = :show",
            "UPDATE page_view SET at = at - :by WHERE show_id = :show",
            "UPDATE show SET started_at = started_at - :by WHERE id = :show",
        ):
            await connection.execute(text(statement), back)
    async with database.write() as connection:
        await derive_rows(connection, show)
    await database.close()


async def count(settings: Settings, sql: str, show: str) -> int:
    assert settings.database_url is not None
    database = Database(settings.database_url)
    async with database.read() as connection:
        found = await connection.scalar(text(sql), {"show": show})
    await database.close()
    return int(found or 0)


async def test_where_they_came_from_and_who_brought_whom(
    showroom: Showroom, settings: Settings, desk: Desk
) -> None:
    show = await showroom.plan_show()
    evening = Evening(showroom, desk, show)
    anna = await evening.open("anna", user_agent=PHONE)
    await anna.come(showroom.url(f"/shows/{show}?{CAMPAIGN}"))
    await expect(anna.part("cover-scheduled")).to_be_visible()
    async with joined_at(showroom.address, show, token=showroom.token("host")) as host:
        await host.do("show.start")
    await anna.watch()
    await evening.buy(anna)
    by_anna = await anna.share()
    # Her own link, in another tab of her device.
    again = await anna.page.context.new_page()
    await again.goto(by_anna)
    await expect(again.get_by_test_id("show-state")).to_have_attribute("data-state", "live")
    await again.close()
    ben = await evening.open("ben", agreed=False)
    await ben.come(by_anna)
    await ben.watch()
    chie = await evening.open("chie")
    await chie.come(await ben.share())
    await chie.watch()
    # A link of Anna's, opened by her as a guest whom nobody knows, on the same device.
    await anna.page.evaluate("localStorage.removeItem('showfloor.guest')")
    stranger = await anna.page.context.new_page()
    await stranger.goto(by_anna)
    await expect(stranger.get_by_test_id("show-state")).to_have_attribute("data-state", "live")
    ids = {name: (await kept(each.page))["token"] for name, each in (("ben", ben), ("chie", chie))}
    assert len(set(ids.values())) == 2
    for page in (anna.page, ben.page, chie.page, stranger):
        await page.close()
    await showroom.end_show(show)
    views = "SELECT count(*) FROM page_view WHERE show_id = :show"
    await eventually(lambda: _is(count(settings, views, show), 5))
    open_ = "SELECT count(*) FROM playing WHERE show_id = :show AND ended_at IS NULL"
    await eventually(lambda: _is(count(settings, open_, show), 0))
    await let_a_minute_pass(settings, show)
    await look_at_visits(showroom, desk, show)
    await look_at_word_of_mouth(showroom, desk, show)


async def _is(found: Any, wanted: int) -> bool:
    return bool(await found == wanted)


LOOKS: tuple[tuple[Device, Language], ...] = (("desktop", "en"), ("phone", "ja"))


async def look_at_visits(showroom: Showroom, desk: Desk, show: str) -> None:
    page = await desk.open("desktop")
    await page.goto(showroom.staff_url("analyst", f"/analyst/shows/{show}"))
    part = page.get_by_test_id
    await expect(part("how-they-came")).to_contain_text("5 page views in all")
    await part("to-visits").click()
    await expect(part("freshness")).to_contain_text("Winter table")
    await expect(part("count-before")).to_have_text("1")
    await expect(part("step-visitors").locator("td").first).to_have_text("2")
    await expect(part("step-bought").locator("td").first).to_have_text("1")
    assert await part("part-newsletter").locator("td").all_inner_texts() == ["1", "1", "1", "1", "1", "1"]
    await part("by-device").click()
    await expect(part("part-phone")).to_be_visible()
    await page.reload()
    await expect(part("visit-parts")).to_have_attribute("data-by", "device")
    await find_no_faults(showroom, desk, f"/analyst/visits?show={show}", "visit-steps")


async def look_at_word_of_mouth(showroom: Showroom, desk: Desk, show: str) -> None:
    path = f"/analyst/word-of-mouth?show={show}"
    page = await desk.open("desktop", "ja")
    await page.goto(showroom.staff_url("analyst", path))
    part = page.get_by_test_id
    await expect(part("word-new")).to_have_text("2")
    await expect(part("word-depth")).to_contain_text("2")
    await expect(part("left-out")).to_contain_text("同じ端末で作ったリンクで来た")
    await expect(part("chains").locator("code")).to_have_count(3)
    await find_no_faults(showroom, desk, path, "chains")


async def find_no_faults(showroom: Showroom, desk: Desk, path: str, shown: str) -> None:
    """See that the page fits at all widths, and is accessible, in both languages."""
    for device, language in LOOKS:
        page = await desk.open(device, language)
        await page.goto(showroom.staff_url("analyst", path))
        await expect(page.get_by_test_id(shown)).to_be_visible()
        assert await find_faults_at_all_widths(page) == {}
        assert await find_faults(page) == []


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_before_anybody_has_come_the_pages_say_so(
    showroom: Showroom, desk: Desk, language: Language
) -> None:
    page = await desk.open("phone", language)
    for path, empty in (("visits", "visit-parts"), ("word-of-mouth", "sharers")):
        await page.goto(showroom.staff_url("analyst", f"/analyst/{path}"))
        await expect(page.get_by_test_id(empty).locator(".empty")).to_be_visible()
        assert await find_faults(page) == []
