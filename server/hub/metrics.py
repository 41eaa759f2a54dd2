"""What the hub counts; every label has a fixed, small set of values."""

from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram

CONNECTIONS = Gauge("showfloor_connections", "Open sockets")
VIEWERS = Gauge("showfloor_viewers_watching", "Viewers who are watching (playing and visible), each once")
JOINS = Counter("showfloor_joins", "Joins answered", ["how"])
"""`fresh`: no position was sent; `recovered`: the gap came whole; `refused`: a snapshot instead."""
COMMANDS = Counter("showfloor_commands", "Commands received")
REFUSALS = Counter("showfloor_refusals", "Commands refused", ["code"])
DELIVERIES = Counter("showfloor_deliveries", "Pushes written to sockets (pushes times sockets)")
ROUND_SECONDS = Histogram(
    "showfloor_round_seconds",
    "Length of a fan-out round",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
ROUND_BYTES = Histogram(
    "showfloor_round_bytes", "Size of a round's frame", buckets=(128, 512, 2048, 8192, 32768, 131072, 524288)
)
PUBLISH_TO_WRITE_SECONDS = Histogram(
    "showfloor_publish_to_write_seconds",
    "From a publication's arrival in this process to its round's start",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
EVICTIONS = Counter("showfloor_evictions", "Sockets closed by the server", ["reason"])
HANDSHAKES_REFUSED = Counter("showfloor_handshakes_refused", "Upgrades refused", ["reason"])
WAITING = Gauge("showfloor_connections_waiting", "Connections that the server waits for")
"""For a head, a body, the next request, or the join."""
TIMED_OUT = Counter("showfloor_connections_timed_out", "Connections that were waited for in vain", ["what"])
"""`first`: nothing came at all; `head`, `body`: not all of it; `unread`: an answer was not read."""
LOOP_LAG_SECONDS = Gauge("showfloor_loop_lag_seconds", "How late the event loop's last tick was")
UNSENT_BYTES = Gauge("showfloor_unsent_bytes", "Bytes buffered for slow sockets")
SLOW = Gauge("showfloor_slow_connections", "Connections that are written only the pulse, or nothing")
GAPS_TOLD = Counter("showfloor_gaps_told", "Slow viewers told to recover by themselves")


@dataclass(slots=True)
class _Counts:
    commands: int = 0
    joins_fresh: int = 0


COUNTS = _Counts()
"""What is counted for every viewer's every word, as plain numbers: a metric's own lock costs more than the counting."""


def tell_counts() -> None:
    """Add `COUNTS` to the metrics; called once a second."""
    COMMANDS.inc(COUNTS.commands)
    JOINS.labels("fresh").inc(COUNTS.joins_fresh)
    COUNTS.commands = COUNTS.joins_fresh = 0
