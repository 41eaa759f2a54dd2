"""Pictures taken in, and given out."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import structlog

from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.pictures.outcome import Files, Outcome
from server.pictures.repository import find_picture, insert_picture, list_pictures
from server.pictures.rules import Bounds, file_of, id_of, too_large
from server.pictures.store import PictureFiles
from server.pictures.tables import PictureRow
from server.protocol.codes import Code

RENDER_SECONDS_MAX = 40.0
WAITING_FOR_EACH = 8
"""So many pictures wait for each that is rendered."""
BUSY_RETRY_MS = 5_000

log = structlog.get_logger()


class Pictures:
    """The pictures of all channels."""

    def __init__(
        self, database: Database, clock: Clock, files: PictureFiles, bounds: Bounds, *, at_once: int
    ) -> None:
        self.files = files
        self.bounds = bounds
        self._database = database
        self._clock = clock
        self._turns = asyncio.Semaphore(at_once)
        self._waiting = 0
        self._waiting_max = at_once * (1 + WAITING_FOR_EACH)

    async def add(self, channel_id: str, content: bytes, *, by: str) -> tuple[PictureRow, bool]:
        """Take a picture into the channel, and return it and whether it is new there.

        Raises `picture_unreadable`, `picture_too_large`, `busy` when many wait, and `unavailable` when the store is away.
        """
        self._require_bytes(content)
        id = id_of(content)
        async with self._database.read() as connection:
            present = await find_picture(connection, channel_id, id)
        if present is not None:
            return present, False
        rendered = await self.render(content)
        await self.files.write(id, rendered.files)
        picture = PictureRow(
            channel_id=channel_id,
            id=id,
            width=rendered.width,
            height=rendered.height,
            bytes=len(content),
            created_at=self._clock.now(),
            by=by,
        )
        async with self._database.write() as connection:
            new = await insert_picture(connection, picture)
        return picture, new

    async def find(self, channel_id: str, id: str) -> PictureRow:
        """Return a picture of the channel; raises `not_found`."""
        async with self._database.read() as connection:
            found = await find_picture(connection, channel_id, id)
        if found is None:
            raise RefusedError(Code.NOT_FOUND)
        return found

    async def page(self, channel_id: str, *, after: str | None, limit: int) -> list[PictureRow]:
        """Return a channel's pictures, the newest first."""
        async with self._database.read() as connection:
            return await list_pictures(connection, channel_id, after=after, limit=limit)

    async def read(self, name: str) -> bytes:
        """Return the file that the last part of an address names; raises `not_found` and `unavailable`."""
        content = await self.files.read(name) if file_of(name) else None
        if content is None:
            raise RefusedError(Code.NOT_FOUND)
        return content

    async def render(self, content: bytes, *, of_many: bool = False) -> Files:
        """Return a picture made anew, kept nowhere yet; raises as `add` does.

        `of_many`: of anybody who comes. They have half of the places, so that a crowd does not keep merchants out.
        """
        self._require_bytes(content)
        async with self._turn(self._waiting_max // 2 if of_many else self._waiting_max):
            outcome = await _render_apart(content, self.bounds)
        if isinstance(outcome, Files):
            return outcome
        raise RefusedError(outcome.code, outcome.message, **outcome.data)

    def _require_bytes(self, content: bytes) -> None:
        if len(content) > self.bounds.bytes_max:
            raise too_large(self.bounds, "It has too many bytes.")

    @asynccontextmanager
    async def _turn(self, waiting_max: int) -> AsyncIterator[None]:
        if self._waiting >= waiting_max:
            raise RefusedError(Code.BUSY, "Too many pictures are waiting.", retry_after_ms=BUSY_RETRY_MS)
        self._waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1


async def _render_apart(content: bytes, bounds: Bounds) -> Outcome:
    """Return what a process of its own makes of the picture; one that dies or takes too long has met a picture that is too much."""
    words = (str(bounds.bytes_max), str(bounds.pixels_max), str(bounds.side_max))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server.pictures.rendering",
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(RENDER_SECONDS_MAX):
            written, _ = await process.communicate(content)
    except TimeoutError:
        written = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        outcome: Outcome = msgspec.msgpack.decode(written, type=Outcome)
    except msgspec.DecodeError:
        log.warning("picture.not_rendered", exit_code=process.returncode, bytes=len(content))
        raise too_large(bounds, "It takes too much time or memory.") from None
    return outcome
