"""From stretches of playing to viewers, views, visits and watch time. Pure; all times are microseconds since the show's start, whole
numbers, so that sums are exact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.stats.definitions import VIEW_MIN, VISIT_GAP

MICROSECONDS = 1_000_000
_VIEW_MIN = int(VIEW_MIN.total_seconds()) * MICROSECONDS
_VISIT_GAP = int(VISIT_GAP.total_seconds()) * MICROSECONDS
FOREVER = 2**62

Interval = tuple[int, int]
"""Half open: playing from the first, no longer at the second."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """What one viewer played, over all connections: `starts` ascending, `ends[i]` that of `starts[i]`; they may overlap."""

    viewer_id: str
    starts: Sequence[int]
    ends: Sequence[int]


@dataclass(frozen=True, slots=True)
class Watched:
    """What one viewer watched of a show: apart, ascending intervals, how much of each visit, and in how many visits enough for a view."""

    viewer_id: str
    intervals: list[Interval]
    visits: list[int]
    views: int

    @property
    def total(self) -> int:
        """Watch time."""
        return sum(self.visits)


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who watched: live within the show's length, and its replay after the end. Only viewers with a qualified view are in it."""

    live: dict[str, Watched]
    replay: dict[str, int]
    """How long each of them watched the replay."""
    replay_known: bool = False
    """Whether any playing after the end was recorded, so that nobody's replay is more than a gap in the record."""

    @property
    def in_all(self) -> int:
        """Viewers of either, each once."""
        return len(self.replay.keys() | self.live.keys())


def union(starts: Sequence[int], ends: Sequence[int], begin: int, end: int) -> list[Interval]:
    """Return the union of stretches (`starts` ascending) cut to [`begin`, `end`): apart and ascending."""
    intervals: list[Interval] = []
    left = right = begin
    for start, stop in zip(starts, ends, strict=True):
        if start >= end:
            break
        if start > right:
            if right > left:
                intervals.append((left, right))
            left = right = start
        if stop > right:
            right = stop if stop < end else end  # noqa: FURB136 - three times as fast as min(), for each stretch of each viewer
    if right > left:
        intervals.append((left, right))
    return intervals


def split_visits(intervals: Iterable[Interval]) -> list[int]:
    """Return how much was watched in each visit; a visit ends where nothing played for more than 30 min."""
    visits: list[int] = []
    last_end = -FOREVER
    for start, end in intervals:
        if start - last_end > _VISIT_GAP:
            visits.append(0)
        visits[-1] += end - start
        last_end = end
    return visits


def watch(stretches: Stretches, begin: int, end: int) -> Watched:
    """Return what the viewer watched between `begin` and `end`."""
    intervals = union(stretches.starts, stretches.ends, begin, end)
    visits = split_visits(intervals)
    return Watched(stretches.viewer_id, intervals, visits, len([v for v in visits if v >= _VIEW_MIN]))


def attend(viewers: Iterable[Stretches], length: int) -> Attendance:
    """Return who watched a show of `length`: what was played before the start counts nowhere, what after the end as replay."""
    live: dict[str, Watched] = {}
    replay: dict[str, int] = {}
    replay_known = False
    for stretches in viewers:
        watched = watch(stretches, 0, length)
        if watched.views:
            live[stretches.viewer_id] = watched
        if stretches.starts[-1] >= length:
            replay_known = True
        again = watch(stretches, length, FOREVER) if max(stretches.ends) > length else None
        if again is not None and again.views:
            replay[stretches.viewer_id] = again.total
    return Attendance(live, replay, replay_known)
