"""A line to PostgreSQL that can be cut or go silent at one very moment: the answer to COMMIT."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from sqlalchemy import make_url

COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
"""CommandComplete (PostgreSQL, 55.7): the transaction is committed by then."""
CHUNK_BYTES = 64 * 1024

Trap = Literal["cut", "hold"]


class PostgresLine:
    """Passes bytes between a server of ours and PostgreSQL's Unix socket. A trap goes off once, at the next COMMIT that is answered."""

    def __init__(self, url: str, directory: Path) -> None:
        address = make_url(url)
        self._upstream = f"{address.query['host']}/.s.PGSQL.5432"
        self._path = directory / ".s.PGSQL.5432"
        self.url = address.set(query={"host": str(directory)}).render_as_string(hide_password=False)
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._trap: Trap | None = None
        self._passes = asyncio.Event()
        self._passes.set()
        self.sprung = asyncio.Event()
        """A COMMIT was answered, and the answer did not get through."""

    def set_trap(self, trap: Trap) -> None:
        """Let the next answer to a COMMIT not through: `cut` drops its connection, `hold` stops all answers until `mend`."""
        self.sprung.clear()
        self._trap = trap

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
        upstream_reader, upstream_writer = await asyncio.open_unix_connection(self._upstream)
        self._writers |= {writer, upstream_writer}
        try:
            ways = (self._pump(reader, upstream_writer), self._pump_answers(upstream_reader, writer))
            tasks = [asyncio.create_task(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        finally:
            self._lines.discard(line)
            self._writers -= {writer, upstream_writer}
            for end in (writer, upstream_writer):
                end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK_BYTES):
                writer.write(chunk)
                await writer.drain()

    async def _pump_answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK_BYTES):
                if self._trap is not None and COMMITTED in chunk:
                    trap, self._trap = self._trap, None
                    if trap == "hold":
                        self._passes.clear()
                    self.sprung.set()
                    if trap == "cut":
                        return
                await self._passes.wait()
                writer.write(chunk)
                await writer.drain()


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
