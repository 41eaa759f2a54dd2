"""Which message goes when: each has a slot of its own, by the pace of all mail and that of its domain. Pure.

Slots of one pace are never nearer to each other than its pause, whoever takes them and however late they look.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

ALTOGETHER: Final = ""
"""The pace of all domains together."""
AHEAD: Final = timedelta(seconds=0.25)
"""So far ahead slots are taken: what is pressing waits for those at most, and a worker that dies leaves no more unused."""
Pauses = tuple[timedelta, timedelta]
"""After each message altogether, and to the same domain."""


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is due, and from when its domain is free."""

    id: str
    domain: str
    free_at: datetime


@dataclass(slots=True)
class Slots:
    """When messages go, by their ids; from when the paces are free then, by domain; and when the next that is due may go.

    `next_at` is None where nothing else is due.
    """

    at: dict[str, datetime] = field(default_factory=dict)
    free_at: dict[str, datetime] = field(default_factory=dict)
    next_at: datetime | None = None


def listed_max(pauses: Pauses, most: int) -> int:
    """Return how many messages of one domain are worth looking at for `most` slots: one more than can go."""
    domain = pauses[1]
    return 1 + (min(most, AHEAD // domain + 1) if domain else most)


def slots_for(due: Sequence[Due], free_at: datetime, now: datetime, pauses: Pauses, most: int) -> Slots:
    """Give up to `most` messages a slot within `AHEAD` of now; `due` has the most pressing first, `free_at` is when all mail is free."""
    slots = Slots()
    left = list(due)
    free = {each.domain: each.free_at for each in due}
    moment = max(now, free_at)
    while left:
        if len(slots.at) == most:
            slots.next_at = now
            break
        moment = max(moment, min(free[each.domain] for each in left))
        if moment > now + AHEAD:
            slots.next_at = moment
            break
        chosen = next(each for each in left if free[each.domain] <= moment)
        left.remove(chosen)
        slots.at[chosen.id] = moment
        free[chosen.domain] = slots.free_at[chosen.domain] = moment + pauses[1]
        moment = slots.free_at[ALTOGETHER] = moment + pauses[0]
    return slots
