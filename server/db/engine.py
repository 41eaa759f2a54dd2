"""The SQL engine of a process, and its units of work."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.db import doubt, driver, pipeline
from server.db.doubt import InDoubtError, Stage
from server.db.pooled import give_back, try_if_told
from server.db.seats import Seat, Seats

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
_BEGIN_AT_ONE_MOMENT = "BEGIN ISOLATION LEVEL REPEATABLE READ"

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
            use_native_hstore=False,  # nothing here has that type, and each engine would ask whether there is one
            connect_args=_CONNECTING,
        )
        event.listen(self.engine.sync_engine, "checkout", try_if_told)
        self._seats = Seats(self.engine, pool_size=pool_size)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection for reading: one snapshot of the data for the whole block (repeatable read, read only)."""
        async with self._begun(_BEGIN_READING) as connection:
            yield connection

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[AsyncConnection]:
        """`read` for those who need tables of their own for it: one snapshot, and whatever is made in the block is undone at its end."""
        connection = await self._take(_BEGIN_AT_ONE_MOMENT)
        try:
            transaction = await connection.begin()
            try:
                yield connection
            finally:
                with suppress(DBAPIError):
                    await transaction.rollback()
        finally:
            await give_back(connection)

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
    async def write_soon(self) -> AsyncIterator[AsyncConnection]:
        """`write` for those who hold up viewers; raises `TimeoutError` when the block takes over `ANSWER_SECONDS_MAX`."""
        stage = Stage()
        with doubt.doubting(stage):
            async with _limited(), self._begun(_BEGIN, stage) as connection:
                yield connection

    @asynccontextmanager
    async def seat_soon(self) -> AsyncIterator[Seat]:
        """`write_soon` for those who write again and again: yield a seat that most often is connected and kept.

        Its first statement must be `begin_and_fetch`, which finds a dead connection before anything is done.
        """
        stage = Stage()
        with doubt.doubting(stage):
            async with _limited():
                seat = await self._seats.take(stage)
                try:
                    yield seat
                    await seat.finish()
                except BaseException:
                    await seat.abandon()
                    raise
                finally:
                    await self._seats.give_back(seat)

    async def ask(self, statement: str, parameters: Sequence[str] = ()) -> pipeline.Rows:
        """Run one statement that only reads, in one round trip, and return its rows, all of them text; for what is asked again and again.

        A dead connection is replaced. Raises `TimeoutError` when it takes over `ANSWER_SECONDS_MAX`.
        """
        async with _limited():
            for dead in range(self._pool_size + 1):
                seat = await self._seats.take(Stage())
                try:
                    return await seat.fetch(statement, parameters)
                except DBAPIError as error:
                    if not error.connection_invalidated or dead == self._pool_size:
                        raise
                finally:
                    await self._seats.give_back(seat)
        raise AssertionError("the last one returns or raises")

    @asynccontextmanager
    async def _begun(self, begin: str, stage: Stage | None = None) -> AsyncIterator[AsyncConnection]:
        connection = await self._take(begin)
        try:
            transaction = await connection.begin()
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
            await give_back(connection)

    async def _take(self, begin: str) -> AsyncConnection:
        """Take a connection from the pool and begin a transaction on it. A dead one is thrown away, since nothing was done on it."""
        for dead in range(self._pool_size + 1):
            connection = await self.engine.connect()
            try:
                await driver.begin(connection, begin)
                return connection
            except BaseException as error:
                lost = isinstance(error, DBAPIError) and error.connection_invalidated
                await give_back(connection)
                if not lost or dead == self._pool_size:
                    raise
        raise AssertionError("the last one returns or raises")

    async def close(self) -> None:
        """Close all connections."""
        await self._seats.close()
        await self.engine.dispose()


@asynccontextmanager
async def _limited() -> AsyncIterator[None]:
    """End the block after a while. The driver answers a cancellation by asking the server to cancel, and the second by giving up."""
    async with asyncio.timeout(ANSWER_SECONDS_MAX + CANCEL_SECONDS_MAX), asyncio.timeout(ANSWER_SECONDS_MAX):
        yield


def is_away(error: BaseException) -> bool:
    """Whether `error` says that PostgreSQL could not be reached (and not that the statement was wrong)."""
    return isinstance(error, (*SQL_AWAY, InDoubtError)) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
