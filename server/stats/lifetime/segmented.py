"""Who is in which segment as of a channel's record's moment. Pure."""

from collections import Counter
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from server.stats.columns.rows import Column
from server.stats.lifetime.holding import asked_by, holds
from server.stats.lifetime.persons import Asked, persons_of
from server.stats.lifetime.record import Record
from server.stats.lifetime.rfm import GROUPS
from server.stats.lifetime.segment_rules import Rule
from server.stats.lifetime.segments import LIFECYCLES


@dataclass(frozen=True, slots=True)
class Found:
    """The numbers of those in a segment, ascending, of how many people, and how many guests may not be recognised somewhere."""

    who: Column
    people: int
    guests: int


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """How many are in each built-in segment that somebody is in, of how many people and customers."""

    counts: Counter[str]
    people: int
    customers: int
    guests: int


def find_members(record: Record, rule: Rule, zone: tzinfo) -> Found:
    """Return for whom a rule holds."""
    persons = persons_of(record, asked_by([rule], record.as_of, zone))
    who = np.flatnonzero(persons.there & holds(rule, persons))
    return Found(who, int(np.count_nonzero(persons.there)), persons.guests)


def count_built_in(record: Record, zone: tzinfo) -> BuiltIn:
    """Return how many are in each built-in segment."""
    persons = persons_of(record, Asked(record.as_of, zone))
    counts: Counter[str] = Counter()
    for names, codes in ((LIFECYCLES, persons.lifecycle), (GROUPS, persons.rfm_group)):
        for name, n in zip(names, np.bincount(codes[codes >= 0], minlength=len(names)).tolist(), strict=True):
            counts[name] = n
    people, customers = (int(np.count_nonzero(each)) for each in (persons.there, persons.customers))
    return BuiltIn(+counts, people, customers, persons.guests)
