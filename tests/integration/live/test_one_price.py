"""Every line has its price: whatever a socket sends, what it gets back and the work that it makes stay in proportion."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from server.hub.price import EXCESS_MAX, LINES_MAX
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.flood import Flood, deflated, frame
from tests.support.live_server import live_server
from tests.support.stuck_viewer import StuckViewer
from tests.support.viewer import joined_at

pytestmark = pytest.mark.usefixtures("set_stage")

JOIN = b'{"type":"join","show":"demo"}'
NOWHERE = b'{"type":"join","show":"nowhere"}'
AHEAD = b'{"type":"join","show":"demo","position":{"epoch":"%b","offset":1000000}}'
PING = b'{"type":"ping"}'
REFILL = 0.001
"""Commands a second: the bucket is as good as never filled again, so that no count depends on the machine's speed."""

OUT_BYTES_FREE = 48 * 1024
"""What a socket's own bucket of 40 tokens may bring, its first snapshot among it."""
OUT_BYTES_A_BYTE = 24
"""A refusal is about 150 bytes, and the shortest frame has 6."""
CALLS_FREE = 60_000
CALLS_A_BYTE = 60
"""Calls of functions in the server's thread, those of the event loop included: processor time that can be counted."""
FRAMES = 150


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@contextmanager
def counted_calls() -> Iterator[Callable[[], int]]:
    """Count the calls that are made in this thread, which is the server's."""
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        yield lambda: calls
    finally:
        sys.setprofile(None)


def flood(address: str, frames: Sequence[bytes], *, joined: bool, times: int, until: bytes = b"") -> Flood:
    """Send the frames so many times over one socket, wait for these words, and return what came of it."""
    socket = Flood(address)
    if joined:
        socket.send(frame(JOIN))
        socket.await_words()
    for _ in range(times):
        for each in frames:
            socket.send(each)
    if until:
        socket.await_words(until)
    return socket.finish()


async def flooded(
    address: str, *frames: bytes, joined: bool = True, times: int = 1, until: bytes = b""
) -> Flood:
    return await asyncio.to_thread(flood, address, frames, joined=joined, times=times, until=until)


def lines_of(text: bytes, count: int) -> bytes:
    return b"\n".join([text] * count)


ATTACKS = {
    "held lines, empty lines and a join that fails": deflated(
        NOWHERE + b"\n" + lines_of(PING, 16) + b"\n" * 15_900
    ),
    "the same within the limit of lines": deflated(lines_of(NOWHERE, 1) + b"\n" + lines_of(PING, 62)),
    "empty lines": deflated(b"\n" * 16_000),
    "empty frames": frame(b""),
    "lines that are no commands": deflated(lines_of(b"{", 60)),
    "commands that nobody knows": deflated(lines_of(b'{"id":1,"type":"nothing"}', 60)),
    "commands that may not be": deflated(lines_of(b'{"id":1,"type":"announce","text":"a"}', 60)),
    "products that are not there": deflated(
        lines_of(b'{"id":1,"type":"buy","product":"p","quantity":1,"key":"k-0123456789"}', 60)
    ),
    "pings": deflated(lines_of(PING, 64)),
    "one ping a frame": frame(PING),
    "pings of the protocol": frame(b"", opcode=9) * 20,
    "long pings of the protocol": frame(b"x" * 125, opcode=9),
    "pongs": frame(b"", opcode=10) * 20,
    "joins": deflated(lines_of(JOIN, 40)),
    "joins of shows that are not there": deflated(lines_of(NOWHERE, 64)),
    "messages in many pieces": frame(b"", first=0)
    + frame(b"", opcode=0, first=0) * 40
    + frame(b"", opcode=0),
    "what unpacks to much": deflated(b" " * 16_000),
    "lines behind a closing": deflated(lines_of(b"?", 20) + b"\n" + lines_of(PING, 40)),
}


@pytest.fixture
async def address(make_settings: MakeSettings) -> Any:
    async with live_server(make_settings(commands_per_second=REFILL)) as found, joined_at(found):
        yield found


async def hold_to_the_price(address: str, frames: Sequence[bytes], *, joined: bool, times: int) -> None:
    with counted_calls() as calls:
        socket = await flooded(address, *frames, joined=joined, times=times)
        made = calls()
    assert socket.came < OUT_BYTES_FREE + OUT_BYTES_A_BYTE * socket.sent
    assert made < CALLS_FREE + CALLS_A_BYTE * socket.sent


@pytest.mark.parametrize("joined", [True, False], ids=["joined", "not joined"])
@pytest.mark.parametrize("name", ATTACKS)
async def test_what_comes_back_is_in_proportion(address: str, name: str, joined: bool) -> None:
    await hold_to_the_price(address, [ATTACKS[name]], joined=joined, times=FRAMES)


commands = st.sampled_from(
    [
        JOIN, NOWHERE, AHEAD % b"x", PING, b'{"id":7,"type":"ping"}', b'{"type":"react","kind":"heart"}', b"", b"{", b"[]", b'{"id":1}',
        b'{"id":3,"type":"react"}', b'{"type":"none"}', b'{"id":4,"type":"vote","question":"q"}', b'{"type":"click","product":"p_bowl"}',
        b'{"id":5,"type":"ask","text":"Is it?"}', b'{"type":"share"}', b'{"id":9,"type":"show.end"}',
        b'{"type":"question.pin","question":"q"}',
        b'{"type":"playing"}', b"\xc3\xa9", b"[" * 2000, b" " * 3000,
    ]
)  # fmt: skip
texts = st.lists(st.tuples(commands, st.sampled_from([1, 1, 2, 20, 200])), min_size=1, max_size=5).map(
    lambda parts: b"\n".join(lines_of(text, count) for text, count in parts)[:16_000]
)
frames = st.one_of(
    st.builds(deflated, texts),
    st.builds(frame, texts),
    st.builds(frame, st.binary(max_size=125), opcode=st.sampled_from([9, 10])),
)


async def test_whatever_is_sent_what_comes_back_is_in_proportion(address: str) -> None:
    loop = asyncio.get_running_loop()

    @settings(
        max_examples=40,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(frames, min_size=1, max_size=4), st.booleans(), st.sampled_from([1, 12, 60]))
    @example([ATTACKS["held lines, empty lines and a join that fails"]], True, 60)
    def check(sent: list[bytes], joined: bool, times: int) -> None:
        held = hold_to_the_price(address, sent, joined=joined, times=times)
        asyncio.run_coroutine_threadsafe(held, loop).result()

    await asyncio.to_thread(check)


async def test_whoever_keeps_on_is_closed(address: str) -> None:
    for name in (
        "held lines, empty lines and a join that fails",
        "pings",
        "pings of the protocol",
        "one ping a frame",
        "pongs",
    ):
        socket = await flooded(address, ATTACKS[name], times=EXCESS_MAX + 100)
        assert (name, socket.code) == (name, 4429)


async def test_one_command_that_is_allowed_forgives_nothing(make_settings: MakeSettings) -> None:
    async with live_server(make_settings(commands_per_second=20.0)) as address:
        socket = await flooded(address, ATTACKS["pings"], times=2000)
        assert socket.code == 4429
        assert sum(error.get("refused", 1) for error in socket.errors) < 2 * EXCESS_MAX


async def test_a_frame_is_refused_once_with_a_count(address: str) -> None:
    socket = await flooded(address, deflated(lines_of(b'{"id":1,"type":"ping"}', 60)))
    (error,) = socket.errors
    assert (error["code"], error["id"], error["refused"]) == ("too_fast", 1, 60 - 39)
    assert error["retry_after_ms"] > 0
    assert sum(line["type"] == "pong" for line in socket.lines) == 39


async def test_refusals_without_an_id_are_told_as_one(address: str) -> None:
    socket = await flooded(address, frame(b'{"type":"x"}\n' * 3 + b'{"id":5,"type":"x"}\n[]'))
    named, together = socket.errors
    assert (named["id"], named["code"]) == (5, "unknown_type")
    assert (together["code"], together["refused"], "id" in together) == ("unknown_type", 4, False)


async def test_a_frame_of_too_many_lines_is_not_carried_out(address: str) -> None:
    socket = await flooded(
        address, frame(lines_of(PING, LINES_MAX)), frame(lines_of(PING, LINES_MAX + 1)), joined=False
    )
    *_, first, second = socket.errors
    assert (first["code"], first["refused"]) == ("join_first", 40)
    assert (second["code"], second["refused"]) == ("too_large", LINES_MAX + 1)


async def test_what_waits_for_a_join_is_paid_when_it_comes(address: str) -> None:
    """One refusal for what is more than the server holds, and one for what is over the rate."""
    socket = await flooded(address, deflated(NOWHERE + b"\n" + lines_of(PING, 60)), until=b"not_found")
    told = {(error["code"], error.get("refused", 1)) for error in socket.errors}
    # 39 tokens are left: for the join, 16 lines that are held and 22 that are not; 22 more come too fast. After the join,
    # which asked the database, there is nothing left for the 16.
    assert told == {("too_fast", 22), ("not_found", 1), ("too_fast", 16)}
    assert len(socket.errors) == 4


async def test_joins_cost_what_they_bring(address: str) -> None:
    socket = await flooded(address, *[frame(JOIN + b"\n" + lines_of(JOIN, 12))] * 3)
    joined = sum(line["type"] == "joined" for line in socket.lines)
    assert 2 <= joined <= 25, "40 tokens, of which each but the first takes one and its answer's size"
    assert socket.came < OUT_BYTES_FREE


async def test_positions_that_nobody_gave_read_few_snapshots(address: str) -> None:
    async with joined_at(address) as viewer:
        before = metric("showfloor_journal_snapshot_reads_total")
        await viewer.send(lines_of(AHEAD % viewer.epoch.encode(), 12).decode())
        await viewer.expect(
            lambda line: line["type"] == "error" and line["code"] == "too_fast", "the refusal"
        )
        assert 1 <= metric("showfloor_journal_snapshot_reads_total") - before <= 5


async def test_nothing_comes_behind_a_close(address: str) -> None:
    before = metric("showfloor_refusals_total", code="bad_json")
    socket = await flooded(address, frame(b"?") * 12 + frame(b'{"id":1,"type":"ping"}') * 3)
    assert socket.code == 4400
    assert len(socket.errors) == 10
    assert metric("showfloor_refusals_total", code="bad_json") - before == 10
    assert not [line for line in socket.lines if line["type"] == "pong"]


async def test_nonsense_is_not_made_good_by_one_command(address: str) -> None:
    socket = await flooded(address, frame(b"\n".join([b"?"] * 4 + [PING])), times=5)
    assert socket.code == 4400


async def test_who_speaks_as_the_pages_do_is_not_refused(server: str) -> None:
    """A reconnect with all that may wait for it, then a burst of taps."""
    held = [frame(b'{"id":%d,"type":"ping"}' % n) for n in range(2, 18)]
    taps = [frame(b'{"type":"react","kind":"heart","n":3}')] * 20
    async with joined_at(server):
        join = frame(b'{"id":1,"type":"join","show":"demo"}')
        socket = await flooded(server, join, *held, *taps, joined=False)
    assert socket.errors == []
    assert [line["id"] for line in socket.lines if line["type"] == "pong"] == list(range(2, 18))


async def test_who_does_not_read_is_not_read(make_settings: MakeSettings) -> None:
    offered, taken_max = 64 * 2**20, 24 * 2**20
    async with live_server(make_settings(limits="off", unsent_seconds_max=2.0)) as address:
        stuck = StuckViewer(address)
        await stuck.join()
        before, taken = metric("showfloor_evictions_total", reason="slow"), 0
        pings, loop = memoryview(frame(b"x" * 125, opcode=9) * 8000), asyncio.get_running_loop()

        async def send_all() -> None:
            nonlocal taken
            while taken < offered:
                start = taken % len(pings)
                while start < len(pings):
                    try:
                        count = stuck.socket.send(pings[start:])
                    except BlockingIOError:
                        await asyncio.sleep(0.01)
                        continue
                    start, taken = start + count, taken + count

        sending = loop.create_task(send_all())
        await eventually(lambda: metric("showfloor_evictions_total", reason="slow") > before)
        await asyncio.wait([sending])
        assert isinstance(sending.exception(), ConnectionError)
        assert taken < taken_max, "the kernel's buffers hold some of it"
        stuck.socket.close()
