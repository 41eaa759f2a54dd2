"""What a drop stands in: engines that may be killed, two servers, a worker, a line to PostgreSQL that loses answers, and buyers."""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy import text

from server.db.engine import Database
from server.db.migrations import migrate
from server.embedded import PostgresProcess, ValkeyProcess, start_postgres, start_valkey
from server.settings import Settings
from tests.support.eventually import eventually
from tests.support.forked_server import FORKS, run
from tests.support.postgres_line import PostgresLine, line_to
from tests.support.server_process import ServerProcess, environment_of, server_processes
from tests.support.show_load import crowd
from tests.support.stage import CHANNEL, open_stage
from tests.support.visitor import Visitor, visiting

BUYERS = 16
HOLD_SECONDS, ASK_SECONDS = 10.0, 1.0
"""The shortest that there are, so that what a fault leaves behind is settled within the time of a run."""
READY_SECONDS = 60.0
_NO_ADDRESSES = text(
    "INSERT INTO checkout_settings (channel_id, address_needed) VALUES (:channel, false) ON CONFLICT DO NOTHING"
)


@dataclass(slots=True)
class Worker:
    """`showfloor worker` in a process of its own."""

    environment: dict[str, str]
    log: Path
    process: ForkServerProcess | None = None

    async def start(self) -> None:
        """Start it; it waits for its engines by itself."""
        given = (("worker",), self.environment, str(self.log), str(self.log))
        self.process = FORKS.Process(target=run, args=given)
        await asyncio.to_thread(self.process.start)

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            await asyncio.to_thread(self.process.join)


@dataclass(slots=True)
class World:
    """All of it. `database` goes past the line, and is for those who look."""

    postgres: PostgresProcess
    valkey: ValkeyProcess
    line: PostgresLine
    servers: list[ServerProcess]
    worker: Worker
    database: Database
    buyers: list[Visitor]

    async def add_products(self, ids: list[str], units: int, *, first_paid: str) -> None:
        """Put these products on sale with so many units each, one of them to whoever pays first, and take all others off."""
        async with self.database.write() as connection:
            await connection.execute(_NO_ADDRESSES, {"channel": CHANNEL})
            await connection.execute(text("UPDATE product SET active = false WHERE active"))
            for id in ids:
                await connection.execute(
                    text(
                        "INSERT INTO product (id, channel_id, title, description, image, price_minor, currency, stock, sold, rank, active,"
                        " buying) VALUES (:id, :channel, :id, '', '', 1000, 'JPY', :units, 0, 0, true, :buying)"
                    ),
                    {
                        "id": id,
                        "channel": CHANNEL,
                        "units": units,
                        "buying": "first_paid" if id == first_paid else None,
                    },
                )

    async def until_whole(self) -> None:
        """Return when every server takes viewers and every buyer is in."""
        for server in self.servers:
            await server.until_ready()
        await eventually(lambda: all(buyer.is_in for buyer in self.buyers), within_seconds=READY_SECONDS)


def empty_valkey(valkey: ValkeyProcess) -> None:
    """Kill it, and take its data away."""
    valkey.kill()
    shutil.rmtree(valkey.directory / "appendonlydir", ignore_errors=True)


@asynccontextmanager
async def open_world() -> AsyncIterator[World]:
    """Start everything, and end it all afterwards."""
    async with AsyncExitStack() as stack:
        folder = Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="showfloor-drops-", ignore_cleanup_errors=True)
            )
        )
        postgres = start_postgres(folder / "postgres")
        stack.callback(postgres.stop)
        valkey = start_valkey(folder / "valkey")
        stack.callback(valkey.stop)
        postgres.create_database("drops")
        url = postgres.url("drops")
        await asyncio.to_thread(migrate, url)
        async with open_stage(url):
            pass
        line = await stack.enter_async_context(line_to(url))
        settings = _settings(folder, line.url, valkey.url)
        worker = Worker(environment_of(settings), folder / "worker.log")
        stack.push_async_callback(worker.kill)
        await worker.start()
        servers = await stack.enter_async_context(server_processes(settings, 2))
        database = Database(url, pool_size=2)
        stack.push_async_callback(database.close)
        buyers = crowd(BUYERS, lambda: [server.address for server in servers])
        await stack.enter_async_context(visiting(*buyers))
        world = World(postgres, valkey, line, servers, worker, database, buyers)
        await world.until_whole()
        yield world


def _settings(folder: Path, database_url: str, redis_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        secret=secrets.token_urlsafe(48),
        data=folder / "var",
        limits="off",
        worker=False,
        fake_payments=True,
        hold_seconds=HOLD_SECONDS,
        payment_ask_seconds=ASK_SECONDS,
        guest_burst=0,
        guests_per_minute_per_ip=0,
        guest_watch_seconds=0,
    )
