"""Whether a process can do its work, asked by proxies, by people, and at each scrape."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import text

from server.db.engine import Database

READY_SECONDS_MAX = 2.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """`status` is one word or two for people and machines; `ready` decides between 200 and 503; `error` names what went wrong."""

    status: str
    ready: bool
    error: str | None = None

    def as_json(self) -> dict[str, str]:
        """Return the body of an answer."""
        return {"status": self.status} | ({"error": self.error} if self.error else {})


AskReadiness = Callable[[], Awaitable[Readiness]]


class _Draining(Protocol):
    @property
    def draining(self) -> bool: ...


class _Alive(Protocol):
    @property
    def alive(self) -> bool: ...


class Question:
    """Asks one thing at a time, and waits `READY_SECONDS_MAX` for the answer; who asks meanwhile gets the same one."""

    def __init__(self, ask: Callable[[], Awaitable[str | None]]) -> None:
        self._ask = ask
        self._asked: asyncio.Task[str | None] | None = None

    async def error(self) -> str | None:
        """Return None when the answer is well, else the name of what went wrong."""
        asked = self._asked
        if asked is None or asked.done():
            asked = self._asked = asyncio.create_task(self._answer(), name="readiness")
        # Not awaited itself: a driver that waits for a server which hangs takes its time even to be cancelled.
        await asyncio.wait({asked}, timeout=READY_SECONDS_MAX)
        return asked.result() if asked.done() else TimeoutError.__name__

    async def _answer(self) -> str | None:
        try:
            return await self._ask()
        except Exception as error:
            return type(error).__name__


class ServerReadiness:
    """Whether viewers can join this process."""

    def __init__(self, hub: _Draining, database: Database, bus: _Alive) -> None:
        self._hub = hub
        self._bus = bus
        self._database = database
        self._question = Question(self._ask)

    async def __call__(self) -> Readiness:
        """`ready`, or `degraded` while the processes cannot hear each other; not ready: `draining`, or `database away`."""
        if self._hub.draining:
            return Readiness("draining", ready=False)
        error = await self._question.error()
        if error is not None:
            return Readiness("database away", ready=False, error=error)
        return Readiness("ready" if self._bus.alive else "degraded", ready=True)

    async def _ask(self) -> None:
        async with self._database.read_soon() as connection:
            await connection.execute(text("SELECT 1"))
