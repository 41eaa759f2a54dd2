"""A load run's verdict: what breaks a budget, and when times say nothing."""

from dataclasses import replace

import pytest

from loadtests.budgets import Budgets, Outcome

BUDGETS = Budgets(push_p95_ms=500, command_p95_ms=1000)
GOOD = Outcome(
    failures=[],
    pushes=1000,
    push_p95_ms=40,
    commands=500,
    command_p95_ms=20,
    own_lag_p95_ms=2,
    clocks_agree=True,
    acknowledged={"orders": 12, "questions": 30, "votes": 44},
    lost={"orders": 0, "questions": 0, "votes": 0},
)


def test_a_run_without_failures_and_in_time_passes() -> None:
    assert BUDGETS.judge(GOOD) == []


def test_a_failure_is_broken_whatever_the_times_are() -> None:
    assert BUDGETS.judge(replace(GOOD, failures=["push: doubled"])) == ["failed: push: doubled"]


@pytest.mark.parametrize("kind", ["orders", "questions", "votes"])
def test_what_was_acknowledged_and_is_not_in_the_export_is_broken(kind: str) -> None:
    assert BUDGETS.judge(replace(GOOD, lost={kind: 1})) == [f"1 acknowledged {kind} are not in the export"]


def test_what_was_not_compared_is_broken_and_not_taken_for_kept() -> None:
    (sentence,) = BUDGETS.judge(replace(GOOD, lost=None, not_compared="no token"))
    assert sentence == (
        "12 orders, 30 questions, 44 votes were acknowledged and not compared with the export: no token"
    )
    assert BUDGETS.judge(replace(GOOD, lost=None, acknowledged={"orders": 0})) == []


def test_a_fault_of_the_run_itself_is_broken() -> None:
    assert BUDGETS.judge(replace(GOOD, faults=["no host came"])) == ["no host came"]


def test_late_pushes_are_broken() -> None:
    assert BUDGETS.judge(replace(GOOD, push_p95_ms=900)) == ["pushes: p95 is 900 ms, the budget 500 ms"]


def test_times_are_not_judged_while_the_client_itself_is_late() -> None:
    late = replace(GOOD, push_p95_ms=900, own_lag_p95_ms=200)
    assert BUDGETS.judge(late) == []
    assert not BUDGETS.times_count(late)


def test_times_are_not_judged_when_the_clocks_disagree() -> None:
    assert not BUDGETS.times_count(replace(GOOD, clocks_agree=False))


def test_a_run_in_which_nothing_was_measured_is_broken() -> None:
    assert len(BUDGETS.judge(replace(GOOD, pushes=0, commands=0))) == 2
