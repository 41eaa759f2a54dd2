"""What customers will bring: BG/NBD × Gamma-Gamma over a horizon, discounted. Import it late: numpy and scipy take their time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from server.stats.lifetime import bgnbd, gamma_gamma
from server.stats.lifetime.bgnbd import BgNbd, Customers, Floats, NotFittedError
from server.stats.lifetime.gamma_gamma import GammaGamma
from server.stats.lifetime.lifetime_report import (
    MoneyModel,
    Predicted,
    Prediction,
    PurchaseModel,
    Refusal,
)

REPEAT_BUYERS_MIN: Final = 100
_STEP_DAYS: Final = 30.0
_YEAR_DAYS: Final = 365.0
_TENTHS: Final = np.linspace(0, 1, 11)


@dataclass(frozen=True, slots=True)
class Histories:
    """Customers in columns of one length: days bought on again, day of the last one and days observed since the first, and the mean
    that a day of buying again brought, in minor units (0 where there is none).
    """

    repeats: Sequence[int]
    last_days: Sequence[int]
    observed_days: Sequence[int]
    mean_minor: Sequence[float]


def predict(histories: Histories, *, horizon_days: int, discount: float) -> Prediction:
    """Return what each customer is expected to bring within `horizon_days`, money of later 30 days being worth less by `discount` a year.

    Refused, with the reason, where fewer than 100 customers have bought on a second day, or the data do not tell the parameters.
    """
    customers = Customers(
        *(
            np.asarray(column, dtype=np.float64)
            for column in (histories.repeats, histories.last_days, histories.observed_days)
        )
    )
    mean = np.asarray(histories.mean_minor, dtype=np.float64)
    n, again = len(mean), int(np.count_nonzero(customers.repeats))

    def refuse(refusal: Refusal) -> Prediction:
        return Prediction(
            customers=n,
            repeat_buyers=again,
            horizon_days=horizon_days,
            discount=discount,
            refused=refusal,
            predicted=None,
        )

    paid = (customers.repeats > 0) & (mean > 0)
    if min(again, int(np.count_nonzero(paid))) < REPEAT_BUYERS_MIN:
        return refuse("too_few_repeat_buyers")
    try:
        model = bgnbd.fit(customers)
        money = gamma_gamma.fit(customers.repeats[paid], mean[paid])
    except NotFittedError:
        return refuse("does_not_fit")
    worth = money.worth(np.where(paid, customers.repeats, 0.0), mean)
    value = _discounted(model, customers, horizon_days, discount) * worth
    if not np.all(np.isfinite(value)):
        return refuse("does_not_fit")
    found = _told(customers, model, money, value, horizon_days)
    correlation = _correlation(customers.repeats[paid], mean[paid])
    return Prediction(
        customers=n,
        repeat_buyers=again,
        horizon_days=horizon_days,
        discount=discount,
        refused=None,
        predicted=Predicted(**found, correlation=correlation),
    )


def _discounted(model: BgNbd, customers: Customers, horizon_days: int, discount: float) -> Floats:
    """Return the expected purchases of each, those of every 30 days discounted to today from the end of these."""
    total = np.zeros_like(customers.repeats)
    before = np.zeros_like(total)
    for start in np.arange(0.0, horizon_days, _STEP_DAYS):
        end = min(start + _STEP_DAYS, float(horizon_days))
        by_then = model.expected(customers, end)
        total += (by_then - before) * (1 + discount) ** (-end / _YEAR_DAYS)
        before = by_then
    return total


def _told(
    customers: Customers, model: BgNbd, money: GammaGamma, value: Floats, horizon_days: int
) -> dict[str, object]:
    expected = model.expected(customers, float(horizon_days))
    return {
        "total_minor": round(float(np.sum(value))),
        "per_customer_minor": round(float(np.mean(value))),
        "median_minor": round(float(np.median(value))),
        "tenths_minor": [round(float(each)) for each in np.quantile(value, _TENTHS)],
        "orders_per_customer": float(np.mean(expected)),
        "alive": float(np.mean(model.alive(customers))),
        "purchases": PurchaseModel(
            r=model.r, alpha_days=model.alpha, a=model.a, b=model.b, log_likelihood=model.log_likelihood
        ),
        "money": MoneyModel(
            p=money.p, q=money.q, gamma_minor=money.gamma, log_likelihood=money.log_likelihood
        ),
    }


def _correlation(repeats: Floats, mean: Floats) -> float | None:
    """Return how far money goes with frequency, which Gamma-Gamma supposes that it does not; None where either does not vary."""
    if np.ptp(repeats) == 0 or np.ptp(mean) == 0:
        return None
    return float(np.corrcoef(repeats, mean)[0, 1])
