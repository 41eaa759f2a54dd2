"""Real server processes, which tests may kill: `showfloor serve`, each on a port of its own, on the engines of the test's settings.

They are forked from a process that has imported everything: on a small machine that is most of a start.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from server.settings import Settings
from tests.support.commands import free_port
from tests.support.eventually import eventually
from tests.support.forked_server import FORKS, serve

READY_SECONDS = 60.0
STOP_SECONDS = 60.0


@dataclass(slots=True)
class ServerProcess:
    """One `showfloor serve`."""

    address: str
    environment: dict[str, str]
    log: Path
    process: ForkServerProcess

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        await self._exit_code()

    async def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        assert self.process.pid is not None, "it has been started"
        os.kill(self.process.pid, signal.SIGTERM)
        return await self._exit_code()

    async def _exit_code(self) -> int:
        await asyncio.to_thread(self.process.join, STOP_SECONDS)
        assert self.process.exitcode is not None, f"still running after {STOP_SECONDS} s"
        return self.process.exitcode

    async def start_again(self) -> None:
        """Start it anew on its port, once it has ended; returns when a viewer can join."""
        self.process = await _fork(self.address, self.environment, self.log)
        await self.until_ready()

    async def until_ready(self) -> None:
        """Return when a viewer can join."""
        await eventually(lambda: self._says("ready"), within_seconds=READY_SECONDS)

    async def _says(self, status: str) -> bool:
        assert self.process.is_alive(), self.log.read_text()[-3000:]
        return (await readiness(self.address))[1] == status

    async def metric(self, name: str, **labels: str) -> float:
        """Return one of its metrics as it stands now; 0 when nothing has counted it yet."""
        async with httpx.AsyncClient(timeout=20) as client:
            text = (await client.get(f"{self.url}/metrics")).text
        samples = (s for family in text_string_to_metric_families(text) for s in family.samples)
        return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())

    @property
    def rss_bytes(self) -> int:
        """The memory that it holds."""
        return int(psutil.Process(self.process.pid).memory_info().rss)


@asynccontextmanager
async def server_processes(settings: Settings, count: int) -> AsyncIterator[list[ServerProcess]]:
    """Start `count` of them at once, and yield them when all are ready; those that still run afterwards are killed."""
    environment = environment_of(settings)
    async with AsyncExitStack() as stack:
        started = []
        for number in range(count):
            address, log = f"127.0.0.1:{free_port()}", settings.data.with_name(f"server-{number}.log")
            one = ServerProcess(address, environment, log, await _fork(address, environment, log))
            stack.push_async_callback(_end, one)
            started.append(one)
        await asyncio.gather(*(one.until_ready() for one in started))
        yield started


async def readiness(address: str) -> tuple[int, str]:
    """Return what `/readyz` answers: status and word; 0 and an empty word when nobody answers."""
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(f"http://{address}/readyz")
    except httpx.TransportError:
        return 0, ""
    return answer.status_code, str(answer.json()["status"])


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment in which a child process has these settings, whatever else is set around us."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SHOWFLOOR_")}
    given = {f"SHOWFLOOR_{name.upper()}": getattr(settings, name) for name in settings.model_fields_set}
    return inherited | {name: _as_text(value) for name, value in given.items()}


def _as_text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return json.dumps(value) if isinstance(value, bool | list) else str(value)


async def _fork(address: str, environment: dict[str, str], log: Path) -> ForkServerProcess:
    port = urlsplit(f"//{address}").port
    process = FORKS.Process(target=serve, args=(port, environment, str(log)))
    await asyncio.to_thread(process.start)  # the first one waits for the imports
    return process


async def _end(one: ServerProcess) -> None:
    if one.process.is_alive():
        await one.kill()
