"""The other way in: server-sent events and commands by HTTP."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from server.access.tokens import Tokens
from server.clock import SystemClock
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import joined_at, viewer_at

Two = tuple[str, str]


class Stream:
    """A viewer who reads events: `read` returns the next one as (id, object)."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def read(self) -> tuple[str | None, dict[str, Any]]:
        id = None
        async for line in self._lines:
            if line.startswith("id: "):
                id = line.removeprefix("id: ")
            elif line.startswith("data: "):
                return id, json.loads(line.removeprefix("data: "))
        raise AssertionError("the stream ended")

    async def expect(self, type: str) -> tuple[str | None, dict[str, Any]]:
        while True:
            id, event = await self.read()
            if event["type"] == type:
                return id, event


@asynccontextmanager
async def stream_at(
    address: str, *, show: str = "demo", query: str = "", **headers: str
) -> AsyncIterator[Stream]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        httpx.AsyncClient(base_url=f"http://{address}") as client,
        client.stream("GET", f"/v1/live/{show}/events{query}", headers=named) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        yield Stream(answer.aiter_lines())


async def command(address: str, token: str, *, query: str = "", **fields: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        headers = {"Authorization": f"Bearer {token}"}
        return await client.post(
            f"/v1/live/demo/commands{query}", content=json.dumps(fields), headers=headers
        )


async def test_a_guest_reads_the_show_as_events_and_speaks_by_http(servers: Two, sign_for: SignFor) -> None:
    async with joined_at(servers[1], token=sign_for("host")) as host, stream_at(servers[0]) as stream:
        _, joined = await stream.read()
        assert joined["type"] == "joined"
        assert joined["snapshot"]["show"]["id"] == "demo"
        answer = await command(servers[0], joined["token"], id=1, type="ask", text="By HTTP?")
        assert answer.status_code == 200
        assert answer.json()["state"] == "open"
        id, posted = await stream.expect("question.posted")
        assert posted["question"]["text"] == "By HTTP?"
        assert id == f"epoch-1:{posted['offset']}"
        await host.expect_push("question.posted")


async def test_last_event_id_recovers_on_another_process(servers: Two, sign_for: SignFor) -> None:
    async with joined_at(servers[0], token=sign_for("host")) as host:
        async with stream_at(servers[0]) as stream:
            _, joined = await stream.read()
            await host.do("announce", text="one")
            id, _ = await stream.expect("announce")
        await host.do("announce", text="two")
        assert id is not None
        async with stream_at(
            servers[1], Authorization=f"Bearer {joined['token']}", Last_Event_ID=id
        ) as again:
            _, back = await again.read()
            assert (back["recovered"], back["viewer"]) == (True, joined["viewer"])
            assert (await again.expect("announce"))[1]["text"] == "two"


async def test_a_stream_that_plays_is_counted_until_it_ends(server: str) -> None:
    async with joined_at(server) as viewer:
        async with stream_at(server, query="?playing=true"):
            await viewer.expect_push("pulse", lambda p: p.get("viewers") == 1)
        await viewer.expect_push("pulse", lambda p: viewer.lines.index(p) > 1 and p.get("viewers") == 0)


async def test_refusals_by_http_have_the_codes_of_the_socket(server: str, sign_for: SignFor) -> None:
    token = sign_for("viewer")
    refused: dict[str, dict[str, Any]] = {
        "forbidden": {"type": "announce", "text": "mine"},
        "not_found": {"type": "vote", "question": "q_nobody"},
        "unknown_type": {"type": "dance"},
        "invalid": {"type": "ask", "text": 7},
    }
    for code, fields in refused.items():
        answer = await command(server, token, id=1, **fields)
        assert answer.json()["code"] == code
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await command(server, sign_for("viewer", "elsewhere"), type="ping")).status_code == 403
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        assert (await client.get("/v1/live/nothing/events")).json()["code"] == "not_found"


async def test_a_command_in_another_encoding_is_refused_wherever_that_shows(
    server: str, sign_for: SignFor
) -> None:
    address, headers = (
        f"http://{server}/v1/live/demo/commands",
        {"Authorization": f"Bearer {sign_for('viewer')}"},
    )
    async with httpx.AsyncClient() as client:
        for line in (
            b'{"type":"ping","more":"\xff"}',
            b'{"type":"ask","text":"\xe9"}',
            b'{"type":"ping"}\xff',
        ):
            answer = await client.post(address, content=line, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (400, "bad_json"), line


async def test_a_stream_is_told_by_command_whether_it_plays(server: str) -> None:
    async with joined_at(server) as viewer, stream_at(server, query="?stream=tab-1") as stream:
        _, joined = await stream.read()
        for playing, watching in ((True, 1), (False, 0)):
            told = {"type": "playing", "id": 1, "playing": playing}
            answer = await command(server, joined["token"], query="?stream=tab-1", **told)
            assert answer.json() == {"id": 1, "type": "ok"}
            await viewer.expect_push("pulse", {"type": "pulse", "viewers": watching}.__eq__)


async def test_playing_reaches_no_stream_but_the_viewer_s_own_of_that_name(
    servers: Two, sign_for: SignFor
) -> None:
    async with stream_at(servers[0], query="?stream=tab-1") as stream:
        _, joined = await stream.read()
        other, mine = sign_for("viewer"), joined["token"]
        for address, token, name in (
            (servers[0], other, "tab-1"),
            (servers[0], mine, "tab-2"),
            (servers[1], mine, "tab-1"),
        ):
            answer = await command(address, token, query=f"?stream={name}", type="playing")
            assert answer.json()["code"] == "not_found"
    answer = await command(servers[0], mine, query="?stream=tab-1", type="ping")
    assert answer.json()["type"] == "pong"


@pytest.mark.parametrize("type", ["join", "playing"])
async def test_what_lasts_is_the_stream_s_and_no_command_without_one(
    server: str, sign_for: SignFor, type: str
) -> None:
    answer = await command(server, sign_for("viewer"), type=type, show="demo")
    assert answer.json()["code"] == "unknown_type"


@pytest.mark.parametrize("id", ["epoch-1:\u00b2", "epoch-1:-1", "epoch-1:", ":1", "17", "another:0"])
async def test_a_last_event_id_that_is_no_position_gets_the_snapshot(server: str, id: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        headers = [(b"Last-Event-ID", id.encode("latin-1"))]
        async with client.stream("GET", "/v1/live/demo/events", headers=headers) as answer:
            _, joined = await Stream(answer.aiter_lines()).read()
    assert joined["recovered"] is False


@pytest.mark.usefixtures("set_stage")
async def test_commands_by_http_are_limited_like_a_socket_s(
    make_settings: MakeSettings, sign_for: SignFor
) -> None:
    async with live_server(make_settings(commands_per_second=0.01, commands_burst=5)) as address:
        token = sign_for("viewer")
        answers = [await command(address, token, type="react", kind="heart") for _ in range(7)]
        assert [a.status_code for a in answers] == [204] * 5 + [429] * 2
        assert "retry-after" in answers[-1].headers


@pytest.mark.usefixtures("set_stage")
async def test_a_stream_does_not_keep_silent_sockets_from_being_closed(make_settings: MakeSettings) -> None:
    async with (
        live_server(make_settings(join_seconds=0.5)) as address,
        stream_at(address) as stream,
        viewer_at(address) as silent,
    ):
        await stream.read()
        assert await silent.closed() == 4408


async def test_a_stream_takes_every_field_of_join(server: str, settings: Settings) -> None:
    wishes = "?name=Aki%20T&remember=true&source=mail&share=s_1&pulse_only=true"
    async with stream_at(server, query=wishes) as stream:
        _, joined = await stream.read()
    identity = Tokens(settings.signing_secret(), SystemClock()).verify(joined["token"])
    assert (identity.name, identity.remembered) == ("Aki T", True)
    headers = {"Authorization": f"Bearer {joined['token']}"}
    async with stream_at(server, query="?remember=false", **headers) as stream:
        _, again = await stream.read()
    assert again["viewer"] == joined["viewer"]
    assert not Tokens(settings.signing_secret(), SystemClock()).verify(again["token"]).remembered


@pytest.mark.parametrize(
    "wrong",
    ["name=" + "x" * 41, "name=%00", "source=%00", "source=" + "x" * 65, "share=a%20b", "remember=perhaps"],
)
async def test_a_stream_with_a_field_that_join_refuses_is_refused(server: str, wrong: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        answer = await client.get(f"/v1/live/demo/events?{wrong}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
