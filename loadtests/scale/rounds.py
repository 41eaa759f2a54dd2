"""One process's fan-out, event by event: publications and ticks come, rounds take up what gathered, as in `server/hub/fanout.py`."""

import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from heapq import merge

from loadtests.scale.show import Show
from server.hub.pace import Pace
from server.settings import Settings

SIMULATED_SECONDS = 60.0
_SETTINGS = Settings.model_fields
SLICES = 20
"""A round's viewers are looked at in so many portions: the first is written to at its start, the last at its end."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """What a minute of rounds came to."""

    per_second: float
    busy_share: float
    """Of the process's core."""
    bytes_per_viewer: float
    """A second, on the wire."""
    p50_ms: float
    p99_ms: float
    """From a publication's arrival to its write, over all viewers."""


@dataclass(slots=True)
class _Minute:
    """What is added up while the minute runs."""

    rounds: int = 0
    busy_seconds: float = 0.0
    sent_bytes: int = 0


@cache
def simulate(show: Show, viewers: int, write_us: float, *, other_share: float = 0.0, seed: int = 1) -> Rounds:
    """Run a minute of `show` with `viewers` in one process; `other_share` of the core goes to commands, pings and the like.

    A round costs `write_us` for each viewer; the other work lies evenly between and makes it longer. The same seed gives the same minute.
    """
    pace = 1 / (1 - min(other_share, 0.95))
    cost = viewers * write_us / 1e6
    minute, delays = _Minute(), list[float]()
    for start, published, size in _rounds(show, cost * pace, random.Random(seed)):
        minute.rounds += 1
        minute.busy_seconds += cost
        minute.sent_bytes += size
        for arrival in published:
            delays += [start - arrival + cost * pace * (n + 0.5) / SLICES for n in range(SLICES)]
    percentiles = statistics.quantiles(delays or [0.0, 0.0], n=100)
    return Rounds(
        minute.rounds / SIMULATED_SECONDS,
        minute.busy_seconds / SIMULATED_SECONDS + other_share,
        minute.sent_bytes / SIMULATED_SECONDS,
        percentiles[49] * 1000,
        percentiles[98] * 1000,
    )


def _rounds(
    show: Show, round_cost_seconds: float, chance: random.Random
) -> Iterator[tuple[float, list[float], int]]:
    """Yield each round's start, when the publications came that it takes up, and its bytes to one viewer.

    Quiet: a round starts when something comes. Busy: the next one starts when the server's own pace lets it, with everything that came
    meanwhile; of several pulses only the last is sent.
    """
    pace = Pace(
        share=_SETTINGS["fanout_share"].default, wait_seconds_max=_SETTINGS["round_wait_ms"].default / 1000
    )
    pending: list[tuple[float, bool]] = []
    for at, is_pulse in _arrivals(show, chance):
        while pending and (start := _start(pace, pending)) < at:
            published = [arrival for arrival, is_pulse in pending if not is_pulse]
            yield start, published, _size(show, pending)
            pace.begin(start, len(published))
            pace.end(start + round_cost_seconds)
            pending = []
        pending.append((at, is_pulse))


def _start(pace: Pace, pending: list[tuple[float, bool]]) -> float:
    """Return when the round begins that takes up what is pending."""
    published = next((at for at, is_pulse in pending if not is_pulse), None)
    alone = max(pending[0][0], pace.pulse_due)
    return alone if published is None else min(alone, max(published, pace.due))


def _size(show: Show, pending: list[tuple[float, bool]]) -> int:
    lines = sum(1 for _, is_pulse in pending if not is_pulse)
    pulse = show.pulse_bytes if lines < len(pending) else 0
    return show.frame_bytes + lines * show.line_bytes + pulse


def _arrivals(show: Show, chance: random.Random) -> Iterator[tuple[float, bool]]:
    """Yield what comes, in order: (when, whether it is the pulse)."""
    return merge(_publications(show, chance), _ticks(show, chance.uniform(0.0, show.tick_seconds)))


def _publications(show: Show, chance: random.Random) -> Iterator[tuple[float, bool]]:
    at = 0.0
    while show.publications_per_second and (at := at + chance.expovariate(show.publications_per_second)):
        if at > SIMULATED_SECONDS:
            return
        yield at, False


def _ticks(show: Show, first: float) -> Iterator[tuple[float, bool]]:
    for n in range(int(SIMULATED_SECONDS / show.tick_seconds)):
        yield first + n * show.tick_seconds, True
