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

    A guest's earlier purchase counts in the span of consent that they are in now. What was bought at a replay is an earlier purchase too.
    """
    who, flags, known_by, at, placed_at = (
        np.concatenate([show[f"sold.{name}"] for show in shows] or [np.empty(0, np.int64)])
        for name in ("who", "flags", "known_by", "first_at", "placed_at")
    )
    order = np.lexsort((at, who))
    who, flags, known_by, at, placed_at = (each[order] for each in (who, flags, known_by, at, placed_at))
    told = (flags & (NOBODY | KNOWN)) > 0
    reach, consent = reach_of(flags, known_by), consent_of(flags, known_by)
    known = (flags & KNOWN) > 0
    guest = (flags & GUEST) > 0
    found = np.zeros(len(who), bool)
    for shift in range(1, len(who)):
        same = who[shift:] == who[:-shift]
        if not same.any():
            break
        for mine, other in (
            (slice(shift, None), slice(None, -shift)),
            (slice(None, -shift), slice(shift, None)),
        ):
            found[mine] |= (
                same
                & (placed_at[other] < at[mine])
                & np.where(guest[mine], known[other] & (reach[other] >= consent[mine]), told[other])
            )
    result = np.empty(len(who), bool)
    result[order] = found
    ends = np.cumsum([0, *(len(show["sold.who"]) for show in shows)])
    return [result[a:b] for a, b in pairwise(ends)]
