"""What the hub writes to where a viewer reads server-sent events: a connection like any other, whose transport an HTTP answer reads."""

import asyncio
import math
import socket
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial

from server.hub.admission import Limits
from server.hub.connection import Connection
from server.hub.encoding import Encoding
from server.hub.hub import Hub

HIGH_WATER_BYTES = 64 * 1024
_TCP_INFO: int | None = getattr(socket, "TCP_INFO", None) if sys.platform == "linux" else None
_LAST_ACK = slice(56, 60)
"""`tcpi_last_ack_recv` in Linux's `struct tcp_info`, in milliseconds."""


class StreamTransport:
    """What the hub writes to, for a stream of events: a bounded buffer that the HTTP answer is read from."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._chunks: list[bytes] = []
        self._size = 0
        self._closing = False
        self._came = asyncio.Event()
        self._read = False
        """Whether somebody reads; a peer may be gone before the answer starts."""
        self._counted = False
        """Whether the hub counts the connection among those that are open."""
        self.connection: Connection | None = None
        self.on_left: Callable[[], None] = _nothing
        """Called once, when the connection has left the hub."""

    def open(self) -> None:
        """Count the connection in; it takes its place before it has joined, and `abort` gives it back."""
        assert self.connection is not None, "set before it is opened"
        self._counted = True
        self._hub.opened(self.connection)

    def write(self, data: bytes, /) -> None:
        if self._closing:
            return
        self._chunks.append(data)
        self._size += len(data)
        self._came.set()
        if self._size > HIGH_WATER_BYTES and self.connection is not None:
            self._hub.paused(self.connection)

    def close(self) -> None:
        self._closing = True
        self._came.set()
        if not self._read:
            self._leave()

    def abort(self) -> None:
        self._chunks.clear()
        self.close()
        self._leave()

    def is_closing(self) -> bool:
        return self._closing

    def get_write_buffer_size(self) -> int:
        return self._size

    async def read(self) -> AsyncIterator[bytes]:
        """Yield what was written, until closed; ends the connection when the reader goes."""
        connection = self.connection
        assert connection is not None, "set before the answer starts"
        self._read = True
        try:
            while self._chunks or not self._closing:
                if not self._chunks:
                    self._came.clear()
                    await self._came.wait()
                    continue
                chunk, self._chunks, self._size = b"".join(self._chunks), [], 0
                yield chunk
                if connection.slow_since is not None:
                    self._hub.resumed(connection)
        finally:
            self._closing = True
            self._leave()

    def _leave(self) -> None:
        """Take the connection out of the hub, once."""
        if self.connection is None or not self._counted:
            return
        self._counted = False
        self._hub.closed(self.connection)
        self.on_left()


def new_stream(limits: Limits, hub: Hub, host: str, peer: asyncio.BaseTransport | None = None) -> Connection:
    """Return a connection in the lane of events, which has not joined yet; `peer` is the way to who reads."""
    transport = StreamTransport(hub)
    connection = Connection(
        hub.new_connection_id(),
        transport,
        host=host,
        encoding=Encoding.EVENTS,
        allowance=limits.commands_burst,
        now=math.inf,  # a stream says nothing: its peer's TCP tells of it
    )
    connection.silence = partial(silence_of, peer)
    connection.allowance_at = asyncio.get_running_loop().time()
    transport.connection = connection
    return connection


def silence_of(peer: asyncio.BaseTransport | None) -> float:
    """Return for how many seconds a peer's TCP has acknowledged nothing; 0 where nobody can tell."""
    line = None if peer is None or peer.is_closing() else peer.get_extra_info("socket")
    if line is None or _TCP_INFO is None:
        return 0.0
    try:
        told = line.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _LAST_ACK.stop)
    except OSError:  # no TCP, or gone
        return 0.0
    return int.from_bytes(told[_LAST_ACK], sys.byteorder) / 1000


def _nothing() -> None:
    """Nobody asked to be told."""
