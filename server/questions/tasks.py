"""What staff, or a question's author, want done with a question, and what comes of it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from server.audit.actions import Action
from server.audit.trail import Actor
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


Act = Move | Pin | Unpin | TakeClaim | Release


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
}
"""What each move of staff is called in the audit."""
