"""What is given back is off the net of its show and its buyer, live and final, and off no GMV; rows derived anew say the same."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.clock import ManualClock
from server.db.engine import Database
from server.fulfilment.refund import Refund
from server.fulfilment.refund_rules import WantedLine, WantedRefund
from server.fulfilment.refunds import Refunds
from server.ids import new_id
from server.journal.journal import Journal
from server.ledger.derive_repository import derive_rows
from server.ledger.rollup_repository import rebuild_and_compare, verify_rollups
from server.query.grammar import Query
from server.query.service import Queries
from server.running.paying import payments_for
from server.running.refunding import refunds_for
from server.settings import Settings
from server.shop.holds import Holds
from server.shop.locking import push_nothing
from server.shop.payments import FakePayments
from server.shop.service import Shop
from server.stats.lifetime.service import Lifetimes, Span
from server.stats.report import Money
from server.stats.service import Reports
from tests.conftest import MakeSettings
from tests.integration.stats.hand_made import CHANNEL, START, make_the_show
from tests.support.stage import HOST

LATER = START + timedelta(days=20)


@dataclass(slots=True)
class World:
    """A show that is over, what was bought in it, and the merchant who gives back."""

    database: Database
    refunds: Refunds

    async def orders(self, show: str = "s") -> list[Any]:
        """Return the show's orders of viewers who watched it, the dearest first."""
        async with self.database.read() as connection:
            return list(
                await connection.execute(
                    text(
                        """
                        SELECT o.id, o.viewer_id, o.amount_minor, o.quantity FROM orders AS o JOIN rollup AS r USING (show_id, viewer_id)
                        WHERE show_id = :show AND NOT r.staff AND NOT r.suspect ORDER BY o.amount_minor DESC, o.id
                        """
                    ),
                    {"show": show},
                )
            )

    async def give_back(self, order: str, *lines: tuple[str, int], **wanted: Any) -> Refund:
        """Give back, for goods that are not sold again."""
        head = await self.refunds.find_order(CHANNEL, order)
        asked = WantedRefund(
            "faulty", tuple(WantedLine(id, n, False) for id, n in lines), restock=False, **wanted
        )
        return (await self.refunds.ask(head, HOST, new_id("k"), asked)).refund

    async def money(self, show: str = "s") -> Money:
        """Return the show's money in yen as its report has it, which is final."""
        report = await Reports(self.database, ManualClock(LATER)).report(show)
        (money,) = [each for each in report.money if each.currency == "JPY"]
        return money

    async def rollup(self, viewer: str, show: str = "s") -> tuple[int, int]:
        """Return what a viewer paid in the show, and what of that went back."""
        async with self.database.read() as connection:
            found = await connection.execute(
                text("SELECT paid_minor, refunded_minor FROM rollup WHERE show_id = :s AND viewer_id = :v"),
                {"s": show, "v": viewer},
            )
            return tuple(found.one())

    async def differing(self) -> int:
        """Return how many rollups are not what the facts say, before and after a rebuild."""
        async with self.database.write() as connection:
            return len(await verify_rollups(connection)) + len(await rebuild_and_compare(connection, "s"))


@pytest.fixture
async def world(database_url: str, make_settings: MakeSettings) -> AsyncIterator[World]:
    settings: Settings = make_settings()
    database, clock = Database(database_url), ManualClock(LATER)
    async with database.write() as connection:
        await make_the_show(connection)
        for show in ("s", "earlier", "later"):
            await derive_rows(connection, show)
    journal = Journal(database, clock, lambda *_: None)
    shop = Shop(journal, database, FakePayments())
    holds = Holds(journal, database, clock, shop.books)
    paying = payments_for(settings, journal, database, clock, holds, push=push_nothing)
    yield World(
        database, refunds_for(journal, database, clock, paying.payments, shop.books, push=push_nothing)
    )
    await shop.close()
    await journal.close()
    await paying.stripe_clients.close()
    await database.close()


async def test_a_refund_is_off_the_net_of_a_final_show_and_off_no_sales(world: World) -> None:
    before = await world.money()
    assert (before.refunded_minor, before.net_minor) == (0, before.gmv_minor)
    order = (await world.orders())[0]
    await world.give_back(order.id, amount_minor=300)
    after = await world.money()
    assert (after.gmv_minor, after.orders, after.aov_minor) == (
        before.gmv_minor, before.orders, before.aov_minor,
    )  # fmt: skip
    assert (after.refunded_minor, after.net_minor) == (300, before.gmv_minor - 300)
    assert (await world.rollup(order.viewer_id))[1] == 300
    await world.give_back(order.id, everything=True)
    assert (await world.money()).refunded_minor == order.amount_minor
    assert (await world.rollup(order.viewer_id))[1] == order.amount_minor
    assert await world.differing() == 0


async def test_a_cancelled_order_stays_in_the_sales_of_its_time(world: World) -> None:
    before = await world.money()
    order = (await world.orders())[-1]
    head = await world.refunds.find_order(CHANNEL, order.id)
    wanted = WantedRefund("cancelled", everything=True, restock=False)
    done = (await world.refunds.ask(head, HOST, new_id("k"), wanted)).refund
    assert done.order_state == "cancelled"
    after = await world.money()
    assert (after.gmv_minor, after.orders) == (before.gmv_minor, before.orders)
    assert after.net_minor == before.net_minor - order.amount_minor
    assert await world.differing() == 0


async def test_periods_queries_and_customers_have_it_too(world: World) -> None:
    period = {"from": START.date().isoformat(), "to": LATER.date().isoformat()}

    async def amounts(*dimensions: str) -> dict[str, float]:
        asked = {"metrics": ["gmv", "refunded", "net"], "dimensions": list(dimensions), "period": period}
        queries = Queries(world.database, ManualClock(LATER))
        answer = await queries.answer(CHANNEL, Query.model_validate(asked))
        return {each.key: each.amount or 0 for each in answer.total.figures if each.currency in (None, "JPY")}

    async def brought() -> int:
        lifetimes = Lifetimes(world.database, ManualClock(LATER))
        found = await lifetimes.lifetime(CHANNEL, Span("month", None, None), horizon_days=30, discount=0.0)
        cells = [cohort.cells[-1] for cohort in found.cohorts if cohort.cells]
        return sum(cell.net_minor for cell in cells if cell)

    before, by_show, net = await amounts(), await amounts("show"), await brought()
    order = (await world.orders())[0]
    await world.give_back(order.id, amount_minor=300)
    taken = {"gmv": 0, "refunded": 300, "net": -300}
    for earlier, later in ((before, await amounts()), (by_show, await amounts("show"))):
        assert {key: later[key] - earlier[key] for key in earlier} == taken
    assert await brought() == net - 300
