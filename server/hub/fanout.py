"""Fan-out rounds that clock themselves.

A quiet room's push goes out at once. In a busy room the next round takes everything that has gathered since the last one began: the
cost is viewers × rounds, never viewers × messages. Nobody is awaited; the round runs in slices and yields between them, so
that commands are read meanwhile (and since uvloop hands writes to the kernel only when the loop's turn ends).
"""

import asyncio
from collections.abc import Callable
from itertools import islice

from server.hub import metrics
from server.hub.pace import Pace
from server.hub.room import Room

SLICE_CONNECTIONS = 64
"""Under a millisecond: a command that asks PostgreSQL several times waits for a slice each time."""


class FanOut:
    """Runs the rounds of one process's rooms, one task per busy room. `share` and `wait_seconds_max` are those of `Pace`."""

    def __init__(self, *, share: float, wait_seconds_max: float) -> None:
        self._share = share
        self._wait_seconds_max = wait_seconds_max
        self._paces: dict[str, Pace] = {}
        self._running: dict[str, tuple[asyncio.Task[None], asyncio.Event]] = {}
        """By show: what runs its rounds, and what tells it that publications have come."""

    def wake(self, room: Room) -> None:
        """Make sure that what is pending in `room` goes out soon."""
        running = self._running.get(room.show_id)
        if running is not None:
            if room.pending:
                running[1].set()
            return
        woken = asyncio.Event()
        task = asyncio.create_task(self._run(room, woken), name=f"fan-out {room.show_id}")
        self._running[room.show_id] = task, woken

    def due(self, room: Room, now: float) -> float:
        """Return the loop's time from which a round may begin that carries what is not pending yet; it may lie in the past."""
        pace = self._paces.get(room.show_id)
        if pace is None:
            return now
        return max(now, pace.due) + pace.period if room.pending else pace.due

    def forget(self, room: Room) -> None:
        """Let go of a closed room."""
        self._paces.pop(room.show_id, None)

    async def _run(self, room: Room, woken: asyncio.Event) -> None:
        loop, pace = asyncio.get_running_loop(), self._pace_of(room)
        try:
            while room.pending or room.pulse.changed:
                await _wait_for_turn(room, pace, woken)
                pace.begin(began := loop.time(), len(room.pending))
                await run_round(room)
                pace.end(ended := loop.time())
                metrics.ROUND_SECONDS.observe(ended - began)
        finally:
            # No await lies between the last look and here, so no push can be left behind unseen.
            del self._running[room.show_id]

    def _pace_of(self, room: Room) -> Pace:
        pace = self._paces.get(room.show_id)
        if pace is None:
            pace = self._paces[room.show_id] = Pace(
                share=self._share, wait_seconds_max=self._wait_seconds_max
            )
        return pace


async def _wait_for_turn(room: Room, pace: Pace, woken: asyncio.Event) -> None:
    """Return when the next round may begin. The pulse alone waits longer, until a publication comes that takes it along."""
    loop = asyncio.get_running_loop()
    while not room.pending and (wait := pace.pulse_due - loop.time()) > 0:
        woken.clear()
        try:
            async with asyncio.timeout(wait):
                await woken.wait()
        except TimeoutError:
            break
    if (wait := pace.due - loop.time()) > 0:
        await asyncio.sleep(wait)


async def run_round(room: Room) -> None:
    """Write everything pending to everybody in the room."""
    publications, pulse = room.take_round()
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


async def _write_in_slices(frame: bytes, writers: list[Callable[[bytes], None]]) -> None:
    rest = iter(writers)
    while portion := list(islice(rest, SLICE_CONNECTIONS)):
        for write in portion:
            write(frame)
        await asyncio.sleep(0)
