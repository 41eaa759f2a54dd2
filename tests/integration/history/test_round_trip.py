"""What goes out in the envelope comes in as the same figures, in whichever form."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from sqlalchemy import text

from server.clock import ManualClock
from server.db.engine import Database
from server.embedded import PostgresProcess
from server.history.reading import Form
from server.ledger.derive_repository import derive_rows
from server.ledger.rollup_repository import verify_rollups
from server.viewers.tables import ViewerAliasRow
from tests.integration.stats.hand_made import START, add, add_channel, make_the_show, minutes
from tests.integration.stats.raw_world import Came, Did, Part, World, worlds, write
from tests.support.databases import copy_database, empty_database
from tests.support.history import export_facts, take_in, whole_report

FORMS: tuple[Form, ...] = ("jsonl", "csv", "parquet")
SHOWS = ["earlier", "s", "later"]
LATER = ManualClock(START + minutes(60 * 24 * 120))


@pytest.mark.parametrize("form", FORMS)
async def test_the_whole_report_is_the_same_over_imported_facts(
    form: Form, database: Database, elsewhere: Database, tmp_path: Path
) -> None:
    async with database.write() as connection:
        await make_the_show(connection)
        alias = {"id": "va_1", "show_id": "s", "raw": "chie", "canonical": "ben", "at": START}
        await add(connection, ViewerAliasRow, alias)
    outcome = await take_in(elsewhere, await export_facts(database, SHOWS, tmp_path, form), form)
    assert (outcome.bad, outcome.refused, outcome.shows) == ([], False, sorted(SHOWS))
    for show in SHOWS:
        assert await whole_report(elsewhere, show, LATER) == await whole_report(database, show, LATER)
    async with elsewhere.read() as connection:
        assert await verify_rollups(connection) == []


@pytest.fixture(scope="module")
def two_urls(postgres: PostgresProcess, migrated_template: str) -> Iterator[tuple[str, str]]:
    names = ("history_here", "history_there")
    for name in names:
        copy_database(postgres, name, migrated_template)
    yield postgres.url(names[0]), postgres.url(names[1])
    for name in names:
        postgres.drop_database(name)


ODD: World = {
    ("s", "nobody"): Part(None, [(0, 100)], did=[Did("reaction", 9, 1, 3)]),
    ("s", "staff"): Part(
        Came(False, True, False, True, None), [(0, 0), (5, 900)], did=[Did("click", 9, 1, 1)]
    ),
}


@given(worlds)
@example(ODD)
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_it_is_so_for_any_shows(two_urls: tuple[str, str], world: World) -> None:
    assume(any(part.came for part in world.values()))  # else whoever acted is taken to have been there
    here, there = asyncio.run(_both(*two_urls, world))
    assert there == here


async def _both(here_url: str, there_url: str, world: World) -> tuple[list[Any], list[Any]]:
    here, there = Database(here_url), Database(there_url)
    try:
        empty_database(here_url)
        empty_database(there_url)
        async with here.write() as connection:
            await write(connection, world)
            for show in SHOWS:
                await derive_rows(connection, show)
        async with there.write() as connection:
            await add_channel(connection)
        with tempfile.TemporaryDirectory() as folder:
            outcome = await take_in(
                there, await export_facts(here, SHOWS, Path(folder), "parquet"), "parquet"
            )
        assert not outcome.bad, outcome.bad
        return [await _kept(here)], [await _kept(there)]
    finally:
        await here.close()
        await there.close()


async def _kept(database: Database) -> list[Any]:
    """The reports, and every viewer's rollup."""
    reports = [await whole_report(database, show, LATER) for show in SHOWS]
    async with database.read() as connection:
        rows = await connection.execute(text("SELECT * FROM rollup ORDER BY show_id, viewer_id"))
        return [*reports, [dict(row._mapping) for row in rows]]
