"""People counted once over groups of shows, from joined rows. Pure.

Whatever a person did in any show of a group is one bit of theirs, so a group is a pass over its rows that adds bits up and watch time.
"""

import os
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np

from server.stats.channel.cut import Cell, Cut
from server.stats.columns import flags as f
from server.stats.columns.bought import SalesOf, read_sales
from server.stats.columns.join import Channel, Slice, join_block
from server.stats.columns.last_answers import NAMES, last_classes
from server.stats.columns.rows import SUMMED, Column, ShowRows, add_actions, sums_by
from server.stats.columns.telling import Labels, Words, labels_of, rows_that_count
from server.stats.columns.walks import TIMES, Walks, acts_in

BLOCK: Final = 1 << 18
"""People in a block."""
THREADS: Final = min(2, os.cpu_count() or 1)

_COUNTED: Final = {
    "viewers": f.VIEWED,
    "replay_viewers": f.REPLAYED,
    "engaged": f.ENGAGED,
    "senders": f.SENT,
    "sharers": f.SHARED,
    "impressed": f.IMPRESSED,
    "clickers": f.CLICKED,
    "saw": f.SAW,
    "clicked_what_they_saw": f.CLICKED_SEEN,
    "clicked_and_bought": f.CLICKED_BOUGHT,
    "bought_live": f.BOUGHT_LIVE,
    "bought_24h": f.BOUGHT_24H,
    "bought_7d": f.BOUGHT_7D,
    "bought_30d": f.BOUGHT_30D,
    "buyers": f.BOUGHT,
    "recognisable": f.RECOGNISED,
    "came_back": f.BACK,
    "first_time": f.FIRST_NEW,
    "lasting": f.LASTING,
    "came_again": f.AGAIN,
    "buyers_known": f.BUYER_KNOWN,
    "bought_before": f.BOUGHT_BEFORE,
    "buyers_seen_before": f.BUYER_BACK,
}
"""People who have the bit."""
_ONE_OF_TWO: Final = {
    "guests": (f.VIEWED, f.NO_GUEST),
    "buyers_beside": (f.PAID, f.BOUGHT),
    "without_a_view": (f.JOINED, f.VIEWED),
}
"""People who have the first bit and not the second."""


@dataclass(frozen=True, slots=True)
class Group:
    """Shows, by their place in the channel, whose people are counted once; what is known of consent counts until `until`."""

    shows: Sequence[int]
    until: int


@dataclass(slots=True)
class Counts:
    """What some people of a group come to: numbers by name, and times of theirs in microseconds, by name as well.

    `watched_us` has how long each viewer watched, `replayed_us` each of the replay's; the others are those of `walks`.
    """

    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    times: dict[str, list[Column]] = field(default_factory=lambda: defaultdict(list))

    def add(self, other: "Counts") -> None:
        """Put other people's beside."""
        for name, number in other.numbers.items():
            self.numbers[name] += number
        for name, columns in other.times.items():
            self.times[name] += columns

    def all(self, name: str) -> Column:
        """Return all times of a name."""
        return np.concatenate(self.times[name]) if self.times[name] else np.empty(0, np.int64)


Found = dict[Cell, Counts]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted: people of which groups, told apart by what."""

    channel: Channel
    groups: Sequence[Group]
    cut: Cut
    labels: Labels | None
    counting: Sequence[Column | None]
    """By show, which rows count; None where all do."""


def count(channel: Channel, groups: Sequence[Group], cut: Cut) -> Found:
    """Return what the people of each group come to, by the words of the cut. Uses up to `THREADS` threads."""
    of_rows = any(word in Labels.COLUMNS for word in cut.by)
    asked = Asked(
        channel,
        groups,
        cut,
        labels_of(channel, cut) if of_rows else None,
        [rows_that_count(show.rows, cut) for show in channel.shows],
    )
    found: Found = defaultdict(Counts)
    firsts = range(0, channel.people, BLOCK)
    with ThreadPoolExecutor(THREADS) as pool:
        for part in pool.map(
            lambda first: _count_block(asked, first, min(first + BLOCK, channel.people)), firsts
        ):
            for key, counts in part.items():
                found[key].add(counts)
    if not cut.by and not cut.where:
        _add_sums(channel, groups, found)
    return found


def _add_sums(channel: Channel, groups: Sequence[Group], found: Found) -> None:
    """Add what the shows' rows come to, which is known already where all of them are told together."""
    for i, group in enumerate(groups):
        for show in group.shows:
            if len(channel.shows[show].rows["who"]):
                found[i, ()].add(Counts(dict(channel.shows[show].rows.sums)))


def _count_block(asked: Asked, first: int, last: int) -> Found:
    slices = join_block(asked.channel, first, last)
    found: Found = {}
    for i, group in enumerate(asked.groups):
        mine = [slices[show].only(asked.counting[show]) for show in group.shows]
        mine = [each for each in mine if len(each.people)]
        if mine:
            found |= {
                (i, words): counts
                for words, counts in _Fold(asked, group.until, (first, last), mine).counts().items()
            }
    return found


class _Fold:
    """People of a block in one group: what each has in their place.

    Places are the block's people; in a group of one show, its rows; where rows tell people apart, each person with each label of theirs.
    """

    def __init__(self, asked: Asked, until: int, block: tuple[int, int], slices: Sequence[Slice]) -> None:
        self._asked, self._slices, self._first = asked, slices, block[0]
        self._labels: Column | None = None
        self._at = self._place(block[1] - block[0])
        self._bits = np.zeros(self._places, np.uint32)
        self._watched = np.zeros(self._places, np.int64)
        self._replayed = np.zeros(self._places, np.int64)
        sold: list[SalesOf] = []
        for each, at in zip(slices, self._at, strict=True):
            self._take(each, at)
            if len(each.sold):
                sold.append(read_sales(asked.channel, each, at, until, block))
        self._sold = SalesOf.together(sold)
        self._walks = Walks.of(asked.channel, slices, self._at, self._places)

    def _place(self, people: int) -> list[Column]:
        """Return the place of each row, by show."""
        labels = self._asked.labels
        if labels is not None:
            pairs = [labels.of(self._asked.channel, each) * people + each.people for each in self._slices]
            found, at = np.unique(np.concatenate(pairs), return_inverse=True)
            self._places, self._labels = len(found), found // people
            ends = np.cumsum([0, *map(len, pairs)])
            return [at[a:b] for a, b in pairwise(ends)]
        if len(self._slices) == 1:
            self._places = len(self._slices[0].people)
            return [np.arange(self._places)]
        self._places = people
        return [each.people for each in self._slices]

    def _column(self, of: Slice, name: str) -> Column:
        return of.column(self._asked.channel.shows[of.show].rows, name)

    def _take(self, of: Slice, at: Column) -> None:
        before, bits = self._bits.take(at, mode="clip"), of.bits
        new = bits & ~before & np.uint32(f.RECOGNISED)
        back = (bits & np.uint32(f.BACK)) << np.uint32(13)
        firsts = ((new << np.uint32(14)) & back) | ((new << np.uint32(15)) & ~(back << np.uint32(1)))
        self._bits[at] = before | bits | firsts
        np.add.at(self._watched, at, self._column(of, "watched_us") * ((bits & np.uint32(f.VIEWED)) > 0))
        replayed = (bits & np.uint32(f.REPLAYED)) > 0
        if replayed.any():
            np.add.at(self._replayed, at, self._column(of, "replay_us").astype(np.int64) * replayed)

    def counts(self) -> dict[tuple[str | None, ...], Counts]:
        """Return what there is, by the cut's words."""
        words = Words(self._asked.cut, self._asked.labels)
        codes = words.codes(self._bits, self._labels)
        there = self._bits > 0  # every row says at least whether somebody is a guest, or that nobody knows
        if self._asked.cut.where:
            there &= words.hold(self._bits)
        numbers = self._numbers(codes, there, words.count)
        if self._asked.cut.by or self._asked.cut.where:
            numbers |= self._sums(codes, there, words.count)
        times = self._times(codes, there, words.count)
        present = np.flatnonzero(_tally(codes, there, words.count))
        return {
            words.of(code): Counts(
                {name: int(each[code]) for name, each in numbers.items()},
                defaultdict(list, {name: [each[code]] for name, each in times.items()}),
            )
            for code in present.tolist()
        }

    def _times(self, codes: Column | None, there: Column, count: int) -> dict[str, list[Column]]:
        found = {
            "watched_us": _split(self._watched, codes, there & self._has(f.VIEWED), count),
            "replayed_us": _split(self._replayed, codes, there & self._has(f.REPLAYED), count),
        }
        for name in TIMES:
            place, times = self._walks.by(name)
            found[name] = _split(times, None if codes is None else codes[place], there[place], count)
        return found

    def _has(self, bit: int, without: int = 0) -> Column:
        return (
            (self._bits & np.uint32(bit | without)) == bit if without else (self._bits & np.uint32(bit)) > 0
        )

    def _numbers(self, codes: Column | None, there: Column, count: int) -> dict[str, Column]:
        found = {name: _tally(codes, there & self._has(bit), count) for name, bit in _COUNTED.items()}
        for name, (has, without) in _ONE_OF_TWO.items():
            found[name] = _tally(codes, there & self._has(has, without), count)
        if len(self._asked.channel.scored.who):
            places, classes = last_classes(self._asked.channel.scored, self._first, self._slices, self._at)
            for number, name in enumerate(NAMES):
                mine = np.zeros(self._places, bool)
                mine[places[classes == number]] = True
                found[name] = _tally(codes, there & mine, count)
        found["viewers_in_all"] = _tally(codes, there & self._has(f.VIEWED | f.REPLAYED), count)
        return found | self._sold.by(codes, there, count)

    def _sums(self, codes: Column | None, there: Column, count: int) -> dict[str, Column]:
        found: dict[str, Column] = defaultdict(lambda: np.zeros(count, np.int64))
        for each, at in zip(self._slices, self._at, strict=True):
            counts = there[at]
            groups = np.zeros(np.count_nonzero(counts), np.intp) if codes is None else codes[at][counts]
            part = {name: self._column(each, name)[counts] for name in ("flags", *SUMMED)}
            sums = sums_by(part, groups, count)
            rows = self._asked.channel.shows[each.show].rows
            mine, lines = _acts_that_count(rows, each, counts)
            add_actions(sums, rows.arrays, lines, groups[mine])
            for name, totals in sums.items():
                found[name] += totals
        return dict(found)


def _acts_that_count(rows: ShowRows, of: Slice, counts: Column) -> tuple[Column, Column]:
    """Return the lines of `acts` whose rows count, and before them where those stand among the rows that count."""
    at, lines = acts_in(rows, of)
    mine = counts[at]
    if isinstance(lines, slice):
        lines = np.arange(lines.start, lines.stop)
    return (np.cumsum(counts) - 1)[at[mine]], lines[mine]


def _tally(codes: Column | None, which: Column, count: int) -> Column:
    """Return how many there are of each code."""
    if codes is None:
        return np.array([np.count_nonzero(which)])
    return np.bincount(codes[which], minlength=count)


def _split(numbers: Column, codes: Column | None, which: Column, count: int) -> list[Column]:
    """Return the numbers of each code."""
    if codes is None:
        return [numbers[which]]
    mine = codes[which]
    order = np.argsort(mine, kind="stable")
    bounds = np.searchsorted(mine[order], np.arange(count + 1))
    return [numbers[which][order][a:b] for a, b in pairwise(bounds)]
