"""Several statements in one round trip, by libpq's pipeline mode, on the driver's own connection.

The driver waits for each statement's answer by itself, and BEGIN and COMMIT are two of them. A transaction that knows its statements
needs two round trips and a third of the CPU (docs/decisions/0016). Parameters and results are text; errors are psycopg's.
"""

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Final
from weakref import WeakKeyDictionary

import psycopg
from psycopg import errors, pq
from psycopg.pq import ExecStatus

Statement = tuple[str, Sequence[str]]
"""A statement of our own text, and its parameters, written `%s`."""
Rows = list[tuple[str | None, ...]]
Driver = psycopg.AsyncConnection[Any]

BEGIN: Final[Statement] = ("BEGIN", ())
COMMIT: Final[Statement] = ("COMMIT", ())

_prepared: WeakKeyDictionary[Driver, dict[str, bytes]] = WeakKeyDictionary()
"""The names of the statements that each connection has prepared."""
_numbers = count()
"""A name is given once, whatever became of the others."""


async def exchange(driver: Driver, statements: Sequence[Statement]) -> list[Rows]:
    """Run the statements in order and return the rows of each.

    The first that fails raises its error, and those behind it are not run. Where this is cancelled, the connection is closed: what it
    was told cannot be taken back.
    """
    connection, names = driver.pgconn, _names_of(driver)
    try:
        connection.enter_pipeline_mode()
        asked = _send(connection, names, statements)
        results = await _results(connection)
        connection.exit_pipeline_mode()
    except BaseException:
        connection.finish()
        raise
    answers: list[Rows] = []
    for (statement, name), result in zip(asked, results, strict=False):
        if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            raise errors.error_from_result(result)
        if name is not None:
            names[statement] = name
        else:
            answers.append(_rows(result))
    return answers


def _names_of(driver: Driver) -> dict[str, bytes]:
    """Return what the connection has prepared here. The driver deallocates all, ours too, after a ROLLBACK; then it is nothing."""
    names = _prepared.get(driver)
    if names is None:
        names = _prepared[driver] = {}
        deallocate = driver._deallocate

        def forget(name: bytes | None) -> Any:
            if name is None:
                names.clear()
            return deallocate(name)

        driver._deallocate = forget  # type: ignore[method-assign]
    return names


def _send(
    connection: pq.abc.PGconn, names: dict[str, bytes], statements: Sequence[Statement]
) -> list[tuple[str, bytes | None]]:
    """Send all of it; return for each answer that is to come its statement, and the name that it is prepared under if that is asked."""
    asked: list[tuple[str, bytes | None]] = []
    fresh = dict(names)
    for statement, parameters in statements:
        name = fresh.get(statement)
        if name is None:
            name = fresh[statement] = b"sf_%d" % next(_numbers)
            connection.send_prepare(name, _numbered(statement))
            asked.append((statement, name))
        connection.send_query_prepared(name, [parameter.encode() for parameter in parameters])
        asked.append((statement, None))
    connection.pipeline_sync()
    return asked


async def _results(connection: pq.abc.PGconn) -> list[pq.abc.PGresult]:
    """Wait for everything up to the pipeline's end."""
    loop, socket = asyncio.get_running_loop(), connection.socket
    came = asyncio.Event()
    results: list[pq.abc.PGresult] = []
    loop.add_reader(socket, came.set)
    try:
        while connection.flush():
            loop.add_writer(socket, came.set)
            await _next(came)
            connection.consume_input()
        loop.remove_writer(socket)
        while True:
            await _next(came)
            connection.consume_input()
            while not connection.is_busy():
                result = connection.get_result()
                if result is None:
                    continue
                if result.status == ExecStatus.PIPELINE_SYNC:
                    return results
                results.append(result)
    finally:
        loop.remove_reader(socket)
        loop.remove_writer(socket)


async def _next(came: asyncio.Event) -> None:
    await came.wait()
    came.clear()


def _rows(result: pq.abc.PGresult) -> Rows:
    return [
        tuple(_text(result.get_value(row, column)) for column in range(result.nfields))
        for row in range(result.ntuples)
    ]


def _text(value: Any) -> str | None:
    return None if value is None else bytes(value).decode()


@lru_cache(maxsize=256)
def _numbered(statement: str) -> bytes:
    """Return the statement with its parameters written as the server has them: `$1`, `$2`, …"""
    first, *rest = statement.split("%s")
    return (first + "".join(f"${index}{part}" for index, part in enumerate(rest, 1))).encode()
