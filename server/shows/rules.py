"""The life of a show, pure: scheduled, live, ended, and never back."""

from typing import Literal

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.pushes import ShowState

Step = Literal["start", "end"]
TITLE_CHARACTERS_MAX = 120
ANNOUNCEMENT_CHARACTERS_MAX = 500


def state_after(step: Step, state: ShowState) -> ShowState:
    """Return the state after `step`; the same state when the step was taken before, so that repeating it does no harm.

    Raises `conflict` for starting a show that has ended, `show_not_live` for ending one that has not started.
    """
    match step, state:
        case "start", "scheduled" | "live":
            return "live"
        case "start", _:
            raise RefusedError(Code.CONFLICT, "The show has ended and cannot be started again.")
        case "end", "live" | "ended":
            return "ended"
        case _:
            raise RefusedError(Code.SHOW_NOT_LIVE, "The show has not started.")
