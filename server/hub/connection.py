"""One socket of one viewer: who they are, which room and lane they are in, and the way to write to them."""

import asyncio
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from server.browsers import Device
from server.hub.called import Called
from server.hub.encoding import Encoding, encode_close, encode_lines, ping_of, plain
from server.hub.lane import Lane

if TYPE_CHECKING:
    from server.hosts import Origin
    from server.hub.crowd import Standing

LINGER_SECONDS_MAX = 2.0
"""How long a peer that goes on sending is let to read why nobody hears it any more."""


class Transport(Protocol):
    """What a connection needs of asyncio's transports."""

    def write(self, data: bytes, /) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...
    def is_closing(self) -> bool: ...
    def get_write_buffer_size(self) -> int: ...


class Place(Protocol):
    """What a connection knows of the room that it is in; the room itself is the hub's (`Hub.room_of`)."""

    @property
    def show_id(self) -> str: ...
    @property
    def called(self) -> Called: ...
    @property
    def beside(self) -> str | None: ...


class Connection:
    """A socket past its handshake. Before `join` it has no viewer and no room."""

    __slots__ = (
        "__weakref__",
        "allowance",
        "allowance_at",
        "channel_id",
        "closed",
        "device",
        "device_id",
        "encoding",
        "ending",
        "excess_until",
        "expires_at",
        "guest",
        "heard_at",
        "home",
        "host",
        "id",
        "in_flight",
        "joins",
        "lane",
        "leaving",
        "lost",
        "missed_after",
        "nonsense",
        "own_name",
        "page",
        "playing",
        "role",
        "room",
        "sign_in_id",
        "silence",
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
        self.page: Origin | None = None
        """Where the page is from that opened it, if only channels let such pages in."""
        self.device: Device | None = None
        self.device_id = ""
        """What the page calls the device, if it does."""
        self.viewer_id = ""
        self.role = ""
        self.channel_id = ""
        self.own_name = ""
        self.guest = True
        self.staff = False
        self.home: str | None = None
        """The channel whose token it was, where that is another one, which holds the show too."""
        self.sign_in_id = ""
        self.expires_at = math.inf
        """Of the token, in seconds since 1970; whoever has not joined has none."""
        self.standing: Standing | None = None
        """Of a guest; nobody else is doubted."""
        self.room: Place | None = None
        self.lane: Lane | None = None
        self.playing = False
        self.in_flight = 0
        self.joins = 0
        """How often a `join` was tried."""
        self.leaving = False
        """It has been asked to go elsewhere; what it says now is not heard."""
        self.lost = False
        """It went without a word: nothing has been heard of it for as long as `silent_for` says."""
        self.closed = False
        """The last word has been said: nothing more is heard, and nothing written."""
        self.ending = False
        """It was seen closing once; a peer that takes nothing would keep it so for ever."""
        self.silence: Callable[[], float] | None = None
        """Of a stream, which says nothing: for how many seconds its peer has acknowledged nothing."""
        self.nonsense = 0
        """Lines that were no commands, less those that were."""
        self.excess_until = 0.0
        """The loop's time at which all lines above the rate limit have run off."""
        self.slow_since: float | None = None
        self.missed_after: int | None = None
        """Set while journal pushes pass this connection by: the last offset it was given."""

    @property
    def show_id(self) -> str:
        """The show that was joined, or an empty string."""
        return self.room.show_id if self.room else ""

    @property
    def name(self) -> str:
        """What this viewer is called in the room now: the own name, unless that has become one that they may not have there."""
        if self.role != "viewer" or self.room is None:
            return self.own_name
        return self.room.called.shown(self.own_name, self.viewer_id)

    @property
    def own_channel(self) -> str:
        """The channel whose token it was."""
        return self.home or self.channel_id

    @property
    def partner(self) -> bool:
        """Whether this is staff of another channel, which holds the show together with its own."""
        return self.home is not None and self.staff

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

    def silent_for(self, now: float) -> float:
        """Return for how many seconds the peer has not been heard at the loop's time `now`."""
        return now - self.heard_at if self.silence is None else self.silence()

    def send(self, line: bytes) -> None:
        """Write one JSON object to this viewer alone."""
        self.transport.write(encode_lines(self.encoding, plain([line])))

    def ping(self) -> None:
        """Write what shows that the connection is alive."""
        self.transport.write(ping_of(self.encoding))

    @property
    def is_ending(self) -> bool:
        """Whether it makes no sense to write any more."""
        return self.closed or self.transport.is_closing()

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye and close; use `abort` for a peer that does not read."""
        if self._say_goodbye(code, reason):
            self.transport.close()

    def turn_away(self, code: int, reason: str) -> None:
        """Say goodbye to a peer that goes on sending. Closed at once, it would get a reset, which may take our last words from it."""
        if self._say_goodbye(code, reason):
            asyncio.get_running_loop().call_later(LINGER_SECONDS_MAX, self.transport.abort)

    def _say_goodbye(self, code: int, reason: str) -> bool:
        """Write the last word, and return whether it was for us to say."""
        if self.is_ending:
            return False
        self.closed = True
        self.transport.write(encode_close(self.encoding, code, reason))
        return True

    def abort(self) -> None:
        """Drop the socket and all that is buffered for it, at once, since its peer is not heard, or does not read."""
        self.lost = True
        self.transport.abort()
