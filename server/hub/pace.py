"""When a room's next fan-out round may begin: by what the last one cost, never by a fixed wait. Pure."""

CARRIES_MANY = 3
"""Publications in one round from which a longer wait makes each of them cheaper: all share one write to each viewer."""
MANY_SHARE = 0.4
"""How much of the share rounds that carry many keep to."""
PULSE_PATIENCE_SECONDS = 0.25
"""How long the pulse of a busy room waits for a round that goes anyway: one tick."""


class Pace:
    """One room's. `share` of the loop's time is what its rounds may take; nothing waits longer than `wait_seconds_max` for it.

    A room of 50 costs half a millisecond, so its next round may begin at once. One of 1,000 costs 7 ms: with a third of
    the loop it keeps up with 40 publications a second. One of 15,000 costs 100 ms: its rounds follow one another.
    """

    __slots__ = (
        "_began",
        "_cost_seconds",
        "_many",
        "_published_after_seconds",
        "_published_at",
        "_share",
        "_wait_seconds_max",
    )

    def __init__(self, *, share: float, wait_seconds_max: float) -> None:
        self._share = share
        self._wait_seconds_max = wait_seconds_max
        self._began = self._published_at = float("-inf")
        self._published_after_seconds = float("inf")
        self._cost_seconds = 0.0
        self._many = False

    @property
    def period(self) -> float:
        """Seconds from a round's begin to the next one's, as things are."""
        share = self._share * MANY_SHARE if self._many else self._share
        return max(self._cost_seconds, min(self._cost_seconds / share, self._wait_seconds_max))

    @property
    def due(self) -> float:
        """The loop's time from which a round may begin."""
        return self._began + self.period

    @property
    def pulse_due(self) -> float:
        """The loop's time from which a round may begin that carries the pulse alone: later while publications come often."""
        if self._published_after_seconds > PULSE_PATIENCE_SECONDS:
            return self.due
        return max(self.due, self._published_at + PULSE_PATIENCE_SECONDS)

    def begin(self, now: float, publications: int) -> None:
        """A round begins that carries so many publications."""
        self._began = now
        self._many = publications >= CARRIES_MANY
        if publications:
            self._published_after_seconds = now - self._published_at
            self._published_at = now

    def end(self, now: float) -> None:
        """That round has been written."""
        self._cost_seconds = now - self._began
