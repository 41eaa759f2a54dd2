"""How much room the embedded engines have left. Of engines of one's own the process knows nothing, and says nothing."""

import asyncio
import shutil
from pathlib import Path
from typing import Final

from prometheus_client import Gauge

from server.settings import Settings

FREE: Final = Gauge(
    "showfloor_data_free_bytes",
    "Room left on the disk that an embedded engine writes to; not there for engines of your own",
    ["engine"],
)
SIZE: Final = Gauge("showfloor_data_size_bytes", "The whole size of that disk", ["engine"])


class DataDisks:
    """The disks under the data directories of the engines that `settings` name, where these are embedded ones."""

    def __init__(self, settings: Settings) -> None:
        self._directories = _directories_of(settings)

    async def measure(self) -> None:
        """Read how full they are into the gauges."""
        for engine, directory in self._directories.items():
            try:
                usage = await asyncio.to_thread(shutil.disk_usage, directory)
            except OSError:
                continue  # a disk that is gone shows by the engine on it, which does not answer
            FREE.labels(engine).set(usage.free)
            SIZE.labels(engine).set(usage.total)


def _directories_of(settings: Settings) -> dict[str, Path]:
    """Return the directory of each engine whose address is that of an embedded one with its data here."""
    from server.embedded.engines import addresses_at

    database_url, redis_url = addresses_at(settings.data)
    found = {}
    if settings.database_url == database_url:
        found["postgres"] = settings.data / "postgres"
    if settings.redis_url == redis_url:
        found["valkey"] = settings.data / "valkey"
    return found
