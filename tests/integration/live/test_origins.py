"""Whose pages a channel lets in holds for that channel, at every door, on every process at once, and for nothing longer than it says."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.conftest import MakeSettings
from tests.support.built_pages import build_pages
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.stage import ELSEWHERE, open_stage
from tests.support.viewer import Viewer

OURS, THEIRS = "https://shop.example", "https://other.example"
"""The origins that the channels `demo` and `elsewhere` let in."""


@asynccontextmanager
async def page_at(address: str, origin: str) -> AsyncIterator[Viewer]:
    """A viewer whose page is from `origin`."""
    async with connect(f"ws://{address}/v1/live", origin=origin, compression=None) as socket:  # type: ignore[arg-type]
        yield Viewer(socket)


async def let_in(address: str, token: str, **changes: list[str]) -> None:
    """Set whose pages the token's channel lets in."""
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        answer = await client.patch("/v1/channel", json=changes, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text


async def may_open(address: str, origin: str) -> bool:
    """Whether a page of the origin gets a socket."""
    try:
        async with connect(f"ws://{address}/v1/live", origin=origin):  # type: ignore[arg-type]
            return True
    except InvalidStatus as refused:
        return refused.response.status_code != 403


@pytest.fixture
async def shops(servers: tuple[str, str], sign_for: SignFor) -> tuple[str, str]:
    """Two servers, and two channels that each let in pages of one origin."""
    one, two = servers
    await let_in(one, sign_for("admin"), origins=[OURS])
    await let_in(one, sign_for("admin", channel=ELSEWHERE), origins=[THEIRS])
    for address, origin in [(one, OURS), (two, OURS), (one, THEIRS), (two, THEIRS)]:
        await eventually(partial(may_open, address, origin))
    return servers


async def test_a_page_of_the_channel_enters_by_socket_stream_and_command(shops: tuple[str, str]) -> None:
    for address in shops:
        async with page_at(address, OURS) as viewer:
            joined = await viewer.join("demo")
        page = {"Origin": OURS, "Sec-Fetch-Site": "cross-site"}
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            async with client.stream("GET", "/v1/live/demo/events", headers=page) as stream:
                assert stream.status_code == 200
                assert stream.headers["access-control-allow-origin"] == OURS
            answer = await client.post(
                "/v1/live/demo/commands",
                json={"id": 1, "type": "ping"},
                headers=page | {"Authorization": f"Bearer {joined['token']}"},
            )
            assert answer.status_code == 200
            assert answer.headers["access-control-allow-origin"] == OURS


async def test_a_page_of_another_channel_enters_by_no_door(shops: tuple[str, str], sign_for: SignFor) -> None:
    address = shops[1]
    async with page_at(address, THEIRS) as viewer:
        assert await viewer.refused("join", show="demo") == "forbidden"
        assert await viewer.refused("join", show="demo", token=sign_for("viewer")) == "forbidden"
    page = {"Origin": THEIRS, "Sec-Fetch-Site": "cross-site"}
    known = page | {"Authorization": f"Bearer {sign_for('viewer')}", "Idempotency-Key": "key-of-a-page"}
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        for method, path, headers in [
            ("GET", "/v1/live/demo/events", page),
            ("HEAD", "/v1/live/demo/events", page),
            ("GET", "/v1/live/demo/events", known),
            ("POST", "/v1/live/demo/commands", known),
            ("POST", "/v1/orders", known),
            ("GET", "/v1/shows/demo/me", known),
            ("GET", "/v1/shows/demo/stats", known),
            ("POST", "/v1/tokens/renew", known),
            ("POST", "/v1/sign-out", known),
        ]:
            body = json.dumps({"id": 1, "type": "ping", "show": "demo", "product": "p_bowl", "quantity": 1})
            content = body if method == "POST" else None
            answer = await client.request(
                method, path, content=content, headers=headers | {"Content-Type": "application/json"}
            )
            assert answer.status_code in (400, 403), (method, path)
            assert method == "HEAD" or answer.json()["code"] in ("forbidden", "invalid"), answer.text


async def test_what_is_taken_back_ends_at_once_on_every_process(
    shops: tuple[str, str], sign_for: SignFor
) -> None:
    one, two = shops
    async with page_at(two, OURS) as viewer, page_at(two, f"http://{two}") as own:
        await viewer.join("demo")
        await own.join("demo")
        await let_in(one, sign_for("admin"), origins=[])
        for address in shops:
            await eventually(partial(is_closed_to, address, OURS))
        await viewer.socket.wait_closed()
        assert viewer.socket.close_code == 4411
        assert (await own.do("ping"))["type"] == "pong"
    async with httpx.AsyncClient(base_url=f"http://{two}") as client:
        answer = await client.get("/v1/shows/demo", headers={"Origin": OURS})
        assert "access-control-allow-origin" not in answer.headers


async def is_closed_to(address: str, origin: str) -> bool:
    return not await may_open(address, origin)


async def test_a_preflight_says_what_may_be_asked_and_never_with_cookies(shops: tuple[str, str]) -> None:
    asked = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, idempotency-key, if-match, content-type",
    }
    async with httpx.AsyncClient(base_url=f"http://{shops[1]}") as client:
        answer = await client.options("/v1/orders", headers=asked | {"Origin": OURS})
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == OURS
        allowed = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
        assert {"authorization", "idempotency-key", "if-match", "content-type"} <= allowed
        assert int(answer.headers["access-control-max-age"]) > 0
        assert "origin" in answer.headers["vary"].lower()
        assert "access-control-allow-credentials" not in answer.headers
        refused = await client.options("/v1/orders", headers=asked | {"Origin": "https://evil.example"})
        assert not [name for name in refused.headers if name.startswith("access-control-")]


async def test_answers_and_refusals_alike_may_be_read_by_the_page_and_kept_apart_by_caches(
    shops: tuple[str, str],
) -> None:
    async with httpx.AsyncClient(base_url=f"http://{shops[0]}") as client:
        for path in ("/v1/shows/demo", "/v1/shows/nothing", "/v1/shows/demo/me"):
            answer = await client.get(path, headers={"Origin": OURS})
            assert answer.headers["access-control-allow-origin"] == OURS, path
            assert "etag" in answer.headers["access-control-expose-headers"].lower()
            assert "access-control-allow-credentials" not in answer.headers
            for origin in ("https://evil.example", "null", f"{OURS}.evil.example", "http://shop.example"):
                answer = await client.get(path, headers={"Origin": origin})
                assert "access-control-allow-origin" not in answer.headers, origin
                assert "Origin" in answer.headers["vary"]
            assert "Origin" in (await client.get(path)).headers["vary"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["https://Shop.Example", "https://shop.example:443"], ["https://shop.example"]),
        (
            ["https://shop.example:8443", "http://localhost:5173"],
            ["https://shop.example:8443", "http://localhost:5173"],
        ),
        (["http://127.0.0.1:8080", "http://[::1]:3000"], ["http://127.0.0.1:8080", "http://[::1]:3000"]),
        (["http://shop.example"], None),
        (["https://shop.example/"], None),
        (["https://shop.example/path"], None),
        (["https://*.example"], None),
        (["*"], None),
        (["null"], None),
        (["https://shop.example; script-src *"], None),
        (["https://a.example https://b.example"], None),
        (["https://me:secret@shop.example"], None),
        (["https://shop.example:99999"], None),
        (["ftp://shop.example"], None),
        (["https://店.example"], None),
        (["http://127.0.0.1.evil.example"], None),
        ([f"https://shop-{n}.example" for n in range(51)], None),
    ],
)
@pytest.mark.parametrize("field", ["origins", "frame_ancestors"])
async def test_an_origin_is_a_scheme_a_name_and_a_port(
    server: str, sign_for: SignFor, field: str, given: list[str], kept: list[str] | None
) -> None:
    headers = {"Authorization": f"Bearer {sign_for('admin')}"}
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        answer = await client.patch("/v1/channel", json={field: given}, headers=headers)
        if kept is None:
            assert answer.status_code == 422
            assert answer.json()["code"] == "invalid"
        else:
            assert answer.json()[field] == kept
        assert (await client.get("/v1/channel", headers=headers)).json()[field] == (kept or [])


async def test_the_viewers_page_stands_in_frames_of_whom_its_channel_names(
    make_settings: MakeSettings, sign_for: SignFor
) -> None:
    settings = make_settings(pages=build_pages(make_settings().data.parent / "pages"))
    assert settings.database_url is not None
    async with open_stage(settings.database_url):
        pass
    async with live_server(settings) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:

        async def ancestors(path: str) -> str:
            policy = (await client.get(path)).headers["content-security-policy"]
            (found,) = [each for each in policy.split("; ") if each.startswith("frame-ancestors")]
            return found.removeprefix("frame-ancestors ")

        assert await ancestors("/embed/shows/demo") == "'none'"
        await let_in(address, sign_for("admin"), frame_ancestors=[OURS, "http://localhost:5173"])

        async def framed() -> bool:
            return await ancestors("/embed/shows/demo") == f"{OURS} http://localhost:5173"

        await eventually(framed)
        assert await ancestors("/shows/demo") == "'none'", "the page itself stays where nobody can cover it"
        assert await ancestors("/host") == "'none'"
        assert (await client.get("/embed/shows/nothing")).status_code == 404
