"""Sealing shows, bringing them back, and keeping sealed files in order."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db.driver import as_json
from server.db.engine import Database
from server.db.forgetting import forget_all
from server.errors import RefusedError
from server.ids import new_id
from server.protocol.codes import Code
from server.sealing import places, repository
from server.sealing.kinds import KINDS, RAW, TABLES
from server.sealing.parquet_repository import names_in, rename_in, rows_of, working_folder, write_file
from server.sealing.unsealing import unseal

DROPPED_AT_ONCE_MAX = 20_000
"""Raw rows that leave SQL in one transaction: some tens of milliseconds."""
DUE_AT_ONCE_MAX = 20
IsSettled = Callable[[AsyncConnection, str, datetime], Awaitable[bool]]
"""Whether everything that happened in a show up to its end has been counted."""
ReadReactions = Callable[[AsyncConnection, str], Awaitable[dict[str, int]]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SealedShow:
    """What was sealed of a show: rows of each kind, and the bytes of its files."""

    show_id: str
    entries: int
    playing: int
    people: int
    bytes: int


class Sealer:
    """Seals, unseals, renames people in sealed files, and removes files that nobody needs any more."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        base: str,
        *,
        settled: IsSettled,
        reactions: ReadReactions,
        after: timedelta | None = None,
    ) -> None:
        """`base` is where new files go; `after`: how long after its end a show is sealed by itself, None: never."""
        self._database = database
        self._clock = clock
        self._base = base
        self._settled = settled
        self._reactions = reactions
        self._after = after

    async def seal(self, show_id: str) -> SealedShow:
        """Seal a show that has ended and is settled, and return what its files hold; one that is sealed already stays so.

        Raises `not_found`, `conflict` for a show that is not over or changes just now, `NotTheSameError` where the files do not hold what
        SQL does: then nothing was deleted.
        """
        claimed = await self._claim(show_id)
        if claimed is not None:
            try:
                await self._write(claimed)
            except BaseException:
                await self._give_up(claimed)
                raise
        await forget_all(
            self._database,
            lambda connection, most: repository.drop_rows(connection, show_id, most),
            DROPPED_AT_ONCE_MAX,
        )
        async with self._database.read() as connection:
            (row,) = await repository.read_sealed(connection, show_id)
        return SealedShow(show_id, row.entries, row.playing, row.people, row.bytes)

    async def unseal(self, show_id: str) -> bool:
        """Bring a show's raw rows back into SQL, and remove its files; False where it was not sealed."""
        async with self._database.write() as connection:
            done = await unseal(connection, [show_id])
        await self.tidy(show_id)
        return bool(done)

    async def run_once(self) -> int:
        """Seal what is due, and tidy; return how many shows were sealed."""
        await self.tidy()
        if self._after is None:
            return 0
        before = self._clock.now() - self._after
        async with self._database.read() as connection:
            due = await repository.find_due(connection, before, DUE_AT_ONCE_MAX)
        sealed = 0
        for show_id in due:
            try:
                done = await self.seal(show_id)
            except RefusedError:
                continue
            sealed += 1
            log.info(
                "sealing.sealed", show=show_id, entries=done.entries, people=done.people, bytes=done.bytes
            )
        return sealed

    async def tidy(self, show_id: str | None = None) -> None:
        """Remove files that no row stands for any more, of a show or all: of those that were unsealed, and former generations."""
        async with self._database.read() as connection:
            rows = await repository.read_sealed(connection, show_id)
        for row in rows:
            if row.state == "writing":
                continue
            keep = row.generation if row.state == "sealed" else None
            await asyncio.to_thread(places.remove_others, row.base, row.channel_id, row.show_id, keep)
            if keep is None:
                async with self._database.write() as connection:
                    await repository.forget(connection, row)

    async def rename(
        self, connection: AsyncConnection, names: Mapping[str, str], show_ids: Sequence[str], salt: str
    ) -> int:
        """Put new names in the place of ids in the sealed files of these shows, in the caller's transaction; return how many rows.

        The files are written anew beside the old ones, which stand until the caller's transaction is over: call `tidy` then.
        """
        rows = 0
        known = {row.show_id for row in await repository.read_sealed(connection)}
        for show_id in set(show_ids) - known:  # files that a killed process may have left
            show = await repository.find_show(connection, show_id)
            if show is not None:
                await asyncio.to_thread(places.remove_others, self._base, show.channel_id, show_id, None)
        for row in await repository.lock_sealed(connection, show_ids):
            if row.state == "writing":
                await repository.give_up(connection, row.show_id, row.claim)
            else:
                rows += await self._rename(connection, row, names, salt)
        return rows

    async def rows_about(
        self, connection: AsyncConnection, ids: Sequence[str], show_ids: Sequence[str]
    ) -> dict[str, list[dict[str, Any]]]:
        """Return the raw rows about these ids in the sealed files of these shows, by table."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in await repository.read_sealed(connection):
            if row.state == "sealed" and row.show_id in show_ids:
                with working_folder() as folder:
                    for kind in RAW:
                        file = await asyncio.to_thread(_fetch, row, kind, folder)
                        found.setdefault(TABLES[kind], []).extend(
                            await asyncio.to_thread(rows_of, file, list(ids))
                        )
        return {table: rows for table, rows in found.items() if rows}

    async def _claim(self, show_id: str) -> Row[Any] | None:
        """Claim the show; None where it is sealed already."""
        async with self._database.write() as connection:
            show = await repository.find_show(connection, show_id)
            if show is None:
                raise RefusedError(Code.NOT_FOUND)
            if show.state != "ended" or not await self._settled(connection, show_id, show.ended_at):
                raise RefusedError(Code.CONFLICT)
            claimed = await repository.claim(connection, show_id, new_id("se"), self._base, self._clock.now())
            if claimed is None:
                if [
                    row for row in await repository.read_sealed(connection, show_id) if row.state == "sealed"
                ]:
                    return None
                raise RefusedError(Code.CONFLICT)
        async with self._database.write() as connection:
            await repository.number_people(connection, show_id)
        return claimed

    async def _write(self, row: Row[Any]) -> None:
        with working_folder() as folder:
            async with self._database.read() as connection:
                last_entry = await repository.read_last_entry(connection, row.show_id)
                reactions = await self._reactions(connection, row.show_id)
                written = {
                    kind: await write_file(connection, kind, row.show_id, folder / f"{kind}.parquet")
                    for kind in KINDS
                }
            for kind in KINDS:
                key = places.key_of(row.channel_id, row.show_id, kind, row.generation)
                await asyncio.to_thread(places.put, row.base, key, folder / f"{kind}.parquet")
        given = {
            "show": row.show_id,
            "claim": row.claim,
            "last_entry": last_entry,
            "entries": written["entries"].rows,
            "playing": written["playing"].rows,
            "people": written["rollup"].rows,
            "bytes": sum(each.bytes for each in written.values()),
            "reactions": as_json(reactions),
            "now": self._clock.now(),
        }
        async with self._database.write() as connection:
            if not await repository.finish(connection, given):
                raise RefusedError(Code.CONFLICT)

    async def _give_up(self, row: Row[Any]) -> None:
        async with self._database.write() as connection:
            await repository.give_up(connection, row.show_id, row.claim)
            left = await repository.read_sealed(connection, row.show_id)
        if not left:
            await asyncio.to_thread(places.remove_others, row.base, row.channel_id, row.show_id, None)

    async def _rename(
        self, connection: AsyncConnection, row: Row[Any], names: Mapping[str, str], salt: str
    ) -> int:
        rows = size = 0
        with working_folder() as folder:
            files = {kind: await asyncio.to_thread(_fetch, row, kind, folder) for kind in KINDS}
            named = {
                kind: await asyncio.to_thread(names_in, file, list(names)) for kind, file in files.items()
            }
            rows = sum(named.values())
            if not rows:
                return 0
            for kind, file in files.items():
                anew = folder / f"anew-{kind}.parquet"
                await asyncio.to_thread(rename_in, kind, file, anew, names, salt)
                key = places.key_of(row.channel_id, row.show_id, kind, row.generation + 1)
                await asyncio.to_thread(places.put, row.base, key, anew)
                size += anew.stat().st_size
        await repository.move_on(connection, row.show_id, size)
        return rows


def _fetch(row: Row[Any], kind: Any, folder: Path) -> Path:
    return places.fetch(row.base, places.key_of(row.channel_id, row.show_id, kind, row.generation), folder)
