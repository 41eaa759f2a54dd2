"""Idempotency keys on two servers, by socket and by HTTP: one key is one command, whichever way it comes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import joined_at

KEY = {"Idempotency-Key": "key-000001"}
PLAN: dict[str, Any] = {"title": "Autumn", "host": "Mika", "starts_at": "2026-12-24T19:00:00+09:00"}


@pytest.fixture
async def callers(
    servers: tuple[str, str], sign_for: SignFor
) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """The same host at both servers."""
    headers = {"Authorization": f"Bearer {sign_for('host')}"}
    one, two = (httpx.AsyncClient(base_url=f"http://{at}/v1", headers=headers) for at in servers)
    async with one, two:
        yield one, two


Callers = tuple[httpx.AsyncClient, httpx.AsyncClient]


async def test_a_show_is_made_once_for_a_key(callers: Callers) -> None:
    answers = await asyncio.gather(*(c.post("/shows", json=PLAN, headers=KEY) for c in callers * 3))
    assert {a.status_code for a in answers} == {201}
    assert len({a.text for a in answers}) == len({a.headers["location"] for a in answers}) == 1
    other = await callers[0].post("/shows", json=PLAN | {"title": "Winter"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    listed = (await callers[1].get("/shows", params={"channel": "demo"})).json()["shows"]
    assert len([show for show in listed if show["title"] == "Autumn"]) == 1


@pytest.mark.parametrize("key", [b"short", b"k" * 65, b"with space", "ключ-ключ".encode()])
async def test_a_key_that_is_none_is_refused(callers: Callers, key: bytes) -> None:
    for path, body in (
        ("/shows", PLAN),
        ("/live/demo/commands", {"id": 1, "type": "announce", "text": "Hello"}),
        ("/sign-in", {"code": "12345678"}),
    ):
        answer = await callers[0].post(path, json=body, headers=[(b"Idempotency-Key", key)])
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_command_by_http_takes_its_key_from_the_header_or_the_body(
    servers: tuple[str, str], callers: Callers, sign_for: SignFor, settings: Settings
) -> None:
    command: dict[str, Any] = {"id": 1, "type": "product.restock", "product": "p_apron", "add": 10}
    keyed = command | {"key": "key-000001"}
    first = await callers[0].post("/live/demo/commands", json=command, headers=KEY)
    again = await callers[1].post("/live/demo/commands", json=keyed)
    both = await callers[1].post("/live/demo/commands", json=keyed, headers=KEY)
    assert first.json() == again.json() == both.json()
    assert first.json()["stock"] == 20
    differ = await callers[1].post("/live/demo/commands", json=command | {"key": "key-000002"}, headers=KEY)
    assert (differ.status_code, differ.json()["code"]) == (422, "invalid")
    token = callers[0].headers["authorization"].removeprefix("Bearer ")
    async with joined_at(servers[1], token=token) as host:
        reply = await host.ask_for("product.restock", product="p_apron", add=10, key="key-000001")
        assert reply["stock"] == 20


async def test_a_question_sent_again_is_not_a_question_more(
    make_settings: MakeSettings, set_stage: None
) -> None:
    """Two may be asked at once, whatever is repeated between, before and after."""
    settings = make_settings(asks_per_minute=4.0, commands_burst=100)
    async with live_server(settings) as address, joined_at(address) as viewer:

        async def ask(text: str, key: str | None = None) -> Any:
            reply = await viewer.ask_for("ask", text=text, **({"key": key} if key else {}))
            return reply.get("question", reply.get("code"))

        first = await ask("Is it warm?", "ask-000001")
        assert {await ask("Is it warm?", "ask-000001") for _ in range(5)} == {first}
        second = await ask("Is it soft?", "ask-000002")
        assert second.startswith("q_")
        assert await ask("Is it red?") == await ask("Is it red?", "ask-000003") == "too_fast"
        assert await ask("Is it warm?", "ask-000001") == first
        assert await ask("Is it soft?", "ask-000002") == second
        assert await ask("Is it blue?", "ask-000002") == "key_reused"
