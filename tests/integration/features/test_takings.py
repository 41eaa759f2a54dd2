"""What staff are told that a show has sold is what its orders say, after each sale, whichever process made it and whatever came between."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from msgspec import json
from sqlalchemy import text

from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.protocol import pushes
from server.protocol.publication import Publication
from server.shop.repository import read_sales
from server.shop.rules import Order, Purchase
from tests.support.stage import HOST, SHOW, Stage, open_stage


@dataclass(frozen=True)
class Two:
    """Two processes in front of one database."""

    here: Stage
    there: Stage

    async def assert_told_is_true(self, stage: Stage) -> None:
        """Compare what `stage` has last told of sales with what the orders say."""
        told = _sales_in(stage.delivered[-1])
        async with stage.database.read() as connection:
            sales = await read_sales(connection, SHOW)
        assert told == sales


def _sales_in(publication: Publication) -> pushes.Sales:
    return json.decode(json.encode(json.decode(publication.for_staff)["sales"]), type=pushes.Sales)


@pytest.fixture
async def two(database_url: str) -> AsyncIterator[Two]:
    async with open_stage(database_url) as here, open_stage(database_url, empty=True) as there:
        await here.add_product("p_cup", stock=1000)
        yield Two(here, there)


async def _pay(stage: Stage, *viewers: str) -> None:
    """Confirm a cart of two lines for each of these viewers, all in one transaction with a purchase."""
    holds = [await stage.hold(viewer, ("p_cup", 2), ("p_apron", 1)) for viewer in viewers]

    async def confirm(tx: ShowTransaction, ids: Sequence[str]) -> list[list[Order]]:
        return [await stage.holds.confirm_in(tx, id, "pay_1") for id in ids]

    paid = (stage.journal.commit(SHOW, confirm, hold.id) for hold in holds)
    await asyncio.gather(*paid, stage.buy("v_9", "p_cup"))


async def test_two_processes_sell_in_turn(two: Two) -> None:
    for seller in (two.here, two.here, two.there, two.here, two.there, two.there):
        await seller.buy("v_1", "p_cup", quantity=2)
        await two.assert_told_is_true(seller)


async def test_carts_and_single_purchases_share_a_transaction(two: Two) -> None:
    for _ in range(3):
        await _pay(two.here, "v_2", "v_3")
        await two.assert_told_is_true(two.here)


async def test_staffs_orders_are_told_apart_and_other_publications_change_nothing(two: Two) -> None:
    await two.here.buy("v_1", "p_cup")
    await two.here.shop.buy(SHOW, Purchase("m_1", "p_cup", 5, new_id("k"), None, staff=True))
    await two.assert_told_is_true(two.here)
    await two.here.shop.pin_product(SHOW, HOST, "p_cup")
    await two.here.buy("v_1", "p_cup")
    await two.assert_told_is_true(two.here)
    await two.there.shop.pin_product(SHOW, HOST, "p_apron")
    await two.here.buy("v_1", "p_cup")
    await two.assert_told_is_true(two.here)


async def test_a_hold_that_is_paid_after_its_product_went_off_sale_is_told_to_the_other_process(
    two: Two,
) -> None:
    await two.here.buy("v_1", "p_cup")
    hold = await two.there.hold("v_2", ("p_bowl", 1))
    await two.here.buy("v_1", "p_cup")
    async with two.here.database.write() as connection:
        await connection.execute(text("UPDATE product SET active = false WHERE id = 'p_bowl'"))

    async def confirm(tx: ShowTransaction, ids: Sequence[str]) -> list[list[Order]]:
        return [await two.there.holds.confirm_in(tx, id, "pay_1") for id in ids]

    await two.there.journal.commit(SHOW, confirm, hold.id)
    await two.assert_told_is_true(two.there)
    await two.here.buy("v_1", "p_cup")
    await two.assert_told_is_true(two.here)


async def test_what_was_changed_past_the_shop_is_seen_within_seconds(two: Two) -> None:
    await two.here.buy("v_1", "p_cup")
    async with two.here.database.write() as connection:
        await connection.execute(text("UPDATE orders SET staff = true"))
    two.here.tick(10)
    await two.here.buy("v_1", "p_cup")
    await two.assert_told_is_true(two.here)
