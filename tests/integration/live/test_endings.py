"""How a sign-in ends: by its time, to the second, at every door; or by a sign-out, on every process."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from server.access.revocations import Revocations
from server.access.tokens import tokens_for
from server.clock import SystemClock
from server.db.engine import Database
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import Viewer, joined_at, viewer_at

Two = tuple[str, str]
SHORT = timedelta(seconds=5)
"""Long enough to come in by on a busy machine."""


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def post(address: str, path: str, token: str | None, **body: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        return await client.post(path, headers=bearer(token) if token else {}, json=body)


async def code_at(address: str, token: str) -> str:
    """Why a token is refused by a process, or an empty string."""
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        answer = await client.get("/v1/shows/demo/me", headers=bearer(token))
        return "" if answer.status_code == 200 else str(answer.json()["code"])


@asynccontextmanager
async def events_at(address: str, token: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Read a stream of events in the background into a list."""
    found: list[dict[str, Any]] = []

    async def read() -> None:
        async with (
            httpx.AsyncClient(base_url=f"http://{address}", timeout=30.0) as client,
            client.stream("GET", "/v1/live/demo/events", headers=bearer(token)) as answer,
        ):
            async for line in answer.aiter_lines():
                name, _, data = line.partition(": ")
                found.extend([json.loads(data)] if name == "data" else [])

    reading = asyncio.create_task(read())
    try:
        await eventually(lambda: found)
        yield found
    finally:
        reading.cancel()


async def speak_until_refused(viewer: Viewer, command: str, **fields: Any) -> list[dict[str, Any]]:
    """Send the command again and again; return the replies, the refusal last."""
    replies: list[dict[str, Any]] = []
    while not replies or replies[-1]["type"] != "error":
        replies.append(await viewer.ask_for(command, **fields))
    return replies


@pytest.fixture
async def slow_wheel(make_settings: MakeSettings, set_stage: None) -> AsyncIterator[str]:
    """A server whose wheel brings nobody by while a test lasts."""
    async with live_server(
        make_settings(ping_seconds=600.0, silence_seconds=1200.0, limits="off")
    ) as address:
        yield address


async def test_nothing_is_carried_out_for_a_token_that_has_ended(slow_wheel: str, sign_for: SignFor) -> None:
    async with viewer_at(slow_wheel) as host:
        joined = await host.join(token=sign_for("host", lifetime=SHORT))
        replies = await speak_until_refused(host, "ping")
        assert replies[-1]["code"] == "token_expired"
        assert all(pong["at"] < joined["expires_at"] for pong in replies[:-1])
        assert await host.closed() == 4401


async def test_a_socket_and_a_stream_that_say_nothing_end_with_their_token(
    slow_wheel: str, sign_for: SignFor
) -> None:
    async with (
        events_at(slow_wheel, sign_for("viewer", lifetime=SHORT)) as events,
        joined_at(slow_wheel, token=sign_for("host", lifetime=SHORT)) as host,
        joined_at(slow_wheel, token=sign_for("viewer")) as other,
    ):
        assert await host.closed() == 4401
        await eventually(lambda: events[-1].get("code") == 4401)
        assert (await other.ask_for("ping"))["type"] == "pong"


async def test_a_newer_token_goes_on_where_an_older_one_would_have_ended(
    slow_wheel: str, sign_for: SignFor
) -> None:
    async with joined_at(slow_wheel, token=sign_for("host", lifetime=SHORT)) as host:
        old = host.lines[0]["expires_at"]
        await host.join(token=sign_for("host"))
        pong = await host.do("ping")
        while pong["at"] <= old:
            pong = await host.do("ping")
        assert not host.socket.close_code


async def test_whoever_signs_out_is_out_on_every_process_with_all_that_was_renewed(
    servers: Two, sign_for: SignFor
) -> None:
    here, there = servers
    first, other = sign_for("host"), sign_for("host")
    second = (await post(here, "/v1/tokens/renew", first)).json()["token"]
    async with (
        joined_at(there, token=first) as one,
        joined_at(here, token=second) as two,
        events_at(there, second) as events,
        joined_at(there, token=other) as stays,
    ):
        assert (await post(here, "/v1/sign-out", second)).status_code == 204
        assert await code_at(here, first) == "token_revoked"
        assert await two.closed() == 4410
        assert await one.closed() == 4410
        await eventually(lambda: events[-1].get("code") == 4410)
        assert [await code_at(there, token) for token in (first, second)] == ["token_revoked"] * 2
        assert (await post(there, "/v1/tokens/renew", first)).json()["code"] == "token_revoked"
        async with viewer_at(there) as again:
            assert await again.refused("join", show="demo", token=first) == "token_revoked"
        assert (await stays.ask_for("ping"))["type"] == "pong"
        assert await code_at(there, other) == ""


async def test_a_guest_signs_out_too_and_others_stay(servers: Two) -> None:
    async with joined_at(servers[0]) as guest, joined_at(servers[1]) as other:
        assert guest.token is not None
        revised = await guest.join(token=guest.token, name="Aki", remember=True)
        assert (await post(servers[1], "/v1/sign-out", revised["token"])).status_code == 204
        assert await guest.closed() == 4410
        assert (await other.ask_for("ping"))["type"] == "pong"


async def test_a_sign_out_reaches_the_others_without_the_bus_and_whoever_starts_later(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor
) -> None:
    alone = make_settings(redis_url="redis://127.0.0.1:1/0")
    token = sign_for("host")
    async with (
        live_server(alone) as here,
        live_server(alone) as there,
        joined_at(there, token=token) as host,
    ):
        assert (await post(here, "/v1/sign-out", token)).status_code == 204
        assert await host.closed() == 4410
        async with live_server(alone) as later:
            assert await code_at(later, token) == "token_revoked"


async def test_a_person_is_signed_out_of_everything_and_may_sign_in_again(
    settings: Settings, server: str
) -> None:
    assert settings.database_url is not None
    tokens = tokens_for(settings, SystemClock())
    mika, sora = (tokens.new_member("demo", "host", name=n, viewer_id=f"m_{n}") for n in ("Mika", "Sora"))
    held = [tokens.sign(mika), tokens.sign(tokens.renew(mika))]
    database = Database(settings.database_url, pool_size=1)
    try:
        async with joined_at(server, token=held[0]) as host:
            await Revocations(database, SystemClock()).end_person("m_Mika")
            assert await host.closed() == 4410
    finally:
        await database.close()
    assert [await code_at(server, token) for token in held] == ["token_revoked"] * 2
    assert await code_at(server, tokens.sign(sora)) == ""

    async def signs_in_again() -> bool:
        again = tokens.new_member("demo", "host", name="Mika", viewer_id="m_Mika")
        return await code_at(server, tokens.sign(again)) == ""

    await eventually(signs_in_again)


async def test_signing_out_twice_or_without_a_token_says_so(server: str, sign_for: SignFor) -> None:
    token = sign_for("viewer")
    assert (await post(server, "/v1/sign-out", token)).status_code == 204
    assert (await post(server, "/v1/sign-out", token)).json()["code"] == "token_revoked"
    assert (await post(server, "/v1/sign-out", None)).json()["code"] == "unauthenticated"


async def test_what_was_ended_is_forgotten_when_no_token_could_be_believed_any_more(
    settings: Settings, set_stage: None
) -> None:
    from server.clock import ManualClock

    assert settings.database_url is not None
    clock = ManualClock(SystemClock().now())
    database = Database(settings.database_url, pool_size=2)
    try:
        revocations, other = Revocations(database, clock), Revocations(database, clock)
        identity = tokens_for(settings, clock).new_guest("demo", name=None, remember=True)
        await revocations.sign_out(identity)
        clock.at = identity.expires_at - timedelta(seconds=1)
        await revocations.forget_ended()
        await other.run_once()
        assert revocations.holds(identity.sign_in_id, identity.viewer_id, 0, "demo")
        assert other.holds(identity.sign_in_id, identity.viewer_id, 0, "demo")
        clock.at = identity.expires_at + timedelta(days=1)
        await revocations.forget_ended()
        assert not revocations.holds(identity.sign_in_id, identity.viewer_id, 0, "demo")
    finally:
        await database.close()
