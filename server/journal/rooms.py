"""The reading side of the journals: opens rooms from SQL, keeps their snapshots fresh enough, and closes the empty ones.

A storm of joins costs no SQL: opening a room and refreshing its snapshot are single flights, and a join is answered from what
the room holds. Opening loads the ring too, so a gap that can be filled at all is filled from memory.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.engine import Database, is_away
from server.errors import RefusedError, unavailable
from server.hub.barred import Barred
from server.hub.called import Called
from server.hub.hub import Hub
from server.hub.room import Room, RoomSnapshot
from server.journal import metrics, repository
from server.protocol.codes import Code
from server.protocol.pushes import Show
from server.text.names import ReservedNames

TAIL_IN_JOIN_MAX = 200
"""A join waits for a fresh snapshot when more publications than this have come since the last one."""
EMPTY_ROOM_SECONDS = 60.0
SNAPSHOT_SECONDS_MAX = 10.0
"""After so long a snapshot is read anew although nothing was published: names of staff are in no publication."""

log = structlog.get_logger()


class SnapshotRead(Protocol):
    """What one read of a show's state gives: the public and the staff's snapshot as JSON bytes."""

    @property
    def show(self) -> Show: ...
    @property
    def channel_id(self) -> str: ...
    @property
    def guests_allowed(self) -> bool: ...
    @property
    def banned(self) -> Mapping[str, float]: ...
    @property
    def names(self) -> ReservedNames: ...
    @property
    def on_sale(self) -> frozenset[str]: ...
    @property
    def public(self) -> bytes: ...
    @property
    def staff(self) -> bytes: ...
    @property
    def partner(self) -> bytes | None: ...


ReadSnapshot = Callable[[AsyncConnection, str], Awaitable[SnapshotRead | None]]
Subscribe = Callable[[str], Awaitable[None]]


class Rooms:
    """This process's rooms as the journal knows them."""

    def __init__(
        self,
        hub: Hub,
        database: Database,
        read_snapshot: ReadSnapshot,
        *,
        subscribe: Subscribe,
        unsubscribe: Subscribe,
        ring_length: int,
        snapshot_seconds: float,
        unfit: Callable[[str, str], bool],
    ) -> None:
        """`unfit`: whether a channel's lists take a name for nobody."""
        self._unfit = unfit
        self._hub = hub
        self._database = database
        self._read_snapshot = read_snapshot
        self._subscribe = subscribe
        self._unsubscribe = unsubscribe
        self._ring_length = ring_length
        self._snapshot_seconds = snapshot_seconds
        self._opening: dict[str, asyncio.Task[Room]] = {}
        self._refreshing: dict[str, asyncio.Task[None]] = {}

    async def open(self, show_id: str) -> Room:
        """Return the show's room, opened if need be. Raises RefusedError: not_found, unavailable."""
        room = self._hub.rooms.get(show_id)
        if room is not None:
            if room.snapshot is None:  # its journal has begun anew, and who may enter may be others now
                await self.refresh(room)
            return room
        task = self._opening.get(show_id)
        if task is None:
            task = self._opening[show_id] = asyncio.create_task(self._open(show_id), name=f"open {show_id}")
            task.add_done_callback(lambda _: self._opening.pop(show_id, None))
        return await asyncio.shield(task)

    def snapshot_of(self, room: Room) -> RoomSnapshot | None:
        """Return a snapshot that a join may use now, or None when the join must `await refresh(room)` first.

        Starts a refresh by itself when the one at hand is getting old.
        """
        snapshot = room.snapshot
        if snapshot is None or not room.reaches(snapshot.offset):
            return None
        stale = room.top - snapshot.offset
        age = asyncio.get_running_loop().time() - snapshot.read_at
        if age > (self._snapshot_seconds if stale else SNAPSHOT_SECONDS_MAX):
            self._start_refresh(room)
        return snapshot if stale <= TAIL_IN_JOIN_MAX else None

    async def refresh(self, room: Room) -> None:
        """Read the room's snapshot anew; those who ask meanwhile share one read. Raises RefusedError: not_found, unavailable."""
        await asyncio.shield(self._start_refresh(room))

    async def close_empty(self) -> None:
        """Let go of rooms that nobody has been in for a while."""
        now = asyncio.get_running_loop().time()
        for room in list(self._hub.rooms.values()):
            if room.empty_since is not None and now - room.empty_since > EMPTY_ROOM_SECONDS:
                self._hub.remove_room(room)
                await self._unsubscribe(room.show_id)

    def _start_refresh(self, room: Room) -> asyncio.Task[None]:
        task = self._refreshing.get(room.show_id)
        if task is None:
            task = asyncio.create_task(self._refresh(room), name=f"snapshot {room.show_id}")
            self._refreshing[room.show_id] = task
            task.add_done_callback(lambda done: self._end_refresh(room.show_id, done))
        return task

    def _end_refresh(self, show_id: str, task: asyncio.Task[None]) -> None:
        self._refreshing.pop(show_id, None)
        if not task.cancelled() and task.exception() is not None:
            log.warning("room.refresh_failed", show=show_id, error=type(task.exception()).__name__)

    async def _open(self, show_id: str) -> Room:
        # Subscribed first: what is published while SQL is read waits in no room, but the read then sees it.
        await self._subscribe(show_id)
        try:
            room = await self._read_room(show_id)
        except Exception as error:
            await self._unsubscribe(show_id)
            if not isinstance(error, RefusedError) and is_away(error):
                raise unavailable() from error
            raise
        self._hub.add_room(room)
        return room

    async def _read_room(self, show_id: str) -> Room:
        async with self._database.read_soon() as connection:
            head = next(iter(await repository.read_heads(connection, [show_id])), None)
            read = None if head is None else await self._read_snapshot(connection, show_id)
            if head is None or read is None:
                raise RefusedError(Code.NOT_FOUND)
            tail = await repository.read_tail(connection, show_id, head.top - self._ring_length, head.top)
        metrics.TAIL_READS.inc()
        room = Room(
            show_id,
            read.channel_id,
            head.epoch,
            head.top,
            guests_allowed=read.guests_allowed,
            state=read.show.state,
            ring_length=self._ring_length,
        )
        room.preload(tail)
        room.called = Called(read.names, partial(self._unfit, read.channel_id))
        room.banned = Barred(self._hub.wall, read.banned)
        room.on_sale = read.on_sale
        room.replayed = read.show.replay is not None
        room.joint = read.show.joint
        room.snapshot = self._as_snapshot(head.top, read)
        room.empty_since = asyncio.get_running_loop().time()
        return room

    async def _refresh(self, room: Room) -> None:
        banned = room.banned
        try:
            async with self._database.read_soon() as connection:
                head = next(iter(await repository.read_heads(connection, [room.show_id])), None)
                read = None if head is None else await self._read_snapshot(connection, room.show_id)
                if head is None or read is None:
                    raise RefusedError(Code.NOT_FOUND)
                lacking = await repository.read_tail(connection, room.show_id, room.top, head.top)
        except Exception as error:
            if not isinstance(error, RefusedError) and is_away(error):
                raise unavailable() from error
            raise
        metrics.SNAPSHOT_READS.inc()
        if head.epoch != room.epoch:
            room.restart(head.epoch, head.top)
        else:
            self._hub.deliver(room.show_id, room.epoch, lacking)
        if room.top == head.top:  # else newer publications have told the room what the read does not know
            if room.banned is banned:  # else it was read by itself meanwhile, and later than this
                room.banned = Barred(self._hub.wall, read.banned)
            room.state = read.show.state
            room.replayed = read.show.replay is not None
            room.joint = read.show.joint
            room.on_sale = read.on_sale
        room.guests_allowed = read.guests_allowed
        room.called = replace(room.called, reserved=read.names.with_staff(room.staff_names()))
        room.snapshot = self._as_snapshot(head.top, read)

    def _as_snapshot(self, offset: int, read: SnapshotRead) -> RoomSnapshot:
        return RoomSnapshot(offset, read.public, read.staff, asyncio.get_running_loop().time(), read.partner)
