"""How much of what a recorder may hold one viewer gets: always some, never so much that nothing is left for others. Pure."""

FREE_PER_ROW = 400
"""A viewer may have one row for so many that are still free: of 400,000 a thousand while all are free, half of that when half are."""


class Shares:
    """The rows that each viewer holds until the next flush.

    A viewer's share is a part of what is *free* (the "dynamic threshold" of shared buffers), so that however many flood, each of them is
    stopped while there is room for those who do not.
    """

    def __init__(self) -> None:
        self._held: dict[str, int] = {}

    def take(self, viewer_id: str, free: int) -> bool:
        """Count one row more of the viewer, where there is room for `free`; False if that would be more than their share."""
        held = self._held.get(viewer_id, 0)
        if held and held >= free // FREE_PER_ROW:
            return False
        self._held[viewer_id] = held + 1
        return True

    def clear(self) -> None:
        """Forget what each held: it has been packed."""
        self._held = {}
