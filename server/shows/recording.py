"""What was recorded of a show, pure: where it is, how its clock stands to the show's, and which places of the show it holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import msgspec

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.replayed import Replay

SLACK_MS: Final = 5_000
"""So much later than its end a recording may be asked about: players and files count a little differently."""
_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Recording:
    """Where the recording is; `starts_ms` and `length_ms` are as a `Replay`'s. `shown`: it is open to everybody."""

    hls: str = ""
    mp4: str = ""
    starts_ms: int = 0
    length_ms: int | None = None
    shown: bool = True


class Recorded(Protocol):
    """A show, as far as its recording goes."""

    @property
    def state(self) -> str: ...
    @property
    def started_at(self) -> datetime | None: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def recording(self) -> dict[str, Any] | None: ...


def recording_of(show: Recorded) -> Recording | None:
    """Return what was recorded of the show; None where nobody said."""
    return None if show.recording is None else msgspec.convert(show.recording, Recording)


def replay_of(show: Recorded) -> Replay | None:
    """Return the show's recording as everybody may see it; None unless the show has ended and its recording is shown."""
    recording = recording_of(show) if show.state == "ended" else None
    if recording is None or not recording.shown:
        return None
    return Replay(recording.hls, recording.mp4, recording.starts_ms, recording.length_ms)


def length_ms_of(show: Recorded) -> int:
    """Return how long an ended show was."""
    assert show.started_at is not None, "an ended show has started"
    assert show.ended_at is not None, "an ended show has an end"
    return (show.ended_at - show.started_at) // _MILLISECOND


def require_fits(show: Recorded, recording: Recording) -> None:
    """Raise `invalid` for a recording without an address, or none of whose frames are of the show."""
    if not (recording.hls or recording.mp4):
        raise RefusedError(Code.INVALID, "A recording has an address.", at="hls")
    if recording.starts_ms >= length_ms_of(show):
        raise RefusedError(Code.INVALID, "The recording begins after the show's end.", at="starts_ms")
    if recording.length_ms is not None and recording.starts_ms + recording.length_ms <= 0:
        raise RefusedError(Code.INVALID, "The recording ends before the show's start.", at="length_ms")


def ends_ms(show: Recorded, replay: Replay) -> int:
    """Return which place of the show the recording ends at."""
    return length_ms_of(show) if replay.length_ms is None else replay.starts_ms + replay.length_ms


def require_place(show: Recorded, show_ms: int | None) -> None:
    """Raise unless the show's replay holds that place of the show; None says no place.

    Raises `show_not_live` for an ended show without a replay, `invalid` for a place that it does not hold, or none. Of a recording of which
    nobody said how long it lasts, nobody can say that it ends before.
    """
    if (replay := replay_of(show)) is None:
        raise RefusedError(Code.SHOW_NOT_LIVE)
    if show_ms is None:
        raise RefusedError(Code.INVALID, "Of a replay it is said which place of it is seen.", at="replay_ms")
    until = None if replay.length_ms is None else ends_ms(show, replay) + SLACK_MS
    if show_ms < replay.starts_ms or (until is not None and show_ms > until):
        raise RefusedError(Code.INVALID, "The recording has no such place.", at="replay_ms")
