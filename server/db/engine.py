"""The SQL engine of a process, and its units of work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

SQL_AWAY = (OperationalError, InterfaceError, ConnectionError, TimeoutError)
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
            pool_pre_ping=True,
            hide_parameters=True,
        )

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

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def is_away(error: BaseException) -> bool:
    """Whether `error` says that PostgreSQL could not be reached (and not that the statement was wrong)."""
    return isinstance(error, SQL_AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated)
