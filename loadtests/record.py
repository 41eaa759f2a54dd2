"""What a run measured and what was acknowledged: told to locust's statistics, and kept for the checks at its end."""

import time
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import gevent
from locust.env import Environment

CLOCK_SLACK_MS = 5.0
OWN_LAG_EVERY_SECONDS = 0.1
KINDS = ("orders", "questions", "votes")
"""What is acknowledged to a user and must be found in the show afterwards."""


class RunRecord:
    """One run in one locust process; the `Observer` of all its sessions."""

    _of: ClassVar[WeakKeyDictionary[Environment, "RunRecord"]] = WeakKeyDictionary()

    def __init__(self, environment: Environment) -> None:
        self.acknowledged: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self._told: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self.youngest_push_ms = float("inf")
        self._requests: Any = environment.events.request

    @classmethod
    def of(cls, environment: Environment) -> "RunRecord":
        """The record of `environment`, made at first use."""
        return cls._of.setdefault(environment, cls(environment))

    def measured(self, kind: str, name: str, ms: float, size: int = 0) -> None:
        """Something took `ms`."""
        if kind == "push":
            self.youngest_push_ms = min(self.youngest_push_ms, ms)
        self._tell(kind, name, max(ms, 0.0), size, None)

    def failed(self, kind: str, name: str, reason: str) -> None:
        """Something that must not happen did."""
        self._tell(kind, name, 0.0, 0, AssertionError(reason))

    def acknowledge(self, kind: str, what: str) -> None:
        """A user has been told that this order, question or vote is kept; a vote is `viewer question`."""
        self.acknowledged[kind].add(what)

    def take_news(self) -> dict[str, Any]:
        """Return what another process must be told: all that was acknowledged since the last time, and what the clocks say."""
        news = {kind: sorted(self.acknowledged[kind] - self._told[kind]) for kind in KINDS}
        for kind, what in news.items():
            self._told[kind].update(what)
        return {**news, "youngest_push_ms": self.youngest_push_ms}

    def add_news(self, news: dict[str, Any]) -> None:
        """Take in what another process tells."""
        for kind in KINDS:
            self.acknowledged[kind].update(news[kind])
        self.youngest_push_ms = min(self.youngest_push_ms, news["youngest_push_ms"])

    @property
    def clocks_agree(self) -> bool:
        """False when a push came in before it was made: then no age of a push means anything."""
        return self.youngest_push_ms >= -CLOCK_SLACK_MS

    def watch_own_lag(self) -> None:
        """Measure for ever how late this process wakes up: what it adds to every other figure."""
        while True:
            started = time.perf_counter()
            gevent.sleep(OWN_LAG_EVERY_SECONDS)
            late = time.perf_counter() - started - OWN_LAG_EVERY_SECONDS
            self._tell("locust", "own lag", max(late * 1000, 0.0), 0, None)

    def _tell(self, kind: str, name: str, ms: float, size: int, error: Exception | None) -> None:
        self._requests.fire(
            request_type=kind, name=name, response_time=ms, response_length=size, exception=error, context={}
        )
