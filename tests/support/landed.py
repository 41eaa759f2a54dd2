"""The server as it landed with schema 0012, run as it was: beside today's it shows what an upgrade does to those who are served.

`tests/landed/0012.tar.xz` holds its package without the demo's film. It is not maintained: it is what merchants run while they upgrade.
"""

import asyncio
import os
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from server.settings import Settings
from tests.support.commands import free_port
from tests.support.eventually import eventually
from tests.support.server_process import READY_SECONDS, STOP_SECONDS, readiness

ARCHIVE = Path(__file__).parents[1] / "landed" / "0012.tar.xz"
REVISION = "0012"

_SEED = """
import asyncio, os
from server.clock import SystemClock
from server.db.engine import Database
from server.demo import seed

async def main():
    database, now = Database(os.environ["SHOWFLOOR_DATABASE_URL"], pool_size=2), SystemClock().now()
    async with database.write() as connection:
        await seed.seed_catalogue(connection, now)
        await seed.seed_past(connection, now)
        await seed.seed_live(connection, now)
    await database.close()

asyncio.run(main())
"""


class LandedServer:
    """Its commands, each in a Python of its own that imports from `place`."""

    def __init__(self, place: Path, settings: Settings) -> None:
        with tarfile.open(ARCHIVE) as archive:
            # Python 3.11.4 brought filters, and later ones warn without.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(place)
        self._place = place
        self._environment = {**os.environ, **_given(settings), "PYTHONPATH": str(place)}

    def migrate(self) -> None:
        """Bring the database to the schema of then."""
        self._run("-m", "server", "migrate")

    def seed(self) -> None:
        """Write the demo's channel with its catalogue, its past shows and its live one."""
        self._run("-c", _SEED)

    def _run(self, *words: str) -> None:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self._place,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve, and yield the `host:port`; at the end it is asked to go, as in a rolling restart."""
        port, log = free_port(), self._place / "log"
        process = await asyncio.to_thread(self._serve, port, log)
        try:

            async def ready() -> bool:
                assert process.poll() is None, log.read_text()[-3000:]
                return (await readiness(f"127.0.0.1:{port}"))[1] == "ready"

            await eventually(ready, within_seconds=READY_SECONDS)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, STOP_SECONDS)
            print(log.read_text()[-60000:])  # noqa: T201 - pytest shows it with a failure

    def _serve(self, port: int, log: Path) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "server", "serve", "--port", str(port)]
        with log.open("wb") as output:
            return subprocess.Popen(
                words, cwd=self._place, env=self._environment, stdout=output, stderr=output
            )


def _given(settings: Settings) -> Mapping[str, str]:
    """The settings that both versions have and this test needs."""
    names = (
        "database_url",
        "redis_url",
        "redis_prefix",
        "data",
        "pages",
        "guest_burst",
        "guest_watch_seconds",
        "limits",
    )
    given = {f"SHOWFLOOR_{name.upper()}": str(getattr(settings, name)) for name in names}
    return {**given, "SHOWFLOOR_SECRET": settings.signing_secret()}
