"""NPS and RFM: the vectors of the definitions, and what must hold for all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.stats.lifetime.nps import net_promoter_score, of_classes, variance
from server.stats.lifetime.rfm import Customer, group_of, score


def test_half_promoters_a_sixth_detractors_is_a_third() -> None:
    found = of_classes(300, 200, 100)
    assert found.score == pytest.approx(33.3, abs=0.05)
    assert variance(1 / 2, 1 / 6) == pytest.approx(5 / 9)
    assert found.interval is not None
    half = 1.959964 * (5 / 9 / 600) ** 0.5 * 100
    assert found.interval.high - found.interval.low == pytest.approx(2 * half, abs=1e-4)


def test_passives_count_in_n_and_each_answer_has_its_class() -> None:
    found = net_promoter_score({0: 1, 6: 1, 7: 1, 8: 1, 9: 1, 10: 3})
    assert (found.n, found.promoters, found.passives, found.detractors) == (8, 4, 2, 2)
    assert found.score == 25


def test_nobody_answered_is_null_and_eleven_is_no_answer() -> None:
    assert net_promoter_score({}).score is None
    assert net_promoter_score({}).interval is None
    with pytest.raises(ValueError, match="from 0 to 10"):
        net_promoter_score({11: 1})


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_a_score_and_its_interval_stay_between_minus_and_plus_100(p: int, n: int, d: int) -> None:
    found = of_classes(p, n, d)
    if found.score is not None and found.interval is not None:
        assert -100 <= found.interval.low <= found.score <= found.interval.high <= 100


def test_five_customers_that_differ_get_five_scores() -> None:
    found = score([Customer(f"v{i}", days_since=i, orders=5 - i, net_minor=100 * (5 - i)) for i in range(5)])
    assert [(one.recency, one.frequency, one.monetary) for one in found] == [
        (n, n, n) for n in (5, 4, 3, 2, 1)
    ]


def test_who_all_did_the_same_stands_in_the_middle() -> None:
    found = score([Customer(f"v{i}", 3, 1, 500) for i in range(7)])
    assert {(one.recency, one.frequency, one.monetary) for one in found} == {(3, 3, 3)}


customers = st.lists(
    st.builds(
        Customer, st.text("abc", min_size=1), st.integers(0, 9), st.integers(1, 4), st.integers(0, 300)
    ),
    max_size=60,
)


@given(customers, st.randoms())
def test_ties_share_a_score_in_whatever_order_and_more_is_never_scored_less(
    people: list[Customer], random: object
) -> None:
    found = score(people)
    for one, scored in zip(people, found, strict=True):
        assert {scored.recency, scored.frequency, scored.monetary} <= {1, 2, 3, 4, 5}
        for other, others in zip(people, found, strict=True):
            if one.orders == other.orders:
                assert scored.frequency == others.frequency
            elif one.orders > other.orders:
                assert scored.frequency >= others.frequency
            if one.days_since < other.days_since:
                assert scored.recency >= others.recency
    backwards = score(people[::-1])[::-1]
    assert backwards == found


def test_every_combination_of_scores_has_a_group() -> None:
    fifths = range(1, 6)
    groups = {group_of(r, f, m) for r in fifths for f in fifths for m in fifths}
    assert groups == {
        "champion",
        "loyal",
        "promising",
        "big_spender",
        "needs_attention",
        "at_risk",
        "hibernating",
    }
