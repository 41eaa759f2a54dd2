"""Servers die and commits are lost between a provider and us: money that was taken is an order, or goes back."""

import asyncio
import json
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.context import ForkServerProcess
from typing import Any

import pytest
from sqlalchemy import text

from server.db.engine import Database
from server.ids import new_id
from server.payments.rules import OPEN
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.faults.test_kills import LIFTED, PATIENCE_SECONDS
from tests.support.checker import Ledgers
from tests.support.commands import free_port
from tests.support.counters import Counter, FakeCounter, stripe_counter
from tests.support.dying_till import serve_until
from tests.support.eventually import eventually
from tests.support.forked_server import FORKS
from tests.support.live_server import live_server
from tests.support.postgres_line import PostgresLine, Trap, line
from tests.support.server_process import (
    READY_SECONDS,
    STOP_SECONDS,
    ServerProcess,
    environment_of,
    readiness,
    server_processes,
)
from tests.support.servers import SignFor
from tests.support.show_load import crowd
from tests.support.till import Money, is_settled
from tests.support.viewer import Viewer, joined_at
from tests.support.visitor import Visitor, visiting

__all__ = ["line"]

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("set_stage")]

OF_A_BEGINNING, OF_AN_ANSWER = "INSERT INTO payment (", "ORDER BY p.id FOR UPDATE"
UNITS, BUYERS = 10_000, 8
ONE_ORDER = Money(taken=1000, refunded=0, sold=1000)
_READ_UNITS = text(
    """
    SELECT (SELECT sum(sold)::int FROM product), (SELECT coalesce(sum(quantity), 0)::int FROM orders)
    """
)


@pytest.fixture
async def books(settings: Settings) -> AsyncIterator[Database]:
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=2)
    yield database
    await database.close()


@pytest.fixture(params=["fake", "stripe"])
async def counter(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Counter]:
    """Where buyers pay."""
    if request.param == "fake":
        yield FakeCounter()
        return
    async with stripe_counter(settings) as counter:
        yield counter


async def assert_adds_up(books: Database, counter: Counter) -> None:
    """Once nothing is owed any more, all that was taken is an order or has gone back, and no unit is missing."""
    await eventually(lambda: has_added_up(books, counter), within_seconds=PATIENCE_SECONDS)
    async with books.read() as connection:
        units, ordered = (await connection.execute(_READ_UNITS)).one()
    assert units == ordered


@pytest.fixture
async def buyer(
    line: PostgresLine, make_settings: MakeSettings, sign_for: SignFor, counter: Counter
) -> AsyncIterator[Viewer]:
    """A buyer at a server behind the line."""
    given = {"database_url": line.url, "limits": "off", "worker": False, "top_check_ms": 600_000}
    quiet = make_settings(**given, **counter.needs)
    async with live_server(quiet) as address, joined_at(address, token=sign_for("viewer")) as buyer:
        counter.reach(address)
        yield buyer


@pytest.mark.parametrize("trap", ["cut", "hold"])
@pytest.mark.parametrize("statement", [OF_A_BEGINNING, OF_AN_ANSWER])
async def test_a_commit_whose_answer_is_lost_is_found_by_the_same_key(
    line: PostgresLine, buyer: Viewer, books: Database, counter: Counter, *, statement: str, trap: Trap
) -> None:
    paying = {"hold": await hold_of(buyer), "key": new_id("k"), "method": "card"}
    line.set_trap(trap, meant_for=statement)
    told = await buyer.ask_for("pay", **paying)
    assert line.sprung.is_set()
    line.mend()
    assert (told["code"], told["retry"]) == ("outcome_unknown", "later")
    found = await buyer.do("pay", **paying)
    assert found["state"] in ("pending", "authorized", "captured")
    counter.act()
    await assert_adds_up(books, counter)
    assert await counter.money(books) == ONE_ORDER


@pytest.mark.parametrize("call", ["start", "capture", "cancel"])
async def test_a_server_that_dies_between_the_provider_and_its_answer_leaves_nothing_open(
    make_settings: MakeSettings, sign_for: SignFor, books: Database, counter: Counter, call: str
) -> None:
    settings = make_settings(payment_ask_seconds=1.0, **counter.needs)
    method = counter.late if call == "cancel" else "card"
    counter.begin(method)
    token = sign_for("viewer")
    async with (
        live_server(settings) as other,
        joined_at(other, token=token) as elsewhere,
        dying_after(counter.name, call, settings) as (address, dying),
    ):
        counter.reach(address if call == "capture" else other)
        async with joined_at(address, token=token) as buyer:
            hold = await hold_of(buyer)
            paying = {"id": 77, "type": "pay", "hold": hold, "key": new_id("k"), "method": method}
            await buyer.send(json.dumps(paying))
            if call == "cancel":
                payment = (await buyer.expect(lambda each: "payment" in each, "the payment"))["payment"]
                await buyer.send(json.dumps({"id": 78, "type": "pay.cancel", "payment": payment}))
            await eventually(lambda: dying.exitcode == -signal.SIGKILL)
            counter.act_late()
        await elsewhere.expect_push("payment.changed", lambda each: bool(each["state"] == "captured"))
        await assert_adds_up(books, counter)
    assert await counter.money(books) == ONE_ORDER


@asynccontextmanager
async def dying_after(
    provider: str, call: str, settings: Settings
) -> AsyncIterator[tuple[str, ForkServerProcess]]:
    """Start a server that dies when the provider has done `call` for it; yield its address."""
    port, log = free_port(), str(settings.data.with_name("dying.log"))
    dying = FORKS.Process(target=serve_until, args=(port, environment_of(settings), log, provider, call))
    await asyncio.to_thread(dying.start)
    try:
        address = f"127.0.0.1:{port}"
        await eventually(lambda: is_ready(address), within_seconds=READY_SECONDS)
        yield address, dying
    finally:
        dying.kill()
        await asyncio.to_thread(dying.join, STOP_SECONDS)


async def test_servers_are_killed_while_many_pay_in_every_way(
    make_settings: MakeSettings, books: Database, ledgers: Ledgers, counter: Counter
) -> None:
    await ledgers.stock_up("p_apron", UNITS)
    given = {"payment_ask_seconds": 1.0, "hold_seconds": 10.0, "guest_units_limited": False}
    settings = make_settings(**given, **counter.needs, **LIFTED)
    counter.begin("")
    paid, over = dict[str, str](), asyncio.Event()
    async with server_processes(settings, 2) as servers:
        alive = [server.address for server in servers]
        counter.reach(alive[0])
        buyers = crowd(BUYERS, lambda: alive)
        async with visiting(*buyers), asyncio.TaskGroup() as group:
            for buyer in buyers:
                group.create_task(buy_often(buyer, counter, paid, over))
            for victim in servers:
                await kill_after_some(victim, paid)
            over.set()
        await assert_adds_up(books, counter)
        (row,) = await ledgers.rows("SELECT stock + held + sold AS units FROM product WHERE id = 'p_apron'")
        assert row["units"] == UNITS
    orders = {row["id"] for row in await ledgers.rows("SELECT id FROM orders")}
    assert paid, "some heard that they have paid"
    assert set(paid.values()) <= orders, "what was acknowledged is an order"


async def buy_often(buyer: Visitor, counter: Counter, paid: dict[str, str], over: asyncio.Event) -> None:
    """Hold a unit and pay for it, each with one key for as long as no answer comes, again and again."""
    while not over.is_set():
        lines = [{"product": "p_apron", "quantity": 1}]
        held = await buyer.insist("hold", lines=lines, key=new_id("k"))
        assert held["type"] == "ok", held
        paying = {"hold": held["hold"], "key": new_id("k"), "method": random.choice(counter.ways)}
        told = await buyer.insist("pay", **paying)
        if counter.name == "stripe":
            told = await once_over(buyer, paying)
        if told.get("state") == "captured":
            paid[told["payment"]] = told["order"]


async def kill_after_some(victim: ServerProcess, paid: dict[str, str]) -> None:
    """Kill a server once some more have paid, and start it again."""
    enough = len(paid) + 5
    await eventually(lambda: len(paid) >= enough, within_seconds=PATIENCE_SECONDS)
    await asyncio.sleep(random.uniform(0, 0.05))
    await victim.kill()
    await victim.start_again()


async def once_over(buyer: Visitor, paying: dict[str, str]) -> dict[str, Any]:
    """Ask by the same key until a payment is open no more, and return how it stands."""
    told: dict[str, Any] = {}

    async def is_over() -> bool:
        told.update(await buyer.insist("pay", **paying))
        return told["state"] not in OPEN

    await eventually(is_over, within_seconds=PATIENCE_SECONDS)
    return told


async def has_added_up(books: Database, counter: Counter) -> bool:
    return await is_settled(books) and (await counter.money(books)).adds_up


async def is_ready(address: str) -> bool:
    return (await readiness(address))[1] == "ready"


async def hold_of(buyer: Viewer) -> str:
    held = await buyer.do("hold", lines=[{"product": "p_apron", "quantity": 1}], key=new_id("k"))
    return str(held["hold"])
