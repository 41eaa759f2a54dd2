"""The recording of an ended show as the wire has it."""

from typing import Annotated

from msgspec import Meta, Struct

RECORDING_MS_MAX = 7 * 24 * 3_600_000
ShowMs = Annotated[int, Meta(ge=-RECORDING_MS_MAX, le=RECORDING_MS_MAX)]
"""A place of a show, in milliseconds since its start; before it where that is negative."""


class Replay(Struct, frozen=True):
    """Where the recording of an ended show is, and how its clock stands to the show's; an empty address: none.

    The recording's first frame is `starts_ms` after the show's start, before it where that is negative. It lasts `length_ms`; None:
    nobody said, and it is taken to last until the show's end.
    """

    hls: str
    mp4: str
    starts_ms: int
    length_ms: int | None
