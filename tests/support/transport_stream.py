"""Moves an MPEG transport stream on in time: its clock references, its timestamps and its continuity counters."""

PACKET_BYTES = 188
SYNC = 0x47
TICKS_A_SECOND = 90_000
TICKS_MAX = 1 << 33
VIDEO_STREAMS = range(0xC0, 0xF0)


def move_on(stream: bytes, *, seconds: int, packets_before: int) -> bytes:
    """Return `stream` `seconds` later. `packets_before` is how many such streams went before: counters go on where they ended."""
    moved = bytearray(stream)
    counts: dict[int, int] = {}
    for start in range(0, len(moved), PACKET_BYTES):
        pid = _pid(moved, start)
        counts[pid] = counts.get(pid, 0) + bool(moved[start + 3] & 0x10)
    seen: dict[int, int] = {}
    for start in range(0, len(moved), PACKET_BYTES):
        assert moved[start] == SYNC, "a transport stream"
        pid = _pid(moved, start)
        _move_packet(moved, start, seconds * TICKS_A_SECOND)
        number = packets_before * counts[pid] + seen.get(pid, 0)
        moved[start + 3] = moved[start + 3] & 0xF0 | number % 16
        seen[pid] = seen.get(pid, 0) + bool(moved[start + 3] & 0x10)
    return bytes(moved)


def _pid(stream: bytearray, start: int) -> int:
    return (stream[start + 1] & 0x1F) << 8 | stream[start + 2]


def _move_packet(stream: bytearray, start: int, ticks: int) -> None:
    begins, adapted, carries = (
        stream[start + 1] & 0x40,
        stream[start + 3] & 0x20,
        stream[start + 3] & 0x10,
    )
    payload = start + 4
    if adapted:
        length = stream[payload]
        if length and stream[payload + 1] & 0x10:
            _move_clock(stream, payload + 2, ticks)
        payload += 1 + length
    if (
        begins
        and carries
        and stream[payload : payload + 3] == b"\0\0\1"
        and stream[payload + 3] in VIDEO_STREAMS
    ):
        flags = stream[payload + 7]
        if flags & 0x80:
            _move_stamp(stream, payload + 9, ticks)
        if flags & 0x40:
            _move_stamp(stream, payload + 14, ticks)


def _move_clock(stream: bytearray, at: int, ticks: int) -> None:
    """A program clock reference: 33 bits of 90 kHz at the front of 6 bytes."""
    value = int.from_bytes(stream[at : at + 6])
    base = ((value >> 15) + ticks) % TICKS_MAX
    stream[at : at + 6] = (base << 15 | value & 0x7FFF).to_bytes(6)


def _move_stamp(stream: bytearray, at: int, ticks: int) -> None:
    """A presentation or decoding timestamp: 33 bits over 5 bytes, with a marker after each part."""
    b = stream[at : at + 5]
    value = (b[0] >> 1 & 7) << 30 | b[1] << 22 | (b[2] >> 1) << 15 | b[3] << 7 | b[4] >> 1
    value = (value + ticks) % TICKS_MAX
    stream[at : at + 5] = bytes(
        (
            b[0] & 0xF0 | (value >> 30 & 7) << 1 | 1,
            value >> 22 & 0xFF,
            (value >> 15 & 0x7F) << 1 | 1,
            value >> 7 & 0xFF,
            (value & 0x7F) << 1 | 1,
        )
    )
