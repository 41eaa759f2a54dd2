"""Peers that the server waits for: for a head, a body, the next request, an answer to be read, or the join. Counted by address. Pure."""

from collections import deque
from collections.abc import Iterator
from typing import Protocol


class Newcomer(Protocol):
    """A connection from which nothing has come yet."""

    @property
    def silent(self) -> bool:
        """Whether still nothing has come, and it is open."""
        ...

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
        self._newcomers: deque[tuple[float, Newcomer]] = deque()

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
        self._newcomers.append((now + self.head_seconds, newcomer))

    def overdue(self, now: float) -> Iterator[Newcomer]:
        """Yield those that had to speak by `now` and have not."""
        while self._newcomers and self._newcomers[0][0] <= now:
            newcomer = self._newcomers.popleft()[1]
            if newcomer.silent:
                yield newcomer
