"""The columns of shows: from a folder where it has those of the show's generation, from SQL else.

A file that is not there is never an error, and one that is there is of one generation for ever: so a folder may be lost, be of another
machine, or come back from a backup, and figures are the same. Whoever reads a show that has a generation and no file writes the file.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

import numpy as np
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from server.errors import RefusedError
from server.protocol.codes import Code
from server.sealing.unsealing import laid_over
from server.stats.columns import files
from server.stats.columns.generation_repository import read_generations
from server.stats.columns.rows import WHOS, ShowRows
from server.stats.columns.rows_repository import read_people, read_rows, read_sold

FOLDER: Final = "columns"
_ENDING: Final = ".columns"
_KEPT_SECONDS: Final = 600.0
"""A file that is younger may be of a generation that is newer than those that were read."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which shows everything is wanted, of which only what was bought in them, and of which the rows and orders alone, without what
    those have watched by now who still watch; in which currency, as of when.
    """

    rows: Sequence[str]
    sold: Sequence[str]
    currency: str
    as_of: datetime
    people: Sequence[str] = ()


class Shelf:
    """A folder of columns, or none: then everything is read from SQL."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    async def read(self, connection: AsyncConnection, wanted: Wanted) -> dict[str, ShowRows]:
        """Return the shows' columns in the connection's moment. People without a number are to be numbered (`numbers.numbered`).

        The connection is one of `Database.undone`: entries of sealed shows are read from their files where no columns are kept. Raises
        `busy` where such a show is being brought back into SQL just then.
        """
        whole = [*wanted.rows, *wanted.people]
        generations = await read_generations(connection, [*whole, *wanted.sold]) if self._folder else {}
        found = await asyncio.to_thread(self._find, generations, wanted.currency)
        for show in whole:
            if show in generations and show not in found:
                (rows,) = await _read_rows(connection, [show], wanted.currency, wanted.as_of)
                found[show] = await asyncio.to_thread(self._keep, show, generations[show], rows)
        for shows, read in (
            (wanted.rows, _read_rows),
            (wanted.sold, read_sold),
            (wanted.people, read_people),
        ):
            lacking = [show for show in shows if show not in found]
            if lacking:
                read_now = await read(connection, lacking, wanted.currency, wanted.as_of)
                found |= dict(zip(lacking, read_now, strict=True))
        return found

    def has(self, show: str, generation: str) -> bool:
        """Whether there is a file of that generation."""
        return self._folder is not None and self._file(show, generation).is_file()

    def _find(self, generations: Mapping[str, str], currency: str) -> dict[str, ShowRows]:
        found = {}
        for show, generation in generations.items():
            try:
                rows = files.read(self._file(show, generation))
            except files.NotReadableError:
                continue
            if rows.currency == currency:
                found[show] = rows
        return found

    def _keep(self, show: str, generation: str, rows: ShowRows) -> ShowRows:
        """Write the file, and return it; the rows as they are where it cannot be written."""
        if not rows.numbered:
            return rows
        try:
            files.write(self._file(show, generation), _as_kept(rows))
            return files.read(self._file(show, generation))
        except (OSError, files.NotReadableError) as error:
            log.warning("columns.not_kept", show=show, error=type(error).__name__)
            return rows

    def tidy(self, generations: Mapping[str, str]) -> int:
        """Remove files of generations that do not stand any more; return how many. Who has one open reads on."""
        if self._folder is None or not self._folder.is_dir():
            return 0
        good = {self._file(show, generation) for show, generation in generations.items()}
        before = time.time() - _KEPT_SECONDS
        old = [
            each
            for each in self._folder.iterdir()
            if each.suffix == _ENDING and each not in good and each.stat().st_mtime < before
        ]
        for each in old:
            each.unlink(missing_ok=True)
        return len(old)

    def _file(self, show: str, generation: str) -> Path:
        assert self._folder is not None, "only who has a folder asks"
        return self._folder / f"{quote(show, safe='')}-{generation}{_ENDING}"


async def _read_rows(
    connection: AsyncConnection, shows: Sequence[str], currency: str, as_of: datetime
) -> list[ShowRows]:
    try:
        async with laid_over(connection, shows):
            return await read_rows(connection, shows, currency, as_of)
    except FileNotFoundError as error:
        why = "A sealed show is being brought back into SQL."
        raise RefusedError(Code.BUSY, why, retry_after_ms=1_000) from error


def _as_kept(rows: ShowRows) -> ShowRows:
    narrowed = {
        name: rows[name].astype(np.int32) for name in WHOS if not len(rows[name]) or rows[name][-1] < 1 << 31
    }
    return replace(rows, arrays={**rows.arrays, **narrowed})
