"""Who may not be in a room: viewers by id, each until a time. Pure; whoever asks after that time is told that they may."""

import math
from collections.abc import Callable, Mapping

NEVER = math.inf
"""The end of what has none."""


class Barred:
    """A container of those who may not enter now; `wall` tells the time, in seconds since 1970 as the ends are."""

    __slots__ = ("_ends", "_wall")

    def __init__(self, wall: Callable[[], float], ends: Mapping[str, float]) -> None:
        self._wall = wall
        self._ends = dict(ends)

    def __contains__(self, viewer_id: object) -> bool:
        ends_at = self._ends.get(viewer_id) if isinstance(viewer_id, str) else None
        return ends_at is not None and ends_at > self._wall()

    def bar(self, viewer_id: str, ends_at: float = NEVER) -> None:
        """Keep a viewer out until then."""
        self._ends[viewer_id] = ends_at

    def bar_as(self, known: str, viewer_id: str) -> None:
        """Keep a viewer out for as long as another one is, who is the same person."""
        if known in self:
            self._ends[viewer_id] = max(self._ends[known], self._ends.get(viewer_id, 0.0))

    def let_in(self, viewer_id: str) -> None:
        """Keep a viewer out no more."""
        self._ends.pop(viewer_id, None)
