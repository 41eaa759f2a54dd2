"""Whose pages a channel lets in: SQL is the truth, and each process holds all of it in memory, so that a request costs a look-up.

A word on the bus makes the others read at once; each looks every half second all the same, so a lost word is late by no more.
"""

from collections.abc import Callable, Sequence
from typing import cast

import msgspec
from fastapi import Request

from server.channels.origins_repository import Mark, OpenTo, read_mark, read_open_to
from server.db.engine import Database
from server.db.following import Following
from server.hosts import Origin, Origins, parse_origin


class OriginsWord(msgspec.Struct, frozen=True, tag_field="told", tag="origins"):
    """The word: some channel lets in others than before, SQL says which."""


_words = msgspec.msgpack.Decoder(OriginsWord)
_WORD = msgspec.msgpack.encode(OriginsWord())


class ChannelOrigins:
    """One process's part: keeps `origins` up to date. `tell(word)` reaches the other processes; `close()` ends what may not stay."""

    def __init__(
        self,
        database: Database,
        origins: Origins,
        *,
        tell: Callable[[bytes], None],
        close: Callable[[], None],
    ) -> None:
        self._database = database
        self._origins = origins
        self._tell = tell
        self._close = close
        self._mark: Mark | None = None
        self._frame_ancestors: dict[str, tuple[str, ...]] = {}
        self._following = Following("origins", self.run_once)

    def frame_ancestors_of(self, channel_id: str) -> tuple[str, ...]:
        """Return the origins whose pages may show the channel's shows in a frame."""
        return self._frame_ancestors.get(channel_id, ())

    def changed(self) -> None:
        """To be called once a change of a channel is committed: it holds here and everywhere a moment later."""
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
        """Read whom the channels let in, if any of them has changed since the last time."""
        mark = await read_mark(self._database)
        if mark == self._mark:
            return
        self._take(await read_open_to(self._database))
        self._mark = mark

    def _take(self, found: list[OpenTo]) -> None:
        self._frame_ancestors = {each.channel_id: each.frame_ancestors for each in found}
        self._origins.take({each.channel_id: _parsed(each.origins) for each in found})
        self._close()


def _parsed(origins: tuple[str, ...]) -> frozenset[Origin]:
    """Return what of it browsers can name; the rest lets nobody in."""
    return frozenset(origin for entry in origins if (origin := parse_origin(entry)))


def framed_by(request: Request, channel_id: str) -> Sequence[str]:
    """Return the origins whose pages may show the channel's shows in a frame; see `ChannelOrigins`."""
    return cast("ChannelOrigins", request.app.state.channel_origins).frame_ancestors_of(channel_id)
