"""uvicorn, set up for live sockets: our HTTP class, quiet logs, and an end that drains before it closes."""

import asyncio
import resource
import socket
from typing import Any

import uvicorn
from fastapi import FastAPI

from server.hub.socket import LiveHttp

BACKLOG = 8192


class DrainingServer(uvicorn.Server):
    """On SIGTERM or SIGINT it first asks its sockets to come back elsewhere, then shuts down."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        drain = self.lifespan.state.get("drain")
        if drain is not None and not self.force_exit:
            draining = asyncio.ensure_future(drain())
            while not draining.done() and not self.force_exit:
                await asyncio.wait([draining], timeout=0.1)
            draining.cancel()
        await super().shutdown(sockets)


def uvicorn_config(app: FastAPI | str, **options: Any) -> uvicorn.Config:
    """Return uvicorn's configuration for `app` (or a factory's name); `options` are uvicorn's own."""
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        http=LiveHttp,
        loop="uvloop",
        lifespan="on",
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        **options,
    )


def raise_file_limit() -> None:
    """Let this process open as many files as the machine allows: each viewer is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, before anything heavy is started; raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Inherited by every accepted socket: what the kernel buffers for a viewer who does not read stays small.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 128 * 1024)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener
