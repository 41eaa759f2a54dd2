"""How long a channel's people stay away, and who stayed away, from its record. Pure; moments are microseconds since 1970."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from math import floor
from typing import Final

import numpy as np

from server.stats.columns.rows import Column
from server.stats.lifetime.local_days import local_days
from server.stats.lifetime.record import Block, Record
from server.stats.lifetime.retained import Event

_NEVER: Final = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Gaps:
    """Gaps between two days on which the same person did it: how many there are of so many days, and when anybody did it first."""

    by_days: Column
    first_at: int | None
    guests: int

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.by_days.sum())

    def percentile(self, share: float) -> float | None:
        """Return the length in days below which a share of them lies, interpolated; None where there is none."""
        if not self.count:
            return None
        at = share * (self.count - 1)
        ends = np.cumsum(self.by_days)
        low, high = (int(np.searchsorted(ends, n, "right")) for n in (floor(at), -floor(-at)))
        return low + (at - floor(at)) * (high - low)


@dataclass(slots=True)
class _Part:
    by_days: Column
    first_at: list[int] = field(default_factory=list)
    guests: int = 0


def count_gaps(record: Record, of: Event, zone: tzinfo) -> Gaps:
    """Return the gaps; several times on one day of the zone are one."""
    days = local_days(np.array([show.start for show in record.shows], np.int64), zone).tolist()
    parts = list(record.blocks(lambda block: _gaps_in(block, of, zone, days)))
    longest = max((len(part.by_days) for part in parts), default=0)
    by_days = sum(
        (np.pad(part.by_days, (0, longest - len(part.by_days))) for part in parts),
        start=np.zeros(longest, np.int64),
    )
    firsts = [at for part in parts for at in part.first_at]
    return Gaps(by_days, min(firsts, default=None), sum(part.guests for part in parts))


def _gaps_in(block: Block, of: Event, zone: tzinfo, days: Sequence[int]) -> _Part:
    if of == "purchase":
        paid = block.paid()
        once = np.unique(np.stack([paid.who, local_days(paid.at, zone)]), axis=1)
        gaps = np.diff(once[1])[once[0][1:] == once[0][:-1]]
        firsts = [int(paid.at.min())] if len(paid.at) else []
        return _Part(np.bincount(gaps), firsts, block.guests)
    firsts = [show.start for show, seen in zip(block.record.shows, block.seen, strict=True) if len(seen)][:1]
    return _Part(_gaps_of_views(block, days), firsts, block.guests)


def _gaps_of_views(block: Block, days: Sequence[int]) -> Column:
    last = np.full(block.size, _NEVER, np.int64)
    found = np.zeros(max(days, default=0) - min(days, default=0) + 1, np.int64)
    for i in sorted(range(len(days)), key=days.__getitem__):
        before = last[block.seen[i]]
        gaps = days[i] - before[(before != _NEVER) & (before < days[i])]
        found += np.bincount(gaps, minlength=len(found))
        last[block.seen[i]] = days[i]
    return found


def count_churn(record: Record, of: Event, window: int, points: Sequence[int]) -> list[tuple[int, int]]:
    """Return, for each point: who did it in the window before the last one, and how many of them not in the last."""
    found = np.zeros((len(points), 2), np.int64)
    for part in record.blocks(lambda block: _churn_in(block, of, window, points)):
        found += part
    return [(before, lost) for before, lost in found.tolist()]


def _churn_in(block: Block, of: Event, window: int, points: Sequence[int]) -> Column:
    done = list(_times(block, of))
    found = np.zeros((len(points), 2), np.int64)
    for i, point in enumerate(points):
        before, after = (
            _within(block.size, done, point - past * window, point - (past - 1) * window) for past in (2, 1)
        )
        found[i] = np.count_nonzero(before), np.count_nonzero(before & ~after)
    return found


def _times(block: Block, of: Event) -> Iterator[tuple[Column, Column]]:
    """Yield moments, and who did it then: of one show all at once."""
    if of == "purchase":
        paid = block.paid()
        yield paid.at, paid.who
        return
    for show, seen in zip(block.record.shows, block.seen, strict=True):
        yield np.array([show.start], np.int64), seen


def _within(people: int, done: Sequence[tuple[Column, Column]], since: int, until: int) -> Column:
    """Return who did it after `since` and up to `until`."""
    found = np.zeros(people, bool)
    for at, who in done:
        inside = (at > since) & (at <= until)
        if len(at) == len(who):
            found[who[inside]] = True
        elif inside[0]:
            found[who] = True
    return found
