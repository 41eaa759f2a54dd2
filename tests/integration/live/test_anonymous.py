"""Whatever somebody without a name sends to any address, it is answered, never a fault, and nothing private is kept on its way."""

import asyncio
import logging
from itertools import product

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.generated import a_few
from tests.support.servers import SignFor
from tests.support.wire import wire

ODD = [
    "%00",
    "a%00b",
    "%ff",
    "%0d%0aX:1",
    "..%2f..",
    "%2e%2e",
    "a" * 300,
    "a" * 5_000,
    "%F0%9F%A9%B7",
    "%5c",
    "con",
    "~",
    "%u0041",
    "a;b",
]
"""What no file and no show is called."""
PLACES = [
    "/",
    "/assets/",
    "/media/",
    "/shows/",
    "/v1/shows/",
    "/v1/orders/",
    "/v1/live/",
    "/host/",
    "/docs/",
    "/assets/a/b/",
]
TAILS = [
    "",
    "/",
    "/events",
    "/commands",
    "/me",
    "/questions?cursor=%00",
    "/stats?days=999999999999999999999999",
    "?lang=%00&x=%ff",
]
SHAPED = [
    b"bytes=0-",
    b"bytes=9-1",
    b"bytes=-1",
    b"bytes=a",
    b"bytes=" + b"0-1," * 200,
    b"*",
    b"a;q=9",
    b"en;q=" + b"9" * 400,
]
PAGES = [
    "/",
    "/shows/demo",
    "/media/poster.jpg",
    "/v1/shows/demo",
    "/v1/shows/demo/me",
    "/nothing",
    "/docs",
    "/robots.txt",
]
HEADERS = (
    b"Authorization Accept Accept-Language Accept-Encoding Range If-Range If-None-Match If-Modified-Since Origin Cookie "
    b"Content-Type Idempotency-Key Last-Event-ID X-Forwarded-For X-Forwarded-Proto Expect Sec-Fetch-Site"
).split()


async def statuses(server: str, method: str, paths: list[str]) -> dict[str, int]:
    """Return how each path was answered, as it is written: a client of HTTP would tidy it first."""
    found = {}
    for path in paths:
        async with wire(server) as connection:
            await connection.send(
                f"{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
            )
            found[path] = (await connection.read(of_head=method == "HEAD")).status
    return found


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
async def test_no_address_is_a_fault(server: str, method: str, caplog: pytest.LogCaptureFixture) -> None:
    paths = [
        place + odd + tail
        for place, odd, tail in product(PLACES, ODD, TAILS)
        if odd != "a" * 5_000 or not tail
    ]
    paths = paths if method == "GET" else paths[::7]
    found = await statuses(server, method, paths)
    assert {path: status for path, status in found.items() if status >= 500} == {}
    if method not in ("GET", "HEAD"):
        assert {path: status for path, status in found.items() if status < 300} == {}, (
            "there is nothing to do"
        )
    assert [line for line in caplog.records if line.levelno >= logging.ERROR] == []


async def test_a_file_is_only_read(server: str) -> None:
    found = {
        method: await statuses(server, method, ["/media/poster.jpg"]) for method in ("GET", "POST", "PUT")
    }
    assert [by_path["/media/poster.jpg"] for by_path in found.values()] == [200, 405, 405]


async def test_no_answer_leads_to_a_name_that_the_asker_chose(server: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}", headers={"Host": "evil.example"}) as client:
        for path in (
            "/v1/shows/",
            "/v1/shows/demo/",
            "/host//",
            "/assets",
            "/media",
            "/metrics/",
            "/healthz/",
        ):
            answer = await client.get(path)
            assert "location" not in answer.headers, path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/shows/demo/me"),
        ("GET", "/v1/shows/demo/stats"),
        ("GET", "/v1/shows/demo/export.csv?of=orders"),
        ("GET", "/v1/shows/demo/questions"),
        ("GET", "/v1/orders/none"),
        ("POST", "/v1/orders"),
        ("POST", "/v1/tokens/renew"),
        ("POST", "/v1/sign-in"),
        ("POST", "/v1/live/demo/commands"),
        ("GET", "/metrics"),
        ("GET", "/v1/nothing"),
    ],
)
async def test_what_is_private_is_stored_nowhere(
    server: str, sign_for: SignFor, method: str, path: str
) -> None:
    headers = {"Authorization": f"Bearer {sign_for('host')}"}
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        answer = await client.request(method, path, headers=headers)
        assert answer.headers["cache-control"] == "no-store"


async def test_no_header_is_a_fault(server: str) -> None:
    loop = asyncio.get_running_loop()
    values = st.binary(max_size=80).map(lambda raw: bytes(b for b in raw if b >= 32 and b != 127).strip())

    async def ask(path: str, headers: dict[bytes, bytes]) -> int:
        lines = b"".join(b"%b: %b\r\n" % header for header in headers.items())
        async with wire(server) as connection:
            await connection.send(b"GET %b HTTP/1.1\r\nHost: a\r\n%b\r\n" % (path.encode(), lines))
            return (await connection.read()).status

    @a_few(60)
    @given(
        st.sampled_from(PAGES),
        st.dictionaries(st.sampled_from(HEADERS), values | st.sampled_from(SHAPED), max_size=4),
    )
    def send(path: str, headers: dict[bytes, bytes]) -> None:
        status = asyncio.run_coroutine_threadsafe(ask(path, headers), loop).result(15)
        assert status < 500, (path, headers)

    await asyncio.to_thread(send)
