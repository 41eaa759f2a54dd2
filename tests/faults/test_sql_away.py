"""PostgreSQL goes away in a running show, dead or silent: who needs it is told so, the rest goes on, nothing is half-done."""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager

import psutil
import pytest
import redis.asyncio as redis

from server.bus.keys import Keys
from server.db.engine import Database
from server.db.migrations import migrate
from server.embedded import PostgresProcess, start_postgres
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.checker import Acknowledged, Ledgers
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.server_process import readiness
from tests.support.servers import SignFor
from tests.support.stage import open_stage
from tests.support.visitor import Visitor, visiting

pytestmark = pytest.mark.faults

Away = Callable[[PostgresProcess], AbstractContextManager[None]]
UNITS = 1000
QUICK_SECONDS = 8.0
"""What a refusal may take on a machine that is busy; the server gives up after five."""
PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresProcess]:
    """A PostgreSQL that these tests may take away."""
    process = start_postgres(tmp_path_factory.mktemp("engine") / "postgres")
    yield process
    process.stop()


@pytest.fixture
async def own_settings(make_settings: MakeSettings, own_postgres: PostgresProcess) -> AsyncIterator[Settings]:
    """Settings for a database of this test's on it, with the stage set."""
    name = f"show_{secrets.token_hex(4)}"
    own_postgres.create_database(name)
    url = own_postgres.url(name)
    await asyncio.to_thread(migrate, url)
    async with open_stage(url):
        pass
    yield make_settings(database_url=url, limits="off")
    own_postgres.drop_database(name)


@contextmanager
def silent(postgres: PostgresProcess) -> Iterator[None]:
    """Let no process of it run on, and let them all again afterwards: the network swallows everything, as it were."""
    pids = [postgres.pid, *(child.pid for child in psutil.Process(postgres.pid).children())]
    for pid in pids:
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            assert pid is not None
            os.kill(pid, signal.SIGCONT)


@contextmanager
def dead(postgres: PostgresProcess) -> Iterator[None]:
    """Kill it, and start it again afterwards."""
    postgres.kill()
    try:
        yield
    finally:
        postgres.start()


@asynccontextmanager
async def running_show(
    settings: Settings, sign_for: SignFor
) -> AsyncIterator[tuple[str, Visitor, Visitor, Ledgers]]:
    """A server with a host and a viewer in it; and SQL."""
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=2)
    ledgers = Ledgers(database)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        await ledgers.stock_up("p_apron", UNITS)
        address = await stack.enter_async_context(live_server(settings))
        host, viewer = Visitor(lambda: [address], token=sign_for("host")), Visitor(lambda: [address])
        await stack.enter_async_context(visiting(host, viewer))
        await eventually(lambda: host.is_in and viewer.is_in, within_seconds=PATIENCE_SECONDS)
        yield address, host, viewer, ledgers


async def deeds(host: Visitor, viewer: Visitor, told: Acknowledged, number: int) -> set[str]:
    """Buy, ask and announce at once; keep what was acknowledged, and return the codes of what was not."""
    key = f"key-{number:05}"
    replies = await asyncio.gather(
        viewer.ask("buy", product="p_apron", quantity=2, key=key),
        viewer.ask("ask", text=f"question {number}"),
        host.ask("announce", text=f"announcement {number}"),
    )
    bought, asked, announced = replies
    if bought["type"] == "ok":
        told.take_order(viewer.id, key, bought)
    if asked["type"] == "ok":
        told.questions[asked["question"]] = f"question {number}"
    if announced["type"] == "ok":
        told.announcements[announced["offset"]] = f"announcement {number}"
    return {str(reply["code"]) for reply in replies if reply["type"] == "error"}


async def refused_quickly(host: Visitor, viewer: Visitor, told: Acknowledged, number: int) -> None:
    began = time.monotonic()
    assert await deeds(host, viewer, told, number) == {"unavailable"}
    assert time.monotonic() - began < QUICK_SECONDS


async def ledger_waits(settings: Settings) -> bool:
    assert settings.redis_url is not None
    async with redis.Redis.from_url(settings.redis_url) as client:
        return any([await client.xlen(stream) for stream in Keys(settings.redis_prefix).ledgers])


@pytest.mark.parametrize("away", [dead, silent])
async def test_a_show_without_sql_refuses_clearly_and_goes_on_with_the_rest(
    own_settings: Settings, own_postgres: PostgresProcess, sign_for: SignFor, away: Away
) -> None:
    told = Acknowledged()
    async with running_show(own_settings, sign_for) as (address, host, viewer, ledgers):
        assert await deeds(host, viewer, told, 0) == set()
        with away(own_postgres):
            await asyncio.gather(*(refused_quickly(host, viewer, told, number) for number in (1, 2)))
            assert await readiness(address) == (503, "database away")
            assert (await viewer.ask("react", kind="heart", n=5))["type"] == "ok"
            await eventually(lambda: host.pulse.get("reactions") == {"heart": 5})
            await eventually(lambda: ledger_waits(own_settings))
            newcomer = Visitor(lambda: [address])
            async with visiting(newcomer):
                await eventually(lambda: newcomer.is_in)  # the room is in memory
                if away is dead:  # the other way it takes as long as the commands above
                    assert (await newcomer.ask("join", show="another"))["code"] == "unavailable"
        await eventually(lambda: is_ready(address), within_seconds=PATIENCE_SECONDS)
        await eventually(lambda: succeeds(host, viewer, told), within_seconds=PATIENCE_SECONDS)
        await eventually(lambda: counted(ledgers, 5), within_seconds=PATIENCE_SECONDS)
        await ledgers.until_all_have_all([host, viewer])
        await ledgers.assert_holds(told)
        sold = await ledgers.assert_stock_adds_up("p_apron", UNITS)
        assert sold == 2 * len(await ledgers.rows("SELECT id FROM orders"))
        assert {"question 1", "question 2"}.isdisjoint(
            r["text"] for r in await ledgers.rows("SELECT text FROM question")
        )


_tries = iter(range(10, 100_000))


async def succeeds(host: Visitor, viewer: Visitor, told: Acknowledged) -> bool:
    return await deeds(host, viewer, told, next(_tries)) == set()


async def is_ready(address: str) -> bool:
    return (await readiness(address))[0] == 200


async def counted(ledgers: Ledgers, reactions: int) -> bool:
    (row,) = await ledgers.rows("SELECT coalesce(sum(reactions), 0)::int AS n FROM rollup")
    return bool(row["n"] == reactions)
