"""A viewer of a show over a real socket, who speaks in the words of the protocol and checks every offset that comes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE_SECONDS = 30.0

Line = dict[str, Any]


class Viewer:
    """Reads everything in the background: `lines` holds all that came, in order; `position` is what `join` may recover from.

    A journal push whose offset does not follow the last one is a failure of the test, wherever it happens.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.lines: list[Line] = []
        self.offset = 0
        self.epoch = ""
        self.doubled = 0
        self.token: str | None = None
        self.id = ""
        self._next_id = 0
        self._replies: dict[int, Line] = {}
        self._came = asyncio.Event()
        self._reading = asyncio.create_task(self._read())
        self.broken: str | None = None

    @property
    def position(self) -> Line:
        """Where this viewer stands."""
        return {"epoch": self.epoch, "offset": self.offset}

    @property
    def pushes(self) -> list[Line]:
        """The journal pushes that came, in order."""
        return [line for line in self.lines if "offset" in line and "id" not in line]

    async def join(self, show: str = "demo", **fields: Any) -> Line:
        """Join and return `joined`."""
        joined = await self.ask_for("join", show=show, **fields)
        assert joined["type"] == "joined", joined
        return joined

    async def ask_for(self, type: str, **fields: Any) -> Line:
        """Send a command and return its reply, whatever it is."""
        self._next_id += 1
        id = self._next_id
        await self.send(json.dumps({"id": id, "type": type, **fields}))
        return await self._until(lambda: self._replies.get(id), f"the reply to {type}")

    async def do(self, type: str, **fields: Any) -> Line:
        """Send a command that must succeed, and return its reply."""
        reply = await self.ask_for(type, **fields)
        assert reply["type"] != "error", reply
        return reply

    async def refused(self, type: str, **fields: Any) -> str:
        """Send a command that must be refused, and return the code."""
        reply = await self.ask_for(type, **fields)
        assert reply["type"] == "error", reply
        return str(reply["code"])

    async def send(self, text: str | bytes) -> None:
        """Send one frame as it is."""
        await self.socket.send(text)

    async def expect_push(self, type: str, where: Callable[[Line], bool] = lambda line: True) -> Line:
        """Return the first push of this type for which `where` holds, waiting for it if need be."""
        return await self.expect(lambda line: line["type"] == type and where(line), type)

    async def expect(self, wanted: Callable[[Line], bool], what: str) -> Line:
        """Return the first line that is wanted."""
        return await self._until(lambda: next(filter(wanted, self.lines), None), what)

    async def _until(self, find: Callable[[], Line | None], what: str) -> Line:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    if (line := find()) is not None:
                        return line
                    assert not self._reading.done(), f"closed before {what} came: {self.socket.close_code}"
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            raise AssertionError(f"{what} did not come; the last lines: {self.lines[-5:]}") from None

    async def closed(self) -> int | None:
        """Wait until the server has closed, and return its code."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.wait([self._reading])
        return self.socket.close_code

    async def _read(self) -> None:
        try:
            async for text in self.socket:
                assert isinstance(text, str)
                for line in text.split("\n"):
                    self._take(json.loads(line))
                self._came.set()
        except ConnectionClosed:
            pass
        finally:
            self._came.set()

    def _take(self, line: Line) -> None:
        self.lines.append(line)
        if "id" in line:
            self._replies[line["id"]] = line
        if line["type"] == "joined":
            self.epoch, self.offset = line["position"]["epoch"], line["position"]["offset"]
            self.token, self.id = line.get("token", self.token), line["viewer"]
        elif "offset" in line and "id" not in line:
            if line["offset"] <= self.offset:
                self.doubled += 1
            elif line["offset"] != self.offset + 1:
                self.broken = self.broken or f"{line['offset']} came after {self.offset}"
            else:
                self.offset = line["offset"]

    def assert_nothing_missing(self) -> None:
        """Fail if a journal push was skipped or came twice."""
        assert self.broken is None, self.broken
        assert self.doubled == 0, f"{self.doubled} pushes came twice"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.socket.close()
        self._reading.cancel()


@asynccontextmanager
async def viewer_at(address: str, **options: Any) -> AsyncIterator[Viewer]:
    """Open a socket at `host:port` without joining."""
    options = {"open_timeout": PATIENCE_SECONDS, **options}
    async with connect(f"ws://{address}/v1/live", **options) as socket, Viewer(socket) as viewer:
        yield viewer


@asynccontextmanager
async def joined_at(
    address: str, show: str = "demo", *, token: str | None = None, **fields: Any
) -> AsyncIterator[Viewer]:
    """Open a socket and join."""
    if token is not None:
        fields["token"] = token
    async with viewer_at(address) as viewer:
        await viewer.join(show, **fields)
        yield viewer
