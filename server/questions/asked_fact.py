"""What the ledger keeps of a question that everybody may see, or that waits for it."""

from server.ledger.entries import OF_REPLAY, Fact
from server.questions.rules import Question


def asked_fact(question: Question) -> Fact:
    """Return the fact that it was asked; at the replay it is one of a kind that no figure of the show itself counts."""
    staff = question.role != "viewer"
    kind = "question" if question.replay_ms is None else OF_REPLAY["question"]
    return Fact(
        question.show_id, question.viewer_id, kind, question.asked_at, target=question.id, staff=staff
    )
