"""c(t) of a show as arrays: the most at once, who was there at each minute, and the most within each second. Exact; no sampling.

Between two starts c only falls, so its greatest value in a span is at its beginning or at a start within it. That of a longer span of
whole seconds is the greatest of those of its seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.stats.watching import MICROSECONDS

_MINUTE = 60 * MICROSECONDS
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Curve:
    """What a show came to over time; `peak_us` is when the peak was first reached, in microseconds since the start."""

    peak: int
    peak_us: int | None
    present: Sequence[int]
    """c(t) at each whole minute."""
    joined: Sequence[int]
    """How many had come by then."""
    watching: Sequence[int]
    """The most at once within each second."""


@dataclass(frozen=True, slots=True)
class ShowCurve:
    """A final show over time, as it is kept: its `Curve`, and taps within each second."""

    peak: int
    peak_us: int | None
    present: Sequence[int]
    joined: Sequence[int]
    watching: Sequence[int]
    reactions: Sequence[int]
    clicks: Sequence[int]
    replayed: bool
    """Whether any playing that began after the end was recorded."""
    acts_claim: str | None = None
    """Under which claim it was drawn, and `KeptActs` were counted."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of viewers, ordered by viewer and start: the viewer's number (from 0, ascending), start and end since the show's start."""

    viewers: Numbers
    starts: Numbers
    ends: Numbers


def draw_curve(spans: Spans, length: int) -> Curve:
    """Return the curve of a show of `length` microseconds; what lies outside it is cut off, and each viewer counts once at a time."""
    joined = join_spans(spans, length)
    starts, ends, firsts = np.sort(joined.starts), np.sort(joined.ends), np.sort(_firsts(joined))
    levels = np.arange(1, len(starts) + 1) - np.searchsorted(ends, starts, side="right")
    top = int(levels.argmax()) if len(levels) else None
    minutes = np.arange(-(-length // _MINUTE)) * _MINUTE
    seconds = np.arange(-(-length // MICROSECONDS)) * MICROSECONDS
    most = _at(starts, ends, seconds)
    np.maximum.at(most, starts // MICROSECONDS, levels)
    return Curve(
        peak=0 if top is None else int(levels[top]),
        peak_us=None if top is None else int(starts[top]),
        present=_at(starts, ends, minutes).tolist(),
        joined=np.searchsorted(firsts, minutes, side="right").tolist(),
        watching=most.tolist(),
    )


def _at(starts: Numbers, ends: Numbers, moments: Numbers) -> Numbers:
    came: Numbers = np.searchsorted(starts, moments, side="right")
    return came - np.searchsorted(ends, moments, side="right")


def join_spans(spans: Spans, length: int) -> Spans:
    """Return the union of each viewer's stretches within the show.

    Each viewer's stretches are moved behind those of the one before, so that one running maximum serves all.
    """
    starts, ends = np.clip(spans.starts, 0, length), np.clip(spans.ends, 0, length)
    played = ends > starts
    starts, ends, viewers = starts[played], ends[played], spans.viewers[played]
    if not len(starts):
        return Spans(viewers, starts, ends)
    moved = viewers * (length + 1)
    reached = np.maximum.accumulate(ends + moved)
    begins = np.ones(len(starts), dtype=bool)
    begins[1:] = (starts + moved)[1:] > reached[:-1]
    last = np.append(np.flatnonzero(begins)[1:] - 1, len(starts) - 1)
    return Spans(viewers[begins], starts[begins], (reached - moved)[last])


def _firsts(joined: Spans) -> Numbers:
    """Return when each viewer first came."""
    first_of_viewer = np.ones(len(joined.starts), dtype=bool)
    first_of_viewer[1:] = joined.viewers[1:] != joined.viewers[:-1]
    return joined.starts[first_of_viewer]


def most_per_step(watching: Sequence[int], step: int) -> list[int]:
    """Return the most at once within each `step` seconds."""
    return [max(watching[i : i + step]) for i in range(0, len(watching), step)]


def sum_per_step(counts: Sequence[int], step: int) -> list[int]:
    """Return how many within each `step` seconds."""
    return [sum(counts[i : i + step]) for i in range(0, len(counts), step)]
