"""One socket that sends what a test makes, as fast as the server takes it, and counts what comes back. Blocking: run it in a thread."""

import json
import select
import socket
import struct
import zlib
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Self

PATIENCE_SECONDS = 60.0
_TEXT, _CLOSE = 1, 8


def frame(payload: bytes, *, opcode: int = _TEXT, first: int = 0x80) -> bytes:
    """One masked frame; a mask of zeros is valid."""
    size = len(payload)
    head = (
        struct.pack("!BB", first | opcode, 0x80 | size)
        if size < 126
        else struct.pack("!BBH", first | opcode, 0xFE, size)
    )
    return head + bytes(4) + payload


def deflated(payload: bytes) -> bytes:
    """The same text as a frame compressed by itself."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)
    return frame(packed.removesuffix(b"\x00\x00\xff\xff"), first=0xC0)


class Flood:
    """`sent` and `came` count bytes on the wire behind the handshake; `lines` are all that came, `code` is the closing code."""

    def __init__(self, address: str, *, compressed: bool = True) -> None:
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), PATIENCE_SECONDS)
        offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if compressed else ""
        self._socket.sendall(
            f"GET /v1/live HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{offer}"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._socket.recv(1)
        assert head.startswith(b"HTTP/1.1 101"), head
        self.sent = 0
        self.answer = bytearray()
        self.gone = False

    def send(self, data: bytes) -> None:
        """Send all of it, and take what comes meanwhile; what is sent into a closed socket is lost."""
        view = memoryview(data)
        while view and not self.gone:
            _, writable, _ = select.select([], [self._socket], [], 0)
            if writable:
                with suppress(BlockingIOError, ConnectionError):
                    count = self._socket.send(view[:65536], socket.MSG_DONTWAIT)
                    self.sent += count
                    view = view[count:]
            self.take(wait=not writable)

    def take(self, *, wait: bool = False) -> None:
        """Take what has come."""
        while not self.gone:
            readable, _, _ = select.select([self._socket], [], [], 0.05 if wait else 0)
            if not readable:
                return
            wait = False
            try:
                data = self._socket.recv(1 << 18)
            except ConnectionError:
                data = b""
            self.answer += data
            # Whoever was turned away need not stay until the server has had enough of it.
            self.gone = not data or self.code is not None

    def await_words(self, words: bytes = b"") -> None:
        """Return when something has come, and these words are in it."""
        while not (self.answer and words in self.answer) and not self.gone:
            self.take(wait=True)

    def finish(self) -> Self:
        """Say goodbye, and take everything until the server has closed too."""
        self.send(frame(b"\x03\xe8", opcode=_CLOSE))
        while not self.gone:
            self.take(wait=True)
        self._socket.close()
        return self

    @property
    def came(self) -> int:
        return len(self.answer)

    def frames(self) -> Iterable[tuple[int, bytes]]:
        """What came, frame by frame, decompressed."""
        data, at = bytes(self.answer), 0
        while len(data) - at >= 2:
            first, size, at = data[at], data[at + 1], at + 2
            if size >= 126:
                wide = 2 if size == 126 else 8
                size, at = int.from_bytes(data[at : at + wide], "big"), at + wide
            payload, at = data[at : at + size], at + size
            if first & 0x40:
                payload = zlib.decompressobj(-15).decompress(payload + b"\x00\x00\xff\xff")
            yield first & 15, payload

    @property
    def lines(self) -> list[dict[str, Any]]:
        texts = (payload for opcode, payload in self.frames() if opcode == _TEXT)
        return [json.loads(line) for text in texts for line in text.split(b"\n")]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["type"] == "error"]

    @property
    def code(self) -> int | None:
        """The closing code that came last, or None."""
        last = [(opcode, payload) for opcode, payload in self.frames()][-1:]
        return next(
            (int.from_bytes(payload[:2], "big") for opcode, payload in last if opcode == _CLOSE), None
        )
