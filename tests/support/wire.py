"""HTTP by hand: bytes into a socket, and what comes back taken apart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

ANSWER_SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; `headers` has names in lower case, repeated ones joined."""

    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """One connection to a server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes, pieces: int = 1) -> None:
        """Write `data`, in so many pieces that the peer reads apart where it can."""
        size = -(-len(data) // pieces)
        for start in range(0, len(data), size):
            self._writer.write(data[start : start + size])
            await self._writer.drain()
            await asyncio.sleep(0)

    async def read(self, *, of_head: bool = False) -> Response:
        """Return the next answer; `of_head` says that HEAD was asked, so there is no body. Raises `IncompleteReadError`."""
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *rest = head.removesuffix("\r\n\r\n").split("\r\n")
            headers: dict[str, str] = {}
            for name, _, value in (each.partition(":") for each in rest):
                key = name.lower()
                headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
            status = int(line.split()[1])
            bodiless = of_head or status in (101, 204, 304)
            body = b"" if bodiless else await self._read_body(headers)
        return Response(status, headers, body)

    async def _read_body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await self._reader.readexactly(int(headers.get("content-length", "0")))
        body = b""
        while size := int(await self._reader.readline(), 16):
            body += await self._reader.readexactly(size)
            await self._reader.readline()
        await self._reader.readline()
        return body

    async def read_bytes(self, count: int) -> bytes:
        """Return the next `count` bytes, whatever they are."""
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            return await self._reader.readexactly(count)

    def drop(self) -> None:
        """End without a word."""
        self._writer.transport.abort()

    async def ended(self) -> bool:
        """Whether nothing more comes, because the peer has closed."""
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            return await self._reader.read(1) == b""


@asynccontextmanager
async def wire(address: str) -> AsyncIterator[Wire]:
    """Open a connection to `host:port`."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Wire(reader, writer)
    finally:
        writer.transport.abort()
