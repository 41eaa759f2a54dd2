"""The segments that are there without anybody's making them. Pure.

Where somebody is in their life with the channel, as of a date, is the first of these that holds: lapsed (not seen within W before),
repeat_buyer (two paid orders or more), returning (seen in two shows or more), new. In a show it is what they were when it began: who had
not been seen before is new, and who had been seen once is returning.
"""

from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

Lifecycle = Literal["new", "returning", "repeat_buyer", "lapsed"]
LIFECYCLES: Final[tuple[Lifecycle, ...]] = get_args(Lifecycle)

LAPSED_DAYS: Final = 90
"""W: who was not seen for longer has lapsed."""


def on_coming_again(lifecycle: NDArray[Any]) -> NDArray[Any]:
    """Return where people are who come now, each a place in `LIFECYCLES`, by where they were before (-1: they had not been seen)."""
    new, returning = LIFECYCLES.index("new"), LIFECYCLES.index("returning")
    return np.where(lifecycle < 0, new, np.where(lifecycle == new, returning, lifecycle))
