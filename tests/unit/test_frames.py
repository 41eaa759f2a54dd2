"""The frame reader under whatever bytes in whatever portions, with the websockets library as the other side."""

import os
import zlib
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ProtocolError
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Close, Frame
from websockets.frames import Opcode as TheirOpcode
from websockets.streams import StreamReader

from server.hub.frames import (
    DEFLATE_OVER_BYTES,
    MESSAGE_BYTES_MAX,
    PING_FRAME,
    FrameError,
    Message,
    Opcode,
    Reader,
    answer_to_close,
    binary_frame,
    close_frame,
    deflated_frame,
    deflated_text_frame,
    pong_frame,
    text_frame,
)

CODES = {1002, 1007, 1009}


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as a client sends it: in so many fragments, compressed or not, with a control frame after the first fragment."""

    opcode: int
    payload: bytes
    cuts: tuple[int, ...] = ()
    compressed: bool = False
    between: tuple[int, bytes] | None = None

    @property
    def parts(self) -> list[bytes]:
        edges = [0, *sorted(cut % (len(self.payload) + 1) for cut in self.cuts), len(self.payload)]
        return [self.payload[a:b] for a, b in pairwise(edges)]

    @property
    def messages(self) -> list[Message]:
        """What the reader must make of it."""
        whole = (self.opcode, self.payload)
        return [self.between, whole] if self.between and len(self.parts) > 1 else [whole]


def deflate() -> PerMessageDeflate:
    """The library's client side of what the server agrees to."""
    return PerMessageDeflate(
        remote_no_context_takeover=True,
        local_no_context_takeover=True,
        remote_max_window_bits=12,
        local_max_window_bits=15,
    )


def as_bytes(messages: Iterable[Sent]) -> bytes:
    """The messages as the websockets library's client writes them, each frame under a mask of its own."""
    written = bytearray()
    for sent in messages:
        extensions = [deflate()] if sent.compressed else []
        parts = sent.parts
        for index, part in enumerate(parts):
            opcode = TheirOpcode(sent.opcode) if index == 0 else TheirOpcode.CONT
            frame = Frame(opcode, part, fin=index == len(parts) - 1)
            written += frame.serialize(mask=True, extensions=extensions)
            if index == 0 and sent.between and len(parts) > 1:
                written += Frame(TheirOpcode(sent.between[0]), sent.between[1]).serialize(mask=True)
    return bytes(written)


def portions(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def read(chunks: Iterable[bytes], *, compressed: bool = True) -> tuple[list[Message], int | None]:
    """Feed all chunks; return the messages, and the closing code if the peer broke the protocol."""
    reader, messages = Reader(deflate=compressed), list[Message]()
    for chunk in chunks:
        try:
            messages += reader.feed(chunk)
        except FrameError as error:
            return messages, error.code
    return messages, None


controls = st.tuples(st.sampled_from([int(Opcode.PING), int(Opcode.PONG)]), st.binary(max_size=125))
texts = st.text(max_size=400).map(str.encode)
long_texts = st.builds(
    lambda word, n: (word * n).encode(), st.text(min_size=1, max_size=8), st.integers(1, 500)
)
data_messages = st.builds(
    Sent,
    st.just(int(Opcode.TEXT)),
    st.one_of(texts, long_texts),
    st.lists(st.integers(0, 5000), max_size=4).map(tuple),
    st.booleans(),
    st.none() | controls,
) | st.builds(
    Sent,
    st.just(int(Opcode.BINARY)),
    st.binary(max_size=2000),
    st.lists(st.integers(0, 2000), max_size=4).map(tuple),
    st.booleans(),
    st.none() | controls,
)
control_messages = controls.map(lambda control: Sent(*control))
streams = st.lists(st.one_of(data_messages, control_messages), max_size=6)
cut_lists = st.lists(st.integers(0, 100_000), max_size=12)


@given(streams, cut_lists)
def test_what_the_librarys_client_writes_is_read_as_it_was_sent(
    messages: list[Sent], cuts: list[int]
) -> None:
    expected = [message for sent in messages for message in sent.messages]
    assert read(portions(as_bytes(messages), cuts)) == (expected, None)


@given(streams)
def test_byte_by_byte_is_the_same_as_all_at_once(messages: list[Sent]) -> None:
    data = as_bytes(messages)[:3000]
    assert read(data[i : i + 1] for i in range(len(data))) == read([data])


@given(st.binary(max_size=300), cut_lists, st.booleans())
def test_arbitrary_bytes_end_in_messages_or_in_a_frame_error(
    data: bytes, cuts: list[int], compressed: bool
) -> None:
    whole, code = read([data], compressed=compressed)
    split, split_code = read(portions(data, cuts), compressed=compressed)
    assert split_code == code
    assert code in CODES | {None}
    # All at once, what came before the broken frame goes with it.
    assert whole == split, "what came before the damage is read"


@given(
    streams,
    st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), min_size=1, max_size=3),
    cut_lists,
)
def test_damaged_streams_end_the_same_way_however_they_are_cut(
    messages: list[Sent], damages: list[tuple[int, int]], cuts: list[int]
) -> None:
    data = bytearray(as_bytes([Sent(int(Opcode.TEXT), b"first"), *messages]))
    for place, value in damages:
        data[place % len(data)] = value
    whole, code = read([bytes(data)])
    split, split_code = read(portions(bytes(data), cuts))
    assert split_code == code
    assert code in CODES | {None}
    assert whole == split, "what came before the damage is read"


@given(st.integers(0, 15), st.booleans(), st.integers(0, 7), st.booleans(), st.binary(max_size=10))
def test_every_first_two_bytes_are_answered(
    opcode: int, fin: bool, reserved: int, masked: bool, payload: bytes
) -> None:
    frame = bytes((fin << 7 | reserved << 4 | opcode, masked << 7 | len(payload))) + bytes(4) + payload
    messages, code = read([frame], compressed=False)
    allowed = masked and not reserved and opcode in set(Opcode) - {0} and (fin or opcode < 8)
    if not allowed:
        assert code == 1002
    elif code is None:
        assert messages == ([(opcode, payload)] if fin else [])
    else:
        assert (code, opcode) == (1007, int(Opcode.TEXT))


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x05hello", 1002),  # not masked
        (b"\x80\x80\0\0\0\0", 1002),  # a continuation of nothing
        (b"\x01\x81\0\0\0\0a\x81\x81\0\0\0\0b", 1002),  # a message inside a fragmented one
        (b"\x89\xfe\x00\x7e" + bytes(4), 1002),  # a ping of 126 bytes
        (b"\x81\xfe\x00\x7d" + bytes(4), 1002),  # 125 bytes, written as if they were more
        (b"\x81\xff" + (65_535).to_bytes(8, "big"), 1002),
        (b"\x81\xff" + (2**63).to_bytes(8, "big"), 1002),
        (b"\x81\xff" + (2**40).to_bytes(8, "big"), 1009),  # refused by its head, before its payload
        (b"\xc1\x81\0\0\0\0\xff", 1002),  # broken compressed data
        (b"\x81\x82\0\0\0\0\xc3\x28", 1007),
        (b"\x01\x81\0\0\0\0\xc3\x80\x81\0\0\0\0\x28", 1007),  # broken over two fragments
    ],
)
def test_what_the_rfc_forbids_has_its_code(frame: bytes, code: int) -> None:
    assert read([frame]) == ([], code)


def test_a_character_may_lie_in_two_fragments() -> None:
    sent = Sent(int(Opcode.TEXT), "é".encode(), (1,))
    assert read([as_bytes([sent])]) == ([(Opcode.TEXT, "é".encode())], None)


@pytest.mark.parametrize("compressed", [False, True])
def test_the_limit_is_of_the_whole_message(compressed: bool) -> None:
    fits = Sent(int(Opcode.TEXT), b"a" * MESSAGE_BYTES_MAX, (1000, 9000), compressed)
    over = Sent(int(Opcode.TEXT), b"a" * (MESSAGE_BYTES_MAX + 1), (1000, 9000), compressed)
    assert read([as_bytes([fits])]) == (fits.messages, None)
    assert read([as_bytes([over])])[1] == 1009


def test_a_small_frame_that_becomes_enormous_is_refused() -> None:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = deflater.compress(bytes(10_000_000)) + deflater.flush(zlib.Z_SYNC_FLUSH)
    payload = bomb[:-4]
    assert len(payload) < MESSAGE_BYTES_MAX
    frame = b"\xc2\xfe" + len(payload).to_bytes(2, "big") + bytes(4) + payload
    assert read([frame])[1] == 1009


def test_a_long_frame_in_small_pieces_is_put_together_once() -> None:
    payload = os.urandom(MESSAGE_BYTES_MAX)
    data = as_bytes([Sent(int(Opcode.BINARY), payload)])
    assert read(data[i : i + 7] for i in range(0, len(data), 7)) == ([(Opcode.BINARY, payload)], None)


def their_frame(data: bytes) -> Frame:
    """One frame of ours as the library's client reads it."""
    reader = StreamReader()
    reader.feed_data(data)
    parsing: Generator[None, None, Any] = Frame.parse(
        reader.read_exact, mask=False, max_size=1 << 20, extensions=[deflate()]
    )
    with pytest.raises(StopIteration) as done:
        next(parsing)
    assert not reader.buffer, "one frame and nothing behind it"
    frame: Frame = done.value.value
    return frame


@settings(max_examples=50)
@given(st.one_of(texts, long_texts, st.integers(0, 70_000).map(lambda n: b"a" * n)))
def test_our_frames_are_read_by_the_librarys_client(payload: bytes) -> None:
    for frame in (text_frame(payload), deflated_text_frame(payload), deflated_frame(Opcode.TEXT, payload)):
        read_back = their_frame(frame)
        assert (read_back.opcode, bytes(read_back.data), read_back.fin) == (TheirOpcode.TEXT, payload, True)
    assert their_frame(binary_frame(payload)).opcode is TheirOpcode.BINARY


@given(st.binary(max_size=125))
def test_our_control_frames_are_read_by_the_librarys_client(payload: bytes) -> None:
    pong = their_frame(pong_frame(payload))
    assert (pong.opcode, bytes(pong.data)) == (TheirOpcode.PONG, payload)
    assert their_frame(PING_FRAME).opcode is TheirOpcode.PING


@given(st.sampled_from([1000, 1001, 4400, 4429]), st.text(max_size=200))
def test_a_close_frame_says_its_code_and_as_much_of_the_reason_as_fits(code: int, reason: str) -> None:
    reason = reason.encode(errors="ignore").decode()
    close = Close.parse(bytes(their_frame(close_frame(code, reason)).data))
    assert close.code == code
    assert reason.startswith(close.reason)
    assert close.reason == reason or len(close.reason.encode()) > 119


@given(
    st.one_of(
        st.binary(min_size=1, max_size=125),
        st.builds(
            lambda code, text: code.to_bytes(2, "big") + text, st.integers(990, 5010), st.binary(max_size=20)
        ),
    )
)
def test_a_close_is_answered_unless_the_library_too_calls_it_broken(payload: bytes) -> None:
    try:
        Close.parse(payload).check()
        answered = True
    except (ProtocolError, UnicodeDecodeError):
        answered = False
    if answered:
        assert their_frame(answer_to_close(payload)).opcode is TheirOpcode.CLOSE
    else:
        with pytest.raises(FrameError):
            answer_to_close(payload)


def test_a_close_without_a_code_is_answered() -> None:
    assert Close.parse(bytes(their_frame(answer_to_close(b"")).data)).code == 1000


@pytest.mark.parametrize("size", [DEFLATE_OVER_BYTES, DEFLATE_OVER_BYTES + 1])
def test_short_payloads_are_sent_plain(size: int) -> None:
    compressed = bool(deflated_text_frame(b"a" * size)[0] & 0x40)
    assert compressed == (size > DEFLATE_OVER_BYTES)


def test_what_is_compressed_needs_no_more_than_the_window_that_was_agreed() -> None:
    payload = os.urandom(5000) * 2
    frame = deflated_frame(Opcode.BINARY, payload)
    packed = frame[4:] if frame[1] == 126 else frame[10:]
    assert zlib.decompressobj(-12).decompress(packed + b"\x00\x00\xff\xff") == payload
