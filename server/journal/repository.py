"""All SQL of the journal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.protocol.publication import Publication

_LOCK_HEAD = text("SELECT epoch, top FROM journal_head WHERE show_id = :show FOR UPDATE")
_READ_HEADS = text("SELECT show_id, epoch, top FROM journal_head WHERE show_id = ANY(:shows)")
_APPEND = text(
    """
    WITH appended AS (
        INSERT INTO publication (show_id, "offset", type, at, line, staff_line)
        SELECT :show, p.o, p.t, :at, p.l, p.s
        FROM unnest(CAST(:offsets AS bigint[]), CAST(:types AS text[]), CAST(:lines AS text[]), CAST(:staff AS text[]))
             AS p(o, t, l, s)
    )
    UPDATE journal_head SET top = :top WHERE show_id = :show
    """
)
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
    row = (await connection.execute(_LOCK_HEAD, {"show": show_id})).one_or_none()
    return None if row is None else Head(show_id, row.epoch, row.top)


async def read_heads(connection: AsyncConnection, show_ids: Iterable[str]) -> list[Head]:
    """Return the heads of those shows that exist."""
    rows = await connection.execute(_READ_HEADS, {"shows": list(show_ids)})
    return [Head(*row) for row in rows]


async def append(
    connection: AsyncConnection, show_id: str, at: datetime, publications: Sequence[Publication]
) -> None:
    """Write publications and move the head to the last one, in one statement. The head must be locked."""
    await connection.execute(
        _APPEND,
        {
            "show": show_id,
            "at": at,
            "top": publications[-1].offset,
            "offsets": [p.offset for p in publications],
            "types": [p.type for p in publications],
            "lines": [p.line.decode() for p in publications],
            "staff": [None if p.staff_line is None else p.staff_line.decode() for p in publications],
        },
    )


async def read_tail(connection: AsyncConnection, show_id: str, after: int, upto: int) -> list[Publication]:
    """Return the publications with `after < offset <= upto`, in order."""
    rows = await connection.execute(_READ_TAIL, {"show": show_id, "after": after, "upto": upto})
    return [Publication(o, t, li.encode(), None if s is None else s.encode()) for o, t, li, s in rows]
