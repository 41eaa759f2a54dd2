"""The figures' commands: the window of `showfloor stats`, and rollups that are held against the facts."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Boolean, DateTime, text

from server.clock import SystemClock
from server.db.engine import Database
from server.ledger.rollup_repository import verify_rollups
from server.ledger.tables import RollupRow
from server.stats.service import Reports
from tests.integration.stats.hand_made import make_the_show
from tests.support.commands import free_port, showfloor


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    async with opened.write() as connection:
        await make_the_show(connection)
        # Ledgers that the worker wrote have visits, too.
        await connection.execute(text("DELETE FROM rollup"))
    yield opened
    await opened.close()


async def run(url: str, redis_url: str, data: Path, *words: str) -> tuple[int, str]:
    urls = {"database_url": url, "redis_url": redis_url}
    result = await asyncio.to_thread(showfloor, *words, data=data, **urls)
    return result.returncode, result.stdout + result.stderr


async def test_past_facts_without_rollups_are_found_named_and_mended(
    database: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async def say(*words: str) -> tuple[int, str]:
        return await run(database_url, redis_url, tmp_path, *words)

    reports = Reports(database, SystemClock())
    assert (await reports.report("s")).engagement.reactions.sent == 9, (
        "of rows that nobody vouches for none is read"
    )
    code, told = await say("rollup", "--verify")
    assert code == 1
    assert "s anna: reactions 0 in the rollup, 5 in the facts" in told
    assert "earlier chie: visits 0 in the rollup, 1 in the facts" in told
    code, told = await say("doctor", "--port", str(free_port()))
    assert code == 1
    assert "earlier (2 viewers), later (1 viewers), s (" in told
    assert "showfloor rollup --rebuild" in told
    code, told = await say("rollup", "s", "--rebuild")
    assert (code, "earlier" in told) == (0, False)
    assert (await reports.report("s")).engagement.reactions.sent == 9
    assert "The rollups are what the facts come to.\n" in (await say("rollup", "s", "--verify"))[1]
    assert (await say("rollup", "--verify"))[0] == 1, "the other shows"
    assert (await say("rollup", "--rebuild"))[0] == 0
    assert (await say("rollup", "--verify"))[0] == 0


async def test_every_number_of_a_rollup_is_compared(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("DELETE FROM ledger_entry"))
        for table in ("playing", "attendance", "orders", "rollup"):
            await connection.execute(text(f"DELETE FROM {table}"))
        columns = {
            name: column.type
            for name, column in RollupRow.__table__.columns.items()  # type: ignore[attr-defined]
            if name not in {"show_id", "viewer_id", "segment"}
        }
        for name, kind in columns.items():
            value = "now()" if isinstance(kind, DateTime) else "true" if isinstance(kind, Boolean) else "'1'"
            into = f"INSERT INTO rollup (show_id, viewer_id, {name}) VALUES ('s', '{name}', {value})"
            await connection.execute(text(into))
        found = await verify_rollups(connection, "s")
    assert {(each.viewer_id, each.column) for each in found} == {(name, name) for name in columns}
    assert {each.derived for each in found} <= {"nothing", "0", "false"}


async def test_one_way_is_to_be_chosen_and_a_show_that_is_not_there_is_said(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    assert (await run(database_url, redis_url, tmp_path, "rollup"))[0] == 2
    code, told = await run(database_url, redis_url, tmp_path, "rollup", "nowhere", "--verify")
    assert (code, "nowhere" in told) == (1, True)


async def test_the_repeat_window_of_the_command_is_the_readers(
    database: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    for days, returned in ((5, 0), (90, 1)):
        code, told = await run(database_url, redis_url, tmp_path, "stats", "s", "--days", str(days), "--json")
        assert code == 0
        repeat = json.loads(told)["repeat"]
        assert (repeat["window_days"], repeat["viewers_before"]["part"]) == (days, returned)
    assert (await run(database_url, redis_url, tmp_path, "stats", "s", "--days", "0"))[0] == 2
