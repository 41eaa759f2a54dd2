"""How often somebody may do something: a bucket for each, in this process. Pure; the caller brings the time."""

from server.errors import RefusedError
from server.protocol.codes import Code

FORGET_ABOVE = 10_000
"""Buckets remembered; a full one is forgotten first, then those that were used longest ago."""


class Buckets:
    """Refuses what somebody does above `per_minute` once `burst` are spent; 0 a minute: never."""

    def __init__(self, per_minute: float, *, burst: float) -> None:
        self._per_second = per_minute / 60
        self._burst = max(1.0, burst)
        self._left: dict[str, tuple[float, float]] = {}

    def spend(self, key: str, now: float) -> None:
        """Take one from the bucket of `key` at `now` (seconds); raises `too_fast` with `retry_after_ms` if it is empty."""
        if not self._per_second:
            return
        left, at = self._left.pop(key, (self._burst, now))
        left = min(self._burst, left + max(0.0, now - at) * self._per_second)
        if left < 1.0:
            self._left[key] = (left, now)
            wait_seconds = (1.0 - left) / self._per_second
            raise RefusedError(Code.TOO_FAST, retry_after_ms=int(wait_seconds * 1000) + 1)
        self._left[key] = (left - 1.0, now)
        if len(self._left) > FORGET_ABOVE:
            self._forget(now)

    def give_back(self, key: str) -> None:
        """Put back one that was taken for something that turned out not to count."""
        if key in self._left:
            left, at = self._left[key]
            self._left[key] = (min(self._burst, left + 1.0), at)

    def _forget(self, now: float) -> None:
        refilled = self._burst / self._per_second
        self._left = {key: (left, at) for key, (left, at) in self._left.items() if now - at < refilled}
        for key in list(self._left)[: max(0, len(self._left) - FORGET_ABOVE // 2)]:
            del self._left[key]
