"""A show's rows joined with the channel's other shows: who came back, who came again, who may be recognised. Pure.

People are taken in blocks, whose state stays in the processor's caches. Most rows need only the last show, and the next one, in which the
channel could recognise their viewer. That is not enough for who agreed more than once, or was seen somewhere as nobody in particular: they
are `tangled`, and each two rows of theirs are held against each other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from server.stats.columns import flags as f
from server.stats.columns.purchases import EVER, NEVER, consent_of, reach_of
from server.stats.columns.rows import NEVER as AT_REPLAY
from server.stats.columns.rows import Column, ShowRows
from server.stats.columns.scored import Scored

_NONE: Final = NEVER + 1
_FAR: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Placed:
    """A show among the channel's. Moments are microseconds since 1970; `finish` is as far as it has come."""

    rows: ShowRows
    start: int
    finish: int
    bought_before: Column
    """Of each line of `sold`."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Shows by start, whose people are numbered from 0 on, and what joins them.

    `gone` is who took consent back, and when, in order; `elsewhere`, in order, who bought where nothing was known of them, and is known;
    `scored` are the answers to a score from 0 to 10.
    """

    shows: Sequence[Placed]
    window: int
    gone_who: Column
    gone_at: Column
    elsewhere: Column
    scored: Scored

    @property
    def people(self) -> int:
        """One more than the greatest number."""
        return max((int(each.rows["who"][-1]) + 1 for each in self.shows if len(each.rows["who"])), default=0)


@dataclass(slots=True)
class Slice:
    """The rows of a show that are of a block's people: `people` are theirs, counted from the block's first; `bits` what is known of each.

    `sold` are positions in it, `lines` those of the show's `sold` that they have.
    """

    show: int
    begin: int
    end: int
    people: Column
    bits: Column
    sold: Column = field(default_factory=lambda: np.empty(0, np.intp))
    lines: Column = field(default_factory=lambda: np.empty(0, np.intp))
    chosen: Column | None = None
    """Which of the show's rows from `begin` to `end` these are; None: all."""

    def column(self, rows: ShowRows, name: str) -> Column:
        """Return a column of the show's rows for these."""
        found = rows[name][self.begin : self.end]
        return found if self.chosen is None else found[self.chosen]

    def only(self, counting: Column | None) -> "Slice":
        """Return those of the rows that count; `counting` is about all rows of the show."""
        if counting is None:
            return self
        counts = counting[self.begin : self.end]
        chosen = np.flatnonzero(counts)
        mine = counts[self.sold]
        sold = (np.cumsum(counts) - 1)[self.sold[mine]]
        return replace(
            self,
            people=self.people[chosen],
            bits=self.bits[chosen],
            sold=sold,
            lines=self.lines[mine],
            chosen=chosen,
        )


def join_block(channel: Channel, first: int, last: int) -> list[Slice]:
    """Return the joined rows of the people from `first` up to `last`, a slice for each show."""
    slices = [_cut(channel, i, first, last) for i in range(len(channel.shows))]
    tangled = np.zeros(last - first, bool)
    _look_back(channel, slices, tangled)
    _look_ahead(channel, slices, tangled)
    if tangled.any():
        _untangle(channel, slices, tangled)
    for each in slices:
        _buy(channel.shows[each.show], each, first)
    return slices


def _cut(channel: Channel, i: int, first: int, last: int) -> Slice:
    show = channel.shows[i]
    who = show.rows["who"]
    begin, end = (int(each) for each in np.searchsorted(who, np.array((first, last), who.dtype)))
    people = np.subtract(who[begin:end], first, dtype=np.intp)
    bits = show.rows["flags"][begin:end].astype(np.uint32)
    recognised = bits & np.uint32(f.SEEN)
    bits |= recognised << np.uint32(2)
    bits |= recognised << np.uint32(4)
    found = Slice(i, begin, end, people, bits)
    if len(channel.gone_who):
        _take_back(channel, found, first, last)
    return found


def _take_back(channel: Channel, of: Slice, first: int, last: int) -> None:
    """Guests who took consent back: by the show's end they are not recognised, within the window they do not last."""
    show = channel.shows[of.show]
    rows, gone_at = gone_of(channel, show.rows, of, first, last)
    of.bits[rows[gone_at <= show.finish]] &= ~np.uint32(f.RECOGNISED | f.LASTING)
    of.bits[rows[gone_at < show.start + channel.window]] &= ~np.uint32(f.LASTING)


def gone_of(channel: Channel, rows: ShowRows, of: Slice, first: int, last: int) -> tuple[Column, Column]:
    """Return the rows of guests who took back the consent that the row has, and when they first did."""
    a, b = np.searchsorted(channel.gone_who, (first, last))
    who, at = channel.gone_who[a:b] - first, channel.gone_at[a:b]
    there = np.searchsorted(of.people, who)
    there[there == len(of.people)] = 0
    hit = (of.people[there] == who) if len(of.people) else np.zeros(len(who), bool)
    here, at = there[hit], at[hit]
    row_flags = of.column(rows, "flags")[here]
    since = consent_of(row_flags, of.column(rows, "known_by")[here])
    later = ((row_flags & f.GUEST) > 0) & (at >= since)
    found, firsts = np.unique(here[later], return_index=True)
    return found, at[later][firsts]


def _ties(channel: Channel) -> Iterator[tuple[int, int]]:
    """Yield the shows by groups of those that began at the same moment: the first, and the one behind the last."""
    begin = 0
    starts = [each.start for each in channel.shows]
    for i in range(1, len(starts) + 1):
        if i == len(starts) or starts[i] != starts[begin]:
            yield begin, i
            begin = i


def _look_back(channel: Channel, slices: Sequence[Slice], tangled: Column) -> None:
    """Set BACK, and find who is tangled."""
    starts = np.array([each.start for each in channel.shows], np.int64)
    last = np.full(len(tangled), -1, _index_of(channel))
    agreed = np.full(len(tangled), _NONE, np.int64)
    for begin, end in _ties(channel):
        low = int(np.searchsorted(starts, starts[begin] - channel.window))
        for each in slices[begin:end]:
            back = last.take(each.people, mode="clip") >= low
            each.bits |= ((each.bits & np.uint32(f.RECOGNISED)) << np.uint32(1)) * back
        for each in slices[begin:end]:
            last[each.people[(each.bits & np.uint32(f.SEEN)) > 0]] = each.show
            _find_tangled(channel.shows[each.show].rows, each, agreed, tangled)


def _find_tangled(rows: ShowRows, of: Slice, agreed: Column, tangled: Column) -> None:
    nobody = of.bits & np.uint32(f.VIEWED | f.NOBODY) == f.VIEWED | f.NOBODY
    if nobody.any():
        tangled[of.people[nobody]] = True
    guests = np.flatnonzero(of.bits & np.uint32(f.SEEN | f.GUEST) == f.SEEN | f.GUEST)
    if not len(guests):
        return
    since = consent_of(of.bits[guests], rows["known_by"][of.begin : of.end][guests])
    people = of.people[guests]
    before = agreed[people]
    tangled[people[(before != _NONE) & (before != since)]] = True
    agreed[people] = since


def _look_ahead(channel: Channel, slices: Sequence[Slice], tangled: Column) -> None:
    """Set AGAIN."""
    starts = np.array([each.start for each in channel.shows], np.int64)
    following = np.full(len(tangled), _FAR if len(slices) > 32_000 else 32_000, _index_of(channel))
    for begin, end in reversed(list(_ties(channel))):
        high = int(np.searchsorted(starts, starts[begin] + channel.window)) - 1
        for each in slices[begin:end]:
            again = following.take(each.people, mode="clip") <= high
            for other in slices[begin:end]:
                if other is not each:
                    again |= np.isin(each.people, other.people[(other.bits & np.uint32(f.SEEN)) > 0])
            each.bits |= ((each.bits & np.uint32(f.LASTING)) << np.uint32(1)) * again
        for each in slices[begin:end]:
            following[each.people[(each.bits & np.uint32(f.SEEN)) > 0]] = each.show


def _index_of(channel: Channel) -> type[np.signedinteger]:
    return np.int16 if len(channel.shows) <= 32_000 else np.int32


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Rows of tangled people, by person and start."""

    slice: Column
    row: Column
    person: Column
    start: Column
    bits: Column
    known_by: Column


def _untangle(channel: Channel, slices: Sequence[Slice], tangled: Column) -> None:
    """Find BACK and AGAIN of tangled people anew, by each two of their rows."""
    rows = _rows_of(channel, slices, tangled)
    back, again = np.zeros(len(rows.row), bool), np.zeros(len(rows.row), bool)
    for shift in range(1, len(rows.row)):
        same = rows.person[shift:] == rows.person[:-shift]
        if not same.any():
            break
        later, earlier = slice(shift, None), slice(None, -shift)
        apart = rows.start[later] - rows.start[earlier]
        back[later] |= same & (apart > 0) & (apart <= channel.window) & _reaches_back(rows, later, earlier)
        again[earlier] |= same & (apart < channel.window) & _reaches_ahead(rows, earlier, later)
        again[later] |= same & (apart == 0) & _reaches_ahead(rows, later, earlier)
    for n in np.unique(rows.slice):
        mine = rows.slice == n
        each, at = slices[n], rows.row[mine]
        bits = each.bits[at] & ~np.uint32(f.BACK | f.AGAIN)
        bits |= ((bits & np.uint32(f.RECOGNISED)) << np.uint32(1)) * back[mine]
        each.bits[at] = bits | ((bits & np.uint32(f.LASTING)) << np.uint32(1)) * again[mine]


def _rows_of(channel: Channel, slices: Sequence[Slice], tangled: Column) -> _Pairs:
    at = [np.flatnonzero(tangled[each.people]) for each in slices]
    columns = _Pairs(
        np.concatenate([np.full(len(rows), n) for n, rows in enumerate(at)]),
        np.concatenate(at),
        np.concatenate([each.people[rows] for each, rows in zip(slices, at, strict=True)]),
        np.concatenate([np.full(len(rows), channel.shows[n].start) for n, rows in enumerate(at)]),
        np.concatenate([each.bits[rows] for each, rows in zip(slices, at, strict=True)]),
        np.concatenate(
            [
                channel.shows[each.show].rows["known_by"][each.begin : each.end][rows]
                for each, rows in zip(slices, at, strict=True)
            ]
        ),
    )
    order = np.lexsort((columns.start, columns.person))
    return _Pairs(*(getattr(columns, name)[order] for name in _Pairs.__slots__))


def _reaches_back(rows: _Pairs, mine: slice, other: slice) -> Column:
    """Whether a row says of another, earlier one that they are the same person."""
    bits, theirs = rows.bits[mine], rows.bits[other]
    in_span = reach_of(theirs, rows.known_by[other]) >= consent_of(bits, rows.known_by[mine])
    return _tells(theirs) & np.where((bits & f.GUEST) > 0, ((theirs & f.KNOWN) > 0) & in_span, True)


def _reaches_ahead(rows: _Pairs, mine: slice, other: slice) -> Column:
    """Whether a row says of another, later one that they are the same person."""
    bits, theirs = rows.bits[mine], rows.bits[other]
    since = np.where((theirs & f.GUEST) > 0, consent_of(theirs, rows.known_by[other]), NEVER)
    in_span = since <= np.where((bits & f.GUEST) > 0, rows.known_by[mine], EVER)
    return _tells(theirs) & np.where((bits & f.GUEST) > 0, ((theirs & f.KNOWN) > 0) & in_span, True)


def _tells(bits: Column) -> Column:
    return ((bits & f.VIEWED) > 0) & ((bits & (f.KNOWN | f.NOBODY)) > 0)


_DAY: Final = 86_400_000_000
_DAYS_AFTER: Final = ((f.BOUGHT_LIVE, 0), (f.BOUGHT_24H, 1), (f.BOUGHT_7D, 7), (f.BOUGHT_30D, 30))


def _buy(show: Placed, of: Slice, first: int) -> None:
    """Set what the rows of buyers are worth."""
    buyers = show.rows["sold.who"]
    a, b = np.searchsorted(buyers, (first, first + (int(of.people[-1]) + 1 if len(of.people) else 0)))
    at = np.searchsorted(of.people, buyers[a:b] - first)
    hit = of.people[at] == buyers[a:b] - first
    of.sold, of.lines = at[hit], np.flatnonzero(hit) + a
    bits, bought_at = of.bits[of.sold], show.rows["sold.first_at"][of.lines]
    found = np.full(len(bits), f.PAID, np.uint32)
    found |= _where(bits, f.VIEWED, f.BOUGHT) | _where(bits, f.CLICKED, f.CLICKED_BOUGHT)
    found |= _where(bits, f.RECOGNISED, f.BUYER_KNOWN) | _where(bits, f.BACK, f.BUYER_BACK)
    found |= _where(bits, f.RECOGNISED, f.BOUGHT_BEFORE) * show.bought_before[of.lines]
    for bit, days in _DAYS_AFTER:
        found |= _where(bits, f.VIEWED, bit) * (bought_at <= show.finish + days * _DAY)
    of.bits[of.sold] |= found * (bought_at != AT_REPLAY)


def _where(bits: Column, has: int, gets: int) -> Column:
    return np.where((bits & np.uint32(has)) > 0, np.uint32(gets), np.uint32(0))
