"""The ledger's worker: reads the stream of flushes and counts each exactly once.

Counting and the place in the stream are one transaction, and the place's row is locked by it: of several workers one works at a time, and
when it dies another goes on from what was committed.
"""

import asyncio
import random
import time
from datetime import UTC, datetime

import msgspec
import psycopg
import structlog
from sqlalchemy.exc import DBAPIError

from server.bus.bus import Bus
from server.bus.connections import REDIS_AWAY
from server.bus.stream import START, StreamEntry
from server.db.engine import Database, is_away
from server.db.schema import has_newest_schema
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
_OF_VALUES = ("21", "22", "23")
"""Classes of SQLSTATE that speak of values: cardinality, data, integrity."""
_OF_NAMES = ("42", "3F")
"""Classes of SQLSTATE that speak of tables, columns, schemas and rights."""

log = structlog.get_logger()


class SchemaChanged(Exception):
    """The database's schema is not the one that this process was written for; what cannot be counted waits."""


class LedgerWorker:
    """Counts what lies in the bus's ledger stream. `bus` need not be started."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._stream = bus.ledger
        self._position = START
        self._cursor_made = False
        self._at_end = False
        self.read_at = float("-inf")
        """When a round last ended well, by the monotonic clock."""

    async def run(self) -> None:
        """Count for ever. Whatever fails is logged, counted, and tried again after a pause; nothing is counted twice by that."""
        pause = BACKOFF_SECONDS[0]
        while True:
            try:
                counted = await self.run_once()
                self.read_at = time.monotonic()
                metrics.READ_AT.set_to_current_time()
                if self._at_end:
                    await self._wait()
                elif counted is None:
                    await asyncio.sleep(WAIT_SECONDS)
                pause = BACKOFF_SECONDS[0]
            except Exception as error:
                _tell_failure(error)
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise asyncio.CancelledError from error  # a driver made another error of our end
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, BACKOFF_SECONDS[1])

    async def measure(self) -> None:
        """Tell the metrics what waits in the stream, as far as Redis answers."""
        try:
            waiting, seconds, aside = await self._stream.look()
        except REDIS_AWAY:
            return
        metrics.WAITING.set(waiting)
        metrics.WAITING_AGE.set(seconds)
        metrics.ASIDE.set(aside)

    async def _wait(self) -> None:
        for _ in range(WAITS_MAX):
            if await self._stream.wait(self._position, WAIT_SECONDS):
                return

    async def run_once(self) -> int | None:
        """Count the next flushes and return how many stream entries that were; None when another worker is at work.

        A flush that cannot be counted is set aside, so that it does not stop those behind it. Raises when Redis or SQL is away or
        refuses for a reason that is not in the flush, and `SchemaChanged`.
        """
        self._at_end = False
        try:
            return await self._count(ENTRIES_MAX)
        except Exception as error:
            await self._raise_unless_of_a_flush(error)
            log.error("ledger.batch_refused", exc_info=error)
        try:
            return await self._count(1)
        except Exception as error:
            await self._raise_unless_of_a_flush(error)
            log.error("ledger.flush_refused", exc_info=error)
            return await self._set_aside_next()

    async def _raise_unless_of_a_flush(self, error: Exception) -> None:
        """Return only if a flush itself is at fault; whatever else is wrong passes or is mended, and the flush waits for that."""
        if isinstance(error, REDIS_AWAY) or is_away(error) or not _may_be_of_a_flush(error):
            raise error
        async with self._database.write() as connection:
            newest = await has_newest_schema(connection)
        if not newest:
            raise SchemaChanged from error

    async def _count(self, entries_max: int) -> int | None:
        await self._make_cursor()
        began = time.perf_counter()
        async with self._database.write() as connection:
            last_id = await intake.lock_cursor(connection, self._stream.key)
            if last_id is None:
                return None
            await intake.find_behind(connection)
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


def _may_be_of_a_flush(error: Exception) -> bool:
    """Whether what is in a flush may have caused the error: a value that SQL refuses, or a fault of ours in reading it.

    All else that SQL says (a table that is not there, a right that is missing, a full disk, a standby) is as true of the next flush.
    """
    if not isinstance(error, DBAPIError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error.orig, psycopg.DataError) if state is None else state[:2] in _OF_VALUES


def _tell_failure(error: Exception) -> None:
    """Log one line, with a traceback only for what nobody expects."""
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    if isinstance(error, REDIS_AWAY):
        cause = "redis"
    elif isinstance(error, SchemaChanged) or (state or "").startswith(_OF_NAMES):
        cause = "schema"
    elif isinstance(error, DBAPIError) or is_away(error):
        cause = "sql"
    else:
        cause = "other"
    metrics.WORKER_ERRORS.labels(cause).inc()
    mend = (
        {"mend": "run `showfloor migrate`, and this worker in the same version"} if cause == "schema" else {}
    )
    known = {"error": type(error).__name__, "sqlstate": state, **mend}
    log.warning("ledger.round_failed", cause=cause, **known, exc_info=cause == "other")


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
