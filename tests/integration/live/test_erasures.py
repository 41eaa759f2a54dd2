"""Whoever asks to be erased is sent away at once, by every door of every process, and within a minute counts are all that is left."""

import json
from typing import Any

import httpx
import psycopg
import pytest

from server.settings import Settings
from tests.integration.live.test_endings import bearer
from tests.support.eventually import eventually
from tests.support.servers import SignFor
from tests.support.viewer import Viewer, joined_at, viewer_at

Two = tuple[str, str]
WORDS = "Does it fit my cat Momo?"
ERASURE_SECONDS = 60


def client_of(address: str, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://{address}", headers=bearer(token), timeout=20.0)


def everything(settings: Settings) -> str:
    """All that is in any table."""
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url.replace("+psycopg", "")) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = [
            connection.execute(f'SELECT CAST(t AS text) FROM "{name}" AS t').fetchall() for (name,) in tables
        ]
    return "\n".join(row for found in rows for (row,) in found)


async def erased(client: httpx.AsyncClient) -> bool:
    listed = (await client.get("/v1/erasures")).json()["erasures"]
    return bool(listed) and all(each["done_at"] for each in listed)


async def ask_and_pin(guest: Viewer, host: Viewer) -> str:
    question = str((await guest.do("ask", text=WORDS))["question"])
    await host.do("question.pin", question=question)
    return question


async def test_a_viewer_erases_themselves_while_the_show_goes_on(
    servers: Two, sign_for: SignFor, settings: Settings
) -> None:
    here, there = servers
    async with (
        joined_at(here, token=sign_for("host")) as host,
        joined_at(here, remember=True) as guest,
        joined_at(there) as other,
        client_of(there, guest.token or "") as own,
        client_of(here, sign_for("admin")) as admin,
    ):
        question = await ask_and_pin(guest, host)
        await guest.do("react", kind="heart")
        await other.expect_push("question.posted", lambda push: push["question"]["text"] == WORDS)
        handed = (await own.get("/v1/viewers/me/data")).json()
        assert WORDS in json.dumps(handed, ensure_ascii=False)
        asked = await own.post("/v1/viewers/me/erasure")
        assert asked.status_code == 202, asked.text
        assert await guest.closed() == 4410
        for address in servers:
            async with viewer_at(address) as back:
                assert (await back.ask_for("join", show="demo", token=guest.token))["code"] == "token_revoked"
        await eventually(lambda: erased(admin), within_seconds=ERASURE_SECONDS)
        for viewer in (other, host):
            push = await viewer.expect_push(
                "question.erased", lambda push: push["question"]["id"] == question
            )
            assert (push["question"]["text"], push["question"]["author"]) == ("–", "–")
        kept = everything(settings)
        assert [word for word in (guest.id, WORDS) if word in kept] == []
        for address in servers:
            async with joined_at(address) as late:
                assert WORDS not in json.dumps(late.lines, ensure_ascii=False)
            async with viewer_at(address) as back:
                refused = await back.ask_for("join", show="demo", token=guest.token)
                assert refused["code"] == "token_revoked", (
                    "the token that lies in another tab brings nobody back"
                )


async def test_an_admin_finds_a_person_by_an_order_and_has_them_erased(
    server: str, sign_for: SignFor, settings: Settings
) -> None:
    async with joined_at(server) as guest, client_of(server, sign_for("admin")) as admin:
        bought = await guest.do("buy", product="p_bowl", quantity=1, key="key-erasure")
        number = bought["number"]
        (found,) = (await admin.post("/v1/viewers/find", json={"order": number})).json()["people"]
        assert (found["viewer"], found["rows"]["orders"]) == (guest.id, 1)
        handed = await admin.get(f"/v1/viewers/{guest.id}/data")
        assert handed.json()["rows"]["orders"][0]["number"] == number
        assert "attachment" in handed.headers["content-disposition"]
        first = (await admin.post(f"/v1/viewers/{guest.id}/erasure")).json()
        again = (await admin.post(f"/v1/viewers/{guest.id}/erasure")).json()
        assert first == again, "asked twice is asked once"
        await eventually(lambda: erased(admin), within_seconds=ERASURE_SECONDS)
        (listed,) = (await admin.get("/v1/erasures")).json()["erasures"]
        assert (listed["id"], listed["asked_by"], listed["ids"], listed["shows"]) == (
            first["id"],
            "Admin",
            1,
            1,
        )
        deeds = [deed["action"] for deed in (await admin.get("/v1/audit")).json()["deeds"]]
        assert deeds[:2] == ["privacy.erase", "privacy.hand_out"]
        assert guest.id not in everything(settings)
        orders = (await admin.get("/v1/orders")).json()["orders"]
        assert [order["number"] for order in orders] == [number], "the order itself stays, for the books"


Asked = tuple[str, str, dict[str, Any] | None]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("POST", "/v1/viewers/find", {}), "invalid"),
        (("POST", "/v1/viewers/find", {"order": "A", "viewer": "v_a"}), "invalid"),
        (("POST", "/v1/viewers/find", {"order": "a\0"}), "invalid"),
        (("GET", "/v1/viewers/v_nobody/data", None), "not_found"),
        (("POST", "/v1/viewers/v_nobody/erasure", None), "not_found"),
        (("POST", "/v1/viewers/me/erasure", None), "forbidden"),
        (("GET", "/v1/viewers/me/data", None), "forbidden"),
    ],
)
async def test_what_an_admin_asks_for_in_vain(
    server: str, sign_for: SignFor, asked: Asked, code: str
) -> None:
    method, path, body = asked
    async with client_of(server, sign_for("admin")) as admin:
        answer = await admin.request(method, path, json=body)
    assert answer.json()["code"] == code


@pytest.mark.parametrize("named", [{"viewer": "v_nobody"}, {"order": "NOSUCH00"}, {"customer": "c-1"}])
async def test_who_is_nobody_is_not_found(server: str, sign_for: SignFor, named: dict[str, str]) -> None:
    async with client_of(server, sign_for("admin")) as admin:
        assert (await admin.post("/v1/viewers/find", json=named)).json() == {"people": []}


async def test_a_viewer_of_another_channel_is_nobody_here(server: str, sign_for: SignFor) -> None:
    async with joined_at(server) as guest, client_of(server, sign_for("admin", "elsewhere")) as stranger:
        await guest.do("ask", text=WORDS)
        for method, path in (
            ("GET", f"/v1/viewers/{guest.id}/data"),
            ("POST", f"/v1/viewers/{guest.id}/erasure"),
        ):
            assert (await stranger.request(method, path)).json()["code"] == "not_found"
        assert (await guest.ask_for("ping"))["type"] == "pong"
