"""A drop in a simulated world: buyers, two servers, a bus and a database on hosts of their own, whose every step chance decides.

What is ours is run as it is: the journal with its group commits and its doubt, and the shop's rules. The network, and the
database behind it (rows, a lock, all or nothing, an answer that may be lost), are simulated, since neither a real socket nor a thread
can be played again from a seed.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, cast

import detangle

from server.catalogue.rules import Stocked
from server.clock import ManualClock
from server.db.doubt import Stage, doubting
from server.db.engine import Database
from server.errors import RefusedError
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.protocol.codes import MEANINGS, Code
from server.protocol.publication import Publication
from server.shop.allowances import NO_LIMITS, Allowances
from server.shop.payments import FakePayments
from server.shop.rules import Counter, Order, Purchase, Receipt

SHOW, PRODUCT = "s_drop", "p_drop"
SERVERS = ("server-1", "server-2")
SQL, SQL_PORT, PORT, BUS_PORT = "sql", 5432, 8000, 6379
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
ANSWER_SECONDS = 5.0
PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Planted:
    """Mistakes that the search must find."""

    without_lock: bool = False
    """Transactions do not wait for each other."""
    without_keys: bool = False
    """Nobody looks whether a key was used before."""
    doubt_is_a_no: bool = False
    """A buyer whose answer was lost is told that nothing was bought."""
    new_key_each_time: bool = False
    """A buyer asks again under another key."""
    told_before_commit: bool = False
    """The database answers before it keeps."""


NOTHING_PLANTED = Planted()


@dataclass(slots=True)
class Rows:
    """What the database keeps."""

    stock: int
    sold: int = 0
    top: int = 0
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)

    def by_key(self) -> dict[str, dict[str, Any]]:
        """Return the orders by their key."""
        return {order["key"]: order for order in self.orders.values()}


@dataclass(frozen=True, slots=True)
class World:
    """What outlives every host: the database's rows, and the offsets of all publications that a room was told, by whichever process."""

    rows: Rows
    planted: Planted
    heard: set[int] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=count)


class SimulatedSql:
    """The database's host: one transaction for each connection, which holds the show's lock until it ends, however it ends."""

    def __init__(self, world: World) -> None:
        self.rows = world.rows
        self._planted = world.planted
        self._lock = asyncio.Lock()

    async def serve(self) -> None:
        """Begin to answer."""
        self._server = await asyncio.start_server(self._transact, port=SQL_PORT)

    async def _transact(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held = False
        try:
            while line := await reader.readline():
                asked = json.loads(line)
                if asked["do"] == "begin":
                    if not self._planted.without_lock:
                        await self._lock.acquire()
                        held = True
                    answer: dict[str, Any] = {"top": self.rows.top}
                elif asked["do"] == "read":
                    answer = self._read(asked["keys"])
                else:
                    answer = {"committed": True}
                    if self._planted.told_before_commit:
                        writer.write(json.dumps(answer).encode() + b"\n")
                        await asyncio.sleep(0.01)
                    self._commit(asked["parts"])
                    if held:
                        self._lock.release()
                        held = False
                    if self._planted.told_before_commit:
                        continue
                writer.write(json.dumps(answer).encode() + b"\n")
        except ConnectionError:
            pass  # what was not committed is not there
        finally:
            if held:
                self._lock.release()
            writer.close()

    def _read(self, keys: Sequence[str]) -> dict[str, Any]:
        by_key = {} if self._planted.without_keys else self.rows.by_key()
        earlier = [by_key[key] for key in keys if key in by_key]
        return {"stock": self.rows.stock, "sold": self.rows.sold, "earlier": earlier}

    def _commit(self, parts: Sequence[Sequence[dict[str, Any]]]) -> None:
        for row in (row for part in parts for row in part):
            if "stock" in row:
                self.rows.stock, self.rows.sold = row["stock"], row["sold"]
            elif "key" in row:
                self.rows.orders[row["id"]] = row
            elif "top" in row:
                self.rows.top = row["top"]


class SimulatedSeat:
    """The journal's connection, over the simulated network."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.stage = Stage()
        self.connection = self
        """Where handlers read."""

    async def ask(self, **asked: Any) -> dict[str, Any]:
        """Ask, and return the answer; raises `ConnectionError` when there is none."""
        self._writer.write(json.dumps(asked).encode() + b"\n")
        line = await asyncio.wait_for(self._reader.readline(), ANSWER_SECONDS)
        if not line:
            raise ConnectionResetError("the database is gone")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def begin_and_fetch(self, statement: str, parameters: Sequence[str]) -> list[tuple[str, str, str]]:
        """Begin, lock the show's head and return it."""
        head = await self.ask(do="begin")
        return [("epoch-1", str(head["top"]), "f")]

    async def run_and_commit(self, statement: str, parameters: Sequence[str]) -> None:
        """Write all parts and commit."""
        self.stage.committing = True
        await self.ask(do="commit", parts=[json.loads(each) for each in parameters])

    def close(self) -> None:
        """Hang up: what is not committed is taken back."""
        self._writer.close()


class SimulatedDatabase:
    """What a journal needs of a `Database`."""

    @asynccontextmanager
    async def seat_soon(self) -> AsyncIterator[SimulatedSeat]:
        """Yield a connection for one transaction."""
        stage = Stage()
        with doubting(stage):
            async with asyncio.timeout(ANSWER_SECONDS):
                seat = SimulatedSeat(*await asyncio.open_connection(SQL, SQL_PORT))
                seat.stage = stage
                try:
                    yield seat
                finally:
                    seat.close()


class SimulatedServer:
    """One server: a journal of ours before the simulated database, and buyers' lines."""

    def __init__(self, name: str, world: World) -> None:
        self._name = name
        self._planted = world.planted
        self._heard, self._numbers = world.heard, world.numbers
        self._journal = Journal(cast("Database", SimulatedDatabase()), ManualClock(NOON), self._deliver)
        # The journal groups commands by their handler: it must be the same object each time.
        self._serve_many = self.serve_many

    async def serve(self) -> None:
        """Answer buyers, and hear what the bus brings, until the host dies."""
        self._mailbox = detangle.network().mailbox(port=BUS_PORT)
        self._server = await asyncio.start_server(self._converse, port=PORT)
        while True:
            offsets, _ = await self._mailbox.recv()
            self._heard.update(offsets)

    def _deliver(self, show: str, epoch: str, publications: list[Publication]) -> None:
        """Tell our rooms, and the other process by a bus that loses, doubles and reorders."""
        offsets = [publication.offset for publication in publications]
        self._heard.update(offsets)
        for other in SERVERS:
            if other != self._name:
                self._mailbox.send((other, BUS_PORT), offsets)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                asked = json.loads(line)
                writer.write(json.dumps(await self._buy(asked)).encode() + b"\n")
        writer.close()

    async def _buy(self, asked: dict[str, Any]) -> dict[str, Any]:
        purchase = Purchase(asked["viewer"], PRODUCT, asked["quantity"], asked["key"], None)
        try:
            receipt: Receipt = await self._journal.commit(SHOW, self._serve_many, purchase, repeatable=True)
        except RefusedError as refused:
            retry = str(refused.data.get("retry", MEANINGS[refused.code].verdict))
            if self._planted.doubt_is_a_no and refused.code is Code.OUTCOME_UNKNOWN:
                retry = "never"
            return {"code": refused.code.value, "retry": retry}
        return {"order": receipt.order.id, "quantity": receipt.order.quantity}

    async def serve_many(
        self, tx: ShowTransaction, purchases: Sequence[Purchase]
    ) -> list[Receipt | RefusedError]:
        """Decide as the shop does, by its own rules."""
        seat = cast("SimulatedSeat", tx.connection)
        rows = await seat.ask(do="read", keys=[purchase.key for purchase in purchases])
        product = Stocked(
            PRODUCT, 1000, "JPY", rows["stock"], rows["sold"], 0, False, "", None, None, 0, True
        )
        counter = Counter(
            SHOW,
            tx.now,
            sells=True,
            products=[product],
            earlier=[_as_order(row) for row in rows["earlier"]],
            allowances=Allowances(NO_LIMITS, people={}, taken=[], guests={}),
            new_order_id=self._new_id,
            new_number=lambda: "NUMBER",
            authorize=FakePayments().authorize,
        )
        batch = counter.serve(purchases)
        if batch.orders:
            tx.write("orders", [_as_row(order) for order in batch.orders])
            (after,) = batch.products
            tx.write("stock", [{"stock": after.stock, "sold": after.sold}])
            tx.publish("product.stock", {})
        return batch.answers

    def _new_id(self) -> str:
        return f"o_{next(self._numbers)}"


def _as_row(order: Order) -> dict[str, Any]:
    return {"id": order.id, "viewer": order.viewer_id, "key": order.key, "quantity": order.quantity}


def _as_order(row: dict[str, Any]) -> Order:
    return Order(
        row["id"],
        "NUMBER",
        SHOW,
        row["viewer"],
        row["key"],
        PRODUCT,
        row["quantity"],
        1000,
        "JPY",
        "pay",
        NOON,
    )


@dataclass(slots=True)
class Told:
    """What one buyer knows of one wish in the end: the order, or the code of a refusal."""

    key: str
    keys: list[str]
    """All under which it was asked."""
    order: str | None
    code: str | None


async def buy(name: str, nth: int, quantity: int, planted: Planted) -> Told:
    """Ask one server or the other until there is an answer that is not `later`, always under the same key."""
    keys = [f"{name}-{nth}"]
    while True:
        if planted.new_key_each_time:
            keys.append(f"{name}-{nth}-{len(keys)}")
        answer = None
        with suppress(ConnectionError, TimeoutError, OSError):
            answer = await _ask(
                detangle.choice(SERVERS), {"viewer": name, "quantity": quantity, "key": keys[-1]}
            )
        if answer is not None and answer.get("retry") != "later":
            return Told(keys[-1], keys, answer.get("order"), answer.get("code"))
        await asyncio.sleep(PAUSE_SECONDS)


async def _ask(server: str, asked: dict[str, Any]) -> dict[str, Any] | None:
    reader, writer = await asyncio.open_connection(server, PORT)
    try:
        writer.write(json.dumps(asked).encode() + b"\n")
        line = await asyncio.wait_for(reader.readline(), ANSWER_SECONDS * 2)
        return json.loads(line) if line else None
    finally:
        writer.close()


async def play(planted: Planted = NOTHING_PLANTED, *, units: int = 4, buyers: int = 3) -> None:
    """Sell `units` to buyers who want more, while servers are cut off and die; then look for what happened twice, or not at all."""
    world = World(Rows(stock=units), planted)
    rows = world.rows
    for host in (SQL, *SERVERS):
        _start(host, world)
    detangle.invariant(
        lambda: rows.stock >= 0 and rows.stock + rows.sold == units, "on hand is free and sold"
    )
    detangle.invariant(
        lambda: max(world.heard, default=0) <= rows.top, "nobody hears of what is not committed"
    )
    wishes = [(f"buyer-{n}", nth) for n in range(buyers) for nth in range(2)]
    asking = [
        detangle.spawn(buy(name, nth, detangle.randint(1, 2), planted), host=name) for name, nth in wishes
    ]
    await asyncio.sleep(detangle.uniform(0.0, 0.05))
    for _ in range(detangle.randint(0, 6)):
        await _disturb(world)
        await asyncio.sleep(detangle.uniform(0.0, 0.2))
    detangle.network().heal()
    told = await asyncio.gather(*asking)
    _judge(rows, told, units)


def _start(host: str, world: World) -> None:
    """Start what runs on a host: it has nothing but what the database keeps."""
    serving = SimulatedSql(world) if host == SQL else SimulatedServer(host, world)
    detangle.spawn(serving.serve(), host=host)


async def _disturb(world: World) -> None:
    """Cut a server off from the database for a while, or let a host die, the database's among them, and start again."""
    net = detangle.network()
    if detangle.flip(0.3):
        server = detangle.choice(SERVERS)
        net.disconnect(server, SQL)
        await asyncio.sleep(detangle.uniform(0.0, 0.3))
        net.reconnect(server, SQL)
        return
    host = detangle.choice((SQL, *SERVERS))
    net.crash(host)
    await asyncio.sleep(detangle.uniform(0.0, 0.1))
    net.restart(host)
    _start(host, world)


def _judge(rows: Rows, told: Sequence[Told], units: int) -> None:
    keys = [order["key"] for order in rows.orders.values()]
    assert len(keys) == len(set(keys)), f"one key, one order: {keys}"
    assert sum(order["quantity"] for order in rows.orders.values()) == rows.sold, "what is sold is ordered"
    assert rows.sold <= units, "no more than there were"
    by_key = rows.by_key()
    for wish in told:
        found = [by_key[key]["id"] for key in dict.fromkeys(wish.keys) if key in by_key]
        expected = [wish.order] if wish.order else []
        assert found == expected, f"what was told is what there is: told {wish}, found {found}"
