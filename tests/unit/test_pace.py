"""When a room's next round may begin, by what the last one cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.hub.pace import CARRIES_MANY, PULSE_PATIENCE_SECONDS, Pace

SHARE, WAIT = 0.33, 0.04
costs = st.floats(min_value=0.0, max_value=1.0)


def after_a_round(cost: float, *, at: float = 100.0, publications: int = 1) -> Pace:
    """The pace of a room that had one round at `at`."""
    pace = Pace(share=SHARE, wait_seconds_max=WAIT)
    pace.begin(at, publications)
    pace.end(at + cost)
    return pace


def test_a_quiet_rooms_round_may_begin_at_once() -> None:
    pace = Pace(share=SHARE, wait_seconds_max=WAIT)
    assert pace.due < 0.0
    assert pace.pulse_due < 0.0


def test_a_small_room_waits_for_no_time_that_anybody_notices() -> None:
    assert after_a_round(0.0003).period < 0.001


def test_a_room_of_a_thousand_keeps_up_with_forty_publications_a_second() -> None:
    assert after_a_round(0.007).period < 1 / 40


def test_the_rounds_of_a_very_large_room_follow_one_another() -> None:
    assert after_a_round(0.12).period == pytest.approx(0.12)


@given(costs, st.integers(0, 20))
def test_no_round_begins_before_the_last_has_ended_nor_waits_longer_than_the_limit(
    cost: float, publications: int
) -> None:
    pace = after_a_round(cost, publications=publications)
    assert cost - 1e-9 <= pace.period <= max(cost, WAIT) + 1e-9


@given(costs)
def test_rounds_take_no_more_than_their_share_unless_the_wait_would_be_too_long(cost: float) -> None:
    period = after_a_round(cost).period
    assert cost <= period * SHARE + 1e-9 or period >= WAIT


def test_rounds_that_carry_many_wait_longer() -> None:
    assert after_a_round(0.005, publications=CARRIES_MANY).period > after_a_round(0.005).period


def test_the_pulse_of_a_busy_room_waits_for_a_round_that_goes_anyway() -> None:
    pace = after_a_round(0.005, at=100.0)
    pace.begin(100.05, 1)
    pace.end(100.055)
    assert pace.pulse_due == 100.05 + PULSE_PATIENCE_SECONDS


def test_the_pulse_of_a_quiet_room_waits_for_nothing() -> None:
    pace = after_a_round(0.005, at=100.0)
    pace.begin(105.0, 1)
    pace.end(105.005)
    assert pace.pulse_due == pace.due
