"""Servers and workers are killed while orders are made and told: every acknowledged order reaches the shop, under one id."""

import asyncio
import random
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.access.sealing import Sealing
from server.clock import SystemClock
from server.db.engine import Database
from server.settings import Settings
from server.webhooks.service import Webhooks, Wish
from tests.conftest import MakeSettings
from tests.faults.test_kills import LIFTED, PATIENCE_SECONDS, UNITS, kill_one
from tests.support.checker import Acknowledged, Ledgers
from tests.support.eventually import eventually
from tests.support.server_process import environment_of, server_processes
from tests.support.shop_backend import ShopBackend, answer, shop_backend
from tests.support.show_load import busy, buy, crowd
from tests.support.stage import ADMIN
from tests.support.visitor import visiting

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("set_stage")]

DELIVERED_SECONDS = 90.0
"""What a killed worker had under way is taken over after 20 s, and a failure comes again after some more."""


async def add_endpoint(settings: Settings, url: str) -> None:
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=2)

    async def fit(url: str) -> None:
        return None

    service = Webhooks(database, SystemClock(), Sealing(settings.signing_secret()), fit)
    await service.create("demo", ADMIN, Wish(url, ("order.paid",)))
    await database.close()


class Workers:
    """Two `showfloor worker`, one of which is killed now and then and comes back."""

    def __init__(self, settings: Settings) -> None:
        self._environment = environment_of(settings)
        self.running: list[Process] = []

    async def start(self) -> None:
        words = (sys.executable, "-m", "server", "worker")
        started = await asyncio.create_subprocess_exec(
            *words, env=self._environment, stdout=DEVNULL, stderr=DEVNULL
        )
        self.running.append(started)

    async def kill_one(self) -> None:
        victim = self.running.pop(0)
        victim.kill()
        await victim.wait()

    async def close(self) -> None:
        while self.running:
            await self.kill_one()


@asynccontextmanager
async def two_workers(settings: Settings) -> AsyncIterator[Workers]:
    workers = Workers(settings)
    try:
        await asyncio.gather(workers.start(), workers.start())
        yield workers
    finally:
        await workers.close()


def events_of(backend: ShopBackend) -> dict[str, set[str]]:
    """Return the ids of the events that told each order."""
    told = defaultdict(set)
    for each in backend.received:
        told[each.event["data"]["order"]["order"]].add(each.id)
    return told


async def test_every_acknowledged_order_is_told_under_one_id_whatever_is_killed(
    make_settings: MakeSettings, ledgers: Ledgers
) -> None:
    await ledgers.stock_up("p_apron", UNITS)
    told = Acknowledged()
    away = {"outbound_networks": ["127.0.0.0/8"], "outbound_http": True}
    settings = make_settings(**LIFTED, **away, worker=False)
    async with (
        shop_backend() as backend,
        server_processes(settings, 2) as servers,
        two_workers(settings) as workers,
    ):
        await add_endpoint(settings, backend.url())
        alive = [server.address for server in servers]
        buyers = crowd(12, lambda: alive)
        async with visiting(*buyers), busy(told, (buy, buyers)):
            for kills in range(3):
                enough = len(backend.received) + random.randint(5, 40)
                await eventually(lambda n=enough: len(backend.received) >= n, within_seconds=PATIENCE_SECONDS)
                backend.answers += [answer(503)] * random.randint(0, 2)
                await asyncio.gather(workers.kill_one(), workers.start())
                if kills == 1:
                    await kill_one(servers, alive, told)
        await eventually(
            lambda: {order for order, *_ in told.orders.values()} <= events_of(backend).keys(),
            within_seconds=DELIVERED_SECONDS,
        )
        assert {len(ids) for ids in events_of(backend).values()} == {1}
    kept = {row["id"] for row in await ledgers.rows("SELECT id FROM orders")}
    assert events_of(backend).keys() <= kept, "nothing is told that was not kept"
