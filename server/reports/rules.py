"""When reports hold something. Pure."""

from typing import Final

HOLD_AFTER: Final = 3
"""So many viewers, unless the channel says otherwise."""
HOLD_AFTER_MAX: Final = 1000


def is_due(reporters: int, hold_after: int) -> bool:
    """Whether the report that makes it so many holds the item: that one alone, so that what staff let stand is not held again."""
    return hold_after > 0 and reporters == hold_after
