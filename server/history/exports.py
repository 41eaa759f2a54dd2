"""Exports as jobs: asked for, made beside what goes on, and kept for a day."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import structlog

from server.access.principal import Principal
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.history import exports_repository as repository
from server.history.outlet import Wanted, What, write_export
from server.history.reading import Form
from server.history.tables import ExportJobRow
from server.ids import new_id
from server.protocol.codes import Code
from server.stats.service import Reports
from server.zones import find_zone

KEPT = timedelta(days=1)
PATIENCE = timedelta(seconds=60)
"""A job that nobody has told of for so long is taken up by another process: whoever made it is gone."""
TELL_SECONDS = 5.0
LOOK_SECONDS = 3.0
ATTEMPTS_MAX = 3
SHOWS_MAX = 400

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ordered:
    """What is to be exported: rows of these shows, or of all that began on these days of the channel's time zone."""

    of: What
    form: Form
    bom: bool
    tz: str
    shows: Sequence[str]
    days: tuple[date, date] | None


class Exports:
    """The exports of all channels; their files are in `folder`."""

    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder
        self._reports = Reports(database, clock)
        self._wake = asyncio.Event()
        self._shows_done = 0
        """Of the job that is being made: one at a time."""

    async def order(self, by: Principal, ordered: Ordered) -> ExportJobRow:
        """Note what is wanted and return the job; raises `invalid` for no shows or too many, and `not_found` for another channel's."""
        find_zone(ordered.tz)
        async with self._database.write() as connection:
            if ordered.days is not None:
                shows = await repository.find_shows(connection, by.channel_id, *ordered.days)
            else:
                shows = list(dict.fromkeys(ordered.shows))
                if len(await repository.find_own(connection, by.channel_id, shows)) < len(shows):
                    raise RefusedError(Code.NOT_FOUND, "The channel has no such show.")
            if not 1 <= len(shows) <= SHOWS_MAX:
                raise RefusedError(Code.INVALID, f"An export is of 1 to {SHOWS_MAX} shows.")
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
            )
            await repository.insert_job(connection, row)
        self._wake.set()
        return row

    async def find(self, channel_id: str, job_id: str) -> ExportJobRow:
        """Return a job of the channel; raises `not_found`."""
        async with self._database.read() as connection:
            row = await repository.find_job(connection, job_id, channel_id)
        if row is None:
            raise RefusedError(Code.NOT_FOUND, "The channel has no such export.")
        return row

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
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._wake.wait()
        self._wake.clear()
        while await self._work():
            pass

    async def forget(self) -> None:
        """Remove jobs that are older than a day, and every file whose job is gone."""
        files = await asyncio.to_thread(lambda: list(self._folder.glob("*")))
        async with self._database.write() as connection:
            await repository.forget_jobs(connection, self._clock.now() - KEPT)
            known = await repository.find_known(connection, [_job_of(file) for file in files])
        for file in files:
            if _job_of(file) not in known:
                await asyncio.to_thread(file.unlink, missing_ok=True)

    async def _work(self) -> bool:
        async with self._database.write() as connection:
            job_id = await repository.take_job(connection, self._clock.now(), PATIENCE)
            row = None if job_id is None else await repository.find_job(connection, job_id)
            if row is not None and row.attempts > ATTEMPTS_MAX:
                await repository.set_job(connection, row.id, state="failed", taken_at=None)
                return True
        if row is None:
            return False
        self._shows_done = 0
        telling = asyncio.create_task(self._tell_that_it_lives(row.id))
        try:
            await self._make(row)
        except RefusedError as refused:
            log.warning("export.refused", id=row.id, code=refused.code)
            await self._set(row.id, state="failed", taken_at=None)
        finally:
            telling.cancel()
        return True

    async def _make(self, row: ExportJobRow) -> None:
        """Write the file beside its place, and put it there when it is whole."""
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        made = self._folder / f"{row.id}.{row.attempts}.part"
        wanted = Wanted(cast("What", row.of), row.shows, cast("Form", row.form), row.bom, find_zone(row.tz))
        try:
            rows = await write_export(self._database, self._reports, wanted, made, self._note_done)
            size = (await asyncio.to_thread(made.stat)).st_size
            await asyncio.to_thread(made.replace, self._folder / row.id)
        finally:
            await asyncio.to_thread(made.unlink, missing_ok=True)
        ready = {"rows": rows, "bytes": size, "shows_done": len(row.shows)}
        if not await self._set(
            row.id, state="ready", ready_at=self._clock.now(), taken_at=None, **ready
        ):  # somebody in it was forgotten meanwhile
            await asyncio.to_thread((self._folder / row.id).unlink, missing_ok=True)

    def _note_done(self, shows: int) -> None:
        self._shows_done = shows

    async def _tell_that_it_lives(self, job_id: str) -> None:
        while True:
            await asyncio.sleep(TELL_SECONDS)
            await self._set(job_id, taken_at=self._clock.now(), shows_done=self._shows_done)

    async def _set(self, job_id: str, **values: object) -> bool:
        async with self._database.write() as connection:
            return await repository.set_job(connection, job_id, **values)


def _job_of(file: Path) -> str:
    """Return the id of the job that a file, whole or not, is of."""
    return file.name.partition(".")[0]
