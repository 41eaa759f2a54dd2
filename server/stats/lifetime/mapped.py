"""The KPI map from a channel's record: viewers of a period, each once, sorted into groups by what they were when it began. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, Literal, get_args

import numpy as np

from server.stats.chance import Sample
from server.stats.columns.rows import Column
from server.stats.columns.words import NO_WORD, WordOf
from server.stats.lifetime.holding import asked_by, holds
from server.stats.lifetime.nps import NetPromoterScore, NpsClass, class_of, of_classes
from server.stats.lifetime.persons import Known, Persons, look_before
from server.stats.lifetime.record import Record
from server.stats.lifetime.rfm import GROUPS
from server.stats.lifetime.segment_rules import Rule
from server.stats.lifetime.segments import LIFECYCLES, on_coming_again
from server.stats.lifetime.visits_of_people import Answers, Period, Visits, look_at_visits

MapBy = Literal["lifecycle", "rfm", "nps", "saved", "source", "device"]
ShareMetric = Literal["engaged", "clicked", "asked", "bought", "came_again"]
MeanMetric = Literal["watch_seconds", "shows", "orders", "net_minor"]
ScoreMetric = Literal["nps"]
Metric = ShareMetric | MeanMetric | ScoreMetric
SHARES: Final[tuple[ShareMetric, ...]] = ("engaged", "clicked", "asked", "bought", "came_again")
MEANS: Final[tuple[MeanMetric, ...]] = ("watch_seconds", "shows", "orders", "net_minor")
EVERYBODY: Final = "*"
UNKNOWN: Final = "unknown"
NO_CUSTOMER: Final = "no_customer"
NO_ANSWER: Final = "no_answer"
_CLASSES: Final[tuple[NpsClass, ...]] = get_args(NpsClass)
_CLASS_OF: Final = np.array([_CLASSES.index(class_of(score)) for score in range(11)] + [-1], np.int8)
"""By the score; behind all of them of who gave none."""
_MICROSECONDS: Final = 1_000_000
_NOBODY: Final[Column] = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Group:
    """Some viewers of the period: how many, how many of them did each thing, what each did of the others, and how they answered last."""

    key: str
    n: int
    parts: dict[ShareMetric, int]
    samples: dict[MeanMetric, Sample]
    nps: NetPromoterScore


@dataclass(frozen=True, slots=True)
class Sorting:
    """By what, from which moment (in microseconds since 1970), and which saved segments there are."""

    by: MapBy
    since: int
    saved: Mapping[str, Rule]

    @property
    def known_only(self) -> bool:
        """Whether people must be recognisable to be sorted."""
        return self.by not in ("source", "device")


@dataclass(frozen=True, slots=True)
class Mapped:
    """What everybody did in the period, and, by key, who is in each group that somebody is in."""

    visits: Visits
    groups: Mapping[str, Column]
    guests: int

    def measured(self) -> list[Group]:
        """Return everybody, whose key is `*`, and each group."""
        return [self._group(key, who) for key, who in self.groups.items()]

    def cell(self, key: str, metric: Metric) -> tuple[Column, Column]:
        """Return who is behind a cell, and what each has of its metric: of the score nobody who gave none."""
        who = self.groups.get(key, _NOBODY)
        values = self._values(metric, who)
        if metric != "nps":
            return who, values
        there = values >= 0
        return who[there], values[there]

    def _values(self, metric: Metric, who: Column) -> Column:
        visits, found = self.visits, _NOBODY
        match metric:
            case "bought":
                found = visits.orders[who] > 0
            case "came_again":
                found = visits.shows[who] > 1
            case "watch_seconds":
                found = visits.watched_us[who] / _MICROSECONDS
            case "nps":
                found = visits.score[who]
            case _:
                found = getattr(visits, metric)[who]
        return found

    def _group(self, key: str, who: Column) -> Group:
        n = len(who)
        watched = _sample(self.visits.watched_us[who], _MICROSECONDS)
        samples: dict[MeanMetric, Sample] = {
            name: watched if name == "watch_seconds" else _sample(self._values(name, who), 1)
            for name in MEANS
        }
        classes = _CLASS_OF[self.visits.score[who]]
        promoters, passives, detractors = (
            int(np.count_nonzero(classes == _CLASSES.index(name)))
            for name in ("promoter", "passive", "detractor")
        )
        return Group(
            key,
            n,
            {name: int(np.count_nonzero(self._values(name, who))) for name in SHARES},
            samples,
            of_classes(promoters, passives, detractors),
        )


def _sample(values: Column, unit: int) -> Sample:
    """Return the sample of whole numbers in 1 / `unit`. Sums are exact, so that the order of people changes no digit."""
    values = values.astype(np.int64)
    squares = int(
        (values * values).sum(dtype=np.int64)
    )  # what lies above 64 bits is lost, and found again from about how many there are
    about = float(np.square(values.astype(np.float64)).sum())
    squares += round((about - squares) / 2**64) * 2**64
    return Sample(len(values), int(values.sum()) / unit, squares / unit**2)


def map_people(record: Record, sorting: Sorting, zone: tzinfo) -> Mapped:
    """Return the map of who was in a show of the record from `sorting.since` on."""
    words = record.words()
    rules = list(sorting.saved.values()) if sorting.by == "saved" else []
    asked = asked_by(rules, sorting.since, zone)
    period, answers = Period(sorting.since, sorting.known_only), Answers.of(record)
    parts = list(
        record.blocks(
            lambda block: (
                look_before(block, asked, words) if sorting.known_only else None,
                look_at_visits(block, period, words["source"], words["device"], answers),
                block.guests,
            )
        )
    )
    guests = sum(part[2] for part in parts)
    visits = Visits.together([part[1] for part in parts] or [Visits.of_nobody(0)])
    before = [part[0] for part in parts if part[0] is not None]
    persons = Persons(asked, Known.together(before), words, record.scored, guests) if before else None
    groups = {EVERYBODY: np.flatnonzero(visits.shows)}
    groups |= dict(_sorted(sorting, visits, persons, words))
    return Mapped(visits, {key: who for key, who in groups.items() if len(who)}, guests)


def _sorted(
    sorting: Sorting, visits: Visits, persons: Persons | None, words: Mapping[str, WordOf]
) -> Iterator[tuple[str, Column]]:
    there = visits.shows > 0
    if sorting.by in ("source", "device"):
        said = visits.source if sorting.by == "source" else visits.device
        yield from _by_code(said, there, words[sorting.by].words, UNKNOWN)
    elif persons is None:
        return
    elif sorting.by == "lifecycle":
        yield from _by_code(on_coming_again(persons.lifecycle), there, LIFECYCLES, "")
    elif sorting.by == "rfm":
        yield from _by_code(persons.rfm_group, there, GROUPS, NO_CUSTOMER)
    elif sorting.by == "nps":
        yield from _by_code(_CLASS_OF[persons.score], there, _CLASSES, NO_ANSWER)
    else:
        for key, rule in sorting.saved.items():
            yield key, np.flatnonzero(there & holds(rule, persons))


def _by_code(
    codes: Column, there: Column, names: Sequence[str], nobodys: str
) -> Iterator[tuple[str, Column]]:
    """Yield each code's name, of -1 `nobodys`, with who has it."""
    who = np.flatnonzero(there)
    order = np.argsort(codes[who], kind="stable")
    found, starts = np.unique(codes[who][order], return_index=True)
    for code, mine in zip(found.tolist(), np.split(who[order], starts[1:])[: len(found)], strict=True):
        yield (nobodys if code == NO_WORD else names[code]), mine
