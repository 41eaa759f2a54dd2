"""Who is let in: limits on sockets per process, per address and per second, checked before the upgrade."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.hub.buckets import Buckets

HOST_BURST_SECONDS = 10.0
"""Of an address from which nobody came of late so many seconds' worth may come at once."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one process, as the settings have them; 0 lifts one. `allow_all` is for load tests."""

    connections_max: int
    connections_per_host_max: int
    connections_per_show_max: int
    accepts_per_second_max: int
    accepts_per_host_second: float
    commands_per_second: float
    commands_burst: float
    in_flight_max: int
    unsent_bytes_max: int
    waiting_per_host_max: int
    head_seconds: float
    body_seconds: float
    unread_seconds: float
    upload_seconds: float
    """How long a body may take where files are sent; 0: no limit."""
    allow_all: bool
    uploads: Mapping[bytes, int] = field(default_factory=dict)
    """Paths to which files are sent by POST, with the bytes that a body may have there; elsewhere it is `BODY_BYTES_MAX`."""


class Admission:
    """Counts sockets and says why one may not come in."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.open = 0
        self._per_host: Counter[str] = Counter()
        self._second = 0.0
        self._accepted_in_second = 0
        per_minute = limits.accepts_per_host_second * 60
        self._arrivals = Buckets(per_minute, burst=limits.accepts_per_host_second * HOST_BURST_SECONDS)

    def refusal(self, host: str, now: float) -> str | None:
        """Return None and count the accept, or the reason for a 503: `connections`, `host`, `host_rate` or `rate`.

        Whoever comes and goes too fast takes nothing of what the process lets in within the second.
        """
        limits = self.limits
        if limits.allow_all:
            return None
        if limits.connections_max and self.open >= limits.connections_max:
            return "connections"
        if limits.connections_per_host_max and self._per_host[host] >= limits.connections_per_host_max:
            return "host"
        if self._arrivals.wait(host, now):
            return "host_rate"
        if now - self._second >= 1.0:
            self._second, self._accepted_in_second = now, 0
        if limits.accepts_per_second_max and self._accepted_in_second >= limits.accepts_per_second_max:
            return "rate"
        self._accepted_in_second += 1
        self._arrivals.take(host, now)
        return None

    def enter(self, host: str) -> None:
        """Count a socket in."""
        self.open += 1
        self._per_host[host] += 1

    def leave(self, host: str) -> None:
        """Count it out."""
        self.open -= 1
        if self._per_host[host] <= 1:
            del self._per_host[host]
        else:
            self._per_host[host] -= 1
