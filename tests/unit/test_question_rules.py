"""Questions' states, pure: which moves each state allows, and what a move leaves behind."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.protocol.pushes import QuestionState
from server.questions.rules import (
    Answer,
    Approve,
    Dismiss,
    Move,
    Question,
    Restore,
    carry_out,
    first_state,
    is_visible,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ASKED = Question("q_1", "demo", "v_1", "Aki", "Washable?", "open", 0, 3, NOON)
MOVES: list[Move] = [Approve(), Answer("Yes"), Answer(None), Dismiss("spam"), Restore()]
ALLOWED: dict[tuple[type[Move], QuestionState], QuestionState] = {
    (Approve, "pending"): "open",
    (Answer, "open"): "answered",
    (Dismiss, "pending"): "dismissed",
    (Dismiss, "open"): "dismissed",
    (Dismiss, "answered"): "dismissed",
    (Restore, "answered"): "open",
    (Restore, "dismissed"): "open",
}


def do(move: Move, question: Question, version: int | None = None) -> Question | None:
    return carry_out(move, question, version=version, by="Mika", at=NOON)


@pytest.mark.parametrize("state", get_args(QuestionState))
@pytest.mark.parametrize("move", MOVES)
def test_each_state_allows_its_moves(move: Move, state: QuestionState) -> None:
    after = do(move, replace(ASKED, state=state))
    assert (after and after.state) == ALLOWED.get((type(move), state))


def test_a_move_says_who_and_counts() -> None:
    after = do(Answer("Yes"), ASKED)
    assert after is not None
    assert (after.version, after.moderated_by, after.votes) == (1, "Mika", 3)
    assert (after.answer_text, after.answered_live, after.answered_at) == ("Yes", False, NOON)


def test_an_old_version_moves_nothing() -> None:
    assert do(Answer("Yes"), ASKED, version=1) is None
    assert do(Answer("Yes"), ASKED, version=0) is not None


def test_restoring_takes_answer_and_reason_back() -> None:
    answered = do(Answer(None), ASKED)
    assert answered is not None
    dismissed = do(Dismiss("rude"), answered)
    assert dismissed is not None
    assert (dismissed.dismissed_reason, dismissed.answered_live) == ("rude", True)
    restored = do(Restore(), dismissed)
    assert restored == replace(ASKED, version=3, moderated_by="Mika")


def test_the_show_decides_who_sees_a_new_question() -> None:
    assert first_state("pre") == "pending"
    assert first_state("post") == "open"


@settings(deadline=None)
@given(st.lists(st.sampled_from(MOVES), max_size=20))
def test_whatever_is_done_a_question_stays_sound(moves: list[Move]) -> None:
    question = replace(ASKED, state="pending")
    done = 0
    for move in moves:
        after = do(move, question)
        if after is not None:
            question, done = after, done + 1
        assert question.version == done
        assert question.votes == ASKED.votes
        assert (question.dismissed_reason is not None) == (question.state == "dismissed")
        assert is_visible(question) == (question.state in ("open", "answered"))
        if question.state in ("pending", "open"):
            assert question.answered_at is None
        if question.state == "answered":
            assert question.answered_live == (question.answer_text is None)
