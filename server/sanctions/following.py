"""Bans, heard in all rooms that they hold in, and by what their people are known: SQL is the truth, each process follows its number."""

from collections.abc import Callable

import msgspec

from server.access.sanctions_repository import read_banned, read_changed_channels
from server.db.engine import Database
from server.db.following import Following
from server.hub.barred import Barred
from server.hub.connection import Connection
from server.hub.endings import barred_in
from server.hub.hub import Hub
from server.sanctions.recognising import Recognition


class SanctionsWord(msgspec.Struct, frozen=True, tag_field="told", tag="sanctions"):
    """The word: something holds in a whole channel, or no longer; SQL says what."""


_words = msgspec.msgpack.Decoder(SanctionsWord)
_WORD = msgspec.msgpack.encode(SanctionsWord())


class ChannelBans:
    """One process's part. `tell(word)` reaches the other processes; `close` ends a connection that may not stay."""

    def __init__(
        self,
        hub: Hub,
        database: Database,
        *,
        tell: Callable[[bytes], None],
        close: Callable[[Connection], None],
        recognition: Recognition,
    ) -> None:
        self._recognition = recognition
        self._hub = hub
        self._database = database
        self._tell = tell
        self._close = close
        self._number = -1
        self._following = Following("channel_bans", self.run_once)

    def changed(self) -> None:
        """Have all processes look at once, this one too."""
        self._following.ask()
        self._tell(_WORD)

    def hear_word(self, word: bytes) -> None:
        """Take what another process tells; words of other kinds are left alone."""
        try:
            _words.decode(word)
        except msgspec.DecodeError:
            return
        self._following.ask()

    async def run(self) -> None:
        """Read what is new, at once when told to, until cancelled; an absent database is waited out."""
        await self._following.run()

    async def run_once(self) -> None:
        """Read who is banned in the rooms of channels where that has changed since the last time."""
        await self._recognition.purge()
        ((top,),) = await self._database.ask("SELECT top FROM sanction_head")
        if int(str(top)) == self._number:
            if lacking := self._recognition.lacks():
                async with self._database.read_soon() as connection:
                    await self._recognition.learn(connection, lacking)
            return
        async with self._database.read_soon() as connection:
            number, channels = await read_changed_channels(connection, self._number)
            rooms = [r for r in self._hub.rooms.values() if channels is None or r.channel_id in channels]
            for room in rooms:
                banned = await read_banned(connection, room.show_id, room.channel_id)
                room.banned = Barred(self._hub.wall, banned)
                for barred in barred_in(room):
                    self._close(barred)
            await self._recognition.learn(connection, rooms)
        self._number = number
        if await self._recognition.mark(channels):
            self.changed()
