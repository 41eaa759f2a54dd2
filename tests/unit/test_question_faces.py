"""The two faces of a question: staff see what everybody sees, and more."""

from datetime import UTC, datetime

import msgspec
import pytest

from server.questions.faces import as_public, as_staff
from server.questions.rules import Answer, Dismiss, Move, Question, carry_out

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ASKED = Question("q_1", "demo", "v_1", "Aki", "Washable?", "open", 0, 3, NOON)


@pytest.mark.parametrize("move", [None, Answer("Yes"), Answer(None), Dismiss("spam")])
def test_staff_see_what_everybody_sees_and_who_moved_it_and_why(move: Move | None) -> None:
    moved = carry_out(move, ASKED, version=None, by="Mika", at=NOON) if move else ASKED
    assert moved is not None
    public, staff = (msgspec.to_builtins(face) for face in (as_public(moved), as_staff(moved)))
    reason = "spam" if isinstance(move, Dismiss) else None
    more = {"dismissed_reason": reason, "moderated_by": "Mika" if move else None, "votes_apart": 0}
    assert staff == public | more


def test_everybody_sees_a_question_without_who_moved_it() -> None:
    assert msgspec.to_builtins(as_public(ASKED)) == {
        "id": "q_1",
        "text": "Washable?",
        "author": "Aki",
        "state": "open",
        "votes": 3,
        "version": 0,
        "asked_at": "2026-11-22T12:00:00.000Z",
        "answer": None,
    }
