"""What may become of a question, pure: states, moves, and who hears of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from server.protocol.commands import DismissReason
from server.protocol.pushes import Moderation, QuestionState

TEXT_CHARACTERS_MAX = 500
ANSWER_CHARACTERS_MAX = 1000

VISIBLE: frozenset[QuestionState] = frozenset({"open", "answered"})
"""States in which every viewer sees a question, may vote for it, and it may be pinned."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the server keeps it; `version` counts its moves, votes are not moves."""

    id: str
    show_id: str
    viewer_id: str
    author: str
    text: str
    state: QuestionState
    version: int
    votes: int
    asked_at: datetime
    answer_text: str | None = None
    answered_live: bool = False
    answered_at: datetime | None = None
    dismissed_reason: str | None = None
    moderated_by: str | None = None
    role: str = "viewer"
    """The author's."""
    answered_by: str | None = None
    """Whoever wrote or gave the answer, by name; `answered_role` is theirs."""
    answered_role: str | None = None
    votes_apart: int = 0
    """Votes in doubt, which only staff see."""


@dataclass(frozen=True, slots=True)
class VisiblePage:
    """Questions that every viewer of a show sees, and who may come to it."""

    channel_id: str
    guests_allowed: bool
    banned: frozenset[str]
    hidden: bool
    questions: list[Question]


@dataclass(frozen=True, slots=True)
class Approve:
    """Let everybody see a pending question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer by `text`, or live in the video when it is None."""

    text: str | None


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Take a question away from everybody but staff."""

    reason: DismissReason


@dataclass(frozen=True, slots=True)
class Restore:
    """Undo an answer or a dismissal: the question is open again."""


Move = Approve | Answer | Dismiss | Restore


def first_state(moderation: Moderation) -> QuestionState:
    """Return the state in which a question begins: pre-moderation lets nobody see it before somebody approved it."""
    return "pending" if moderation == "pre" else "open"


def is_visible(question: Question) -> bool:
    """Whether every viewer sees the question."""
    return question.state in VISIBLE


def carry_out(
    move: Move, question: Question, *, version: int | None, by: str, at: datetime, role: str | None = None
) -> Question | None:
    """Return the question after the move of `by`, who is `role`.

    None when its state does not allow it or `version` is no longer the newest.
    """
    if (version is not None and version != question.version) or question.state not in _allowed_from(move):
        return None
    plain = replace(
        question,
        version=question.version + 1,
        moderated_by=by,
        answer_text=None,
        answered_live=False,
        answered_at=None,
        dismissed_reason=None,
        answered_by=None,
        answered_role=None,
    )
    match move:
        case Approve() | Restore():
            return replace(plain, state="open")
        case Answer(text):
            return replace(
                plain,
                state="answered",
                answer_text=text,
                answered_live=text is None,
                answered_at=at,
                answered_by=by,
                answered_role=role,
            )
        case Dismiss(reason):
            return replace(
                plain,
                state="dismissed",
                dismissed_reason=reason,
                answer_text=question.answer_text,
                answered_live=question.answered_live,
                answered_at=question.answered_at,
                answered_by=question.answered_by,
                answered_role=question.answered_role,
            )
        case _:
            assert_never(move)


def _allowed_from(move: Move) -> frozenset[QuestionState]:
    match move:
        case Approve():
            return frozenset({"pending"})
        case Answer():
            return frozenset({"open"})
        case Dismiss():
            return frozenset({"pending", "open", "answered"})
        case Restore():
            return frozenset({"answered", "dismissed"})
        case _:
            assert_never(move)
