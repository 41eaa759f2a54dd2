"""The SQL engine of a process, and its units of work."""

import asyncio
import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from server.db import doubt, driver
from server.db.doubt import InDoubtError, Stage

ANSWER_SECONDS_MAX = 5.0
"""How long those who hold up viewers wait for PostgreSQL: one that hangs, or a network that swallows everything, counts as away."""
CANCEL_SECONDS_MAX = 1.0
"""How long a server that has not answered is asked to cancel; then its connection is thrown away."""
APPLICATION_NAME = "showfloor"
"""How our sessions are called in pg_stat_activity: a restore looks whether any process of ours is connected."""
# A connection whose other end is gone without a word is noticed within half a minute, even if nobody waits for an answer.
_CONNECTING = {
    "connect_timeout": 3,
    "application_name": APPLICATION_NAME,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}

_BEGIN = "BEGIN"
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

SQL_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, ConnectionError, TimeoutError)
"""What is raised when PostgreSQL is away and nothing was committed; tell the caller `unavailable`. Else `InDoubtError` is raised."""


class Database:
    """One process's pool of connections. Read and write sides are two methods, so that a reader cannot write by mistake."""

    def __init__(self, url: str | URL, *, pool_size: int = 10) -> None:
        self._pool_size = pool_size
        # Parameters are what people wrote: they must not reach a log by way of an error's text.
        self.engine: AsyncEngine = create_async_engine(
            make_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            hide_parameters=True,
            connect_args=_CONNECTING,
        )
        event.listen(self.engine.sync_engine, "checkout", _try_if_told)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection for reading: one snapshot of the data for the whole block (repeatable read, read only)."""
        async with self._begun(_BEGIN_READING) as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in one transaction: committed at the end of the block, rolled back by any exception.

        Raises `InDoubtError` when the answer to COMMIT did not come.
        """
        stage = Stage()
        with doubt.doubting(stage):
            async with self._begun(_BEGIN, stage) as connection:
                yield connection

    @asynccontextmanager
    async def read_soon(self) -> AsyncIterator[AsyncConnection]:
        """`read` for those who hold up viewers; raises `TimeoutError` when the block takes over `ANSWER_SECONDS_MAX`."""
        async with _limited(), self.read() as connection:
            yield connection

    @asynccontextmanager
    async def write_soon(self, *, begins_itself: bool = False) -> AsyncIterator[AsyncConnection]:
        """`write` for those who hold up viewers; raises `TimeoutError` when the block takes over `ANSWER_SECONDS_MAX`.

        `begins_itself`: the block's first statement brings its BEGIN along, and finds a dead connection by itself.
        """
        stage = Stage()
        with doubt.doubting(stage):
            async with _limited(), self._begun(None if begins_itself else _BEGIN, stage) as connection:
                yield connection

    @asynccontextmanager
    async def _begun(self, begin: str | None, stage: Stage | None = None) -> AsyncIterator[AsyncConnection]:
        connection = await self._take(begin)
        try:
            transaction = await connection.begin()
            if stage is not None:
                doubt.begin(connection, stage)
            try:
                yield connection
                if stage is not None:
                    stage.committing = True
                await transaction.commit()
            except BaseException:
                # What went wrong first is told; a connection that is lost needs no rollback.
                with suppress(DBAPIError):
                    await transaction.rollback()
                raise
        finally:
            await _give_back(connection)

    async def _take(self, begin: str | None) -> AsyncConnection:
        """Take a connection from the pool and begin a transaction on it. A dead one is thrown away, since nothing was done on it."""
        for dead in range(self._pool_size + 1):
            connection = await self.engine.connect()
            try:
                if begin is not None:
                    await driver.begin(connection, begin)
                return connection
            except BaseException as error:
                lost = isinstance(error, DBAPIError) and error.connection_invalidated
                await _give_back(connection)
                if not lost or dead == self._pool_size:
                    raise
        raise AssertionError("the last one returns or raises")

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


@asynccontextmanager
async def _limited() -> AsyncIterator[None]:
    """End the block after a while. The driver answers a cancellation by asking the server to cancel, and the second by giving up."""
    async with asyncio.timeout(ANSWER_SECONDS_MAX + CANCEL_SECONDS_MAX), asyncio.timeout(ANSWER_SECONDS_MAX):
        yield


async def _give_back(connection: AsyncConnection) -> None:
    """Return a connection to the pool; one that is closed is thrown away, for the pool would try to roll it back and log that it cannot."""
    if not connection.invalidated and not connection.closed:
        raw = await connection.get_raw_connection()
        if raw.driver_connection is not None and raw.driver_connection.closed:
            await connection.invalidate()
    await connection.close()


def _try_if_told(dbapi: DBAPIConnection, record: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
    """Ask a connection that has something to tell whether it still lives; the pool replaces one that does not.

    One that has nothing to tell is not asked: that would be two round trips before each first command after a pause, and whoever takes
    it finds out by its BEGIN, before anything is done.
    """
    if not _has_something_to_tell(record.driver_connection):
        return
    try:
        cursor = dbapi.cursor()
        cursor.execute("SELECT 1")
        cursor.close()
        dbapi.rollback()
    except Exception as error:
        raise DisconnectionError from error


def _has_something_to_tell(connection: Any) -> bool:
    """Whether there is something to read on an idle connection: most often its end, else a notice. Costs no round trip."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))


def is_away(error: BaseException) -> bool:
    """Whether `error` says that PostgreSQL could not be reached (and not that the statement was wrong)."""
    return isinstance(error, (*SQL_AWAY, InDoubtError)) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
