"""A channel's record as of a moment: its shows as columns, and of each row whether the channel may recognise its viewer then. Pure."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np

from server.stats.columns import flags as f
from server.stats.columns.fold import THREADS
from server.stats.columns.purchases import consent_of
from server.stats.columns.rows import Column, ShowRows
from server.stats.columns.scored import Scored
from server.stats.columns.words import WordOf

Made = TypeVar("Made")
BLOCK: Final = 1 << 16
"""People in a block: up to a handful of numbers of each stay in the processor's caches."""
_PAID: Final = ("who", "flags", "known_by", "at", "net_minor", "units", "own")


@dataclass(frozen=True, slots=True)
class ShowThen:
    """A show as of the record's moment. Times are microseconds since 1970; `finish` is as far as it had come, `running` before its end."""

    id: str
    rows: ShowRows
    start: int
    finish: int
    running: bool


@dataclass(frozen=True, slots=True)
class Paid:
    """Orders by whom they are of. `known` is whether the channel may tell whose it is; of who is `absent` from the show the person says."""

    who: Column
    at: Column
    net_minor: Column
    units: Column
    own: Column
    """Whether it is in the channel's currency."""
    known: Column
    absent: Column

    def only(self, which: Column | slice) -> "Paid":
        """Return some of them."""
        return Paid(*(getattr(self, name)[which] for name in Paid.__slots__))

    @classmethod
    def together(cls, parts: Sequence["Paid"]) -> "Paid":
        """Return all of them as one; there is one at least."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))


@dataclass(frozen=True, slots=True)
class Names:
    """Where the ids of people stand: below `top` by their numbers, from it on by what was made of ids in rows of `shows`."""

    top: int
    strangers: Column
    shows: Sequence[str]

    def in_sql(self, who: Column) -> Column:
        """Return by what SQL knows these people: their numbers, or what is made of their ids."""
        found = who.copy()
        strange = who >= self.top
        found[strange] = self.strangers[who[strange] - self.top]
        return found


@dataclass(frozen=True, slots=True)
class Record:
    """Shows by start, then id, whose people are numbered from 0 up to `people`; who took consent back, each once, and when last."""

    shows: Sequence[ShowThen]
    gone_who: Column
    gone_at: Column
    as_of: int
    people: int
    paid: Paid
    scored: Scored
    names: "Names"

    def blocks(self, make: Callable[["Block"], Made]) -> Iterator[Made]:
        """Yield what is made of each block of people, in their order, by up to `THREADS` threads."""
        firsts = range(0, self.people, BLOCK)
        with ThreadPoolExecutor(THREADS) as pool:
            yield from pool.map(
                lambda first: make(Block(self, first, min(first + BLOCK, self.people))), firsts
            )

    def words(self) -> dict[str, WordOf]:
        """Return what rows say by which way people came, and on what."""
        rows = [show.rows for show in self.shows]
        return {name: WordOf.of(rows, name) for name in ("source", "device")}

    def known(self, show: int, begin: int, end: int) -> Column:
        """Return which of a show's rows have a view, and may be recognised."""
        then = self.shows[show]
        bits = then.rows["flags"][begin:end]
        known: Column = (bits & np.uint16(f.SEEN)) != 0
        if then.running:
            known &= ((bits & f.GUEST) == 0) | (
                consent_of(bits, then.rows["known_by"][begin:end]) <= then.finish
            )
        if len(self.gone_who) and begin < end:
            known[self._taken_back(then.rows, begin, end)] = False
        return known

    def _taken_back(self, rows: ShowRows, begin: int, end: int) -> Column:
        """Return which of a show's rows are of guests who have taken back the consent that the row has."""
        who = rows["who"][begin:end]
        a, b = np.searchsorted(self.gone_who, (int(who[0]), int(who[-1]) + 1))
        gone = self.gone_who[a:b].astype(who.dtype)
        at = np.minimum(np.searchsorted(who, gone), len(who) - 1)
        hit = who[at] == gone
        found, gone_at = at[hit], self.gone_at[a:b][hit]
        bits = rows["flags"][begin:end][found]
        since = consent_of(bits, rows["known_by"][begin:end][found])
        taken_back: Column = found[((bits & f.GUEST) != 0) & (gone_at >= since)]
        return taken_back


class Block:
    """Some people of a record, from `first` up to `last`: by show those of them whom it saw, counted from the first of them."""

    def __init__(self, record: Record, first: int, last: int) -> None:
        self.record, self.first, self.size = record, first, last - first
        self.member = np.zeros(self.size, bool)
        """Whom the channel saw, and may recognise."""
        self._unknown = np.zeros(self.size, bool)
        self.seen: list[Column] = []
        self.rows: list[tuple[int, int, Column]] = []
        """By show where the block's rows begin and end, and which of these are of people in `seen`."""
        for i, show in enumerate(record.shows):
            self._look(i, show.rows, last)

    def _look(self, i: int, rows: ShowRows, last: int) -> None:
        who = rows["who"]
        begin, end = (int(each) for each in np.searchsorted(who, np.array([self.first, last], who.dtype)))
        known = self.record.known(i, begin, end)
        viewed = (rows["flags"][begin:end] & np.uint16(f.VIEWED)) != 0
        people = np.subtract(who[begin:end], self.first, dtype=np.int32)
        seen = people[known]
        self.member[seen] = True
        self._unknown[people[viewed & ~known]] = True
        self.seen.append(seen)
        self.rows.append((begin, end, known))

    def column(self, show: int, name: str) -> Column:
        """Return a column of the rows of whom a show saw."""
        return self.of(show, name, self.rows[show][2])

    def of(self, show: int, name: str, chosen: Column) -> Column:
        """Return a column of some of the block's rows of a show."""
        begin, end, _ = self.rows[show]
        found: Column = self.record.shows[show].rows[name][begin:end][chosen]
        return found

    def came(self, show: int, *, known_only: bool) -> tuple[Column, Column]:
        """Return who has a view in a show, and which of its rows are theirs; those alone whom the channel may recognise, or all."""
        begin, end, known = self.rows[show]
        if known_only:
            return self.seen[show], known
        rows = self.record.shows[show].rows
        chosen = (rows["flags"][begin:end] & np.uint16(f.VIEWED)) != 0
        return np.subtract(rows["who"][begin:end][chosen], self.first, dtype=np.int32), chosen

    @property
    def guests(self) -> int:
        """How many guests were somewhere whom the channel may not recognise there."""
        return int(np.count_nonzero(self._unknown))

    def paid(self) -> Paid:
        """Return the orders of the block's members that the channel may tell whose they are; `who` is counted from the block's first."""
        mine = self.paid_by_anybody()
        counts = self.member[mine.who] & mine.known
        if mine.absent.any():
            counts |= (
                self.member[mine.who] & mine.absent & ~self._guests_among(mine.who[mine.absent])[mine.who]
            )
        return mine.only(counts)

    def paid_by_anybody(self) -> Paid:
        """Return the orders of the block's people, whether or not the channel may tell whose they are."""
        paid = self.record.paid
        mine = paid.only(slice(*np.searchsorted(paid.who, (self.first, self.first + self.size))))
        return replace(mine, who=mine.who - self.first)

    def _guests_among(self, who: Column) -> Column:
        """Return, of these people and everybody, who was seen as a guest somewhere."""
        asked, found = np.zeros(self.size, bool), np.zeros(self.size, bool)
        asked[who] = True
        for show, seen, (begin, end, known) in zip(self.record.shows, self.seen, self.rows, strict=True):
            mine = asked[seen]
            bits = show.rows["flags"][begin:end][known][mine]
            found[seen[mine][(bits & f.GUEST) != 0]] = True
        return found


def paid_of(shows: Sequence[ShowThen], gone: tuple[Column, Column], as_of: int) -> Paid:
    """Return the orders of these shows up to a moment, by whom they are of."""
    columns = {
        name: np.concatenate([show.rows[f"paid.{name}"] for show in shows] or [np.empty(0, np.int64)])
        for name in _PAID
    }
    finish = np.repeat(
        np.array([show.finish for show in shows], np.int64), [len(show.rows["paid.who"]) for show in shows]
    )
    bits, since = columns["flags"], consent_of(columns["flags"], columns["known_by"])
    guest, absent = (bits & f.GUEST) != 0, (bits & f.ABSENT) != 0
    taken_back = _taken_back(columns["who"], since, *gone)
    known = ((bits & f.KNOWN) != 0) & ~(guest & ((since > finish) | taken_back))
    found = Paid(
        columns["who"].astype(np.int64),
        columns["at"],
        columns["net_minor"],
        columns["units"],
        columns["own"] > 0,
        known & ~absent,
        absent,
    )
    order = np.argsort(found.who, kind="stable")
    return found.only(order[columns["at"][order] <= as_of])


def _taken_back(who: Column, since: Column, gone_who: Column, gone_at: Column) -> Column:
    """Return which of them took consent back last when they had agreed, or later."""
    if not len(gone_who):
        return np.zeros(len(who), bool)
    at = np.minimum(np.searchsorted(gone_who, who), len(gone_who) - 1)
    found: Column = (gone_who[at] == who) & (gone_at[at] >= since)
    return found
