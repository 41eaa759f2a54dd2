"""Rehearsals: the show is played among staff, and afterwards it stands as it did before.

A rehearsal has an epoch of its own, so that everybody's connection joins anew when it begins and when it is over: viewers are out of it,
and staff have nothing left of it. What was in the show is put aside meanwhile, and nothing that happens is a fact.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from server.ids import new_epoch
from server.journal.repository import begin_epoch
from server.journal.transaction import ShowTransaction
from server.shows.tables import ShowRow

_OWN = ("pinned_product", "pinned_question", "announcement")
"""What the show's row keeps of what happens in it."""


class Part(Protocol):
    """A feature's part of a show that a rehearsal must leave as it was."""

    @property
    def name(self) -> str: ...

    async def put_aside(self, connection: AsyncConnection, show_id: str) -> Any:
        """Take everything of the show out of the feature's tables, and return it, JSON-ready."""
        ...

    async def put_back(self, connection: AsyncConnection, show_id: str, kept: Any) -> None:
        """Forget what the rehearsal left in the tables, and write what `put_aside` returned."""
        ...


async def begin_rehearsal(tx: ShowTransaction, row: ShowRow, parts: Sequence[Part]) -> dict[str, Any]:
    """Put aside what is in the show, and return the columns that its row must get. Raises `NotFirstError`."""
    tx.require_first()
    kept = {part.name: await part.put_aside(tx.connection, tx.show_id) for part in parts}
    own = {name: getattr(row, name) for name in _OWN}
    aside = {"offset": tx.top, "show": own, "parts": kept}
    await begin_epoch(tx, new_epoch(), after=tx.top, rehearsal=True)
    return {"put_aside": aside, **dict.fromkeys(_OWN)}


async def leave_rehearsal(tx: ShowTransaction, row: ShowRow, parts: Sequence[Part]) -> dict[str, Any]:
    """Forget the rehearsal, put back what was there before, and return the columns that the row must get. Raises `NotFirstError`."""
    tx.require_first()
    assert row.put_aside is not None, "written when the rehearsal began"
    for part in parts:
        # A server of the version before, which began the rehearsal, knows fewer parts.
        await part.put_back(tx.connection, tx.show_id, row.put_aside["parts"].get(part.name))
    await begin_epoch(tx, new_epoch(), after=row.put_aside["offset"], rehearsal=False)
    return {"put_aside": None, **row.put_aside["show"]}
