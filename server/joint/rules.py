"""Who may hold a show with whom, pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.neighbours import Joint, JointShow

BESIDE_MAX: Final = 4
"""How many shows are held in one at most: a page has a connection to each of them."""
INVITED_FOR: Final = timedelta(days=7)
LEADING: Final = ("draft", "scheduled", "rehearsal", "live")
"""States of a show that another one may still be held in."""
BESIDE: Final = ("scheduled", "rehearsal", "live")
"""States of a show that may still be held in another one."""


@dataclass(frozen=True, slots=True)
class Held:
    """A show as far as it matters here. `name`: its channel's."""

    id: str
    channel_id: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What a show is to another one already: `held_in` which one, and how many are held in it."""

    held_in: str | None
    holds: int


def require_joinable(leading: Held, of_leading: Beside, show: Held, of_show: Beside) -> None:
    """Raise unless `show` may be held in `leading`: `invalid` for one of the same channel, `show_not_live`, `conflict`, `too_many`."""
    if leading.channel_id == show.channel_id:
        raise RefusedError(Code.INVALID, "A show is held together with one of another channel.")
    if leading.state not in LEADING or show.state not in BESIDE:
        raise RefusedError(Code.SHOW_NOT_LIVE, "One of the shows is over, or not planned yet.")
    if of_show.held_in is not None or of_show.holds:
        raise RefusedError(Code.CONFLICT, "This show is held together with another one already.")
    if of_leading.held_in is not None:
        raise RefusedError(Code.CONFLICT, "The show that invited is held in another one by now.")
    if of_leading.holds >= BESIDE_MAX:
        raise RefusedError(Code.TOO_MANY, "No more shows can be held in this one.", limit=BESIDE_MAX)


def joint_of(leading: Held, beside: Sequence[Held]) -> Joint | None:
    """Return what each of the shows says of them all; None when the leading one is alone."""
    if not beside:
        return None
    shows = [JointShow(each.id, each.channel_id, each.name) for each in (leading, *beside)]
    return Joint(leading=leading.id, shows=shows)
