"""All SQL of the journal."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver
from server.journal.transaction import ShowTransaction
from server.protocol.publication import Publication

_LOCK_HEAD: Final = "SELECT epoch, top FROM journal_head WHERE show_id = %s FOR UPDATE"
_READ_HEADS: Final = "SELECT show_id, epoch, top FROM journal_head WHERE show_id = ANY(%s)"
_APPEND = """
    INSERT INTO publication (show_id, "offset", type, at, line, staff_line)
    SELECT show_id, "offset", type, at, line, staff_line
    FROM json_to_recordset(CAST(%s AS json)) AS p (
        show_id text, "offset" bigint, type text, at timestamptz, line text, staff_line text)
"""
_MOVE_HEAD = """
    UPDATE journal_head SET top = p.top
    FROM json_to_recordset(CAST(%s AS json)) AS p (show_id text, top bigint) WHERE journal_head.show_id = p.show_id
"""
_READ_TAIL = text(
    """
    SELECT "offset", type, line, staff_line FROM publication
    WHERE show_id = :show AND "offset" > :after AND "offset" <= :upto ORDER BY "offset"
    """
)


@dataclass(frozen=True, slots=True)
class Head:
    """Where a show's journal stands."""

    show_id: str
    epoch: str
    top: int


async def lock_head(connection: AsyncConnection, show_id: str) -> Head | None:
    """Lock the show's head until the transaction ends, and return it; None when there is no such show."""
    rows = await driver.fetch(connection, _LOCK_HEAD, (show_id,))
    return Head(show_id, *rows[0]) if rows else None


async def read_heads(connection: AsyncConnection, show_ids: Iterable[str]) -> list[Head]:
    """Return the heads of those shows that exist."""
    return [Head(*row) for row in await driver.fetch(connection, _READ_HEADS, (list(show_ids),))]


async def write(connection: AsyncConnection, tx: ShowTransaction) -> None:
    """Write the transaction's publications, move the head to the last one, and run what its handlers left for the end.

    One statement in all, so one round trip: its parts touch different tables and do not see each other. The head must be locked.
    """
    writes = dict(tx.writes)
    if tx.publications:
        writes[_APPEND] = [_as_row(tx, publication) for publication in tx.publications]
        writes[_MOVE_HEAD] = [{"show_id": tx.show_id, "top": tx.top}]
    if writes:
        *others, last = writes
        parts = ", ".join(f"part_{index} AS ({part})" for index, part in enumerate(others))
        statement = f"WITH {parts} {last}" if parts else last
        await driver.run(connection, statement, [driver.as_json(rows) for rows in writes.values()])


def _as_row(tx: ShowTransaction, publication: Publication) -> dict[str, Any]:
    staff_line = publication.staff_line
    return {
        "show_id": tx.show_id,
        "offset": publication.offset,
        "type": publication.type,
        "at": tx.now,
        "line": publication.line.decode(),
        "staff_line": None if staff_line is None else staff_line.decode(),
    }


async def read_tail(connection: AsyncConnection, show_id: str, after: int, upto: int) -> list[Publication]:
    """Return the publications with `after < offset <= upto`, in order."""
    rows = await connection.execute(_READ_TAIL, {"show": show_id, "after": after, "upto": upto})
    return [Publication(o, t, li.encode(), None if s is None else s.encode()) for o, t, li, s in rows]
