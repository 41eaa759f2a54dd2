"""Units of work on pooled connections: what one leaves behind never harms the next."""

import asyncio
import logging

import pytest
from sqlalchemy import text

from server.db import driver
from server.db.engine import Database

PREPARED_AFTER = 8
"""The driver prepares a statement by itself when it has seen it so often."""


CANCELLED_AFTER_MAX = 12
"""Turns of the loop: a block of two exchanges takes fewer."""


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
        async with database.write_soon(begins_itself=True) as connection:
            assert await driver.begin_and_fetch(connection, "SELECT CAST(%s AS text)", ("a",)) == [("a",)]
            await driver.run_and_commit(connection, "SELECT CAST(%s AS text)", ("b",))
    await database.close()


@pytest.mark.parametrize("begins_itself", [True, False])
async def test_a_block_that_is_cancelled_anywhere_costs_its_connection_at_most(
    database: Database, caplog: pytest.LogCaptureFixture, begins_itself: bool
) -> None:
    async def run_block() -> None:
        async with database.write_soon(begins_itself=begins_itself) as connection:
            if begins_itself:
                await driver.begin_and_fetch(connection, "SELECT CAST(%s AS text)", ("",))
            await driver.run_and_commit(connection, "SELECT CAST(%s AS text)", ("",))

    for steps in range(CANCELLED_AFTER_MAX):
        await run_block()
        running = asyncio.create_task(run_block())
        for _ in range(steps):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])
    async with database.read_soon() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await database.close()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
