"""What is still to be told, by place: told at once, and while a telling runs or has just run, gathered for the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog

from server.db.engine import is_away
from server.errors import RefusedError

PAUSE_SECONDS = 0.25

log = structlog.get_logger()


class Untold:
    """Tells each place (a show, a channel) of ids that changed, with a pause between two tellings.

    `tell_once` takes the place and the ids in order. What it cannot tell because the database is away, or is refused, is given up and
    logged as `event`.
    """

    def __init__(
        self,
        event: str,
        tell_once: Callable[[str, Sequence[str]], Awaitable[None]],
        *,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._event = event
        self._pause_seconds = pause_seconds
        self._tell_once = tell_once
        self._untold: dict[str, set[str]] = {}
        self._tellers: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    def note(self, place: str, *ids: str) -> None:
        """Have the place told that these changed."""
        untold = self._untold.get(place)
        if untold is not None:
            untold.update(ids)
            return
        if not ids:
            return
        self._untold[place] = set(ids)
        task = asyncio.create_task(self._tell(place), name=f"{self._event} of {place}")
        self._tellers.add(task)
        task.add_done_callback(self._tellers.discard)

    async def close(self) -> None:
        """Tell everything that was noted, without a pause, and wait for it."""
        self._closing.set()
        while self._tellers:
            await asyncio.wait(self._tellers)

    async def _tell(self, place: str) -> None:
        """Tell until nothing is left to tell."""
        try:
            while ids := self._untold[place]:
                self._untold[place] = set()
                await self._try(place, sorted(ids))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause_seconds):
                        await self._closing.wait()
        finally:
            del self._untold[place]

    async def _try(self, place: str, ids: Sequence[str]) -> None:
        try:
            await self._tell_once(place, ids)
        except RefusedError as refused:
            log.warning(self._event, place=place, code=refused.code.value)
        except Exception as error:
            if not is_away(error):
                raise
            log.warning(self._event, place=place, error=type(error).__name__)
