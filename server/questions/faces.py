"""How a question looks to those who read it: to everybody, and to staff, who see the same and more. Pure."""

from typing import Any, Final, TypeVar

from msgspec import convert, structs

from server.clock import to_wire
from server.protocol import pushes
from server.protocol.screening_lines import HeldFor
from server.questions.rules import Question
from server.text.names import guest_number

Face = TypeVar("Face", bound=pushes.Question)


ANONYMOUS: Final = "Anonymous"


def as_public(question: Question) -> pushes.Question:
    """Return the question as everybody may see it."""
    answer = _answer_of(question, question.answer_text)
    return _as(pushes.Question, question, answer, ANONYMOUS if question.anonymous else question.author)


def as_own(question: Question) -> pushes.OwnQuestion:
    """Return the question as its author, and whoever voted for it, may see it: with an answer for them alone, and why it was dismissed.

    A shadowed one is open for them.
    """
    answer = _answer_of(question, question.private_text or question.answer_text)
    author = ANONYMOUS if question.anonymous else question.author
    reason = question.dismissed_reason if question.state == "dismissed" else None
    own = _as(pushes.OwnQuestion, question, answer, author, dismissed_reason=reason)
    return structs.replace(own, state="open") if question.state == "shadowed" else own


def as_staff(question: Question) -> pushes.StaffQuestion:
    """Return the question as staff see it."""
    claim = question.claim
    return _as(
        pushes.StaffQuestion,
        question,
        _answer_of(question, question.private_text or question.answer_text),
        question.author,
        claim=claim and pushes.Claimed(claim.viewer_id, claim.name, to_wire(claim.until)),
        before=question.state_before,
        labels=list(question.labels),
        merged=question.merged,
        held=convert(list(question.held), list[HeldFor]),
        dismissed_reason=question.dismissed_reason,
        moderated_by=question.moderated_by,
        votes_apart=question.votes_apart,
    )


def _as(face: type[Face], question: Question, answer: pushes.Answer | None, author: str, **more: Any) -> Face:
    return face(
        id=question.id,
        text=question.text,
        author=author,
        state=question.state,
        votes=question.votes,
        version=question.version,
        asked_at=to_wire(question.asked_at),
        answer=answer,
        role=None if question.role == "viewer" else question.role,
        guest=guest_number(author),
        product=question.product_id,
        anonymous=question.anonymous,
        merged_into=question.merged_into,
        comment=question.comment_id,
        replay_ms=question.replay_ms,
        **more,
    )


def _answer_of(question: Question, text: str | None) -> pushes.Answer | None:
    if question.answered_at is None:
        return None
    return pushes.Answer(
        text=text,
        live=question.answered_live,
        at=to_wire(question.answered_at),
        by=question.answered_by,
        role=question.answered_role,
        private=question.private_text is not None,
        show_ms=question.answering_ms if question.answered_live else None,
    )
