"""Selling under offers: at their price, to those they are for, and never a unit too many."""

import asyncio
from collections import Counter
from typing import Any

from server.errors import RefusedError
from server.offers.proof import read_proof
from server.offers.service import Wanted
from server.protocol.codes import Code
from server.shop import hold_rules
from tests.integration.offers.test_offers import look, opened, rows, standing
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import SHOW, Stage, refused

BOWL = Wanted("p_bowl", 2000)


async def hold(stage: Stage, viewer: str, offer: str, *, quantity: int = 1, **others: Any) -> Any:
    line = hold_rules.WantedLine("p_bowl", quantity, offer_id=offer)
    wanted = hold_rules.Wanted(viewer, f"key-{viewer}-{quantity}", (line,), **others)
    return await stage.holds.place(SHOW, wanted)


async def test_what_is_bought_under_an_offer_costs_its_price_and_its_last_unit_closes_it(
    stage: Stage,
) -> None:
    old = await see(stage.database, SHOW)
    offer = await opened(stage, BOWL, units_max=2, per_viewer_max=1)
    receipt = await stage.buy("v_ann", "p_bowl", offer=offer, price=2000, key="key-of-ann")
    assert receipt.order.amount_minor == 2000
    again = await stage.buy("v_ann", "p_bowl", offer=offer, price=2000, key="key-of-ann")
    assert (again.repeated, again.order.id) == (True, receipt.order.id)
    with refused(Code.KEY_REUSED):
        await stage.buy("v_ann", "p_bowl", key="key-of-ann")
    with refused(Code.TOO_MANY):
        await stage.buy("v_ann", "p_bowl", offer=offer)
    with refused(Code.PRICE_CHANGED):
        await stage.buy("v_ben", "p_bowl", offer=offer, price=1900)
    with refused(Code.NOT_FOUND):
        await stage.buy("v_ben", "p_apron", offer=offer)
    with refused(Code.SOLD_OUT):
        await stage.buy("v_ben", "p_bowl", quantity=2, offer=offer)
    assert (await look(stage, offer)).mine == 1
    assert (await look(stage, offer, "v_ben")).units_left == 1
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    await stage.buy("v_ben", "p_bowl", offer=offer)
    public, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [p["why"] for p in public if p["type"] == "offer.closed"] == ["gone"]
    units = [p["offers"][0] for p in staff if p["type"] == "offer.stock"]
    assert units[-1] == {"offer": offer, "left": 0, "sold": 2, "held": 0, "amount": 4000}
    assert "amount" not in str([p for p in public if p["type"] == "offer.stock"])
    with refused(Code.OFFER_CLOSED):
        await stage.buy("v_cat", "p_bowl", offer=offer)
    assert (await stage.buy("v_cat", "p_bowl")).order.amount_minor == 2500, "at its own price as before"
    claimed = [(viewer, target) for kind, viewer, target, _ in await stage.facts() if kind == "offer_claimed"]
    assert sorted(claimed) == [("v_ann", offer), ("v_ben", offer)]
    async with stage.database.read() as connection:
        lines = await read_proof(connection, SHOW)
    assert [line.event for line in lines].count("offer_sold") == 2
    assert lines[-1].event == "offer_closed"


async def test_a_second_after_the_end_nothing_is_sold(stage: Stage) -> None:
    offer = await opened(stage, BOWL, seconds=60)
    stage.tick(59.9)
    await stage.buy("v_ann", "p_bowl", offer=offer)
    stage.tick(0.1)
    with refused(Code.OFFER_CLOSED):
        await stage.buy("v_ben", "p_bowl", offer=offer)
    assert (await stage.products())["p_bowl"] == (2, 1)


async def test_whom_an_offer_is_not_for_does_not_buy_under_it(stage: Stage) -> None:
    offer = await opened(stage, BOWL, audience="code", code="spring")
    with refused(Code.NOT_IN_AUDIENCE):
        await stage.buy("v_ann", "p_bowl", offer=offer)
    await look(stage, offer, code="spring")
    await stage.buy("v_ann", "p_bowl", offer=offer, key="key-of-ann")
    async with stage.database.write() as connection:
        await connection.exec_driver_sql("DELETE FROM offer_holder")
    with refused(Code.NOT_IN_AUDIENCE):
        await stage.buy("v_ann", "p_bowl", offer=offer)
    assert (await stage.buy("v_ann", "p_bowl", offer=offer, key="key-of-ann")).repeated


async def test_a_thousand_buyers_of_a_hundred_units_over_two_processes_get_exactly_a_hundred(
    stage: Stage, second: Stage
) -> None:
    await stage.add_product("p_many", price_minor=1000, stock=500)
    offer = await opened(stage, Wanted("p_many", 700), units_max=100, per_viewer_max=1)

    async def buy(n: int) -> Any:
        process = (stage, second)[n % 2]
        return await process.buy(f"v_{n}", "p_many", offer=offer, price=700)

    answers = await asyncio.gather(*(buy(n) for n in range(1_000)), return_exceptions=True)
    kinds = Counter(each.code if isinstance(each, RefusedError) else "sold" for each in answers)
    assert kinds["sold"] == 100, kinds
    assert set(kinds) <= {"sold", Code.SOLD_OUT, Code.OFFER_CLOSED, Code.NOT_IN_AUDIENCE}
    assert (await stage.products())["p_many"] == (400, 100)
    now = await standing(stage, offer)
    assert (now.units_sold, now.state, now.closed_why) == (100, "closed", "gone")
    sold = await rows(
        stage,
        "SELECT count(*), count(DISTINCT s.viewer_id), min(o.unit_price_minor) FROM offer_sale s JOIN orders o ON o.id = s.order_id",
    )
    assert sold == [(100, 100, 700)]


async def test_units_that_are_held_under_an_offer_are_taken_and_come_back(stage: Stage) -> None:
    offer = await opened(stage, BOWL, units_max=2, per_viewer_max=2)
    old = await see(stage.database, SHOW)
    placed = await hold(stage, "v_ann", offer, quantity=2)
    assert placed.amount_minor == 4000
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    with refused(Code.SOLD_OUT):
        await stage.buy("v_ben", "p_bowl", offer=offer)
    await stage.holds.release(SHOW, placed.id, "v_ann")
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    late = await hold(stage, "v_ben", offer)
    stage.tick(10_000)
    kept = await hold(stage, "v_cat", offer)

    async def confirm(tx: Any, ids: Any) -> Any:
        return [await stage.holds.confirm_in(tx, id, "paid") for id in ids]

    (order,) = await stage.journal.commit(SHOW, confirm, kept.id)
    assert (order.unit_price_minor, (await standing(stage, offer)).units_sold) == (2000, 1)
    await stage.buy("v_dan", "p_bowl", offer=offer)
    with refused(Code.SOLD_OUT):  # the money came too late: the offer's units are others'
        await stage.journal.commit(SHOW, confirm, late.id)
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert (await standing(stage, offer)).closed_why == "gone"
