"""Orders that the shop's own cart took: one however often it is told, the show's that it came from, in every figure like our own."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.access.sealing import Sealing
from server.audit.trail import Actor
from server.clock import ManualClock
from server.db.engine import Database
from server.errors import RefusedError
from server.ledger.derive_repository import derive_rows
from server.ledger.rollup_repository import rebuild_and_compare, verify_rollups
from server.protocol.codes import Code
from server.shop.attributions import Attributions
from server.shop.link_forgetting import LINKS_KEPT_FOR, LinkForgetting
from server.shop.report_rules import Line, Report
from server.shop.reports import OrderReports
from server.stats.report import Money, ShowReport
from server.stats.service import Reports
from server.webhooks.service import Webhooks, Wish
from tests.integration.stats.hand_made import CHANNEL, START, add_channel, make_the_show, minutes

SECRET = "a-secret-of-more-than-thirty-two-characters"
NOW = START + timedelta(hours=2)
LINES = (Line(2, 1800, sku="TEA"), Line(1, 500, external_id="two"), Line(1, 300, sku="not ours"))


@dataclass(slots=True)
class Shop:
    """A shop that reports, and what becomes of it."""

    database: Database
    clock: ManualClock
    reports: OrderReports
    attributions: Attributions

    def paid(self, order: str, **others: Any) -> Report:
        """A paid order of three lines, two of which our catalogue has: 2,600 in all."""
        given: dict[str, Any] = {"currency": "JPY", "at": START + minutes(70), "lines": LINES}
        return Report(order, **(given | others))

    async def figures(self, show: str = "s") -> ShowReport:
        return await Reports(self.database, ManualClock(START + timedelta(days=100))).report(show)

    async def money(self, show: str = "s") -> Money:
        (money,) = [each for each in (await self.figures(show)).money if each.currency == "JPY"]
        return money

    async def differing(self) -> int:
        """How many rollups are not what the facts say, before and after a rebuild."""
        async with self.database.write() as connection:
            found = len(await verify_rollups(connection))
            for show in ("s", "earlier", "later"):
                found += len(await rebuild_and_compare(connection, show))
        return found


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[Shop]:
    database, clock = Database(database_url), ManualClock(NOW)
    async with database.write() as connection:
        await make_the_show(connection)
        await add_channel(connection, "other")
        for show in ("s", "earlier", "later"):
            await derive_rows(connection, show)
        names = (
            "UPDATE product SET sku = 'TEA' WHERE id = 'channel-1'",
            "UPDATE product SET external_id = 'two' WHERE id = 'channel-2'",
        )
        for statement in names:
            await connection.execute(text(statement))
    attributions = Attributions(Sealing(SECRET), clock)

    async def viewer_of(channel: str, customer: str) -> str | None:
        return customer.removeprefix("customer-") if channel == CHANNEL else None

    yield Shop(database, clock, OrderReports(database, clock, attributions, viewer_of), attributions)
    await database.close()


def with_code(code: Code) -> pytest.RaisesExc[RefusedError]:
    return pytest.raises(RefusedError, check=lambda error: error.code is code)


def sold(money: Money) -> tuple[int, int, int]:
    return money.orders, money.units, money.gmv_minor


async def test_a_reported_order_is_in_every_figure_like_our_own(shop: Shop) -> None:
    before, money = await shop.figures(), await shop.money()
    told = await shop.reports.report(
        CHANNEL, shop.paid("1001", attribution=shop.attributions.make("s", "chie", "channel-1"))
    )
    assert told.status == "created"
    assert told.reported is not None
    assert (told.reported.show_id, told.reported.attributed_by) == ("s", "attribution")
    after, now = await shop.figures(), await shop.money()
    assert sold(now) == (money.orders + 1, money.units + 4, money.gmv_minor + 2600)
    assert now.reported is not None
    assert (now.reported.orders, now.reported.gmv_minor) == (1, 2600)
    assert (now.refunded_minor, now.net_minor) == (0, now.gmv_minor)
    whole = {each.window: each.rate for each in before.conversion if each.rate}
    assert {each.window: each.rate.part - whole[each.window].part for each in after.conversion if each.rate} == {
        "live": 0, "24h": 1, "7d": 1, "30d": 1,
    }  # fmt: skip
    products = {each.product: each for each in after.products}
    earlier = {each.product: each for each in before.products}
    for product, (units, gmv) in {"channel-1": (2, 1800), "channel-2": (1, 500)}.items():
        was = earlier.get(product)
        assert products[product].orders == (was.orders if was else 0) + 1
        assert products[product].units == (was.units if was else 0) + units
        assert products[product].sales[0].gmv_minor == (was.sales[0].gmv_minor if was else 0) + gmv
    assert await shop.differing() == 0


async def test_the_same_report_is_one_order_however_often_and_from_wherever_it_comes(shop: Shop) -> None:
    money = await shop.money()
    report = shop.paid("1001", attribution=shop.attributions.make("s", "chie", "channel-1"))
    told = await asyncio.gather(*(shop.reports.report(CHANNEL, report) for _ in range(8)))
    assert sorted(each.status for each in told) == ["created", *["unchanged"] * 7]
    assert len({each.reported.id for each in told if each.reported}) == 1
    many = await shop.reports.report_many(CHANNEL, [report] * 3)
    assert {each.status for each in many} == {"unchanged"}
    assert sold(await shop.money()) == (money.orders + 1, money.units + 4, money.gmv_minor + 2600)
    assert (await shop.reports.report("other", report)).status == "created"


async def test_another_content_under_the_same_id_is_a_conflict_and_changes_nothing(shop: Shop) -> None:
    report = shop.paid("1001", attribution=shop.attributions.make("s", "chie", "channel-1"))
    await shop.reports.report(CHANNEL, report)
    money = await shop.money()
    for other in (
        shop.paid("1001", lines=LINES[:2]),
        shop.paid("1001", currency="USD"),
        shop.paid("1001", at=START),
    ):
        with with_code(Code.CONFLICT):
            await shop.reports.report(CHANNEL, other)
    assert await shop.money() == money


async def test_a_refund_is_taken_off_the_net_and_a_cancellation_out_of_everything(shop: Shop) -> None:
    before, money = await shop.figures(), await shop.money()
    for order in ("1001", "1002"):
        id = shop.attributions.make("s", "chie", "channel-1")
        await shop.reports.report(CHANNEL, shop.paid(order, attribution=id))
    gmv = money.gmv_minor + 5200
    for refunded, told in ((600, 600), (500, 600), (1000, 1000)):
        await shop.reports.report(CHANNEL, Report("1001", "partially_refunded", refunded=refunded))
        assert (await shop.money()).refunded_minor == told
    await shop.reports.report(CHANNEL, Report("1001", "refunded"))
    now = await shop.money()
    assert (now.gmv_minor, now.refunded_minor, now.net_minor) == (gmv, 2600, gmv - 2600)
    await shop.reports.report(CHANNEL, Report("1002", "cancelled"))
    now = await shop.money()
    assert (now.gmv_minor, now.refunded_minor, now.orders) == (gmv - 2600, 2600, money.orders + 1)
    assert await shop.differing() == 0
    late = await shop.reports.report(CHANNEL, shop.paid("1002"))
    assert late.status == "unchanged"
    whole = await shop.reports.report(
        CHANNEL,
        shop.paid("1003", state="cancelled", attribution=shop.attributions.make("s", "dan", "channel-1")),
    )
    assert (whole.status, whole.reported and whole.reported.show_id) == ("created", None)
    assert await shop.money() == now
    assert (await shop.figures()).audience == before.audience


async def test_reports_in_any_order_and_number_come_to_the_same(shop: Shop) -> None:
    id = shop.attributions.make("s", "chie", "channel-1")
    history = [
        shop.paid("1001", attribution=id),
        shop.paid("1001", attribution=id, state="partially_refunded", refunded=100),
        shop.paid("1001", attribution=id, state="partially_refunded", refunded=900),
        shop.paid("1001", attribution=id, state="refunded"),
    ]
    money = await shop.money()
    shuffled = history * 3
    random.shuffle(shuffled)
    await shop.reports.report_many(CHANNEL, shuffled)
    now = await shop.money()
    assert (now.orders, now.refunded_minor) == (money.orders + 1, 2600)
    assert await shop.differing() == 0


async def test_without_an_attribution_id_it_is_the_last_show_of_the_customer_inside_the_window(
    shop: Shop,
) -> None:
    async def told(order: str, customer: str | None, at: datetime) -> tuple[str | None, str | None]:
        shop.clock.at = max(NOW, at)
        found = (await shop.reports.report(CHANNEL, shop.paid(order, customer=customer, at=at))).reported
        assert found is not None
        return found.show_id, found.attributed_by

    assert await told("1", "customer-anna", START + minutes(90)) == ("s", "customer")
    assert await told("2", "customer-anna", START + timedelta(hours=26)) == (None, None)
    assert await told("3", "customer-anna", START - timedelta(days=6, hours=20)) == ("earlier", "customer")
    assert await told("4", "customer-anna", START - timedelta(days=8)) == (None, None)
    assert await told("5", "customer-nobody", START + minutes(90)) == (None, None)
    assert await told("6", None, START + minutes(90)) == (None, None)
    async with shop.database.write() as connection:
        await connection.execute(text("UPDATE channel SET attribution_hours = 72"))
    assert await told("7", "customer-anna", START + timedelta(hours=26)) == ("s", "customer")
    assert await shop.differing() == 0


async def test_what_is_unattributed_is_in_no_figure_until_it_is_known_where_it_came_from(shop: Shop) -> None:
    money = await shop.money()
    await shop.reports.report(CHANNEL, shop.paid("1001"))
    assert await shop.money() == money
    await shop.reports.link("1001", shop.attributions.make("s", "chie", "channel-1"))
    now = await shop.money()
    assert now.gmv_minor == money.gmv_minor + 2600
    await shop.reports.link("1001", shop.attributions.make("later", "chie", "channel-1"))
    assert await shop.money() == now
    await shop.reports.link("1002", shop.attributions.make("s", "dan", "channel-1"))
    told = await shop.reports.report(CHANNEL, shop.paid("1002"))
    assert told.reported is not None
    assert (told.reported.viewer_id, told.reported.attributed_by) == ("dan", "link")
    assert await shop.differing() == 0


@pytest.mark.parametrize("forged", ["", "x", "a.b", "é", "0" * 400, "0" * 401])
async def test_an_attribution_id_that_is_none_of_ours_attributes_nothing(shop: Shop, forged: str) -> None:
    ours = shop.attributions.make("s", "chie", "channel-1")
    foreign = Attributions(Sealing("another-secret-of-thirty-two-characters"), shop.clock)
    for n, id in enumerate((forged, ours[:-3] + "AAA", foreign.make("s", "chie", "channel-1"))):
        await shop.reports.link(f"{n}", id)
        told = await shop.reports.report(CHANNEL, shop.paid(f"{n}", attribution=id))
        assert told.reported is not None
        assert told.reported.show_id is None
    told = await shop.reports.report("other", shop.paid("1001", attribution=ours))
    assert told.reported is not None
    assert told.reported.show_id is None


async def test_an_attribution_id_is_short_and_tells_nobody_anything(shop: Shop) -> None:
    ids = ("s_" + "a1" * 16, "v_" + "b2" * 16, "p_" + "c3" * 16)
    made = shop.attributions.make(*ids)
    assert len(made) < 140
    assert made.replace(".", "").replace("-", "").replace("_", "").isalnum()
    read = shop.attributions.read(made)
    assert read is not None
    assert (read.show_id, read.viewer_id, read.product_id, read.at) == (*ids, NOW)
    assert made != shop.attributions.make(*ids)
    shop.clock.at += timedelta(days=31)
    assert shop.attributions.read(made) is None


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"lines": ()}, Code.INVALID), ({"currency": None}, Code.INVALID), ({"at": None}, Code.INVALID),
        ({"at": NOW + timedelta(days=1)}, Code.INVALID), ({"state": "partially_refunded"}, Code.INVALID),
        ({"state": "partially_refunded", "refunded": 2601}, Code.INVALID), ({"state": "refunded", "lines": ()}, Code.NOT_FOUND),
        ({"lines": (Line(1, 2**53 - 1, sku="a"), Line(1, 1, sku="b"))}, Code.INVALID),
    ],
)  # fmt: skip
async def test_what_is_no_order_is_refused_and_harms_no_other(
    shop: Shop, wrong: dict[str, Any], code: Code
) -> None:
    with with_code(code):
        await shop.reports.report(CHANNEL, shop.paid("1001", **wrong))
    told = await shop.reports.report_many(CHANNEL, [shop.paid("1001", **wrong), shop.paid("1002")])
    assert [(each.status, each.refused and each.refused.code) for each in told] == [
        ("refused", code),
        ("created", None),
    ]


async def test_what_the_shop_reports_is_told_by_webhook_too(shop: Shop) -> None:
    async def fit(url: str) -> None:
        return None

    webhooks = Webhooks(shop.database, shop.clock, Sealing(SECRET), fit)
    await webhooks.create(
        CHANNEL,
        Actor("m_admin", "Rin", "admin"),
        Wish("https://shop.example/", ("order.paid", "order.refunded")),
    )
    await shop.reports.report(CHANNEL, shop.paid("1001"))
    await shop.reports.report(CHANNEL, shop.paid("1001"))
    await shop.reports.report(CHANNEL, Report("1001", "partially_refunded", refunded=5))
    await shop.reports.report(CHANNEL, Report("1001", "cancelled"))
    async with shop.database.read() as connection:
        found = await connection.scalars(text("SELECT type FROM webhook_event ORDER BY id"))
        assert list(found) == ["order.paid", "order.refunded", "order.refunded"]


async def test_what_thank_you_pages_said_is_forgotten_when_no_report_followed_for_long(shop: Shop) -> None:
    forgetting = LinkForgetting(shop.database, shop.clock)
    id = shop.attributions.make("s", "chie", "channel-1")
    await shop.reports.link("1001", id)
    await shop.reports.report(CHANNEL, shop.paid("1001"))
    shop.clock.at += timedelta(seconds=1)
    await shop.reports.link("1002", id)
    shop.clock.at += LINKS_KEPT_FOR
    assert await forgetting.run_once() == 1
    assert await forgetting.run_once() == 0
    async with shop.database.read() as connection:
        assert list(await connection.scalars(text("SELECT external_id FROM order_link"))) == ["1002"]
    refund = await shop.reports.report(CHANNEL, Report("1001", "refunded"))
    assert refund.reported is not None
    assert refund.reported.attributed_by == "link"
