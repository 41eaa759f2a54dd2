"""One socket of one viewer: who they are, which room and lane they are in, and the way to write to them."""

import math
from typing import TYPE_CHECKING, Protocol

from server.hub.encoding import Encoding, encode_close, encode_lines, ping_of, plain

if TYPE_CHECKING:
    from server.hub.crowd import Standing
    from server.hub.room import Lane, Room


class Transport(Protocol):
    """What a connection needs of asyncio's transports."""

    def write(self, data: bytes, /) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...
    def is_closing(self) -> bool: ...
    def get_write_buffer_size(self) -> int: ...


class Connection:
    """A socket past its handshake. Before `join` it has no viewer and no room."""

    __slots__ = (
        "__weakref__",
        "allowance",
        "allowance_at",
        "channel_id",
        "encoding",
        "expires_at",
        "guest",
        "heard_at",
        "host",
        "id",
        "in_flight",
        "lane",
        "leaving",
        "lost",
        "missed_after",
        "nonsense",
        "own_name",
        "playing",
        "refused",
        "role",
        "room",
        "sign_in_id",
        "slow_since",
        "staff",
        "standing",
        "transport",
        "viewer_id",
    )

    def __init__(
        self, id: str, transport: Transport, *, host: str, encoding: Encoding, allowance: float, now: float
    ) -> None:
        self.id = id
        self.transport = transport
        self.host = host
        self.encoding = encoding
        self.heard_at = now
        self.allowance = allowance
        self.allowance_at = now
        self.viewer_id = ""
        self.role = ""
        self.channel_id = ""
        self.own_name = ""
        self.guest = True
        self.staff = False
        self.sign_in_id = ""
        self.expires_at = math.inf
        """Of the token, in seconds since 1970; whoever has not joined has none."""
        self.standing: Standing | None = None
        """Of a guest; nobody else is doubted."""
        self.room: Room | None = None
        self.lane: Lane | None = None
        self.playing = False
        self.in_flight = 0
        self.leaving = False
        """It has been asked to go elsewhere; what it says now is not heard."""
        self.lost = False
        """It went without a word: nothing has been heard of it since `heard_at`."""
        self.nonsense = 0
        """Frames in a row that were no commands."""
        self.refused = 0
        """Commands in a row that were over the rate limit."""
        self.slow_since: float | None = None
        self.missed_after: int | None = None
        """Set while journal pushes pass this connection by: the last offset it was given."""

    @property
    def show_id(self) -> str:
        """The show that was joined, or an empty string."""
        return self.room.show_id if self.room else ""

    @property
    def name(self) -> str:
        """What this viewer is called in the room now: the own name, unless that has become a member of staff's."""
        if self.role != "viewer" or self.room is None:
            return self.own_name
        return self.room.names.shown(self.own_name, self.viewer_id)

    @property
    def counted(self) -> bool:
        """Whether this is one of the audience: the host's side and analysts are in no figure."""
        return self.role == "viewer"

    @property
    def joined(self) -> bool:
        """Whether `join` has succeeded."""
        return self.room is not None

    def play(self, now: float, *, playing: bool) -> None:
        """Note from when on the video plays and is seen, or no longer."""
        self.playing = playing
        if self.standing is not None:
            self.standing.play(now, playing=playing)

    def send(self, line: bytes) -> None:
        """Write one JSON object to this viewer alone."""
        self.transport.write(encode_lines(self.encoding, plain([line])))

    def ping(self) -> None:
        """Write what shows that the connection is alive."""
        self.transport.write(ping_of(self.encoding))

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye and close; use `abort` for a peer that does not read."""
        if not self.transport.is_closing():
            self.transport.write(encode_close(self.encoding, code, reason))
            self.transport.close()

    def abort(self) -> None:
        """Drop the socket and all that is buffered for it, at once, since its peer is not heard, or does not read."""
        self.lost = True
        self.transport.abort()
