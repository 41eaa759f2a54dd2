"""What PROTOCOL.md shows of each webhook is what is sent, field by field, and its sections stand in order."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from server.access.principal import Principal
from server.access.sealing import Sealing
from server.auctions import book as bidding
from server.auctions.rules import Step, Terms
from server.catalogue.stockroom import Adding
from server.fulfilment.shipping import Shipping
from server.fulfilment.shipping_rules import Parcel
from server.journal.intents import intent_of
from server.offers.service import Wanted
from server.shop.attributions import Attributions
from server.shop.report_rules import Line, Report
from server.shop.reports import OrderReports
from server.shows.plans import Plan
from server.webhooks.rules import EVENT_TYPES, TEST
from server.webhooks.service import Webhooks, Wish
from tests.support.examples import as_pattern, matches
from tests.support.stage import ADMIN, CHANNEL, HOST, MODERATOR, NOON, SECRET, SHOW, Stage, open_stage

PAGE = Path(__file__).parents[2] / "PROTOCOL.md"
BLOCK = re.compile(r"^```json\n(\{\"type\":.*?)^```", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^#{2,4} (\d+(?:\.\d+)*)\.? ", re.MULTILINE)
REFERENCE = re.compile(r"\((\d\.\d{1,2}(?:\.\d)?)\)")


def examples() -> list[dict[str, Any]]:
    """The events that the page shows, in its order."""
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    return [as_pattern(each) for block in blocks for each in block.split("\n\n")]


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with open_stage(database_url) as stage:
        yield stage


async def happen(stage: Stage) -> None:
    """Let everything happen that somebody may be told of."""

    async def fit(_url: str) -> None:
        return None

    webhooks = Webhooks(stage.database, stage.clock, Sealing(SECRET), fit)
    hears, _ = await webhooks.create(CHANNEL, ADMIN, Wish("https://shop.example/hooks", EVENT_TYPES))
    await _show(stage)
    await stage.add_product("p_tea", title="Sencha 100 g", sku="TEA-1", stock=2, price_minor=1800)
    await stage.buy("v_anna", "p_tea", quantity=2)
    await _ship(stage)
    await _report(stage)
    await _stock_goes(stage)
    await _offer(stage)
    await _auction(stage)
    question = await stage.questions.ask(SHOW, "v_anna", "Anna", "Is it washable?")
    await stage.questions.answer(SHOW, MODERATOR, question.id, None, text="Yes, at 30 °C.", live=False)
    await webhooks.send_test(CHANNEL, hears.id)


async def _show(stage: Stage) -> None:
    planned = await stage.shows.create(CHANNEL, HOST, Plan("Spring knitwear", "Mika", starts_at=NOON))
    await stage.shows.start(planned.id, HOST)
    await stage.shows.end(planned.id, HOST)
    other = await stage.shows.create(CHANNEL, HOST, Plan("Autumn knitwear", "Mika", starts_at=NOON))
    await stage.shows.step(other.id, HOST, "cancel", CHANNEL)


async def _ship(stage: Stage) -> None:
    (order,) = await stage.shop.list_own(SHOW, "v_anna")

    async def tell(_orders: object) -> None:
        return None

    by = Principal(CHANNEL, HOST.viewer_id, HOST.name, HOST.role)
    shipping = Shipping(stage.database, stage.clock, tell)
    await shipping.ship(by, order.id, Parcel("Yamato", "https://track.example/4711"))


async def _report(stage: Stage) -> None:
    async def nobody(_channel: str, _customer: str) -> str | None:
        return None

    attributions = Attributions(Sealing(SECRET), stage.clock)
    reports = OrderReports(stage.database, stage.clock, attributions, nobody)
    came_from = attributions.make(SHOW, "v_anna", "p_tea")
    lines = (Line(2, 3600, sku="TEA-1"), Line(1, 500, external_id="wrap", title="Gift wrap"))
    await reports.report(CHANNEL, Report("1001", "paid", "JPY", NOON, lines, attribution=came_from))
    await reports.report(CHANNEL, Report("1001", "partially_refunded", refunded=500))
    await reports.report(CHANNEL, Report("1001", "cancelled"))


async def _stock_goes(stage: Stage) -> None:
    await stage.add_product("p_tin", stock=3)
    await stage.stockroom.change(CHANNEL, HOST, "p_tin", Adding(-3))


async def _offer(stage: Stage) -> None:
    wanted = Wanted("p_bowl", 2000, units_max=2, per_viewer_max=1, seconds=300)
    offer = await stage.offers.prepare(SHOW, CHANNEL, HOST, wanted)
    await stage.offers.open(SHOW, HOST, offer.id)
    await stage.offers.close(SHOW, HOST, offer.id)


async def _auction(stage: Stage) -> None:
    terms = Terms("p_bowl", 1, 100, (Step(0, 10),), 60, sudden_death_minor=900)
    auction = await stage.auctions.prepare(SHOW, CHANNEL, HOST, terms)
    await stage.auctions.start(SHOW, HOST, auction.id)
    intent = intent_of("v_anna", "key-of-anna")
    assert intent is not None
    await stage.auctions.bid(SHOW, bidding.Wanted(auction.id, "v_anna", 900), intent=intent)
    await stage.auctions.settle()


async def sent(stage: Stage) -> list[dict[str, Any]]:
    async with stage.database.read() as connection:
        rows = await connection.scalars(text("SELECT payload FROM webhook_event ORDER BY id"))
        return [json.loads(row) for row in rows]


async def test_each_webhook_is_what_the_page_shows(stage: Stage) -> None:
    await happen(stage)
    events = await sent(stage)
    assert {event["type"] for event in events} == {*EVENT_TYPES, TEST}
    unshown = [event for event in events if not any(matches(each, event) for each in examples())]
    unsent = [each for each in examples() if not any(matches(each, event) for event in events)]
    shown = json.dumps(unshown, ensure_ascii=False, indent=1)
    assert not unshown, f"sent, and not as the page shows it: {shown}"
    assert not unsent, f"the page shows what is not sent: {unsent}"


async def test_an_order_has_the_same_fields_whoever_took_it(stage: Stage) -> None:
    await happen(stage)
    orders = [event["data"]["order"] for event in await sent(stage) if event["type"].startswith("order.")]
    assert [each["external_id"] for each in orders] == [None, None, *["1001"] * 4]
    assert len({tuple(each) for each in orders}) == 1
    lines = [line for order in orders for line in order["lines"]]
    assert len({tuple(line) for line in lines}) == 1
    assert [line["product"] for line in lines] == ["p_tea", "p_tea", *["p_tea", None] * 4]


def test_the_pages_sections_stand_in_order_and_every_reference_leads_to_one() -> None:
    page = PAGE.read_text("utf-8")
    sections = [tuple(map(int, number.split("."))) for number in SECTION.findall(page)]
    assert sections == sorted(set(sections))
    parents = {(*number[:-1], number[-1] - 1) for number in sections if number[-1] > 1}
    assert parents <= set(sections)
    assert {tuple(map(int, each.split("."))) for each in REFERENCE.findall(page)} <= set(sections)
