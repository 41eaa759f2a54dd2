"""A connection of the hub without a network, for what is pure of it."""

from server.hub.connection import Connection
from server.hub.encoding import Encoding


class SilentTransport:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written = bytearray()
        self.closed = False

    def write(self, data: bytes, /) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return 0


def silent_connection(id: str) -> Connection:
    """A connection that nobody is at the other end of."""
    return Connection(id, SilentTransport(), host="here", encoding=Encoding.FRAMES, allowance=1.0, now=0.0)
