"""Who had bought in another show of the channel before: over all its shows, since the first of them. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from server.stats.columns.flags import CONSENT, GUEST, KNOWN, NOBODY
from server.stats.columns.rows import Column, ShowRows

NEVER: Final = np.iinfo(np.int64).min
EVER: Final = np.iinfo(np.int64).max


def consent_of(flags: Column, known_by: Column) -> Column:
    """Return since when a guest has agreed; the first of all moments where nobody knows."""
    return np.where((flags & CONSENT) > 0, known_by, NEVER)


def reach_of(flags: Column, known_by: Column) -> Column:
    """Return up to which moment's consent a row reaches: any for known viewers, none where the channel may not recognise them."""
    return np.where((flags & KNOWN) == 0, NEVER, np.where((flags & GUEST) > 0, known_by, EVER))


def bought_before(shows: Sequence[ShowRows]) -> list[Column]:
    """Return, for each line of each show's `sold`, whether its buyer bought earlier elsewhere and may be told to have.

    A guest's earlier purchase counts in the span of consent that they are in now.
    """
    who, flags, known_by, at = (
        np.concatenate([show[f"sold.{name}"] for show in shows] or [np.empty(0, np.int64)])
        for name in ("who", "flags", "known_by", "first_at")
    )
    order = np.lexsort((at, who))
    who, flags, known_by, at = who[order], flags[order], known_by[order], at[order]
    told = (flags & (NOBODY | KNOWN)) > 0
    reach, consent = reach_of(flags, known_by), consent_of(flags, known_by)
    known = (flags & KNOWN) > 0
    found = np.zeros(len(who), bool)
    for shift in range(1, len(who)):
        same = who[shift:] == who[:-shift]
        if not same.any():
            break
        earlier = same & (at[:-shift] < at[shift:])
        guest = (flags[shift:] & GUEST) > 0
        found[shift:] |= earlier & np.where(
            guest, known[:-shift] & (reach[:-shift] >= consent[shift:]), told[:-shift]
        )
    result = np.empty(len(who), bool)
    result[order] = found
    ends = np.cumsum([0, *(len(show["sold.who"]) for show in shows)])
    return [result[a:b] for a, b in pairwise(ends)]
