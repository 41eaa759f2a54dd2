"""A bucket lets so many through at once and so many a minute, whoever comes when; others are not held up by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import RefusedError
from server.hub.buckets import Buckets
from server.protocol.codes import Code


def asking() -> Buckets:
    """Twelve a minute, six at once."""
    return Buckets(12, burst=6)


def test_whoever_was_quiet_may_spend_the_burst_at_once_and_is_told_when_to_come_back() -> None:
    buckets = asking()
    for _ in range(6):
        buckets.spend("v_1", now=0.0)
    with pytest.raises(RefusedError) as refused:
        buckets.spend("v_1", now=0.0)
    assert refused.value.code is Code.TOO_FAST
    assert 4_990 <= refused.value.data["retry_after_ms"] <= 5_010
    assert buckets.wait("v_1", 0.0) == buckets.take("v_1", 0.0) == pytest.approx(5.0)


def test_waiting_as_told_is_enough() -> None:
    buckets, now = asking(), 0.0
    for _ in range(100):
        if wait := buckets.take("v_1", now):
            now += wait
            assert buckets.wait("v_1", now) == 0.0
            assert buckets.take("v_1", now) == 0.0


def test_one_does_not_slow_another() -> None:
    buckets = Buckets(1, burst=1)
    buckets.spend("v_1", now=0.0)
    buckets.spend("v_2", now=0.0)


def test_zero_lifts_the_limit() -> None:
    buckets = Buckets(0, burst=0)
    assert {buckets.take("v_1", 0.0) for _ in range(100)} == {0.0}
    assert buckets.wait("v_1", 0.0) == 0.0
    assert buckets.size == 0


@given(
    times=st.lists(st.floats(0, 300), max_size=200), per_minute=st.integers(1, 600), burst=st.integers(1, 50)
)
def test_no_stretch_of_time_has_more_than_the_burst_and_what_its_length_allows(
    times: list[float], per_minute: int, burst: int
) -> None:
    buckets = Buckets(per_minute, burst=burst)
    taken = [at for at in sorted(times) if not buckets.take("v", at)]
    for first, start in enumerate(taken):
        for last in range(first, len(taken)):
            length = taken[last] - start
            assert last - first + 1 <= burst + length * per_minute / 60 + 1e-3


def test_what_is_empty_elsewhere_is_empty_here_until_then() -> None:
    buckets = asking()
    buckets.hold("v_1", 3.0, now=10.0)
    assert buckets.take("v_1", 10.0) == pytest.approx(3.0)
    assert buckets.take("v_1", 13.0) == 0.0
    assert buckets.take("v_2", 10.0) == 0.0


def test_full_buckets_are_forgotten_and_of_the_others_the_fullest() -> None:
    buckets = Buckets(60, burst=10, keys_max=100)
    for _ in range(10):
        buckets.spend("spends most", now=0.0)
    for number in range(100):
        buckets.spend(f"v_{number}", now=0.0)
    assert buckets.size <= 100
    assert buckets.take("spends most", 0.0) > 0
    buckets = Buckets(60, burst=10, keys_max=100)
    for number in range(101):
        buckets.spend(f"v_{number}", now=number * 1.0)
    assert buckets.size == 1


def test_what_turned_out_not_to_count_is_given_back() -> None:
    buckets = asking()
    for _ in range(50):
        buckets.spend("v_1", now=0.0)
        buckets.give_back("v_1")
    buckets.give_back("v_2")
    for _ in range(6):
        buckets.spend("v_1", now=0.0)
    with pytest.raises(RefusedError):
        buckets.spend("v_1", now=0.0)
