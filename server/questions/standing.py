"""How a question stands, as replies and refusals say it. Pure."""

import msgspec

from server.clock import to_wire
from server.errors import RefusedError
from server.protocol.codes import Code
from server.questions.faces import as_staff
from server.questions.rules import Question
from server.questions.tasks import Standing


def conflict(question: Question) -> RefusedError:
    """Return the refusal of what the question, as it stands, does not allow; `current` says who moved it last."""
    return RefusedError(Code.CONFLICT, current=msgspec.to_builtins(as_staff(question)))


def claimed_by_another(question: Question) -> RefusedError:
    """Return the refusal that names who works on the question."""
    face = msgspec.to_builtins(as_staff(question))
    return RefusedError(
        Code.CONFLICT, "Somebody else works on this question.", current=face, claimed_by=face["claim"]
    )


def staged_elsewhere(question: Question, host: str | None) -> RefusedError:
    """Return the refusal that names on whose stage the question stands, if it does, and who put it there."""
    face = msgspec.to_builtins(as_staff(question))
    staged = None if host is None else {"name": host, "by": question.staged_by or ""}
    return RefusedError(
        Code.CONFLICT, "Somebody gave this question to another host.", current=face, staged=staged
    )


def standing_of(question: Question) -> Standing:
    """Return how the question stands."""
    claim = question.claim
    until = None if claim is None else to_wire(claim.until)
    return Standing(question.id, question.state, question.version, until)


def known(standing: Standing | None) -> Standing:
    """Return how the question stands that a task was about."""
    assert standing is not None, "only unpinning may be about no question"
    return standing
