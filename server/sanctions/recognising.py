"""Whoever comes back as somebody else: recognised at the door and on open sockets, by what SQL says the banned are known by."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.marks_repository import (
    Ban,
    delete_old_marks,
    keep_marks,
    moment_of,
    read_bans_to_mark,
    read_cleared,
    read_marks,
    read_returning,
)
from server.access.tables import SanctionMarkRow
from server.db.engine import Database
from server.hub.connection import Connection
from server.hub.hub import Hub
from server.hub.room import Room
from server.hub.sightings import KEPT_SECONDS, Seen
from server.ids import made_at
from server.sanctions.likeness import Likeness, Mark, Marks, Signal, Somebody, Wary, tells, until

Recognise = Callable[[str, str, str, Likeness], Awaitable[None]]
"""Given a show, a viewer there, what they are called, and whom they are like: lays on them what the channel wants."""
SLICE = 500
"""So many open sockets are looked at before others are heard."""
PURGE_SECONDS = 60.0
WAITING_MAX = 1_000

log = structlog.get_logger()


class Recognition:
    """One process's part. `close` ends the connection of somebody who may not stay."""

    def __init__(
        self, hub: Hub, database: Database, marks: Marks, close: Callable[[Connection], None]
    ) -> None:
        self._hub = hub
        self._database = database
        self._marks = marks
        self._close = close
        self._wary: dict[str, Wary] = {}
        self._found: dict[tuple[str, str], tuple[str, Likeness]] = {}
        """What is found and not written yet."""
        self._cleared: dict[str, set[tuple[str, str]]] = {}
        """By channel who is not whom they are like, as staff have said: viewer and ban."""
        self._off: set[str] = set()
        """Channels that look for nobody."""
        self._asked = asyncio.Event()
        self._purge_at = 0.0

    def bars(self, connection: Connection, room: Room, viewer_id: str, name: str, *, guest: bool) -> bool:
        """Look at a viewer who comes in, and return whether they may not. Who is like somebody banned is written down for staff."""
        wary = self._wary.get(room.show_id)
        if not wary:
            return False
        made = made_at(viewer_id) if guest else 0.0
        somebody = Somebody(guest, made, connection.host, connection.device_id)
        return self._look(wary, room, viewer_id, name, somebody)

    def _look(self, wary: Wary, room: Room, viewer_id: str, name: str, somebody: Somebody) -> bool:
        likeness = wary.look(somebody, self._hub.wall(), lambda: _sharers(room, somebody.host))
        cleared = self._cleared.get(room.channel_id, ())
        if likeness is None or (viewer_id, likeness.sanction_id) in cleared:
            return False
        if not likeness.barred and room.channel_id in self._off:
            return False
        if len(self._found) < WAITING_MAX:
            self._found[room.show_id, viewer_id] = (name, likeness)
            self._asked.set()
        return likeness.barred

    def is_like(self, show_id: str, viewer_id: str) -> bool:
        """Whether somebody is like a banned one, and that is not written yet."""
        return (show_id, viewer_id) in self._found

    async def write_down(self, recognise: Recognise) -> None:
        """Have what was found laid on people, until cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            for place, (name, likeness) in list(self._found.items()):
                try:
                    await recognise(*place, name, likeness)
                except Exception as error:
                    log.warning("recognition.failed", error=type(error).__name__)
                self._found.pop(place, None)

    def lacks(self) -> list[Room]:
        """Return the rooms of which nobody has asked yet; those that are gone are forgotten."""
        self._wary = {show: wary for show, wary in self._wary.items() if show in self._hub.rooms}
        return [room for room in self._hub.rooms.values() if room.show_id not in self._wary]

    async def learn(self, connection: AsyncConnection, rooms: Sequence[Room]) -> None:
        """Read by what the banned of these rooms are known, and look at who is there."""
        for channel_id in {room.channel_id for room in rooms}:
            self._cleared[channel_id] = await read_cleared(connection, channel_id)
            off = await read_returning(connection, channel_id) == "off"
            self._off = self._off | {channel_id} if off else self._off - {channel_id}
        for room in rooms:
            known = [
                Mark(id, _signal(signal), mark, at, ends, strict)
                for id, signal, mark, at, ends, strict in await read_marks(
                    connection, room.show_id, room.channel_id
                )
            ]
            wary = self._wary[room.show_id] = Wary(self._marks, room.channel_id, known)
            if wary:
                await self._look_around(wary, room)

    async def _look_around(self, wary: Wary, room: Room) -> None:
        for n, there in enumerate(list(room.connections)):
            if n % SLICE == SLICE - 1:
                await asyncio.sleep(0)
            if there.role != "viewer" or there.room is not room or there.viewer_id in room.banned:
                continue
            # Whoever was there before the ban is not new, whatever their address.
            somebody = Somebody(
                there.guest, made_at(there.viewer_id) if there.guest else 0.0, there.host, there.device_id
            )
            if self._look(wary, room, there.viewer_id, there.name, somebody):
                self._close(there)

    async def mark(self, channels: set[str] | None) -> bool:
        """Keep by what those are known who were banned of late and seen here; returns whether anything is new."""
        since = datetime.fromtimestamp(self._hub.wall() - KEPT_SECONDS, UTC) - timedelta(minutes=1)
        async with self._database.read_soon() as connection:
            bans = await read_bans_to_mark(connection, channels, since)
        new = False
        for ban in bans:
            if rows := self._rows_of(ban):
                async with self._database.write_soon() as connection:
                    new = await keep_marks(connection, rows) or new
        return new

    def _rows_of(self, ban: Ban) -> list[SanctionMarkRow]:
        seen = self._seen(ban.viewer_id)
        return [
            row
            for each in sorted(seen)
            for row in (self._row(ban, "device", each), self._row(ban, "address", each))
            if row is not None
        ]

    def _seen(self, viewer_id: str) -> set[Seen]:
        """Return by what a viewer was seen here, now and of late."""
        here = (each for room in self._hub.rooms.values() for each in room.of_viewer(viewer_id))
        seen = {Seen(each.host, each.device_id) for each in here}
        left = self._hub.sightings.find(viewer_id, self._hub.wall())
        return seen if left is None else seen | {left}

    def _row(self, ban: Ban, signal: Signal, seen: Seen) -> SanctionMarkRow | None:
        value = seen.device_id if signal == "device" else seen.host if tells(seen.host) else ""
        if not value:
            return None
        strict = ban.device if signal == "device" else ban.address
        ends = None if ban.ends_at is None else ban.ends_at.timestamp()
        kept = until(signal, ban.at.timestamp(), ends, strict=strict)
        if kept <= self._hub.wall():
            return None
        mark = self._marks.of(ban.channel_id, signal, value)
        return SanctionMarkRow(sanction_id=ban.id, signal=signal, mark=mark, until=moment_of(kept))

    async def purge(self) -> None:
        """Delete marks that are over, once a minute."""
        now = self._hub.wall()
        if now < self._purge_at:
            return
        self._purge_at = now + PURGE_SECONDS
        self._hub.sightings.forget_old(now)
        async with self._database.write_soon() as connection:
            await delete_old_marks(connection, moment_of(now))


def _sharers(room: Room, host: str) -> int:
    """Return how many viewers of an address are in the room."""
    return len({each.viewer_id for each in room.connections if each.host == host and each.role == "viewer"})


def _signal(told: str) -> Signal:
    return "device" if told == "device" else "address"
