"""The live socket: bytes go from the transport to the reader to the dispatcher, and prepared frames go back.

There is no ASGI task, queue or second parse per connection; `upgrade` makes one of these from a handshake.
"""

import asyncio
from typing import cast

from server.hub import metrics
from server.hub.connection import Connection
from server.hub.dispatch import Dispatcher
from server.hub.frames import FrameError, Opcode, Reader, answer_to_close, close_frame, pong_frame
from server.hub.hub import Hub

_TEXT, _PING, _PONG, _CLOSE = int(Opcode.TEXT), int(Opcode.PING), int(Opcode.PONG), int(Opcode.CLOSE)


class LiveSocket(asyncio.Protocol):
    """One live socket: feeds the reader, answers control frames, tells the hub when it stalls or goes."""

    __slots__ = ("_dispatcher", "_hub", "_loop", "_reader", "connection")

    def __init__(self, hub: Hub, dispatcher: Dispatcher, connection: Connection, *, deflate: bool) -> None:
        self._hub = hub
        self._dispatcher = dispatcher
        self._loop = asyncio.get_running_loop()
        self._reader: Reader | None = Reader(deflate=deflate)
        self.connection = connection

    def data_received(self, data: bytes) -> None:
        reader, connection = self._reader, self.connection
        if reader is None:  # the closing handshake is under way; what still comes is not read
            return
        connection.heard_at = now = self._loop.time()
        try:
            for opcode, payload in reader.feed(data):
                self.take(opcode, payload, now)
                if connection.closed:
                    self._reader = None  # what stands behind the end is not even decompressed
                    return
        except FrameError as error:
            self._close(close_frame(error.code, error.reason), "protocol")

    def take(self, opcode: int, payload: bytes, now: float) -> None:
        """Take one whole message."""
        if self._reader is None:
            return
        if opcode == _TEXT:
            self._dispatcher.receive(self.connection, payload, now)
        elif opcode == _CLOSE:
            self._close(answer_to_close(payload), None)
        elif opcode not in (_PING, _PONG):
            self._close(close_frame(1003, "only text frames"), "binary")
        elif self._dispatcher.afford(self.connection, now) and opcode == _PING:
            self.connection.transport.write(pong_frame(payload))

    def _close(self, frame: bytes, reason: str | None) -> None:
        self._reader = None
        if reason is not None:
            metrics.EVICTIONS.labels(reason).inc()
        transport = self.connection.transport
        if not transport.is_closing():
            transport.write(frame)
            transport.close()

    def eof_received(self) -> None:
        """A peer that has closed its half gets nothing more: returning None closes the transport."""

    def pause_writing(self) -> None:
        # Who does not read is not read: the answers would heap up.
        cast("asyncio.Transport", self.connection.transport).pause_reading()
        self._hub.paused(self.connection)

    def resume_writing(self) -> None:
        # First, since what was missed may fill the buffer anew.
        cast("asyncio.Transport", self.connection.transport).resume_reading()
        self._hub.resumed(self.connection)

    def connection_lost(self, exc: Exception | None) -> None:
        self._reader = None
        if exc is not None and not isinstance(exc, ConnectionResetError | BrokenPipeError):
            self.connection.lost = True  # it timed out: no answer, not even a refusal
        self._hub.closed(self.connection)
