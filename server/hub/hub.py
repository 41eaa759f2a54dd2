"""The hub: every socket and room of this process, what happens when a viewer speaks, leaves, or cannot keep up."""

import asyncio
import gc
import secrets
from collections.abc import Callable, Iterable
from itertools import takewhile

from server.hub import metrics
from server.hub.admission import Admission, Limits
from server.hub.connection import Connection
from server.hub.crowd import Crowd, CrowdLimits
from server.hub.endings import BAN, UNBAN, Endings, heed_ban, of_strangers
from server.hub.fanout import FanOut
from server.hub.lane import Lane
from server.hub.leaving import end_stuck, end_unjoined, evict, send_away
from server.hub.room import Room
from server.hub.sightings import Seen, Sightings
from server.hub.slow import catch_up, look_at_the_slow, set_aside
from server.hub.waiting import Waiting
from server.hub.watching import Audience, begin_watching, learn_show
from server.hub.wheel import Wheel
from server.protocol.publication import Publication

TOKEN_ENDED, BANNED, SIGNED_OUT, PAGE_REFUSED = 4401, 4403, 4410, 4411
GC_THRESHOLD = (50_000, 50, 100)
"""Sockets make no cycles; the default threshold would walk every one of them again and again while they join."""
PONG_SECONDS_MAX = 5.0
"""Who has not answered a ping for so long was there until they were last heard, as far as anybody can tell."""


def _ignore(connection: Connection) -> None:
    """What a hub does about staff who leave when nobody asked to hear of it."""


class Hub:
    """See the module. `audience` is set by the composition root before the first socket."""

    def __init__(
        self,
        limits: Limits,
        crowd: CrowdLimits,
        *,
        fanout_share: float,
        round_wait_seconds_max: float,
        ping_seconds: float,
        silence_seconds: float,
        join_seconds: float,
        slow_seconds_max: float,
        wall: Callable[[], float],
    ) -> None:
        self.rooms: dict[str, Room] = {}
        self.admission = Admission(limits)
        self.waiting = Waiting(
            per_host_max=0 if limits.allow_all else limits.waiting_per_host_max,
            head_seconds=limits.head_seconds,
        )
        self.crowd = Crowd(crowd)
        self.sightings = Sightings()
        self.fanout = FanOut(share=fanout_share, wait_seconds_max=round_wait_seconds_max)
        self.wheel = Wheel(round(ping_seconds))
        self.endings = Endings(ping_seconds)
        self.audience: Audience | None = None
        self.staff_leaves: Callable[[Connection], None] = _ignore
        self.draining = False
        self._silence_seconds = silence_seconds
        self.patience_seconds = ping_seconds + PONG_SECONDS_MAX
        self._join_seconds = join_seconds
        self._slow_seconds_max = slow_seconds_max
        self.wall = wall
        self._unjoined: dict[Connection, float] = {}
        """Until when each has to join, the next one first; who joins or is gone is taken out, and waited for no more."""
        self._name = secrets.token_hex(6)
        self._connections_made = 0

    # --- rooms

    def add_room(self, room: Room) -> None:
        """Take a room whose ring and snapshot are loaded."""
        self.rooms[room.show_id] = room

    def remove_room(self, room: Room) -> None:
        """Let go of an empty room."""
        del self.rooms[room.show_id]
        self.fanout.forget(room)

    def deliver(self, show_id: str, epoch: str, publications: Iterable[Publication]) -> bool:
        """Take publications for a room of ours; returns False when some are missing before them, so that SQL must be asked."""
        room = self.rooms.get(show_id)
        if room is None:
            return True
        if room.epoch != epoch:
            return False
        if not room.pending:
            room.pending_since = asyncio.get_running_loop().time()
        for publication in room.deliver(publications):
            self._apply(room, publication)
        if room.pending:
            self.fanout.wake(room)
        return not room.gapped

    def round_due(self, show_id: str, now: float) -> float:
        """Return the loop's time at which the next publication of a show would go out to its room here; without a room, `now`."""
        room = self.rooms.get(show_id)
        return now if room is None else self.fanout.due(room, now)

    def _apply(self, room: Room, publication: Publication) -> None:
        """Let the room itself learn from what its viewers are about to read."""
        if publication.type == "show.started":
            room.state = "live"
            begin_watching(room, self.audience)
        elif publication.type == "show.ended":
            room.state = "ended"
            if self.audience:
                self.audience.watching_ended(room)
        elif publication.type == "show.changed":
            learn_show(room, publication.line, self.audience)
            for connection in of_strangers(room):
                self.evict(connection, TOKEN_ENDED, "these shows are held apart now", "apart")
        elif publication.type == "line_up.changed":
            room.learn_line_up(publication.line)
        elif publication.type == "product.stock":
            # Told again by the pulse, for those who get nothing else.
            room.pulse.learn_stock_of(publication.line)
        elif publication.type == "product.changed":
            room.learn_products(publication.line)
        elif publication.type in (BAN, UNBAN):
            for connection in heed_ban(room, publication):
                self.evict(connection, BANNED, "banned from this show", "banned")

    # --- sockets

    def new_connection_id(self) -> str:
        """Return an id that no other connection has, in any process."""
        self._connections_made += 1
        return f"{self._name}{self._connections_made:x}"

    def opened(self, connection: Connection) -> None:
        """A connection has been let in; unless it has joined already, `join` must follow soon."""
        self.admission.enter(connection.host)
        if not connection.joined:
            self.waiting.begin(connection.host)
            self._unjoined[connection] = asyncio.get_running_loop().time() + self._join_seconds

    def closed(self, connection: Connection) -> None:
        """A connection is gone, for whatever reason."""
        self.leave(connection)
        self._come_up(connection)
        self.admission.leave(connection.host)

    def _come_up(self, connection: Connection) -> None:
        if self._unjoined.pop(connection, None) is not None:
            self.waiting.end(connection.host)

    def room_of(self, connection: Connection) -> Room | None:
        """Return the room that a connection is in; None before it has joined."""
        return self.rooms[connection.show_id] if connection.joined else None

    def enter(self, connection: Connection, room: Room, lane: Lane) -> None:
        """Put a connection, who is known by now, into a lane of a room. The caller has written `joined` up to `room.sent`."""
        self._come_up(connection)
        connection.room = room
        room.take_in(connection)
        room.empty_since = None
        connection.lane = lane
        lane.writers[connection] = connection.transport.write
        if connection.slow_since is not None:
            set_aside(connection, room)
        self.wheel.add(connection)
        self.endings.watch(connection, self.wall())

    def leave(self, connection: Connection, *, goes_on: bool = False) -> None:
        """Take a connection out of its room; one without a room is left alone.

        `goes_on`: the same viewer enters the same room again at once, and what plays goes on playing.
        """
        room = self.room_of(connection)
        if room is None:
            return
        if not goes_on:
            self.set_playing(connection, playing=False)
        if connection.staff:
            self.staff_leaves(connection)
        if connection.role == "viewer" and not goes_on:
            seen = Seen(connection.host, connection.device_id)
            self.sightings.note(connection.viewer_id, seen, self.wall())
        if connection.lane is not None:
            connection.lane.writers.pop(connection, None)
        if connection in room.slow:
            room.slow.remove(connection)
            room.lane_for(connection, pulse_only=True).writers.pop(connection, None)
        connection.missed_after = None
        room.let_go(connection)
        connection.room, connection.lane = None, None
        self.wheel.remove(connection)
        if not room.connections:
            room.empty_since = asyncio.get_running_loop().time()

    def set_playing(self, connection: Connection, *, playing: bool) -> None:
        """Note that a viewer's video plays and is seen, or no longer."""
        room = self.room_of(connection)
        if room is None or connection.playing == playing or not connection.counted:
            return
        connection.play(asyncio.get_running_loop().time(), playing=playing)
        room.play(connection.viewer_id, playing=playing)
        if self.audience:
            self.audience.playing_changed(connection)

    # --- slow viewers

    def paused(self, connection: Connection) -> None:
        """The socket's buffer is over its high mark: from now on the pulse alone, until it drains or has been stuck too long."""
        if connection.slow_since is None:
            connection.slow_since = asyncio.get_running_loop().time()
            set_aside(connection, self.room_of(connection))

    def resumed(self, connection: Connection) -> None:
        """It has drained: give it what it missed, or say that there is a gap, which it fills by a `join` with its position."""
        connection.slow_since = None
        catch_up(connection, self.room_of(connection))

    # --- going away

    async def drain(self, seconds: float) -> None:
        """Ask every viewer to come back elsewhere, spread over at most `seconds`; new sockets are refused from the start.

        Returns when all are closed, each after the answers to what it had asked.
        """
        self.draining = True
        await send_away(self._staying(), seconds)
        # Whoever came into a room since then, or is in none yet.
        await send_away([*self._staying(), *self._unjoined], 0.0)

    def _staying(self) -> list[Connection]:
        return [c for room in self.rooms.values() for c in room.connections if not c.leaving]

    # --- once a second

    async def run(self) -> None:
        """Keep house until cancelled: pings, silence, joins that never came, sockets stuck for too long."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLD)
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + 1.0
            await asyncio.sleep(1.0)
            metrics.LOOP_LAG_SECONDS.set(max(0.0, loop.time() - due))
            self.keep_house(loop.time())

    def keep_house(self, now: float) -> None:
        """Do one second's house-keeping at the loop's time `now`."""
        for newcomer in self.waiting.overdue(now):
            metrics.TIMED_OUT.labels("first").inc()
            newcomer.drop()
        self._end_unjoined(now)
        wall = self.wall()
        for connection in self.wheel.turn():
            if connection.is_ending:
                end_stuck(connection)
            elif connection.silent_for(now) > self._silence_seconds:
                metrics.EVICTIONS.labels("silent").inc()
                connection.abort()
            elif connection.slow_since is None:
                connection.ping()
            self.endings.watch(connection, wall)
        for connection in self.endings.due(wall):
            self.evict(connection, TOKEN_ENDED, "the token has ended", "token")
        look_at_the_slow(self.rooms.values(), now, self._slow_seconds_max)
        metrics.VIEWERS.set(sum(room.watching for room in self.rooms.values()))
        metrics.CONNECTIONS.set(self.admission.open)
        metrics.WAITING.set(self.waiting.open)
        metrics.tell_counts()

    def _end_unjoined(self, now: float) -> None:
        """End those who had to join by `now`; whoever is not gone the next time that they are due is dropped."""
        late = [c for c, _ in takewhile(lambda held: held[1] <= now, self._unjoined.items())]
        for connection in late:
            del self._unjoined[connection]  # and in again as the last
            self._unjoined[connection] = now + self._join_seconds
            end_unjoined(connection)

    def evict(self, connection: Connection, code: int, why: str, reason: str) -> None:
        """Close a connection for `reason` (the metric's label), with a closing code and `why` for people."""
        evict(connection, code, why, reason)
