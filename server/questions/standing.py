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


def standing_of(question: Question) -> Standing:
    """Return how the question stands."""
    claim = question.claim
    until = None if claim is None else to_wire(claim.until)
    return Standing(question.id, question.state, question.version, until)
