"""Pooled connections die while nobody uses them: no command and no request fails by that."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest

from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor, set_stage
from tests.support.viewer import Line, Viewer, joined_at

__all__ = ["set_stage"]

pytestmark = pytest.mark.faults

ROUNDS = 5
READS = [
    "/shows?channel=demo",
    "/shows/demo",
    "/shows/demo/me",
    "/shows/demo/questions",
    "/shows/demo/stats",
    "/shows/demo/stats/series",
    "/shows/demo/export.csv",
]
KILL = """
    SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
LIVING = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
CALLER_SECONDS_MAX = 30.0
"""A busy machine makes connections anew slowly; the server itself says by then that it does not answer."""


@pytest.fixture
async def address(make_settings: MakeSettings, set_stage: None) -> AsyncIterator[str]:
    async with live_server(make_settings(limits="off", worker=False)) as address:
        yield address


def commands(question: str) -> list[Line]:
    """One of every kind that needs SQL."""
    return [
        {"type": "ask", "text": "Why?"},
        {"type": "vote", "question": question},
        {"type": "announce", "text": "Hello"},
        {"type": "product.restock", "product": "p_apron", "add": 1},
        {"type": "product.pin", "product": "p_apron"},
        {"type": "product.unpin"},
        {"type": "question.pin", "question": question},
        {"type": "question.answer", "question": question, "live": True},
        {"type": "question.restore", "question": question},
        {"type": "show.start"},
    ]


async def kill_all(settings: Settings) -> int:
    """End every connection to the database but this one's, and return how many they were once all of them are gone."""
    assert settings.database_url is not None
    address = settings.database_url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        killed = [pid for pid, _ in connection.execute(KILL)]
        await eventually(lambda: connection.execute(LIVING, [killed]).fetchone() == (0,))
    return len(killed)


def calling(address: str, token: str) -> httpx.AsyncClient:
    """Return a caller who waits for as long as it takes."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=f"http://{address}/v1", headers=headers, timeout=CALLER_SECONDS_MAX)


async def read_all(caller: httpx.AsyncClient, paths: list[str]) -> None:
    """Read all of it at once: then there are many connections in the pool, used just now."""
    answers = await asyncio.gather(*(caller.get(path) for path in paths))
    assert [a.text for a in answers if a.is_error] == []


async def at_once(host: Viewer, caller: httpx.AsyncClient, question: str, number: int) -> list[Any]:
    """Do everything at once, and return what failed."""
    asked = [host.ask_for(**command) for command in commands(question)]
    bought = host.ask_for("buy", product="p_apron", quantity=1, key=f"key-{number:05}")
    made = caller.post("/shows", json={"title": "Autumn", "host": "Mika"})
    replies = await asyncio.gather(*asked, bought)
    answers = await asyncio.gather(made, *(caller.get(path) for path in READS))
    return [r for r in replies if r["type"] != "ok"] + [a.text for a in answers if a.is_error]


async def test_nothing_fails_when_all_pooled_connections_have_died(
    address: str, settings: Settings, sign_for: SignFor
) -> None:
    token = sign_for("host")
    async with joined_at(address, token=token) as host, calling(address, token) as caller:
        question = (await host.do("ask", text="Washable?"))["question"]
        assert await at_once(host, caller, question, 0) == []
        for number in range(1, ROUNDS):
            await read_all(caller, READS * 2)
            assert await kill_all(settings) > 1
            assert await at_once(host, caller, question, number) == []


@pytest.mark.parametrize("path", READS)
async def test_a_read_on_a_dead_connection_is_answered(
    address: str, settings: Settings, sign_for: SignFor, path: str
) -> None:
    async with calling(address, sign_for("host")) as caller:
        for _ in range(ROUNDS):
            await read_all(caller, [path] * 8)
            assert await kill_all(settings) > 1
            assert (await caller.get(path)).status_code == 200
