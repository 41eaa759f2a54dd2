"""One drop under one fault: more buyers than units, who buy in one step, by holds, by payments and by paying first, until nothing is left.

What must hold is asked of SQL afterwards: every acknowledgement is an order, exactly once; nothing was sold twice and no unit is lost;
the money that was taken is orders or has gone back.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random

import httpx
from sqlalchemy import text

from server.ids import new_id
from server.shop.stocktaking import take_stock
from tests.drops.strikes import STRIKES
from tests.drops.world import World
from tests.support.eventually import eventually
from tests.support.stage import SHOW
from tests.support.till import is_settled, read_money
from tests.support.visitor import Visitor

METHODS = ("", "card", "decline", "doubled", "reordered", "lost", "unanswered", "late")
METHODS_FIRST = tuple(method for method in METHODS if method != "late")
"""One that is late waits for the end of its hold, and what has no units may be paid for longer than a run lasts."""
PATIENCE_SECONDS = 90.0
"""For what has no time of its own: a busy machine takes longer. The time that is promised is measured, not waited for."""
_READ_ORDERS = text(
    "SELECT id, viewer_id, key, product_id, quantity, amount_minor FROM orders WHERE product_id = ANY(:ids)"
)
_READ_PRODUCTS = text("SELECT id, stock, held, sold FROM product WHERE id = ANY(:ids)")


@dataclass(slots=True)
class Told:
    """What buyers were told: purchases by (viewer, key), orders of payments by payment; and what was refused, by code."""

    bought: dict[tuple[str, str], tuple[str, str, int, int]] = field(default_factory=dict)
    paid: dict[str, str] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many acknowledgements are held."""
        return len(self.bought) + len(self.paid)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a drop.

    `lost`: acknowledgements that SQL does not have as they were told; `oversold`: units sold beyond those there were.

    `unsold`: units that nobody could buy in the end; `seconds`: from the end of the fault until nothing was free any more, since all that
    nobody had set aside was bought.
    """

    fault: str
    seed: int
    acknowledged: int
    lost: int
    oversold: int
    unsold: int
    seconds: float

    @property
    def good(self) -> bool:
        """Whether everything held."""
        return self.lost == self.oversold == self.unsold == 0


class Drop:
    """One run; everything that chance picks comes from `seed`, but for the order in which the machine does things."""

    def __init__(self, world: World, fault: str, seed: int) -> None:
        self._world = world
        self._fault = fault
        self._seed = seed
        self._random = Random(seed)
        self._units = self._random.randint(15, 40)
        self._forgetful = 0.15 if self._random.random() < 0.2 else 0.0
        """How many holds are forgotten: such a run takes as long as they last."""
        self._ids = [f"p_drop_{seed}_{letter}" for letter in "abc"]
        *self._held, self._first_paid = self._ids
        self._told = Told()
        self._mended = asyncio.Event()
        self._gone = asyncio.Event()
        """Every unit is sold."""
        self._taken_at: float | None = None
        """When nothing was free any more after the fault."""

    async def run(self) -> Outcome:
        """Play it, and return what came of it. Raises `AssertionError` when it does not come to an end."""
        world = self._world
        await world.add_products(self._ids, self._units, first_paid=self._first_paid)
        await world.until_whole()
        async with asyncio.TaskGroup() as group:
            for number, buyer in enumerate(world.buyers):
                group.create_task(self._buy_until_gone(buyer, Random(f"{self._seed}/{number}")))
            strike_at = self._random.randint(0, self._units)
            await eventually(lambda: self._has_come_to(strike_at), within_seconds=PATIENCE_SECONDS)
            await asyncio.sleep(self._random.uniform(0, 0.05))
            await STRIKES[self._fault](world, self._random)
            world.line.mend()
            ended = time.monotonic()
            self._mended.set()
            await self._until_gone()
        await self._until_settled()
        assert self._taken_at is not None, "what is gone was not free"
        return await self.judge(self._taken_at - ended)

    def _has_come_to(self, acknowledged: int) -> bool:
        """Whether so many orders were told, or as many as there can be: what is set aside may take its time to be one."""
        return self._told.count >= acknowledged or self._told.refused["sold_out"] >= len(self._world.buyers)

    async def _buy_until_gone(self, buyer: Visitor, random: Random) -> None:
        """Buy in a way by chance, again and again; once the fault is over only what is free, until all products are gone."""
        while not self._gone.is_set():
            way = random.random()
            if way < 0.3:
                await self._pay_first(buyer, random)
            elif self._mended.is_set() or way < 0.6:
                await self._buy(buyer, random)
            else:
                await self._hold(buyer, random)
            await asyncio.sleep(random.uniform(0, 0.02))

    async def _buy(self, buyer: Visitor, random: Random) -> None:
        product, key, quantity = random.choice(self._held), new_id("k"), random.choice((1, 1, 2))
        quantity = 1 if self._mended.is_set() else quantity
        reply = await buyer.insist("buy", product=product, quantity=quantity, key=key)
        if reply["type"] == "error":
            self._told.refused[reply["code"]] += 1
            await asyncio.sleep(0.05)
            return
        order = (reply["order"], reply["product"], reply["quantity"], reply["amount"])
        assert self._told.bought.setdefault((buyer.id, key), order) == order, "one key, two orders"
        again = await buyer.insist("buy", product=product, quantity=quantity, key=key)
        assert again.get("order") == reply["order"], "the same key again is the same order"

    async def _hold(self, buyer: Visitor, random: Random) -> None:
        """Set a cart aside, whose lines may be of one product, and pay for it, give it back or forget it."""
        lines = [
            {"product": random.choice(self._held), "quantity": 1} for _ in range(random.choice((1, 1, 2, 3)))
        ]
        held = await buyer.insist("hold", lines=lines, key=new_id("k"))
        if held["type"] == "error":
            self._told.refused[held["code"]] += 1
            await asyncio.sleep(0.05)
            return
        if random.random() < self._forgetful:
            return
        if random.random() < 0.2 or not await self._pay(buyer, held["hold"], random.choice(METHODS)):
            await buyer.insist("hold.release", hold=held["hold"], key=new_id("k"))

    async def _pay_first(self, buyer: Visitor, random: Random) -> None:
        """Begin to buy what is held for nobody, fill in, and pay: it is an order, or no money is kept."""
        units = 1 if self._mended.is_set() else random.choice((1, 1, 2))
        line = {"product": self._first_paid, "quantity": units}
        begun = await buyer.insist("hold", lines=[line], key=new_id("k"))
        if begun["type"] == "error":
            self._told.refused[begun["code"]] += 1
            await asyncio.sleep(0.05)
            return
        filled = await self._fill_in(buyer, begun["hold"])
        method = "card" if self._mended.is_set() else random.choice(METHODS_FIRST)
        if not filled or not await self._pay(buyer, begun["hold"], method):
            await buyer.insist("hold.release", hold=begun["hold"], key=new_id("k"))

    async def _fill_in(self, buyer: Visitor, hold: str) -> bool:
        """Fill in the checkout by HTTP, at whichever server the buyer is, until one answers; whether it could be."""
        body = {"name": "Anna", "email": f"{buyer.id}@example.com"}
        headers = {"Authorization": f"Bearer {buyer.token}"}
        async with httpx.AsyncClient(timeout=5, headers=headers) as client, asyncio.timeout(PATIENCE_SECONDS):
            while True:
                url = f"http://{buyer.address}/v1/shows/{SHOW}/holds/{hold}/checkout"
                try:
                    answer = await client.put(url, json=body)
                except httpx.HTTPError:
                    answer = None
                if answer is not None and answer.status_code < 500 and answer.status_code != 429:
                    return answer.is_success
                await asyncio.sleep(0.1)

    async def _pay(self, buyer: Visitor, hold: str, method: str) -> bool:
        """Whether the money has come, or may still come."""
        paying = {"hold": hold, "key": new_id("k"), "method": method}
        reply = await buyer.insist("pay", **paying)
        if reply["type"] == "error":
            self._told.refused[reply["code"]] += 1
        elif reply["state"] == "captured":
            self._told.paid[reply["payment"]] = reply["order"]
        return reply.get("state") not in (None, "failed", "cancelled")

    async def _until_gone(self) -> None:
        """Return when every unit is sold, and note when nothing was free."""

        async def all_gone() -> bool:
            async with self._world.database.read() as connection:
                rows = (await connection.execute(_READ_PRODUCTS, {"ids": self._ids})).all()
            if self._taken_at is None and not any(row.stock for row in rows):
                self._taken_at = time.monotonic()
            return not any(row.stock or row.held for row in rows)

        try:
            await eventually(all_gone, within_seconds=PATIENCE_SECONDS)
        finally:
            self._gone.set()

    async def _until_settled(self) -> None:
        """Wait until no provider owes or is owed anything, and the money adds up."""

        async def adds_up() -> bool:
            database = self._world.database
            return await is_settled(database) and (await read_money(database)).adds_up

        await eventually(adds_up, within_seconds=PATIENCE_SECONDS)

    async def judge(self, seconds: float) -> Outcome:
        """Hold what the buyers were told against SQL. Raises `AssertionError` where stock and its rows disagree."""
        async with self._world.database.read() as connection:
            orders = (await connection.execute(_READ_ORDERS, {"ids": self._ids})).all()
            products = (await connection.execute(_READ_PRODUCTS, {"ids": self._ids})).all()
            disagreeing = await take_stock(connection)
        assert not disagreeing, f"on hand is free, held and sold, and the rows say so: {disagreeing}"
        by_key = {(o.viewer_id, o.key): (o.id, o.product_id, o.quantity, o.amount_minor) for o in orders}
        ids = {order.id for order in orders}
        lost = sum(by_key.get(key) != order for key, order in self._told.bought.items())
        lost += sum(order not in ids for order in self._told.paid.values())
        sold = Counter[str]()
        for order in orders:
            sold[order.product_id] += order.quantity
        return Outcome(
            fault=self._fault,
            seed=self._seed,
            acknowledged=self._told.count,
            lost=lost,
            oversold=sum(max(0, sold[id] - self._units) for id in self._ids),
            unsold=sum(product.stock + product.held for product in products),
            seconds=seconds,
        )
