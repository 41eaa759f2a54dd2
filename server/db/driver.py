"""Hot paths past SQLAlchemy: statements and COPY by the driver itself, on a connection of ours and in its transaction.

A statement costs SQLAlchemy two to four times what it costs the driver. Errors are SQLAlchemy's, as callers expect them.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from msgspec import json
from psycopg import sql
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import pipeline

Row = tuple[Any, ...]
Statement = LiteralString | sql.Composed


async def fetch(
    connection: AsyncConnection, statement: LiteralString, parameters: Sequence[Any]
) -> list[Row]:
    """Run a statement and return its rows; parameters are written `%s`."""
    driver = await _driver_of(connection)
    with sqlalchemy_errors(driver, statement):
        cursor = await driver.execute(statement, parameters)
        return await cursor.fetchall()


async def run(connection: AsyncConnection, statement: str, parameters: Sequence[Any]) -> None:
    """Run a statement that returns nothing. It is made of our own text alone; what comes from outside is in `parameters`."""
    driver = await _driver_of(connection)
    with sqlalchemy_errors(driver, statement):
        await driver.execute(statement.encode(), parameters)


async def begin(connection: AsyncConnection, statement: str) -> None:
    """Begin the connection's transaction by `statement`: one round trip, which the next statement then does not need."""
    driver = await _driver_of(connection)
    with sqlalchemy_errors(driver, statement):
        await pipeline.exchange(driver, [(statement, ())])


async def copy(connection: AsyncConnection, statement: LiteralString, rows: Iterable[Row]) -> None:
    """Send `rows` by a `COPY … FROM STDIN`."""
    driver = await _driver_of(connection)
    with sqlalchemy_errors(driver, statement):
        async with driver.cursor() as cursor, cursor.copy(statement) as sending:
            for row in rows:
                await sending.write_row(row)


async def copy_pieces(connection: AsyncConnection, statement: Statement, pieces: Iterable[bytes]) -> None:
    """Send what is written already, in the statement's own format, by a `COPY … FROM STDIN`."""
    driver = await _driver_of(connection)
    with sqlalchemy_errors(driver, str(statement)):
        async with driver.cursor() as cursor, cursor.copy(statement) as sending:
            for piece in pieces:
                await sending.write(piece)


async def read_pieces(
    connection: AsyncConnection, statement: Statement, parameters: Mapping[str, Any]
) -> AsyncIterator[bytes]:
    """Yield what a `COPY … TO STDOUT` gives, as it comes."""
    driver = await _driver_of(connection)
    with sqlalchemy_errors(driver, str(statement)):
        async with driver.cursor() as cursor, cursor.copy(statement, parameters) as coming:
            async for piece in coming:
                yield bytes(piece)


def as_array(values: Iterable[str | int | bool | None]) -> str:
    """Return `values` as one parameter, the text of an array, for a CAST to read.

    The driver's own way looks at each value by itself, which costs ten times the CPU and more.
    """
    return "{" + ",".join([_element(value) for value in values]) + "}"


def as_json(rows: object) -> str:
    """Return `rows` as one JSON parameter."""
    return json.encode(rows).decode()


def _element(value: str | int | bool | None) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "NULL" if value is None else str(value)


async def _driver_of(connection: AsyncConnection) -> psycopg.AsyncConnection[Row]:
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, psycopg.AsyncConnection), (
        "a connection in a transaction has a driver connection"
    )
    return driver


@contextmanager
def sqlalchemy_errors(driver: psycopg.AsyncConnection[Row], statement: str) -> Iterator[None]:
    """Raise SQLAlchemy's errors in the place of the driver's."""
    try:
        yield
    except psycopg.Error as error:
        kind = OperationalError if isinstance(error, psycopg.OperationalError) else DBAPIError
        raise kind(
            statement, None, error, hide_parameters=True, connection_invalidated=driver.closed
        ) from error
