"""Questions' states, pure: which moves each state allows, and what a move leaves behind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.protocol.pushes import QuestionState
from server.questions.asking import first_state
from server.questions.claims import Claim, bars
from server.questions.rules import (
    EDGES,
    VISIBLE,
    Answer,
    Approve,
    Begin,
    Deed,
    Dismiss,
    Hold,
    Merge,
    Move,
    Question,
    Restore,
    Undo,
    Withdraw,
    carry_out,
    comes_out,
    is_visible,
    with_claim,
)
from server.screening.door import Allow, Held, Shadow

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ASKED = Question("q_1", "demo", "v_1", "Aki", "Washable?", "open", 0, 3, NOON)
MINUTE = Deed("Mika", NOON, "host", 60_000)
MOVES: list[Move] = [
    Approve(),
    Hold(),
    Begin(),
    Answer("Yes"),
    Answer("By post", private=True),
    Answer(None),
    Dismiss("spam"),
    Merge("q_2"),
    Restore(),
    Undo(),
    Withdraw(),
]
STATES: tuple[QuestionState, ...] = get_args(QuestionState)


def do(move: Move, question: Question, version: int | None = None) -> Question | None:
    return carry_out(move, question, MINUTE, version=version)


def after(question: Question, *moves: Move) -> Question:
    for move in moves:
        moved = do(move, question)
        assert moved is not None
        question = moved
    return question


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("move", MOVES)
def test_each_state_allows_the_moves_of_the_table(move: Move, state: QuestionState) -> None:
    moved = do(move, replace(ASKED, state=state, state_before="pending"))
    expected = EDGES[type(move)].get(state) or ("pending" if state in EDGES[type(move)] else None)
    assert (moved and moved.state) == expected


def test_every_state_but_withdrawn_can_be_left_and_every_one_be_reached() -> None:
    left = {state for edges in EDGES.values() for state in edges}
    reached = {state for edges in EDGES.values() for state in edges.values() if state}
    assert left == {*STATES} - {"withdrawn"}
    assert reached == {*STATES} - {"shadowed"}


def test_a_move_says_who_and_counts() -> None:
    moved = after(ASKED, Answer("Yes"))
    assert (moved.version, moved.moderated_by, moved.votes) == (1, "Mika", 3)
    assert (moved.answer_text, moved.answered_live, moved.answered_at) == ("Yes", False, NOON)


def test_an_old_version_moves_nothing() -> None:
    assert do(Answer("Yes"), ASKED, version=1) is None
    assert do(Answer("Yes"), ASKED, version=0) is not None


def test_restoring_takes_answer_and_reason_back() -> None:
    dismissed = after(ASKED, Answer(None), Dismiss("rude"))
    assert (dismissed.dismissed_reason, dismissed.answered_live) == ("rude", True)
    assert after(dismissed, Restore()) == replace(ASKED, version=3, moderated_by="Mika")


@pytest.mark.parametrize(
    "moves", [(), (Answer("Yes"),), (Answer("Few", private=True),), (Begin(), Answer(None))]
)
@pytest.mark.parametrize("away", [Dismiss("spam"), Merge("q_2")])
def test_undoing_what_took_a_question_away_restores_it_exactly(moves: tuple[Move, ...], away: Move) -> None:
    before = after(ASKED, *moves)
    back = after(before, away, Undo())
    assert back == replace(before, version=before.version + 2, moderated_by="Mika", state_before=None)
    assert do(Undo(), back) is None


def test_a_pending_question_that_was_dismissed_is_pending_after_undo() -> None:
    pending = replace(ASKED, state="pending")
    assert after(pending, Dismiss("spam"), Undo()) == replace(pending, version=2, moderated_by="Mika")


def test_an_answer_by_voice_begins_where_it_was_begun() -> None:
    begun = carry_out(Begin(), ASKED, Deed("Mika", NOON, "host", 1_000))
    assert begun is not None
    assert after(begun, Answer(None)).answering_ms == 1_000
    assert after(ASKED, Answer(None)).answering_ms == 60_000
    assert after(begun, Answer(None), Undo()) == replace(begun, version=3, state_before=None)


def test_the_verdict_decides_who_sees_a_new_question() -> None:
    assert first_state(Held()) == "pending"
    assert first_state(Allow()) == "open"
    assert first_state(Shadow()) == "shadowed"


def test_what_only_its_author_saw_comes_out_once() -> None:
    shadowed = replace(ASKED, state="shadowed")
    assert comes_out(shadowed, after(shadowed, Approve()))
    dismissed = after(shadowed, Dismiss("spam"))
    assert comes_out(dismissed, after(dismissed, Restore()))
    assert not comes_out(shadowed, dismissed)
    back = after(shadowed, Approve(), Undo())
    assert back.state == "pending"
    assert not comes_out(back, after(back, Approve()))


def test_a_claim_bars_the_others_until_it_lapses_and_a_move_ends_it() -> None:
    claim = Claim("m_1", "Mika", NOON + timedelta(seconds=60), "c_1")
    claimed = with_claim(ASKED, claim)
    assert claimed.claim == claim
    assert bars(claim, "m_2", NOON)
    assert not bars(claim, "m_1", NOON)
    assert not bars(claim, "m_2", claim.until)
    assert after(claimed, Dismiss("spam")).claim is None


@settings(deadline=None)
@given(st.lists(st.sampled_from(MOVES), max_size=20))
def test_whatever_is_done_a_question_stays_sound(moves: list[Move]) -> None:
    question = replace(ASKED, state="pending")
    done = 0
    for move in moves:
        moved = do(move, question)
        if moved is not None:
            question, done = moved, done + 1
        assert question.version == done
        assert question.votes == ASKED.votes
        assert (question.dismissed_reason is not None) == (question.state == "dismissed")
        assert (question.merged_into is not None) == (question.state == "merged")
        assert is_visible(question) == (question.state in VISIBLE)
        if question.state in ("pending", "open", "answering", "withdrawn"):
            assert question.answered_at is None
        if question.state == "answered":
            assert question.answered_live == (question.answer_text is None and question.private_text is None)
