"""What may be laid on a viewer, for how long, and how appeals go. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.sanctioned import SanctionKind, SanctionReason

TIMEOUT_SECONDS_MIN: Final = 10
TIMEOUT_SECONDS_MAX: Final = 24 * 3600
APPEAL_CHARACTERS_MAX: Final = 500
LIKENESSES_MAX: Final = 50
"""So many are taken for the person of one ban; more are no news to anybody."""
OWN_MAX: Final = 20
"""So many of the newest a person is told of."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is given: `seconds` until its end, if it has one. `reason`: None keeps the one that stands."""

    kind: SanctionKind
    seconds: int | None = None
    reason: SanctionReason | None = None
    whole_channel: bool = False
    device: bool = False
    address: bool = False

    def end(self, now: datetime) -> datetime | None:
        """Return when it ends, given at `now`."""
        return None if self.seconds is None else now + timedelta(seconds=self.seconds)


def check(terms: Terms) -> None:
    """Raise `invalid` for a length or a reach that this kind has not."""
    seconds = terms.seconds
    if terms.kind == "timeout":
        if seconds is None or not TIMEOUT_SECONDS_MIN <= seconds <= TIMEOUT_SECONDS_MAX:
            raise RefusedError(
                Code.INVALID,
                f"A time-out has `seconds`, from {TIMEOUT_SECONDS_MIN} to {TIMEOUT_SECONDS_MAX}.",
            )
    elif terms.kind != "ban" and seconds is not None:
        raise RefusedError(
            Code.INVALID, "A mute is for the rest of the show; only time-outs and bans have `seconds`."
        )
    elif seconds is not None and seconds < TIMEOUT_SECONDS_MIN:
        raise RefusedError(Code.INVALID, f"A ban is for {TIMEOUT_SECONDS_MIN} `seconds` at least.")
    if terms.whole_channel and terms.kind != "ban":
        raise RefusedError(Code.INVALID, "Only a ban may be for the whole `channel`.")
    if (terms.device or terms.address) and terms.kind != "ban":
        raise RefusedError(Code.INVALID, "Only a ban may be of a `device` or an `address`.")
