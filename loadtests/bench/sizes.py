"""How much of everything a run has."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Viewers, rates a second, and how long each measurement lasts."""

    room: int = 1_000
    crowd: int = 15_000
    idle: int = 10_000
    growth: tuple[int, ...] = (1_000, 4_000, 15_000)
    slow_rate: float = 20.0
    fast_rate: float = 300.0
    calm: int = 100
    calm_rate: float = 1.0
    calm_seconds: float = 20.0
    crowd_rate: float = 4.0
    inbound_rate: float = 40_000.0
    seconds: float = 6.0
    crowd_seconds: float = 8.0
    idle_seconds: float = 50.0
    join_rounds: int = 3


FULL = Sizes()
QUICK = Sizes(
    crowd=1_000,
    idle=1_000,
    growth=(250, 500, 1_000),
    seconds=1.5,
    calm_seconds=3.0,
    crowd_seconds=1.5,
    idle_seconds=4.0,
    join_rounds=1,
)
"""Everything once, briefly: shows that the bench works; its latencies and small figures mean little."""
