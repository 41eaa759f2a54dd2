"""An order of several lines is one order wherever orders are counted, listed, shown or handed out."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from server.access.principal import Principal
from server.journal.transaction import ShowTransaction
from server.shop.order_list import ListedOrder, Wanted, read_orders
from server.shop.repository import read_sales
from server.shop.rules import Order
from server.stats.export_repository import read_order_rows
from tests.support.stage import CHANNEL, SHOW, Stage, open_stage


@dataclass(frozen=True)
class Bought:
    """A cart of three lines, paid, and an apron bought beside it."""

    stage: Stage
    lines: list[Order]
    other: Order

    @property
    def head(self) -> Order:
        return self.lines[0]

    async def listed(self, *words: str) -> list[ListedOrder]:
        async with self.stage.database.read() as connection:
            return await read_orders(connection, CHANNEL, Wanted(words), after=None, limit=10)


@pytest.fixture
async def bought(database_url: str) -> AsyncIterator[Bought]:
    async with open_stage(database_url) as stage:
        await stage.add_product("p_cup", title="Moss cup", price_minor=700)
        hold = await stage.hold("v_1", ("p_bowl", 1), ("p_cup", 2), ("p_cup", 1))

        async def handler(tx: ShowTransaction, ids: Sequence[str]) -> list[list[Order]]:
            return [await stage.holds.confirm_in(tx, id, "pay_1") for id in ids]

        lines = await stage.journal.commit(SHOW, handler, hold.id)
        stage.tick()
        yield Bought(stage, lines, (await stage.buy("v_2", "p_apron")).order)


async def test_whoever_counts_orders_counts_one(bought: Bought) -> None:
    async with bought.stage.database.read() as connection:
        sales = await read_sales(connection, SHOW)
        counted = await connection.execute(
            text(
                "SELECT count(DISTINCT order_id), count(*) FILTER (WHERE nth = 0), count(*), sum(amount_minor) FROM sale"
            )
        )
        assert counted.one() == (2, 2, 4, 5600)
        rolled = await connection.execute(
            text("SELECT orders, units, paid_minor FROM rollup ORDER BY viewer_id")
        )
        assert [tuple(row) for row in rolled] == [(1, 4, 4600), (1, 1, 1000)]
    assert (sales.orders, sales.units, sales.amount) == (2, 5, {"JPY": 5600})


async def test_the_channels_list_has_it_once_with_all_lines_by_any_of_their_titles(bought: Bought) -> None:
    apron, cart = await bought.listed()
    assert [each.order.order for each in (apron, cart)] == [bought.other.id, bought.head.id]
    assert (cart.order.number, cart.order.amount) == (bought.head.number, 4600)
    assert [(line.product, line.quantity, line.amount) for line in cart.order.lines] == [
        ("p_bowl", 1, 2500),
        ("p_cup", 2, 1400),
        ("p_cup", 1, 700),
    ]
    for words in (["moss"], ["p_bowl"], ["moss", "p_bowl"], [bought.head.number]):
        assert [each.order.order for each in await bought.listed(*words)] == [bought.head.id], words


async def test_its_buyer_sees_one_order_and_its_receipt_names_every_line(bought: Bought) -> None:
    shop, (head, *behind) = bought.stage.shop, bought.lines
    (mine,) = await shop.list_own(SHOW, "v_1")
    assert (mine.id, mine.total_minor, mine.units) == (head.id, 4600, 4)
    assert [line.id for line in mine.behind] == [line.id for line in behind]
    for id in (head.id, behind[0].id):
        assert (await shop.find_order(id, Principal(CHANNEL, "v_1", "Aki", "viewer"))).id == head.id
    order, titles, _ = await shop.find_receipt(head.id)
    assert [titles[line.product_id] for line in order.lines] == ["p_bowl", "Moss cup", "Moss cup"]


async def test_an_export_has_a_row_for_each_line_under_one_number(bought: Bought) -> None:
    async with bought.stage.database.read() as connection:
        rows = [row for row in await read_order_rows(connection, SHOW) if row.viewer_id == "v_1"]
    assert {(row.order_id, row.number, row.payment) for row in rows} == {
        (bought.head.id, bought.head.number, "pay_1")
    }
    assert [(row.product_id, row.quantity, row.unit_price_minor, row.amount_minor) for row in rows] == [
        ("p_bowl", 1, 2500, 2500),
        ("p_cup", 2, 700, 1400),
        ("p_cup", 1, 700, 700),
    ]
