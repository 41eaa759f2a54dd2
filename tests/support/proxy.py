"""A network between browser and server that can be cut, held up and given back: a TCP proxy on a port of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK_BYTES = 64 * 1024


class Proxy:
    """Passes bytes on, both ways, until told otherwise. What is held up is not lost, unless the line is cut meanwhile."""

    def __init__(self, host: str, port: int) -> None:
        self._upstream = (host, port)
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._open = True
        self._answers_pass = asyncio.Event()
        self._answers_pass.set()
        self.delay_seconds = 0.0
        self.refused = 0
        """Connections that were turned away while the line was cut."""

    @property
    def address(self) -> str:
        """Where browsers connect: `host:port`."""
        assert self._server is not None, "the proxy has started"
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"{host}:{port}"

    @property
    def lines(self) -> int:
        """How many connections pass through now."""
        return len(self._lines)

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def close(self) -> None:
        """Drop all connections and listen no more."""
        assert self._server is not None, "the proxy has started"
        self._server.close()
        self._drop()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def cut(self) -> None:
        """Drop all connections with what is under way on them, and turn new ones away."""
        self._open = False
        self._drop()

    def mend(self) -> None:
        """Let everything pass again."""
        self._open = True
        self._answers_pass.set()

    def hold_answers(self) -> None:
        """Let nothing from the server reach the browser; what the browser sends still arrives."""
        self._answers_pass.clear()

    def _drop(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            self.refused += 1
            writer.transport.abort()
            return
        line = asyncio.current_task()
        assert line is not None, "asyncio runs this in a task"
        self._lines.add(line)
        try:
            await self._pass_on(reader, writer)
        finally:
            self._lines.discard(line)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection(*self._upstream)
        ends = {writer, upstream_writer}
        self._writers |= ends
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, upstream_writer, None))
                both.create_task(self._pump(upstream_reader, writer, self._answers_pass))
        finally:
            self._writers -= ends
            for end in ends:
                end.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: asyncio.Event | None
    ) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK_BYTES):
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                if gate is not None:
                    await gate.wait()
                writer.write(chunk)
                await writer.drain()
        with suppress(ConnectionError, OSError):
            if writer.can_write_eof():
                writer.write_eof()


@asynccontextmanager
async def proxy_to(address: str) -> AsyncIterator[Proxy]:
    """Yield a proxy before the server at `host:port`."""
    host, port = address.rsplit(":", 1)
    proxy = Proxy(host, int(port))
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.close()
