"""Whether there is something to watch in a room, and who hears of it when that changes."""

from typing import Protocol

from server.hub.connection import Connection
from server.hub.room import Room


class Audience(Protocol):
    """Who records that viewers watch (the ledger, behind a port)."""

    def playing_changed(self, connection: Connection) -> None:
        """`connection.playing` has changed, or there is something to watch in its room now."""
        ...

    def watching_ended(self, room: Room) -> None:
        """The show has ended, or is not watched again any more: every stretch of playing ends with that."""
        ...


def begin_watching(room: Room, audience: Audience | None) -> None:
    """There is something to watch in the room now: whoever plays does so from now on."""
    for connection in room.connections:
        if connection.playing and audience:
            audience.playing_changed(connection)


def learn_show(room: Room, line: bytes, audience: Audience | None) -> None:
    """Let a room take over a `show.changed`, by which its recording may be opened to viewers, or closed."""
    watched = room.watched
    room.learn_show(line)
    if room.watched and not watched:
        begin_watching(room, audience)
    elif watched and not room.watched and audience:
        audience.watching_ended(room)
