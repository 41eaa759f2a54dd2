"""The settings of all channels, in each process: SQL is the truth, a word on the bus makes the others read at once."""

import asyncio
from collections.abc import Callable

import msgspec

from server.db.engine import Database
from server.db.following import Following
from server.screening.repository import Mark, as_settings, read_many, read_mark, read_versions
from server.screening.screener import EVERYTHING_PASSES, Screener


class ScreeningWord(msgspec.Struct, frozen=True, tag_field="told", tag="screening"):
    """The word: some channel screens otherwise than before, SQL says which."""


_words = msgspec.msgpack.Decoder(ScreeningWord)
_WORD = msgspec.msgpack.encode(ScreeningWord())


class Screeners:
    """One process's part. A word that was lost is late by half a second; `tell(word)` reaches the other processes."""

    def __init__(self, database: Database, *, tell: Callable[[bytes], None]) -> None:
        self._database = database
        self._tell = tell
        self._mark: Mark | None = None
        self._screeners: dict[str, Screener] = {}
        self._following = Following("screening", self.run_once)

    def of(self, channel_id: str) -> Screener:
        """Return how the channel screens, as this process knows it."""
        return self._screeners.get(channel_id, EVERYTHING_PASSES)

    def changed(self) -> None:
        """To be called once a change is committed: it holds here and everywhere a moment later."""
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
        """Read what the channels screen by that have changed since the last time, and make it ready beside the loop."""
        mark = await read_mark(self._database)
        if mark == self._mark:
            return
        versions = await read_versions(self._database)
        changed = [channel for channel, version in versions.items() if self.of(channel).version != version]
        async with self._database.read_soon() as connection:
            rows = await read_many(connection, changed)
        for row in rows:
            screener = Screener(as_settings(row), row.version)
            await asyncio.to_thread(screener.prepare)
            self._screeners[row.channel_id] = screener
        self._mark = mark
