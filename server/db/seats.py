"""Connections that a writer keeps from one transaction to the next, and drives by pipeline.

To take a connection from SQLAlchemy's pool, begin on it, and give it back costs more than a small transaction does
(docs/decisions/0030). Handlers still find SQLAlchemy's side of the connection, in the same transaction.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.db import driver, pipeline
from server.db.doubt import Stage
from server.db.pooled import give_back, has_something_to_tell

KEPT_SHARE = 4
"""One in so many of the pool's connections may be kept; the others are for those who take one for a moment."""


class Seat:
    """A connection for one transaction after the other. `connection` is for statements whose answers a handler needs."""

    __slots__ = ("connection", "driver", "stage")

    def __init__(self, connection: AsyncConnection, its_driver: psycopg.AsyncConnection[Any]) -> None:
        self.connection = connection
        self.driver = its_driver
        self.stage = Stage()
        """How far the transaction is that holds the seat now."""

    async def fetch(self, statement: str, parameters: Sequence[str]) -> pipeline.Rows:
        """Run a statement that is a transaction of its own, and return its rows, all of them text: one round trip."""
        with driver.sqlalchemy_errors(self.driver, statement):
            (rows,) = await pipeline.exchange(self.driver, [(statement, parameters)])
        return rows

    async def begin_and_fetch(self, statement: str, parameters: Sequence[str]) -> pipeline.Rows:
        """Begin a transaction, run a statement in it, and return its rows, all of them text: one round trip."""
        with driver.sqlalchemy_errors(self.driver, statement):
            _, rows = await pipeline.exchange(self.driver, [pipeline.BEGIN, (statement, parameters)])
        return rows

    async def run_and_commit(self, statement: str, parameters: Sequence[str]) -> None:
        """Run a statement and commit: one round trip.

        An error from the server says that nothing was committed; a connection that is lost meanwhile does not say it.
        """
        self.stage.committing = True
        with driver.sqlalchemy_errors(self.driver, statement):
            await pipeline.exchange(self.driver, [(statement, parameters), pipeline.COMMIT])

    async def finish(self) -> None:
        """Commit what is not committed yet, and leave SQLAlchemy's side without a transaction as well."""
        if self.driver.pgconn.transaction_status != TransactionStatus.IDLE:
            self.stage.committing = True
            with driver.sqlalchemy_errors(self.driver, "COMMIT"):
                await pipeline.exchange(self.driver, [pipeline.COMMIT])
        if self.connection.in_transaction():
            await self.connection.commit()  # the driver knows that there is nothing left to commit

    async def abandon(self) -> None:
        """Take back what is not committed. A connection that is lost needs no rollback."""
        with suppress(DBAPIError, psycopg.Error):
            if self.connection.in_transaction():
                await self.connection.rollback()
            if not self.driver.closed:
                await self.driver.rollback()


class Seats:
    """A few of the pool's connections. A pool of fewer than `KEPT_SHARE` keeps none: each seat is taken from it and given back."""

    def __init__(self, engine: AsyncEngine, *, pool_size: int) -> None:
        self._engine = engine
        self._kept_max = pool_size // KEPT_SHARE
        self._kept: list[Seat] = []

    async def take(self, stage: Stage) -> Seat:
        """Return a seat that, as far as this side knows, is connected; `stage` is told how far its transaction comes."""
        seat = await self._find()
        seat.stage = stage
        return seat

    async def give_back(self, seat: Seat) -> None:
        """Keep a seat for the next transaction, or leave its connection to the pool."""
        idle = not seat.driver.closed and seat.driver.pgconn.transaction_status == TransactionStatus.IDLE
        if idle and not seat.connection.invalidated and len(self._kept) < self._kept_max:
            self._kept.append(seat)
        else:
            await give_back(seat.connection)

    async def close(self) -> None:
        """Leave all connections to the pool."""
        while self._kept:
            await give_back(self._kept.pop().connection)

    async def _find(self) -> Seat:
        while self._kept:
            seat = self._kept.pop()
            if not has_something_to_tell(seat.driver):
                return seat
            await give_back(seat.connection)  # the pool asks it whether it still lives
        connection = await self._engine.connect()
        raw = await connection.get_raw_connection()
        assert isinstance(raw.driver_connection, psycopg.AsyncConnection), "the engine's driver is psycopg"
        return Seat(connection, raw.driver_connection)
