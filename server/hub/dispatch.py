"""From a frame's bytes to the commands in it, their handlers, and their replies."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from inspect import iscoroutinefunction
from math import ceil
from typing import Any

import structlog

from server.errors import RefusedError
from server.hub import metrics
from server.hub.buckets import Buckets
from server.hub.connection import Connection
from server.hub.hub import TOKEN_ENDED, Hub
from server.hub.metrics import COUNTS
from server.protocol.codec import UndecodableError, decode_command, error_line
from server.protocol.codes import Code
from server.protocol.commands import Command, Join, Playing

Handler = Callable[[Connection, Any], Awaitable[bytes | None] | bytes | None]
Commands = Mapping[type[Command], Handler]

NONSENSE_FRAMES_MAX = 10
REFUSED_COMMANDS_MAX = 1000
"""Commands over the rate limit, in a row; whoever goes on after so many is closed with 4429."""

BUSY_SECONDS = 0.5
"""When whoever has too many commands under way may try again."""

log = structlog.get_logger()


class Dispatcher:
    """Reads frames, keeps the limits of each connection, and calls the handler of each command.

    A handler that returns its reply is done when `receive` returns. One that returns an awaitable goes on in a task owned here, and
    replies come in the order in which they finish. What comes while a `join` is under way waits for it.
    """

    def __init__(self, hub: Hub, commands: Commands, viewers: Buckets | None = None) -> None:
        """`viewers` are the buckets of commands of each viewer, over all of their sockets and requests; none: no limit but the socket's."""
        self._limits = hub.admission.limits
        self._wall, self._evict = hub.wall, hub.evict
        self._viewers = Buckets(0, burst=0) if viewers is None else viewers
        self._handlers = dict(commands)
        self._lasting = {kind for kind, handler in commands.items() if iscoroutinefunction(handler)}
        self._joining: dict[Connection, list[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def receive(self, connection: Connection, payload: bytes, now: float) -> None:
        """Carry out the commands in one text frame; `now` is the loop's time."""
        if b"\n" not in payload:
            self._receive_line(connection, payload, now)
            return
        for line in payload.split(b"\n"):
            self._receive_line(connection, line, now)

    async def carry_out(
        self,
        connection: Connection,
        line: bytes,
        now: float,
        *,
        find_stream: Callable[[], Connection] | None = None,
    ) -> bytes | None:
        """Carry out one command that came another way than by a socket, and return its reply; raises `RefusedError`.

        The same limits hold. `join` is not taken: it lasts, and a request has no duration; nor is `playing`, unless `find_stream`
        returns the stream that it is about.
        """
        command = decode_command(line)
        wait_seconds = self._spend(connection, now)
        if wait_seconds:
            raise _too_fast(wait_seconds)
        if isinstance(command, Playing) and find_stream is not None:
            connection = find_stream()
        elif isinstance(command, Join | Playing):
            raise RefusedError(Code.UNKNOWN_TYPE)
        result = self._handlers[type(command)](connection, command)
        return result if result is None or isinstance(result, bytes) else await result

    async def close(self) -> None:
        """Wait for the commands that are under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _receive_line(self, connection: Connection, line: bytes, now: float) -> None:
        if connection.leaving:
            return  # whoever has no answer by the close knows that nothing was done, and asks elsewhere
        if self._joining and connection in self._joining:
            self._hold(connection, line)
            return
        try:
            command = decode_command(line)
        except UndecodableError as refused:
            self._refuse_nonsense(connection, refused, now)
            return
        connection.nonsense = 0
        COUNTS.commands += 1
        if wait_seconds := self._spend(connection, now):
            self._refuse_too_fast(connection, command, wait_seconds)
        elif connection.room is None and type(command) is not Join:
            self._refuse(connection, command.id, RefusedError(Code.JOIN_FIRST))
        elif connection.expires_at <= self._wall() and type(command) is not Join:
            self._refuse(connection, command.id, RefusedError(Code.TOKEN_EXPIRED))
            self._evict(connection, TOKEN_ENDED, "the token has ended", "token")
        elif connection.in_flight >= self._limits.in_flight_max and self._is_too_much(command):
            self._refuse(connection, command.id, _too_fast(BUSY_SECONDS))
        else:
            self._call(connection, command)

    def _hold(self, connection: Connection, line: bytes) -> None:
        held = self._joining[connection]
        if len(held) < self._limits.in_flight_max:
            held.append(line)
        else:
            self._refuse(connection, None, _too_fast(BUSY_SECONDS))

    def _is_too_much(self, command: Command) -> bool:
        return type(command) in self._lasting and not self._limits.allow_all

    def _spend(self, connection: Connection, now: float) -> float:
        """Take one command from the connection's bucket and its viewer's; return how many seconds to wait if one is empty, else 0."""
        limits = self._limits
        if limits.allow_all:
            return 0.0
        rate = limits.commands_per_second
        allowance = connection.allowance + (now - connection.allowance_at) * rate
        if allowance > limits.commands_burst:  # noqa: PLR1730 - for every command, where a call of `min` would cost
            allowance = limits.commands_burst
        connection.allowance_at = now
        if allowance < 1.0:
            connection.allowance = allowance
            return (1.0 - allowance) / rate
        connection.allowance = allowance - 1.0
        wait = self._viewers.take(connection.viewer_id, now) if connection.room is not None else 0.0
        if not wait:
            connection.refused = 0
        return wait

    def _call(self, connection: Connection, command: Command) -> None:
        try:
            result = self._handlers[type(command)](connection, command)
        except Exception as error:
            self._fail(connection, command, error)
            return
        if isinstance(result, bytes):
            connection.send(result)
        elif result is not None:
            if type(command) is Join:
                self._joining[connection] = []
            connection.in_flight += 1
            task = asyncio.create_task(self._answer(connection, command, result))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(
        self, connection: Connection, command: Command, result: Awaitable[bytes | None]
    ) -> None:
        try:
            reply = await result
        except Exception as error:
            self._fail(connection, command, error)
        else:
            if reply is not None and not connection.transport.is_closing():
                connection.send(reply)
        finally:
            connection.in_flight -= 1
            if type(command) is Join:
                now = asyncio.get_running_loop().time()
                for line in self._joining.pop(connection, ()):
                    self._receive_line(connection, line, now)

    def _fail(self, connection: Connection, command: Command, error: Exception) -> None:
        """Answer a command that raised: with its refusal, or with `internal` for a fault of ours."""
        if not isinstance(error, RefusedError):
            log.error("command.failed", type=type(command).__name__, show=connection.show_id, exc_info=error)
            error = RefusedError(Code.INTERNAL, retry_after_ms=2000)
        self._refuse(connection, command.id, error)

    def _refuse(self, connection: Connection, id: int | None, refused: RefusedError) -> None:
        metrics.REFUSALS.labels(refused.code.value).inc()
        if not connection.transport.is_closing():
            connection.send(error_line(id, refused))

    def _refuse_nonsense(self, connection: Connection, refused: UndecodableError, now: float) -> None:
        connection.nonsense += 1
        self._refuse(connection, refused.id, refused)
        if connection.nonsense >= NONSENSE_FRAMES_MAX:
            metrics.EVICTIONS.labels("nonsense").inc()
            connection.close(4400, "these are no commands")
        self._spend(connection, now)

    def _refuse_too_fast(self, connection: Connection, command: Command, wait_seconds: float) -> None:
        connection.refused += 1
        if connection.refused > REFUSED_COMMANDS_MAX:
            metrics.EVICTIONS.labels("too_fast").inc()
            connection.close(4429, "far above the rate limit")
            return
        self._refuse(connection, command.id, _too_fast(wait_seconds))


def _too_fast(wait_seconds: float) -> RefusedError:
    return RefusedError(Code.TOO_FAST, retry_after_ms=ceil(wait_seconds * 1000))
