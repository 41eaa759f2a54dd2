"""From the recorder through the stream to the rows, with a real Valkey and PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.bus.bus import Bus
from server.clock import ManualClock
from server.db.engine import Database
from server.db.schema import newest_schema
from server.ledger.derive_repository import derive_rows
from server.ledger.recorder import ROLL_CALL_SECONDS, Recorder
from server.ledger.repository import settled
from server.workers.ledger import LedgerWorker, SchemaChanged

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Ledger:
    """Two recorders, each with a stream, and a worker between one Valkey and one PostgreSQL, and a clock that stands."""

    database: Database
    bus: Bus
    clock: ManualClock
    one: Recorder
    two: Recorder
    worker: LedgerWorker

    def after(self, seconds: float) -> datetime:
        """Move the clock to so many seconds after noon."""
        self.clock.at = NOON + timedelta(seconds=seconds)
        return self.clock.at

    async def count(self) -> None:
        """Flush both recorders and count everything."""
        await self.one.flush()
        await self.two.flush()
        while await self.worker.run_once():
            pass

    async def rows(self, sql: str) -> list[tuple[object, ...]]:
        async with self.database.read() as connection:
            return [tuple(row) for row in await connection.execute(text(sql))]

    async def is_settled(self, ended_at: datetime) -> bool:
        async with self.database.read() as connection:
            return await settled(connection, "show", ended_at)


@pytest.fixture
async def ledger(database_url: str, redis_url: str) -> AsyncIterator[Ledger]:
    database = Database(database_url, pool_size=4)
    buses = [Bus(redis_url, prefix="t", process_id=id) for id in ("one", "two")]
    clock = ManualClock(NOON)
    one, two = (
        Recorder(bus.append_ledger, process_id=id, clock=clock)
        for id, bus in zip(("one", "two"), buses, strict=True)
    )
    yield Ledger(database, buses[0], clock, one, two, LedgerWorker(database, buses[0]))
    for bus in buses:
        await bus.close()
    await database.close()


async def test_what_was_recorded_is_counted_once_and_cut_off(ledger: Ledger) -> None:
    ledger.one.attend("show", "anna", "c1", guest=True, remembered=True, source="mail")
    ledger.two.attend("show", "anna", "c2", guest=False, remembered=True, source=None)
    ledger.one.count("show", "anna", "c1", "reaction", "heart", 3)
    ledger.two.count("show", "anna", "c2", "reaction", "heart", 2)
    ledger.two.count("show", "bob", "c3", "click", "p_1")
    await ledger.count()
    assert await ledger.rows("SELECT viewer_id, reactions, clicks FROM rollup ORDER BY 1") == [
        ("anna", 5, 0),
        ("bob", 0, 1),
    ]
    assert await ledger.rows("SELECT kind, target, n, at FROM ledger_entry WHERE viewer_id = 'bob'") == [
        ("click", "p_1", 1, NOON)
    ]
    assert await ledger.rows("SELECT guest, remembered, source FROM attendance") == [(False, True, "mail")]
    assert await ledger.bus.ledger.find_filled() == []
    for stream in ledger.bus.ledger.all.values():
        assert await stream.read("0-0", 10) == []


async def test_stretches_are_kept_whole_over_flushes(ledger: Ledger) -> None:
    ledger.one.start_playing("show", "anna", "c1", ledger.after(0))
    await ledger.count()
    ledger.after(1)
    await ledger.count()
    assert await ledger.rows("SELECT ended_at FROM playing") == [(None,)]
    assert await ledger.rows("SELECT alive_until, ended FROM ledger_process") == [
        (NOON + timedelta(seconds=1), False)
    ]
    ledger.one.stop_playing("show", "anna", "c1", ledger.after(90))
    await ledger.count()
    assert await ledger.rows("SELECT viewer_id, started_at, ended_at, process_id FROM playing") == [
        ("anna", NOON, NOON + timedelta(seconds=90), "one")
    ]


@pytest.mark.parametrize(("pause_minutes", "visits"), [(29, 1), (31, 2)])
async def test_a_visit_ends_after_thirty_minutes_without_playing(
    ledger: Ledger, pause_minutes: int, visits: int
) -> None:
    ledger.one.start_playing("show", "anna", "c1", ledger.after(0))
    ledger.one.stop_playing("show", "anna", "c1", ledger.after(60))
    await ledger.count()
    ledger.two.start_playing("show", "anna", "c2", ledger.after(60 + 60 * pause_minutes))
    ledger.after(61 + 60 * pause_minutes)  # what has not played yet is no visit
    await ledger.count()
    assert await ledger.rows("SELECT visits FROM rollup") == [(visits,)]


async def test_a_tab_that_goes_on_playing_keeps_the_visit_together(ledger: Ledger) -> None:
    ledger.one.start_playing("show", "anna", "c1", ledger.after(0))
    ledger.two.start_playing("show", "anna", "c2", ledger.after(1))
    ledger.two.stop_playing("show", "anna", "c2", ledger.after(2))
    await ledger.count()
    ledger.two.start_playing("show", "anna", "c2", ledger.after(3600))
    await ledger.count()
    assert await ledger.rows("SELECT visits FROM rollup") == [(1,)]


async def test_a_stretch_told_late_joins_two_visits(ledger: Ledger) -> None:
    for start in (0, 3600):
        ledger.one.start_playing("show", "anna", "c1", ledger.after(start))
        ledger.one.stop_playing("show", "anna", "c1", ledger.after(start + 60))
    await ledger.count()
    assert await ledger.rows("SELECT visits FROM rollup") == [(2,)]
    ledger.two.start_playing("show", "anna", "c2", ledger.after(30))
    ledger.two.stop_playing("show", "anna", "c2", ledger.after(3500))
    await ledger.count()
    assert await ledger.rows("SELECT visits FROM rollup") == [(1,)]


async def test_a_dead_process_ends_its_stretches_where_it_was_last_alive(ledger: Ledger) -> None:
    ledger.one.start_playing("show", "anna", "c1", ledger.after(0))
    await ledger.count()
    ledger.after(10)
    await ledger.count()
    ledger.two.start_playing("show", "anna", "c2", ledger.after(10 + 31 * 60))
    ledger.after(11 + 31 * 60)
    await ledger.two.flush()
    await ledger.worker.run_once()
    assert await ledger.rows("SELECT visits FROM rollup") == [(2,)]


async def test_a_roll_call_ends_what_a_lost_flush_should_have_ended(ledger: Ledger) -> None:
    ledger.one.count("show", "anna", "c1", "click", "p_1")
    await ledger.count()
    ledger.one.start_playing("show", "anna", "c1", ledger.after(1))
    ledger.one.start_playing("show", "bob", "c2", ledger.after(1))
    await ledger.count()
    ledger.one.stop_playing("show", "anna", "c1", ledger.after(5))
    ledger.one.start_playing("show", "carl", "c3", ledger.after(5))
    await ledger.one.flush()
    await ledger.bus._link.run("FLUSHALL")
    ledger.after(2 * ROLL_CALL_SECONDS)
    await ledger.count()
    assert await ledger.rows("SELECT viewer_id, ended_at FROM playing ORDER BY 1") == [
        ("anna", NOON + timedelta(seconds=1)),
        ("bob", None),
        ("carl", None),
    ]


async def test_a_flush_that_cannot_be_read_is_set_aside_and_the_next_is_counted(ledger: Ledger) -> None:
    await ledger.bus.append_ledger(b"\xc1")
    ledger.one.count("show", "anna", "c1", "click", "p_1")
    await ledger.count()
    assert await ledger.rows("SELECT clicks FROM rollup") == [(1,)]
    assert await ledger.bus._link.run("XLEN", "t:ledger:set-aside") == 1


async def test_a_flush_that_sql_refuses_is_set_aside_and_the_others_are_counted(ledger: Ledger) -> None:
    ledger.one.count("show", "anna", "c1", "click", "p_1")
    await ledger.one.flush()
    ledger.one.count("show", "an\0na", "c1", "click", "p_1")
    await ledger.one.flush()
    ledger.one.count("show", "anna", "c1", "click", "p_2")
    await ledger.count()
    assert await ledger.rows("SELECT viewer_id, clicks FROM rollup") == [("anna", 2)]
    assert await ledger.bus._link.run("XLEN", "t:ledger:set-aside") == 1


@pytest.mark.parametrize(
    ("break_it", "mend_it"),
    [
        ("ALTER TABLE ledger_entry RENAME TO moved", "ALTER TABLE moved RENAME TO ledger_entry"),
        (
            "ALTER TABLE rollup RENAME COLUMN clicks TO taps",
            "ALTER TABLE rollup RENAME COLUMN taps TO clicks",
        ),
        ("ALTER DATABASE {name} SET default_transaction_read_only = on", "ALTER DATABASE {name} RESET ALL"),
        (
            "ALTER TABLE ledger_entry ADD new text NOT NULL CHECK (new <> ''); UPDATE alembic_version SET version_num = '9999'",
            "ALTER TABLE ledger_entry DROP new; UPDATE alembic_version SET version_num = '{newest}'",
        ),
    ],
)
async def test_what_is_wrong_with_the_database_sets_no_flush_aside(
    ledger: Ledger, break_it: str, mend_it: str
) -> None:
    name = ledger.database.engine.url.database
    admin = ledger.database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")

    def run_sql(statements: str) -> None:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            for statement in statements.format(name=name, newest=newest_schema()).split(";"):
                connection.execute(statement.encode())

    ledger.one.count("show", "anna", "c1", "click", "p_1")
    await ledger.one.flush()
    run_sql(break_it)
    await ledger.database.engine.dispose()
    for _ in range(2):
        with pytest.raises((DBAPIError, SchemaChanged)):
            await ledger.worker.run_once()
    assert await ledger.bus._link.run("XLEN", "t:ledger:set-aside") == 0
    run_sql(mend_it)
    await ledger.database.engine.dispose()
    await ledger.count()
    assert await ledger.rows("SELECT clicks FROM rollup") == [(1,)]


async def test_a_show_is_settled_when_all_its_processes_have_flushed_beyond_its_end(ledger: Ledger) -> None:
    async def read_at(seconds: float) -> None:
        async with ledger.database.write() as connection:
            at = {"at": NOON + timedelta(seconds=seconds)}
            await connection.execute(text("UPDATE ledger_cursor SET read_until = :at"), at)

    ended_at = NOON + timedelta(seconds=10)
    for recorder in (ledger.one, ledger.two):
        recorder.count("show", "anna", "c1", "click", "p_1")
    await ledger.count()
    ledger.after(11)
    await ledger.one.flush()
    await ledger.worker.run_once()
    await read_at(13)
    assert not await ledger.is_settled(ended_at), "the second has not flushed beyond the end"
    await ledger.two.flush()
    await ledger.worker.run_once()
    await read_at(11)
    assert not await ledger.is_settled(ended_at), "the stream has not been read far enough"
    await read_at(13)
    assert await ledger.is_settled(ended_at)


async def test_a_dead_process_does_not_keep_a_show_from_being_settled(ledger: Ledger) -> None:
    ledger.one.count("show", "anna", "c1", "click", "p_1")
    await ledger.count()
    ended_at = NOON + timedelta(seconds=10)
    async with ledger.database.write() as connection:
        await connection.execute(text("UPDATE ledger_cursor SET read_until = '2026-11-22 12:00:59+00'"))
    assert not await ledger.is_settled(ended_at)
    async with ledger.database.write() as connection:
        await connection.execute(text("UPDATE ledger_cursor SET read_until = '2026-11-22 12:01:01+00'"))
    assert await ledger.is_settled(ended_at)


async def test_rebuilding_while_the_worker_works_gives_the_same_rollups(ledger: Ledger) -> None:
    for minute in range(0, 200, 40):
        ledger.one.start_playing("show", "anna", "c1", ledger.after(60 * minute))
        ledger.one.count("show", "anna", "c1", "reaction", "heart", minute + 1)
        ledger.one.stop_playing("show", "anna", "c1", ledger.after(60 * minute + 30))
        await ledger.count()
    kept = await ledger.rows("SELECT * FROM rollup")
    async with ledger.database.write() as connection:
        await connection.execute(text("UPDATE rollup SET visits = 0, reactions = 0"))
        await derive_rows(connection, "show")
    assert await ledger.rows("SELECT * FROM rollup") == kept
    assert kept[0][2] == 5
