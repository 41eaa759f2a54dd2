"""The audience of one show inside this process, and the last publications of its journal."""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import msgspec

from server.hub.barred import Barred
from server.hub.called import Called
from server.hub.connection import Connection
from server.hub.encoding import Encoding, encode_begun, encode_lines, encode_rest
from server.hub.lane import Lane, Reading
from server.hub.pulse import RoomPulse
from server.protocol.neighbours import Joint
from server.protocol.publication import Publication
from server.protocol.pushes import HIDDEN, Show

EARLY_MAX = 1000
"""Publications ahead of a hole that are kept while it is filled; more are left to the top check."""

QUESTION_ERASED, COMMENT_ERASED, POST_REMOVED = "question.erased", "comment.erased", "post.removed"
ERASED = frozenset({QUESTION_ERASED, COMMENT_ERASED, POST_REMOVED})
"""Publications behind which no line from before may be told again."""
WELCOMES_MAX = 32
"""Beginnings of which a room keeps what follows, for a moment: in a storm most come from a few positions."""


class _Variant(msgspec.Struct):
    id: str


class _Product(msgspec.Struct):
    id: str
    variants: list[_Variant] = []


class _Products(msgspec.Struct):
    """What a room reads of a `product.changed` or a `line_up.changed`."""

    products: list[_Product]
    removed: list[str] = []

    def sold(self) -> set[str]:
        """Return the ids of products and of their variants."""
        variants = {variant.id for product in self.products for variant in product.variants}
        return {product.id for product in self.products} | variants


class _Changed(msgspec.Struct):
    """What a room reads of a `show.changed`."""

    show: Show


_changed = msgspec.json.Decoder(_Changed)
_products = msgspec.json.Decoder(_Products)


@dataclass(frozen=True, slots=True)
class RoomSnapshot:
    """A show's state as bytes of JSON, true at `offset`; `read_at` is the loop's time."""

    offset: int
    public: bytes
    staff: bytes
    read_at: float
    partner: bytes | None = None
    """For the staff of channels that hold the show together with its own; None where there are none."""


class Room:
    """One show's room. Positions: `top` is the newest offset in the ring, `sent` the newest that a round has taken up."""

    def __init__(
        self,
        show_id: str,
        channel_id: str,
        epoch: str,
        top: int,
        *,
        guests_allowed: bool,
        state: str,
        ring_length: int,
    ) -> None:
        self.show_id = show_id
        self.channel_id = channel_id
        self.epoch = epoch
        self.top = top
        self.sent = top
        self.guests_allowed = guests_allowed
        self.banned = Barred(lambda: 0.0, {})
        """Viewers who may not enter."""
        self.state = state
        self.replayed = False
        """Whether the show has ended and is watched again."""
        self.joint: Joint | None = None
        """With which shows it is held as one."""
        self.snapshot: RoomSnapshot | None = None
        self.called = Called()
        """What viewers may be called here."""
        self.on_sale: frozenset[str] = frozenset()
        """Ids of the products that the show sells."""
        self.pulse = RoomPulse()
        self.pending: list[Publication] = []
        self.pending_since = 0.0
        """The loop's time at which the oldest of `pending` came."""
        self._players: dict[str, int] = {}
        """By viewer: how many of their connections play."""
        self.empty_since: float | None = None
        self.connections: dict[Connection, None] = {}
        self._own: dict[str, tuple[Connection, ...]] = {}
        self.slow: set[Connection] = set()
        self._lanes = {(r, e): Lane(r, e, epoch) for r in Reading for e in Encoding}
        self._ring: deque[Publication] = deque(maxlen=ring_length)
        self._early: dict[int, Publication] = {}
        self._welcomes: dict[tuple[Lane, int, bytes | None], bytes] = {}
        """What those who join now read behind their own words, made once for all of them; empty again when the room moves on."""

    def learn_products(self, line: bytes) -> None:
        """Take over what the show sells from a `product.changed`."""
        told = _products.decode(line)
        self.on_sale = self.on_sale - set(told.removed) | told.sold()

    @property
    def hidden(self) -> bool:
        """Whether only staff may know of the show."""
        return self.state in HIDDEN

    @property
    def watched(self) -> bool:
        """Whether there is something to watch: the show is live, or its recording is watched."""
        return self.state == "live" or self.replayed

    def learn_show(self, line: bytes) -> None:
        """Take over who may enter, and whether the show is watched again, from a `show.changed`."""
        show = _changed.decode(line).show
        self.state, self.guests_allowed = show.state, show.guests_allowed
        self.replayed, self.joint = show.replay is not None, show.joint

    @property
    def partners(self) -> Collection[str]:
        """The channels that hold the show together with its own."""
        return () if self.joint is None else self.joint.channels

    @property
    def beside(self) -> str | None:
        """The show that this one is held in; None where people talk here."""
        return None if self.joint is None else self.joint.beside(self.show_id)

    @property
    def leading(self) -> bool:
        """Whether people talk here."""
        return self.beside is None

    def learn_line_up(self, line: bytes) -> None:
        """Take over what the show sells from a `line_up.changed`."""
        self.on_sale = frozenset(_products.decode(line).sold())

    @property
    def watching(self) -> int:
        """How many viewers watch here, each once, by however many connections."""
        return len(self._players)

    def play(self, viewer_id: str, *, playing: bool) -> None:
        """Note that one connection more of the viewer plays, or one less."""
        connections = self._players.get(viewer_id, 0) + (1 if playing else -1)
        if connections:
            self._players[viewer_id] = connections
        else:
            del self._players[viewer_id]

    def take_in(self, connection: Connection) -> None:
        """Take in a connection, whose viewer is known."""
        self.connections[connection] = None
        self._own[connection.viewer_id] = (*self.of_viewer(connection.viewer_id), connection)

    def let_go(self, connection: Connection) -> None:
        """Let go of a connection, whose viewer is still the one that came in by it."""
        del self.connections[connection]
        left = tuple(c for c in self.of_viewer(connection.viewer_id) if c is not connection)
        if left:
            self._own[connection.viewer_id] = left
        else:
            del self._own[connection.viewer_id]

    def of_viewer(self, viewer_id: str) -> tuple[Connection, ...]:
        """Return the connections by which a viewer is here."""
        return self._own.get(viewer_id, ())

    @property
    def lanes(self) -> Iterable[Lane]:
        """The lanes that have somebody in them."""
        return [lane for lane in self._lanes.values() if lane.writers]

    def lane_for(self, connection: Connection, *, pulse_only: bool = False) -> Lane:
        """Return the lane whose bytes this connection is to read."""
        own = (
            (Reading.PARTNER if connection.partner else Reading.STAFF) if connection.staff else Reading.VIEWER
        )
        reading = Reading.PULSE if pulse_only else own
        return self._lanes[reading, connection.encoding]

    def staff_names(self) -> set[str]:
        """Return the names of the staff who are in the room now."""
        lanes = (self._lanes[Reading.STAFF, encoding] for encoding in Encoding)
        return {reader.name for lane in lanes for reader in lane.writers}

    def preload(self, publications: Iterable[Publication]) -> None:
        """Fill the ring of a fresh room with the journal's tail up to `top`."""
        self._ring.extend(publications)

    def deliver(self, publications: Iterable[Publication]) -> list[Publication]:
        """Take publications from the bus, the journal or SQL, in any order and more than once.

        Returns those that are new and now in order; they wait in `pending` for the next round. What comes too early is kept aside.
        """
        fresh: list[Publication] = []
        for publication in publications:
            if publication.offset > self.top + 1:
                if len(self._early) < EARLY_MAX:
                    self._early[publication.offset] = publication
                continue
            # The one that is due is taken however many are kept aside: it is what they wait for.
            due = publication if publication.offset == self.top + 1 else None
            while due is not None:
                self.top += 1
                fresh.append(due)
                due = self._early.pop(self.top + 1, None)
        if any(publication.type in ERASED for publication in fresh):
            self._forget_what_was_told()
        self._ring.extend(fresh)
        self.pending.extend(fresh)
        return fresh

    def _forget_what_was_told(self) -> None:
        """Let go of lines and of the snapshot, in which a person's words may be: who comes back gets a snapshot that is read anew."""
        self._ring.clear()
        self._welcomes.clear()
        self.snapshot = None

    @property
    def gapped(self) -> bool:
        """Whether publications wait for one that is missing."""
        return bool(self._early)

    def take_round(self) -> tuple[list[Publication], bytes | None]:
        """Return what the next round sends, publications and a pulse line, and count it as sent."""
        pending, self.pending = self.pending, []
        self.sent = self.top
        self._welcomes.clear()
        return pending, self.pulse.take_line()

    def welcome(self, lane: Lane, beginning: bytes, offset: int, snapshot: bytes | None) -> bytes:
        """Return what one who joins reads: a line that begins with `beginning` and may hold a snapshot; what was sent since; the pulse.

        "Since" is after `offset`, which the room must reach (`reaches`).
        """
        key = (lane, offset, snapshot)
        rest = self._welcomes.get(key)
        if rest is None:
            end = b"}" if snapshot is None else b',"snapshot":%b}' % snapshot
            lines = lane.lines(self.sent_after(offset) or [], self.pulse.whole_line())
            rest = encode_rest(lane.encoding, end, lines)
            if len(self._welcomes) < WELCOMES_MAX:
                self._welcomes[key] = rest
        return encode_begun(lane.encoding, beginning, rest)

    def reaches(self, offset: int) -> bool:
        """Whether everything that was sent after `offset` is in the ring."""
        return offset >= self.sent or (bool(self._ring) and self._ring[0].offset <= offset + 1)

    def sent_after(self, offset: int) -> list[Publication] | None:
        """Return the publications with `offset < o <= sent`, or None when the ring does not reach back that far."""
        if not self.reaches(offset):
            return None
        if offset >= self.sent:
            return []
        first = offset + 1 - self._ring[0].offset
        return [self._ring[i] for i in range(first, first + self.sent - offset)]

    def tell_staff(self, line: bytes) -> None:
        """Write a line that has no position to staff at once; those who are slow or read the pulse alone do without."""
        for encoding in Encoding:
            lane = self._lanes[Reading.STAFF, encoding]
            frame = encode_lines(encoding, [(line, None)]) if lane.writers else b""
            for write in lane.writers.values():
                write(frame)

    def restart(self, epoch: str, top: int) -> None:
        """Begin anew after the journal was restored under another epoch; nobody's position is worth anything then."""
        self.epoch, self.top, self.sent = epoch, top, top
        for lane in self._lanes.values():
            lane.epoch = epoch
        self.snapshot = None
        self.pending = []
        self._ring.clear()
        self._early.clear()
        self._welcomes.clear()
