"""Connections that have to end although their peers would go on: whose tokens end, and whose sign-in was ended."""

from collections.abc import Iterable

from server.hub.connection import Connection
from server.hub.room import Room


class Endings:
    """Whose token ends before the wheel brings them by again: looked at every second, so the wheel's turn delays nobody's end."""

    def __init__(self, turn_seconds: float) -> None:
        self._turn_seconds = turn_seconds + 1.0
        self._soon: set[Connection] = set()

    def watch(self, connection: Connection, wall: float) -> None:
        """Take note of a connection that has just come by at `wall` (seconds since 1970)."""
        if connection.expires_at - wall <= self._turn_seconds:
            self._soon.add(connection)

    def due(self, wall: float) -> list[Connection]:
        """Return those whose token has ended. Whoever has left, or has a newer token, is forgotten."""
        ended = [c for c in self._soon if c.expires_at <= wall]
        self._soon.difference_update(ended)
        self._soon = {c for c in self._soon if c.room is not None}
        return [c for c in ended if c.room is not None]


def of_sign_ins(rooms: Iterable[Room], sign_ins: frozenset[str], viewers: frozenset[str]) -> list[Connection]:
    """Return the connections of these sign-ins, and those of these viewers."""
    return [
        connection
        for room in rooms
        for connection in room.connections
        if connection.sign_in_id in sign_ins or connection.viewer_id in viewers
    ]
