"""Intervals and tests, against values that others computed, and what must hold for all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as reference

from server.stats.chance import Sample, compare_means, compare_shares, compare_values, wilson

whole = st.integers(1, 5_000)


@st.composite
def shares(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(whole)
    return draw(st.integers(0, n)), n


@pytest.mark.parametrize(
    ("part", "n", "low", "high"),
    [
        # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_that_of_newcombes_table(part: int, n: int, low: float, high: float) -> None:
    found = wilson(part, n)
    assert found is not None
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


@given(shares())
def test_an_interval_holds_its_share_and_stays_inside_0_and_1(share: tuple[int, int]) -> None:
    found = wilson(*share)
    assert found is not None
    assert 0 <= found.low <= share[0] / share[1] <= found.high <= 1


def test_nothing_to_divide_by_has_no_interval_and_no_test() -> None:
    assert wilson(0, 0) is None
    assert compare_shares(0, 0, 1, 2) is None
    assert compare_means(Sample(1, 1, 1), Sample(30, 60, 900)) is None
    assert compare_means(Sample(5, 15, 45), Sample(5, 15, 45)) is None
    assert Sample(1, 2, 4).interval is None
    assert compare_values([], [1.0]) is None
    assert compare_values([2.0, 2.0], [2.0]) is None


@settings(deadline=None)  # the first example pays for scipy's import
@given(shares(), shares())
def test_shares_are_compared_as_scipy_compares_them(one: tuple[int, int], other: tuple[int, int]) -> None:
    found = compare_shares(*one, *other)
    assert found is not None
    table = [[one[0], one[1] - one[0]], [other[0], other[1] - other[0]]]
    if found.test == "fisher_exact":
        expected = reference.fisher_exact(table).pvalue
    else:
        expected = reference.chi2_contingency(table, correction=False).pvalue
    assert found.p == pytest.approx(expected, abs=1e-6)
    assert found.more_than_chance == (found.p < 0.05)


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=2, max_size=40),
    st.lists(st.integers(0, 30), min_size=2, max_size=40),
)
def test_means_and_values_are_compared_as_scipy_compares_them(one: list[int], other: list[int]) -> None:
    samples = [Sample(len(values), sum(values), sum(n * n for n in values)) for values in (one, other)]
    welch = compare_means(*samples)
    if welch is not None and all(sample.variance for sample in samples):
        assert welch.p == pytest.approx(reference.ttest_ind(one, other, equal_var=False).pvalue, abs=1e-9)
    ranked = compare_values(one, other)
    if ranked is not None:
        expected = reference.mannwhitneyu(one, other, method="asymptotic").pvalue
        assert ranked.p == pytest.approx(expected, abs=1e-9)
