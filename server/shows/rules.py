"""The life of a show, pure: one table of states and steps."""

from collections.abc import Mapping
from typing import Final, Literal

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.pushes import ShowState

Step = Literal["schedule", "rehearse", "start", "end", "cancel"]
TITLE_CHARACTERS_MAX = 120
DESCRIPTION_CHARACTERS_MAX = 2_000
ALT_CHARACTERS_MAX = 512
ANNOUNCEMENT_CHARACTERS_MAX = 500
PLANNED_MINUTES_MAX = 24 * 60
PICTURE_DELAY_MS_MAX = 60_000
LINE_UP_MAX = 200
STAFF_MAX = 50

STATES_AFTER: Final[Mapping[Step, Mapping[ShowState, ShowState]]] = {
    "schedule": {
        "draft": "scheduled",
        "scheduled": "scheduled",
        "rehearsal": "scheduled",
        "cancelled": "scheduled",
    },
    "rehearse": {"scheduled": "rehearsal", "rehearsal": "rehearsal"},
    "start": {"scheduled": "live", "rehearsal": "live", "live": "live"},
    "end": {"live": "ended", "ended": "ended"},
    "cancel": {"scheduled": "cancelled", "rehearsal": "cancelled", "cancelled": "cancelled"},
}
"""By step: which state leads to which. A step that was taken before leads to the same state, so that repeating it does no harm."""

WITHOUT_QUESTIONS: Final = frozenset[str]({"draft", "ended", "cancelled"})
"""States in which nobody asks or votes."""
ARCHIVABLE: Final = frozenset[str]({"draft", "ended", "cancelled"})
"""States in which a show may be taken out of the lists."""

_WHY_NOT: Final[Mapping[Step, str]] = {
    "schedule": "A show that is live or has ended cannot be scheduled again.",
    "rehearse": "Only a scheduled show can be rehearsed.",
    "start": "Only a scheduled show, or one in rehearsal, can be started.",
    "cancel": "Only a show that has not started can be cancelled; a draft is archived.",
}


def state_after(step: Step, state: ShowState) -> ShowState:
    """Return the state after `step`, by `STATES_AFTER`.

    Raises `show_not_live` for ending what is not live, `conflict` for any other step that the state does not allow.
    """
    after = STATES_AFTER[step].get(state)
    if after is not None:
        return after
    if step == "end":
        raise RefusedError(Code.SHOW_NOT_LIVE, "The show is not live.")
    if step == "start" and state == "ended":
        raise RefusedError(Code.CONFLICT, "The show has ended and cannot be started again.")
    raise RefusedError(Code.CONFLICT, _WHY_NOT[step])
