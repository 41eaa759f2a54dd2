"""BG/NBD and Gamma-Gamma against CDNOW, whose parameters Fader and Hardie published, and what must hold for every customer."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import hyp2f1

from server.stats.lifetime import bgnbd, gamma_gamma
from server.stats.lifetime.bgnbd import BgNbd, Customers

CDNOW = Path(__file__).parents[3] / "vectors" / "cdnow.csv"
PUBLISHED = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259, log_likelihood=-9582.429)


def cdnow() -> tuple[Customers, np.ndarray]:
    with CDNOW.open() as file:
        rows = [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]
    x, last, observed, mean = np.array(rows).T
    return Customers(x, last / 7, observed / 7), mean


def one(x: float, last: float, observed: float) -> Customers:
    return Customers(np.array([x]), np.array([last]), np.array([observed]))


def test_cdnows_parameters_come_out() -> None:
    customers, _ = cdnow()
    assert len(customers.repeats) == 2357
    found = bgnbd.fit(customers)
    assert found.r == pytest.approx(0.2426, abs=1e-4)
    assert found.alpha == pytest.approx(4.4136, abs=1e-3)
    assert found.a == pytest.approx(0.7929, abs=1e-3)
    assert found.b == pytest.approx(2.4259, abs=1e-3)
    assert found.log_likelihood == pytest.approx(-9582.429, abs=1e-3)


def test_the_unit_of_time_changes_alpha_alone() -> None:
    weeks, _ = cdnow()
    days = bgnbd.fit(Customers(weeks.repeats, weeks.last * 7, weeks.observed * 7))
    assert days.alpha == pytest.approx(4.4136 * 7, rel=1e-3)
    assert (days.r, days.a, days.b) == pytest.approx((0.2426, 0.7929, 2.4259), abs=1e-3)


def test_cdnows_money_comes_out() -> None:
    customers, mean = cdnow()
    again = (customers.repeats > 0) & (mean > 0)
    found = gamma_gamma.fit(customers.repeats[again], mean[again])
    assert found.p == pytest.approx(6.25, abs=5e-3)
    assert found.q == pytest.approx(3.74, abs=5e-3)
    assert found.gamma == pytest.approx(15.44, abs=2e-2)
    # Without a purchase of their own a customer is worth what all are; with many, what theirs were.
    worth = found.worth(np.array([0.0, 1e9]), np.array([0.0, 50.0]))
    assert worth[0] == pytest.approx(found.p * found.gamma / (found.q - 1))
    assert worth[1] == pytest.approx(50.0)


def test_the_papers_customer_is_expected_to_buy_as_often_as_it_says() -> None:
    # Fader, Hardie and Lee 2005, "Implementing the BG/NBD Model for Customer Base Analysis in Excel": 39 weeks on.
    assert PUBLISHED.expected(one(2, 30.43, 38.86), 39)[0] == pytest.approx(1.226, abs=5e-4)


customers = st.tuples(st.integers(0, 200), st.floats(0, 1), st.floats(0.01, 2_000))
parameters = st.tuples(st.floats(0.05, 20), st.floats(0.1, 500), st.floats(0.05, 20), st.floats(0.05, 20))


@settings(deadline=None)
@given(customers, parameters, st.floats(0.1, 1_000))
def test_the_chance_to_be_alive_is_one_and_more_time_brings_more_purchases(
    customer: tuple[int, float, float], given_: tuple[float, float, float, float], t: float
) -> None:
    x, part, observed = customer
    model = BgNbd(*given_, log_likelihood=0)
    who = one(x, observed * part if x else 0, observed)
    alive = model.alive(who)[0]
    assert 0 <= alive <= 1
    assert x or alive == 1
    sooner, later = model.expected(who, t)[0], model.expected(who, 2 * t)[0]
    assert -1e-9 <= sooner <= later * (1 + 1e-9) + 1e-9


@pytest.mark.parametrize("weeks", [1, 39, 200])
def test_the_expectation_of_all_is_that_of_the_papers_formula(weeks: float) -> None:
    who, _ = cdnow()
    r, alpha, a, b = PUBLISHED.r, PUBLISHED.alpha, PUBLISHED.a, PUBLISHED.b
    x, rest = who.repeats, alpha + who.observed
    series = hyp2f1(r + x, b + x, a + b + x - 1, weeks / (rest + weeks))
    expected = (a + b + x - 1) / (a - 1) * (1 - (rest / (rest + weeks)) ** (r + x) * series)
    assert PUBLISHED.expected(who, weeks) == pytest.approx(expected * PUBLISHED.alive(who), rel=1e-6)


def test_where_a_is_one_the_expectation_goes_on_without_a_jump() -> None:
    who = one(3, 20, 30)
    around = [BgNbd(0.5, 5, a, 2, 0).expected(who, 30)[0] for a in (1 - 1e-4, 1.0, 1 + 1e-4)]
    assert around[0] == pytest.approx(around[2], rel=1e-3)
    assert around[1] == pytest.approx(around[0], rel=1e-3)


def test_data_that_tell_nothing_are_refused() -> None:
    nobody_came_back = Customers(np.zeros(200), np.zeros(200), np.full(200, 30.0))
    with pytest.raises(bgnbd.NotFittedError):
        bgnbd.fit(nobody_came_back)
    with pytest.raises(bgnbd.NotFittedError):
        gamma_gamma.fit(np.full(200, 2.0), np.full(200, 10.0))
