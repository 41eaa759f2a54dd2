"""The way in for whoever watches one process: alive, ready and metrics on a port of its own, whatever shares its main port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from socket import socket

import uvicorn
from fastapi import FastAPI

from server.http import operations
from server.http.guard import Guard, Rules
from server.http.readiness import AskReadiness, Readiness
from server.http.scrape import Families
from server.running.launch import listen
from server.settings import Settings

PORT_MAX = 65_535
SIBLINGS = "SHOWFLOOR_SIBLINGS"
"""The variable by which a supervisor tells its server processes where each of them answers for itself."""


@dataclass(slots=True)
class ProcessWatch:
    """What `operations` asks of a process. `measure` reads, at each scrape, what nobody else keeps at hand."""

    ask: AskReadiness
    families: Families = field(default_factory=Families)
    siblings: tuple[str, ...] = ()
    measure: Callable[[], Awaitable[None]] | None = None

    async def readiness(self) -> Readiness:
        """Say whether the process can do its work."""
        return await self.ask()

    def alone(self) -> "ProcessWatch":
        """Return the same without siblings: what the process's own port speaks for."""
        return ProcessWatch(self.ask, self.families, (), self.measure)


class _Quiet(uvicorn.Server):
    """A server beside another one; signals are the other one's."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def watched(watch: ProcessWatch, listening: socket) -> AsyncIterator[None]:
    """Answer on `listening` for as long as the block runs."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.watch = watch.alone()
    app.include_router(operations.router())
    app.add_middleware(Guard, rules=Rules())
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    server = _Quiet(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="watch")
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        await asyncio.wait({serving})


def sockets_for(settings: Settings, count: int) -> list[socket]:
    """Return a bound socket for each of `count` processes: consecutive ports from the set one, else free ones of this machine alone.

    Without a set port, a process that shares its main port with others has one too, by which they ask each other. Raises `Trouble`.
    """
    if settings.metrics_port is None:
        return [listen("127.0.0.1", 0) for _ in range(count)] if count > 1 else []
    ports = [settings.metrics_port + index if settings.metrics_port else 0 for index in range(count)]
    return [
        listen(settings.metrics_host, min(port, PORT_MAX), setting="SHOWFLOOR_METRICS_PORT") for port in ports
    ]


def address_of(listening: socket) -> str:
    """Return `host:port` where a process of this machine finds the socket."""
    host, port = listening.getsockname()[:2]
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{here}]:{port}" if ":" in here else f"{here}:{port}"
