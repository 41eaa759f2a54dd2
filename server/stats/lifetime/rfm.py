"""Recency, frequency and net spend in fifths, as of a date. Pure.

Ties share a score: it is that of the middle of those who tie, so that nobody's score hangs on the order in which they were read, and a
channel whose customers all bought once has one frequency score for all of them, 3.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

FIFTHS: Final = 5

Group = Literal["champion", "loyal", "promising", "big_spender", "needs_attention", "at_risk", "hibernating"]
GROUPS: Final[tuple[Group, ...]] = get_args(Group)


@dataclass(frozen=True, slots=True)
class Customer:
    """What one customer has done up to a date."""

    viewer_id: str
    days_since: float
    """Since their last paid order."""
    orders: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Scored:
    """A customer's scores, each from 1 to 5; 5 is the most recent, the most often, the most money."""

    viewer_id: str
    recency: int
    frequency: int
    monetary: int

    @property
    def group(self) -> Group:
        """The name of where they stand; every combination of scores has exactly one."""
        return group_of(self.recency, self.frequency, self.monetary)


def group_of(recency: int, frequency: int, monetary: int) -> Group:
    """Return the group of three scores: the first rule that holds."""
    if recency >= 4:
        if frequency >= 4:
            return "champion"
        return "big_spender" if monetary >= 4 else "promising"
    if frequency >= 4:
        return "loyal" if recency == 3 else "at_risk"
    if monetary >= 4:
        return "needs_attention" if recency == 3 else "at_risk"
    return "needs_attention" if recency == 3 else "hibernating"


def score(customers: Sequence[Customer]) -> list[Scored]:
    """Return the scores of all customers, in their order."""
    recency = _fifths([-one.days_since for one in customers])
    frequency = _fifths([one.orders for one in customers])
    monetary = _fifths([one.net_minor for one in customers])
    return [
        Scored(one.viewer_id, r, f, m)
        for one, r, f, m in zip(customers, recency, frequency, monetary, strict=True)
    ]


def _fifths(values: Sequence[float]) -> list[int]:
    """Return each value's fifth, 1 to 5, ascending; equal values get that of the middle of them."""
    ordered = sorted(values)
    n = len(ordered)
    # Twice the mean rank from 0 is first + last; doubled, all of it is whole numbers.
    return [
        1 + FIFTHS * (bisect_left(ordered, value) + bisect_right(ordered, value)) // (2 * n)
        for value in values
    ]
