"""Cohorts from a channel's record: who did something first in which interval, and who did what in each one after. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from itertools import groupby
from typing import Final, Literal

import numpy as np

from server.stats.columns.rows import Column
from server.stats.lifetime.calendar import Interval, advance
from server.stats.lifetime.local_days import interval_of, intervals_of, local_days
from server.stats.lifetime.record import Block, Record

Event = Literal["view", "purchase"]
_NEVER: Final = np.iinfo(np.int32).max
_Found = Iterator[tuple[int, Column]]
"""An interval, and who did it in it, each once; the earliest first."""


@dataclass(slots=True)
class Cohorts:
    """Sizes by cohort, and how many (or how much) by cohort and age; beside them how many guests were seen who may not be recognised."""

    sizes: dict[date, int] = field(default_factory=dict)
    later: dict[tuple[date, int], int] = field(default_factory=dict)
    guests: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """Whoever did `born` first in one of the intervals from that which begins on `since` to that of `until`; and who did `back` when."""

    born: Event
    back: Event
    interval: Interval
    since: date
    until: date
    zone: tzinfo

    @property
    def numbers(self) -> range:
        """The intervals' numbers."""
        first, last = (interval_of(day, self.interval) for day in (self.since, self.until))
        return range(first, last + 1)


def count_retained(record: Record, asked: Asked) -> Cohorts:
    """Return the cohorts that somebody is in."""
    starts = np.array([show.start for show in record.shows], np.int64)
    intervals = intervals_of(local_days(starts, asked.zone), asked.interval).tolist()
    cohorts = asked.numbers
    sizes = np.zeros(len(cohorts), np.int64)
    later: defaultdict[int, Column] = defaultdict(lambda: np.zeros(len(cohorts), np.int64))
    guests = 0
    for part in record.blocks(lambda block: _Counting(block, asked, cohorts, intervals)):
        sizes += part.sizes
        guests += part.guests
        for number, counts in part.later.items():
            later[number] += counts
    return _named(asked, sizes, later, guests)


def _named(asked: Asked, sizes: Column, later: dict[int, Column], guests: int) -> Cohorts:
    found = Cohorts(guests=guests)
    for i in np.flatnonzero(sizes).tolist():
        start = advance(asked.since, asked.interval, i)
        found.sizes[start] = int(sizes[i])
        for number, counts in later.items():
            if counts[i]:
                found.later[start, number - asked.numbers.start - i] = int(counts[i])
    return found


class _Counting:
    """What the people of one block come to."""

    def __init__(self, block: Block, asked: Asked, cohorts: range, intervals: Sequence[int]) -> None:
        self._cohorts = cohorts
        self._cohort = np.full(block.size, _NEVER, np.int32)
        self.later: dict[int, Column] = {}
        self.guests = block.guests
        for number, who in _done(block, asked.born, asked, intervals):
            mine = self._cohort[who]
            new = mine == _NEVER
            self._cohort[who[new]] = number
            if asked.back == asked.born:
                self._count(number, np.where(new, np.int32(number), mine))
        if asked.back != asked.born:
            for number, who in _done(block, asked.back, asked, intervals):
                self._count(number, self._cohort[who])
        self.sizes = self._tally(self._cohort)

    def _count(self, number: int, cohorts: Column) -> None:
        """Count who did it in an interval, no earlier than their own cohort."""
        self.later[number] = self._tally(cohorts[cohorts <= number])

    def _tally(self, cohorts: Column) -> Column:
        inside = cohorts[(cohorts >= self._cohorts.start) & (cohorts < self._cohorts.stop)]
        return np.bincount(inside - self._cohorts.start, minlength=len(self._cohorts))


def _done(block: Block, event: Event, asked: Asked, intervals: Sequence[int]) -> _Found:
    return _views(block, intervals) if event == "view" else _purchases(block, asked)


def _views(block: Block, intervals: Sequence[int]) -> _Found:
    order = sorted(range(len(intervals)), key=intervals.__getitem__)
    for number, group in groupby(order, key=intervals.__getitem__):
        shows = list(group)
        if len(shows) == 1:
            yield number, block.seen[shows[0]]
            continue
        there = np.zeros(block.size, bool)
        for show in shows:
            there[block.seen[show]] = True
        yield number, np.flatnonzero(there)


def _purchases(block: Block, asked: Asked) -> _Found:
    paid = block.paid()
    numbers = intervals_of(local_days(paid.at, asked.zone), asked.interval)
    once = np.unique(np.stack([numbers, paid.who]), axis=1)
    found, starts = np.unique(once[0], return_index=True)
    yield from zip(found.tolist(), np.split(once[1], starts[1:])[: len(found)], strict=True)
