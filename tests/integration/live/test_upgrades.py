"""A request for the live socket gets one answer, whatever its connection carried before and however its bytes are cut."""

import asyncio
import logging
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.wire import Response, Wire, wire

HOST = b"Host: showfloor.test\r\n"
ASKED = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)
HEALTH = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
QUIET_HEALTH = b"HEAD /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
JOIN = b'{"id":1,"type":"join","show":"demo"}'


def request(
    *more: bytes,
    target: bytes = b"/v1/live",
    method: bytes = b"GET",
    version: bytes = b"1.1",
    host: bytes = HOST,
) -> bytes:
    return method + b" " + target + b" HTTP/" + version + b"\r\n" + host + ASKED + b"".join(more) + b"\r\n"


def frame(text: bytes) -> bytes:
    """A masked text frame; a mask of zeros is valid."""
    assert len(text) < 126
    return struct.pack("!BB", 0x81, 0x80 | len(text)) + bytes(4) + text


LONG = b"X-Long: " + b"a" * 17_000 + b"\r\n"
CASES: dict[str, tuple[bytes, int]] = {
    "as browsers ask": (request(), 101),
    "with a query": (request(target=b"/v1/live?a=b"), 101),
    "an absolute target": (request(target=b"http://showfloor.test/v1/live"), 101),
    "an absolute target of another case": (request(target=b"HTTP://showfloor.test/v1/live?a"), 101),
    "two slashes, as nginx passes them on": (request(target=b"//v1/live"), 101),
    "an escaped letter": (request(target=b"/v1/l%69ve"), 101),
    "header names in capitals": (
        request().replace(b"Upgrade:", b"UPGRADE:").replace(b"Sec-WebSocket-Key", b"SEC-WEBSOCKET-KEY"),
        101,
    ),
    "header names in small letters": (request().replace(b"Connection:", b"connection:"), 101),
    "connection as a list": (
        request().replace(b"Connection: Upgrade", b"Connection: keep-alive, upgrade"),
        101,
    ),
    "connection twice": (request(b"Connection: keep-alive\r\n"), 101),
    "no space behind the colon": (request().replace(b"Upgrade: websocket", b"Upgrade:websocket"), 101),
    "bytes above ASCII in a value": (request(b"X-Name: \xe3\x81\x82\r\n"), 101),
    "an empty body": (request(b"Content-Length: 0\r\n"), 101),
    "upgrade twice": (request(b"Upgrade: websocket\r\n"), 426),
    "the key twice": (request(b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), 400),
    "the version twice": (request(b"Sec-WebSocket-Version: 13\r\n"), 426),
    "HEAD": (request(method=b"HEAD"), 426),
    "POST": (request(method=b"POST"), 405),
    "another path below": (request(target=b"/v1/live/"), 404),
    "another path": (request(target=b"/v1/liveness"), 404),
    "HTTP/1.0": (request(version=b"1.0"), 426),
    "HTTP/1.2": (request(version=b"1.2"), 400),
    "HTTP/2.0": (request(version=b"2.0"), 505),
    "no version": (b"GET /v1/live\r\n\r\n", 505),
    "no Host": (request(host=b""), 400),
    "an empty Host": (request(host=b"Host:\r\n"), 400),
    "two Hosts": (request(host=HOST + HOST), 400),
    "two Hosts in one line": (request(host=b"Host: a, b\r\n"), 400),
    "a Host with a path": (request(host=b"Host: a/b\r\n"), 400),
    "a Host with a user": (request(host=b"Host: me@a\r\n"), 400),
    "a Host with a space": (request(host=b"Host: a b\r\n"), 400),
    "a Host with letters above ASCII": (request(host="Host: スレッド\r\n".encode()), 400),
    "a Host with a port that is none": (request(host=b"Host: a:b\r\n"), 400),
    "a Host with a port too high": (request(host=b"Host: a:70000\r\n"), 400),
    "a Host that is an IPv6 address": (request(host=b"Host: [::1]:8000\r\n"), 101),
    "a Host that is no IPv6 address": (request(host=b"Host: [::1\r\n"), 400),
    "an absolute target and no Host": (request(target=b"http://showfloor.test/v1/live", host=b""), 400),
    "an absolute target with a user": (request(target=b"http://me@showfloor.test/v1/live"), 400),
    "a fragment": (request(target=b"/v1/live#a"), 400),
    "a target above ASCII": (request(target="/v1/live?あ".encode()), 400),
    "a body": (request(b"Content-Length: 3\r\n"), 400),
    "a body that was sent": (request(b"Content-Length: 3\r\n") + b"abc", 400),
    "a length that is none": (request(b"Content-Length: +0\r\n"), 400),
    "no length": (request(b"Content-Length:\r\n"), 400),
    "two lengths": (request(b"Content-Length: 0\r\nContent-Length: 0\r\n"), 400),
    "a chunked body": (request(b"Transfer-Encoding: chunked\r\n"), 400),
    "a chunked body that was sent": (request(b"Transfer-Encoding: chunked\r\n") + b"0\r\n\r\n", 400),
    "a body in another coding": (request(b"Transfer-Encoding: gzip\r\n"), 400),
    "a length and a coding": (request(b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), 400),
    "a folded header": (request(b"X-Folded: a\r\n b\r\n"), 400),
    "a line that ends with LF": (request(b"X-Line: a\nX-Other: b\r\n"), 400),
    "every line ends with LF": (request().replace(b"\r\n", b"\n"), 400),
    "CR in a value": (request(b"X-Line: a\rb\r\n"), 400),
    "NUL in a value": (request(b"X-Line: a\0b\r\n"), 400),
    "a control character in a value": (request(b"X-Line: a\x01b\r\n"), 400),
    "a space before the colon": (request(b"X-Line : a\r\n"), 400),
    "a space before the first header": (request(host=b" " + HOST), 400),
    "a header without a name": (request(b": a\r\n"), 400),
    "a line without a colon": (request(b"X-Line\r\n"), 400),
    "a head over 16 KiB": (request(LONG), 431),
    "a head over 16 KiB of many headers": (request(*[b"X-%d: a\r\n" % n for n in range(2000)]), 431),
    "a target over 16 KiB": (request(target=b"/v1/live?" + b"a" * 17_000), 431),
    "a window of 5,000 digits": (
        request(
            b"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=" + b"1" * 5000 + b"\r\n"
        ),
        101,
    ),
    "offers that are none": (request(b'Sec-WebSocket-Extensions: ;=,\xff;,=;"\r\n'), 101),
    "another origin": (request(b"Origin: http://elsewhere.test\r\n"), 403),
    "its own origin": (request(b"Origin: http://showfloor.test\r\n"), 101),
}


async def fresh(connection: Wire, data: bytes) -> None:
    await connection.send(data)


async def in_pieces(connection: Wire, data: bytes) -> None:
    await connection.send(data, pieces=40)


async def after_another(connection: Wire, data: bytes) -> None:
    await connection.send(HEALTH)
    assert (await connection.read()).status == 200
    await connection.send(data)


async def after_several_in_pieces(connection: Wire, data: bytes) -> None:
    for _ in range(2):
        await connection.send(HEALTH)
        assert (await connection.read()).status == 200
    await connection.send(data, pieces=40)


async def right_behind_another(connection: Wire, data: bytes) -> None:
    await connection.send(HEALTH + HEALTH + data)
    for _ in range(2):
        assert (await connection.read()).status == 200


async def behind_one_that_takes_longer(connection: Wire, data: bytes) -> None:
    await connection.send(b"GET /readyz HTTP/1.1\r\n" + HOST + b"\r\n" + data)
    assert (await connection.read()).status == 200


async def behind_another_upgrade(connection: Wire, data: bytes) -> None:
    await connection.send(request(target=b"/healthz") + data)
    assert (await connection.read()).status == 200


WAYS = [
    fresh,
    in_pieces,
    after_another,
    after_several_in_pieces,
    right_behind_another,
    behind_one_that_takes_longer,
    behind_another_upgrade,
]
Way = Callable[[Wire, bytes], Awaitable[None]]


async def ask(server: str, way: Way, name: str) -> Response:
    async with wire(server) as connection:
        await way(connection, CASES[name][0])
        return await connection.read(of_head=name == "HEAD")


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_in_gets_the_same_answer(server: str, way: Way) -> None:
    found = {name: (await ask(server, way, name)).status for name in CASES}
    assert found == {name: status for name, (_, status) in CASES.items()}


@pytest.mark.parametrize("way", WAYS)
async def test_a_socket_that_was_let_in_hears_what_came_right_behind(server: str, way: Way) -> None:
    async with wire(server) as connection:
        await way(connection, request() + frame(JOIN))
        assert (await connection.read()).status == 101
        opcode, size = await connection.read_bytes(2)
        assert (opcode, size) == (0x81, 126)
        (length,) = struct.unpack("!H", await connection.read_bytes(2))
        assert b'"type":"joined"' in await connection.read_bytes(length)


@pytest.mark.parametrize("way", WAYS)
async def test_a_refusal_ends_the_connection(server: str, way: Way) -> None:
    async with wire(server) as connection:
        await way(connection, request(b"Origin: http://elsewhere.test\r\n"))
        found = await connection.read()
        assert (found.status, found.headers["connection"]) == (403, "close")
        assert await connection.ended()


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_in_is_counted(make_settings: MakeSettings, set_stage: None, way: Way) -> None:
    async with live_server(make_settings(connections_max=1)) as server, wire(server) as one:
        await way(one, request())
        assert (await one.read()).status == 101
        refused = await ask(server, way, "as browsers ask")
        assert (refused.status, refused.headers["retry-after"]) == (503, "5")
        one.drop()

        async def is_free() -> bool:
            return (await ask(server, way, "as browsers ask")).status == 101

        await eventually(is_free)


async def test_head_of_the_socket_is_answered_as_get_is_but_for_the_body(server: str) -> None:
    plain = b" /v1/live HTTP/1.1\r\n" + HOST + b"\r\n"
    async with wire(server) as one, wire(server) as two:
        await one.send(b"GET" + plain)
        await two.send(b"HEAD" + plain)
        get, head = await one.read(), await two.read(of_head=True)
        assert await two.ended()
    assert (get.status, get.headers) == (head.status, head.headers)
    assert get.headers["upgrade"] == "websocket"


async def test_an_upgrade_that_nobody_speaks_is_ignored_and_its_body_is_read(server: str) -> None:
    asked = (
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
    )
    body = b'{"code":"AAAA-AAAA-AAAA"}'
    length = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with wire(server) as connection:
        await connection.send(b"POST /v1/sign-in HTTP/1.1\r\n" + HOST + asked + length + body + HEALTH)
        refused = await connection.read()
        assert (refused.status, b"errors" in refused.body) == (401, False)
        assert (await connection.read()).status == 200


async def test_a_tunnel_is_refused(server: str) -> None:
    async with wire(server) as connection:
        await connection.send(
            HEALTH + b"CONNECT elsewhere.test:443 HTTP/1.1\r\nHost: elsewhere.test:443\r\n\r\n"
        )
        assert (await connection.read()).status == 200
        assert (await connection.read()).status == 501


CHUNKED = b"POST /v1/sign-in HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("before", [b"", HEALTH, HEALTH + HEALTH])
async def test_a_body_that_is_broken_gets_its_request_refused(server: str, before: bytes) -> None:
    async with wire(server) as connection:
        await connection.send(before + CHUNKED + b"5\r\nhello\r\nno size\r\n")
        for _ in range(before.count(HEALTH)):
            assert (await connection.read()).status == 200
        assert (await connection.read()).status == 400
        assert await connection.ended()


PIECES = [
    HEALTH,
    request(),
    request(target=b"/healthz"),
    CHUNKED,
    b"0\r\n\r\n",
    b"\r\n",
    b" ",
    b"GET /v1/live HTTP/1.1\r\n",
    HOST,
    ASKED,
    b"Content-Length: 5\r\n",
    b"\0\xff",
]


async def test_whatever_comes_no_answer_is_a_fault(server: str, caplog: pytest.LogCaptureFixture) -> None:
    await asyncio.to_thread(send_whatever, server)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def send_whatever(server: str) -> None:
    """Send requests whole, in parts and in nonsense, in any portions; each answer is HTTP, and none a 500."""
    host, _, port = server.rpartition(":")
    parts = st.one_of(st.sampled_from(PIECES), st.binary(max_size=20))

    @settings(max_examples=80, deadline=None, database=None, derandomize=True)
    @given(sent=st.lists(parts, max_size=8).map(b"".join), pieces=st.integers(1, 9))
    def check(sent: bytes, pieces: int) -> None:
        answer, size = b"", max(1, -(-len(sent) // pieces))
        with socket.create_connection((host, int(port)), 20) as connection, suppress(ConnectionError):
            for start in range(0, len(sent), size):
                connection.sendall(sent[start : start + size])
            connection.shutdown(socket.SHUT_WR)
            while data := connection.recv(65536):
                answer += data
        assert b"HTTP/1.1 500" not in answer
        assert answer == b"" or answer.startswith(b"HTTP/1.1 ")

    check()
