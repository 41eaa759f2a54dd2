"""Gamma-Gamma: what a purchase of a customer is worth (Fader and Hardie 2013, "The Gamma-Gamma Model of Monetary Value").

A customer's purchases vary around a mean of their own, by a gamma distribution of shape p whose scale is gamma distributed (q, γ) over
customers, whatever their number. Import it late: numpy and scipy take their time.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

from server.stats.lifetime.bgnbd import Floats, NotFittedError

_STARTS: Final = ((1.0, 2.0, 1.0), (6.0, 4.0, 0.5), (0.5, 5.0, 5.0))
_LOG_BOUND: Final = 12.0


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The three parameters; γ is in the unit of the money."""

    p: float
    q: float
    gamma: float
    log_likelihood: float

    def worth(self, repeats: Floats, mean: Floats) -> Floats:
        """Return E[M | p, q, γ, mean, x] of each (eq. 5): between the customer's own mean and that of all; that of all without one.

        Where q is 1 or less the mean of all has no bound; the shape refuses such a fit.
        """
        own = self.p * repeats
        weight = own / (own + self.q - 1)
        return np.asarray((1 - weight) * self.mean + weight * mean, dtype=np.float64)

    @property
    def mean(self) -> float:
        """What a purchase of anybody is worth: p γ ÷ (q - 1)."""
        return self.p * self.gamma / (self.q - 1)


def fit(repeats: Floats, mean: Floats) -> GammaGamma:
    """Return the parameters of the greatest likelihood (eq. 1a) of customers with a repeat purchase and a mean above 0.

    Raises `NotFittedError` when there is no top, or the mean of all would have no bound (q ≤ 1).
    """
    scale = float(np.mean(mean))
    best = None
    for start in _STARTS:
        found = minimize(
            lambda v: -float(np.mean(_log_likelihoods(repeats, mean / scale, *np.exp(v)))),
            np.log(start),
            method="L-BFGS-B",
            bounds=[(-_LOG_BOUND, _LOG_BOUND)] * 3,
            options={"maxiter": 2_000, "ftol": 1e-14, "gtol": 1e-8},
        )
        if np.isfinite(found.fun) and (best is None or found.fun < best.fun):
            best = found
    if best is None or np.max(np.abs(best.x)) > _LOG_BOUND - 1:
        raise NotFittedError
    p, q, gamma = (float(each) for each in np.exp(best.x))
    if q <= 1:
        raise NotFittedError
    gamma *= scale
    return GammaGamma(p, q, gamma, float(np.sum(_log_likelihoods(repeats, mean, p, q, gamma))))


def _log_likelihoods(x: Floats, mean: Floats, p: float, q: float, gamma: float) -> Floats:
    return np.asarray(
        gammaln(p * x + q)
        - gammaln(p * x)
        - gammaln(q)
        + q * np.log(gamma)
        + (p * x - 1) * np.log(mean)
        + p * x * np.log(x)
        - (p * x + q) * np.log(gamma + x * mean),
        dtype=np.float64,
    )
