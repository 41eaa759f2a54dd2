"""Who came how far: impression, then click, then paid, in that order, per viewer. Pure; times are microseconds."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from server.stats.definitions import FUNNEL_STEPS
from server.stats.report import Funnel, FunnelStep
from server.stats.watching import MICROSECONDS


@dataclass(frozen=True, slots=True)
class Walk:
    """One viewer's times at each step: `times[i]` ascending, for step i; empty when the step was never taken."""

    times: Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Walks:
    """The viewers who took the first step: those who took it alone are only counted."""

    further: Sequence[Walk]
    first_step_alone: int


def reach(walk: Walk) -> list[int]:
    """Return when the viewer reached each step in order, up to the last one reached.

    The earliest time at each step that is not before the step ahead of it: no other choice comes further.
    """
    reached: list[int] = []
    for times in walk.times:
        i = bisect_left(times, reached[-1]) if reached else 0
        if i == len(times):
            break
        reached.append(times[i])
    return reached


def build_funnel(walks: Walks) -> Funnel:
    """Return the funnel of viewers' walks."""
    reached = [reach(walk) for walk in walks.further]
    came = [sum(len(one) > i for one in reached) for i in range(len(FUNNEL_STEPS))]
    came[0] += walks.first_step_alone
    steps = range(1, len(FUNNEL_STEPS))
    return make_funnel(came, [_median(reached, i - 1, i) for i in steps], _median(reached, 0, steps[-1]))


def make_funnel(
    came: Sequence[int], from_previous_us: Sequence[float | None], to_convert_us: float | None
) -> Funnel:
    """Return the funnel of how many came to each step, with the medians of how long each but the first took, and of all the way."""
    return Funnel(
        steps=[
            FunnelStep(
                step=name,
                viewers=came[i],
                of_first=came[i] / came[0] if came[0] else None,
                of_previous=came[i] / came[max(i - 1, 0)] if came[max(i - 1, 0)] else None,
                median_seconds_from_previous=_seconds(from_previous_us[i - 1]) if i else None,
            )
            for i, name in enumerate(FUNNEL_STEPS)
        ],
        median_seconds_to_convert=_seconds(to_convert_us),
    )


def _median(reached: list[list[int]], since: int, until: int) -> float | None:
    gaps = [one[until] - one[since] for one in reached if len(one) > until]
    return median(gaps) if gaps else None


def _seconds(us: float | None) -> float | None:
    return None if us is None else us / MICROSECONDS
