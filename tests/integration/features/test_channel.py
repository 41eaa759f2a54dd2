"""The caller's channel over HTTP: read by its people, changed by its admins, never another's."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

import server.channels.routes
from server.access.roles import ROLES, Role
from server.channels.service import Channels
from server.http import problems
from tests.support.stage import CHANNEL, ELSEWHERE, Stage


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)
    app.include_router(server.channels.routes.router())
    app.state.tokens, app.state.channels = stage.tokens, Channels(stage.database, stage.clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://showfloor") as client:
        yield client


def bearer(stage: Stage, role: Role, channel: str = CHANNEL) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {stage.tokens.sign(stage.tokens.new_member(channel, role, name='Aki'))}"
    }


async def test_its_people_read_it_and_viewers_do_not(stage: Stage, client: httpx.AsyncClient) -> None:
    for role in ROLES:
        asked = await client.get("/v1/channel", headers=bearer(stage, role))
        assert asked.status_code == (403 if role == "viewer" else 200), role
    answer = await client.get("/v1/channel", headers=bearer(stage, "analyst"))
    assert answer.json() == {
        "id": CHANNEL,
        "name": "Demo",
        "currency": "JPY",
        "time_zone": "UTC",
        "language": "en",
        "origins": [],
        "frame_ancestors": [],
        "order_taker": "showfloor",
        "cart_url": "",
        "attribution_hours": 24,
        "guests_allowed": True,
        "version": 1,
        "created_at": "2026-11-22T12:00:00.000Z",
    }
    assert answer.headers["etag"] == '"1"'
    assert (await client.get("/v1/channel")).status_code == 401


async def test_an_admin_changes_what_is_named_and_a_change_to_the_same_is_none(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    admin = bearer(stage, "admin")
    changes = {"name": "  Aoi's   kitchen ", "time_zone": "Asia/Tokyo"}
    for _ in range(2):
        changed = await client.patch("/v1/channel", json=changes, headers=admin)
        assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    found = (await client.get("/v1/channel", headers=admin)).json()
    assert (found["name"], found["time_zone"], found["language"]) == ("Aoi's kitchen", "Asia/Tokyo", "en")
    other = await client.get("/v1/channel", headers=bearer(stage, "admin", ELSEWHERE))
    assert other.json()["name"] == "Elsewhere"


async def test_others_change_nothing(stage: Stage, client: httpx.AsyncClient) -> None:
    for role in ROLES:
        if role != "admin":
            answer = await client.patch("/v1/channel", json={"name": "Mine"}, headers=bearer(stage, role))
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), role


async def test_the_people_of_a_channel_that_is_not_there_are_told_so(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    nowhere = bearer(stage, "admin", "nowhere")
    answers = [
        await client.get("/v1/channel", headers=nowhere),
        await client.patch("/v1/channel", json={"name": "Here"}, headers=nowhere),
    ]
    assert [each.json()["code"] for each in answers] == ["not_found", "not_found"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " \u200b "),
        ("name", "n" * 81),
        ("name", "a\x00b"),
        ("name", 5),
        ("time_zone", "Tokyo"),
        ("time_zone", "Asia/Tokyo\x00"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "localtime"),
        ("time_zone", ""),
        ("language", "de"),
        ("language", "EN"),
        ("currency", "EUR"),
        ("version", 7),
        ("id", "other"),
    ],
)
async def test_a_value_that_no_channel_can_have_is_refused_by_its_field(
    stage: Stage, client: httpx.AsyncClient, field: str, value: object
) -> None:
    answer = await client.patch("/v1/channel", json={field: value}, headers=bearer(stage, "admin"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [each["at"] for each in answer.json()["errors"]] == [f"body/{field}"]
    assert (await client.get("/v1/channel", headers=bearer(stage, "admin"))).json()["version"] == 1
