"""How often one viewer may ask: a bucket for each viewer, in this process. Pure; the caller brings the time."""

from server.errors import RefusedError
from server.protocol.codes import Code

BURST_SECONDS = 30.0
"""Who has been quiet may ask so many seconds' worth at once."""
FORGET_ABOVE = 10_000
"""Viewers remembered; whoever has a full bucket again is forgotten first."""


class AskPace:
    """Refuses a viewer's questions above `per_minute`; 0: never."""

    def __init__(self, per_minute: float) -> None:
        self._per_second = per_minute / 60
        self._burst = max(1.0, self._per_second * BURST_SECONDS)
        self._left: dict[str, tuple[float, float]] = {}

    def spend(self, viewer_id: str, now: float) -> None:
        """Take one question from the viewer's bucket at `now` (seconds); raises `too_fast` with `retry_after_ms` if it is empty."""
        if not self._per_second:
            return
        left, at = self._left.get(viewer_id, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._per_second)
        if left < 1.0:
            wait_seconds = (1.0 - left) / self._per_second
            raise RefusedError(Code.TOO_FAST, retry_after_ms=int(wait_seconds * 1000) + 1)
        self._left[viewer_id] = (left - 1.0, now)
        if len(self._left) > FORGET_ABOVE:
            self._forget(now)

    def _forget(self, now: float) -> None:
        refilled = self._burst / self._per_second
        self._left = {viewer: (left, at) for viewer, (left, at) in self._left.items() if now - at < refilled}
