"""What staff, or a question's author, want done with a question, and what comes of it. Pure."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from msgspec import UNSET, UnsetType

from server.audit.actions import Action
from server.audit.trail import Actor
from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.pushes import QuestionState
from server.questions.rules import (
    Answer,
    Approve,
    Begin,
    Dismiss,
    Hold,
    Merge,
    Move,
    Restore,
    Undo,
)
from server.text import clean_line

LABELS_MAX: Final = 5
LABEL_CHARACTERS_MAX: Final = 24


@dataclass(frozen=True, slots=True)
class Pin:
    """Show a question above all others."""


@dataclass(frozen=True, slots=True)
class Unpin:
    """Show no question above the others."""


@dataclass(frozen=True, slots=True)
class TakeClaim:
    """Work on a question, by this connection; `take_over`: also one that somebody else works on, which a host may."""

    connection_id: str = ""
    take_over: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """Work on it no longer; `left`: since the connection that claimed it is gone."""

    left: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """Give a question these labels in the place of those that it had; made by `labels_of`."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Give:
    """Put a question onto a host's stage: behind what is there, or before it. `seen`: on whose stage it stood for whoever wants that."""

    host: str
    now: bool = False
    seen: str | UnsetType | None = UNSET


@dataclass(frozen=True, slots=True)
class TakeOff:
    """Take a question off the stage on which it stands."""

    seen: str | UnsetType | None = UNSET


def labels_of(words: Sequence[str]) -> tuple[str, ...]:
    """Return labels as they are kept: each on one line, and once, whatever its case and width; raises `invalid`.

    At most `LABELS_MAX` of `LABEL_CHARACTERS_MAX` code points.
    """
    clean = [clean_line(word, characters_max=LABEL_CHARACTERS_MAX) for word in words]
    once = {unicodedata.normalize("NFKC", word).casefold(): word for word in reversed(clean)}
    if len(once) > LABELS_MAX:
        raise RefusedError(Code.INVALID, f"A question has at most {LABELS_MAX} labels.")
    return tuple(reversed(once.values()))


Act = Move | Label | Pin | Unpin | TakeClaim | Release | Give | TakeOff


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody wants done; `version` is the one they saw, where they said so.

    `question_id` is None only for `Unpin`: whichever is pinned. `owners`, of a `Withdraw`: the ids that its author may have.
    """

    actor: Actor
    action: Act
    question_id: str | None
    version: int | None = None
    owners: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a question stands after a task; `until`, of a claim: until when it holds."""

    question_id: str
    state: QuestionState
    version: int
    until: str | None = None


ACTIONS: dict[type[Act], Action] = {
    Approve: "question.approve",
    Hold: "question.hold",
    Begin: "question.begin",
    Answer: "question.answer",
    Dismiss: "question.dismiss",
    Merge: "question.merge",
    Restore: "question.restore",
    Undo: "question.undo",
    Give: "question.stage",
    TakeOff: "question.unstage",
}
"""What each act of staff that changes a question is called in the audit."""


def details_of(move: Move) -> dict[str, Any]:
    """Return what the audit says of a move beside from where to where it led."""
    match move:
        case Dismiss(reason):
            return {"reason": reason}
        case Merge(into):
            return {"into": into}
        case Answer(private=True):
            return {"private": True}
        case _:
            return {}
