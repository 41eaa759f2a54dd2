"""Who came how far: impression, then click, then paid, in that order, per viewer. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from server.stats.definitions import FUNNEL_STEPS
from server.stats.report import Funnel, FunnelStep, StepName


@dataclass(frozen=True, slots=True)
class Walk:
    """One viewer's times at each step: `times[i]` ascending, for step i; empty when the step was never taken."""

    times: Sequence[Sequence[datetime]]


def reach(walk: Walk) -> list[datetime]:
    """Return when the viewer reached each step in order, up to the last one reached.

    The earliest time at each step that is not before the step ahead of it: no other choice comes further.
    """
    reached: list[datetime] = []
    for times in walk.times:
        i = bisect_left(times, reached[-1]) if reached else 0
        if i == len(times):
            break
        reached.append(times[i])
    return reached


def _median_seconds(walks: list[list[datetime]], since: int, until: int) -> float | None:
    gaps = [(walk[until] - walk[since]).total_seconds() for walk in walks if len(walk) > until]
    return median(gaps) if gaps else None


def _step(walks: list[list[datetime]], i: int, name: StepName) -> FunnelStep:
    came = [sum(len(walk) > step for walk in walks) for step in (0, max(i - 1, 0), i)]
    return FunnelStep(
        step=name,
        viewers=came[2],
        of_first=came[2] / came[0] if came[0] else None,
        of_previous=came[2] / came[1] if came[1] else None,
        median_seconds_from_previous=_median_seconds(walks, i - 1, i) if i else None,
    )


def build_funnel(walks: Iterable[Walk]) -> Funnel:
    """Return the funnel of viewers' walks."""
    reached = [reach(walk) for walk in walks]
    last = len(FUNNEL_STEPS) - 1
    return Funnel(
        steps=[_step(reached, i, name) for i, name in enumerate(FUNNEL_STEPS)],
        median_seconds_to_convert=_median_seconds(reached, 0, last),
    )
