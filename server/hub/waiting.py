"""Peers that the server waits for: for a head, a body, the next request, an answer to be read, or the join. Counted by address. Pure."""

from itertools import takewhile
from typing import Protocol


class Newcomer(Protocol):
    """A connection from which nothing has come yet."""

    def drop(self) -> None:
        """End it without a word."""
        ...


class Waiting:
    """How many connections of each address are waited for, and which of the newest must speak soon.

    `per_host_max` is how many of one address may be waited for, 0: any number; `head_seconds` is how long a connection may be silent
    at its beginning. A connection without a host, such as a proxy's for many callers, is in no address's count.
    """

    def __init__(self, *, per_host_max: int, head_seconds: float) -> None:
        self.head_seconds = head_seconds
        self.open = 0
        self._per_host_max = per_host_max
        self._per_host: dict[str, int] = {}
        self._newcomers: dict[Newcomer, float] = {}
        """Until when each has to speak, the next one first."""

    def is_full(self, host: str | None) -> bool:
        """Whether as many of this address are waited for as may be."""
        return host is not None and 0 < self._per_host_max <= self._per_host.get(host, 0)

    def begin(self, host: str | None) -> None:
        """Count one more that is waited for."""
        self.open += 1
        if host is not None:
            self._per_host[host] = self._per_host.get(host, 0) + 1

    def end(self, host: str | None) -> None:
        """Count it out: it has come up with what it was waited for, or is gone."""
        self.open -= 1
        if host is not None:
            left = self._per_host[host] = self._per_host[host] - 1
            if not left:
                del self._per_host[host]

    def expect(self, newcomer: Newcomer, now: float) -> None:
        """Take note of a connection that has just been made; `now` is the loop's time."""
        self._newcomers[newcomer] = now + self.head_seconds

    def hear(self, newcomer: Newcomer) -> None:
        """Let go of a connection that has spoken, or is gone."""
        self._newcomers.pop(newcomer, None)

    def overdue(self, now: float) -> list[Newcomer]:
        """Take out those that had to speak by `now` and have not."""
        late = [newcomer for newcomer, _ in takewhile(lambda held: held[1] <= now, self._newcomers.items())]
        for newcomer in late:
            del self._newcomers[newcomer]
        return late
