"""A line to PostgreSQL that can be cut or go silent at one very moment: the answer to one transaction's COMMIT.

A server has transactions of its own at any time: a show's totals are read for its first tick, a name of staff is kept after a join.
So the line follows what each connection is told, and a trap names a statement of the transaction that it is meant for.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest
from sqlalchemy import make_url

from server.settings import Settings

COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
"""CommandComplete (PostgreSQL, 55.7): the transaction is committed by then."""
CHUNK_BYTES = 64 * 1024

Trap = Literal["cut", "hold"]


class Told:
    """What one connection is told: `transaction` are the statements since the last BEGIN, prepared ones by their text too."""

    def __init__(self) -> None:
        self.transaction: list[str] = []
        self._bytes = bytearray()
        self._started = False
        self._prepared: dict[bytes, bytes] = {}

    def feed(self, chunk: bytes) -> None:
        """Take the bytes that come next (PostgreSQL, 55.7): messages of a kind and a length, but for the first, which has no kind."""
        self._bytes += chunk
        while True:
            kind = 1 if self._started else 0
            if len(self._bytes) < kind + 4:
                return
            end = kind + int.from_bytes(self._bytes[kind : kind + 4])
            if len(self._bytes) < end:
                return
            if self._started:
                self._take(self._bytes[:1], bytes(self._bytes[5:end]))
            self._started = True
            del self._bytes[:end]

    def _take(self, kind: bytearray, body: bytes) -> None:
        words = body.split(b"\0", 2)
        if kind == b"Q":
            self._run(words[0])
        elif kind == b"P":
            self._prepared[words[0]] = words[1]
        elif kind == b"B":
            self._run(self._prepared[words[1]])

    def _run(self, statement: bytes) -> None:
        if statement.startswith(b"BEGIN"):
            self.transaction.clear()
        self.transaction.append(statement.decode())


class PostgresLine:
    """Passes bytes between a server of ours and PostgreSQL's Unix socket. A trap goes off once, at the COMMIT that it is meant for."""

    def __init__(self, url: str, directory: Path) -> None:
        address = make_url(url)
        self._upstream = f"{address.query['host']}/.s.PGSQL.5432"
        self._path = directory / ".s.PGSQL.5432"
        self.url = address.set(query={"host": str(directory)}).render_as_string(hide_password=False)
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._trap: Trap | None = None
        self._meant_for = ""
        self._passes = asyncio.Event()
        self._passes.set()
        self.sprung = asyncio.Event()
        """The COMMIT was answered, and the answer did not get through."""

    def set_trap(self, trap: Trap, *, meant_for: str) -> None:
        """Let one answer to a COMMIT not through: the next one that ends a transaction with `meant_for` in one of its statements.

        `cut` drops its connection, `hold` stops all answers until `mend`.
        """
        self.sprung.clear()
        self._trap, self._meant_for = trap, meant_for

    def mend(self) -> None:
        """Let everything through again."""
        self._trap = None
        self._passes.set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_unix_server(self._accept, self._path)

    async def close(self) -> None:
        """Drop all connections and listen no more."""
        assert self._server is not None, "started"
        self._server.close()
        self._passes.set()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None, "asyncio runs this in a task"
        self._lines.add(line)
        try:
            upstream_reader, upstream_writer = await asyncio.open_unix_connection(self._upstream)
        except ConnectionError:  # PostgreSQL is away, and so is the line
            self._lines.discard(line)
            writer.transport.abort()
            return
        self._writers |= {writer, upstream_writer}
        try:
            told = Told()
            ways = (
                self._pump(reader, upstream_writer, told),
                self._pump_answers(upstream_reader, writer, told),
            )
            tasks = [asyncio.create_task(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        finally:
            self._lines.discard(line)
            self._writers -= {writer, upstream_writer}
            for end in (writer, upstream_writer):
                end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK_BYTES):
                told.feed(chunk)
                writer.write(chunk)
                await writer.drain()

    async def _pump_answers(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told
    ) -> None:
        tail = b""
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK_BYTES):
                committed = COMMITTED in tail + chunk
                tail = chunk[1 - len(COMMITTED) :]
                if committed and self._springs_at(told.transaction):
                    trap, self._trap = self._trap, None
                    if trap == "hold":
                        self._passes.clear()
                    self.sprung.set()
                    if trap == "cut":
                        return
                await self._passes.wait()
                writer.write(chunk)
                await writer.drain()

    def _springs_at(self, transaction: list[str]) -> bool:
        return self._trap is not None and any(self._meant_for in statement for statement in transaction)


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[PostgresLine]:
    """Yield a line to the PostgreSQL at the SQLAlchemy address `url`."""
    with TemporaryDirectory(prefix="line-") as directory:
        line = PostgresLine(url, Path(directory))
        await line.start()
        try:
            yield line
        finally:
            await line.close()


@pytest.fixture
async def line(settings: Settings) -> AsyncIterator[PostgresLine]:
    """A line to the test's own database."""
    assert settings.database_url is not None
    async with line_to(settings.database_url) as line:
        yield line
