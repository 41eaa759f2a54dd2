"""Who came how far: impression, then click, then paid, in that order, per viewer. Pure; times are microseconds."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from server.stats.definitions import FUNNEL_STEPS
from server.stats.report import Funnel, FunnelStep, StepName
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
    return Funnel(
        steps=[_step(reached, came, i, name) for i, name in enumerate(FUNNEL_STEPS)],
        median_seconds_to_convert=_median_seconds(reached, 0, len(FUNNEL_STEPS) - 1),
    )


def _step(reached: list[list[int]], came: list[int], i: int, name: StepName) -> FunnelStep:
    before = came[max(i - 1, 0)]
    return FunnelStep(
        step=name,
        viewers=came[i],
        of_first=came[i] / came[0] if came[0] else None,
        of_previous=came[i] / before if before else None,
        median_seconds_from_previous=_median_seconds(reached, i - 1, i) if i else None,
    )


def _median_seconds(reached: list[list[int]], since: int, until: int) -> float | None:
    gaps = [one[until] - one[since] for one in reached if len(one) > until]
    return median(gaps) / MICROSECONDS if gaps else None
