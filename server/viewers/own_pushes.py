"""Private pushes: a line for one viewer's connections in a show, on every process.

They have no position and are in no journal: who is away, or whose process does not hear the others, asks by HTTP how it stands.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from server.hub.hub import Hub
from server.protocol.codec import encode


class OwnPush(msgspec.Struct, frozen=True, tag_field="told", tag="own_push"):
    """The word between processes: the `line` is for that viewer alone."""

    viewer_id: str
    line: bytes


_words = msgspec.msgpack.Decoder(OwnPush)


class OwnPushes:
    """One process's part. `tell(show_id, word)` reaches the other processes that have the show."""

    def __init__(self, hub: Hub, tell: Callable[[str, bytes], None]) -> None:
        self._hub = hub
        self._tell = tell

    def push(self, show_id: str, viewer_id: str, line: Any) -> None:
        """Write `line`, JSON-ready, to the viewer's connections in the show, here and elsewhere; never waits, and may be lost."""
        own = OwnPush(viewer_id, encode(line))
        self._write(show_id, own)
        self._tell(show_id, msgspec.msgpack.encode(own))

    def hear_word(self, show_id: str, word: bytes) -> None:
        """Take what another process tells; words of other kinds are left alone."""
        try:
            own = _words.decode(word)
        except msgspec.DecodeError:
            return
        self._write(show_id, own)

    def _write(self, show_id: str, own: OwnPush) -> None:
        room = self._hub.rooms.get(show_id)
        if room is None:
            return
        for connection in room.of_viewer(own.viewer_id):
            if not connection.is_ending:
                connection.send(own.line)
