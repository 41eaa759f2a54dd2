"""c(t) from interval ends: the known answers, and the invariant for any intervals."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.stats.concurrency import Concurrency
from server.stats.curve import Spans, draw_curve, most_per_step
from server.stats.watching import MICROSECONDS, Interval, Stretches, attend, union

MINUTE = 60 * MICROSECONDS


def intervals_of(profile: list[int]) -> list[Interval]:
    """Return intervals whose concurrency is `profile` in each minute: who came last leaves first."""
    open_since: list[int] = []
    closed: list[Interval] = []
    for minute, level in enumerate([*profile, 0]):
        while len(open_since) > level:
            closed.append((open_since.pop(), minute * MINUTE))
        open_since += [minute * MINUTE] * (level - len(open_since))
    return closed


@pytest.mark.parametrize(
    ("profile", "average", "peak"),
    [
        ([0, 0, 1, 1, 2, 2, 1, 1, 1, 2, 2, 1, 1, 1, 0], Fraction(16, 15), 2),
        ([0, 0, 1, 1, 2, 2, 2, 2, 2, 3, 3, 2, 3, 2, 1], Fraction(26, 15), 3),
    ],
)
def test_average_and_peak_are_those_of_the_published_profiles(
    profile: list[int], average: Fraction, peak: int
) -> None:
    curve = Concurrency.of(intervals_of(profile))
    assert curve.average(len(profile) * MINUTE) == average
    assert curve.peak()[0] == peak
    assert curve.peak()[1] == profile.index(peak) * MINUTE
    assert curve.most_per_step(MINUTE, len(profile)) == profile
    assert [curve.at(minute * MINUTE) for minute in range(len(profile))] == profile
    kept = draw_curve(as_spans(intervals_of(profile)), len(profile) * MINUTE)
    assert (kept.peak, kept.peak_us) == curve.peak()
    assert kept.present == profile
    assert most_per_step(kept.watching, 60) == profile


def as_spans(intervals: list[Interval]) -> Spans:
    """Return intervals as those of a viewer each."""
    columns = np.array([(i, *interval) for i, interval in enumerate(intervals)], dtype=np.int64)
    return Spans(*columns.reshape(-1, 3).T)


def test_who_leaves_at_a_moment_is_gone_before_who_joins_at_it() -> None:
    assert Concurrency.of([(0, 10), (10, 20)]).peak() == (1, 0)


def test_nobody_has_no_peak() -> None:
    curve = Concurrency.of([])
    assert curve.peak() == (0, None)
    assert curve.most_per_step(MINUTE, 3) == [0, 0, 0]
    assert curve.average(MINUTE) == 0


times = st.integers(min_value=-200, max_value=1_200)
stretches = st.lists(st.tuples(times, st.integers(0, 400)), max_size=8)


def as_stretches(viewer: str, pairs: list[tuple[int, int]]) -> Stretches:
    """Return stretches from (start, length) pairs, in seconds."""
    starts, lengths = zip(*sorted(pairs), strict=True)
    ends = [(start + length) * MICROSECONDS for start, length in zip(starts, lengths, strict=True)]
    return Stretches(viewer, [start * MICROSECONDS for start in starts], ends)


@given(st.lists(stretches.filter(bool), max_size=12), st.integers(1, 1_000), st.integers(1, 500))
def test_average_times_length_is_the_sum_of_watch_times(
    viewers: list[list[tuple[int, int]]], seconds: int, step: int
) -> None:
    length = seconds * MICROSECONDS
    live = attend([as_stretches(str(i), pairs) for i, pairs in enumerate(viewers)], length).live
    curve = Concurrency.of(interval for watched in live.values() for interval in watched.intervals)
    assert curve.average(length) * length == sum(watched.total for watched in live.values())
    by_second = [
        sum(any(a <= t * MICROSECONDS < b for a, b in watched.intervals) for watched in live.values())
        for t in range(seconds)
    ]
    assert curve.peak()[0] == max(by_second)
    per_step = [max(by_second[i : i + step]) for i in range(0, seconds, step)]
    assert curve.most_per_step(step * MICROSECONDS, len(per_step)) == per_step


@given(stretches, st.integers(0, 500), st.integers(1, 600))
def test_a_union_covers_exactly_what_its_stretches_cover(
    pairs: list[tuple[int, int]], begin: int, length: int
) -> None:
    pairs = sorted(pairs)
    end = begin + length
    merged = union([a for a, _ in pairs], [a + n for a, n in pairs], begin, end)
    covered = {t for a, n in pairs for t in range(max(a, begin), min(a + n, end))}
    assert {t for a, b in merged for t in range(a, b)} == covered
    assert all(a < b for a, b in merged)
    assert all(left[1] < right[0] for left, right in pairwise(merged))
