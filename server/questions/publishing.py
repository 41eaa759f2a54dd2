"""How the room is told of a question's move."""

from typing import Any, Final

from server.journal.transaction import ShowTransaction
from server.questions.faces import as_public, as_staff
from server.questions.rules import Answer, Approve, Move, Question, Restore, Undo, is_visible

_TOLD: Final[dict[type[Any], str]] = {
    Approve: "question.posted",
    Answer: "question.answered",
    Restore: "question.restored",
    Undo: "question.restored",
}
"""How everybody is told of a move behind which they see the question."""


def publish_move(tx: ShowTransaction, move: Move, before: Question, after: Question) -> None:
    """Tell the room. Who had never seen the question does not hear that it went."""
    public, staff = {"question": as_public(after)}, {"question": as_staff(after)}
    if is_visible(after):
        tx.publish(_TOLD.get(type(move), "question.changed"), public, staff=staff)
    elif is_visible(before):
        tx.publish("question.dismissed", {"question": {"id": after.id}}, staff=staff)
    else:
        back = isinstance(move, Undo)
        tx.publish_to_staff("question.restored" if back else "question.dismissed", staff)
