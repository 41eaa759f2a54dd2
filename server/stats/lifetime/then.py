"""In which segment the viewers of a show were when it began, from its channel's record as of its end. Pure.

As the show began: what came of it is not yet in it. Who may not be recognised has no segment.
"""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final

import numpy as np

from server.stats.columns.rows import Column
from server.stats.lifetime.persons import Asked, persons_of
from server.stats.lifetime.record import Record
from server.stats.lifetime.segments import LIFECYCLES, on_coming_again

_LINES: Final = 20_000
"""In a piece."""


def lines_of(record: Record, show_id: str, zone: tzinfo) -> list[bytes]:
    """Return a line for each viewer of the show who was in a segment, in pieces: their number, as SQL knows it, and the segment."""
    show = next(i for i, each in enumerate(record.shows) if each.id == show_id)
    then = record.shows[show]
    who = then.rows["who"][record.known(show, 0, len(then.rows["who"]))]
    segments = on_coming_again(persons_of(record, Asked(then.start, zone)).lifecycle[who])
    numbers = record.names.in_sql(who.astype(np.int64))
    return [
        _piece(numbers[first : first + _LINES], segments[first : first + _LINES])
        for first in range(0, len(who), _LINES)
    ]


def _piece(numbers: Column, segments: Sequence[int] | Column) -> bytes:
    pairs = zip(numbers.tolist(), segments, strict=True)
    return "".join(f"{number}\t{LIFECYCLES[segment]}\n" for number, segment in pairs).encode()
