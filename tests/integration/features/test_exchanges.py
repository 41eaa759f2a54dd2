"""Exchanges of holds against PostgreSQL: in one transaction, under the first time, and nothing changes where one is refused."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.allowances import Limits
from server.shop.hold_rules import Hold, Wanted, WantedLine
from server.shop.rules import Receipt
from server.shop.stocktaking import take_stock
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import NOON, SHOW, Stage, open_stage, refused


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with open_stage(database_url, limits=Limits(4, guests=True)) as stage:
        yield stage


async def stands(stage: Stage, hold: Hold) -> str:
    return (await stage.holds.find(hold.id)).state


async def movements(stage: Stage, product: str) -> list[tuple[str, int, int]]:
    """(kind, quantity, free after it) of each movement of held units, in their order."""
    async with stage.database.read() as connection:
        assert await take_stock(connection) == []
        rows = await connection.execute(
            text("SELECT kind, quantity, stock_after FROM stock_held WHERE product_id = :id ORDER BY move"),
            {"id": product},
        )
        return [tuple(row) for row in rows]


async def test_an_exchange_keeps_the_time_and_tells_both_holds(stage: Stage) -> None:
    before = await see(stage.database, SHOW)
    hold = await stage.hold("v_1", ("p_apron", 1), ("p_bowl", 1))
    stage.tick(100)
    new = await stage.exchange(hold, ("p_apron", 3), key="key-000001")
    assert (new.state, new.expires_at, new.exchanges) == ("placed", hold.expires_at, hold.id)
    assert await stands(stage, hold) == "released"
    held = await stage.held()
    assert (held["p_apron"], held["p_bowl"]) == ((7, 3, 0), (3, 0, 0))
    assert await movements(stage, "p_apron") == [("place", 1, 9), ("release", 1, 10), ("place", 3, 7)]
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, before)
    told = [(line["hold"]["hold"], line["hold"]["state"]) for _, line in stage.told[1:]]
    assert told == [(new.id, "placed"), (hold.id, "released")]
    again = await stage.exchange(hold, ("p_apron", 3), key="key-000001")
    assert (again.id, again.repeated) == (new.id, True)
    with refused(Code.KEY_REUSED):
        await stage.exchange(hold, ("p_apron", 2), key="key-000001")
    with refused(Code.KEY_REUSED):
        await stage.hold("v_1", ("p_apron", 3), key="key-000001")
    stage.tick(201)
    assert await stands(stage, new) == "expired"


@pytest.mark.parametrize(
    ("lines", "viewer", "code"),
    [
        ((("p_bowl", 4),), "v_1", Code.SOLD_OUT),
        ((("p_apron", 5),), "v_1", Code.TOO_MANY),
        ((("p_apron", 2),), "v_2", Code.NOT_FOUND),
        ((("p_nothing", 1),), "v_1", Code.NOT_FOUND),
    ],
)
async def test_what_is_refused_changes_nothing(
    stage: Stage, lines: tuple[tuple[str, int], ...], viewer: str, code: Code
) -> None:
    hold = await stage.hold("v_1", ("p_apron", 2), ("p_bowl", 1))
    held, told = await stage.held(), len(stage.told)
    with refused(code):
        await stage.exchange(hold, *lines, viewer=viewer)
    assert await stage.held() == held
    assert (await stage.holds.find(hold.id)) == hold
    assert len(stage.told) == told


async def test_what_is_over_or_a_turn_is_not_exchanged(stage: Stage) -> None:
    given_up = await stage.hold("v_1", ("p_apron", 1))
    await stage.holds.release(SHOW, given_up.id, "v_1")
    with refused(Code.HOLD_ENDED):
        await stage.exchange(given_up, ("p_apron", 2))
    over = await stage.hold("v_1", ("p_bowl", 3))
    await stage.join("v_2", "p_bowl")
    stage.tick(301)
    with refused(Code.HOLD_ENDED):
        await stage.exchange(over, ("p_bowl", 2))
    (turn,) = [each for each in await stage.holds.list_own(SHOW, "v_2") if each.origin == "waitlist"]
    with refused(Code.INVALID):
        await stage.exchange(turn, ("p_bowl", 2))


async def test_fewer_units_go_to_who_waits_and_more_are_not_taken_from_them(stage: Stage) -> None:
    hold = await stage.hold("v_1", ("p_bowl", 3))
    await stage.join("v_2", "p_bowl")
    fewer = await stage.exchange(hold, ("p_bowl", 2))
    assert [each.units for each in await stage.holds.list_own(SHOW, "v_2")] == [{"p_bowl": 1}]
    with refused(Code.SOLD_OUT):
        await stage.exchange(fewer, ("p_bowl", 3))
    assert (await stage.held())["p_bowl"] == (0, 3, 0)


async def test_units_that_stay_keep_their_price_and_more_are_sold_at_todays(stage: Stage) -> None:
    hold = await stage.hold("v_1", ("p_apron", 2))
    async with stage.database.write() as connection:
        await connection.execute(text("UPDATE product SET price_minor = 1200 WHERE id = 'p_apron'"))
    one = await stage.exchange(hold, ("p_apron", 1))
    assert one.amount_minor == 1000
    with refused(Code.PRICE_CHANGED):
        await stage.exchange(one, ("p_apron", 2))
    async with stage.database.write() as connection:
        await connection.execute(text("UPDATE show SET state = 'ended', ended_at = :at"), {"at": NOON})
    with refused(Code.SHOW_NOT_LIVE):
        await stage.exchange(one, ("p_apron", 1), ("p_bowl", 1))
    assert await stands(stage, one) == "placed"


async def test_a_limit_counts_what_is_held_once_and_a_guest_swaps_the_one_unit(stage: Stage) -> None:
    hold = await stage.hold("v_1", ("p_apron", 3))
    assert (await stage.exchange(hold, ("p_apron", 4))).units == {"p_apron": 4}
    guests = await stage.hold("v_2", ("p_apron", 1), guest=True)
    swapped = await stage.exchange(guests, ("p_bowl", 1), guest=True)
    with refused(Code.TOO_MANY):
        await stage.exchange(swapped, ("p_bowl", 2), guest=True)


async def test_two_who_exchange_and_one_who_buys_share_the_last_units(
    stage: Stage, database_url: str
) -> None:
    """Each of two holds one bowl of three and wants two; one buyer wants one; over two processes, all at once."""
    async with open_stage(database_url, empty=True) as other:
        for round in range(6):
            async with stage.database.write() as connection:
                await connection.execute(
                    text(
                        "UPDATE product SET stock = stock + 3 - (stock + held), stock_moves = stock_moves + 1 WHERE id = 'p_bowl'"
                    )
                )
            one, two = [await stage.hold(f"v_{round}_{n}", ("p_bowl", 1)) for n in (1, 2)]
            free, held, sold = (await stage.held())["p_bowl"]
            assert (free, held) == (1, 2)
            answers = await asyncio.gather(
                stage.exchange(one, ("p_bowl", 2)),
                other.exchange(two, ("p_bowl", 2)),
                (stage, other)[round % 2].buy(f"v_{round}_3", "p_bowl"),
                return_exceptions=True,
            )
            got = [each for each in answers if isinstance(each, Hold | Receipt)]
            others = [each for each in answers if isinstance(each, RefusedError)]
            assert (len(got), [each.code for each in others]) == (1, [Code.SOLD_OUT] * 2), answers
            bought = isinstance(got[0], Receipt)
            assert (await stage.held())["p_bowl"] == (0, 2 if bought else 3, sold + bought)
            kept = [await stands(stage, each) for each in (one, two)]
            assert kept.count("placed") == (2 if bought else 1)
            for each in await stage.holds.list_own(SHOW, one.viewer_id) + await stage.holds.list_own(
                SHOW, two.viewer_id
            ):
                await stage.holds.release(SHOW, each.id, each.viewer_id)


async def test_one_key_from_many_connections_is_one_exchange(stage: Stage, database_url: str) -> None:
    hold = await stage.hold("v_1", ("p_apron", 1))
    wanted = Wanted("v_1", "key-000001", (WantedLine("p_apron", 2),), exchanges=hold.id)
    async with open_stage(database_url, empty=True) as other:
        answers = await asyncio.gather(
            *(each.exchanges.exchange(SHOW, wanted) for each in (stage, other) * 4)
        )
    assert len({each.id for each in answers}) == 1
    assert (await stage.held())["p_apron"] == (8, 2, 0)
