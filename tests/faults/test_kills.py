"""Servers are killed under load, at points that chance picks: what was acknowledged is in SQL, once, and nobody misses a publication."""

import asyncio
import random

import pytest

from tests.conftest import MakeSettings
from tests.support.checker import Acknowledged, Ledgers
from tests.support.eventually import eventually
from tests.support.server_process import ServerProcess, server_processes
from tests.support.servers import SignFor
from tests.support.show_load import announce, answer, ask, busy, buy, crowd, vote
from tests.support.visitor import Visitor, visiting

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("set_stage")]

LIFTED = {
    "commands_per_second": 1000,
    "commands_burst": 1000,
    "asks_per_minute": 0,
    "asks_per_minute_per_ip": 0,
    "asks_per_minute_per_show": 0,
    "votes_per_minute": 0,
    "orders_per_minute": 0,
    "units_per_viewer_max": 0,
    "connections_per_ip_max": 0,
}
UNITS = 100_000
BUYERS = 2000
SCARCE = 100
PATIENCE_SECONDS = 60.0


async def kill_one(servers: list[ServerProcess], alive: list[str], told: Acknowledged) -> None:
    """Kill a server at a point by chance: some acknowledgements from now, and a little."""
    victim = next(s for s in servers if s.address in alive)
    enough = told.count + random.randint(20, 60)
    await eventually(lambda: told.count >= enough, within_seconds=PATIENCE_SECONDS)
    await asyncio.sleep(random.uniform(0, 0.05))
    await victim.kill()
    alive.remove(victim.address)


async def test_what_was_acknowledged_survives_kills_at_any_point(
    make_settings: MakeSettings, sign_for: SignFor, ledgers: Ledgers
) -> None:
    await ledgers.stock_up("p_apron", UNITS)
    told = Acknowledged()
    async with server_processes(make_settings(**LIFTED), 3) as servers:
        alive = [server.address for server in servers]
        buyers, askers, voters, readers = (crowd(n, lambda: alive) for n in (16, 6, 6, 20))
        hosts = crowd(3, lambda: alive, token=sign_for("host"))
        everybody = [*buyers, *askers, *voters, *readers, *hosts]
        async with visiting(*everybody):
            casts = ((buy, buyers), (ask, askers), (vote, voters), (announce, hosts[:2]), (answer, hosts[2:]))
            async with busy(told, *casts):
                for _ in range(2):
                    await kill_one(servers, alive, told)
                enough = told.count + 40
                await eventually(lambda: told.count >= enough, within_seconds=PATIENCE_SECONDS)
            await ledgers.until_all_have_all(everybody)
    assert all((told.orders, told.questions, told.votes, told.answers, told.announcements))
    await ledgers.assert_holds(told)
    await ledgers.assert_stock_adds_up("p_apron", UNITS)
    assert len(await ledgers.rows("SELECT id FROM orders")) == len(told.orders), (
        "buyers insist until they know"
    )


async def test_two_thousand_buyers_on_a_hundred_units_while_a_server_is_killed(
    make_settings: MakeSettings, ledgers: Ledgers
) -> None:
    await ledgers.stock_up("p_apron", SCARCE)
    told, refused = Acknowledged(), list[str]()
    async with server_processes(make_settings(**LIFTED), 2) as servers:
        alive = [server.address for server in servers]
        buyers = crowd(BUYERS, lambda: alive)

        async def purchase(buyer: Visitor) -> None:
            reply = await buyer.insist("buy", product="p_apron", quantity=1, key="the-only-one")
            if reply["type"] == "ok":
                told.take_order(buyer.id, "the-only-one", reply)
            else:
                refused.append(reply["code"])

        async with visiting(*buyers):
            await eventually(lambda: all(b.is_in for b in buyers), within_seconds=PATIENCE_SECONDS)
            async with asyncio.TaskGroup() as group:
                for buyer in buyers:
                    group.create_task(purchase(buyer))
                await eventually(
                    lambda: len(told.orders) + len(refused) > 10, within_seconds=PATIENCE_SECONDS
                )
                await servers[0].kill()
                alive.remove(servers[0].address)
            await ledgers.until_all_have_all(buyers)
    assert len(told.orders) == SCARCE
    assert refused == ["sold_out"] * (BUYERS - SCARCE)
    assert len({order for order, *_ in told.orders.values()}) == SCARCE
    await ledgers.assert_holds(told)
    assert await ledgers.assert_stock_adds_up("p_apron", SCARCE) == SCARCE
