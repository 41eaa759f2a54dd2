"""What people answered last to a score from 0 to 10, among shows. Pure."""

from collections.abc import Sequence

import numpy as np

from server.stats.columns import flags as f
from server.stats.columns.join import Slice
from server.stats.columns.rows import Column
from server.stats.columns.scored import Scored
from server.stats.lifetime.nps import class_of

NAMES = ("promoters", "passives", "detractors")
_OF_CLASS = {"promoter": 0, "passive": 1, "detractor": 2}
_CLASSES = np.array([_OF_CLASS[class_of(score)] for score in range(11)])


def last_classes(
    scored: Scored, first: int, slices: Sequence[Slice], at: Sequence[Column]
) -> tuple[Column, Column]:
    """Return places, each once, and of each the class of the last answer there: a number in `NAMES`.

    `at` has the places of each slice's rows. An answer counts where the row of that show has a view.
    """
    found = [_answers(scored, first, each, places) for each, places in zip(slices, at, strict=True)]
    places, when, scores = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((when, places))  # stable: of answers at one moment that which was read last
    places, scores = places[order], scores[order]
    last = np.append(places[1:] != places[:-1], True)[: len(places)]
    return places[last], _CLASSES[scores[last]]


def _answers(scored: Scored, first: int, of: Slice, at: Column) -> tuple[Column, Column, Column]:
    """Return the answers that rows of the slice gave in its show: the place of each, when, and what."""
    mine = np.flatnonzero(scored.place == of.show)
    people = scored.who[mine] - first
    row = np.minimum(np.searchsorted(of.people, people), max(0, len(of.people) - 1))
    counts = (of.people[row] == people) & ((of.bits[row] & np.uint32(f.VIEWED)) > 0)
    mine = mine[counts]
    return at[row[counts]], scored.at[mine], scored.score[mine]
