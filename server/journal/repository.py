"""All SQL of the journal."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver
from server.db.engine import Database
from server.db.seats import Seat
from server.journal.transaction import ShowTransaction
from server.protocol.publication import Publication

_LOCK_HEAD: Final = "SELECT epoch, top, rehearsal FROM journal_head WHERE show_id = %s FOR UPDATE"
_READ_HEADS: Final = "SELECT show_id, epoch, top FROM journal_head WHERE show_id = ANY(%s)"
_ASK_HEADS: Final = """
    SELECT show_id, epoch, top FROM journal_head WHERE show_id = ANY(ARRAY(SELECT json_array_elements_text(CAST(%s AS json))))
"""
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
_BEGIN_EPOCH = text(
    "UPDATE journal_head SET epoch = :epoch, top = :top, rehearsal = :rehearsal WHERE show_id = :show"
)
_FORGET_AFTER = text('DELETE FROM publication WHERE show_id = :show AND "offset" > :after')
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
    rehearsal: bool = False


async def lock_head(seat: Seat, show_id: str) -> Head | None:
    """Begin the transaction, lock the show's head until it ends, and return it; None when there is no such show."""
    rows = await seat.begin_and_fetch(_LOCK_HEAD, (show_id,))
    if not rows:
        return None
    epoch, top, rehearsal = rows[0]
    assert epoch is not None, "the columns take no null"
    assert top is not None, "the columns take no null"
    return Head(show_id, epoch, int(top), rehearsal == "t")


async def begin_epoch(tx: ShowTransaction, epoch: str, *, after: int, rehearsal: bool) -> None:
    """Go on from the offset `after` under another epoch, and forget what was published behind it.

    Every process has its connections of the show join anew, so that nobody takes what comes for what followed before. The transaction
    must have nothing to write yet (`require_first`).
    """
    await tx.connection.execute(_FORGET_AFTER, {"show": tx.show_id, "after": after})
    given = {"show": tx.show_id, "epoch": epoch, "top": after, "rehearsal": rehearsal}
    await tx.connection.execute(_BEGIN_EPOCH, given)
    tx.begin_epoch(epoch, after, rehearsal=rehearsal)


async def read_heads(connection: AsyncConnection, show_ids: Iterable[str]) -> list[Head]:
    """Return the heads of those shows that exist."""
    return [Head(*row) for row in await driver.fetch(connection, _READ_HEADS, (list(show_ids),))]


async def ask_heads(database: Database, show_ids: Iterable[str]) -> list[Head]:
    """Return the heads of those shows that exist, in one round trip and a transaction of its own."""
    rows = await database.ask(_ASK_HEADS, [driver.as_json(list(show_ids))])
    return [Head(str(show_id), str(epoch), int(str(top))) for show_id, epoch, top in rows]


async def write(connection: AsyncConnection, tx: ShowTransaction) -> None:
    """Write the transaction's publications, move the head to the last one, and run what its handlers left for the end.

    One statement in all, so one round trip: its parts touch different tables and do not see each other. The head must be locked.
    """
    if (last := _last_statement(tx)) is not None:
        await driver.run(connection, *last)


async def write_and_commit(seat: Seat, tx: ShowTransaction) -> None:
    """Do what `write` does and commit, in the same round trip.

    Where nothing is left to be written, the end of the block in which the seat was taken commits what handlers have written themselves.
    """
    if (last := _last_statement(tx)) is not None:
        await seat.run_and_commit(*last)


def _last_statement(tx: ShowTransaction) -> tuple[str, list[str]] | None:
    """Return the statement that ends the transaction, and its parameters; None where there is nothing to write."""
    writes = dict(tx.writes)
    if tx.publications:
        writes[_APPEND] = [_as_row(tx, publication) for publication in tx.publications]
        writes[_MOVE_HEAD] = [{"show_id": tx.show_id, "top": tx.top}]
    if not writes:
        return None
    *others, last = writes
    rows = [driver.as_json(each) for each in writes.values()]
    if others and last.lstrip().startswith("WITH"):  # it has parts of its own, and cannot stand behind others
        others, last = [*others, last], "SELECT"
    parts = ", ".join(f"part_{index} AS ({part})" for index, part in enumerate(others))
    return (f"WITH {parts} {last}" if parts else last), rows


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
