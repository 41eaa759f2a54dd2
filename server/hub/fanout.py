"""Fan-out rounds that clock themselves.

A quiet room's push goes out at once. In a busy room the next round takes everything that has gathered since the last one began: the
cost is viewers × rounds, never viewers × messages. Nobody is awaited; the round runs in slices and yields between them, so
that commands are read meanwhile (and since uvloop hands writes to the kernel only when the loop's turn ends).
"""

import asyncio
from collections.abc import Callable
from itertools import islice

from server.hub import metrics
from server.hub.room import Room

SLICE_CONNECTIONS = 256


class FanOut:
    """Runs the rounds of one process's rooms, one task per busy room."""

    def __init__(self, *, round_seconds: float) -> None:
        self._round_seconds = round_seconds
        self._running: dict[str, asyncio.Task[None]] = {}
        self._last: dict[str, float] = {}

    def wake(self, room: Room) -> None:
        """Make sure that what is pending in `room` goes out soon."""
        if room.show_id not in self._running:
            task = asyncio.create_task(self._run(room), name=f"fan-out {room.show_id}")
            self._running[room.show_id] = task

    def forget(self, room: Room) -> None:
        """Let go of a closed room."""
        self._last.pop(room.show_id, None)

    async def _run(self, room: Room) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                wait = self._last.get(room.show_id, 0.0) + self._round_seconds - loop.time()
                if wait > 0:
                    await asyncio.sleep(wait)
                self._last[room.show_id] = loop.time()
                if not await run_round(room):
                    return
                metrics.ROUND_SECONDS.observe(loop.time() - self._last[room.show_id])
        finally:
            # No await lies between the empty round and here, so no push can be left behind unseen.
            del self._running[room.show_id]


async def run_round(room: Room) -> bool:
    """Write everything pending to everybody in the room; return False when there was nothing."""
    publications, pulse = room.take_round()
    if not publications and pulse is None:
        return False
    if publications:
        waited_seconds = asyncio.get_running_loop().time() - room.pending_since
        metrics.PUBLISH_TO_WRITE_SECONDS.observe(waited_seconds)
    # Whoever joins from here on gets these publications with `joined`, so the audience is fixed before the first await.
    audience = [(lane, list(lane.writers.values())) for lane in room.lanes]
    for lane, writers in audience:
        frame = lane.encode(publications, pulse)
        if frame is not None:
            metrics.ROUND_BYTES.observe(len(frame))
            await _write_in_slices(frame, writers)
            metrics.DELIVERIES.inc(len(writers) * max(1, len(publications)))
    return True


async def _write_in_slices(frame: bytes, writers: list[Callable[[bytes], None]]) -> None:
    rest = iter(writers)
    while portion := list(islice(rest, SLICE_CONNECTIONS)):
        for write in portion:
            write(frame)
        await asyncio.sleep(0)
