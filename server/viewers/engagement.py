"""Soft commands: reactions, clicks, impressions, playing. Plain dictionary work, no await, nothing that can fail."""

import asyncio
from datetime import datetime, timedelta

from server.clock import Clock, to_wire
from server.errors import RefusedError
from server.hub.connection import Connection
from server.hub.dispatch import Commands
from server.hub.hub import Hub
from server.hub.pulse import APART
from server.hub.room import Room
from server.ledger.recorder import Recorder
from server.protocol.codec import encode, ok_line
from server.protocol.codes import Code
from server.protocol.command_kinds import Command
from server.protocol.commands import (
    Click,
    Impression,
    Ping,
    Playing,
    React,
)
from server.viewers.doubts import Doubts


class Engagement:
    """Tallies and records what viewers do in passing; it also is the hub's `Audience`."""

    def __init__(self, hub: Hub, recorder: Recorder, clock: Clock, doubts: Doubts) -> None:
        self._hub = hub
        self._recorder = recorder
        self._clock = clock
        self._doubts = doubts

    def commands(self) -> Commands:
        """Return the handlers for the dispatcher."""
        return {
            React: self.react,
            Click: self.click,
            Impression: self.impression,
            Playing: self.playing,
            Ping: self.ping,
        }

    def react(self, connection: Connection, command: React) -> bytes | None:
        """Add taps to the pulse and to the viewer's record; in a rehearsal nothing is counted.

        Those at a replay are in the viewer's record alone: the show's own totals are over.
        """
        room = self._hub.room_of(connection)
        assert room is not None, "the dispatcher refuses everything but join before that"
        if room.state == "rehearsal":
            return _ok(command)
        if room.replayed:
            self._record_taps(connection, room, command)
            return _ok(command)
        if room.state != "live":
            raise RefusedError(Code.SHOW_NOT_LIVE)
        doubted = self._doubts.about(connection) is not None
        room.pulse.tally(APART if doubted else command.kind, command.n)
        self._record_taps(connection, room, command)
        return _ok(command)

    def _record_taps(self, connection: Connection, room: Room, command: React) -> None:
        if connection.counted:
            self._recorder.count(
                room.show_id, connection.viewer_id, connection.id, "reaction", command.kind, command.n
            )

    def click(self, connection: Connection, command: Click) -> bytes | None:
        """Record that the viewer opened a product, before and after the show too: what the wire accepts is not thrown away.

        Raises `not_found` for what the show does not sell, which no card can have led to.
        """
        room = self._hub.room_of(connection)
        assert room is not None, "the dispatcher refuses everything but join before that"
        if command.product not in room.on_sale:
            raise RefusedError(Code.NOT_FOUND)
        if connection.counted:
            self._recorder.count(room.show_id, connection.viewer_id, connection.id, "click", command.product)
        return _ok(command)

    def impression(self, connection: Connection, command: Impression) -> bytes | None:
        """Record which product cards the viewer really saw, whenever that was: each once, and only of what the show sells.

        Raises `not_found` when it sells none of them.
        """
        room = self._hub.room_of(connection)
        assert room is not None, "the dispatcher refuses everything but join before that"
        seen = [product for product in dict.fromkeys(command.products) if product in room.on_sale]
        if not seen:
            raise RefusedError(Code.NOT_FOUND)
        if connection.counted:
            for product in seen:
                self._recorder.count(room.show_id, connection.viewer_id, connection.id, "impression", product)
        return _ok(command)

    def playing(self, connection: Connection, command: Playing) -> bytes | None:
        """Note that the video plays and is seen, or no longer."""
        self._hub.set_playing(connection, playing=command.playing)
        return _ok(command)

    def ping(self, connection: Connection, command: Ping) -> bytes:
        """Answer at once."""
        pong = {"type": "pong", "at": to_wire(self._clock.now())}
        return encode(pong if command.id is None else {"id": command.id, **pong})

    def playing_changed(self, connection: Connection) -> None:
        """Start or stop a stretch of watching; before the show, and after it unless it is watched again, there is nothing to watch."""
        room, now = self._hub.room_of(connection), self._clock.now()
        if room is None or not room.watched:
            return
        if connection.playing:
            self._recorder.start_playing(room.show_id, connection.viewer_id, connection.id, now)
        else:
            self._stop_playing(room, connection, now)
            self._doubts.settle(connection)

    def watching_ended(self, room: Room) -> None:
        """End every stretch of the show, those of dead lines where they were last heard, and have it flushed at once."""
        now = self._clock.now()
        for connection in room.connections:
            self._doubts.settle(connection)
            if connection.playing:
                self._stop_playing(room, connection, now)
        self._recorder.end_show(room.show_id, now)

    def _stop_playing(self, room: Room, connection: Connection, now: datetime) -> None:
        """End a stretch now; where the line is dead, or a ping has not been answered, when it was last heard."""
        silent = connection.silent_for(asyncio.get_running_loop().time())
        dead = connection.lost or silent > self._hub.patience_seconds
        at = now - timedelta(seconds=max(0.0, silent)) if dead else now
        self._recorder.stop_playing(room.show_id, connection.viewer_id, connection.id, at)


def _ok(command: Command) -> bytes | None:
    return None if command.id is None else ok_line(command.id)
