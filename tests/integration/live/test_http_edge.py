"""HTTP at the edge, for every route alike: HEAD, names that are ours, whose word on the caller is taken, bodies without a length."""

from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs
from websockets.exceptions import InvalidStatus

from tests.conftest import MakeSettings
from tests.support.live_server import live_server
from tests.support.viewer import viewer_at
from tests.support.wire import wire

ROUTES = [
    "/", "/shows/demo", "/host", "/host/", "/analyst", "/analyst/", "/analyst/shows/demo", "/studio", "/studio/", "/studio/products/p_1",
    "/docs", "/docs/", "/docs/live", "/docs/live/", "/openapi.json",
    "/asyncapi.json", "/healthz", "/readyz", "/v1/shows?channel=demo", "/v1/shows/demo", "/v1/shows/none",
    "/v1/shows/demo/me", "/v1/shows/demo/questions", "/v1/shows/demo/export.csv?of=viewers", "/v1/live", "/nothing", "/media/poster.jpg",
    "/media/none.jpg", "/assets/none.js", "/media/demo.mp4",
]  # fmt: skip


async def ask(server: str, method: str, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=20) as client:
        return await client.request(method, path, headers=headers)


async def test_head_is_answered_as_get_is_but_for_the_body(server: str) -> None:
    for path in ROUTES:
        get, head = await ask(server, "GET", path), await ask(server, "HEAD", path)
        assert head.content == b""
        # The moment apart, which may be the next second, and what is each request's own.
        found, wanted = ({**dict(each.headers), "date": "", "request-id": ""} for each in (head, get))
        assert (path, head.status_code, found) == (path, get.status_code, wanted)


async def test_the_metrics_have_a_head_too(server: str) -> None:
    head = await ask(server, "HEAD", "/metrics")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/plain")


async def test_head_of_a_stream_joins_nobody(server: str) -> None:
    async def connections() -> list[str]:
        """The gauge of the whole process, in which a server of an earlier test may have ended with some open."""
        lines = (await ask(server, "GET", "/metrics")).text.splitlines()
        return [line for line in lines if line.startswith("showfloor_connections ")]

    before = await connections()
    head = await ask(server, "HEAD", "/v1/live/demo/events?playing=true")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/event-stream")
    assert (await ask(server, "HEAD", "/v1/live/none/events")).status_code == 404
    assert await connections() == before


async def test_a_connection_goes_on_after_a_head(server: str) -> None:
    async with wire(server) as connection:
        for path in ("/v1/shows/demo", "/shows/demo", "/v1/live/demo/events", "/media/demo.mp4"):
            await connection.send(f"HEAD {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            assert (await connection.read(of_head=True)).status == 200
        await connection.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await connection.read()).body == b'{"status":"alive"}'


async def test_what_is_not_allowed_says_what_is(server: str) -> None:
    answer = await ask(server, "POST", "/host")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


NAMED: list[tuple[str, dict[str, Any], int]] = [
    ("/shows/demo", {"Host": "shop.example"}, 200),
    ("/shows/demo", {"Host": "shop.example:8443"}, 200),
    ("/shows/demo", {"Host": "a.stage.example"}, 200),
    ("/v1/shows/demo", {"Host": "[::1]:80"}, 200),
    ("/v1/shows/demo", {"Host": "elsewhere.example"}, 421),
    ("/shows/demo", {"Host": "elsewhere.example"}, 421),
    ("/assets/none.js", {"Host": "elsewhere.example"}, 421),
    ("/v1/live/demo/events", {"Host": "elsewhere.example"}, 421),
    ("/v1/live", {"Host": "elsewhere.example"}, 421),
    ("/v1/live", {"Host": "shop.example"}, 426),
    ("/healthz", {"Host": "10.0.0.7:8000"}, 200),
    ("/readyz", {"Host": "10.0.0.7:8000"}, 200),
    ("/metrics", {"Host": "10.0.0.7:8000"}, 200),
    ("/healthz", {"Host": "a b"}, 400),
]


async def test_only_our_names_are_answered(make_settings: MakeSettings, set_stage: None) -> None:
    settings = make_settings(hosts=["shop.example", "*.stage.example", "::1"])
    async with live_server(settings) as server:
        found = [
            (path, headers, (await ask(server, "GET", path, **headers)).status_code)
            for path, headers, _ in NAMED
        ]
        assert found == NAMED
        async with wire(server) as connection:  # an absolute target is what counts
            await connection.send(
                b"GET http://elsewhere.example/v1/shows/demo HTTP/1.1\r\nHost: shop.example\r\n\r\n"
            )
            assert (await connection.read()).status == 421


HEADS = {
    b"": 400,
    b"Host: a\r\nHost: a\r\n": 400,
    b"Host: a/b\r\n": 400,
    b"Host:\r\n": 400,
    b"Host: a\r\n": 200,
    b"Host: [::1]:9\r\n": 200,
}


@pytest.mark.parametrize("hosts", HEADS)
async def test_every_request_names_one_host(server: str, hosts: bytes) -> None:
    async with wire(server) as connection:
        await connection.send(b"GET /v1/shows/demo HTTP/1.1\r\n" + hosts + b"\r\n")
        assert (await connection.read()).status == HEADS[hosts]
    async with wire(server) as connection:
        await connection.send(b"GET /v1/shows/demo HTTP/1.0\r\n\r\n")
        assert (await connection.read()).status == 200


async def test_a_stream_s_address_is_counted_as_a_socket_s(
    make_settings: MakeSettings, set_stage: None
) -> None:
    settings = make_settings(trust_proxy=True, connections_per_ip_max=1)
    async with live_server(settings) as server, wire(server) as one, wire(server) as two:
        asked = b"GET /v1/live/demo/events HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: %b, 9.9.9.9\r\n\r\n"
        await one.send(asked % b"1.1.1.1")
        assert (await one.read_bytes(12)) == b"HTTP/1.1 200"
        await two.send(asked % b"2.2.2.2")
        assert (await two.read()).status == 503


async def test_every_door_knows_a_caller_by_one_address(make_settings: MakeSettings, set_stage: None) -> None:
    """What a caller claims before our proxies' entries counts at no door, and all doors count together."""
    settings = make_settings(trusted_proxies=["127.0.0.0/8", "10.0.0.0/8"], connections_per_ip_max=2)
    told = "{}, 203.0.113.9:4711, [::ffff:10.0.0.7]:443"
    asked = b"GET /v1/live/demo/events HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: %b\r\n\r\n"
    async with (
        live_server(settings) as server,
        wire(server) as one,
        wire(server) as two,
        viewer_at(server, additional_headers={"X-Forwarded-For": told.format("1.1.1.1")}),
    ):
        await one.send(asked % told.format("2.2.2.2").encode())
        assert (await one.read_bytes(12)) == b"HTTP/1.1 200"
        with pytest.raises(InvalidStatus, match="503"):
            async with viewer_at(server, additional_headers={"X-Forwarded-For": told.format("junk")}):
                pass
        await two.send(asked % told.format("3.3.3.3").encode())
        assert (await two.read()).status == 503
        async with viewer_at(server, additional_headers={"X-Forwarded-For": "203.0.113.10"}):
            pass


async def test_every_route_is_told_the_caller_and_not_the_proxy(
    make_settings: MakeSettings, set_stage: None
) -> None:
    """A security event is said with the network of whoever called, behind our proxies too."""
    settings = make_settings(trusted_proxies=["127.0.0.0/8"], sign_ins_per_minute_per_ip=1)
    code = {"code": "wrong-code-1"}
    with capture_logs() as logs:
        async with live_server(settings) as server, httpx.AsyncClient(base_url=f"http://{server}") as client:
            for caller, status in (("203.0.113.9:80", 401), ("203.0.113.9", 429), ("2001:db8:1::1", 401)):
                told = {"X-Forwarded-For": f"1.1.1.1, {caller}"}
                assert (await client.post("/v1/sign-in", json=code, headers=told)).status_code == status
    said = [line for line in logs if line["event"] == "security" and line["rule"] == "sign_in_failed"]
    assert said[0]["address"] == "203.0.113.0/24"


async def test_a_stream_has_its_place_before_it_waits_and_gives_it_back_when_refused(
    make_settings: MakeSettings, set_stage: None
) -> None:
    settings = make_settings(connections_per_ip_max=3)
    async with live_server(settings) as server, AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(wire(server)) for _ in range(12)]
        for each in wires:
            await each.send(b"GET /v1/live/none/events HTTP/1.1\r\nHost: a\r\n\r\n")
        assert {(await each.read()).status for each in wires} <= {404, 503}
        for each in wires:  # none of them can be answered before SQL is, which opens the room
            await each.send(b"GET /v1/live/demo/events HTTP/1.1\r\nHost: a\r\n\r\n")
        heads = Counter([await each.read_bytes(12) for each in wires])
        assert heads == {b"HTTP/1.1 200": 3, b"HTTP/1.1 503": 9}


async def test_a_body_that_does_not_say_how_long_it_is_has_an_end_too(server: str) -> None:
    async with wire(server) as connection:
        head = b"POST /v1/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        await connection.send(head + b"10000\r\n" + b" " * 0x10000 + b"\r\n1\r\n \r\n0\r\n\r\n")
        assert (await connection.read()).status == 413
