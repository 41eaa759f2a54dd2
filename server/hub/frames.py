"""WebSocket frames of the server's side, pure (RFC 6455 and 7692): a reader that is fed bytes, and writers that return bytes.

The reader keeps four slots per connection and reads a small command in half a microsecond; that is why it is ours and not the
websockets library's (docs/decisions/0009). Its unmasking is that library's.
"""

import zlib
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import lru_cache
from typing import Final

from websockets.speedups import apply_mask

MESSAGE_BYTES_MAX: Final = 16 * 1024
REASON_BYTES_MAX: Final = 123
DEFLATE_OVER_BYTES: Final = 256
"""Shorter payloads are sent plain: deflate would not pay."""
DEFLATE_WINDOW_BITS: Final = 12
"""4 KiB: a round is seldom longer, and a peer with little memory can be content with it."""
_DEFLATE_TAIL: Final = b"\x00\x00\xff\xff"
_CLOSE_CODES_KNOWN: Final = frozenset(
    {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014}
)


class Opcode(IntEnum):
    """What a frame is (RFC 6455, section 5.2)."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


_TEXT, _BINARY = int(Opcode.TEXT), int(Opcode.BINARY)
_KNOWN = frozenset(int(opcode) for opcode in Opcode)
Message = tuple[int, bytes]
"""An opcode (never CONTINUATION) and the whole payload."""


class FrameError(Exception):
    """The peer broke the protocol; the connection is to be closed with `code`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Reader:
    """Feed bytes, take messages. After a `FrameError` the reader must not be fed again."""

    __slots__ = ("_first", "_message", "_need", "_rest", "bytes_max", "deflate")

    def __init__(self, *, deflate: bool = False, bytes_max: int = MESSAGE_BYTES_MAX) -> None:
        self.deflate = deflate
        self.bytes_max = bytes_max
        self._rest: bytearray | None = None
        self._need = 0
        """Bytes that `_rest` must reach before it is worth looking at again: a long frame in small pieces costs no more."""
        self._message: bytearray | None = None
        """What has come of a fragmented message."""
        self._first = 0

    def feed(self, data: bytes) -> Iterable[Message]:
        """Return the messages that `data` completes, in order; control messages may stand between.

        They are read, and decompressed, one by one as they are asked for: whoever has heard enough stops, and feeds no more. Else all
        must be asked for before the next data is fed. Raises FrameError, here or in their place: 1002 for a broken frame, 1007 for
        text that is not UTF-8, 1009 for a message over the limit.
        """
        length = len(data) - 6
        if (
            0 < length < 126
            and data[0] == 0x81
            and data[1] == 0x80 | length
            and self._rest is self._message is None
        ):
            # Nearly all that comes is one short text frame alone.
            payload = apply_mask(data[6:], data[2:6])
            if not payload.isascii():
                _check_utf8(payload)
            return ((_TEXT, payload),)
        if self._rest is not None:
            self._rest += data
            if len(self._rest) < self._need:
                return ()
            data = bytes(self._rest)
        return self._read(data)

    def _read(self, data: bytes) -> Iterator[Message]:
        """Yield the messages in `data`, and keep what is left of it."""
        start, end, need = 0, len(data), 2
        while end - start >= 2:
            first, second = data[start], data[start + 1]
            if not second & 0x80:
                raise FrameError(1002, "a client's frame must be masked")
            length, head = second & 0x7F, start + 2
            if length >= 126:
                wide = 2 if length == 126 else 8
                if end < head + wide:
                    need = 2 + wide
                    break
                length = _read_length(data, head, wide)
                head += wide
            self._check(first, length)
            stop = head + 4 + length
            if end < stop:
                need = stop - start
                break
            payload = apply_mask(data[head + 4 : stop], data[head : head + 4]) if length else b""
            start, need = stop, 2
            message = self._take(first, payload)
            if message is not None:
                yield message
        self._rest, self._need = (bytearray(data[start:]), need) if start < end else (None, 0)

    def _check(self, first: int, length: int) -> None:
        """Refuse a frame by its head alone, before its payload has arrived."""
        opcode = first & 0x0F
        reserved = first & 0x70
        if reserved and not (reserved == 0x40 and self.deflate and opcode in {_TEXT, _BINARY}):
            raise FrameError(1002, "reserved bits are set")
        if opcode not in _KNOWN:
            raise FrameError(1002, "unknown opcode")
        if opcode >= Opcode.CLOSE:
            if not first & 0x80:
                raise FrameError(1002, "a control frame must not be fragmented")
            if length > 125:
                raise FrameError(1002, "a control frame is too long")
            return
        if opcode == 0 and self._message is None:
            raise FrameError(1002, "a continuation of nothing")
        if opcode != 0 and self._message is not None:
            raise FrameError(1002, "a new message inside a fragmented one")
        if length + len(self._message or b"") > self.bytes_max:
            raise FrameError(1009, "a message is too long")

    def _take(self, first: int, payload: bytes) -> Message | None:
        """Return the message that this frame completes, or None."""
        opcode = first & 0x0F
        if opcode >= Opcode.CLOSE:
            return opcode, payload
        if not first & 0x80:
            if self._message is None:
                self._message, self._first = bytearray(payload), first
            else:
                self._message += payload
            return None
        if self._message is not None:
            payload = bytes(self._message + payload)
            first, self._message = self._first, None
        if first & 0x40:
            payload = _inflate(payload, self.bytes_max)
        opcode = first & 0x0F
        if opcode == _TEXT and not payload.isascii():
            _check_utf8(payload)
        return opcode, payload


def _read_length(data: bytes, head: int, wide: int) -> int:
    length = int.from_bytes(data[head : head + wide], "big")
    if length < (126 if wide == 2 else 65_536) or length >= 2**63:
        raise FrameError(1002, "a length is not written in its shortest form")
    return length


def _check_utf8(payload: bytes) -> None:
    try:
        payload.decode()
    except UnicodeDecodeError:
        raise FrameError(1007, "text is not UTF-8") from None


def _inflate(payload: bytes, bytes_max: int) -> bytes:
    inflater = zlib.decompressobj(-15)
    try:
        plain = inflater.decompress(payload + _DEFLATE_TAIL, bytes_max + 1)
    except zlib.error:
        raise FrameError(1002, "compressed data is broken") from None
    if len(plain) > bytes_max:
        raise FrameError(1009, "a message is too long")
    return plain


def _frame(first: int, payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        return bytes((first, length)) + payload
    if length < 65_536:
        return bytes((first, 126)) + length.to_bytes(2, "big") + payload
    return bytes((first, 127)) + length.to_bytes(8, "big") + payload


def text_frame(payload: bytes) -> bytes:
    """Return one unmasked text frame."""
    return _frame(0x81, payload)


def binary_frame(payload: bytes) -> bytes:
    """Return one unmasked binary frame."""
    return _frame(0x82, payload)


def deflate(payload: bytes) -> bytes:
    """Return `payload` as a message's compressed end; no context is kept from message to message."""
    deflater = zlib.compressobj(1, zlib.DEFLATED, -DEFLATE_WINDOW_BITS, 5)
    packed = deflater.compress(payload) + deflater.flush(zlib.Z_SYNC_FLUSH)
    return packed.removesuffix(_DEFLATE_TAIL)


def deflated_frame(opcode: int, payload: bytes) -> bytes:
    """Return one frame compressed by itself."""
    return _frame(0xC0 | opcode, deflate(payload))


def deflated_text_frame_of(beginning: bytes, packed: bytes) -> bytes:
    """Return one compressed text frame: `beginning`, under 64 KiB, in a stored block (RFC 1951, 3.2.4), then what `deflate` made."""
    length = len(beginning)
    stored = b"\x00%b%b%b" % (
        length.to_bytes(2, "little"),
        (length ^ 0xFFFF).to_bytes(2, "little"),
        beginning,
    )
    return _frame(0xC0 | _TEXT, stored + packed)


def deflated_text_frame(payload: bytes) -> bytes:
    """Return a compressed text frame, or a plain one for a payload too short to gain by it."""
    return deflated_frame(_TEXT, payload) if len(payload) > DEFLATE_OVER_BYTES else text_frame(payload)


def pong_frame(payload: bytes) -> bytes:
    """Return the answer to a ping: the same payload."""
    return _frame(0x8A, payload)


PING_FRAME: Final = b"\x89\x00"


@lru_cache(maxsize=64)
def close_frame(code: int, reason: str = "") -> bytes:
    """Return a close frame; a reason over 123 bytes is cut."""
    text = reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore").encode()
    return _frame(0x88, code.to_bytes(2, "big") + text)


def answer_to_close(payload: bytes) -> bytes:
    """Return the frame that answers a peer's close frame; raises FrameError when that one is malformed."""
    if not payload:
        return close_frame(1000)
    if len(payload) == 1:
        raise FrameError(1002, "a close code has two bytes")
    code = int.from_bytes(payload[:2], "big")
    if code not in _CLOSE_CODES_KNOWN and not 3000 <= code < 5000:
        raise FrameError(1002, "not a close code")
    _check_utf8(payload[2:])
    return close_frame(code)
