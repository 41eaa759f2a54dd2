"""The two faces of a question: staff see what everybody sees, and more."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from server.protocol import pushes
from server.questions.faces import as_own, as_public, as_staff
from server.questions.pseudonyms import Pseudonyms
from server.questions.rules import Answer, Deed, Dismiss, Move, Question, carry_out

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ASKED = Question("q_1", "demo", "v_1", "Aki", "Washable?", "open", 0, 3, NOON)


@pytest.mark.parametrize("move", [None, Answer("Yes"), Answer(None), Dismiss("spam")])
def test_staff_see_what_everybody_sees_and_who_moved_it_and_why(move: Move | None) -> None:
    moved = carry_out(move, ASKED, Deed("Mika", NOON)) if move else ASKED
    assert moved is not None
    public, staff = (msgspec.to_builtins(face) for face in (as_public(moved), as_staff(moved)))
    reason = "spam" if isinstance(move, Dismiss) else None
    more = {"dismissed_reason": reason, "moderated_by": "Mika" if move else None, "votes_apart": 0}
    if move:
        more["before"] = "open"
    assert staff == public | more


def test_an_answer_for_few_is_read_by_them_and_staff_alone() -> None:
    answered = carry_out(Answer("By post", private=True), ASKED, Deed("Mika", NOON, "host"))
    assert answered is not None
    texts = [face.answer and (face.answer.text, face.answer.private) for face in _faces(answered)]
    assert texts == [(None, True), ("By post", True), ("By post", True)]


def test_whoever_asks_without_a_name_has_a_pseudonym_among_staff_alone() -> None:
    pseudonyms = Pseudonyms("secret")
    names = {pseudonyms.of(channel, viewer) for channel in ("demo", "other") for viewer in ("v_1", "v_2")}
    assert len(names) == 4
    asked = replace(ASKED, author=pseudonyms.of("demo", "v_1"), anonymous=True)
    assert [face.author for face in _faces(asked)] == ["Anonymous", "Anonymous", asked.author]
    assert asked.author in names


def _faces(question: Question) -> tuple[pushes.Question, ...]:
    return as_public(question), as_own(question), as_staff(question)


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
