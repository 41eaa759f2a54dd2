"""How many watch at once, from interval ends alone. Pure, exact, one pass over sorted ends.

c(t) counts the intervals [start, end) that hold t: who leaves at t is gone before who joins at t has come.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from server.stats.watching import Interval


@dataclass(frozen=True, slots=True)
class Concurrency:
    """c(t) of a show: the sorted starts and the sorted ends of its intervals."""

    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, intervals: Iterable[Interval]) -> "Concurrency":
        """Return c(t) of intervals in any order, none of them empty."""
        pairs = list(intervals)
        return cls(sorted(start for start, _ in pairs), sorted(end for _, end in pairs))

    def at(self, t: int) -> int:
        """Return c(t)."""
        return bisect_right(self.starts, t) - bisect_right(self.ends, t)

    @property
    def watched(self) -> int:
        """∫ c dt, which is the sum of all watch times."""
        return sum(self.ends) - sum(self.starts)

    def average(self, length: int) -> Fraction:
        """Return ∫ c dt ÷ `length`, exactly."""
        return Fraction(self.watched, length)

    def levels(self) -> Iterable[tuple[int, int]]:
        """Yield (t, c(t)) at each start. Between two starts c can only fall, so every maximum is among these."""
        left = 0
        for come, start in enumerate(self.starts, 1):
            while self.ends[left] <= start:
                left += 1
            yield start, come - left

    def peak(self) -> tuple[int, int | None]:
        """Return the most at once, and when it was first reached; 0 and None when nobody watched."""
        most, when = 0, None
        for t, level in self.levels():
            if level > most:
                most, when = level, t
        return most, when

    def most_per_step(self, step: int, steps: int) -> list[int]:
        """Return the most at once within each of `steps` steps from 0, each `step` long."""
        most = [self.at(i * step) for i in range(steps)]
        for t, level in self.levels():
            i = t // step
            if i < steps:
                most[i] = max(most[i], level)
        return most
