"""The ledger's worker: reads the streams of flushes and counts each exactly once.

Counting and the place in a stream are one transaction, and the place's row is locked by it: several workers work side by side, each at
other streams, and when one dies another goes on from what was committed.
"""

import asyncio
import random
import time
from datetime import UTC, datetime

import psycopg
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.bus.bus import Bus
from server.bus.connections import REDIS_AWAY
from server.bus.stream import LedgerStream, StreamEntry
from server.db.engine import Database, is_away
from server.db.schema import has_newest_schema
from server.ledger import metrics, place_repository
from server.ledger.flush import Flush
from server.ledger.holding_repository import share_shows
from server.ledger.place_repository import Place
from server.ledger.writer import Applied, Batch, apply_batch, gather
from server.workers.claims import Claim, claim_streams, tell_ends

ENTRIES_MAX = 64
"""Flushes of a stream that are read at once."""
WAIT_SECONDS = 1.0
STAND_BY_SECONDS = 0.2
"""How long a worker looks away when others are at all that waits."""
TELL_SECONDS = 2.0
"""How often SQL is told that streams have been read to their end: a show's figures settle by that."""
BACKOFF_SECONDS = (0.25, 10.0)
_OF_VALUES = ("21", "22", "23")
"""Classes of SQLSTATE that speak of values: cardinality, data, integrity."""
_OF_NAMES = ("42", "3F")
"""Classes of SQLSTATE that speak of tables, columns, schemas and rights."""

log = structlog.get_logger()


class SchemaChanged(Exception):
    """The database's schema is not the one that this process was written for; what cannot be counted waits."""


class LedgerWorker:
    """Counts what lies in the bus's streams of the ledger. `bus` need not be started."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._streams = bus.ledger
        self._turn = random.randrange(len(self._streams.all))
        self._positions: dict[str, str] = {}
        self._claimed: list[LedgerStream] = []
        self._cursors_made = False
        self._tell_at = float("-inf")
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
                if counted is None:
                    await asyncio.sleep(STAND_BY_SECONDS)
                elif not counted:
                    await self._streams.wait(self._positions, WAIT_SECONDS)
                pause = BACKOFF_SECONDS[0]
            except Exception as error:
                _tell_failure(error)
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise asyncio.CancelledError from error  # a driver made another error of our end
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, BACKOFF_SECONDS[1])

    async def measure(self) -> None:
        """Tell the metrics what waits in the streams, as far as Redis answers."""
        try:
            waiting = await self._streams.look()
        except REDIS_AWAY:
            return
        metrics.WAITING.set(waiting.flushes)
        metrics.WAITING_AGE.set(max(waiting.seconds.values()))
        metrics.ASIDE.set(waiting.aside)
        for key, seconds in waiting.seconds.items():
            metrics.STREAM_WAITING_AGE.labels(key).set(seconds)

    async def run_once(self) -> int | None:
        """Count next flushes and return how many stream entries that were; None when other workers are at all that waits.

        A flush that cannot be counted is set aside, so that it does not stop those behind it. Raises when Redis or SQL is away or
        refuses for a reason that is not in the flush, and `SchemaChanged`.
        """
        await self._tell_ends()
        filled = await self._streams.find_filled()
        if not filled:
            return 0
        self._turn += 1
        first = self._turn % len(filled)
        try:
            return await self._count([*filled[first:], *filled[:first]], ENTRIES_MAX)
        except Exception as error:
            await self._raise_unless_of_a_flush(error)
            log.error("ledger.batch_refused", exc_info=error)
        return sum([await self._count_next(stream) for stream in list(self._claimed)]) or None

    async def _count_next(self, stream: LedgerStream) -> int:
        """Count one flush of a stream, or set it aside."""
        try:
            return await self._count([stream], 1) or 0
        except Exception as error:
            await self._raise_unless_of_a_flush(error)
            log.error("ledger.flush_refused", exc_info=error)
            return await self._set_aside_next(stream)

    async def _raise_unless_of_a_flush(self, error: Exception) -> None:
        """Return only if a flush itself is at fault; whatever else is wrong passes or is mended, and the flush waits for that."""
        if isinstance(error, REDIS_AWAY) or is_away(error) or not _may_be_of_a_flush(error):
            raise error
        async with self._database.write() as connection:
            newest = await has_newest_schema(connection)
        if not newest:
            raise SchemaChanged from error

    async def _count(self, streams: list[LedgerStream], entries_max: int) -> int | None:
        began = time.perf_counter()
        async with self._database.write() as connection:
            claims = await claim_streams(connection, streams, entries_max)
            self._claimed = [claim.stream for claim in claims]
            batch = await self._share(connection, claims)
            if not claims:
                return None
            applied = await apply_batch(connection, batch)
            for claim in claims:
                await self._set_aside(claim.unreadable)
            places = [await claim.place() for claim in claims]
            await place_repository.save_cursors(connection, places)
        _tell(applied, _flushes_of(claims), time.perf_counter() - began)
        for claim, place in zip(claims, places, strict=True):
            self._positions[place.stream] = place.last_id
            await claim.stream.trim(place.last_id)
        return sum(claim.taken for claim in claims)

    async def _share(self, connection: AsyncConnection, claims: list[Claim]) -> Batch:
        """Take a share in the shows of the claims, and return their flushes as a batch; streams with a show that is held leave `claims`."""
        batch = await gather(connection, _flushes_of(claims))
        shared = await share_shows(connection, batch.touched)
        if shared >= batch.touched:
            return batch
        for claim in list(claims):
            if not (await gather(connection, claim.flushes)).touched <= shared:
                claims.remove(claim)
        return await gather(connection, _flushes_of(claims))

    async def _tell_ends(self) -> None:
        """Say now and then of the streams that are counted to their end that they are."""
        if time.monotonic() < self._tell_at:
            return
        await self._make_cursors()
        async with self._database.write() as connection:
            self._positions |= await tell_ends(connection, self._streams)
        self._tell_at = time.monotonic() + TELL_SECONDS

    async def _make_cursors(self) -> None:
        """Make the places in the streams, once, in a transaction of its own: a batch that fails must not take them along."""
        if not self._cursors_made:
            async with self._database.write() as connection:
                await place_repository.make_cursors(connection, self._streams.all)
            self._cursors_made = True

    async def _set_aside_next(self, stream: LedgerStream) -> int:
        """Step over the next entry, keeping it where somebody can look at it."""
        async with self._database.write() as connection:
            last_id = await place_repository.lock_cursor(connection, stream.key)
            entries = [] if last_id is None else await stream.read(last_id, 1)
            await self._set_aside(entries)
            await place_repository.save_cursors(
                connection, [Place(stream.key, each.id, at_end=False) for each in entries]
            )
        return len(entries)

    async def _set_aside(self, entries: list[StreamEntry]) -> None:
        for entry in entries:
            metrics.SET_ASIDE.inc()
            await self._streams.set_aside(entry.blob)


def _flushes_of(claims: list[Claim]) -> list[Flush]:
    return [flush for claim in claims for flush in claim.flushes]


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
    if not flushes:
        return
    metrics.APPLIED.inc(applied.tallies)
    metrics.REPEATED.inc(applied.repeated)
    metrics.LOST.inc(applied.lost)
    metrics.WORKER_ROUND.observe(seconds)
    newest = max(flush.alive_until for flush in flushes)
    metrics.STREAM_AGE.set(max(0.0, (datetime.now(UTC) - newest).total_seconds()))
    if applied.lost:
        log.warning("ledger.flushes_lost", count=applied.lost)
