"""Viewers that cannot keep up: the pulse alone, then what they missed or a gap, and in the end out."""

from collections.abc import Iterable

from server.hub import metrics
from server.hub.connection import Connection
from server.hub.encoding import encode_lines, plain
from server.hub.lane import Lane, Reading
from server.hub.room import Room
from server.protocol.codec import encode

GAP_LINE = encode({"type": "gap"})
CATCH_UP_BYTES_MAX = 64 * 1024
"""A slow viewer that reads again is given what it missed up to this size; more is a `gap`, since it would fill the buffer anew."""


def set_aside(connection: Connection, room: Room | None) -> None:
    """Give a slow connection of `room` the pulse alone; one that is in no room yet is set aside when it enters."""
    lane = connection.lane
    if room is None or lane is None:
        return
    room.slow.add(connection)
    lane.writers.pop(connection, None)
    # A round that is under way still writes to it, since its audience was fixed at its start: it has everything up to `sent`.
    connection.missed_after = room.sent
    room.lane_for(connection, pulse_only=True).writers[connection] = connection.transport.write


def catch_up(connection: Connection, room: Room | None) -> None:
    """Put a connection that was set aside into its lane again, with what it missed or a gap."""
    lane = connection.lane
    if room is None or lane is None or connection.missed_after is None:
        return
    room.slow.discard(connection)
    room.lane_for(connection, pulse_only=True).writers.pop(connection, None)
    frame = _missed_frame(room, lane, connection.missed_after)
    connection.missed_after = None
    lane.writers[connection] = connection.transport.write
    if frame is not None:
        connection.transport.write(frame)


def _missed_frame(room: Room, lane: Lane, offset: int) -> bytes | None:
    if lane.reading is Reading.PULSE:
        return None
    missed = room.sent_after(offset)
    if missed is None or sum(len(p.line) for p in missed) > CATCH_UP_BYTES_MAX:
        metrics.GAPS_TOLD.inc()
        return encode_lines(lane.encoding, plain([GAP_LINE]))
    return lane.encode(missed, None)


def look_at_the_slow(rooms: Iterable[Room], now: float, seconds_max: float) -> None:
    """Measure them, and drop those who have been stuck too long; `close` would wait for a peer that does not read."""
    unsent = slow = 0
    for room in rooms:
        for connection in list(room.slow):
            slow += 1
            unsent += connection.transport.get_write_buffer_size()
            if connection.slow_since is not None and now - connection.slow_since > seconds_max:
                metrics.EVICTIONS.labels("slow").inc()
                connection.abort()
    metrics.UNSENT_BYTES.set(unsent)
    metrics.SLOW.set(slow)
