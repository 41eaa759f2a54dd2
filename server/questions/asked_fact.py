"""What the ledger keeps of a question that everybody may see, or that waits for it."""

from server.ledger.entries import Fact
from server.questions.rules import Question


def asked_fact(question: Question) -> Fact:
    """Return the fact that it was asked."""
    staff = question.role != "viewer"
    return Fact(
        question.show_id, question.viewer_id, "question", question.asked_at, target=question.id, staff=staff
    )
