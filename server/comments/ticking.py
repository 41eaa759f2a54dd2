"""Ticks: comments of a busy show wait for one another, so that many of them are one transaction, one publication and one round."""

import asyncio

from server.errors import RefusedError
from server.protocol.codes import Code

TICK_SECONDS = 0.25
"""At most so long a comment waits before it is written; in a quiet show it does not wait."""
WAITING_MAX = 5_000
"""Per show and process; above, `busy`."""


class Ticks:
    """When what is done in each show may go on: at once after a quiet tick, else all that came meanwhile together."""

    def __init__(self, *, seconds: float = TICK_SECONDS, waiting_max: int = WAITING_MAX) -> None:
        self._seconds = seconds
        self._waiting_max = waiting_max
        self._ticking: dict[str, list[asyncio.Future[None]]] = {}
        """By show: who waits for the tick's end."""

    async def turn(self, show_id: str) -> None:
        """Return when it is the caller's turn, by order of their coming; raises `busy` when too many wait."""
        waiting = self._ticking.get(show_id)
        loop = asyncio.get_running_loop()
        if waiting is None:
            self._begin(loop, show_id)
            return
        if len(waiting) >= self._waiting_max:
            raise RefusedError(Code.BUSY, retry_after_ms=1000)
        turn = loop.create_future()
        waiting.append(turn)
        await turn

    def _begin(self, loop: asyncio.AbstractEventLoop, show_id: str) -> None:
        self._ticking[show_id] = []
        loop.call_later(self._seconds, self._end, loop, show_id)

    def _end(self, loop: asyncio.AbstractEventLoop, show_id: str) -> None:
        """Let all who wait go on; a tick in which nobody came is the last one."""
        waiting = self._ticking.pop(show_id)
        if waiting:
            self._begin(loop, show_id)
        for turn in waiting:
            if not turn.done():
                turn.set_result(None)
