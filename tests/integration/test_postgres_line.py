"""The line to PostgreSQL that tests use: its trap goes off at the COMMIT it is meant for, and at no other."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from server.db.doubt import InDoubtError
from server.db.engine import Database
from tests.support.postgres_line import PostgresLine, line

__all__ = ["line"]

MEANT = "SELECT 'meant' || %s"


@pytest.fixture
async def database(line: PostgresLine) -> AsyncIterator[Database]:
    database = Database(line.url, pool_size=8)
    yield database
    await database.close()


async def commit(database: Database, statement: str) -> None:
    async with database.seat_soon() as seat:
        await seat.begin_and_fetch(statement, ["!"])


async def read(database: Database, statement: str) -> None:
    async with database.read() as connection:
        await connection.execute(text(statement))


async def test_a_trap_lets_through_what_it_is_not_meant_for(line: PostgresLine, database: Database) -> None:
    await commit(database, MEANT)
    line.set_trap("cut", meant_for="'meant'")
    for _ in range(8):  # often enough for the driver to prepare it
        await read(database, "SELECT 1")
        await commit(database, "SELECT 'other' || %s")
    assert not line.sprung.is_set()


async def test_a_trap_goes_off_once_at_a_statement_that_was_prepared_long_ago(
    line: PostgresLine, database: Database
) -> None:
    for _ in range(3):
        await commit(database, MEANT)
    line.set_trap("cut", meant_for="'meant'")
    await read(database, "SELECT 1")
    with pytest.raises(InDoubtError):
        await commit(database, MEANT)
    assert line.sprung.is_set()
    await commit(database, MEANT)


async def test_a_statement_of_the_transaction_before_springs_no_trap(
    line: PostgresLine, database: Database
) -> None:
    await commit(database, MEANT)
    line.set_trap("cut", meant_for="'meant'")
    await commit(database, "SELECT 'other' || %s")
    assert not line.sprung.is_set()
    with pytest.raises(InDoubtError):
        await commit(database, MEANT)
