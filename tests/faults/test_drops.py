"""A few of the drops that `make faults` plays by the hundred, one for each kind of fault that takes something away."""

import pytest
from sqlalchemy import text

from tests.drops.drop import Drop
from tests.drops.world import open_world

pytestmark = pytest.mark.faults

SEEDS = {
    "a server is killed": 9,
    "PostgreSQL is killed": 12,
    "Valkey is killed and comes back empty": 14,
    "a COMMIT's answer is lost with its connection": 16,
}


async def test_a_drop_holds_whatever_is_taken_away() -> None:
    async with open_world() as world:
        for fault, seed in SEEDS.items():
            outcome = await Drop(world, fault, seed).run()
            assert outcome.good, outcome
            assert outcome.acknowledged, "somebody heard of an order"


async def test_an_order_that_is_not_there_or_not_as_told_is_found() -> None:
    async with open_world() as world:
        drop = Drop(world, "the worker is killed", 20)
        await drop.run()
        async with world.database.write() as connection:
            await connection.execute(text("UPDATE orders SET unit_price_minor = 1, amount_minor = quantity"))
        changed = await drop.judge(0.0)
        async with world.database.write() as connection:
            await connection.execute(text("DELETE FROM orders"))
        with pytest.raises(AssertionError, match="on hand"):
            await drop.judge(0.0)
    assert changed.lost
    assert not changed.good
