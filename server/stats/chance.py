"""How far a figure can be trusted: intervals of shares, and whether two figures differ by more than chance. Pure.

All intervals are 95 % ones, all tests two-sided; a difference is told to be more than chance below `SIGNIFICANT`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, sqrt
from statistics import NormalDist
from typing import Final, Literal

from pydantic import Field

from server.stats.ratio import Figures

CONFIDENCE: Final = 0.95
Z: Final = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
SIGNIFICANT: Final = 1 - CONFIDENCE
EXPECTED_MIN: Final = 5
"""With fewer expected in any cell of a two by two table the normal distribution is too far off: Fisher's test is exact."""

TestName = Literal["two_proportions", "fisher_exact", "welch", "mann_whitney"]


class Interval(Figures):
    """The 95 % interval of a figure."""

    low: float
    high: float


class Chance(Figures):
    """Whether a difference is more than chance, and by which test."""

    test: TestName
    p: float = Field(description="How often chance alone makes a difference as great, 0 to 1.")
    more_than_chance: bool = Field(description="p < 0.05")


def wilson(part: int, whole: int) -> Interval | None:
    """Return the interval of the share `part` ÷ `whole` (Wilson 1927, without continuity correction); None when `whole` is 0."""
    if not whole:
        return None
    share, spread = part / whole, Z * Z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * sqrt(share * (1 - share) / whole + spread / (4 * whole))
    # At the ends the interval begins exactly there; what is computed may miss it by a rounding.
    return Interval(
        low=max(0.0, middle - half) if part else 0.0, high=min(1.0, middle + half) if part < whole else 1.0
    )


def compare_shares(part: int, whole: int, other_part: int, other_whole: int) -> Chance | None:
    """Return whether two shares differ by more than chance; None where either has nothing to divide by.

    The pooled test of two proportions (z), or Fisher's exact one where fewer than 5 are expected in a cell of the table.
    """
    if not whole or not other_whole:
        return None
    parts, everybody = part + other_part, whole + other_whole
    least = min(parts, everybody - parts) * min(whole, other_whole) / everybody
    if least < EXPECTED_MIN:
        return _told("fisher_exact", _fisher(part, whole, other_part, other_whole))
    pooled = parts / everybody
    error = sqrt(pooled * (1 - pooled) * (1 / whole + 1 / other_whole))
    return _told("two_proportions", _two_sided((part / whole - other_part / other_whole) / error))


@dataclass(frozen=True, slots=True)
class Sample:
    """What is left of `n` values: their sum, and that of their squares."""

    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """Not to be asked of no values."""
        return self.total / self.n

    @property
    def variance(self) -> float:
        """That of a sample, divided by n - 1; not to be asked of fewer than two values."""
        return max(0.0, self.squares - self.total * self.total / self.n) / (self.n - 1)

    @property
    def interval(self) -> Interval | None:
        """The mean's interval, by the normal distribution; None with fewer than two values."""
        if self.n < 2:
            return None
        half = Z * sqrt(self.variance / self.n)
        return Interval(low=self.mean - half, high=self.mean + half)


def compare_means(one: Sample, other: Sample) -> Chance | None:
    """Return whether two means differ by more than chance (Welch 1947); None with fewer than two values on a side, or no spread."""
    if min(one.n, other.n) < 2:
        return None
    a, b = one.variance / one.n, other.variance / other.n
    if a + b <= 0:
        return None
    from scipy.special import stdtr

    freedom = (a + b) ** 2 / (a * a / (one.n - 1) + b * b / (other.n - 1))
    return _told("welch", float(2 * stdtr(freedom, -abs(one.mean - other.mean) / sqrt(a + b))))


def compare_values(values: Sequence[float], others: Sequence[float]) -> Chance | None:
    """Return whether values of one side tend to be greater than those of the other (Mann and Whitney 1947, corrected for ties).

    By the normal distribution with continuity correction; None with no values on a side, or all of them equal.
    """
    return compare_counted(Counter(values), Counter(others))


def compare_counted(values: Mapping[float, int], others: Mapping[float, int]) -> Chance | None:
    """Return the same of values that many have: how often each side has which."""
    n, m = sum(values.values()), sum(others.values())
    if not n or not m:
        return None
    ranks, ties = 0.0, 0
    for rank, size, mine in _ranks(values, others):
        ranks += rank * mine
        ties += size**3 - size
    u = ranks - n * (n + 1) / 2
    everybody = n + m
    variance = n * m / 12 * (everybody + 1 - ties / (everybody * (everybody - 1)))
    if variance <= 0:
        return None
    off = max(0.0, abs(u - n * m / 2) - 0.5)
    return _told("mann_whitney", _two_sided(off / sqrt(variance)))


def _ranks(values: Mapping[float, int], others: Mapping[float, int]) -> Iterator[tuple[float, int, int]]:
    """Yield, for each value, the least first: its mean rank, how often there is such a one, and how many of them are the first side's."""
    before = 0
    for value in sorted(values.keys() | others.keys()):
        mine = values.get(value, 0)
        size = mine + others.get(value, 0)
        yield before + (size + 1) / 2, size, mine
        before += size


def _told(test: TestName, p: float) -> Chance:
    bounded = min(1.0, max(0.0, p))
    return Chance(test=test, p=bounded, more_than_chance=bounded < SIGNIFICANT)


def _two_sided(z: float) -> float:
    return 2 * NormalDist().cdf(-abs(z))


def _fisher(part: int, whole: int, other_part: int, other_whole: int) -> float:
    """Return the sum over all tables of the same margins that are no likelier than this one."""
    parts, everybody = part + other_part, whole + other_whole
    least, most = max(0, parts - other_whole), min(parts, whole)

    def likelihood(k: int) -> float:
        return _log_choose(whole, k) + _log_choose(other_whole, parts - k) - _log_choose(everybody, parts)

    seen = likelihood(part) + 1e-7  # so that a table that is just as likely is not missed by a rounding
    return sum(exp(each) for each in map(likelihood, range(least, most + 1)) if each <= seen)


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
