"""Making exports: one job at a time in each process, told of while it is made, left alone once it is stopped."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import cast

import structlog
from pydantic import ValidationError

from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.history import exports_repository as repository
from server.history.outlet import Wanted, What, write_export
from server.history.reading import Form
from server.history.tables import ExportJobRow
from server.protocol.codes import Code
from server.query.grammar import Query
from server.query.service import Queries
from server.stats.columns.shelf import Shelf
from server.stats.service import Reports
from server.waking import Waking
from server.zones import find_zone

PATIENCE = timedelta(seconds=60)
"""A job that nobody has told of for so long is taken up by another process: whoever made it is gone."""
TELL_SECONDS = 1.0
LOOK_SECONDS = 3.0
ATTEMPTS_MAX = 3
SECONDS_MAX = 300.0
"""No question is worked on longer for an export."""

log = structlog.get_logger()


class ExportMaker:
    """Makes what is waiting; the files are in `folder`."""

    def __init__(self, database: Database, clock: Clock, folder: Path, shelf: Shelf | None) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder
        self._reports = Reports(database, clock)
        self._queries = Queries(database, clock, shelf, seconds_max=SECONDS_MAX)
        self._waking = Waking()
        self._done = (0, 0)
        """Shows and rows that are read of the job that is being made."""

    def wake(self) -> None:
        """Have what waits made soon."""
        self._waking.tell()

    async def run_once(self) -> None:
        """Wait for something to do, a few seconds at most, and do what there is."""
        await self._waking.do_all(LOOK_SECONDS, self._work)

    async def _work(self) -> bool:
        async with self._database.write() as connection:
            job_id = await repository.take_job(connection, self._clock.now(), PATIENCE)
            row = None if job_id is None else await repository.find_job(connection, job_id)
            if row is not None and row.attempts > ATTEMPTS_MAX:
                why = "It was begun several times and never ended."
                await repository.set_job(connection, row.id, state="failed", taken_at=None, problem=why)
                return True
        if row is None:
            return False
        self._done = (0, 0)
        making = asyncio.create_task(self._make(row))
        telling = asyncio.create_task(self._tell_while(row, making))
        try:
            await making
        except RefusedError as refused:
            log.warning("export.refused", id=row.id, code=refused.code)
            await self._set(row, state="failed", taken_at=None, problem=refused.message)
        except asyncio.CancelledError:
            if not telling.done():  # the process ends; another one takes the job up
                raise
        finally:
            making.cancel()
            telling.cancel()
        return True

    async def _make(self, row: ExportJobRow) -> None:
        """Write the file beside its place, and put it there when it is whole."""
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        made = self._folder / f"{row.id}.{row.attempts}.part"
        try:
            rows = await write_export(
                self._database, self._reports, _wanted(row), made, self._note, queries=self._queries
            )
            size = (await asyncio.to_thread(made.stat)).st_size
            await asyncio.to_thread(made.replace, self._folder / row.id)
        finally:
            await asyncio.to_thread(made.unlink, missing_ok=True)
        ready = {"rows": rows, "rows_done": rows, "bytes": size, "shows_done": len(row.shows)}
        if not await self._set(row, state="ready", ready_at=self._clock.now(), taken_at=None, **ready):
            # Stopped at the last moment, or somebody in it was forgotten.
            await asyncio.to_thread((self._folder / row.id).unlink, missing_ok=True)

    def _note(self, shows: int, rows: int) -> None:
        self._done = (shows, rows)

    async def _tell_while(self, row: ExportJobRow, making: asyncio.Task[None]) -> None:
        """Tell how far it is; where it is not to be made any more, stop."""
        told = True
        while told:
            await asyncio.sleep(TELL_SECONDS)
            shows, rows = self._done
            told = await self._set(row, taken_at=self._clock.now(), shows_done=shows, rows_done=rows)
        making.cancel()

    async def _set(self, row: ExportJobRow, **values: object) -> bool:
        async with self._database.write() as connection:
            return await repository.set_working(connection, row, **values)


def _wanted(row: ExportJobRow) -> Wanted:
    try:
        query = None if row.query is None else Query.model_validate(row.query)
    except ValidationError:  # of another version's server
        raise RefusedError(Code.INVALID, "This server does not know how to read the query.") from None
    form, zone = cast("Form", row.form), find_zone(row.tz)
    return Wanted(cast("What", row.of), row.shows, form, row.bom, zone, row.channel_id, query)
