"""Transcripts written: from one snapshot of the database, a page of rows in memory at a time."""

import asyncio
from collections.abc import Sequence
from typing import Any, BinaryIO, Final

from sqlalchemy import text

from server.db.engine import Database
from server.errors import RefusedError
from server.protocol.codes import Code
from server.questions.pseudonyms import Pseudonyms
from server.transcript.kind import Kind
from server.transcript.masking import Mask, masks_of
from server.transcript.writing import Form, body, head

PAGE_ROWS: Final = 500
AT_ONCE: Final = 2
"""So many are read at once in a process: each has a connection of the pool meanwhile."""
_FIND = text("SELECT EXISTS (SELECT FROM show WHERE id = :show)")


class Transcripts:
    """The transcripts of a process's shows."""

    def __init__(self, database: Database, pseudonyms: Pseudonyms) -> None:
        self._database = database
        self._pseudonyms = pseudonyms
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def write(
        self, show_id: str, kind: Kind, form: Form, output: BinaryIO, *, names: bool, bom: bool = False
    ) -> int:
        """Write all lines of the kind to `output`, and return how many there are; `names`: people under theirs.

        Raises `not_found` for a show that there is not.
        """
        written = 0
        async with self._turns, self._database.read() as connection:
            if not await connection.scalar(_FIND, {"show": show_id}):
                raise RefusedError(Code.NOT_FOUND)
            # A cursor of the server's: the driver's own would hold all rows before the first is read.
            paged = {"yield_per": PAGE_ROWS}
            rows = await connection.stream(text(kind.select), {"show": show_id}, execution_options=paged)
            header = list(rows.keys())
            output.write(head(form, header, bom=bom))
            word_of = lambda viewer: self._pseudonyms.in_show(show_id, viewer)  # noqa: E731
            masks = masks_of(kind, header, word_of, names=names)
            async for page in rows.partitions(PAGE_ROWS):
                # Beside the event loop, in which the show goes on.
                await asyncio.to_thread(_write_page, output, form, header, page, masks)
                written += len(page)
        return written


def _write_page(
    output: BinaryIO, form: Form, header: Sequence[str], page: Sequence[Any], masks: Sequence[Mask]
) -> None:
    lines = [list(row) for row in page]
    for line in lines:
        for mask in masks:
            mask(line)
    output.write(body(form, header, lines))
