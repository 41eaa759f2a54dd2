"""The names of staff who are here: nobody else may carry them, in any process, from the moment they have joined.

Rooms learn the names with their snapshot; this makes the time until the next one short. A word on the show's topic tells the other
processes, and SQL keeps the name for the channel's other shows and for later.
"""

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from server.access.repository import save_staff_member
from server.access.tables import StaffMemberRow
from server.clock import Clock
from server.db.engine import Database
from server.hub.connection import Connection
from server.hub.hub import Hub

log = structlog.get_logger()


class StaffName(msgspec.Struct, frozen=True, tag_field="told", tag="staff_name"):
    """The word: somebody of that name is staff of the show."""

    name: str


_words = msgspec.msgpack.Decoder(StaffName)


class StaffRoll:
    """One process's part. `tell(show_id, word)` reaches the other processes that have the show."""

    def __init__(
        self, hub: Hub, database: Database, clock: Clock, tell: Callable[[str, bytes], None]
    ) -> None:
        self._hub = hub
        self._database = database
        self._clock = clock
        self._tell = tell
        self._kept: set[tuple[str, str, str]] = set()
        """Channel, viewer and name of those who are in SQL already."""
        self._keeping: set[asyncio.Task[None]] = set()

    def enter(self, connection: Connection) -> None:
        """A member of staff has joined a room; their own name is reserved in it from here on."""
        self._reserve(connection.show_id, connection.own_name)
        self._tell(connection.show_id, msgspec.msgpack.encode(StaffName(connection.own_name)))
        if (connection.channel_id, connection.viewer_id, connection.own_name) not in self._kept:
            task = asyncio.create_task(self._keep(self._row_of(connection)), name="staff name")
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)

    def hear_word(self, show_id: str, word: bytes) -> None:
        """Take what another process tells; words of other kinds are left alone."""
        try:
            self._reserve(show_id, _words.decode(word).name)
        except msgspec.DecodeError:
            return

    async def close(self) -> None:
        """Wait until every name is kept."""
        while self._keeping:
            await asyncio.wait(self._keeping)

    def _reserve(self, show_id: str, name: str) -> None:
        room = self._hub.rooms.get(show_id)
        if room is not None:
            room.called = room.called.with_staff([name])

    def _row_of(self, connection: Connection) -> StaffMemberRow:
        return StaffMemberRow(
            channel_id=connection.channel_id,
            viewer_id=connection.viewer_id,
            role=connection.role,
            name=connection.own_name,
            seen_at=self._clock.now(),
        )

    async def _keep(self, row: StaffMemberRow) -> None:
        try:
            async with self._database.write_soon() as connection:
                await save_staff_member(connection, row)
        except Exception as error:  # the next join of theirs tries again
            log.warning("staff_name.not_kept", channel=row.channel_id, error=type(error).__name__)
        else:
            self._kept.add((row.channel_id, row.viewer_id, row.name))
