"""A real server inside the test's own event loop, on a free port."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import TypeVar

import uvicorn

from server.app import create_app
from server.running.serving import server_for
from server.settings import Settings

START_SECONDS = 60.0
AnyServer = TypeVar("AnyServer", bound=uvicorn.Server)


@asynccontextmanager
async def live_server(settings: Settings) -> AsyncIterator[str]:
    """Serve with `settings` (both URLs must be set) and yield `host:port`; drains and ends afterwards."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    server = without_signals(server_for(create_app(settings), settings))
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="server under test")
    try:
        async with asyncio.timeout(START_SECONDS):
            while not server.started:
                assert not serving.done(), "the server ended while it started; its log says why"
                await asyncio.sleep(0.01)
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listening.close()


def without_signals(server: AnyServer) -> AnyServer:
    """Leave the signals to the test run, which ends the engines and not only this server; uvicorn would raise one again at its end."""
    server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]
    return server
