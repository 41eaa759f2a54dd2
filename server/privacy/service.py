"""Forgetting a person, and handing out what is kept of them."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.privacy import repository
from server.protocol.codes import Code
from server.sealing.kinds import KEPT_KINDS
from server.sealing.service import Sealer

SETTLING_SECONDS_MAX = 45.0
"""How long what is still under way to SQL is waited for."""
FLUSHED_WITHIN = timedelta(seconds=3)
"""What a server has recorded is in the stream so much later, clocks that differ a little included."""
SILENT_FOR = timedelta(minutes=1)
"""A server that was not heard of for so long has nobody who watches."""
LOOK_SECONDS = 0.5
TRIES = 5
_CONTENTION = ("40001", "40P01", "55P03")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased: ids of the person, shows and rows. `settled`: nothing about them can still be under way."""

    ids: int
    shows: int
    rows: int
    settled: bool


class Privacy:
    """Erases and hands out by any id that a person has: a known viewer's, or that of a guest who turned out to be them."""

    def __init__(self, database: Database, clock: Clock, sealer: Sealer) -> None:
        self._database = database
        self._clock = clock
        self._sealer = sealer

    async def hand_out(self, viewer_id: str) -> dict[str, Any]:
        """Return everything that is kept about the person, by table, as JSON-ready rows; raises `not_found` where there is nothing."""
        async with self._database.read() as connection:
            ids = await repository.read_ids(connection, viewer_id)
            shows = await repository.read_shows(connection, ids)
            rows = await repository.read_rows(connection, ids, shows)
            for table, sealed in (await self._sealer.rows_about(connection, ids, shows)).items():
                rows[table] = [*rows.get(table, []), *(row for row in sealed if not _is_kept(table, row))]
        if not rows:
            raise RefusedError(Code.NOT_FOUND)
        return {"ids": ids, "made_at": self._clock.now(), "rows": rows}

    async def forget(self, viewer_id: str, *, settling_seconds: float = SETTLING_SECONDS_MAX) -> Forgotten:
        """Erase the person: rows that counts rest on stay under random ids, the rest is deleted. No figure changes.

        First it waits until workers have counted what servers had recorded; then all is one transaction. Raises `not_found`, `forbidden`
        for those who work for a channel, and `conflict` for those who are watching.
        """
        async with self._database.read() as connection:
            ids = await repository.read_ids(connection, viewer_id)
            if await repository.is_staff(connection, ids):
                raise RefusedError(Code.FORBIDDEN)
            if await repository.is_watching(connection, ids, self._clock.now() - SILENT_FOR):
                raise RefusedError(Code.CONFLICT)
            if not await repository.read_rows(connection, ids, await repository.read_shows(connection, ids)):
                raise RefusedError(Code.NOT_FOUND)
        settled = await self._wait_until_read(settling_seconds)
        shows, rows = await self._erase({id: new_id("v") for id in ids}, secrets.token_urlsafe(32))
        await self._sealer.tidy()
        return Forgotten(len(ids), shows, rows, settled)

    async def _erase(self, names: dict[str, str], salt: str) -> tuple[int, int]:
        for attempt in range(1, TRIES + 1):
            try:
                async with self._database.write() as connection:
                    shows = await repository.read_shows(connection, list(names))
                    rows = await self._sealer.rename(connection, names, shows, salt)
                    return len(shows), rows + await repository.erase(connection, names, shows, salt)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _CONTENTION or attempt == TRIES:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _wait_until_read(self, seconds: float) -> bool:
        """Wait until workers have read what was told until now; False where that takes too long, or no worker runs."""
        at = self._clock.now() + FLUSHED_WITHIN
        until = asyncio.get_running_loop().time() + seconds
        while True:
            async with self._database.read() as connection:
                if await repository.is_read_until(connection, at):
                    return True
            if asyncio.get_running_loop().time() >= until:
                return False
            await asyncio.sleep(LOOK_SECONDS)


def _is_kept(table: str, row: dict[str, Any]) -> bool:
    """Whether a sealed row is in SQL as well."""
    return table == "ledger_entry" and row["kind"] in KEPT_KINDS
