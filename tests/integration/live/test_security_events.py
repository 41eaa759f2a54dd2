"""What is refused, failed or taken away is noted: by id, rule and address prefix, never by text, and a flood is one line a second."""

import asyncio
import json
from typing import Any

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from server import security
from tests.conftest import MakeSettings
from tests.integration.live.test_endings import bearer
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import joined_at, viewer_at

TEXT = "my secret words"


@pytest.fixture
def logged() -> Any:
    """The lines that are logged while the test runs."""
    security._said.clear()
    security._unsaid.clear()
    with structlog.testing.capture_logs() as lines:
        yield lines


def counted(rule: str) -> float:
    return REGISTRY.get_sample_value("showfloor_security_events_total", {"rule": rule}) or 0.0


def events(lines: list[Any]) -> dict[str, Any]:
    return {line["rule"]: line for line in lines if line["event"] == "security"}


async def test_every_refusal_about_who_somebody_is_leaves_an_event(
    server: str, sign_for: SignFor, logged: list[Any]
) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}") as client, joined_at(server) as guest:
        token = guest.token or ""
        await client.post("/v1/sign-in", json={"code": "wrong-code-0123456789"})
        await client.get("/v1/shows/demo/me", headers=bearer("no.such.token"))
        await client.get("/v1/shows/demo/stats", headers=bearer(token))
        await client.get("/v1/shows/demo/export.csv", headers=bearer(sign_for("analyst")))
        await guest.refused("announce", text=TEXT)
        await client.get("/v1/live", headers={"Upgrade": "websocket", "Origin": "http://evil.example"})
        async with viewer_at(server) as other:
            await other.refused("join", show="demo", token=sign_for("viewer", channel="elsewhere"))
        await client.post("/v1/sign-out", headers=bearer(token))
        await client.get("/v1/shows/demo/me", headers=bearer(token))
    found = events(logged)
    assert {
        "sign_in_failed",
        "unauthenticated",
        "forbidden",
        "exported",
        "signed_out",
        "token_revoked",
    } <= set(found)
    assert {line["address"] for line in found.values()} == {"127.0.0.0/24"}
    assert found["forbidden"]["id"] == found["token_revoked"]["id"] == guest.id
    assert found["exported"]["id"].startswith("v_")
    assert TEXT not in json.dumps(logged)
    assert token not in json.dumps(logged)


async def test_a_flood_is_one_line_a_rule_and_second_and_every_event_is_counted(
    make_settings: MakeSettings, set_stage: None, logged: list[Any]
) -> None:
    before = counted("sign_in_failed")
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with (
        live_server(make_settings(limits="off")) as server,
        httpx.AsyncClient(base_url=f"http://{server}") as client,
    ):
        for number in range(100):
            await client.post("/v1/sign-in", json={"code": f"wrong-code-{number:010}"})
    seconds = loop.time() - began
    assert counted("sign_in_failed") - before == 100
    lines = [line for line in logged if line.get("rule") == "sign_in_failed"]
    assert 1 <= len(lines) <= seconds / security.QUIET_SECONDS + 1
    assert sum(line["unsaid"] + 1 for line in lines) + security._unsaid.get("sign_in_failed", 0) == 100


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", "unknown"),
        ("alice@example.com", "unknown"),
    ],
)
def test_an_address_is_kept_as_the_network_it_lies_in(address: str, prefix: str) -> None:
    assert security.address_prefix(address) == prefix


@given(st.text())
def test_what_is_no_address_is_never_kept(text: str) -> None:
    prefix = security.address_prefix(text)
    assert prefix == "unknown" or prefix.endswith(("/24", "/48"))
