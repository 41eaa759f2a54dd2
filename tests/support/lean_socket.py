"""A live socket of a viewer's with as little between it and the kernel as asyncio allows: a thousand of them fit beside the server.

It reads frames by hand, answers pings, and gives every JSON line to whoever opened it.
"""

import asyncio
import json
import struct
from collections.abc import Callable
from typing import Any, Self

OPEN_SECONDS_MAX = 60.0
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10

Line = dict[str, Any]


class RefusedUpgradeError(ConnectionError):
    """The server answered the handshake with something else than 101."""

    def __init__(self, status: int, retry_after_seconds: int | None) -> None:
        super().__init__(f"{status}, Retry-After: {retry_after_seconds}")
        self.status = status
        self.retry_after_seconds = retry_after_seconds


class LeanSocket(asyncio.Protocol):
    """See the module. `closed` is done when the socket is gone, with the close code, or 1006 when none came."""

    def __init__(self, host: str, on_line: Callable[[Line], None]) -> None:
        loop = asyncio.get_running_loop()
        self._host = host
        self._on_line = on_line
        self._buffer = b""
        self._upgraded: asyncio.Future[None] = loop.create_future()
        self._code = 1006
        self.closed: asyncio.Future[int] = loop.create_future()
        self.transport: asyncio.Transport

    @classmethod
    async def open(cls, address: str, on_line: Callable[[Line], None]) -> Self:
        """Connect and upgrade. Raises `ConnectionError`, or its kind `RefusedUpgradeError`."""
        host, _, port = address.rpartition(":")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(OPEN_SECONDS_MAX):
                _, socket = await loop.create_connection(lambda: cls(address, on_line), host, int(port))
                await socket._upgraded
        except TimeoutError:
            raise ConnectionError("no answer to the handshake") from None
        return socket

    def send(self, line: Line) -> None:
        """Send one command; what is sent into a closed socket is lost."""
        self._send(_TEXT, json.dumps(line).encode())

    def drop(self) -> None:
        """End without a word, as a phone that loses its network does."""
        self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        head = (
            f"GET /v1/live HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        transport.write(head.encode())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded.done() and not self._read_head():
            return
        while (frame := self._take_frame()) is not None:
            self._take(*frame)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._upgraded.done():
            self._upgraded.set_exception(ConnectionError("closed during the handshake"))
        if not self.closed.done():
            self.closed.set_result(self._code)

    def _read_head(self) -> bool:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        status, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if status.split()[1] == "101":
            self._buffer = rest
            self._upgraded.set_result(None)
            return True
        after = headers.get("retry-after")
        self._upgraded.set_exception(
            RefusedUpgradeError(int(status.split()[1]), int(after) if after else None)
        )
        self.transport.close()
        return False

    def _take_frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        start, length = 2, buffer[1]
        if length == 126 and len(buffer) >= 4:
            start, length = 4, struct.unpack_from("!H", buffer, 2)[0]
        elif length == 127 and len(buffer) >= 10:
            start, length = 10, struct.unpack_from("!Q", buffer, 2)[0]
        elif length > 125:
            return None
        if len(buffer) < start + length:
            return None
        self._buffer = buffer[start + length :]
        return buffer[0] & 15, buffer[start : start + length]

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == _TEXT:
            for line in payload.split(b"\n"):
                self._on_line(json.loads(line))
        elif opcode == _PING:
            self._send(_PONG, payload)
        elif opcode == _CLOSE:
            self._code = struct.unpack_from("!H", payload)[0] if len(payload) >= 2 else 1005
            self.transport.close()

    def _send(self, opcode: int, payload: bytes) -> None:
        """A mask of zeros is valid and costs nothing."""
        size = len(payload)
        head = (
            bytes((0x80 | opcode, 0x80 | size))
            if size < 126
            else struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
        )
        if not self.transport.is_closing():
            self.transport.write(head + bytes(4) + payload)
