"""Units of work on pooled connections: what one leaves behind never harms the next."""

import pytest
from sqlalchemy import text

from server.db import driver
from server.db.engine import Database

PREPARED_AFTER = 8
"""The driver prepares a statement by itself when it has seen it so often."""


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
