"""How often one viewer may ask."""

from server.hub.buckets import FORGET_ABOVE, Buckets

__all__ = ["FORGET_ABOVE", "AskPace"]

BURST_SECONDS = 30.0
"""Who has been quiet may ask so many seconds' worth at once."""


class AskPace(Buckets):
    """Refuses a viewer's questions above `per_minute`; 0: never."""

    def __init__(self, per_minute: float) -> None:
        super().__init__(per_minute, burst=per_minute / 60 * BURST_SECONDS)
