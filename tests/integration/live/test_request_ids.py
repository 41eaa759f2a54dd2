"""Every answer has an id, its own or the caller's; a problem says it too, and so do the log lines of the request."""

import json
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from server.http import problems
from server.http.guard import Guard
from server.http.request_ids import request_id_for
from tests.support.servers import SignFor

PATHS = ["/healthz", "/metrics", "/", "/openapi.json", "/v1/shows/demo", "/nowhere", "/assets/nothing.js"]


async def test_every_answer_has_an_id_of_its_own(server: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        answers = [await client.get(path) for path in PATHS] + [await client.head("/v1/shows/demo")]
        answers.append(await client.post("/v1/orders", headers={"Origin": "http://evil.example"}))
        answers.append(await client.post("/v1/shows", content=b"x" * 100_000))
    ids = [answer.headers["request-id"] for answer in answers]
    assert len(set(ids)) == len(ids)
    for answer in answers:
        if answer.headers["content-type"] == "application/problem+json" and answer.content:
            assert answer.json()["request_id"] == answer.headers["request-id"]


@pytest.mark.parametrize("name", ["request-id", "x-request-id"])
async def test_a_well_formed_id_is_taken_over(server: str, name: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        taken = await client.get("/v1/shows/none", headers={name: "0f3c-11.ab_9"})
        assert taken.headers["request-id"] == taken.json()["request_id"] == "0f3c-11.ab_9"
        for odd in ("short", "x" * 65, "with space in", "<script>alert</script>"):
            assert (await client.get("/healthz", headers={name: odd})).headers["request-id"] != odd


@given(st.binary())
def test_what_is_not_well_formed_is_never_taken_over(given_id: bytes) -> None:
    taken = request_id_for({b"request-id": given_id})
    assert taken.replace("_", "").replace("-", "").replace(".", "").isalnum()
    assert 8 <= len(taken) <= 64


async def test_a_fault_is_answered_with_all_heads_and_the_id(capsys: pytest.CaptureFixture[str]) -> None:
    app = FastAPI()
    problems.install(app)

    async def fail() -> None:
        structlog.get_logger().warning("about to fail")
        raise ZeroDivisionError

    app.add_api_route("/fail", fail)
    app.add_middleware(Guard)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(),
    )
    try:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            answer = await client.get("/fail", headers={"Request-Id": "asked-0001"})
    finally:
        structlog.reset_defaults()
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["request-id"] == answer.json()["request_id"] == "asked-0001"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert json.loads(capsys.readouterr().out)["request_id"] == "asked-0001"


async def test_what_is_carried_out_once_says_so_when_it_is_answered_again(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    posts: list[tuple[str, Any]] = [
        ("/v1/shows", {"title": "Autumn", "host": "Mika"}),
        ("/v1/orders", {"show": "demo", "product": "p_apron", "quantity": 1}),
        ("/v1/live/demo/commands", {"id": 1, "type": "ask", "text": "Is it warm?"}),
        ("/v1/live/demo/commands", {"id": 1, "type": "announce", "text": "Hello"}),
    ]
    headers = {"Authorization": f"Bearer {sign_for('host')}"}
    one, two = (httpx.AsyncClient(base_url=f"http://{at}", headers=headers) for at in servers)
    async with one, two:
        for number, (path, body) in enumerate(posts):
            key = {"Idempotency-Key": f"key-{number:06}"}
            first = await one.post(path, json=body, headers=key)
            again = await two.post(path, json=body, headers=key)
            assert first.is_success, first.text
            assert "idempotent-replayed" not in first.headers, path
            assert again.headers["idempotent-replayed"] == "true", path
            assert again.json() == first.json()
            if "type" not in body:
                other = await two.post(path, json=body | {"show": "x", "title": "Y"}, headers=key)
                assert "idempotent-replayed" not in other.headers
