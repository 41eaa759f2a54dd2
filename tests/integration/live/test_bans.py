"""A viewer who is banned is out of the show by every door and on every process, until staff let them in again."""

from typing import Any

import httpx
import pytest

from server.access.tokens import tokens_for
from server.clock import SystemClock
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.integration.live.test_endings import bearer, events_at
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.reducer import apply_all
from tests.support.servers import SignFor
from tests.support.stage import open_stage
from tests.support.viewer import joined_at, viewer_at

Two = tuple[str, str]
DOORS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/v1/shows/demo/me", None),
    ("GET", "/v1/shows/demo/questions?order=wanted", None),
    ("GET", "/v1/live/demo/events", None),
    ("POST", "/v1/live/demo/commands", {"type": "ask", "text": "May I?"}),
    ("POST", "/v1/live/demo/commands", {"type": "react", "kind": "heart"}),
    ("POST", "/v1/orders", {"show": "demo", "product": "p_bowl", "quantity": 1}),
]


async def codes_at(address: str, token: str) -> set[str]:
    """What each door says to the bearer; an empty string where they are let in."""
    said = set()
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=20.0) as client:
        for method, path, body in DOORS:
            key = {"Idempotency-Key": f"key-{token[-20:]}"} if path == "/v1/orders" else {}
            headers = bearer(token) | key
            async with client.stream(method, path, headers=headers, json=body) as answer:
                await answer.aread() if answer.is_error else None
                said.add(answer.json()["code"] if answer.is_error else "")
    async with viewer_at(address) as viewer:
        reply = await viewer.ask_for("join", show="demo", token=token)
        said.add(reply.get("code", ""))
    return said


async def say(address: str, token: str, **command: Any) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=20.0) as client:
        answer = await client.post("/v1/live/demo/commands", headers=bearer(token), json=command)
        return dict(answer.json())


@pytest.mark.parametrize("role", ["host", "moderator"])
async def test_a_banned_guest_is_out_by_every_door_of_every_process_and_may_come_back(
    servers: Two, sign_for: SignFor, role: Any
) -> None:
    here, there = servers
    async with (
        joined_at(here, token=sign_for(role)) as host,
        joined_at(there) as guest,
        joined_at(there) as other,
    ):
        token, viewer = guest.token or "", guest.id
        question = (await guest.do("ask", text="Is this a scam?"))["question"]
        async with events_at(here, token) as events:
            assert (await host.do("viewer.ban", question=question))["viewer"] == viewer
            assert await guest.closed() == 4403
            await eventually(lambda: events[-1].get("code") == 4403)
        assert await codes_at(there, token) == {"banned"}
        assert await codes_at(here, token) == {"banned"}
        banned = (await host.expect_push("viewer.banned"))["banned"]
        assert (banned["viewer"], banned["by"]) == (viewer, role.title())
        assert banned["name"].startswith("Guest ")
        await other.expect_push("withheld")
        assert (await other.ask_for("ping"))["type"] == "pong"
        await host.do("viewer.unban", viewer=viewer)
        await host.expect_push("viewer.unbanned", lambda push: push["viewer"] == viewer)
        await eventually(lambda: _is_in(there, token))
        assert await codes_at(there, token) == {""}


async def _is_in(address: str, token: str) -> bool:
    """Whether the viewer may join again, and a page of questions that was kept for a second is gone."""
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        if (await client.get("/v1/shows/demo/questions?order=wanted", headers=bearer(token))).is_error:
            return False
    async with viewer_at(address) as viewer:
        return bool((await viewer.ask_for("join", show="demo", token=token))["type"] == "joined")


async def test_a_ban_holds_where_a_process_starts_later_and_without_the_bus(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor
) -> None:
    alone = make_settings(redis_url="redis://127.0.0.1:1/0")
    async with live_server(alone) as here, live_server(alone) as there, joined_at(there) as guest:
        assert (await say(here, sign_for("host"), id=1, type="viewer.ban", viewer=guest.id))[
            "viewer"
        ] == guest.id
        assert await guest.closed() == 4403
        async with live_server(alone) as later:
            assert await codes_at(later, guest.token or "") == {"banned"}


async def test_a_ban_is_of_one_show(settings: Settings, sign_for: SignFor) -> None:
    assert settings.database_url is not None
    async with open_stage(settings.database_url) as stage:
        await stage.add_show("another")
    async with live_server(settings) as server, joined_at(server) as guest:
        await say(server, sign_for("host"), id=1, type="viewer.ban", viewer=guest.id)
        async with viewer_at(server) as elsewhere:
            await elsewhere.join("another", token=guest.token)


async def test_staff_see_who_is_banned_when_they_join_and_nobody_else_does(
    server: str, sign_for: SignFor
) -> None:
    await say(server, sign_for("host"), id=1, type="viewer.ban", viewer="v_rude")
    await say(server, sign_for("host"), id=1, type="viewer.ban", viewer="v_rude")
    async with viewer_at(server) as moderator, viewer_at(server) as guest:
        snapshot = (await moderator.join(token=sign_for("moderator")))["snapshot"]
        state = apply_all(snapshot, moderator.lines[0]["position"]["offset"], moderator.pushes)
        assert [each["viewer"] for each in state["banned"]] == ["v_rude"]
        assert "banned" not in (await guest.join())["snapshot"]


async def test_staff_cannot_be_banned_and_viewers_cannot_ban(settings: Settings, server: str) -> None:
    tokens = tokens_for(settings, SystemClock())
    sora = tokens.new_member("demo", "moderator", name="Sora", viewer_id="m_sora")
    mika = tokens.new_member("demo", "host", name="Mika", viewer_id="m_mika")
    async with joined_at(server, token=tokens.sign(sora)) as moderator, joined_at(server) as guest:
        question = (await moderator.do("ask", text="Anything else?"))["question"]
        await eventually(lambda: _is_kept(server, tokens.sign(mika), question))
        assert (await say(server, tokens.sign(mika), id=2, type="viewer.ban", viewer="m_sora"))[
            "code"
        ] == "forbidden"
        assert await guest.refused("viewer.ban", viewer="m_sora") == "forbidden"
        assert await guest.refused("viewer.unban", viewer="m_sora") == "forbidden"
        assert (await moderator.ask_for("ping"))["type"] == "pong"


async def _is_kept(server: str, token: str, question: str) -> bool:
    """Whether the moderator's id is known as staff's, which is kept behind their join."""
    reply = await say(server, token, id=1, type="viewer.ban", question=question)
    return reply.get("code") == "forbidden"


async def test_who_is_to_be_banned_is_said_in_one_way(server: str, sign_for: SignFor) -> None:
    host = sign_for("host")
    for fields in ({}, {"viewer": "v_1", "question": "q_1"}):
        assert (await say(server, host, id=1, type="viewer.ban", **fields))["code"] == "invalid"
    assert (await say(server, host, id=1, type="viewer.ban", question="q_none"))["code"] == "not_found"


async def test_bans_are_in_the_audit(settings: Settings, server: str, sign_for: SignFor) -> None:
    assert settings.database_url is not None
    host = sign_for("host")
    for type in ("viewer.ban", "viewer.ban", "viewer.unban", "viewer.unban"):
        await say(server, host, id=1, type=type, viewer="v_rude")
    async with open_stage(settings.database_url, empty=True) as stage:
        audits = [(row.action, row.subject, row.name) for row in await stage.audits()]
    assert audits == [("viewer.ban", "v_rude", "Host"), ("viewer.unban", "v_rude", "Host")]
