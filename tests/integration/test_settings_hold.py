"""What a setting promises happens on a running server."""

import asyncio
import json
import urllib.request
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.live_server import live_server
from tests.support.stage import open_stage


async def command(socket: ClientConnection, id: int, **fields: object) -> dict[str, object]:
    """Send a command, and return the reply."""
    await socket.send(json.dumps({"id": id, **fields}))
    while True:
        for text in str(await socket.recv()).split("\n"):
            line: dict[str, object] = json.loads(text)
            if line.get("id") == id:
                return line


async def answers_to_asking_thrice(settings: Settings) -> list[object]:
    """Join the show `demo` and ask three times; return what each reply was."""
    assert settings.database_url
    async with (
        open_stage(settings.database_url),
        live_server(settings) as address,
        connect(f"ws://{address}/v1/live") as socket,
    ):
        await command(socket, 0, type="join", show="demo")
        replies = [await command(socket, id, type="ask", text=f"Question {id}?") for id in (1, 2, 3)]
        return [reply.get("code", reply["type"]) for reply in replies]


async def test_a_viewer_who_asks_too_often_is_told_when_to_come_back(make_settings: MakeSettings) -> None:
    settings = make_settings(asks_per_minute=4.0)
    assert await answers_to_asking_thrice(settings) == ["ok", "ok", "too_fast"]


async def test_limits_off_lifts_the_limit_on_questions_too(make_settings: MakeSettings) -> None:
    settings = make_settings(asks_per_minute=4.0, limits="off")
    assert await answers_to_asking_thrice(settings) == ["ok", "ok", "ok"]


async def test_the_pages_may_load_video_from_the_origins_that_are_set(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    settings = make_settings(media_origins=["https://cdn.example"], pages=tmp_path)
    async with live_server(settings) as address:
        policy = await _policy_of(f"http://{address}/healthz")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert "https://cdn.example" in rules["media-src"]
    assert "https://cdn.example" in rules["connect-src"]
    assert "https://cdn.example" not in rules["script-src"]


async def _policy_of(url: str) -> str:
    def get() -> str:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return str(answer.headers["Content-Security-Policy"])

    return await asyncio.to_thread(get)
