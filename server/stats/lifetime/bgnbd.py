"""BG/NBD: how often customers who cannot say goodbye will buy again (Fader, Hardie and Lee 2005, "Counting Your Customers" the Easy Way).

While alive, a customer buys by a Poisson process whose rates are gamma distributed (r, α) over customers; after each purchase they are gone
with a probability that is beta distributed (a, b). A customer is (x, t_x, T): repeat purchases, the time of the last one, and the time
observed, both since the first purchase and in one unit. Import it late: numpy and scipy take their time.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

Floats = NDArray[np.float64]

_STARTS: Final = ((1.0, 1.0, 1.0, 1.0), (0.25, 4.0, 0.8, 2.5), (0.1, 0.5, 0.1, 1.0), (3.0, 10.0, 0.5, 5.0))
"""Of r, α (as a share of the mean time observed, times four), a, b: from each the likelihood is climbed, and the highest top is taken."""
_LOG_BOUND: Final = 14.0
_NODES: Final = 96


class NotFittedError(Exception):
    """The likelihood has no top that could be found: the data do not tell the parameters."""


@dataclass(frozen=True, slots=True)
class Customers:
    """x, t_x and T of customers, in columns of one length."""

    repeats: Floats
    last: Floats
    observed: Floats


@dataclass(frozen=True, slots=True)
class BgNbd:
    """The four parameters; α is in the customers' unit of time."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def alive(self, customers: Customers) -> Floats:
        """Return P(alive) of each, 0 to 1 (eq. 7 of Fader, Hardie and Lee 2008, "Computing P(alive) Using the BG/NBD Model")."""
        x, last, observed = customers.repeats, customers.last, customers.observed
        gone = (
            np.log(self.a)
            - np.log(self.b + np.maximum(x, 1) - 1)
            + (self.r + x) * (np.log(self.alpha + observed) - np.log(self.alpha + last))
        )
        # 1 ÷ (1 + e^gone), without an overflow; whoever has not come back yet has had no occasion to leave.
        return np.where(x > 0, np.exp(-np.logaddexp(0.0, gone)), 1.0)

    def expected(self, customers: Customers, t: float) -> Floats:
        """Return E[Y(t) | x, t_x, T], the purchases of each within `t` from now.

        It is eq. 10, whose hypergeometric function overflows where parameters are large, read as what it stands for: of who is alive
        the probability to leave, p, is Beta(a, b + x), the rate Gamma(r + x, α + T), and
        E[Y(t) | p] = (1 - ((α + T) ÷ (α + T + p t))^(r + x)) ÷ p.
        """
        pairs, places = np.unique(
            np.stack([customers.repeats, customers.observed]), axis=1, return_inverse=True
        )
        found = np.empty(pairs.shape[1])
        for x in np.unique(pairs[0]):
            of_x = pairs[0] == x
            p, weights = _beta_rule(self.a, self.b + x)
            ratio = np.outer(t / (self.alpha + pairs[1][of_x]), p)
            found[of_x] = (-np.expm1(-(self.r + x) * np.log1p(ratio)) / p) @ weights
        return np.asarray(found[places.ravel()] * self.alive(customers), dtype=np.float64)


def _beta_rule(a: float, b: float) -> tuple[Floats, Floats]:
    """Return the nodes and weights of Gauss's quadrature for Beta(a, b), which sum to 1 (Golub and Welsch 1969)."""
    k = np.arange(1, _NODES)
    s = a + b - 2
    at = 2 * k + s
    middle = np.concatenate(([(a - b) / (a + b)], ((a - 1) ** 2 - (b - 1) ** 2) / (at * (at + 2))))
    beside = 4 * k * (k + a - 1) * (k + b - 1) * (k + s)
    beside[1:] /= at[1:] ** 2 * (at[1:] + 1) * (at[1:] - 1)
    beside[0] = 4 * a * b / ((a + b) ** 2 * (a + b + 1))
    nodes, vectors = eigh_tridiagonal(middle, np.sqrt(beside))
    return (1 + nodes) / 2, vectors[0] ** 2


def fit(customers: Customers) -> BgNbd:
    """Return the parameters of the greatest likelihood (eq. 6), found by L-BFGS-B over their logarithms from several starts.

    Raises `NotFittedError` when nobody came back, no start comes to a top, or the top is at the edge of what was searched.
    """
    if not np.any(customers.repeats):
        raise NotFittedError
    scale = float(np.mean(customers.observed)) / 4 or 1.0
    scaled = Customers(customers.repeats, customers.last / scale, customers.observed / scale)
    best = None
    for start in _STARTS:
        found = minimize(
            lambda p: -float(np.mean(_log_likelihoods(scaled, *np.exp(p)))),
            np.log(start),
            method="L-BFGS-B",
            bounds=[(-_LOG_BOUND, _LOG_BOUND)] * 4,
            options={"maxiter": 2_000, "ftol": 1e-14, "gtol": 1e-8},
        )
        if np.isfinite(found.fun) and (best is None or found.fun < best.fun):
            best = found
    if best is None or np.max(np.abs(best.x)) > _LOG_BOUND - 1:
        raise NotFittedError
    r, alpha, a, b = (float(each) for each in np.exp(best.x))
    alpha *= scale
    return BgNbd(r, alpha, a, b, float(np.sum(_log_likelihoods(customers, r, alpha, a, b))))


def _log_likelihoods(customers: Customers, r: float, alpha: float, a: float, b: float) -> Floats:
    """Return ln L of each customer: two ways to be where they are, added by log-sum-exp."""
    x, last, observed = customers.repeats, customers.last, customers.observed
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + observed)
    gone = betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b) - (r + x) * np.log(alpha + last)
    return np.asarray(common + np.where(x > 0, np.logaddexp(alive, gone), alive), dtype=np.float64)
