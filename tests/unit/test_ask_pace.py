"""A viewer asks at most so often; others are not held up by it."""

import pytest

from server.errors import RefusedError
from server.protocol.codes import Code
from server.questions.pace import AskPace


def test_a_quiet_viewer_may_ask_half_a_minutes_worth_at_once() -> None:
    pace = AskPace(per_minute=12)
    for _ in range(6):
        pace.spend("v_1", now=0.0)
    with pytest.raises(RefusedError) as refused:
        pace.spend("v_1", now=0.0)
    assert refused.value.code is Code.TOO_FAST
    assert 4_990 <= refused.value.data["retry_after_ms"] <= 5_010


def test_waiting_as_told_is_enough() -> None:
    pace = AskPace(per_minute=12)
    for _ in range(6):
        pace.spend("v_1", now=0.0)
    pace.spend("v_1", now=5.1)


def test_one_viewer_does_not_slow_another() -> None:
    pace = AskPace(per_minute=1)
    pace.spend("v_1", now=0.0)
    pace.spend("v_2", now=0.0)


def test_zero_lifts_the_limit() -> None:
    pace = AskPace(per_minute=0)
    for _ in range(100):
        pace.spend("v_1", now=0.0)


def test_viewers_who_left_are_forgotten() -> None:
    pace = AskPace(per_minute=12)
    for number in range(10_000):
        pace.spend(f"v_{number}", now=0.0)
    pace.spend("v_late", now=1000.0)
    assert len(pace._left) == 1
