"""People counted once over groups of shows, from joined rows. Pure.

Whatever a person did in any show of a group is one bit of theirs, so a group is a pass over its rows that adds bits up and watch time.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from server.stats.columns import flags as f
from server.stats.columns.bought import SalesOf
from server.stats.columns.join import Channel, Slice, gone_of, join_block
from server.stats.columns.rows import LABELS, SUMMED, Column, sums_by

By = Literal["source", "device", "segment", "returning", "mode"]
BLOCK: Final = 1 << 18
"""People in a block."""
BLOCK_MIN: Final = 1 << 10
THREADS: Final = min(2, os.cpu_count() or 1)

_COUNTED: Final = {
    "viewers": f.VIEWED,
    "replay_viewers": f.REPLAYED,
    "engaged": f.ENGAGED,
    "senders": f.SENT,
    "sharers": f.SHARED,
    "impressed": f.IMPRESSED,
    "clickers": f.CLICKED,
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
    """What some people of a group come to: numbers by name, and how long each viewer watched, in microseconds."""

    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    watched: list[Column] = field(default_factory=list)

    def add(self, other: "Counts") -> None:
        """Put other people's beside."""
        for name, number in other.numbers.items():
            self.numbers[name] += number
        self.watched += other.watched


Found = dict[tuple[int, str], Counts]
"""By group and label."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What rows are told apart by: its column, each label's word, and by show the number of each of its words."""

    column: str
    words: Sequence[str]
    of_show: Sequence[Column]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted: people of which groups, told apart by what; `labels` where rows say it."""

    channel: Channel
    groups: Sequence[Group]
    by: By | None
    labels: Labels | None


def count(channel: Channel, groups: Sequence[Group], by: By | None) -> Found:
    """Return what the people of each group come to, apart by what rows, or for `returning` people, say. Uses up to `THREADS` threads."""
    labels = None if by is None or by not in LABELS else _labels(channel, by)
    size = max(BLOCK_MIN, BLOCK // max(1, len(labels.words) if labels else 1))
    asked = Asked(channel, groups, by, labels)
    people = channel.people
    firsts = range(0, people, size)
    found: Found = defaultdict(Counts)
    with ThreadPoolExecutor(THREADS) as pool:
        for part in pool.map(lambda first: _count_block(asked, first, min(first + size, people)), firsts):
            for key, counts in part.items():
                found[key].add(counts)
    if by is None:
        _add_sums(channel, groups, found)
    return found


def _labels(channel: Channel, by: str) -> Labels:
    words = sorted({word for show in channel.shows for word in show.rows.labels[by]})
    number = {word: i for i, word in enumerate(words)}
    of_show = [np.array([number[word] for word in show.rows.labels[by]], np.intp) for show in channel.shows]
    return Labels(by, words, of_show)


def _add_sums(channel: Channel, groups: Sequence[Group], found: Found) -> None:
    for i, group in enumerate(groups):
        for show in group.shows:
            if len(channel.shows[show].rows["who"]):
                found[i, ""].add(Counts(dict(channel.shows[show].rows.sums)))


def _count_block(asked: Asked, first: int, last: int) -> Found:
    slices = join_block(asked.channel, first, last)
    found: Found = {}
    for i, group in enumerate(asked.groups):
        mine = [slices[show] for show in group.shows if len(slices[show].people)]
        if not mine:
            continue
        for label, counts in _Fold(asked, group.until, (first, last), mine).counts():
            found[i, label] = counts
    return found


class _Fold:
    """People of a block in one group: what each has by label, at `label × places + place`.

    Places are the block's people; in a group of one show, its rows.
    """

    def __init__(self, asked: Asked, until: int, block: tuple[int, int], slices: Sequence[Slice]) -> None:
        self._channel, self._by, self._labels = asked.channel, asked.by, asked.labels
        self._until, self._block, self._slices = until, block, slices
        self._places = len(slices[0].people) if len(slices) == 1 else block[1] - block[0]
        size = self._places * (len(asked.labels.words) if asked.labels else 1)
        self._bits = np.zeros(size, np.uint32)
        self._watched = np.zeros(size, np.int64)
        self._replayed = np.zeros(size if asked.by == "mode" else 0, np.int64)
        self._sold: list[SalesOf] = []
        for each in slices:
            self._take(each)

    def _take(self, of: Slice) -> None:
        at = self._at(of)
        before, bits = self._bits.take(at, mode="clip"), of.bits
        new = bits & ~before & np.uint32(f.RECOGNISED)
        back = (bits & np.uint32(f.BACK)) << np.uint32(13)
        firsts = ((new << np.uint32(14)) & back) | ((new << np.uint32(15)) & ~(back << np.uint32(1)))
        self._bits[at] = before | bits | firsts
        watched = self._column(of, "watched_us")
        np.add.at(self._watched, at, watched * ((bits & np.uint32(f.VIEWED)) > 0))
        if self._by == "mode":
            replayed = (bits & np.uint32(f.REPLAYED)) > 0
            np.add.at(self._replayed, at, self._column(of, "replay_us").astype(np.int64) * replayed)
        if len(of.sold):
            self._sold.append(self._sales(of, at[of.sold]))

    def _column(self, of: Slice, name: str) -> Column:
        return self._channel.shows[of.show].rows[name][of.begin : of.end]

    def _at(self, of: Slice) -> Column:
        place = np.arange(self._places) if len(self._slices) == 1 else of.people
        return place if self._labels is None else self._label_of(of) * self._places + place

    def _label_of(self, of: Slice) -> Column:
        assert self._labels is not None, "asked for by rows alone"
        return self._labels.of_show[of.show][self._column(of, self._labels.column)]

    def _sales(self, of: Slice, at: Column) -> SalesOf:
        rows, bits = self._channel.shows[of.show].rows, of.bits[of.sold]
        orders, viewed = rows["sold.orders"][of.lines].astype(np.int64), (bits & np.uint32(f.VIEWED)) > 0
        counted = self._is_counted(of, bits)
        gmv = rows["sold.gmv_minor"][of.lines]
        return SalesOf(at, orders * viewed, gmv * viewed, orders * counted, counted & viewed)

    def _is_counted(self, of: Slice, bits: Column) -> Column:
        """Whether the channel may tell, at the group's end, whose orders these are."""
        guest = (bits & np.uint32(f.GUEST)) > 0
        nobody = (bits & np.uint32(f.NOBODY)) > 0
        known = np.where(guest, (bits & np.uint32(f.KNOWN)) > 0, ~nobody)
        if len(self._channel.gone_who):
            rows, gone_at = gone_of(self._channel, self._channel.shows[of.show].rows, of, *self._block)
            known &= ~np.isin(of.sold, rows[gone_at <= self._until])
        if nobody.any():
            known |= nobody & np.isin(of.people[of.sold] + self._block[0], self._channel.elsewhere)
        return known

    def counts(self) -> Iterable[tuple[str, Counts]]:
        """Yield what there is by label."""
        if self._by == "mode":
            yield from self._modes()
        elif self._by == "returning":
            labels = np.where(self._bits & f.FIRST_BACK, 1, np.where(self._bits & f.FIRST_NEW, 2, 0))
            of_rows = [labels[self._at(each)] for each in self._slices]
            yield from self._by_label(("", "returning", "new"), labels, of_rows)
        elif self._labels is not None:
            labels = np.repeat(np.arange(len(self._labels.words)), self._places)
            yield from self._by_label(
                self._labels.words, labels, [self._label_of(each) for each in self._slices]
            )
        else:
            yield "", self._counted(slice(None), {})

    def _by_label(
        self, words: Sequence[str], labels: Column, of_rows: Sequence[Column]
    ) -> Iterable[tuple[str, Counts]]:
        sums = self._sums(of_rows, len(words))
        for i, word in enumerate(words):
            mine = np.flatnonzero((labels == i) & (self._bits > 0))
            if len(mine):
                yield word, self._counted(mine, sums[i])

    def _modes(self) -> Iterable[tuple[str, Counts]]:
        for label, bit, watched in (
            ("live", f.VIEWED, self._watched),
            ("replay", f.REPLAYED, self._replayed),
        ):
            who = np.flatnonzero(self._bits & np.uint32(bit))
            if len(who):
                yield (
                    label,
                    Counts({"viewers": len(who), "watched_us": int(watched[who].sum())}, [watched[who]]),
                )

    def _sums(self, labels: Sequence[Column], count: int) -> list[dict[str, int]]:
        found: list[dict[str, int]] = [defaultdict(int) for _ in range(count)]
        for each, of_rows in zip(self._slices, labels, strict=True):
            part = {name: self._column(each, name) for name in ("flags", *SUMMED)}
            for name, totals in sums_by(part, of_rows, count).items():
                for i in range(count):
                    found[i][name] += int(totals[i])
        return found

    def _counted(self, who: Column | slice, sums: dict[str, int]) -> Counts:
        bits = self._bits[who]
        numbers = {name: _having(bits, bit) for name, bit in _COUNTED.items()}
        numbers |= {name: _having(bits, has, without) for name, (has, without) in _ONE_OF_TWO.items()}
        numbers["viewers_in_all"] = int(np.count_nonzero(bits & np.uint32(f.VIEWED | f.REPLAYED)))
        for sales in self._together():
            numbers |= sales.of(
                np.isin(sales.at, who) if isinstance(who, np.ndarray) else np.ones(len(sales.at), bool)
            )
        watched = self._watched[who][(bits & np.uint32(f.VIEWED)) > 0]
        return Counts({**numbers, **sums}, [watched])

    def _together(self) -> list[SalesOf]:
        if not self._sold:
            return []
        columns = ([getattr(each, name) for each in self._sold] for name in SalesOf.__slots__)
        return [SalesOf(*map(np.concatenate, columns))]


def _having(bits: Column, bit: int, without: int = 0) -> int:
    """Return how many have the bit, and not the other one."""
    wanted = bits & np.uint32(bit | without)
    return int(np.count_nonzero(wanted == bit if without else wanted))
