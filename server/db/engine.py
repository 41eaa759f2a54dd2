"""The SQL engine of a process, and its units of work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

ANSWER_SECONDS_MAX = 5.0
"""How long those who hold up viewers wait for PostgreSQL: one that hangs, or a network that swallows everything, counts as away."""
CANCEL_SECONDS_MAX = 1.0
"""How long a server that has not answered is asked to cancel; then its connection is thrown away."""
TRIED_AFTER_SECONDS = 1.0
"""A pooled connection that was not used for so long is tried before it is used; trying each every time would double a busy show's waits."""
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

SQL_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, ConnectionError, TimeoutError)
"""What is raised when PostgreSQL is away: nothing was committed that we know of; tell the caller `unavailable`."""


class Database:
    """One process's pool of connections. Read and write sides are two methods, so that a reader cannot write by mistake."""

    def __init__(self, url: str | URL, *, pool_size: int = 10) -> None:
        # Parameters are what people wrote: they must not reach a log by way of an error's text.
        self.engine: AsyncEngine = create_async_engine(
            make_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            hide_parameters=True,
            connect_args=_CONNECTING,
        )
        event.listen(self.engine.sync_engine, "checkin", _note_return)
        event.listen(self.engine.sync_engine, "checkout", _try_idle)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection for reading: one snapshot of the data for the whole block (repeatable read, read only)."""
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in one transaction: committed at the end of the block, rolled back by any exception."""
        async with self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read_soon(self) -> AsyncIterator[AsyncConnection]:
        """`read` for those who hold up viewers; raises `TimeoutError` when the block takes over `ANSWER_SECONDS_MAX`."""
        async with _limited(), self.read() as connection:
            yield connection

    @asynccontextmanager
    async def write_soon(self) -> AsyncIterator[AsyncConnection]:
        """`write` for those who hold up viewers; raises `TimeoutError` when the block takes over `ANSWER_SECONDS_MAX`."""
        async with _limited(), self.write() as connection:
            yield connection

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


@asynccontextmanager
async def _limited() -> AsyncIterator[None]:
    """End the block after a while. The driver answers a cancellation by asking the server to cancel, and the second by giving up."""
    async with asyncio.timeout(ANSWER_SECONDS_MAX + CANCEL_SECONDS_MAX), asyncio.timeout(ANSWER_SECONDS_MAX):
        yield


def _note_return(driver: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info["returned_at"] = monotonic()


def _try_idle(driver: DBAPIConnection, record: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
    """Ask a connection that lay idle whether it still lives; the pool replaces one that does not."""
    if monotonic() - record.info.get("returned_at", monotonic()) < TRIED_AFTER_SECONDS:
        return
    try:
        cursor = driver.cursor()
        cursor.execute("SELECT 1")
        cursor.close()
        driver.rollback()
    except Exception as error:
        raise DisconnectionError from error


def is_away(error: BaseException) -> bool:
    """Whether `error` says that PostgreSQL could not be reached (and not that the statement was wrong)."""
    return isinstance(error, SQL_AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated)
