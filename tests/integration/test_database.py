"""Units of work on pooled connections: what one leaves behind never harms the next."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.db import driver
from server.db.engine import Database
from server.db.seats import Seat

PREPARED_AFTER = 8
"""The driver prepares a statement by itself when it has seen it so often."""

CANCELLED_AFTER_MAX = 12
"""Turns of the loop: a block of two exchanges takes fewer."""
ECHO = "SELECT CAST(%s AS text)"
Block = Callable[[Database], Coroutine[Any, Any, None]]


class GivenUpError(Exception):
    """A block ends without a commit."""


@pytest.fixture
def database(database_url: str) -> Database:
    """A pool of one connection, so that every block gets the same."""
    return Database(database_url, pool_size=1)


async def give_up(database: Database, statement: str) -> None:
    async with database.write_soon() as connection:
        for n in range(PREPARED_AFTER):
            await driver.fetch(connection, statement, (n,))
        raise GivenUpError


async def test_a_block_after_a_rollback_finds_its_statements(database: Database) -> None:
    for n in range(3):
        with pytest.raises(GivenUpError):
            await give_up(database, f"SELECT {n} + %s")
        async with database.read_soon() as connection:
            assert await connection.scalar(text("SELECT 1")) == 1
        async with database.seat_soon() as seat:
            assert await seat.begin_and_fetch(ECHO, ("a",)) == [("a",)]
            await seat.run_and_commit(ECHO, ("b",))
    await database.close()


async def write_on_a_connection(database: Database) -> None:
    async with database.write_soon() as connection:
        await driver.run(connection, ECHO, ("",))


async def write_on_a_seat(database: Database) -> None:
    async with database.seat_soon() as seat:
        await seat.begin_and_fetch(ECHO, ("",))
        await seat.connection.scalar(text("SELECT 1"))
        await seat.run_and_commit(ECHO, ("",))


@pytest.mark.parametrize("pool_size", [1, 4])
@pytest.mark.parametrize("run_block", [write_on_a_connection, write_on_a_seat])
async def test_a_block_that_is_cancelled_anywhere_costs_its_connection_at_most(
    database_url: str, caplog: pytest.LogCaptureFixture, run_block: Block, pool_size: int
) -> None:
    database = Database(database_url, pool_size=pool_size)
    for steps in range(CANCELLED_AFTER_MAX):
        await run_block(database)
        running = asyncio.create_task(run_block(database))
        for _ in range(steps):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])
    async with database.read_soon() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await database.close()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def backend_of(seat: Seat) -> str | None:
    ((pid,),) = await seat.begin_and_fetch("SELECT CAST(pg_backend_pid() AS text)", ())
    return pid


@pytest.fixture
async def keeping(database_url: str) -> AsyncIterator[Database]:
    """A pool that keeps one seat."""
    database = Database(database_url, pool_size=4)
    yield database
    await database.close()


async def test_the_next_transaction_of_a_writer_finds_its_connection(keeping: Database) -> None:
    found = set()
    for _ in range(3):
        async with keeping.seat_soon() as seat:
            found.add(await backend_of(seat))
    assert len(found) == 1


async def test_what_a_handler_wrote_is_committed_although_nothing_was_left_for_the_end(
    keeping: Database,
) -> None:
    for n in range(3):
        async with keeping.seat_soon() as seat:
            await seat.begin_and_fetch(ECHO, ("",))
            await seat.connection.execute(text("CREATE TABLE IF NOT EXISTS note (n int)"))
            await seat.connection.execute(text("INSERT INTO note VALUES (:n)"), {"n": n})
    async with keeping.read_soon() as connection:
        assert list(await connection.scalars(text("SELECT n FROM note ORDER BY n"))) == [0, 1, 2]


async def give_up_on_a_seat(database: Database, *, by_sqlalchemy: bool) -> None:
    async with database.seat_soon() as seat:
        await seat.begin_and_fetch(ECHO, ("",))
        if by_sqlalchemy:
            await seat.connection.execute(text("INSERT INTO note VALUES (1)"))
        else:
            await driver.run(seat.connection, "INSERT INTO note VALUES (%s)", (1,))
        raise GivenUpError


@pytest.mark.parametrize("by_sqlalchemy", [True, False])
async def test_what_is_given_up_on_a_seat_is_taken_back(keeping: Database, by_sqlalchemy: bool) -> None:
    async with keeping.write_soon() as connection:
        await connection.execute(text("CREATE TABLE note (n int)"))
    for _ in range(2):
        with pytest.raises(GivenUpError):
            await give_up_on_a_seat(keeping, by_sqlalchemy=by_sqlalchemy)
    async with keeping.seat_soon() as seat:
        rows = await seat.begin_and_fetch("SELECT count(*) FROM note", ())
    assert rows == [("0",)]


async def test_a_kept_connection_that_the_server_ended_is_replaced(keeping: Database) -> None:
    async with keeping.seat_soon() as seat:
        ended = await backend_of(seat)
    async with keeping.write_soon() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": int(ended or 0)})
    async with keeping.seat_soon() as seat:
        assert await backend_of(seat) != ended


async def test_what_is_asked_outlives_its_connection_and_leaves_no_transaction(keeping: Database) -> None:
    pid = "SELECT CAST(pg_backend_pid() AS text)"
    ((ended,),) = await keeping.ask(pid)
    assert await keeping.ask(ECHO, ("é",)) == [("é",)]
    with pytest.raises(DBAPIError):
        await keeping.ask("SELECT 1 / CAST(%s AS int)", ("0",))
    assert await keeping.ask(pid) == [(ended,)]
    async with keeping.write_soon() as connection:
        busy = "SELECT count(*) FROM pg_stat_activity WHERE pid = :pid AND state <> 'idle'"
        assert await connection.scalar(text(busy), {"pid": int(ended or 0)}) == 0
        await connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": int(ended or 0)})
    assert await keeping.ask(pid) != [(ended,)]


async def test_seats_leave_connections_to_those_who_take_one_for_a_moment(database: Database) -> None:
    async with database.seat_soon() as seat:
        await backend_of(seat)
    async with database.read_soon() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await database.close()
