"""The merchant's side of webhooks: a small HTTP server that keeps what it is sent, and answers as it is told."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The event's id."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        """The payload."""
        payload: dict[str, Any] = json.loads(self.body)
        return payload


@dataclass(slots=True)
class ShopBackend:
    """`by_path` answers before `answers`, which are used up one by one; `answer` stays. Until `open` is set nobody is answered."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answer: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    answers: list[bytes] = field(default_factory=list)
    by_path: dict[str, bytes] = field(default_factory=dict)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: int = 0
    most_under_way: int = 0

    def url(self, path: str = "/hooks", scheme: str = "http") -> str:
        """Where it listens."""
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def ids(self) -> list[str]:
        """The ids of the events that came, in their order."""
        return [each.id for each in self.received]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take requests until the connection ends."""
        try:
            while True:
                request = await _read(reader)
                self.received.append(request)
                self.under_way += 1
                self.most_under_way = max(self.most_under_way, self.under_way)
                try:
                    await self.open.wait()
                    writer.write(self._answer_to(request))
                    await writer.drain()
                finally:
                    self.under_way -= 1
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer_to(self, request: Received) -> bytes:
        if request.path in self.by_path:
            return self.by_path[request.path]
        return self.answers.pop(0) if self.answers else self.answer


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(HEAD_END)).decode("latin-1")
    request, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Received(request.split(" ")[1], headers, body)


@asynccontextmanager
async def shop_backend(tls: ssl.SSLContext | None = None) -> AsyncIterator[ShopBackend]:
    """Listen on a free port of this machine."""
    backend = ShopBackend()
    backend.open.set()
    connections: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            await backend.serve(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            connections.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    backend.port = server.sockets[0].getsockname()[1]
    try:
        yield backend
    finally:
        server.close()
        for task in list(connections):
            task.cancel()
        if connections:
            await asyncio.wait(connections)


def answer(status: int, *headers: str, body: bytes = b"") -> bytes:
    """Return an answer as it goes over the line."""
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + HEAD_END + body
