"""What a screening decides, and what the show's setting decides where nothing else is given; the composition root may give another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shows.tables import ShowRow


@dataclass(frozen=True, slots=True)
class Allow:
    """Everybody sees it."""


@dataclass(frozen=True, slots=True)
class Held:
    """Staff see it; somebody has to approve it."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """It is not kept; the writer is told why."""

    code: Code
    message: str | None = None


Verdict = Allow | Held | Refuse


class Written(Protocol):
    """What somebody wrote, question or comment or whatever else: clean, with who they are in the show."""

    @property
    def viewer_id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def role(self) -> str: ...


class Screening(Protocol):
    """Decides about all that was written in one transaction, in order."""

    async def screen(
        self, tx: ShowTransaction, show: ShowRow, written: Sequence[Written]
    ) -> Sequence[Verdict]: ...


class ByModeration:
    """What the show's setting says: `pre` holds everything, `post` lets everything through."""

    async def screen(
        self, tx: ShowTransaction, show: ShowRow, written: Sequence[Written]
    ) -> Sequence[Verdict]:
        """Return one verdict for all."""
        verdict = Held() if show.moderation == "pre" else Allow()
        return [verdict for _ in written]
