"""What a channel's customers brought, from its record: by cohort and age, and each customer's history for prediction. Pure."""

from dataclasses import dataclass, replace
from datetime import date, tzinfo

import numpy as np

from server.stats.columns.rows import Column
from server.stats.lifetime.calendar import Interval, advance
from server.stats.lifetime.local_days import days_since, interval_of, intervals_of, local_days
from server.stats.lifetime.record import Block, Paid, Record
from server.stats.lifetime.retained import Cohorts


@dataclass(frozen=True, slots=True)
class Sales:
    """What members bought whose orders may be told to be theirs: in the channel's currency on which day; and how often in others."""

    who: Column
    day: Column
    net_minor: Column
    elsewhere: int
    guests: int

    @classmethod
    def of(cls, record: Record, zone: tzinfo) -> "Sales":
        """Return a record's sales, by who bought."""
        parts = list(record.blocks(lambda block: (_paid(block), block.guests)))
        paid = Paid.together([record.paid.only(slice(0)), *(part for part, _ in parts)])
        own = paid.only(paid.own)
        guests = sum(guests for _, guests in parts)
        elsewhere = len(paid.who) - len(own.who)
        return cls(own.who, local_days(own.at, zone), own.net_minor, elsewhere, guests)

    def cohorts(self, interval: Interval, since: date, until: date) -> Cohorts:
        """Return customers by the interval of their first purchase, from that which begins on `since`, and what they brought in each."""
        numbers = intervals_of(self.day, interval)
        first = _first_of_each(self.who, numbers)
        base, count = (
            interval_of(since, interval),
            interval_of(until, interval) - interval_of(since, interval),
        )
        counts = (first >= base) & (first <= base + count)
        found = Cohorts(guests=self.guests)
        _, at = np.unique(self.who[counts], return_index=True)
        for number, n in zip(*np.unique(first[counts][at], return_counts=True), strict=True):
            found.sizes[advance(since, interval, int(number) - base)] = int(n)
        pairs, place = np.unique(np.stack([first[counts], numbers[counts]]), axis=1, return_inverse=True)
        net = np.zeros(pairs.shape[1], np.int64)
        np.add.at(net, place.reshape(-1), self.net_minor[counts])
        for cohort, number, total in zip(*pairs.tolist(), net.tolist(), strict=True):
            found.later[advance(since, interval, cohort - base), number - cohort] = total
        return found

    def histories(self, today: date) -> dict[str, Column]:
        """Return the columns of `prediction.Histories` as of a day, in an order that hangs on them alone.

        What a customer bought on one day is one purchase. A refund takes from the day that it was bought on.
        """
        days, place = np.unique(np.stack([self.who, self.day]), axis=1, return_inverse=True)
        net = np.zeros(days.shape[1], np.int64)
        np.add.at(net, place.reshape(-1), self.net_minor)
        starts = np.flatnonzero(np.append(True, days[0][1:] != days[0][:-1])[: days.shape[1]])
        ends = np.append(starts[1:], days.shape[1])[: len(starts)]
        repeats, first = ends - starts - 1, days[1][starts]
        sums = np.add.reduceat(net, starts) if len(starts) else net
        mean = (sums - net[starts]) / np.maximum(repeats, 1)
        columns = {
            "repeats": repeats,
            "last_days": days[1][ends - 1] - first,
            "observed_days": days_since(today) - first,
            "mean_minor": np.where(repeats > 0, mean, 0.0),
        }
        order = np.lexsort(list(columns.values()))
        return {name: column[order] for name, column in columns.items()}


def _paid(block: Block) -> Paid:
    paid = block.paid()
    return replace(paid, who=paid.who + block.first)


def _first_of_each(who: Column, numbers: Column) -> Column:
    """Return the least number of each one's, beside each of theirs; `who` is ascending."""
    starts = np.flatnonzero(np.append(True, who[1:] != who[:-1])[: len(who)])
    if not len(starts):
        return numbers
    found: Column = np.repeat(np.minimum.reduceat(numbers, starts), np.diff(np.append(starts, len(who))))
    return found
