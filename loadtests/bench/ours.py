"""Our own servers on engines that a measurement has started: the schema, the show `demo`, and `showfloor serve` on a free port."""

import asyncio
import os
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from loadtests.bench.peers.peer import READY_SECONDS, NotHere, free_port, process
from server.db.engine import Database
from server.db.migrations import migrate
from server.demo import seed
from server.embedded import Engines
from server.settings import Settings


def prepare(engines: Engines, folder: Path) -> Settings:
    """Make the schema and the show `demo`, and return the settings of servers on these engines."""
    settings = Settings(database_url=engines.database_url, redis_url=engines.redis_url, data=folder / "data")
    assert settings.database_url is not None, "just given"
    migrate(settings.database_url)
    asyncio.run(_seed(settings.database_url))
    return settings


async def _seed(url: str) -> None:
    database, now = Database(url, pool_size=1), datetime.now(UTC)
    async with database.write() as connection:
        await seed.seed_catalogue(connection, now)
        await seed.seed_live(connection, now)
    await database.close()


@contextmanager
def serving(
    settings: Settings, folder: Path, limits: Mapping[str, str], *, pinned: bool = True
) -> Iterator[tuple[int, int]]:
    """Run a server process, and give its port and its pid. `limits`: their settings."""
    port = free_port()
    told = {
        "SHOWFLOOR_DATABASE_URL": str(settings.database_url),
        "SHOWFLOOR_REDIS_URL": str(settings.redis_url),
        "SHOWFLOOR_SECRET": settings.signing_secret(),
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SHOWFLOOR_")}
    command = [sys.executable, "-m", "server", "serve", "--port", str(port)]
    with process(command, folder, [port], {**inherited, **limits, **told}, pinned=pinned) as pid:
        deadline = time.monotonic() + READY_SECONDS
        while '"ready"' not in get(port, "/readyz"):
            if time.monotonic() > deadline:
                raise NotHere("Showfloor did not become ready")
            time.sleep(0.1)
        yield port, pid


def get(port: int, path: str) -> str:
    """Return what a server answers at `path`; nothing where it does not."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            text: str = answer.read().decode()
            return text
    except OSError:
        return ""
