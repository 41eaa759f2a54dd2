"""The one door through which goes what viewers write: how it is called, and what the show's setting decides where nothing else is given.

Whoever takes a text looks at it first, by `look`, before the show's transaction, and hands in what came of it with the row as `looked`: a
list of words or a reviewer elsewhere must not hold the show's lock. `screen`, in the transaction, adds what only the show knows.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from server.journal.transaction import ShowTransaction
from server.screening.verdicts import ALLOWED, NOT_LOOKED_AT, Allow, Held, Looked, Refuse, Shadow, Verdict
from server.shows.tables import ShowRow

__all__ = [
    "ALLOWED",
    "NOT_LOOKED_AT",
    "Allow",
    "ByModeration",
    "Door",
    "Held",
    "Looked",
    "Newcomers",
    "Refuse",
    "Screening",
    "Shadow",
    "Verdict",
    "Written",
]


class Written(Protocol):
    """What somebody wrote, question or comment or whatever else: clean, with who they are in the show, and what `look` said of it."""

    @property
    def viewer_id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def looked(self) -> Looked: ...


Newcomers = Callable[[Sequence[str]], Awaitable[set[str]]]
"""Given viewers, returns those of whom nothing of this kind was ever let through in the channel; asked within the transaction."""


class Screening(Protocol):
    """Decides about what viewers write."""

    async def look(self, show_id: str, role: str, text: str) -> Looked:
        """Look at a clean text before the transaction; never raises."""
        ...

    async def screen(
        self,
        tx: ShowTransaction,
        show: ShowRow,
        written: Sequence[Written],
        *,
        newcomers: Newcomers | None = None,
    ) -> Sequence[Verdict]:
        """Decide about all that was written in one transaction, in order; `newcomers` where those may be held."""
        ...


class Door(Screening, Protocol):
    """The door as it stands before everything: it knows of sanctions, too."""

    async def admit(
        self, connection: AsyncConnection, show_id: str, channel_id: str, written: Written, now: datetime
    ) -> None:
        """Raise the refusal of what is written beside the show's journal, where all waits for staff: nothing is held or hidden more."""
        ...


class ByModeration:
    """What the show's setting says: `pre` holds everything, `post` lets everything through."""

    async def look(self, show_id: str, role: str, text: str) -> Looked:
        """Every text is as good as another."""
        return NOT_LOOKED_AT

    async def screen(
        self,
        tx: ShowTransaction,
        show: ShowRow,
        written: Sequence[Written],
        *,
        newcomers: Newcomers | None = None,
    ) -> Sequence[Verdict]:
        """Return one verdict for all."""
        verdict = Held() if show.moderation == "pre" else ALLOWED
        return [verdict for _ in written]
