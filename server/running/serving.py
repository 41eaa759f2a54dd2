"""Runs uvicorn with the live socket: in this process, or in several that share one listening socket."""

import asyncio
import os
import signal
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from multiprocessing import parent_process
from socket import SO_SNDBUF, SOL_SOCKET, fromfd, socket
from threading import Thread
from time import monotonic
from typing import Any, ClassVar

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import multiprocess

from server.hub.upgrade import LiveHttp
from server.running.watch import SIBLINGS, address_of, sockets_for, watched
from server.settings import Settings

BACKLOG = 8192
"""Sockets that may wait to be accepted; the kernel takes the smaller of this and its own `somaxconn`."""
ACCEPTED_IN_A_TURN = 32
"""libuv accepts one socket for each listening descriptor and turn of the loop (docs/decisions/0031)."""
GRACEFUL_SECONDS = 5
"""How long HTTP requests under way may take at the end."""
KEEP_ALIVE_SECONDS = 75
"""How long a connection may be idle between two requests. Above the proxy's 60 s: who sends on a connection must be the one to close it,
else a purchase meets a connection that has just been closed."""
SILENT_SECONDS_MAX = 60
"""A child that has not answered its supervisor for so long is replaced. On a busy machine the imports alone take many seconds, and who is
killed for them never starts."""
KERNEL_BUFFER_BYTES = 64 * 1024
"""Per socket; Linux doubles it for its own book-keeping."""
FACTORY = "server.app:app_from_environment"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class LiveServer(uvicorn.Server):
    """uvicorn's server, which asks the viewers to leave before it stops listening, and returns quietly after a signal.

    The first signal ends it in good order, a second Ctrl-C at once.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.watch_socket: socket | None = None
        """Where this process answers for itself, if it does."""
        self._watching = AsyncExitStack()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        for listening in sockets or ():
            # Every accepted socket inherits it: what the kernel keeps for a viewer who does not read stays small.
            listening.setsockopt(SOL_SOCKET, SO_SNDBUF, KERNEL_BUFFER_BYTES)
        more = [another(each) for each in sockets or () for _ in range(ACCEPTED_IN_A_TURN - 1)]
        await super().startup([*(sockets or ()), *more])
        if self.watch_socket is not None and self.started:
            watch = self.lifespan.state["watch"]
            await self._watching.enter_async_context(watched(watch, self.watch_socket))
        self.listening.set()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        drain = self.lifespan.state.get("drain")
        if drain is not None and not self.force_exit:
            await drain()
        try:
            await super().shutdown(sockets)
        finally:
            await self._watching.aclose()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Unlike uvicorn's own, not raise the signal again at the end: the caller still has engines to stop."""
        caught = [n for n in ENDING if n != signal.SIGHUP or signal.getsignal(n) is not signal.SIG_IGN]
        before = {number: signal.signal(number, self.handle_exit) for number in caught}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class LiveProcess(multiprocess.Process):
    """A child process with our server in it, which ends in good order when its parent is gone, however that ended.

    Of its sockets the first is shared by all; of the others each child has one, by which it can be watched, and a child that takes
    a dead one's place takes its socket too.
    """

    _newest: ClassVar[dict[int, "LiveProcess"]] = {}
    """By place: the child that took it last."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket]) -> None:
        shared, *own = sockets
        place = min(range(len(own)), key=self._taken_since)
        self.since = monotonic()
        self._newest[place] = self
        super().__init__(config, [shared, own[place]])

    @classmethod
    def _taken_since(cls, place: int) -> float:
        """Return when the place was taken; one that is free comes first, and a living child's is shared while it is replaced."""
        child = cls._newest.get(place)
        return child.since if child is not None and child.process.is_alive() else 0.0

    def target(self, sockets: list[socket] | None = None) -> None:
        Thread(target=_end_with_the_parent, name="parent", daemon=True).start()
        assert sockets is not None, "a child is given its sockets"
        self.server.watch_socket = sockets[1]
        super().target(sockets[:1])

    @property
    def server(self) -> LiveServer:
        if self._server is None:
            self._server = LiveServer(self.config)
        assert isinstance(self._server, LiveServer), "no other is made"
        return self._server


def server_for(app: FastAPI, settings: Settings) -> LiveServer:
    """Return the server of this process; run it by `await serve(sockets=[…])` or `run(sockets=[…])`. Raises `Trouble`."""
    server = LiveServer(_config(app, settings))
    server.watch_socket = next(iter(sockets_for(settings, 1)), None)
    return server


def serve_in_processes(settings: Settings, listening: socket, workers: int) -> None:
    """Serve in `workers` child processes until a signal; one that dies is replaced. `settings` must have both URLs."""
    watched_at = sockets_for(settings, workers)
    siblings = " ".join(address_of(each) for each in watched_at)
    os.environ.update(_environment_of(settings) | {SIBLINGS: siblings})
    # The supervisor looks its process class up in its own module.
    multiprocess.Process = LiveProcess  # type: ignore[misc]
    before = {number: signal.getsignal(number) for number in multiprocess.SIGNALS}
    try:
        multiprocess.Multiprocess(
            _config(FACTORY, settings, workers=workers), sockets=[listening, *watched_at]
        ).run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def another(listening: socket) -> socket:
    """Return a duplicate that blocks or not as it does.

    Python's own `dup` lets the socket block, in all processes that share it, and those that serve would wait in `accept`.
    """
    return fromfd(listening.fileno(), listening.family, listening.type, listening.proto)


def _end_with_the_parent() -> None:
    """Wait until the pipe that the parent holds is closed, which its death does on every system; then do as SIGTERM does."""
    parent = parent_process()
    assert parent is not None, "this is a child process"
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _config(app: FastAPI | str, settings: Settings, *, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=workers,
        loop="uvloop",
        http=LiveHttp,
        ws="none",  # LiveHttp answers upgrades itself
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        proxy_headers=False,  # the guard takes the proxy's word, by the same rule as the sockets' entrance
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        timeout_worker_healthcheck=SILENT_SECONDS_MAX,
    )


def _environment_of(settings: Settings) -> dict[str, str]:
    """Return what a child process must find in its environment; the rest it reads as its parent did."""
    assert settings.database_url is not None, "the caller has put the engines' URLs in"
    assert settings.redis_url is not None, "the caller has put the engines' URLs in"
    told: dict[str, Any] = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET": settings.signing_secret(),
        "DATA": settings.data.resolve(),
        "WORKER": str(settings.worker).lower(),
    }
    return {f"SHOWFLOOR_{name}": str(value) for name, value in told.items()}
