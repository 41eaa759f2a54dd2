"""Private pushes: a line for one viewer's connections in a show, on every process.

They have no position and are in no journal: who is away, or whose process does not hear the others, asks by HTTP how it stands. What is
about a guest who has signed in since is told to who they are now, a moment later: that is asked of SQL, for all that gathered meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import msgspec
import structlog

from server.db.engine import SQL_AWAY
from server.hub.hub import Hub
from server.protocol.codec import encode

KnownAs = Callable[[str, Collection[str]], Awaitable[Mapping[str, str]]]
"""Takes a show and viewers of it, and returns who they are by now where that is another id."""

log = structlog.get_logger()


class OwnPush(msgspec.Struct, frozen=True, tag_field="told", tag="own_push"):
    """The word between processes: the `line` is for that viewer alone."""

    viewer_id: str
    line: bytes


class ManyOwnPushes(msgspec.Struct, frozen=True, tag_field="told", tag="own_pushes"):
    """The word for those of one transaction. A server of before 2026-11-27 passes over it: who is there asks by HTTP."""

    pushes: list[OwnPush]


_words = msgspec.msgpack.Decoder(OwnPush | ManyOwnPushes)


class OwnPushes:
    """One process's part. `tell(show_id, word)` reaches the other processes that have the show."""

    def __init__(self, hub: Hub, tell: Callable[[str, bytes], None], known_as: KnownAs) -> None:
        self._hub = hub
        self._tell = tell
        self._known_as = known_as
        self._untold: dict[str, list[OwnPush]] = {}
        """By show what the other processes are told in the loop's next turn, all that gathered in one word."""
        self._unasked: dict[str, list[OwnPush]] = {}
        """By show what may have to be told to another id too."""
        self._asking: asyncio.Task[None] | None = None

    def push(self, show_id: str, viewer_id: str, line: Any) -> None:
        """Write `line`, JSON-ready, to the viewer's connections in the show, here and elsewhere; never waits, and may be lost."""
        own = OwnPush(viewer_id, encode(line))
        self._spread(show_id, own)
        self._unasked.setdefault(show_id, []).append(own)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask(), name="own pushes")

    async def close(self) -> None:
        """Wait until everything that was pushed is told to all ids of its viewer."""
        if self._asking is not None:
            await asyncio.wait([self._asking])
        self._tell_others()

    def hear_word(self, show_id: str, word: bytes) -> None:
        """Take what another process tells; words of other kinds are left alone."""
        try:
            own = _words.decode(word)
        except msgspec.DecodeError:
            return
        for each in own.pushes if isinstance(own, ManyOwnPushes) else [own]:
            self._write(show_id, each)

    async def _ask(self) -> None:
        try:
            while self._unasked:
                show_id, pushes = self._unasked.popitem()
                await self._tell_who_they_are(show_id, pushes)
        except SQL_AWAY as error:
            self._unasked.clear()
            log.warning("own_pushes.not_told", error=type(error).__name__)
        finally:
            self._asking = None

    async def _tell_who_they_are(self, show_id: str, pushes: list[OwnPush]) -> None:
        known = await self._known_as(show_id, {own.viewer_id for own in pushes})
        for own in pushes:
            if own.viewer_id in known:
                self._spread(show_id, OwnPush(known[own.viewer_id], own.line))

    def _spread(self, show_id: str, own: OwnPush) -> None:
        self._write(show_id, own)
        if not self._untold:
            asyncio.get_running_loop().call_soon(self._tell_others)
        self._untold.setdefault(show_id, []).append(own)

    def _tell_others(self) -> None:
        untold, self._untold = self._untold, {}
        for show_id, pushes in untold.items():
            word = pushes[0] if len(pushes) == 1 else ManyOwnPushes(pushes)
            self._tell(show_id, msgspec.msgpack.encode(word))

    def _write(self, show_id: str, own: OwnPush) -> None:
        room = self._hub.rooms.get(show_id)
        if room is None:
            return
        for connection in room.of_viewer(own.viewer_id):
            if not connection.is_ending:
                connection.send(own.line)
