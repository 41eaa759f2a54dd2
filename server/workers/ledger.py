"""The ledger's worker: reads the stream of flushes and counts each exactly once.

Counting and the place in the stream are one transaction, and the place's row is locked by it: of several workers one works at a time, and
when it dies another goes on from what was committed.
"""

import asyncio
import random
import time
from datetime import UTC, datetime

import msgspec
import structlog
from sqlalchemy.exc import DBAPIError

from server.bus.bus import Bus
from server.bus.connections import REDIS_AWAY
from server.bus.stream import START, StreamEntry
from server.db.engine import Database, is_away
from server.ledger import intake, metrics
from server.ledger.flush import Flush, decode_flush
from server.ledger.writer import Applied, apply_flushes

ENTRIES_MAX = 64
"""Flushes read at once."""
ROWS_MAX = 6000
"""About so many rows are counted in one transaction, so that rollups are locked for a few tens of milliseconds only."""
WAIT_SECONDS = 1.0
WAITS_MAX = 4
"""After so many waits for nothing SQL is told again how far the stream has been read: a show's figures settle by that."""
BACKOFF_SECONDS = (0.25, 10.0)
_CONTENTION = ("40001", "40P01", "55P03")

log = structlog.get_logger()


class LedgerWorker:
    """Counts what lies in the bus's ledger stream. `bus` need not be started."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._stream = bus.ledger
        self._position = START
        self._cursor_made = False
        self._at_end = False

    async def run(self) -> None:
        """Count for ever. Whatever fails is logged, counted, and tried again after a pause; nothing is counted twice by that."""
        pause = BACKOFF_SECONDS[0]
        while True:
            try:
                counted = await self.run_once()
                if self._at_end:
                    await self._wait()
                elif counted is None:
                    await asyncio.sleep(WAIT_SECONDS)
                pause = BACKOFF_SECONDS[0]
            except Exception as error:
                cause = "redis" if isinstance(error, REDIS_AWAY) else "sql" if _passes(error) else "other"
                metrics.WORKER_ERRORS.labels(cause).inc()
                log.warning(
                    "ledger.round_failed", cause=cause, error=type(error).__name__, exc_info=cause == "other"
                )
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise asyncio.CancelledError from error  # a driver made another error of our end
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, BACKOFF_SECONDS[1])

    async def _wait(self) -> None:
        for _ in range(WAITS_MAX):
            if await self._stream.wait(self._position, WAIT_SECONDS):
                return

    async def run_once(self) -> int | None:
        """Count the next flushes and return how many stream entries that were; None when another worker is at work.

        A flush that cannot be counted is set aside, so that it does not stop those behind it. Raises when Redis or SQL is away.
        """
        self._at_end = False
        try:
            return await self._count(ENTRIES_MAX)
        except Exception as error:
            if _passes(error):
                raise
            log.error("ledger.batch_refused", exc_info=error)
        try:
            return await self._count(1)
        except Exception as error:
            if _passes(error):
                raise
            log.error("ledger.flush_refused", exc_info=error)
            return await self._set_aside_next()

    async def _count(self, entries_max: int) -> int | None:
        await self._make_cursor()
        began = time.perf_counter()
        async with self._database.write() as connection:
            last_id = await intake.lock_cursor(connection, self._stream.key)
            if last_id is None:
                return None
            entries = await self._stream.read(last_id, entries_max)
            flushes, taken = await self._take(entries)
            applied = await apply_flushes(connection, flushes)
            if taken:
                last_id = entries[taken - 1].id
            elif await self._stream.went_back(last_id):
                last_id = START
            at_end = taken == len(entries) < entries_max
            await intake.save_cursor(connection, self._stream.key, last_id, at_end=at_end)
        self._position, self._at_end = last_id, at_end
        if taken:
            _tell(applied, flushes, time.perf_counter() - began)
            await self._stream.trim(last_id)
        return taken

    async def _make_cursor(self) -> None:
        """Make the place in the stream, once, in a transaction of its own: a batch that fails must not take it along."""
        if not self._cursor_made:
            async with self._database.write() as connection:
                await intake.make_cursor(connection, self._stream.key)
            self._cursor_made = True

    async def _take(self, entries: list[StreamEntry]) -> tuple[list[Flush], int]:
        """Decode entries until they are enough for one transaction; return the flushes and how many entries that were."""
        flushes: list[Flush] = []
        rows = 0
        for index, entry in enumerate(entries):
            try:
                flush = decode_flush(entry.blob)
            except msgspec.DecodeError as error:
                log.error("ledger.unreadable", entry=entry.id, error=str(error))
                await self._set_aside(entry)
                continue
            if flushes and rows + flush.rows > ROWS_MAX:
                return flushes, index
            flushes.append(flush)
            rows += flush.rows
        return flushes, len(entries)

    async def _set_aside_next(self) -> int | None:
        """Step over the next entry, keeping it where somebody can look at it."""
        async with self._database.write() as connection:
            last_id = await intake.lock_cursor(connection, self._stream.key)
            if last_id is None:
                return None
            entries = await self._stream.read(last_id, 1)
            for entry in entries:
                await self._set_aside(entry)
                await intake.save_cursor(connection, self._stream.key, entry.id, at_end=False)
        return len(entries)

    async def _set_aside(self, entry: StreamEntry) -> None:
        metrics.SET_ASIDE.inc()
        await self._stream.set_aside(entry.blob)


def _passes(error: Exception) -> bool:
    """Whether trying again later can help: an engine is away, or transactions got in each other's way."""
    contention = isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _CONTENTION
    return contention or isinstance(error, REDIS_AWAY) or is_away(error)


def _tell(applied: Applied, flushes: list[Flush], seconds: float) -> None:
    metrics.APPLIED.inc(applied.tallies)
    metrics.REPEATED.inc(applied.repeated)
    metrics.LOST.inc(applied.lost)
    metrics.WORKER_ROUND.observe(seconds)
    if flushes:
        newest = max(flush.alive_until for flush in flushes)
        metrics.STREAM_AGE.set(max(0.0, (datetime.now(UTC) - newest).total_seconds()))
    if applied.lost:
        log.warning("ledger.flushes_lost", count=applied.lost)
