"""Peers that take their time: from its first moment a connection is counted, and whatever it is waited for has an end and a size."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from prometheus_client import REGISTRY

from server.hub.http_connection import PIPELINED_MAX
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.lean_socket import LeanSocket, Line
from tests.support.live_server import live_server
from tests.support.wire import Wire, wire

pytestmark = pytest.mark.usefixtures("set_stage")

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = b"Host: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
LENGTH = (
    b"POST /v1/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
)
OFFERED = 64 * 2**20
TAKEN_MAX = 16 * 2**20
"""The kernel's buffers on both sides hold some of what nobody reads."""


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def drip(connection: Wire, piece: bytes) -> None:
    """Send a little again and again until the peer has had enough."""
    try:
        while True:
            await connection.send(piece)
            await asyncio.sleep(0.02)
    except ConnectionError:
        pass


@pytest.fixture
async def hasty(make_settings: MakeSettings) -> AsyncIterator[str]:
    async with live_server(make_settings(head_seconds=0.6, body_seconds=0.6)) as address:
        yield address


BEFORE = {"at once": b"", "after another": HEALTH, "after two in one piece": HEALTH + HEALTH}
LATE = {
    "half a line": (b"GET /heal", b""),
    "half a head": (b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b""),
    "a head that goes on and on": (b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b"X-A: b\r\n"),
    "a header that goes on and on": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: ", b"b"),
    "half a request for the socket": (b"GET /v1/live HTTP/1.1\r\nHost: a\r\n", b""),
    "empty lines": (b"\r\n", b"\r\n"),
    "no body": (LENGTH, b""),
    "a body that goes on and on": (LENGTH, b" "),
    "chunks that go on and on": (b"POST /v1/sign-in HTTP/1.1\r\n" + CHUNKED, b"1\r\n \r\n"),
}


@pytest.mark.parametrize("before", BEFORE)
async def test_what_does_not_come_in_time_is_waited_for_no_longer(hasty: str, before: str) -> None:
    async def meet(name: str, begun: bytes, more: bytes) -> None:
        async with wire(hasty) as connection:
            for _ in range(BEFORE[before].count(HEALTH)):
                await connection.send(HEALTH)
                assert (await connection.read()).status == 200
            await connection.send(begun)
            dripping = asyncio.create_task(drip(connection, more)) if more else None
            assert (name, (await connection.read()).status) == (name, 408)
            assert await connection.ended()
            if dripping is not None:
                dripping.cancel()

    await asyncio.gather(*(meet(name, *parts) for name, parts in LATE.items()))


async def test_a_connection_that_never_speaks_is_dropped(hasty: str) -> None:
    before = metric("showfloor_connections_timed_out_total", what="first")
    async with AsyncExitStack() as stack:
        silent = [await stack.enter_async_context(wire(hasty)) for _ in range(5)]
        assert all(await asyncio.gather(*(connection.ended() for connection in silent)))
    assert metric("showfloor_connections_timed_out_total", what="first") - before == 5


async def test_a_kept_connection_may_be_idle_for_longer_than_a_head_may_take(hasty: str) -> None:
    loop = asyncio.get_running_loop()
    async with wire(hasty) as connection:
        await connection.send(HEALTH)
        assert (await connection.read()).status == 200
        began = loop.time()
        await eventually(lambda: loop.time() > began + 0.9)
        await connection.send(HEALTH)
        assert (await connection.read()).status == 200


async def offer(address: str, head: bytes, piece: bytes) -> tuple[int, bytes]:
    """Send a head and then as much as is taken, up to `OFFERED`; return how much that was, and what came back."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head)
    taken, block = 0, piece * (65536 // len(piece))

    async def send() -> None:
        nonlocal taken
        while taken < OFFERED:
            writer.write(block)
            await writer.drain()
            taken += len(block)

    sending = asyncio.create_task(send())
    answer = b""
    try:
        while data := await asyncio.wait_for(reader.read(65536), 20):
            answer += data
    except ConnectionError:
        pass
    sending.cancel()
    writer.transport.abort()
    return taken, answer


ENDLESS = {
    "a chunked body": (
        b"POST /v1/sign-in HTTP/1.1\r\n" + CHUNKED,
        b"8000\r\n" + b" " * 0x8000 + b"\r\n",
        413,
    ),
    "a body where none is read": (
        b"GET /healthz HTTP/1.1\r\n" + CHUNKED,
        b"8000\r\n" + b" " * 0x8000 + b"\r\n",
        None,
    ),
    "a body of what is not there": (
        b"POST /nothing HTTP/1.1\r\n" + CHUNKED,
        b"8000\r\n" + b" " * 0x8000 + b"\r\n",
        None,
    ),
    "small chunks": (b"POST /v1/sign-in HTTP/1.1\r\n" + CHUNKED, b"1\r\n \r\n", 413),
    "a long body that says so": (LENGTH.replace(b"60000", b"67108864"), b" ", 413),
    "an extension of a chunk": (b"POST /v1/sign-in HTTP/1.1\r\n" + CHUNKED + b"1;", b"a" * 64, 413),
    "what comes behind the chunks": (
        b"POST /v1/sign-in HTTP/1.1\r\n" + CHUNKED + b"0\r\n",
        b"X-A: b\r\n",
        None,
    ),
    "many headers": (b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b"X-A: b\r\n", 431),
    "one header": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: ", b"b" * 64, 431),
    "a target": (b"GET /", b"a" * 64, 431),
    "a head behind another": (HEALTH + b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: ", b"b" * 64, None),
    "a head of the socket": (b"GET /v1/live HTTP/1.1\r\nHost: a\r\nX-A: ", b"b" * 64, 431),
    "requests": (HEALTH, HEALTH, None),
}


@pytest.mark.parametrize("name", ENDLESS)
async def test_what_has_no_end_is_not_read(make_settings: MakeSettings, name: str) -> None:
    head, piece, status = ENDLESS[name]
    async with live_server(make_settings(head_seconds=3.0, body_seconds=3.0)) as address:
        taken, answer = await offer(address, head, piece)
    assert taken < TAKEN_MAX
    assert b"HTTP/1.1 500" not in answer
    assert status is None or answer.startswith(b"HTTP/1.1 %d " % status)


async def test_requests_in_one_piece_are_answered_up_to_a_number(server: str) -> None:
    async with wire(server) as connection:
        await connection.send(HEALTH * 200)
        answers = [(await connection.read()).status for _ in range(PIPELINED_MAX + 1)]
        assert answers == [200] * PIPELINED_MAX + [429]
        assert await connection.ended()


async def test_every_connection_of_an_address_is_counted_until_it_has_joined(
    make_settings: MakeSettings,
) -> None:
    lines: list[Line] = []
    async with live_server(make_settings(waiting_per_ip_max=3)) as address, AsyncExitStack() as stack:
        silent = await stack.enter_async_context(wire(address))
        kept = await stack.enter_async_context(wire(address))
        await kept.send(HEALTH)
        assert (await kept.read()).status == 200
        unjoined = await LeanSocket.open(address, lines.append)

        async def answer() -> int:
            async with wire(address) as connection:
                await connection.send(HEALTH)
                return (await connection.read()).status

        async def there_is_room() -> bool:
            return await answer() == 200

        assert await answer() == 503
        unjoined.send({"type": "join", "show": "demo"})
        await eventually(lambda: lines)
        await eventually(there_is_room)
        silent.drop()
        kept.drop()
        await eventually(lambda: metric("showfloor_connections_waiting") == 0)
        unjoined.drop()


async def test_a_proxy_is_not_counted_as_one_address(make_settings: MakeSettings) -> None:
    settings = make_settings(waiting_per_ip_max=1, trusted_proxies=["127.0.0.1"])
    async with live_server(settings) as address, AsyncExitStack() as stack:
        for _ in range(3):
            connection = await stack.enter_async_context(wire(address))
            await connection.send(HEALTH)
            assert (await connection.read()).status == 200


async def test_an_answer_that_is_not_read_is_not_kept(make_settings: MakeSettings) -> None:
    before = metric("showfloor_connections_timed_out_total", what="unread")
    async with live_server(make_settings(ping_seconds=1.0, silence_seconds=1.5)) as address:
        host, _, port = address.rpartition(":")
        with socket.socket() as stuck:
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stuck.connect((host, int(port)))
            stuck.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * PIPELINED_MAX)
            await eventually(lambda: metric("showfloor_connections_timed_out_total", what="unread") > before)
