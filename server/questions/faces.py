"""How a question looks to those who read it: to everybody, and to staff, who see the same and more. Pure."""

from typing import TypeVar

from server.clock import to_wire
from server.protocol import pushes
from server.questions.rules import Question
from server.text.names import guest_number

Face = TypeVar("Face", bound=pushes.Question)


def as_public(question: Question) -> pushes.Question:
    """Return the question as everybody may see it."""
    return _as(pushes.Question, question)


def as_staff(question: Question) -> pushes.StaffQuestion:
    """Return the question as staff see it."""
    return _as(
        pushes.StaffQuestion,
        question,
        dismissed_reason=question.dismissed_reason,
        moderated_by=question.moderated_by,
        votes_apart=question.votes_apart,
    )


def _as(face: type[Face], question: Question, **more: str | int | None) -> Face:
    return face(
        id=question.id,
        text=question.text,
        author=question.author,
        state=question.state,
        votes=question.votes,
        version=question.version,
        asked_at=to_wire(question.asked_at),
        answer=_answer_of(question),
        role=None if question.role == "viewer" else question.role,
        guest=guest_number(question.author),
        **more,
    )


def _answer_of(question: Question) -> pushes.Answer | None:
    if question.answered_at is None:
        return None
    return pushes.Answer(
        text=question.answer_text,
        live=question.answered_live,
        at=to_wire(question.answered_at),
        by=question.answered_by,
        role=question.answered_role,
    )
