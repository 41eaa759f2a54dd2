"""From a frame's bytes to the commands in it, their handlers, and their replies."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from inspect import iscoroutinefunction
from math import ceil
from typing import Any

import structlog

from server import security
from server.errors import RefusedError
from server.hub import metrics
from server.hub.buckets import Buckets
from server.hub.connection import Connection
from server.hub.hub import TOKEN_ENDED, Hub
from server.hub.metrics import COUNTS
from server.hub.price import LINES_MAX, exceed, owed, spend
from server.protocol.codec import UndecodableError, decode_command, error_line, read_id
from server.protocol.codes import Code
from server.protocol.command_kinds import Command
from server.protocol.commands import Join, Playing
from server.protocol.joint import FOR_PARTNERS, TALK

Handler = Callable[[Connection, Any], Awaitable[bytes | None] | bytes | None]
Commands = Mapping[type[Command], Handler]
TakeLine = Callable[[Connection, bytes, float], RefusedError | None]
"""Takes a line at a time of the loop, and returns a refusal that nobody has been told yet."""

NONSENSE_LINES_MAX = 10
"""Lines that are no commands, less those that are; at so many the socket is closed with 4400."""

BUSY_SECONDS = 0.5
"""When whoever has too many commands under way may try again."""

log = structlog.get_logger()


class SpentError(RefusedError):
    """The bucket is empty: this line is not looked at, nor is any behind it in its frame."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__(Code.TOO_FAST, retry_after_ms=ceil(wait_seconds * 1000))


class Dispatcher:
    """Reads frames, takes the price of each line, and calls the handler of each command.

    A handler that returns its reply is done when `receive` returns. One that returns an awaitable goes on in a task owned here, and
    replies come in the order in which they finish. What comes while a `join` is under way waits for it.

    What is refused has a reply of its own where it has an id. The rest of a frame's refusals are told as one, with their number.
    """

    def __init__(self, hub: Hub, commands: Commands, viewers: Buckets | None = None) -> None:
        """`viewers` are the buckets of commands of each viewer, over all of their sockets and requests; none: no limit but the socket's."""
        self._limits = hub.admission.limits
        self._wall, self._evict, self._leave = hub.wall, hub.evict, hub.leave
        self._viewers = Buckets(0, burst=0) if viewers is None else viewers
        self._handlers = dict(commands)
        self._lasting = {kind for kind, handler in commands.items() if iscoroutinefunction(handler)}
        self._joining: dict[Connection, list[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def receive(self, connection: Connection, payload: bytes, now: float) -> None:
        """Carry out the commands in one text frame; `now` is the loop's time."""
        if b"\n" not in payload:
            refusal = self._take_line(connection, payload, now)
            if refusal is not None:
                self._settle(connection, refusal, (payload,), now)
        elif payload.count(b"\n") < LINES_MAX:
            self._take_lines(connection, payload.split(b"\n"), self._take_line, now)
        elif not connection.leaving:
            refusal = RefusedError(Code.TOO_LARGE, f"More than {LINES_MAX} lines in one frame.")
            self._exceed(connection, payload.count(b"\n") + 1, now, refusal)

    def afford(self, connection: Connection, now: float) -> bool:
        """Take the price of a control frame; return whether it may be answered."""
        if spend(connection, self._limits, now):
            self._exceed(connection, 1, now)
            return False
        return True

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
        if wait_seconds := self._spend(connection, now):
            raise SpentError(wait_seconds)
        command = decode_command(line)
        if isinstance(command, Playing) and find_stream is not None:
            connection = find_stream()
        elif isinstance(command, Join | Playing):
            raise RefusedError(Code.UNKNOWN_TYPE)
        if connection.in_flight >= self._limits.in_flight_max and self._is_too_much(command):
            raise _busy()
        connection.in_flight += 1
        try:
            _require_here(connection, command)
            result = self._handlers[type(command)](connection, command)
            return result if result is None or isinstance(result, bytes) else await result
        finally:
            connection.in_flight -= 1

    async def close(self) -> None:
        """Wait for the commands that are under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _take_lines(self, connection: Connection, lines: Sequence[bytes], take: TakeLine, now: float) -> None:
        """Take lines that came together, up to the one that ends them."""
        untold, count = None, 0
        for place, line in enumerate(lines):
            refusal = take(connection, line, now)
            if isinstance(refusal, SpentError):
                self._settle(connection, refusal, lines[place:], now)
                break
            if refusal is not None:
                untold, count = untold or refusal, count + 1
            if connection.closed:
                return
        if untold is not None:
            self._tell(connection, None, untold, lines=count)

    def _take_line(self, connection: Connection, line: bytes, now: float) -> RefusedError | None:
        """Take a line's price, and then the line itself."""
        if connection.leaving:
            return None  # whoever has no answer by the close knows that nothing was done, and asks elsewhere
        if wait_seconds := self._spend(connection, now):
            return SpentError(wait_seconds)
        if self._joining and connection in self._joining:
            return self._hold(connection, line)
        return self._read(connection, line)

    def _spend(self, connection: Connection, now: float) -> float:
        """Take a token from the connection's bucket and its viewer's; return how many seconds to wait if one is empty, else 0."""
        wait_seconds = spend(connection, self._limits, now)
        if wait_seconds or connection.room is None or self._limits.allow_all:
            return wait_seconds
        return self._viewers.take(connection.viewer_id, now)

    def _hold(self, connection: Connection, line: bytes) -> RefusedError | None:
        held = self._joining[connection]
        if len(held) >= self._limits.in_flight_max:
            return _busy()
        held.append(line)
        return None

    def _take_held(self, connection: Connection, line: bytes, now: float) -> RefusedError | None:
        """Take a line that was paid when it came; not before the join that it waited for is paid too."""
        if connection.leaving:
            return None
        if self._joining and connection in self._joining:  # it was behind another join
            self._joining[connection].append(line)
            return None
        wait_seconds = owed(connection, self._limits, now)
        return SpentError(wait_seconds) if wait_seconds else self._read(connection, line)

    def _read(self, connection: Connection, line: bytes) -> RefusedError | None:
        try:
            command = decode_command(line)
        except UndecodableError as refusal:
            return self._refuse_nonsense(connection, refusal)
        if connection.nonsense:
            connection.nonsense -= 1
        COUNTS.commands += 1
        if connection.room is None and type(command) is not Join:
            return self._refuse(connection, command.id, RefusedError(Code.JOIN_FIRST))
        if connection.expires_at <= self._wall() and type(command) is not Join:
            self._tell(connection, command.id, RefusedError(Code.TOKEN_EXPIRED))
            self._evict(connection, TOKEN_ENDED, "the token has ended", "token")
            return None
        if connection.in_flight >= self._limits.in_flight_max and self._is_too_much(command):
            return self._refuse(connection, command.id, _busy())
        return self._call(connection, command)

    def _is_too_much(self, command: Command) -> bool:
        return type(command) in self._lasting and not self._limits.allow_all

    def _call(self, connection: Connection, command: Command) -> RefusedError | None:
        try:
            _require_here(connection, command)
            result = self._handlers[type(command)](connection, command)
        except Exception as error:
            return self._refuse(connection, command.id, _as_refusal(connection, command, error))
        if isinstance(result, bytes):
            connection.send(result)
        elif result is not None:
            if type(command) is Join:
                self._joining[connection] = []
            connection.in_flight += 1
            task = asyncio.create_task(self._answer(connection, command, result))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return None

    async def _answer(
        self, connection: Connection, command: Command, result: Awaitable[bytes | None]
    ) -> None:
        try:
            reply = await result
        except Exception as error:
            self._tell(connection, command.id, _as_refusal(connection, command, error))
        else:
            if reply is not None and not connection.is_ending:
                connection.send(reply)
        finally:
            connection.in_flight -= 1
            if type(command) is Join:
                held, now = self._joining.pop(connection, ()), asyncio.get_running_loop().time()
                self._take_lines(connection, held, self._take_held, now)

    def _refuse_nonsense(self, connection: Connection, refusal: UndecodableError) -> RefusedError | None:
        connection.nonsense += 1
        if connection.nonsense < NONSENSE_LINES_MAX:
            return self._refuse(connection, refusal.id, refusal)
        self._tell(connection, refusal.id, refusal)
        self._turn_away(connection, 4400, "these are no commands", "nonsense")
        return None

    def _refuse(self, connection: Connection, id: int | None, refusal: RefusedError) -> RefusedError | None:
        """Tell what has an id; return what has none, for its frame to tell."""
        if id is None:
            return refusal
        self._tell(connection, id, refusal)
        return None

    def _settle(
        self, connection: Connection, refusal: RefusedError, lines: Sequence[bytes], now: float
    ) -> None:
        """Tell a refusal of these lines; where it came for want of tokens they count as excess, and it answers the first of them."""
        if isinstance(refusal, SpentError):
            self._exceed(connection, len(lines), now, refusal, id=read_id(lines[0]))
        else:
            self._tell(connection, None, refusal, lines=len(lines))

    def _exceed(
        self,
        connection: Connection,
        lines: int,
        now: float,
        refusal: RefusedError | None = None,
        *,
        id: int | None = None,
    ) -> None:
        if exceed(connection, self._limits, lines, now):
            self._turn_away(connection, 4429, "far above the rate limit", "too_fast")
        elif refusal is not None:
            self._tell(connection, id, refusal, lines=lines)

    def _turn_away(self, connection: Connection, code: int, why: str, reason: str) -> None:
        metrics.EVICTIONS.labels(reason).inc()
        connection.turn_away(code, why)
        self._leave(connection)

    def _tell(self, connection: Connection, id: int | None, refusal: RefusedError, *, lines: int = 1) -> None:
        metrics.REFUSALS.labels(refusal.code.value).inc(lines)
        security.note_refusal(refusal.code, id=refusal.about or connection.viewer_id, address=connection.host)
        if connection.is_ending:
            return
        if lines > 1:
            refusal.data["refused"] = lines
        connection.send(error_line(id, refusal))


def _require_here(connection: Connection, command: Command) -> None:
    """Raise where shows are held as one: `forbidden` for what is its own channel's to do, `held_elsewhere` for talk beside the room."""
    kind, room = type(command), connection.room
    if connection.partner and kind not in FOR_PARTNERS:
        raise RefusedError(Code.FORBIDDEN, "This show's own channel alone may do this.")
    if kind in TALK and room is not None and room.beside is not None:
        raise RefusedError(Code.HELD_ELSEWHERE, show=room.beside)


def _as_refusal(connection: Connection, command: Command, error: Exception) -> RefusedError:
    """Return why a command that raised was refused: as it says, or `internal` for a fault of ours."""
    if isinstance(error, RefusedError):
        return error
    log.error("command.failed", type=type(command).__name__, show=connection.show_id, exc_info=error)
    return RefusedError(Code.INTERNAL, retry_after_ms=2000)


def _busy() -> RefusedError:
    return RefusedError(Code.TOO_FAST, retry_after_ms=ceil(BUSY_SECONDS * 1000))
