"""What a show has taken, product by product: held, orders, units and money, as holds and orders have it."""

from collections.abc import Sequence
from typing import Any

from server.journal.transaction import ShowTransaction
from server.shop.product_takings import ProductTaken, read_taken
from tests.support.stage import CHANNEL, SHOW, Stage


async def test_each_product_and_all_say_what_is_held_and_sold(stage: Stage) -> None:
    async def confirm(tx: ShowTransaction, ids: Sequence[str]) -> list[Any]:
        return [await stage.holds.confirm_in(tx, id, "paid") for id in ids]

    await stage.add_show("other")
    await stage.buy("v_ann", "p_apron", quantity=2)
    await stage.buy("v_ben", "p_apron", show="other")
    cart = await stage.hold("v_ben", ("p_apron", 1), ("p_bowl", 1))
    await stage.journal.commit(SHOW, confirm, cart.id)
    await stage.hold("v_cat", ("p_bowl", 2))
    async with stage.database.read() as connection:
        taken = await read_taken(connection, SHOW, CHANNEL, stage.clock.at)
        none = await read_taken(connection, SHOW, "elsewhere", stage.clock.at)
    assert taken.products == [
        ProductTaken("p_apron", "p_apron", 0, 2, 3, {"JPY": 3000}),
        ProductTaken("p_bowl", "p_bowl", 2, 1, 1, {"JPY": 2500}),
    ]
    assert (taken.orders, taken.units, taken.held, taken.amount) == (2, 4, 2, {"JPY": 5500})
    assert none.held == 0
