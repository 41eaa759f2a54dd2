"""What a channel's people did over a period, each counted once, as columns. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from server.stats.columns import flags as f
from server.stats.columns.rows import Column
from server.stats.columns.scored import Scored
from server.stats.columns.words import NO_WORD, WordOf
from server.stats.lifetime.record import Block, Paid, Record

NO_SCORE = -1


@dataclass(frozen=True, slots=True)
class Period:
    """Shows that began from a moment on, and what was bought from it on; whether people count whom the channel may not recognise."""

    since: int
    known_only: bool


@dataclass(frozen=True, slots=True)
class Visits:
    """Of each person: in how many shows they were, and what they did there and bought. Who was in none is not in the figures."""

    shows: Column
    watched_us: Column
    engaged: Column
    clicked: Column
    asked: Column
    source: Column
    device: Column
    orders: Column
    net_minor: Column
    score: Column
    """The last answer to a score from 0 to 10, -1 of who gave none."""

    @classmethod
    def together(cls, parts: Sequence["Visits"]) -> "Visits":
        """Return all of them as one."""
        return cls(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)))

    @classmethod
    def of_nobody(cls, people: int) -> "Visits":
        """Return those of so many people who have done nothing yet."""
        nothing = {each.name: np.zeros(people, np.int64) for each in fields(cls)}
        nothing |= {name: np.zeros(people, bool) for name in ("engaged", "clicked", "asked")}
        nothing |= {name: np.full(people, NO_WORD, np.int32) for name in ("source", "device")}
        return cls(**(nothing | {"score": np.full(people, NO_SCORE, np.int8)}))


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to a score, by who gave them and when; and by show the places of those that were given in it."""

    scored: Scored
    by_show: Sequence[Column]

    @classmethod
    def of(cls, record: Record) -> "Answers":
        """Return those that were given by the record's moment."""
        scored, before = record.scored, record.scored.at <= record.as_of
        return cls(scored, [np.flatnonzero(before & (scored.place == i)) for i in range(len(record.shows))])


def look_at_visits(block: Block, period: Period, source: WordOf, device: WordOf, answers: Answers) -> Visits:
    """Return what a block's people did over the period."""
    found = Visits.of_nobody(block.size)
    given = []
    for i, show in enumerate(block.record.shows):
        if show.start < period.since:
            continue
        people, chosen = block.came(i, known_only=period.known_only)
        _add_show(block, i, (people, chosen), found)
        words = source.numbers(i, block.of(i, "source", chosen))
        _say(found.source, people, words, found.shows[people] == 1)
        words = device.numbers(i, block.of(i, "device", chosen))
        _say(found.device, people, words, found.device[people] == NO_WORD)
        if len(answers.by_show[i]):
            given.append(_answers(answers, i, people, block))
    _add_answers(answers.scored, given, block, found.score)
    _add_orders(block.paid() if period.known_only else block.paid_by_anybody(), period.since, found)
    return found


def _add_show(block: Block, i: int, came: tuple[Column, Column], found: Visits) -> None:
    people, chosen = came
    bits = block.of(i, "flags", chosen)
    found.shows[people] += 1
    found.watched_us[people] += block.of(i, "watched_us", chosen)
    for column, did in (
        (found.engaged, bits & np.uint16(f.ENGAGED)),
        (found.clicked, bits & np.uint16(f.CLICKED)),
        (found.asked, block.of(i, "questions", chosen)),
    ):
        column[people[did > 0]] = True


def _say(column: Column, people: Column, words: Column, new: Column) -> None:
    """Fill in what is said of people of whom it is not said yet."""
    column[people[new]] = words[new]


def _answers(answers: Answers, show: int, people: Column, block: Block) -> Column:
    """Return the places of the answers that people gave who were in the show."""
    places = answers.by_show[show]
    who = answers.scored.who[places] - block.first
    return places[np.isin(who, people)]


def _add_answers(scored: Scored, given: Sequence[Column], block: Block, score: Column) -> None:
    places = np.sort(np.concatenate([*given, np.empty(0, np.intp)]))
    score[scored.who[places] - block.first] = scored.score[places]  # the last of each stays


def _add_orders(paid: Paid, since: int, found: Visits) -> None:
    mine = paid.only(paid.at >= since)
    np.add.at(found.orders, mine.who, 1)
    np.add.at(found.net_minor, mine.who, mine.net_minor * mine.own)
