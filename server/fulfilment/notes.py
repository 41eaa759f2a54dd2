"""Notes on orders: what the channel's people write down for one another. All SQL of them is here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.fulfilment.shipping_tables import OrderNoteRow

NOTE_CHARACTERS_MAX = 2_000
NOTES_MAX = 200
"""Of one order."""
_NOTE = OrderNoteRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Note:
    """Who wrote what, and when."""

    id: str
    order_id: str
    words: str
    by_id: str
    by_name: str
    at: datetime


async def read_notes(connection: AsyncConnection, order_ids: Collection[str]) -> Mapping[str, list[Note]]:
    """Return the notes on orders, the first one first."""
    columns = [_NOTE.c[name] for name in Note.__dataclass_fields__]
    wanted = select(*columns).where(_NOTE.c.order_id.in_(order_ids)).order_by(_NOTE.c.order_id, _NOTE.c.id)
    notes = [Note(*row) for row in await connection.execute(wanted)]
    return {order_id: list(some) for order_id, some in groupby(notes, key=lambda note: note.order_id)}


async def insert_note(connection: AsyncConnection, channel_id: str, note: Note) -> None:
    """Write a note."""
    fields = {name: getattr(note, name) for name in Note.__dataclass_fields__}
    await connection.execute(insert(_NOTE).values(channel_id=channel_id, **fields))


async def delete_note(connection: AsyncConnection, note_id: str) -> None:
    """Remove a note."""
    await connection.execute(delete(_NOTE).where(_NOTE.c.id == note_id))
