"""By which device and address viewers were here who have left: a ban that is given behind their back is to know them.

In memory alone, for half an hour, and of so many. Pure; the caller brings the time.
"""

from collections import OrderedDict
from itertools import islice
from typing import NamedTuple

KEPT_SECONDS = 1_800.0
SIGHTINGS_MAX = 20_000
"""Beyond that those who left longest ago are forgotten, a tenth at once."""


class Seen(NamedTuple):
    """What a viewer was seen by: what their address is counted by, and what their page says of the device, if anything."""

    host: str
    device_id: str


class Sightings:
    """Who has left this process of late."""

    def __init__(self) -> None:
        self._left: OrderedDict[str, tuple[Seen, float]] = OrderedDict()

    def note(self, viewer_id: str, seen: Seen, now: float) -> None:
        """A viewer leaves; only their last connection is kept."""
        self._left[viewer_id] = (seen, now)
        self._left.move_to_end(viewer_id)
        if len(self._left) > SIGHTINGS_MAX:
            for oldest in list(islice(self._left, SIGHTINGS_MAX // 10)):
                del self._left[oldest]

    def find(self, viewer_id: str, now: float) -> Seen | None:
        """Return by what a viewer was seen last; None for whoever has not been here, or not of late."""
        seen, left_at = self._left.get(viewer_id, (None, 0.0))
        return seen if now - left_at <= KEPT_SECONDS else None

    def forget_old(self, now: float) -> None:
        """Let go of what is too old to be found."""
        while self._left:
            oldest = next(iter(self._left))
            if now - self._left[oldest][1] <= KEPT_SECONDS:
                return
            del self._left[oldest]
