"""Keeps a process at work that fetches pictures, whenever there are some to be fetched."""

import asyncio
import sys

import msgspec
import structlog

from server.clock import Clock
from server.db.engine import Database
from server.feeds.picture_job import PictureTask, Shown
from server.feeds.service import Tell
from server.pictures.sources import any_due

JOB_SECONDS_MAX = 600.0
"""It has settled all but the last few by then; the next goes on."""

log = structlog.get_logger()


class PictureErrands:
    """`tell` takes a channel and its products that are shown otherwise now."""

    def __init__(self, database: Database, clock: Clock, tell: Tell, task: PictureTask) -> None:
        self._database = database
        self._clock = clock
        self._tell = tell
        self._task = task

    async def run_once(self) -> None:
        """Have everything fetched that is due; one process at a time of this one's."""
        async with self._database.read() as connection:
            if not await any_due(connection, self._clock.now()):
                return
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "server.feeds.picture_job",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(JOB_SECONDS_MAX):
                await self._follow(process)
        except TimeoutError:
            log.warning("pictures.too_long")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            log.error("pictures.failed", exit_code=process.returncode)

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None, "asked for above"
        assert process.stdout is not None, "asked for above"
        process.stdin.write(msgspec.json.encode(self._task))
        process.stdin.write_eof()
        async for line in process.stdout:
            shown = msgspec.json.decode(line, type=Shown)
            if shown.products:
                self._tell(shown.channel, shown.products)
        await process.wait()
