"""A live stream for tests: one of the demo's segments as a rolling HLS window on a port of its own.

It can stall, be cut, be lost, restart and end. The timestamps of each segment are moved on, so that the stream has one timeline, as an
encoder's has, without an encoder.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache

from server.http.pages import MEDIA
from tests.support.transport_stream import move_on

SEGMENT = MEDIA / "demo-3.ts"
"""The last of the demo's segments: it begins with a key frame and is the shortest."""
SEGMENT_SECONDS = 2
PATH, FILE_PATH = "/live.m3u8", "/file.mp4"
HEADERS = "Access-Control-Allow-Origin: *\r\nCache-Control: no-store\r\nConnection: close\r\n"


@cache
def _whole_segment() -> bytes:
    return SEGMENT.read_bytes()


class RollingPlaylist:
    """An encoder and the server before it. Segments appear as time goes; the window holds the last `window`."""

    def __init__(self, *, window: int = 4, started: bool = True, late_seconds: float = 0.0) -> None:
        self._window = window
        self._late_seconds = late_seconds
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._began: float | None = None
        self._began_at = datetime.now(UTC)
        self.first_listed: int | None = None
        """The first segment of the first playlist that was fetched: where the player's own clock has its zero."""
        self._frozen: int | None = None
        self._cut = False
        self._missing = not started
        self._hollow = False
        self._ended = False
        self._run = 0
        self.playlists = 0
        """Requests for the playlist, answered or not."""
        self.segments: set[str] = set()
        """Names of the segments that were fetched."""

    @property
    def origin(self) -> str:
        """Where it is served, for the policy of the pages: `http://host:port`."""
        assert self._server is not None, "the stream is served"
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"

    @property
    def url(self) -> str:
        """The playlist's address."""
        return f"{self.origin}{PATH}"

    @property
    def file_url(self) -> str:
        """The address of a file that is no stream."""
        return f"{self.origin}{FILE_PATH}"

    @property
    def edge_was_fetched(self) -> bool:
        """Whether somebody has the newest segment, or the one before it."""
        newest = self._newest()
        return any(f"s{self._run}-{number}.ts" in self.segments for number in (newest, newest - 1))

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self._begin()

    async def close(self) -> None:
        """Listen no more."""
        assert self._server is not None, "the stream is served"
        self._drop()
        self._server.close()

    def stall(self) -> None:
        """The encoder makes nothing new; what there is is still served."""
        self._frozen = self._newest()

    def go_on(self) -> None:
        """After `stall`: the encoder works again, where it would be had it never stood still."""
        self._frozen = None

    def cut(self) -> None:
        """Nobody gets through: connections are dropped and new ones reset."""
        self._cut = True
        self._drop()

    def mend(self) -> None:
        """After `cut`."""
        self._cut = False

    def lose(self) -> None:
        """Everything is answered with 404, as before an encoder has begun."""
        self._missing = True

    def find(self) -> None:
        """After `lose`, or when it was made with `started=False`."""
        self._missing = False

    def hollow(self) -> None:
        """The playlist is there, and nothing that it lists."""
        self._missing, self._hollow = False, True

    def fill(self) -> None:
        """After `hollow`."""
        self._hollow = False

    def restart(self) -> None:
        """Another run of the encoder: numbers begin again, timestamps too."""
        self._run += 1
        self._begin()
        self._frozen, self._ended = None, False

    def end(self) -> None:
        """The encoder says that no more will come (`EXT-X-ENDLIST`)."""
        self.stall()
        self._ended = True

    def made_at(self, number: int) -> datetime:
        """When what a segment shows at its beginning was made: it appears once it is whole, and as late as the encoder is."""
        since = (number - self._window) * SEGMENT_SECONDS - self._late_seconds
        return self._began_at + timedelta(seconds=since)

    def _begin(self) -> None:
        self._began, self._began_at = time.monotonic(), datetime.now(UTC)

    def _newest(self) -> int:
        """The number of the newest segment; a run begins with a full window."""
        if self._frozen is not None:
            return self._frozen
        assert self._began is not None, "the stream is served"
        return self._window - 1 + int((time.monotonic() - self._began) / SEGMENT_SECONDS)

    def _playlist(self) -> str:
        newest = self._newest()
        numbers = range(max(0, newest - self._window + 1), newest + 1)
        if self.first_listed is None:
            self.first_listed = numbers[0]
        made = self.made_at(numbers[0])
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:6",
            f"#EXT-X-TARGETDURATION:{SEGMENT_SECONDS}",
            f"#EXT-X-MEDIA-SEQUENCE:{numbers[0]}",
            "#EXT-X-INDEPENDENT-SEGMENTS",
            f"#EXT-X-PROGRAM-DATE-TIME:{made.isoformat(timespec='milliseconds')}",
        ]
        for number in numbers:
            lines += [f"#EXTINF:{SEGMENT_SECONDS}.000,", f"s{self._run}-{number}.ts"]
        return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if self._ended else []), ""])

    def _body(self, path: str) -> tuple[bytes, str] | None:
        if self._missing:
            return None
        if path == PATH:
            return self._playlist().encode(), "application/vnd.apple.mpegurl"
        if path == FILE_PATH:
            return (MEDIA / "demo.mp4").read_bytes(), "video/mp4"
        if self._hollow:
            return None
        self.segments.add(path.strip("/"))
        number = int(path.removesuffix(".ts").rsplit("-", 1)[1])
        return move_on(
            _whole_segment(), seconds=number * SEGMENT_SECONDS, packets_before=number
        ), "video/mp2t"

    def _drop(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ", 2)[1].split("?")[0]
            self.playlists += path == PATH
            if self._cut:
                return writer.transport.abort()
            found = self._body(path)
            body, kind = found or (b"", "text/plain")
            status = "200 OK" if found else "404 Not Found"
            length = f"Content-Length: {len(body)}\r\nContent-Type: {kind}\r\n"
            writer.write(f"HTTP/1.1 {status}\r\n{HEADERS}{length}\r\n".encode() + body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


@asynccontextmanager
async def rolling_playlist(
    *, started: bool = True, late_seconds: float = 0.0
) -> AsyncIterator[RollingPlaylist]:
    """Yield a live stream that runs, or, with `started=False`, whose addresses are 404 until `find`.

    `late_seconds` is how long the encoder takes from the camera to the playlist.
    """
    stream = RollingPlaylist(started=started, late_seconds=late_seconds)
    await stream.start()
    try:
        yield stream
    finally:
        await stream.close()
