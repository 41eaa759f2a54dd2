"""A state machine for the shop against PostgreSQL: two processes, any order of sales, repeats and restocks, one truth."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.catalogue.stockroom import Setting
from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.rules import Order, Purchase, Receipt
from tests.support.databases import empty_database
from tests.support.machines import run_by_chance
from tests.support.reducer import Seen, assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, HOST, SHOW, Stage, open_stage, refused

PRICES = {"p_apron": 1000, "p_bowl": 2500}
PURCHASE = st.builds(
    Purchase,
    viewer_id=st.sampled_from(["v_1", "v_2", "v_3"]),
    product_id=st.sampled_from([*PRICES, "p_other"]),
    quantity=st.integers(1, 4),
    key=st.sampled_from([f"key-0000{n}" for n in range(8)]),
    price_minor=st.sampled_from([None, 1000, 2500]),
)


class ShopMachine(RuleBasedStateMachine):
    """`stock` and `orders` are what must be there; units on hand change by restocks alone."""

    database_url: str

    def __init__(self) -> None:
        super().__init__()
        empty_database(self.database_url)
        self.loop = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.stages = [self.open(empty=False), self.open(empty=True)]
        self.old: Seen = self.loop.run(see(self.stages[0].database, SHOW))
        self.stock = {"p_apron": 10, "p_bowl": 3}
        self.on_hand = dict(self.stock)
        self.orders: dict[tuple[str, str], Order] = {}

    def open(self, *, empty: bool) -> Stage:
        return self.loop.run(self.stack.enter_async_context(open_stage(self.database_url, empty=empty)))

    def teardown(self) -> None:
        self.loop.run(self.stack.aclose())
        self.loop.close()

    @rule(wish=PURCHASE, process=st.integers(0, 1))
    def buy(self, wish: Purchase, process: int) -> None:
        """One purchase alone: the answer is exactly what the model says."""
        expected = self.expect(wish)
        (answer,) = self.loop.run(self.buy_all([wish], process))
        if isinstance(answer, RefusedError):
            assert answer.code is expected
            return
        if isinstance(expected, Order):
            assert (answer.order, answer.repeated) == (expected, True)
            return
        assert expected is None
        self.take(answer)

    @rule(wishes=st.lists(PURCHASE, min_size=2, max_size=12))
    def buy_at_once(self, wishes: list[Purchase]) -> None:
        """Purchases through both processes at once: any order of theirs is right, but each key is one order."""
        answers = self.loop.run(self.buy_all(wishes, 0))
        for answer in answers:
            if isinstance(answer, Receipt) and not answer.repeated:
                self.take(answer)
        for wish, answer in zip(wishes, answers, strict=True):
            if isinstance(answer, Receipt):
                held = self.orders[wish.viewer_id, wish.key]
                assert answer.order == held
                assert (held.product_id, held.quantity) == (wish.product_id, wish.quantity)
            else:
                assert answer.code in (Code.SOLD_OUT, Code.KEY_REUSED, Code.PRICE_CHANGED, Code.NOT_FOUND)

    @rule(product=st.sampled_from(list(PRICES)), add=st.integers(-5, 5), process=st.integers(0, 1))
    def restock(self, product: str, add: int, process: int) -> None:
        """Units come and go."""
        restocking = self.stages[process].shop.restock(SHOW, HOST, product, add)
        if add == 0 or self.stock[product] + add < 0:
            with refused(Code.SOLD_OUT if add else Code.INVALID):
                self.loop.run(restocking)
            return
        self.stock[product] += add
        self.on_hand[product] += add
        assert self.loop.run(restocking) == self.stock[product]

    @rule(
        product=st.sampled_from(list(PRICES)),
        off=st.integers(-1, 1),
        to=st.integers(0, 9),
        process=st.integers(0, 1),
    )
    def set_stock(self, product: str, off: int, to: int, process: int) -> None:
        """Set in the catalogue by who saw `off` more units than are left: refused unless that is none."""
        seen = self.stock[product] + off
        setting = self.stages[process].stockroom.change(CHANNEL, HOST, product, Setting(seen, to))
        if off:
            with refused(Code.CONFLICT) as refusal:
                self.loop.run(setting)
            assert refusal.value.data["stock"] == self.stock[product]
            return
        self.on_hand[product] += to - self.stock[product]
        self.stock[product] = to
        assert self.loop.run(setting).stock == to
        self.loop.run(self.stages[process].shop.close())

    @invariant()
    def every_change_of_stock_is_a_row_with_the_number_after(self) -> None:
        for product, began in (("p_apron", 10), ("p_bowl", 3)):
            changes = self.loop.run(
                self.stages[0].stockroom.list_changes(CHANNEL, product, before=None, limit=1000)
            )
            stock = began
            for move, change in enumerate(reversed(changes), start=1):
                stock += change.delta
                assert (change.move, change.stock_after) == (move, stock)
            assert stock == self.stock[product]

    @invariant()
    def nothing_is_lost_and_nothing_is_sold_twice(self) -> None:
        """On hand = free + sold; sold = the orders; every acknowledged order stands; every reader's picture is right."""
        stage = self.stages[0]
        products, orders = self.loop.run(stage.products()), self.loop.run(stage.orders())
        sold = Counter[str]()
        for order in orders:
            sold[order.product_id] += order.quantity
        for id, on_hand in self.on_hand.items():
            assert products[id] == (self.stock[id], sold[id])
            assert self.stock[id] + sold[id] == on_hand
            assert self.stock[id] >= 0
        assert products["p_other"] == (10, 0)
        assert {row.id for row in orders} == {order.id for order in self.orders.values()}
        self.loop.run(assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, self.old))

    def expect(self, wish: Purchase) -> Order | Code | None:
        """Return the order that a repeat gets, the code of a refusal, or None for a sale."""
        earlier = self.orders.get((wish.viewer_id, wish.key))
        if earlier is not None:
            same = (earlier.product_id, earlier.quantity) == (wish.product_id, wish.quantity)
            same = same and wish.price_minor in (None, earlier.unit_price_minor)
            return earlier if same else Code.KEY_REUSED
        if wish.product_id not in PRICES:
            return Code.NOT_FOUND
        if wish.price_minor not in (None, PRICES[wish.product_id]):
            return Code.PRICE_CHANGED
        return Code.SOLD_OUT if wish.quantity > self.stock[wish.product_id] else None

    def take(self, receipt: Receipt) -> None:
        order = receipt.order
        assert (order.viewer_id, order.key) not in self.orders
        self.orders[order.viewer_id, order.key] = order
        self.stock[order.product_id] -= order.quantity

    async def buy_all(self, wishes: list[Purchase], process: int) -> list[Receipt | RefusedError]:
        calls = [self.stages[(process + n) % 2].shop.buy(SHOW, wish) for n, wish in enumerate(wishes)]
        answers: list[Receipt | RefusedError] = []
        for answer in await asyncio.gather(*calls, return_exceptions=True):
            assert isinstance(answer, Receipt | RefusedError), answer
            answers.append(answer)
        return answers


def test_the_shop_keeps_its_promises_whatever_happens(database_url: str) -> None:
    run_by_chance(type("Machine", (ShopMachine,), {"database_url": database_url}), runs=12, steps=12)
