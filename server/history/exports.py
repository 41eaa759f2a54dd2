"""Exports as jobs: asked for, looked at, stopped, tried again, fetched; kept for a day."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from server.access.principal import Principal
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.history import exports_repository as repository
from server.history.exports_making import ExportMaker
from server.history.outlet import What
from server.history.reading import Form
from server.history.tables import ExportJobRow
from server.ids import new_id
from server.protocol.codes import Code
from server.stats.columns.shelf import Shelf
from server.zones import find_zone

KEPT = timedelta(days=1)
SHOWS_MAX = 400
JOBS_MAX = 200
"""Of a channel, in a day."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What is to be exported: rows of these shows, or of all that began on these days of the channel's time zone; or a query's result."""

    of: What
    form: Form
    bom: bool
    tz: str
    shows: Sequence[str]
    days: tuple[date, date] | None
    query: dict[str, Any] | None = None


class Exports:
    """The exports of all channels; their files are in `folder`, and `shelf` has columns of shows whose rows no longer change."""

    def __init__(self, database: Database, clock: Clock, folder: Path, shelf: Shelf | None = None) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder
        self._maker = ExportMaker(database, clock, folder, shelf)

    async def order(self, by: Principal, ordered: Ordered) -> ExportJobRow:
        """Note what is wanted and return the job.

        Raises `invalid` for no shows or too many, `not_found` for another channel's, and `too_many` jobs of a day.
        """
        find_zone(ordered.tz)
        async with self._database.write() as connection:
            if await repository.count_jobs(connection, by.channel_id) >= JOBS_MAX:
                why = "The channel has asked for as many exports as it may in a day."
                raise RefusedError(Code.TOO_MANY, why, limit=JOBS_MAX, left=0)
            shows = [] if ordered.query is not None else await self._shows_of(connection, by, ordered)
            row = ExportJobRow(
                id=new_id("x"),
                channel_id=by.channel_id,
                state="waiting",
                of=ordered.of,
                shows=shows,
                form=ordered.form,
                bom=ordered.bom,
                tz=ordered.tz,
                actor=by.id,
                created_at=self._clock.now(),
                query=ordered.query,
            )
            await repository.insert_job(connection, row)
        self._maker.wake()
        return row

    async def _shows_of(self, connection: Any, by: Principal, ordered: Ordered) -> list[str]:
        if ordered.days is not None:
            shows = await repository.find_shows(connection, by.channel_id, *ordered.days)
        else:
            shows = list(dict.fromkeys(ordered.shows))
            if len(await repository.find_own(connection, by.channel_id, shows)) < len(shows):
                raise RefusedError(Code.NOT_FOUND, "The channel has no such show.")
        if not 1 <= len(shows) <= SHOWS_MAX:
            raise RefusedError(Code.INVALID, f"An export is of 1 to {SHOWS_MAX} shows.")
        return shows

    async def find(self, channel_id: str, job_id: str) -> ExportJobRow:
        """Return a job of the channel; raises `not_found`."""
        async with self._database.read() as connection:
            row = await repository.find_job(connection, job_id, channel_id)
        if row is None:
            raise RefusedError(Code.NOT_FOUND, "The channel has no such export.")
        return row

    async def list_of(self, channel_id: str, *, after: str | None, limit: int) -> list[ExportJobRow]:
        """Return up to `limit` jobs of the channel, the newest first."""
        async with self._database.read_soon() as connection:
            return await repository.list_jobs(connection, channel_id, after=after, limit=limit)

    async def cancel(self, channel_id: str, job_id: str) -> ExportJobRow:
        """Stop a job that waits or is worked on; raises `not_found`, and `conflict` for one that has come to an end."""
        return await self._move(channel_id, job_id, ("waiting", "working"), "cancelled", taken_at=None)

    async def retry(self, channel_id: str, job_id: str) -> ExportJobRow:
        """Begin a job anew that failed or was stopped; raises `not_found`, and `conflict` for any other."""
        again = {"attempts": 0, "problem": None, "rows_done": None, "shows_done": 0}
        row = await self._move(channel_id, job_id, ("failed", "cancelled"), "waiting", **again)
        self._maker.wake()
        return row

    async def _move(
        self, channel_id: str, job_id: str, of: Sequence[str], to: str, **values: Any
    ) -> ExportJobRow:
        row = await self.find(channel_id, job_id)
        async with self._database.write_soon() as connection:
            moved = await repository.set_state(connection, job_id, of, to, **values)
        if not moved:
            raise RefusedError(
                Code.CONFLICT,
                f"Only an export that is {' or '.join(of)} can be.",
                current={"state": row.state},
            )
        return await self.find(channel_id, job_id)

    async def file_of(self, channel_id: str, job_id: str) -> tuple[ExportJobRow, Path]:
        """Return a job that is ready and its file; raises `not_found`, `conflict` and, where the file is elsewhere, `unavailable`."""
        row = await self.find(channel_id, job_id)
        if row.state != "ready":
            raise RefusedError(Code.CONFLICT, "The export is not ready.", current={"state": row.state})
        file = self._folder / row.id
        if not await asyncio.to_thread(file.is_file):
            raise RefusedError(Code.UNAVAILABLE, "Another machine has the file: the servers share no folder.")
        return row, file

    async def run_once(self) -> None:
        """Wait for something to do, a few seconds at most, and do what there is."""
        await self._maker.run_once()

    async def forget(self) -> None:
        """Remove jobs that are older than a day, and every file whose job is gone."""
        files = await asyncio.to_thread(lambda: list(self._folder.glob("*")))
        async with self._database.write() as connection:
            await repository.forget_jobs(connection, self._clock.now() - KEPT)
            known = await repository.find_known(connection, [_job_of(file) for file in files])
        for file in files:
            if _job_of(file) not in known:
                await asyncio.to_thread(file.unlink, missing_ok=True)


def _job_of(file: Path) -> str:
    """Return the id of the job that a file, whole or not, is of."""
    return file.name.partition(".")[0]
