"""Who is left out of a draw, and why: the written rule (PROTOCOL.md 2.25), pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from server.protocol.given_away import LeftOut

Doubted = Literal["burst", "unwatched"]
Why = Literal["staff", "banned", "muted", "shadowed", "suspect", "twice", "address"]
"""In the order in which they are asked. `shadowed` is told to nobody but hosts and admins: it is hidden from whom it is laid on."""
_TOLD_AS: Final[dict[Why, str]] = {"banned": "sanctioned", "muted": "sanctioned", "shadowed": "suspect"}
_LAID_ON: Final[dict[str, Why]] = {
    "ban": "banned",
    "timeout": "muted",
    "mute": "muted",
    "shadow": "shadowed",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody's entry. `address` is a guest's, as a keyed digest; `name` what the show calls them; `doubt` that of a vote at the time."""

    viewer_id: str
    ticket: str
    name: str
    at: datetime
    address: str | None = None
    staff: bool = False
    doubt: Doubted | None = None
    excluded: Why | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the house knows of those who entered, when it draws.

    `persons`: who they are by now, of guests who have signed in since. `sanctions`: by viewer the kind that holds. `suspects`: in doubt
    by the ledger. `watched`: of those who had not watched when they entered, who has since.
    """

    persons: Mapping[str, str]
    sanctions: Mapping[str, str]
    suspects: Collection[str]
    watched: Collection[str]


def leave_out(entries: Sequence[Entry], known: Known, *, per_address_max: int) -> list[Entry]:
    """Return the entries in the order in which they came, each with why it is left out of the draw, or nothing.

    Of one person's entries the first that nothing else is against stays, and of the guests of one address the first `per_address_max`.
    """
    persons: set[str] = set()
    addresses: Counter[str] = Counter()
    judged = []
    for entry in sorted(entries, key=lambda each: (each.at, each.ticket)):
        person = known.persons.get(entry.viewer_id, entry.viewer_id)
        why = _why(entry, person, known)
        if why is None and person in persons:
            why = "twice"
        # Who has signed in since is no guest any more: a household's customers are not each other's doubles.
        if why is None and entry.address is not None and person == entry.viewer_id and per_address_max:
            addresses[entry.address] += 1
            why = "address" if addresses[entry.address] > per_address_max else None
        if why is None:
            persons.add(person)
        judged.append(replace(entry, excluded=why))
    return judged


def _why(entry: Entry, person: str, known: Known) -> Why | None:
    if entry.staff:
        return "staff"
    laid = known.sanctions.get(entry.viewer_id) or known.sanctions.get(person)
    if laid is not None:
        return _LAID_ON[laid]
    unwatched = entry.doubt == "unwatched" and entry.viewer_id not in known.watched
    return "suspect" if entry.doubt == "burst" or unwatched or entry.viewer_id in known.suspects else None


def count_by_why(judged: Sequence[Entry]) -> LeftOut:
    """Return how many are left out by why, as everybody may read it."""
    told = Counter(_TOLD_AS.get(each.excluded, each.excluded) for each in judged if each.excluded is not None)
    return LeftOut(**told)
