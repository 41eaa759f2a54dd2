"""A deploy is quiet: not ready, a hint to each viewer, closes spread over time, exit code 0; and a rolling restart loses nothing."""

import asyncio

import pytest

from tests.conftest import MakeSettings
from tests.support.checker import Acknowledged, Ledgers
from tests.support.eventually import eventually
from tests.support.server_process import ServerProcess, readiness, server_processes
from tests.support.servers import SignFor
from tests.support.show_load import announce, ask, busy, buy, crowd
from tests.support.visitor import visiting

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("set_stage")]

LEAVING = 400
SPREAD_SECONDS = 0.8
"""What the server takes to send so many away."""
LIFTED = {
    "commands_per_second": 1000,
    "commands_burst": 1000,
    "asks_per_minute": 0,
    "asks_per_minute_per_ip": 0,
    "asks_per_minute_per_show": 0,
    "orders_per_minute": 0,
    "units_per_viewer_max": 0,
}
UNITS = 100_000
PATIENCE_SECONDS = 60.0


async def read_readiness(server: ServerProcess) -> set[tuple[int, str]]:
    """Return everything that `/readyz` says until nobody answers."""
    said: set[tuple[int, str]] = set()
    while (answer := await readiness(server.address))[0]:
        said.add(answer)
    return said


async def test_a_server_sends_its_viewers_away_one_after_another(make_settings: MakeSettings) -> None:
    async with server_processes(make_settings(), 1) as (server,):
        viewers = crowd(LEAVING, lambda: [server.address])
        async with visiting(*viewers):
            await eventually(lambda: all(v.is_in for v in viewers), within_seconds=PATIENCE_SECONDS)
            for viewer in viewers:
                viewer.may_return.clear()
            code, said = await asyncio.gather(server.stop(), read_readiness(server))
            assert code == 0
            assert (503, "draining") in said
            await eventually(lambda: not any(v.is_in for v in viewers))
        assert [v.closes for v in viewers] == [{1001: 1}] * LEAVING
        hints = [hint for v in viewers for hint in v.reconnects]
        assert len(hints) == LEAVING
        told_at, after_ms = zip(*hints, strict=True)
        assert max(told_at) - min(told_at) > SPREAD_SECONDS / 2
        assert min(after_ms) >= 0
        assert max(after_ms) - min(after_ms) > 1000, "they are to come back at different times"


async def some_more(told: Acknowledged) -> None:
    """Wait for some acknowledgements more."""
    enough = told.count + 30
    await eventually(lambda: told.count >= enough, within_seconds=PATIENCE_SECONDS)


async def restart(server: ServerProcess) -> None:
    assert await server.stop() == 0
    await server.start_again()


async def test_a_rolling_restart_under_load_loses_nothing_and_doubles_nothing(
    make_settings: MakeSettings, sign_for: SignFor, ledgers: Ledgers
) -> None:
    await ledgers.stock_up("p_apron", UNITS)
    told = Acknowledged()
    async with server_processes(make_settings(**LIFTED), 2) as servers:
        up = {server.address: server for server in servers}
        buyers, askers, readers = (crowd(n, lambda: list(up)) for n in (20, 10, 30))
        hosts = crowd(2, lambda: list(up), token=sign_for("host"))
        everybody = [*buyers, *askers, *readers, *hosts]
        async with visiting(*everybody):
            await eventually(lambda: all(v.is_in for v in everybody), within_seconds=PATIENCE_SECONDS)
            async with busy(told, (buy, buyers), (ask, askers), (announce, hosts)):
                for server in servers:
                    await some_more(told)
                    del up[server.address]
                    await restart(server)
                    up[server.address] = server
            await ledgers.until_all_have_all(everybody)
    assert all((told.orders, told.questions, told.announcements))
    await ledgers.assert_holds(told)
    await ledgers.assert_stock_adds_up("p_apron", UNITS)
    counts = {"orders": len(told.orders), "question": len(told.questions)}
    for table, count in counts.items():
        assert len(await ledgers.rows(f"SELECT id FROM {table}")) == count, (
            "what was begun was answered before the end"
        )
    announced = await ledgers.rows("SELECT * FROM publication WHERE type = 'announce'")
    assert len(announced) == len(told.announcements)
