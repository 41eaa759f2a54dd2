"""Hard facts and rollups, against PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.ledger.entries import Fact
from server.ledger.repository import append_facts, read_reaction_totals

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool_size=3)
    yield database
    await database.close()


async def read_rollups(connection: AsyncConnection) -> list[dict[str, Any]]:
    rows = await connection.execute(text("SELECT * FROM rollup ORDER BY show_id, viewer_id"))
    return [dict(row._mapping) for row in rows]


async def test_facts_are_kept_and_added_to_the_rollup(database: Database) -> None:
    facts = [
        Fact("show", "anna", "order", NOON, "p_1", n=3, amount_minor=3000, currency="JPY"),
        Fact("show", "anna", "order", NOON, "p_2", n=1, amount_minor=500, currency="JPY"),
        Fact("show", "anna", "question", NOON, "q_1"),
        Fact("show", "bob", "vote", NOON, "q_1"),
        Fact("show", "host", "answer", NOON, "q_1"),
    ]
    async with database.write() as connection:
        await append_facts(connection, facts)
        await append_facts(connection, [Fact("show", "bob", "vote", NOON, "q\t2\\\n日本")])
    async with database.read() as connection:
        rollups = {row["viewer_id"]: row for row in await read_rollups(connection)}
        targets = await connection.scalars(text("SELECT target FROM ledger_entry ORDER BY id"))
    assert (rollups["anna"]["orders"], rollups["anna"]["units"], rollups["anna"]["questions"]) == (2, 4, 1)
    assert rollups["bob"]["votes"] == 2
    assert rollups["host"]["votes"] == 0
    assert list(targets) == ["p_1", "p_2", "q_1", "q_1", "q_1", "q\t2\\\n日本"]


async def test_facts_of_a_failed_transaction_do_not_stand(database: Database) -> None:
    async def vote_and_fail() -> None:
        async with database.write() as connection:
            await append_facts(connection, [Fact("show", "anna", "vote", NOON, "q_1")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await vote_and_fail()
    async with database.read() as connection:
        assert await read_rollups(connection) == []
        assert await connection.scalar(text("SELECT count(*) FROM ledger_entry")) == 0


async def test_no_facts_are_no_work(database: Database) -> None:
    async with database.write() as connection:
        await append_facts(connection, [])
        assert await read_rollups(connection) == []


async def test_rebuilding_gives_what_was_kept_by_the_way(database: Database) -> None:
    async with database.write() as connection:
        for minute in range(5):
            at = NOON + timedelta(minutes=minute)
            await append_facts(
                connection,
                [
                    Fact("show", f"v_{minute % 3}", kind, at, "x", n=minute + 1)
                    for kind in (
                        "order",
                        "reaction",
                        "click",
                        "impression",
                        "share",
                        "question",
                        "vote",
                        "answer",
                    )
                ],
            )
        kept = await read_rollups(connection)
        await connection.execute(text("UPDATE rollup SET clicks = 99, orders = 7"))
        await derive_rows(connection, "show")
        assert await read_rollups(connection) == kept


async def test_reaction_totals_are_per_kind(database: Database) -> None:
    async with database.write() as connection:
        await append_facts(
            connection, [Fact("show", f"v_{i}", "reaction", NOON, "heart", n=2) for i in range(10)]
        )
        await append_facts(connection, [Fact("show", "v_1", "reaction", NOON, "wow", n=1)])
        await append_facts(connection, [Fact("other", "v_1", "reaction", NOON, "wow", n=1)])
        assert await read_reaction_totals(connection, "show") == {"heart": 20, "wow": 1}
