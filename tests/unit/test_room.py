"""A room: publications in whatever order they come, the ring, what was sent after a position, and the lanes."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.hub import room as room_module
from server.hub.encoding import Encoding
from server.hub.lane import Lane, Reading
from server.hub.room import Room
from server.protocol.publication import Publication

TOP = 10
RING = 20


def publication(offset: int) -> Publication:
    return Publication(offset, "announce", b'{"offset":%d}' % offset)


def offsets(publications: list[Publication]) -> list[int]:
    return [p.offset for p in publications]


def fresh_room() -> Room:
    """A room as the journal opens it: its ring holds the tail up to its top."""
    room = Room("show", "channel", "k1", TOP, guests_allowed=True, state="live", ring_length=RING)
    room.preload([publication(offset) for offset in range(1, TOP + 1)])
    return room


@given(st.permutations(range(TOP + 1, TOP + 16)), st.data())
def test_publications_go_out_once_and_in_order_however_they_come(
    order: list[int], data: st.DataObject
) -> None:
    room, sent = fresh_room(), list[int]()
    for offset in order:
        again = data.draw(st.sampled_from(order))
        portion = [publication(offset), publication(again), publication(TOP)]
        sent += offsets(room.deliver(portion))
        assert sent == list(range(TOP + 1, room.top + 1))
    assert sent == sorted(order)
    assert not room.gapped
    assert offsets(room.take_round()[0]) == sent


def test_a_hole_holds_back_what_comes_after_it_until_it_is_filled() -> None:
    room = fresh_room()
    assert room.deliver([publication(12), publication(13)]) == []
    assert room.gapped
    assert offsets(room.deliver([publication(11)])) == [11, 12, 13]
    assert not room.gapped


def test_what_is_early_is_bounded_and_never_bars_what_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_module, "EARLY_MAX", 5)
    room = fresh_room()
    assert room.deliver([publication(offset) for offset in range(20, 40)]) == []
    assert len(room._early) == 5
    tail = [publication(offset) for offset in range(TOP + 1, 41)]
    assert offsets(room.deliver(tail)) == list(range(TOP + 1, 41))
    assert not room.gapped


@given(st.integers(0, 40), st.integers(0, 60), st.integers(0, 40))
def test_what_was_sent_after_a_position_is_whole_or_not_known(sent: int, after: int, pending: int) -> None:
    room = fresh_room()
    room.deliver([publication(TOP + n) for n in range(1, sent + 1)])
    room.take_round()
    room.deliver([publication(TOP + sent + n) for n in range(1, pending + 1)])
    found = room.sent_after(after)
    wanted = list(range(after + 1, TOP + sent + 1))
    kept_from = max(1, TOP + sent + pending - RING + 1)
    if wanted and wanted[0] < kept_from:
        assert found is None
    else:
        assert found is not None
        assert offsets(found) == wanted


def test_an_empty_ring_knows_of_nothing_but_the_newest_position() -> None:
    room = Room("show", "channel", "k1", TOP, guests_allowed=True, state="live", ring_length=RING)
    assert room.sent_after(TOP) == []
    assert room.sent_after(TOP - 1) is None


def test_a_round_takes_what_is_pending_and_counts_it_as_sent() -> None:
    room = fresh_room()
    room.deliver([publication(11), publication(12)])
    assert room.sent == TOP
    assert offsets(room.take_round()[0]) == [11, 12]
    assert (room.sent, room.take_round()) == (12, ([], None))


def test_after_a_restored_journal_nothing_old_is_left() -> None:
    room = fresh_room()
    room.deliver([publication(11), publication(13)])
    room.restart("k2", 3)
    assert (room.epoch, room.top, room.sent, room.pending, room.gapped) == ("k2", 3, 3, [], False)
    assert room.sent_after(2) is None
    assert {lane.epoch for lane in room._lanes.values()} == {"k2"}
    assert offsets(room.deliver([publication(4)])) == [4]


SECRET = Publication(11, "question.dismissed", b'{"v":1}', b'{"s":1}')


@pytest.mark.parametrize(
    ("reading", "encoding", "bytes_read"),
    [
        (Reading.VIEWER, Encoding.FRAMES, b'\x81\x0f{"v":1}\n{"p":1}'),
        (Reading.STAFF, Encoding.FRAMES, b'\x81\x0f{"s":1}\n{"p":1}'),
        (Reading.PULSE, Encoding.FRAMES, b'\x81\x07{"p":1}'),
        (Reading.VIEWER, Encoding.DEFLATED_FRAMES, b'\x81\x0f{"v":1}\n{"p":1}'),
        (Reading.VIEWER, Encoding.EVENTS, b'id: k1:11\ndata: {"v":1}\n\ndata: {"p":1}\n\n'),
    ],
)
def test_each_lane_reads_its_own_lines(reading: Reading, encoding: Encoding, bytes_read: bytes) -> None:
    assert Lane(reading, encoding, "k1").encode([SECRET], b'{"p":1}') == bytes_read


def test_a_lane_with_nothing_to_read_gets_no_frame() -> None:
    assert Lane(Reading.PULSE, Encoding.FRAMES, "k1").encode([SECRET], None) is None
    assert Lane(Reading.VIEWER, Encoding.FRAMES, "k1").encode([], None) is None


def inflated(frame: bytes) -> bytes:
    """The payload of a compressed frame of under 126 bytes."""
    assert frame[0] == 0xC1
    return zlib.decompressobj(-15).decompress(frame[2:] + b"\x00\x00\xff\xff")


def test_whoever_joins_reads_joined_then_what_was_sent_since_then_the_pulse() -> None:
    room = fresh_room()
    lines = b'{"offset":9}\n{"offset":10}\n{"type":"pulse","reactions":{},"viewers":0,"degraded":false}'
    read = b'{"j":1,"snapshot":{"s":1}}\n' + lines
    for reading, encoding in ((Reading.VIEWER, Encoding.FRAMES), (Reading.STAFF, Encoding.FRAMES)):
        frame = room.welcome(Lane(reading, encoding, "k1"), b'{"j":1', 8, b'{"s":1}')
        assert frame == bytes((0x81, len(read))) + read
    packed = room.welcome(Lane(Reading.VIEWER, Encoding.DEFLATED_FRAMES, "k1"), b'{"j":1', 8, b'{"s":1}')
    assert inflated(packed) == read
    events = room.welcome(Lane(Reading.VIEWER, Encoding.EVENTS, "k1"), b'{"j":1', 9, None)
    assert events.split(b"\n\n")[:2] == [b'data: {"j":1}', b'id: k1:10\ndata: {"offset":10}']


def test_what_follows_a_beginning_is_made_once_until_the_room_moves_on() -> None:
    room, lane = fresh_room(), Lane(Reading.PULSE, Encoding.FRAMES, "k1")
    before = room.welcome(lane, b'{"j":1', TOP, None)
    room.pulse.learn({"heart": 3}, 1)
    assert room.welcome(lane, b'{"j":1', TOP, None) == before, "the round that is due tells the newcomer too"
    room.take_round()
    assert b'"heart":3' in room.welcome(lane, b'{"j":1', TOP, None)
