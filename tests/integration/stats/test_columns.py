"""Columns that are kept of a show say what SQL says, for as long as they stand; whatever changes the show takes them away."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from server.stats.channel.period import Asked
from server.stats.channel.service import ChannelReports
from server.stats.columns.keeping import ColumnKeeper
from server.stats.columns.shelf import Shelf
from server.stats.lifetime.segment_writing import SegmentWriting
from server.viewers.alias_repository import insert_alias_once
from server.viewers.tables import ViewerAliasRow
from server.workers.rollups import RollupKeeper
from tests.integration.stats import test_final_reports as finals
from tests.integration.stats.hand_made import CHANNEL, START
from tests.integration.stats.test_final_reports import SOON, World, paid, world

__all__ = ["world"]

YEAR = Asked(START.date().replace(month=1, day=1), START.date().replace(month=12, day=31))


async def segments_written(world: World) -> None:
    await world.sql("DELETE FROM segmented_show")
    await SegmentWriting(world.database, world.clock).run_once()


CHANGES = (
    finals.a_late_reaction,
    finals.a_late_stretch,
    finals.a_suspect_who_is_none,
    finals.a_process_that_lives_after_all,
    finals.an_order_of_the_shop,
    finals.a_refund,
    finals.a_cancellation,
    finals.an_alias,
    finals.an_alias_taken_back,
    finals.a_question_dismissed,
    finals.facts_that_are_brought_in,
    segments_written,
)


async def keep(world: World, folder: Path) -> int:
    """Do what the worker's loops do; return how many files there are then."""
    await RollupKeeper(world.database, world.clock).run_all()
    while await SegmentWriting(world.database, world.clock).run_once():
        pass
    await ColumnKeeper(world.database, world.clock, Shelf(folder)).run_all()
    return sum(each.name.endswith(".columns") for each in os.scandir(folder))


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def answer(world: World, folder: Path | None) -> tuple[dict[str, Any], ...]:
    reports = ChannelReports(world.database, world.clock, Shelf(folder))
    report, parts = (
        await reports.report(CHANNEL, YEAR, "show"),
        await reports.breakdown(CHANNEL, YEAR, "segment"),
    )
    return report.model_dump(), parts.model_dump()


@pytest.mark.parametrize("change", CHANGES)
async def test_what_changes_a_show_is_in_the_next_answer(
    world: World, tmp_path: Path, change: Callable[[World], Awaitable[None]]
) -> None:
    await world.shop.report(CHANNEL, paid(world, "1000"))
    async with world.database.write() as connection:
        alias = ViewerAliasRow(id="c", show_id="s", raw="ben", canonical="gus", at=SOON)
        await insert_alias_once(connection, alias)
    await world.sql("UPDATE rollup SET segment = 'lapsed'")
    await world.sql("INSERT INTO segmented_show SELECT id, now() FROM show")
    assert await keep(world, tmp_path) == 3
    before = await answer(world, tmp_path)
    assert before == await answer(world, None)
    await change(world)
    after = await answer(world, None)
    assert after != before, "the change is one"
    assert await answer(world, tmp_path) == after
    await keep(world, tmp_path)
    assert await answer(world, tmp_path) == await answer(world, None)


async def test_a_file_that_is_lost_or_not_whole_is_made_again(world: World, tmp_path: Path) -> None:
    await keep(world, tmp_path)
    wanted = await answer(world, tmp_path)
    files = files_in(tmp_path)
    files[0].unlink()
    files[1].write_bytes(files[1].read_bytes()[:-1])
    files[2].write_bytes(b'{"layout": 0}\n')
    assert await answer(world, tmp_path) == wanted
    sizes = [each.stat().st_size for each in files]
    assert await answer(world, tmp_path) == wanted
    assert [each.stat().st_size for each in files] == sizes
    assert min(sizes) > 1_000


async def test_where_no_file_can_be_written_figures_are_the_same(world: World, tmp_path: Path) -> None:
    await keep(world, tmp_path)
    wanted = await answer(world, tmp_path)
    no_folder = tmp_path / "file"
    no_folder.write_text("")
    assert await answer(world, no_folder) == wanted


async def test_no_file_names_anybody(world: World, tmp_path: Path) -> None:
    await keep(world, tmp_path)
    kept = b"".join(each.read_bytes() for each in files_in(tmp_path))
    async with world.database.read() as connection:
        viewers = list(await connection.scalars(text("SELECT DISTINCT viewer_id FROM rollup")))
    assert viewers
    assert [viewer for viewer in viewers if viewer.encode() in kept] == []


async def test_files_of_former_generations_go(world: World, tmp_path: Path) -> None:
    await keep(world, tmp_path)
    assert Shelf(tmp_path).tidy({}) == 0, "what is young may be of a generation that was not seen yet"
    for each in files_in(tmp_path):
        os.utime(each, (0, 0))
    assert Shelf(tmp_path).tidy({}) == 3
    assert files_in(tmp_path) == []
