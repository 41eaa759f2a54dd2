"""How lines become bytes on a connection: as a WebSocket frame, plain or compressed, or as server-sent events."""

from collections.abc import Iterable, Sequence
from enum import Enum

from server.hub.frames import (
    PING_FRAME,
    close_frame,
    deflate,
    deflated_text_frame,
    deflated_text_frame_of,
    text_frame,
)
from server.protocol.codec import encode


class Encoding(Enum):
    """What a connection's peer reads."""

    FRAMES = "frames"
    DEFLATED_FRAMES = "deflated frames"
    EVENTS = "events"

    __hash__ = object.__hash__  # lanes are looked up by it at every join, and Enum's own is Python


Line = tuple[bytes, str | None]
"""A JSON object, and for a journal push the position that a stream of events names as its id."""


def encode_lines(encoding: Encoding, lines: Sequence[Line]) -> bytes:
    """Return `lines` as one frame, or as one event each."""
    if encoding is Encoding.EVENTS:
        return b"".join(_event(line) for line in lines)
    payload = b"\n".join([line for line, _ in lines])
    return deflated_text_frame(payload) if encoding is Encoding.DEFLATED_FRAMES else text_frame(payload)


def encode_rest(encoding: Encoding, end: bytes, lines: Sequence[Line]) -> bytes:
    """Return `end`, with which a first line ends, and `lines` after it, for `encode_begun`: made once, used for many."""
    if encoding is Encoding.EVENTS:
        return b"%b\n\n%b" % (end, encode_lines(encoding, lines))
    rest = b"\n".join([end, *(line for line, _ in lines)])
    return deflate(rest) if encoding is Encoding.DEFLATED_FRAMES else rest


def encode_begun(encoding: Encoding, beginning: bytes, rest: bytes) -> bytes:
    """Return lines as one frame, or as one event each: the first begins with `beginning`, and `rest` comes from `encode_rest`."""
    if encoding is Encoding.EVENTS:
        return b"data: %b%b" % (beginning, rest)
    if encoding is Encoding.DEFLATED_FRAMES:
        return deflated_text_frame_of(beginning, rest)
    return text_frame(beginning + rest)


def encode_close(encoding: Encoding, code: int, reason: str) -> bytes:
    """Return the last thing that a peer is told: a close frame, or an event named `close`."""
    if encoding is Encoding.EVENTS:
        return b"event: close\ndata: %b\n\n" % encode({"code": code, "reason": reason})
    return close_frame(code, reason)


def ping_of(encoding: Encoding) -> bytes:
    """Return what keeps a quiet connection alive: a ping, or a comment."""
    return b":\n\n" if encoding is Encoding.EVENTS else PING_FRAME


def position_id(epoch: str, offset: int) -> str:
    """Return a position as `Last-Event-ID` carries it."""
    return f"{epoch}:{offset}"


def _event(line: Line) -> bytes:
    data, id = line
    return b"data: %b\n\n" % data if id is None else b"id: %b\ndata: %b\n\n" % (id.encode(), data)


def plain(lines: Iterable[bytes]) -> list[Line]:
    """Return lines that have no position."""
    return [(line, None) for line in lines]
