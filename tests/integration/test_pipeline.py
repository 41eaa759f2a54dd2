"""Several statements in one round trip, on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from psycopg import errors
from psycopg.pq import TransactionStatus

from server.db.pipeline import BEGIN, COMMIT, Driver, exchange


@pytest.fixture
async def driver(database_url: str) -> AsyncIterator[Driver]:
    async with await psycopg.AsyncConnection.connect(database_url.replace("+psycopg", "", 1)) as driver:
        await driver.execute("CREATE TEMPORARY TABLE note (id int PRIMARY KEY, text text)")
        await driver.commit()
        yield driver


async def notes(driver: Driver) -> list[tuple[int, str]]:
    found = await (await driver.execute("SELECT id, text FROM note ORDER BY id")).fetchall()
    await driver.commit()
    return found


def insert(id: int, text: str) -> tuple[str, list[str]]:
    return "INSERT INTO note VALUES (%s, %s)", [str(id), text]


async def test_each_statement_has_its_rows_and_all_are_committed(driver: Driver) -> None:
    begun, inserted, read, committed = await exchange(
        driver, [BEGIN, insert(1, "né"), ("SELECT id, text, NULL FROM note", ()), COMMIT]
    )
    assert (begun, inserted, read, committed) == ([], [], [("1", "né", None)], [])
    assert driver.info.transaction_status == TransactionStatus.IDLE
    await driver.rollback()
    assert await notes(driver) == [(1, "né")]


async def test_the_drivers_own_statements_stand_in_the_same_transaction(driver: Driver) -> None:
    await exchange(driver, [BEGIN, insert(1, "one")])
    await driver.execute("INSERT INTO note VALUES (2, 'two')")
    await exchange(driver, [insert(3, "three"), COMMIT])
    await driver.rollback()
    assert [id for id, _ in await notes(driver)] == [1, 2, 3]


async def test_what_fails_says_why_and_nothing_behind_it_is_done(driver: Driver) -> None:
    await exchange(driver, [BEGIN, insert(1, "one"), COMMIT])
    with pytest.raises(errors.UniqueViolation, match="note_pkey"):
        await exchange(driver, [BEGIN, insert(2, "two"), insert(1, "again"), COMMIT])
    assert driver.info.transaction_status == TransactionStatus.INERROR
    await driver.rollback()
    assert await notes(driver) == [(1, "one")]


async def test_a_statement_that_cannot_be_prepared_harms_no_later_one(driver: Driver) -> None:
    for _ in range(2):
        with pytest.raises(errors.UndefinedTable):
            await exchange(driver, [BEGIN, insert(1, "one"), ("SELECT * FROM nowhere", ())])
        await driver.rollback()
    await exchange(driver, [BEGIN, insert(1, "one"), COMMIT])
    assert await notes(driver) == [(1, "one")]


async def test_more_than_the_kernel_takes_at_once_goes_through(driver: Driver) -> None:
    text = "long " * 4_000_000
    _, rows = await exchange(driver, [insert(1, text), ("SELECT text FROM note WHERE id = %s", ["1"])])
    assert rows == [(text,)]


async def test_a_connection_whose_exchange_was_cancelled_is_closed(driver: Driver) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await exchange(driver, [BEGIN, ("SELECT pg_sleep(30)", ()), COMMIT])
    assert driver.closed


@pytest.mark.parametrize("inside", [True, False])
async def test_what_the_driver_deallocates_is_prepared_anew(driver: Driver, inside: bool) -> None:
    await exchange(driver, [BEGIN, insert(1, "one"), COMMIT])
    for _ in range(10):  # so often that the driver prepares it
        await driver.execute("SELECT 1")
    await driver.rollback()  # and wants all of that gone, at its next statement
    if inside:
        await exchange(driver, [BEGIN, insert(2, "two")])
        await driver.execute("SELECT 2")
        await exchange(driver, [insert(3, "three"), COMMIT])
    else:
        await driver.execute("SELECT 2")
        await driver.commit()
        await exchange(driver, [BEGIN, insert(2, "two"), insert(3, "three"), COMMIT])
    await driver.rollback()
    assert [id for id, _ in await notes(driver)] == [1, 2, 3]
