"""Holds against PostgreSQL: free, held and sold are what is on hand, whoever places, releases, lets time pass, or pays late."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import text

from server.catalogue.wanted import WantedProduct, WantedVariant
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shop.allowances import Limits
from server.shop.hold_rules import Hold, Wanted, WantedLine
from server.shop.rules import Order
from server.shop.stocktaking import take_stock
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, HOST, SHOW, Stage, open_stage, refused

LONG = 301.0
"""Seconds after which a hold's time is over."""


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with open_stage(database_url) as stage:
        yield stage


async def confirm(stage: Stage, hold: Hold, payment: str = "pay_1", *, show: str = SHOW) -> list[Order]:
    """Confirm as a payment does: in a transaction of the show."""

    async def handler(
        tx: ShowTransaction, ids: Sequence[tuple[str, str]]
    ) -> list[list[Order] | RefusedError]:
        answers: list[list[Order] | RefusedError] = []
        for id, reference in ids:
            try:
                answers.append(await stage.holds.confirm_in(tx, id, reference))
            except RefusedError as refusal:
                answers.append(refusal)
        return answers

    return await stage.journal.commit(show, handler, (hold.id, payment))


async def pay(stage: Stage, hold: Hold, *, open: bool) -> None:
    """Have a payment of the hold begin, or end."""

    async def handler(tx: ShowTransaction, _: Sequence[None]) -> list[Hold | RefusedError | None]:
        if open:
            (found,) = await stage.holds.find_to_pay(tx, [(hold.id, [hold.viewer_id])])
            assert await stage.holds.begin_paying(tx, [hold.id]) == ({hold.id} if found == hold else set())
            return [found]
        await stage.holds.end_paying(tx.connection, [hold.id])
        return [None]

    await stage.journal.commit(SHOW, handler, None)


async def test_a_hold_takes_units_from_what_is_free_until_it_is_released(stage: Stage) -> None:
    before = await see(stage.database, SHOW)
    hold = await stage.hold("v_1", ("p_apron", 4), ("p_bowl", 1))
    assert {id: (await stage.held())[id] for id in ("p_apron", "p_bowl")} == {
        "p_apron": (6, 4, 0),
        "p_bowl": (2, 1, 0),
    }
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, before)
    after = await stage.holds.release(SHOW, hold.id, "v_1")
    assert (after.state, after.ended_why) == ("released", "viewer")
    assert await stage.holds.release(SHOW, hold.id, "v_1") == after
    assert (await stage.held())["p_apron"] == (10, 0, 0)
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, before)
    assert [(viewer, line["hold"]["state"]) for viewer, line in stage.told] == [
        ("v_1", "placed"),
        ("v_1", "released"),
    ]


async def test_nobody_else_releases_a_hold(stage: Stage) -> None:
    hold = await stage.hold("v_1", ("p_bowl", 3))
    with refused(Code.NOT_FOUND):
        await stage.holds.release(SHOW, hold.id, "v_2")
    assert (await stage.held())["p_bowl"] == (0, 3, 0)


async def test_a_failed_click_does_not_prolong_a_hold(stage: Stage) -> None:
    first = await stage.hold("v_1", ("p_bowl", 3), key="key-000001")
    stage.tick(200)
    with refused(Code.SOLD_OUT):
        await stage.hold("v_1", ("p_bowl", 1))
    again = await stage.hold("v_1", ("p_bowl", 3), key="key-000001")
    assert (again, again.repeated) == (first, True)
    assert (await stage.holds.find(first.id)).expires_at == first.expires_at
    stage.tick(LONG - 200)
    assert (await stage.hold("v_1", ("p_bowl", 3), key="key-000001")).state == "expired"


async def test_whoever_wants_a_product_finds_the_units_of_a_hold_whose_time_is_over(stage: Stage) -> None:
    cart = await stage.hold("v_1", ("p_apron", 1), ("p_bowl", 3))
    with refused(Code.SOLD_OUT):
        await stage.buy("v_2", "p_bowl")
    stage.tick(LONG)
    assert (await stage.holds.find(cart.id)).state == "expired"
    await stage.buy("v_2", "p_bowl", quantity=3)
    assert {id: (await stage.held())[id] for id in ("p_apron", "p_bowl")} == {
        "p_apron": (10, 0, 0),
        "p_bowl": (0, 0, 3),
    }
    assert ("v_1", "expired") in [(viewer, line["hold"]["state"]) for viewer, line in stage.told]


async def test_a_lapsed_hold_of_another_show_gives_its_units_back_too(stage: Stage) -> None:
    await stage.add_show("late")
    await stage.hold("v_1", ("p_bowl", 3), show="late")
    stage.tick(LONG)
    await stage.hold("v_2", ("p_bowl", 2))
    assert (await stage.held())["p_bowl"] == (1, 2, 0)


async def test_the_sweeper_tidies_and_tells(stage: Stage) -> None:
    before = await see(stage.database, SHOW)
    await stage.hold("v_1", ("p_bowl", 3))
    assert await stage.holds.let_lapsed_go() == 0
    stage.tick(LONG)
    assert await stage.holds.let_lapsed_go() == 1
    assert (await stage.held())["p_bowl"] == (3, 0, 0)
    assert await stage.holds.let_lapsed_go() == 0
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, before)


async def test_a_hold_that_is_being_paid_stands_until_that_is_settled(stage: Stage) -> None:
    hold = await stage.hold("v_1", ("p_bowl", 3))
    await pay(stage, hold, open=True)
    stage.tick(LONG)
    assert await stage.holds.let_lapsed_go() == 0
    with refused(Code.SOLD_OUT):
        await stage.buy("v_2", "p_bowl")
    with refused(Code.HOLD_ENDED) as refusal:
        await stage.holds.release(SHOW, hold.id, "v_1")
    assert refusal.value.data == {"state": "placed", "paying": True}
    await pay(stage, hold, open=False)
    await stage.buy("v_2", "p_bowl")
    with refused(Code.HOLD_ENDED):
        await pay(stage, hold, open=True)


async def test_a_paid_cart_is_one_order_with_one_number_however_often_it_is_confirmed(stage: Stage) -> None:
    hold = await stage.hold("v_1", ("p_apron", 2), ("p_bowl", 1), ("p_apron", 1))
    head, *behind = await confirm(stage, hold)
    assert [(line.product_id, line.quantity, line.number) for line in (head, *behind)] == [
        ("p_apron", 2, head.number),
        ("p_bowl", 1, head.number),
        ("p_apron", 1, head.number),
    ]
    again = await confirm(stage, hold, "pay_2")
    assert [(line.id, line.payment) for line in again] == [(o.id, "pay_1") for o in (head, *behind)]
    assert {id: (await stage.held())[id] for id in ("p_apron", "p_bowl")} == {
        "p_apron": (7, 0, 3),
        "p_bowl": (2, 0, 1),
    }
    assert [fact for fact in await stage.facts() if fact[0] == "order"] == [("order", "v_1", "p_apron", 4)]
    with refused(Code.HOLD_ENDED):
        await stage.holds.release(SHOW, hold.id, "v_1")


async def test_money_that_comes_late_buys_what_is_left(stage: Stage) -> None:
    first, second = [await stage.hold(f"v_{n}", ("p_bowl", 2 - n)) for n in range(2)]
    stage.tick(LONG)
    await stage.buy("v_9", "p_bowl", quantity=2)
    with refused(Code.SOLD_OUT):
        await confirm(stage, first)
    (late,) = await confirm(stage, second)
    assert late.viewer_id == "v_1"
    assert (await stage.held())["p_bowl"] == (0, 0, 3)


async def test_money_for_a_hold_that_its_viewer_gave_up_buys_nothing(stage: Stage) -> None:
    hold = await stage.hold("v_1", ("p_bowl", 1))
    await stage.holds.release(SHOW, hold.id, "v_1")
    with refused(Code.HOLD_ENDED):
        await confirm(stage, hold)
    other = await stage.hold("v_1", ("p_bowl", 1))
    await stage.holds.release(SHOW, other.id, why="payment_failed")
    assert len(await confirm(stage, other)) == 1
    assert (await stage.held())["p_bowl"] == (2, 0, 1)


async def test_two_processes_never_set_one_unit_aside_twice(stage: Stage, database_url: str) -> None:
    await stage.add_show("late")
    async with open_stage(database_url, empty=True) as second:
        calls = [
            place.hold(f"v_{n}", ("p_apron", 2), ("p_bowl", 1), show=show)
            for n in range(10)
            for place, show in ((stage, SHOW), (second, "late"))
        ]
        answers = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(answer, Hold) for answer in answers) == 3
    assert {id: (await stage.held())[id] for id in ("p_apron", "p_bowl")} == {
        "p_apron": (4, 6, 0),
        "p_bowl": (0, 3, 0),
    }


async def test_one_key_in_two_shows_at_once_is_one_hold(stage: Stage, database_url: str) -> None:
    await stage.add_show("late")
    async with open_stage(database_url, empty=True) as second:
        calls = [
            place.hold("v_1", (product, 1), show=show, key=f"key-{n:05}")
            for n in range(8)
            for place, show, product in ((stage, SHOW, "p_apron"), (second, "late", "p_bowl"))
        ]
        answers = await asyncio.gather(*calls, return_exceptions=True)
    done = [answer for answer in answers if isinstance(answer, Hold)]
    others = [answer for answer in answers if isinstance(answer, RefusedError)]
    assert {refusal.code for refusal in others} <= {Code.KEY_REUSED, Code.SOLD_OUT}
    held = await stage.held()
    assert len({hold.key for hold in done}) == len(done) == held["p_apron"][1] + held["p_bowl"][1]


@pytest.fixture
async def limited(database_url: str) -> AsyncIterator[Stage]:
    async with open_stage(database_url, limits=Limits(4, guests=True)) as stage:
        yield stage


async def test_what_is_held_and_what_is_bought_are_counted_together_over_all_ids_of_a_person(
    limited: Stage,
) -> None:
    async with limited.database.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES ('a', :s, 'g_1', 'v_1', now())"
            ),
            {"s": SHOW},
        )
    await limited.hold("g_1", ("p_apron", 2))
    await limited.buy("v_1", "p_apron")
    with refused(Code.TOO_MANY):
        await limited.hold("v_1", ("p_apron", 2))
    with refused(Code.TOO_MANY):
        await limited.buy("g_1", "p_apron", quantity=2)
    await limited.buy("g_1", "p_apron")
    with refused(Code.TOO_MANY):
        await limited.buy("v_1", "p_apron")
    limited.tick(LONG)
    await limited.buy("v_1", "p_apron", quantity=2)


async def test_a_guest_holds_one_unit_or_as_many_as_they_have_paid_for(limited: Stage) -> None:
    with refused(Code.TOO_MANY):
        await limited.hold("g_1", ("p_apron", 2), guest=True)
    await limited.buy("g_1", "p_apron", quantity=2)  # what is paid in the same moment is not held
    hold = await limited.hold("g_1", ("p_bowl", 2), guest=True)
    with refused(Code.TOO_MANY) as refusal:
        await limited.hold("g_1", ("p_apron", 1), guest=True)
    assert refusal.value.data == {"limit": 2, "left": 0, "guest": True}
    await limited.holds.release(SHOW, hold.id, "g_1")
    await limited.hold("g_1", ("p_apron", 1), guest=True)


async def test_stock_is_changed_in_the_studio_beside_what_is_held(stage: Stage) -> None:
    from server.catalogue.stockroom import Adding, Setting

    hold = await stage.hold("v_1", ("p_bowl", 2))
    with refused(Code.CONFLICT) as refusal:
        await stage.stockroom.change(CHANNEL, HOST, "p_bowl", Setting(3, 5))
    assert refusal.value.data["stock"] == 1
    await stage.stockroom.change(CHANNEL, HOST, "p_bowl", Adding(-1))
    with refused(Code.SOLD_OUT):
        await stage.stockroom.change(CHANNEL, HOST, "p_bowl", Adding(-1))
    await confirm(stage, hold)
    assert (await stage.held())["p_bowl"] == (0, 0, 2)


async def test_a_largest_hold_that_is_given_up_leaves_everything_to_be_sold(stage: Stage) -> None:
    hold = await stage.hold("v_1", ("p_apron", 10), ("p_bowl", 3))
    await stage.holds.release(SHOW, hold.id, "v_1")
    await stage.buy("v_2", "p_apron", quantity=10)
    await stage.buy("v_2", "p_bowl", quantity=3)


async def test_one_that_is_listed_is_ones_own(stage: Stage) -> None:
    hold = await stage.hold("v_1", ("p_apron", 1))
    await stage.hold("v_2", ("p_apron", 1))
    assert await stage.holds.list_own(SHOW, "v_1") == [hold]
    wanted = Wanted("v_1", "key-000009", (WantedLine("p_apron", 1, 1000),))
    second = await stage.holds.place(SHOW, wanted)
    assert await stage.holds.list_own(SHOW, "v_1") == [second, hold]


async def split(stage: Stage, product: str) -> None:
    """Give a product two variants, as the studio does."""
    variants = tuple(WantedVariant(options={"Size": size}, price_minor=1000, stock=4) for size in ("S", "L"))
    wanted = WantedProduct(options=("Size",), variants=variants)
    await stage.catalogue.change(CHANNEL, HOST, product, wanted, lambda *_: None)


async def test_what_is_held_of_a_product_that_gets_variants_may_be_paid_and_else_is_written_off(
    stage: Stage,
) -> None:
    paid, given_up = await stage.hold("v_1", ("p_bowl", 1)), await stage.hold("v_2", ("p_bowl", 1))
    late = await stage.hold("v_3", ("p_bowl", 1))
    await split(stage, "p_bowl")
    assert (await stage.held())["p_bowl"] == (0, 3, 0)
    (order,) = await confirm(stage, paid)
    assert order.product_id == "p_bowl"
    await stage.holds.release(SHOW, given_up.id, "v_2")
    assert (await stage.held())["p_bowl"] == (0, 1, 1)
    stage.tick(LONG)
    await stage.holds.let_lapsed_go()
    with refused(Code.SOLD_OUT):
        await confirm(stage, late)
    assert (await stage.held())["p_bowl"] == (0, 0, 1)
    changes = await stage.stockroom.list_changes(CHANNEL, "p_bowl", before=None, limit=1)
    assert [(each.reason, each.delta, each.stock_after) for each in changes] == [("variants", -1, 0)]
    async with stage.database.read() as connection:
        assert await take_stock(connection) == []
