"""Figures of a channel's people are the same from SQL alone, from files, and from some of each."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from sqlalchemy import text

from server.db.engine import Database
from server.stats.columns.generation_repository import give_generation, number_people
from server.stats.columns.shelf import Shelf
from server.stats.lifetime import record
from server.stats.lifetime.mapped import EVERYBODY, MapBy
from server.stats.lifetime.segment_rules import NumberCondition
from server.stats.lifetime.segment_service import Segments
from server.stats.lifetime.service import Lifetimes, Span
from tests.integration.stats.lifetime.history import AS_OF, History, histories
from tests.integration.stats.lifetime.test_people import CLOCK, RANDOMLY, SINCE, TWICE, on_rows, url

__all__ = ["url"]


CAME_TWICE = NumberCondition(metric="shows", op=">=", value=2)


async def give_generations(database: Database, channel: str, *, each: int = 1) -> None:
    """Say of each n-th show that its rows no longer change."""
    async with database.read() as connection:
        owned = text("SELECT id FROM show WHERE channel_id = :channel ORDER BY id")
        shows = list(await connection.scalars(owned, {"channel": channel}))
    for show in shows[::each]:
        async with database.write() as connection:
            await number_people(connection, show)
        async with database.write() as connection:
            assert await give_generation(connection, show, AS_OF)


async def answers(database: Database, channel: str, shelf: Shelf) -> list[Any]:
    lifetimes = Lifetimes(database, CLOCK, shelf)
    found: list[Any] = [
        await lifetimes.retention(channel, "view", "view", Span("week", SINCE)),
        await lifetimes.retention(channel, "purchase", "view", Span("month", SINCE)),
        await lifetimes.retention(channel, "view", "purchase", Span("day", date(2026, 8, 1))),
    ]
    found.append(await lifetimes.lifetime(channel, Span("month", SINCE), horizon_days=90, discount=0.1))
    found.append(await lifetimes.churn(channel, "view", 60))
    segments = Segments(database, CLOCK, lifetimes)
    bys: tuple[MapBy, ...] = ("lifecycle", "nps", "source")
    for by in bys:
        found.append(await segments.map(channel, by, date(2026, 6, 1), None))
        found += await read_cell(segments, channel, by)
    found.append(await segments.built_in(channel))
    found.append(await segments.preview(channel, CAME_TWICE, date(2026, 9, 1)))
    found += await segments.viewers(channel, "new", None, after="b", limit=3)
    return [each if isinstance(each, str) else each.model_dump() for each in found]


async def read_cell(segments: Segments, channel: str, by: MapBy) -> list[str]:
    """Return whom everybody's cell of clicks leads to, page by page."""
    found: list[str] = []
    while page := await segments.map_viewers(
        channel,
        by,
        (date(2026, 6, 1), None),
        (EVERYBODY, "clicked"),
        after=found[-1] if found else None,
        limit=3,
    ):
        found += [each.viewer_id for each in page]
    return found


@settings(RANDOMLY, max_examples=6)
@given(histories)
@example(TWICE)
def test_figures_are_the_same_from_files_and_by_whatever_blocks_of_people(url: str, history: History) -> None:
    async def ask(database: Database, channel: str) -> list[Any]:
        with TemporaryDirectory() as folder:
            shelf = Shelf(Path(folder))
            found = [await answers(database, channel, shelf)]
            for each in (2, 1):
                await give_generations(database, channel, each=each)
                found += [await answers(database, channel, shelf) for _ in range(2)]
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(record, "BLOCK", 3)
                found.append(await answers(database, channel, shelf))
        return found

    wanted, *others = on_rows(url, history, ask)
    assert [other for other in others if other != wanted] == []
