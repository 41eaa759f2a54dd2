"""What is known of each of a channel's people as of a moment, as columns: what they saw, did and bought before it. Pure.

Whoever the channel saw before, and may recognise, is there; of others every number is 0 and every word none.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from typing import Final, Literal

import numpy as np

from server.stats.columns.rows import Column
from server.stats.columns.scored import Scored
from server.stats.columns.words import NO_WORD, WordOf
from server.stats.lifetime.local_days import local_days
from server.stats.lifetime.record import Block, Paid, Record
from server.stats.lifetime.rfm import FIFTHS, GROUPS, group_of
from server.stats.lifetime.segments import LAPSED_DAYS, LIFECYCLES

DAY: Final = 86_400_000_000
"""In microseconds, as all moments here are."""
OF_SHOWS: Final = {
    "watched_seconds": "watched_us",
    **{
        name: name for name in ("views", "reactions", "impressions", "clicks", "shares", "questions", "votes")
    },
}
"""What is added up over shows, by the column of a show's rows. `shows` is how many these are."""
Ever = int | None
Number = tuple[str, Ever]
"""What is added up (`segment_rules.Counted`), and of how many days before; None: of all time."""
_ALWAYS: Final[tuple[Number, ...]] = (("shows", None), ("orders", None), ("net_minor", None))
_NOBODY: Final = -1
NEVER: Final = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Asked:
    """As of which moment, in which zone, and what is to be known beside shows and orders."""

    at: int
    zone: tzinfo
    numbers: Collection[Number] = ()
    words: Collection[str] = ()
    first_seen: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some people; every column has one value for each of them."""

    numbers: Mapping[Number, Column]
    words: Mapping[str, Column]
    first_seen: Column
    last_seen: Column
    """Moments at which shows began; the first is known where it was asked for."""
    first_order: Column
    last_order: Column
    """Moments; of nobody before they ordered."""

    @classmethod
    def together(cls, parts: Collection["Known"]) -> "Known":
        """Return all of them as one."""
        one = next(iter(parts))
        return cls(
            {name: np.concatenate([part.numbers[name] for part in parts]) for name in one.numbers},
            {name: np.concatenate([part.words[name] for part in parts]) for name in one.words},
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("first_seen", "last_seen", "first_order", "last_order")
            ),
        )


class Persons:
    """Everybody, by number: columns that are made when they are first asked for."""

    def __init__(
        self, asked: Asked, known: Known, words: Mapping[str, WordOf], answers: Scored, guests: int
    ) -> None:
        self.asked, self.known, self.guests = asked, known, guests
        self._words, self._answers = words, answers

    @cached_property
    def there(self) -> Column:
        """Whether they had been seen."""
        return self.number("shows") > 0

    def number(self, name: str, days: Ever = None) -> Column:
        """Return what they did, of all time or in so many days before."""
        found = self.known.numbers[name, days]
        return np.floor_divide(found, 1_000_000) if name == "watched_seconds" else found

    def days_since(self, what: Literal["first_seen", "last_seen", "first_order", "last_order"]) -> Column:
        """Return how many days of the zone lie between it and the moment; `NEVER` where there was no such thing."""
        at: Column = getattr(self.known, what)
        there = at != NEVER
        found = np.full(len(at), NEVER, np.int64)
        moments, number = np.unique(at[there], return_inverse=True)
        today = local_days(np.array([self.asked.at], np.int64), self.asked.zone)[0]
        found[there] = today - local_days(moments, self.asked.zone)[number]
        return found

    @cached_property
    def lifecycle(self) -> Column:
        """Return a place in `LIFECYCLES`, -1 of who is not there."""
        lapsed = self.known.last_seen < self.asked.at - LAPSED_DAYS * DAY
        said = np.select(
            [~self.there, lapsed, self.number("orders") >= 2, self.number("shows") >= 2],
            [
                _NOBODY,
                LIFECYCLES.index("lapsed"),
                LIFECYCLES.index("repeat_buyer"),
                LIFECYCLES.index("returning"),
            ],
            LIFECYCLES.index("new"),
        )
        return said.astype(np.int8)

    @cached_property
    def customers(self) -> Column:
        """Whether they had bought."""
        return self.there & (self.number("orders") > 0)

    @cached_property
    def scores(self) -> dict[str, Column]:
        """Return `recency`, `frequency` and `monetary` from 1 to 5, 0 of who is no customer."""
        of = np.flatnonzero(self.customers)
        found = {}
        for name, values in (
            ("recency", -self.days_since("last_order")[of]),
            ("frequency", self.number("orders")[of]),
            ("monetary", self.number("net_minor")[of]),
        ):
            found[name] = np.zeros(len(self.there), np.int8)
            found[name][of] = _fifths(values)
        return found

    @cached_property
    def rfm_group(self) -> Column:
        """Return a place in `GROUPS`, -1 of who is no customer."""
        fifths = range(FIFTHS + 1)
        table = np.array(
            [[[GROUPS.index(group_of(r, f, m)) for m in fifths] for f in fifths] for r in fifths], np.int8
        )
        table[0] = _NOBODY
        found: Column = table[tuple(self.scores[name] for name in ("recency", "frequency", "monetary"))]
        return found

    @cached_property
    def score(self) -> Column:
        """Return what they had answered last to a score from 0 to 10, -1 of who gave none."""
        found = np.full(len(self.there), _NOBODY, np.int8)
        before = self._answers.at < self.asked.at
        who = self._answers.who[before]
        inside = who < len(found)
        order = np.argsort(self._answers.at[before][inside], kind="stable")
        found[who[inside][order]] = self._answers.score[before][inside][order]
        found[~self.there] = _NOBODY
        return found

    def is_any_of(self, name: Literal["source", "device"], words: Collection[str]) -> Column:
        """Return of whom the word is one of these."""
        return self._words[name].among(self.known.words[name], words)


def _fifths(values: Column) -> Column:
    """Return each value's fifth, ties sharing that of their middle: `rfm.score` over many."""
    if not len(values):
        return np.empty(0, np.int8)
    ordered = np.sort(values)
    left, right = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return (1 + FIFTHS * (left + right) // (2 * len(values))).astype(np.int8)


def look_before(block: Block, asked: Asked, words: Mapping[str, WordOf]) -> Known:
    """Return what is known of a block's people from what they did before the moment."""
    numbers: dict[Number, Column] = {
        name: np.zeros(block.size, np.int64) for name in (*_ALWAYS, *asked.numbers)
    }
    said: dict[str, Column] = {name: np.full(block.size, NO_WORD, np.int32) for name in asked.words}
    first, last = (np.full(block.size, NEVER, np.int64) for _ in range(2))
    for i, show in enumerate(block.record.shows):
        if show.start >= asked.at:
            break
        seen = block.seen[i]
        last[seen] = show.start
        if asked.first_seen:
            first[seen[first[seen] == NEVER]] = show.start
        for (name, days), column in numbers.items():
            if not _is_within(show.start, days, asked.at):
                continue
            if name == "shows":
                column[seen] += 1
            elif name in OF_SHOWS:
                column[seen] += block.column(i, OF_SHOWS[name])
    for name, column in said.items():
        _say(block, asked.at, name, words[name], column)
    orders = _add_orders(block.paid(), asked, numbers)
    return Known(numbers, said, first, last, *orders)


def _is_within(moment: int, days: Ever, at: int) -> bool:
    return days is None or moment >= at - days * DAY


def _say(block: Block, at: int, name: str, word_of: WordOf, said: Column) -> None:
    """Fill in the first source that people came by, or the last device that is known of them; at one moment the first show's."""
    shows = [i for i, show in enumerate(block.record.shows) if show.start < at]
    if name == "source":
        shows.reverse()
    else:  # what comes later stays; of shows that began at one moment the first
        shows.sort(key=lambda i: (block.record.shows[i].start, -i))
    for i in shows:
        words = word_of.numbers(i, block.column(i, name))
        mine = slice(None) if name == "source" else words != NO_WORD
        said[block.seen[i][mine]] = words[mine]


def _add_orders(paid: Paid, asked: Asked, numbers: dict[Number, Column]) -> tuple[Column, Column]:
    """Add what was bought before the moment, and return when each bought first and last."""
    size = len(numbers["orders", None])
    paid = paid.only((paid.at < asked.at) & (numbers["shows", None][paid.who] > 0))
    first, last = np.full(size, np.iinfo(np.int64).max, np.int64), np.full(size, NEVER, np.int64)
    np.minimum.at(first, paid.who, paid.at)
    np.maximum.at(last, paid.who, paid.at)
    first[last == NEVER] = NEVER
    for (name, days), column in numbers.items():
        if name in ("orders", "units", "net_minor"):
            recent = paid if days is None else paid.only(paid.at >= asked.at - days * DAY)
            np.add.at(column, recent.who, _amounts(recent, name))
    return first, last


def _amounts(paid: Paid, name: str) -> Column:
    if name == "orders":
        return np.ones(len(paid.who), np.int64)
    return paid.units if name == "units" else paid.net_minor * paid.own


def persons_of(record: Record, asked: Asked) -> Persons:
    """Return everybody of a record as of a moment."""
    words = record.words()
    parts = list(record.blocks(lambda block: (look_before(block, asked, words), block.guests)))
    known = Known.together([known for known, _ in parts] or [_nobody(asked)])
    return Persons(asked, known, words, record.scored, sum(guests for _, guests in parts))


def _nobody(asked: Asked) -> Known:
    none = np.empty(0, np.int64)
    return Known(
        dict.fromkeys((*_ALWAYS, *asked.numbers), none),
        dict.fromkeys(asked.words, none.astype(np.int32)),
        none,
        none,
        none,
        none,
    )
