"""Lanes: those in a room who read the same bytes, and what they read of each round."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Protocol

from server.hub.encoding import Encoding, Line, encode_lines, position_id
from server.protocol.publication import Publication


class Reader(Protocol):
    """Whoever is in a lane."""

    @property
    def name(self) -> str: ...


class Reading(Enum):
    """Which lines a lane's viewers read."""

    VIEWER = "viewer"
    STAFF = "staff"
    PARTNER = "partner"
    """Staff of another channel that holds the show too: as staff, but for what is sold, which is the channel's own."""
    PULSE = "pulse"

    __hash__ = object.__hash__


class Lane:
    """Connections of a room that get the same bytes. `writers` maps each to its transport's `write`."""

    __slots__ = ("encoding", "epoch", "reading", "writers")

    def __init__(self, reading: Reading, encoding: Encoding, epoch: str) -> None:
        self.reading = reading
        self.encoding = encoding
        self.epoch = epoch
        self.writers: dict[Reader, Callable[[bytes], None]] = {}

    def encode(self, publications: Sequence[Publication], pulse: bytes | None) -> bytes | None:
        """Return what this lane reads of a round; None when that is nothing."""
        lines = self.lines(publications, pulse)
        return encode_lines(self.encoding, lines) if lines else None

    def lines(self, publications: Sequence[Publication], pulse: bytes | None) -> list[Line]:
        """Return the lines that this lane reads of a round."""
        lines: list[Line] = []
        if self.reading is Reading.VIEWER:
            lines += [(p.line, self._id_of(p)) for p in publications]
        elif self.reading is Reading.STAFF:
            lines += [(p.for_staff, self._id_of(p)) for p in publications]
        elif self.reading is Reading.PARTNER:
            lines += [(p.for_partner, self._id_of(p)) for p in publications]
        if pulse is not None:
            lines.append((pulse, None))
        return lines

    def _id_of(self, publication: Publication) -> str | None:
        return position_id(self.epoch, publication.offset) if self.encoding is Encoding.EVENTS else None
