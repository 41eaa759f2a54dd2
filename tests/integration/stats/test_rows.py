"""The wide rows beside servers and workers of the version before, and who turns out to be whom: no report reads a row that is behind."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text

from server.access.tokens import Identity
from server.clock import ManualClock
from server.db.engine import Database
from server.ledger import intake
from server.ledger.rollup_repository import verify_rollups
from server.ledger.rows_repository import find_rows_behind
from server.stats.canonical import read_as_whose_it_is
from server.stats.figures import build_report
from server.stats.report import ShowReport
from server.stats.repository import read_show
from server.stats.service import Reports, count
from server.viewers.aliases import Aliases
from server.workers.rollups import RollupKeeper
from tests.integration.stats.hand_made import CHANNEL, START, make_the_show

NOW = START + timedelta(days=100)


@dataclass(slots=True)
class Shows:
    """The show `s` and its neighbours, and who keeps their rows."""

    database: Database
    keeper: RollupKeeper
    clock: ManualClock

    async def run(self, *statements: str) -> None:
        async with self.database.write() as connection:
            for statement in statements:
                await connection.execute(text(statement))

    async def behind(self) -> bool:
        async with self.database.read() as connection:
            return bool(await find_rows_behind(connection, ["s"]))

    async def differing(self) -> int:
        async with self.database.read() as connection:
            return len(await verify_rollups(connection, "s"))

    async def report(self) -> ShowReport:
        """The report as it is made now; nothing stored."""
        async with self.database.read() as connection:
            show = await read_show(connection, "s", self.clock.now())
            assert show is not None
            await read_as_whose_it_is(connection, "s")
            return build_report(await count(connection, show, timedelta(days=90)))

    async def plain(self) -> ShowReport:
        return await Reports(self.database, self.clock).recompute("s")


@pytest.fixture
async def shows(database_url: str) -> AsyncIterator[Shows]:
    database, clock = Database(database_url), ManualClock(NOW)
    async with database.write() as connection:
        await make_the_show(connection)
    yield Shows(database, RollupKeeper(database, clock), clock)
    await database.close()


OLD_ROW = """
    INSERT INTO rollup AS r (show_id, viewer_id, visits, reactions, impressions, clicks, shares, questions, votes, orders, units)
    VALUES ('s', '{viewer}', 0, {reactions}, 0, 0, 0, {questions}, 0, 0, 0)
    ON CONFLICT (show_id, viewer_id) DO UPDATE SET
        reactions = r.reactions + excluded.reactions, questions = r.questions + excluded.questions
"""
OLD_ENTRY = """
    INSERT INTO ledger_entry (show_id, viewer_id, kind, target, n, at) VALUES ('s', '{viewer}', '{kind}', 'x', 7, '2026-01-10 12:03:00Z')
"""


async def test_rows_of_before_are_derived_and_not_read_until_then(shows: Shows) -> None:
    await shows.run(
        "DELETE FROM rollup",
        "DELETE FROM rollup_show",
        OLD_ROW.format(viewer="anna", reactions=5, questions=1),
    )
    assert await shows.behind()
    before = await shows.report()
    assert before == await shows.plain()
    await shows.keeper.run_all()
    assert (await shows.behind(), await shows.differing()) == (False, 0)
    assert await shows.report() == before


@pytest.mark.parametrize("viewer", ["anna", "a new one"])
async def test_what_a_server_of_the_version_before_records_is_found(shows: Shows, viewer: str) -> None:
    await shows.keeper.run_all()
    await shows.run(
        OLD_ENTRY.format(viewer=viewer, kind="question"),
        OLD_ROW.format(viewer=viewer, reactions=0, questions=7),
    )
    assert await shows.behind()
    assert await shows.report() == await shows.plain()
    await shows.keeper.run_all()
    assert (await shows.behind(), await shows.differing()) == (False, 0)
    assert await shows.report() == await shows.plain()


async def test_what_a_worker_of_the_version_before_counts_is_found(shows: Shows) -> None:
    await shows.run(
        "INSERT INTO ledger_process (process_id, last_flush, alive_until, ended, kept_flush) VALUES ('p', 3, now(), false, 3)",
        "INSERT INTO ledger_process_show (show_id, process_id) VALUES ('s', 'p')",
    )
    await shows.keeper.run_all()
    assert not await shows.behind()
    await shows.run(
        OLD_ENTRY.format(viewer="dan", kind="reaction"),
        OLD_ROW.format(viewer="dan", reactions=7, questions=0),
        "UPDATE attendance SET suspect = true WHERE show_id = 's' AND viewer_id = 'anna'",
        "UPDATE ledger_process SET last_flush = 4 WHERE process_id = 'p'",
    )
    assert await shows.behind()
    report = await shows.report()
    assert (report.audience.viewers, report.left_out.suspected_bots) == (3, 2)
    async with shows.database.write() as connection:
        await intake.find_behind(connection)
    assert await shows.behind(), "until they are derived"
    await shows.keeper.run_all()
    assert (await shows.behind(), await shows.differing()) == (False, 0)
    assert await shows.report() == report


async def test_who_turns_out_to_be_whom_has_one_row_and_is_two_again_when_taken_back(shows: Shows) -> None:
    await shows.keeper.run_all()
    apart = await shows.report()
    aliases = Aliases(shows.database, shows.clock)
    fumi = Identity("fumi", "viewer", CHANNEL, guest=False, remembered=True, name="@fumi", expires_at=NOW)
    await aliases.note("s", "ben", fumi)
    assert await shows.behind()
    together = await shows.report()
    assert together == await shows.plain()
    assert together.audience.viewers == apart.audience.viewers - 1
    await shows.keeper.run_all()
    assert (await shows.behind(), await shows.differing()) == (False, 0)
    assert await shows.report() == together
    async with shows.database.read() as connection:
        rows = "SELECT viewer_id, watched_us / 60000000, guest, paid_minor FROM rollup WHERE show_id = 's' AND viewer_id IN ('ben', 'fumi')"
        found = [tuple(row) for row in await connection.execute(text(rows))]
    assert found == [("fumi", 23, False, 1_500)]
    await aliases.take_back("s", "fumi")
    assert await shows.report() == apart
    await shows.keeper.run_all()
    assert (await shows.behind(), await shows.differing()) == (False, 0)
    assert await shows.report() == apart
