"""A flush: what one process recorded since its last one, as it travels through the stream. Arrays in MessagePack, times in UTC.

A flush has its process's next number. The worker ignores numbers that it has seen, so a flush may be sent again whenever its
fate is unknown.
"""

from datetime import datetime

import msgspec
from msgspec import Struct


class Tally(Struct, array_like=True, gc=False):
    """A viewer did `kind` to `target` `n` times, for the first time `at`; `via`: by which way a share went out.

    Several may have the same viewer, kind and target: clicks keep their moments.
    """

    show_id: str
    viewer_id: str
    kind: str
    target: str | None
    n: int
    connection_id: str | None
    at: datetime
    via: str | None = None


class Attendance(Struct, array_like=True, gc=False):
    """Somebody came to a show: by which link (`share`), and since when they agree to be recognised (`consent_at`).

    `staff`: the host's side, or an analyst, who are in no figure. `cleared`: they have watched, and are no suspect any more.
    `joined`: they came; else they acted by HTTP alone, and who they are is known from that. `share_fault`: why the link that they came by
    is not believed (`server.viewers.share_codes`).
    """

    show_id: str
    viewer_id: str
    first_at: datetime
    guest: bool
    remembered: bool
    suspect: bool
    source: str | None
    share: str | None = None
    consent_at: datetime | None = None
    staff: bool = False
    cleared: bool = False
    joined: bool = True
    device: str | None = None
    share_fault: str | None = None

    def add(self, later: "Attendance") -> None:
        """Take in that they came again: the first source, link and device stand, and the newest consent."""
        self.guest = self.guest and later.guest
        self.remembered = self.remembered or later.remembered
        self.suspect = self.suspect or later.suspect
        self.source = self.source or later.source
        self.share = self.share or later.share
        if later.consent_at is not None and (self.consent_at is None or later.consent_at > self.consent_at):
            self.consent_at = later.consent_at
        self.staff = self.staff or later.staff
        self.joined = self.joined or later.joined
        self.device = self.device or later.device
        self.share_fault = self.share_fault or later.share_fault


class Stretch(Struct, array_like=True, gc=False):
    """A connection's video played and was seen from `started_at` on; until `ended_at`, or still."""

    show_id: str
    viewer_id: str
    connection_id: str
    started_at: datetime
    ended_at: datetime | None = None

    def end(self, at: datetime) -> None:
        """End it; a clock that was set back gives no negative length."""
        self.ended_at = max(at, self.started_at)


class PageView(Struct, array_like=True, gc=False):
    """A page was opened; by a viewer of whom an id may be kept, else by nobody in particular. Fields are those of the table."""

    channel_id: str
    show_id: str | None
    viewer_id: str | None
    at: datetime
    page: str
    site: str | None = None
    referrer: str | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    term: str | None = None
    content: str | None = None
    device: str | None = None
    crawler: bool = False


class Flush(Struct, array_like=True, gc=False):
    """What `process_id` recorded until `alive_until`; `number` counts its flushes from 1.

    `still_open`, when there, names every stretch that is open now, so that the worker can mend what a lost flush would have told.
    `ended`: the process went away in good order, and this is its last word.
    """

    process_id: str
    number: int
    alive_until: datetime
    tallies: list[Tally]
    attendances: list[Attendance]
    stretches: list[Stretch]
    still_open: list[Stretch] | None = None
    ended: bool = False
    page_views: list[PageView] = []

    @property
    def rows(self) -> int:
        """How much work it is."""
        told = (self.tallies, self.attendances, self.stretches, self.still_open or (), self.page_views)
        return sum(map(len, told))


_decoder = msgspec.msgpack.Decoder(Flush)
_encoder = msgspec.msgpack.Encoder()


def encode_flush(flush: Flush) -> bytes:
    """Return `flush` as it stands in the stream."""
    return _encoder.encode(flush)


def decode_flush(blob: bytes) -> Flush:
    """Return the flush that `blob` holds; raises `msgspec.DecodeError` (also its `ValidationError`)."""
    return _decoder.decode(blob)
