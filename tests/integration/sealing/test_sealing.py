"""A show's raw rows leave SQL for Parquet and come back: every figure and export is the same to the last digit, wherever they are."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import text

from server.clock import ManualClock
from server.db.engine import Database
from server.errors import RefusedError
from server.ledger.derive_repository import derive_rows
from server.ledger.entries import Fact
from server.ledger.flush import Attendance, Flush, Tally
from server.ledger.repository import append_facts, read_reaction_totals, settled
from server.ledger.rollup_repository import verify_rollups
from server.ledger.writer import apply_batch, gather
from server.protocol.codes import Code
from server.sealing import places, repository, service
from server.sealing.kinds import ORDERS
from server.sealing.parquet_repository import NotTheSameError
from server.sealing.places import base_of
from server.sealing.service import Sealer
from server.sealing.unsealing import facts_of
from server.stats.channel.parts import BreakdownBy
from server.stats.channel.period import Asked
from server.stats.channel.service import ChannelReports
from server.stats.columns.generation_repository import give_generation, number_people
from server.stats.columns.shelf import Shelf
from server.stats.export import ExportOf
from server.stats.service import Reports
from server.viewers.alias_repository import insert_alias_once
from server.viewers.tables import ViewerAliasRow
from tests.integration.stats.hand_made import CHANNEL, START, HandMade, make_the_show

LONG_AFTER = START + timedelta(days=100)
ALL_DAYS = Asked((START - timedelta(days=60)).date(), LONG_AFTER.date())
SHOWS = ("s", "earlier", "later")
ODD = '\\N,"quoted"\nsecond line\t日本 \\'


@dataclass
class World:
    database: Database
    clock: ManualClock
    reports: Reports
    sealer: Sealer
    folder: Path

    async def tell(self) -> list[str]:
        """Every figure and every row of the exports, as text."""
        kinds: tuple[ExportOf, ...] = ("viewers", "orders", "questions", "series")
        told = [(await self.reports.recompute(show)).model_dump_json() for show in SHOWS]
        told += [(await self.reports.series(show)).model_dump_json() for show in SHOWS]
        tables = [await self.reports.table(show, of) for show in SHOWS for of in kinds]
        channel = ChannelReports(self.database, self.clock)
        told += [(await channel.moments(show)).model_dump_json() for show in SHOWS]
        told += [
            (await channel.breakdown(CHANNEL, ALL_DAYS, by)).model_dump_json() for by in get_args(BreakdownBy)
        ]
        told.append((await channel.report(CHANNEL, ALL_DAYS, "show")).model_dump_json())
        told.append((await channel.breakdown_of_show(CHANNEL, "s", "product")).model_dump_json())
        return told + [repr([list(row) for row in table.rows]) for table in tables]

    async def rows(self, table: str, show: str = "s") -> list[tuple[object, ...]]:
        """The rows of a table in SQL."""
        async with self.database.read() as connection:
            given = {"show": show}
            found = await connection.execute(
                text(f"SELECT * FROM {table} WHERE show_id = :show ORDER BY 1, 2, 3"), given
            )
            return [tuple(row) for row in found]

    async def state(self, show: str = "s") -> str | None:
        async with self.database.read() as connection:
            return next((row.state for row in await repository.read_sealed(connection, show)), None)

    def files(self) -> list[str]:
        return sorted(str(each.relative_to(self.folder)) for each in self.folder.rglob("*") if each.is_file())


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    database, clock = Database(database_url), ManualClock(LONG_AFTER)
    async with database.write() as connection:
        await make_the_show(connection)
        show = HandMade(connection, "s")
        await show.ask("ben", 12)
        show.do("anna", "share", 4, "link")
        show.do("ben", "consent_withdrawn", 70)
        show.do("anna", "click", 8, ODD)
        await show.close()
        odd = Fact("s", "anna", "impression", START, "", source="", connection_id=ODD)
        await append_facts(connection, [odd])
        for each in SHOWS:
            await derive_rows(connection, each)
    sealer = Sealer(
        database,
        clock,
        base_of(None, tmp_path),
        settled=settled,
        reactions=read_reaction_totals,
        after=timedelta(days=60),
    )
    yield World(database, clock, Reports(database, clock), sealer, tmp_path / "sealed")
    await database.close()


async def test_a_sealed_show_says_the_same_and_comes_back_the_same(world: World) -> None:
    told, entries, playing = await world.tell(), await world.rows("ledger_entry"), await world.rows("playing")
    done = await world.sealer.seal("s")
    assert (done.entries, done.playing) == (len(entries), len(playing))
    assert {row[4] for row in await world.rows("ledger_entry")} == {"share", "consent_withdrawn"}
    assert await world.rows("playing") == []
    assert world.files() == [f"{CHANNEL}/s/{kind}-1.parquet" for kind in ("entries", "playing", "rollup")]
    assert all((world.folder / each).stat().st_mode & 0o077 == 0 for each in world.files())
    assert await world.tell() == told
    assert await world.sealer.seal("s") == done, "sealed is sealed"
    assert await world.sealer.unseal("s")
    assert not await world.sealer.unseal("s")
    assert await world.rows("ledger_entry") == entries
    assert await world.rows("playing") == playing
    assert (world.files(), await world.state()) == ([], None)
    assert await world.tell() == told


async def test_figures_that_join_shows_read_those_that_are_sealed(world: World) -> None:
    told = await world.tell()
    for show in SHOWS:
        await world.sealer.seal(show)
    assert await world.tell() == told
    async with facts_of(world.database, SHOWS) as connection:
        assert [len(await verify_rollups(connection, show)) for show in SHOWS] == [0, 0, 0]
    async with world.database.read() as connection:
        assert await verify_rollups(connection) == [], "those of sealed shows are looked at one by one"
        totals = await read_reaction_totals(connection, "s")
    assert totals["heart"] == 9


async def test_columns_of_a_sealed_show_are_made_from_its_file(world: World, tmp_path: Path) -> None:
    channel = ChannelReports(world.database, world.clock, Shelf(tmp_path / "columns"))
    told = (await channel.report(CHANNEL, ALL_DAYS, "show")).model_dump_json()
    await world.sealer.seal("s")
    for show in SHOWS:
        async with world.database.write() as connection:
            await number_people(connection, show)
        async with world.database.write() as connection:
            assert await give_generation(connection, show, LONG_AFTER)
    assert (await channel.report(CHANNEL, ALL_DAYS, "show")).model_dump_json() == told
    assert len(list((tmp_path / "columns").iterdir())) == len(SHOWS)
    assert (await channel.report(CHANNEL, ALL_DAYS, "show")).model_dump_json() == told


async def test_what_lies_over_a_connection_is_gone_with_it(world: World) -> None:
    await world.sealer.seal("s")
    for _ in range(20):
        async with facts_of(world.database, ["s"]) as connection:
            assert await connection.scalar(text("SELECT count(*) FROM playing WHERE show_id = 's'"))
        async with world.database.read() as connection:
            assert not await connection.scalar(text("SELECT count(*) FROM playing WHERE show_id = 's'"))


async def a_late_flush(world: World) -> None:
    late = Tally("s", "anna", "reaction", "heart", 1, None, START + timedelta(minutes=3))
    came = Attendance("s", "zoe", START, guest=False, remembered=False, suspect=False, source=None)
    async with world.database.write() as connection:
        await apply_batch(
            connection,
            await gather(connection, [Flush("x", 1, START + timedelta(minutes=90), [late], [came], [])]),
        )


async def an_alias(world: World) -> None:
    async with world.database.write() as connection:
        row = ViewerAliasRow(id="a", show_id="s", raw="chie", canonical="fumi", at=LONG_AFTER)
        await insert_alias_once(connection, row)
    async with world.database.write() as connection:
        await derive_rows(connection, "s", ["chie"])  # as the rollups' loop does soon


async def rollups_made_anew(world: World) -> None:
    async with world.database.write() as connection:
        await derive_rows(connection, "s")


async def facts_brought_in(world: World) -> None:
    async with world.database.write() as connection:
        await append_facts(
            connection, [Fact("s", "anna", "click", START + timedelta(minutes=7), "channel-2")]
        )


@pytest.mark.parametrize("change", [a_late_flush, an_alias, rollups_made_anew, facts_brought_in])
async def test_a_change_of_a_sealed_show_is_one_of_the_same_show_unsealed(
    world: World, change: Callable[[World], Awaitable[None]]
) -> None:
    await world.sealer.seal("s")
    await change(world)
    assert await world.state() == "unsealed"
    changed = await world.tell()
    async with world.database.read() as connection:
        assert await verify_rollups(connection, "s") == []
    await world.sealer.tidy()
    assert (world.files(), await world.state()) == ([], None)
    await world.sealer.seal("s")
    assert await world.tell() == changed


async def test_a_show_that_is_over_only_is_sealed(world: World) -> None:
    async with world.database.write() as connection:
        await HandMade(connection, "live", start=LONG_AFTER, length=None).open()
    for show, code in (("live", Code.CONFLICT), ("none", Code.NOT_FOUND)):
        with pytest.raises(RefusedError) as refused:
            await world.sealer.seal(show)
        assert refused.value.code is code
    assert world.files() == []


async def test_a_change_while_the_files_are_written_keeps_the_show_as_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = places.put

    def change_and_put(base: str, key: str, file: Path) -> None:
        if "rollup" in key:
            asyncio.run_coroutine_threadsafe(a_late_flush(world), loop).result()
        put(base, key, file)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(places, "put", change_and_put)
    with pytest.raises(RefusedError) as refused:
        await world.sealer.seal("s")
    assert refused.value.code is Code.CONFLICT
    assert (world.files(), await world.state()) == ([], None)
    assert len(await world.rows("playing")) > 0


async def test_nothing_begins_while_a_change_is_under_way(world: World) -> None:
    async with world.database.write() as connection:
        await append_facts(
            connection, [Fact("s", "anna", "click", START + timedelta(minutes=7), "channel-2")]
        )
        with pytest.raises(RefusedError):
            await world.sealer.seal("s")
    await world.sealer.seal("s")


async def test_files_that_do_not_hold_what_sql_does_delete_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await world.rows("ledger_entry")
    monkeypatch.setitem(ORDERS, "entries", "id LIMIT 3")
    with pytest.raises(NotTheSameError):
        await world.sealer.seal("s")
    assert await world.rows("ledger_entry") == before
    assert (world.files(), await world.state()) == ([], None)


async def test_rows_that_a_killed_sealer_left_are_not_counted_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, entries = await world.tell(), await world.rows("ledger_entry")

    async def killed(*_: object) -> int:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(service, "forget_all", killed)
        with pytest.raises(ConnectionError):
            await world.sealer.seal("s")
    assert await world.state() == "sealed"
    assert len(await world.rows("ledger_entry")) == len(entries)
    assert await world.tell() == told
    await world.sealer.unseal("s")
    assert await world.rows("ledger_entry") == entries


async def test_raw_rows_leave_in_small_steps_and_what_was_left_goes_on_the_next_round(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "DROPPED_AT_ONCE_MAX", 3)
    await world.sealer.seal("s")
    assert await world.rows("playing") == []


async def test_old_shows_are_sealed_by_themselves(world: World) -> None:
    assert await world.sealer.run_once() == 3
    assert await world.sealer.run_once() == 0
    assert len(world.files()) == 9
    world.clock.at = START


async def test_a_file_that_is_not_there_is_said_and_no_figure_is_made_up(world: World) -> None:
    await world.sealer.seal("s")
    for each in world.files():
        (world.folder / each).unlink()
    with pytest.raises(FileNotFoundError):
        await world.reports.recompute("s")
    with pytest.raises(FileNotFoundError):
        await world.sealer.unseal("s")
    assert await world.state() == "sealed"
