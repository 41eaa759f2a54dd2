"""Connections that have to end although their peers would go on: whose tokens end, whose sign-in was ended, and who is banned."""

from collections.abc import Callable, Iterable
from datetime import datetime

from msgspec import Struct, json

from server.hosts import Origin
from server.hub.barred import NEVER
from server.hub.connection import Connection
from server.hub.room import Room
from server.ids import in_channel
from server.protocol.publication import Publication

BAN, UNBAN = "viewer.banned", "viewer.unbanned"


class _Banned(Struct):
    viewer: str
    until: datetime | None = None


class _BanPush(Struct):
    banned: _Banned


_ban_decoder = json.Decoder(_BanPush)
_unban_decoder = json.Decoder(_Banned)


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
    """Return the connections of these sign-ins, and those of these viewers, whether by their id or as `in_channel` calls them."""
    return [
        connection
        for room in rooms
        for connection in room.connections
        if connection.sign_in_id in sign_ins
        or connection.viewer_id in viewers
        or (viewers and in_channel(connection.own_channel, connection.viewer_id) in viewers)
    ]


def of_strangers(room: Room) -> list[Connection]:
    """Return the connections of channels that hold the show no longer together with its own."""
    partners = room.partners
    return [each for each in room.connections if each.home is not None and each.home not in partners]


def of_pages(rooms: Iterable[Room], opens: Callable[[Origin | None, str], bool]) -> list[Connection]:
    """Return the connections of pages that may not be in their room: `opens(page, channel_id)` says which may."""
    return [
        connection
        for room in rooms
        for connection in room.connections
        if connection.page is not None and not opens(connection.page, room.channel_id)
    ]


def heed_ban(room: Room, publication: Publication) -> list[Connection]:
    """Let the room learn from a ban or its undoing, and return the connections that have to end by it."""
    if publication.type == UNBAN:
        room.banned.let_in(_unban_decoder.decode(publication.for_staff).viewer)
        return []
    banned = _ban_decoder.decode(publication.for_staff).banned
    room.banned.bar(banned.viewer, NEVER if banned.until is None else banned.until.timestamp())
    gone = room.of_viewer(banned.viewer) if banned.viewer in room.banned else ()
    return [c for c in gone if c.role == "viewer"]


def barred_in(room: Room) -> list[Connection]:
    """Return the connections in the room whose viewers may not be there now."""
    return [c for c in room.connections if c.role == "viewer" and c.viewer_id in room.banned]
