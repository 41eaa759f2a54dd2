"""Making reports: one read transaction, one moment, then pure computing beside the event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.ledger.rows_repository import find_rows_behind
from server.protocol.codes import Code
from server.sealing.unsealing import facts_around
from server.stats import export_repository, repository
from server.stats.acts_repository import read_met
from server.stats.canonical import read_as_whose_it_is
from server.stats.counting import count_facts
from server.stats.curve_repository import find_curve, read_kept_curve
from server.stats.definitions import REPEAT_DAYS
from server.stats.export import (
    ExportOf,
    Table,
    order_table,
    question_table,
    series_table,
    survey_table,
    viewer_table,
)
from server.stats.facts import Counted, SeriesFacts, ShowFacts, ShowHead
from server.stats.figures import build_report, whole_microseconds
from server.stats.final import FinalReports, differing
from server.stats.kept import KeptPeople
from server.stats.population import as_list
from server.stats.replay_repository import read_replay
from server.stats.report import ShowReport
from server.stats.returning_repository import read_returning
from server.stats.row_counts import count_by_rows
from server.stats.sales_repository import read_first_orders, read_sold, read_wares
from server.stats.series import build_series, fit_step
from server.stats.series_report import SeriesReport
from server.stats.series_repository import read_series_facts
from server.stats.surveys.repository import read_survey_figures
from server.stats.watching import attend

R = TypeVar("R")

READS_AT_ONCE = 2
"""So many reports of one process read at the same time; the pool's other connections stay for the shows."""


VIEWERS_PER_SECOND = 10_000
"""A report is given again for a second per so many viewers, so that making reports of a great show takes a bounded share of the
process; a report of fewer is fresh each time. `as_of` tells.
"""


class Reports:
    """Reads the figures of shows. Who asks for the same thing while it is being made gets that one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = self.clock = clock
        self.final = FinalReports(database, clock)
        self._reading = asyncio.Semaphore(READS_AT_ONCE)
        self._kept: dict[Hashable, asyncio.Task[Any]] = {}

    async def report(self, show_id: str, *, repeat_days: int = REPEAT_DAYS) -> ShowReport:
        """Return the figures of a show as of now; raises `not_found`."""
        answered = await self._share(
            ("report", show_id, repeat_days),
            lambda: self._answer(show_id, repeat_days),
            lambda answered: 0 if answered[1] else answered[0].audience.viewers,
        )
        return answered[0]

    async def recompute(self, show_id: str, *, repeat_days: int = REPEAT_DAYS) -> ShowReport:
        """Return the figures of a show as of now, from the ledger's entries, whatever is stored; raises `not_found`."""
        return await self._make_report(show_id, timedelta(days=repeat_days), from_entries=True)

    async def verify(self, show_id: str | None = None) -> AsyncIterator[str]:
        """Yield each stored report, of one show or all, that is not what the facts come to, with the first figure that differs."""
        for show, days in await self.final.stored(show_id):
            looked, made = await self.final.look(show, days), await self.recompute(show, repeat_days=days)
            found = differing(looked.report, made) if looked.report else []
            if looked.report and (found or await self.final.rests_on_others(show, days)):
                yield f"{show}, {days} days: {found[0] if found else 'made from other rows'}"

    async def series(self, show_id: str, *, step_seconds: int = 10) -> SeriesReport:
        """Return the figures of a show over time; raises `not_found`."""
        return await self._share(
            ("series", show_id, step_seconds),
            lambda: self._make_series(show_id, step_seconds),
            lambda series: max(series.watching, default=0),
        )

    async def table(self, show_id: str, of: ExportOf) -> Table:
        """Return rows to export; raises `not_found`."""
        if of == "series":
            return series_table(await self.series(show_id))
        async with self._reading, facts_around(self._database, show_id) as connection:
            show = await self._find(connection, show_id)
            if of == "orders":
                return order_table(await export_repository.read_order_rows(connection, show_id))
            if of == "questions":
                return question_table(await export_repository.read_question_rows(connection, show_id))
            if of == "surveys":
                return survey_table(await export_repository.read_survey_rows(connection, show_id))
            rows = await export_repository.read_viewer_rows(connection, show_id)
            stretches = await repository.read_stretches(connection, show)
        return await asyncio.to_thread(viewer_table, rows, stretches, whole_microseconds(show.length))

    async def _answer(self, show_id: str, days: int) -> tuple[ShowReport, bool]:
        """Return the report, and whether it is stored: one that is need not be kept here."""
        looked = await self.final.look(show_id, days)
        if looked.report is not None:
            return looked.report, True
        claim = await self.final.claim(show_id, days) if looked.ended else None
        report, people = await self._count_and_build(show_id, timedelta(days=days))
        if claim is not None:
            await self.final.keep(show_id, days, claim, report, people)
        return report, False

    async def _make_report(
        self, show_id: str, window: timedelta, *, from_entries: bool = False
    ) -> ShowReport:
        return (await self._count_and_build(show_id, window, from_entries=from_entries))[0]

    async def _count_and_build(
        self, show_id: str, window: timedelta, *, from_entries: bool = False
    ) -> tuple[ShowReport, KeptPeople | None]:
        async with self._reading, facts_around(self._database, show_id, window) as connection:
            show = await self._find(connection, show_id)
            counted, people = await _count(connection, show, window, from_entries=from_entries)
        return build_report(counted), people

    async def _make_series(self, show_id: str, step_seconds: int) -> SeriesReport:
        async with self._reading:
            facts = await self._read_kept_series(show_id, step_seconds)
            if facts is None:
                async with facts_around(self._database, show_id) as connection:
                    show = await self._find(connection, show_id)
                    facts = await read_series_facts(connection, show, fit_step(show, step_seconds))
        return await asyncio.to_thread(build_series, facts)

    async def _read_kept_series(self, show_id: str, step_seconds: int) -> SeriesFacts | None:
        """Where the curve is kept the raw rows, which may be sealed, are not asked for."""
        async with self._database.read() as connection:
            show = await self._find(connection, show_id)
            kept = await read_kept_curve(connection, show)
            if kept is None:
                return None
            return await read_series_facts(connection, show, fit_step(show, step_seconds), kept)

    async def _find(self, connection: AsyncConnection, show_id: str) -> ShowHead:
        show = await repository.read_show(connection, show_id, self._clock.now())
        if show is None:
            raise RefusedError(Code.NOT_FOUND)
        await read_as_whose_it_is(connection, show_id)
        return show

    async def _share(
        self, key: Hashable, make: Callable[[], Coroutine[Any, Any, R]], viewers_in: Callable[[R], int]
    ) -> R:
        task: asyncio.Task[R] | None = self._kept.get(key)
        if task is None:
            task = self._kept[key] = asyncio.create_task(make(), name=f"stats {key}")
            task.add_done_callback(lambda done: self._forget_later(key, done, viewers_in))
        return await asyncio.shield(task)

    def _forget_later(self, key: Hashable, done: asyncio.Task[R], viewers_in: Callable[[R], int]) -> None:
        failed = done.cancelled() or done.exception() is not None  # whoever still waits gets the error
        seconds = 0 if failed else viewers_in(done.result()) // VIEWERS_PER_SECOND
        if seconds:
            asyncio.get_running_loop().call_later(seconds, self._kept.pop, key)
        else:
            del self._kept[key]


async def count(
    connection: AsyncConnection, show: ShowHead, repeat_window: timedelta, *, from_entries: bool = False
) -> Counted:
    """Return what a report of `show` says: of a show that is final by scans over its rows, of others by looking at everybody in turn.

    `from_entries`: the ledger's entries and stretches are added up, whatever is kept of them.
    """
    return (await _count(connection, show, repeat_window, from_entries=from_entries))[0]


async def _count(
    connection: AsyncConnection, show: ShowHead, window: timedelta, *, from_entries: bool
) -> tuple[Counted, KeptPeople | None]:
    """`count`, and what of it is to be kept."""
    curve = None if from_entries else await find_curve(connection, show)
    if curve is not None:
        found = await count_by_rows(connection, show, window, curve)
        surveys = await read_survey_figures(connection, show, None, window)
        replay = await read_replay(connection, show.id, None)
        return replace(found.counted, surveys=surveys, replay=replay), found.people
    # Rows that are behind are as good as none.
    anew = from_entries or bool(await find_rows_behind(connection, [show.id]))
    return await _count_in_turn(connection, show, window, from_entries=anew), None


async def _count_in_turn(
    connection: AsyncConnection, show: ShowHead, repeat_window: timedelta, *, from_entries: bool
) -> Counted:
    """Who has a view is found first: all that is said of people is about them."""
    stretches = await repository.read_stretches(connection, show)
    attendance = await asyncio.to_thread(attend, stretches, whole_microseconds(show.length))
    viewers = as_list(attendance.live)
    facts = ShowFacts(
        show=show,
        repeat_window=repeat_window,
        people=await repository.read_people(connection, show),
        attendance=attendance,
        tallies=await repository.read_tallies(connection, show.id, viewers, from_entries=from_entries),
        questions=await repository.read_question_tallies(connection, show.id, viewers),
        walks=await repository.read_walks(connection, show, viewers),
        first_orders=await read_first_orders(connection, show.id),
        sold=await read_sold(connection, show.id, viewers),
        returning=await read_returning(connection, show, viewers, repeat_window),
        wares=await read_wares(connection, show, viewers, await read_met(connection, show, viewers)),
    )
    counted = await asyncio.to_thread(count_facts, facts)
    surveys = await read_survey_figures(connection, show, viewers, repeat_window)
    replay = await read_replay(connection, show.id, as_list(attendance.replay))
    return replace(counted, surveys=surveys, replay=replay.watched_for(attendance.replay.values()))
