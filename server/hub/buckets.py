"""How often somebody may do something: a bucket for each, in this process. Pure; the caller brings the time."""

from server.errors import RefusedError
from server.protocol.codes import Code

ROUNDING_SECONDS = 1e-6
"""A wait that is no longer is none: whoever waited as told has waited enough."""
KEYS_MAX = 100_000
"""Buckets remembered; a full one is forgotten first, then those that are nearest to full."""


class Buckets:
    """Refuses what somebody does above `per_minute` once `burst` are spent; 0 a minute: never.

    Of each is kept one number, the time at which their bucket is full again (the "generic cell rate algorithm").
    """

    def __init__(self, per_minute: float, *, burst: float, keys_max: int = KEYS_MAX) -> None:
        self.cost_seconds = 60 / per_minute if per_minute else 0.0
        """What one spending moves that time by; 0: there is no limit."""
        self.ahead_seconds = max(1.0, burst) * self.cost_seconds
        """How far ahead of now that time may be."""
        self._keys_max = keys_max
        self._full_at: dict[str, float] = {}

    def wait(self, key: str, now: float) -> float:
        """Return how many seconds `key` has to wait at `now` before it may spend; 0: it may."""
        full_at = self._full_at.get(key)
        if full_at is None:
            return 0.0
        wait = full_at + self.cost_seconds - self.ahead_seconds - now
        return wait if wait > ROUNDING_SECONDS else 0.0

    def take(self, key: str, now: float) -> float:
        """Take one from the bucket of `key` and return 0, or how many seconds to wait if it is empty."""
        cost = self.cost_seconds
        if not cost:
            return 0.0
        full_at = self._full_at.get(key)
        if full_at is None or full_at < now:
            full_at = now
        wait = full_at + cost - self.ahead_seconds - now
        if wait > ROUNDING_SECONDS:
            return wait
        self._full_at[key] = full_at + cost
        if len(self._full_at) > self._keys_max:
            self._forget(now)
        return 0.0

    def spend(self, key: str, now: float) -> None:
        """Take one from the bucket of `key` at `now` (seconds); raises `too_fast` with `retry_after_ms` if it is empty."""
        if wait := self.take(key, now):
            raise too_fast(wait)

    def give_back(self, key: str) -> None:
        """Put back one that was taken for something that turned out not to count."""
        if key in self._full_at:
            self._full_at[key] -= self.cost_seconds

    def hold(self, key: str, seconds: float, now: float) -> None:
        """Let `key` spend nothing for so many seconds, since its bucket is known to be empty elsewhere."""
        until = now + seconds + self.ahead_seconds - self.cost_seconds
        self._full_at[key] = max(until, self._full_at.get(key, 0.0))

    @property
    def size(self) -> int:
        """How many buckets are remembered."""
        return len(self._full_at)

    def _forget(self, now: float) -> None:
        """Forget buckets that are full; if most are not, then those that are nearest to it: whoever spends most stays known."""
        self._full_at = {key: at for key, at in self._full_at.items() if at > now}
        if len(self._full_at) > self._keys_max // 2:
            emptiest = sorted(self._full_at.items(), key=lambda item: item[1], reverse=True)
            self._full_at = dict(emptiest[: self._keys_max // 2])


def too_fast(wait_seconds: float) -> RefusedError:
    """Return the refusal that says when to try again."""
    return RefusedError(Code.TOO_FAST, retry_after_ms=int(wait_seconds * 1000) + 1)
