"""Channels and people from the terminal: results alone on standard output, what to do next beside it, faults in one line."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

from server.settings import Settings
from tests.support.commands import COMMAND_SECONDS, _environment, free_port, listens, showfloor
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.members import (
    Member,
    code_in,
    invitation_code,
    member_at,
    newcomer,
    owner_code,
    somebody_at,
)
from tests.support.servers import set_stage

__all__ = ["set_stage"]

TEA = ("channel", "create", "Harbour Tea", "--currency", "JPY", "--time-zone", "Asia/Tokyo")


@pytest.fixture
def urls(settings: Settings) -> dict[str, str]:
    """What every command is told of the test's engines."""
    assert settings.database_url is not None
    assert settings.redis_url is not None
    assert settings.secret is not None
    return {
        "database_url": settings.database_url,
        "redis_url": settings.redis_url,
        "redis_prefix": settings.redis_prefix,
        "secret": settings.secret.get_secret_value(),
    }


async def run(data: Path, urls: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(showfloor, *words, data=data, **urls)


async def test_a_channel_begins_at_the_terminal_and_its_links_let_people_in(
    settings: Settings, urls: dict[str, str]
) -> None:
    data = settings.data
    made = await run(data, urls, *TEA, "--language", "ja", "--id", "tea", "--url", "https://tea.example/")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("https://tea.example/studio/join#code=")
    assert "The channel is tea." in made.stderr
    listed = await run(data, urls, "channel", "list")
    assert listed.stdout == "tea\tJPY\tAsia/Tokyo\tHarbour Tea\n"
    invited = await run(data, urls, "invite", "--role", "host", "--hours", "5")
    assert "joins Harbour Tea as host, once, within 5 hours" in invited.stderr
    async with live_server(settings) as server, somebody_at(server) as aoi, somebody_at(server) as mika:
        assert (await aoi.join(code_in(made.stdout.strip()), "Aoi"))["role"] == "admin"
        assert (await mika.join(code_in(invited.stdout.strip()), "Mika"))["role"] == "host"
        assert (await aoi.ask("GET", "/channel")).json()["language"] == "ja"
        again = await run(data, urls, "sign-out", "--email", "mika@shop.example")
        assert again.stderr == f"{mika.id} is signed out.\n"
        await eventually(lambda: is_out(mika))
        assert await mika.code("POST", "/tokens/renew", {}) == "token_revoked"
        assert await aoi.code("GET", "/channel") == ""
        await mika.sign_in("Mika")


async def is_out(member: Member) -> bool:
    return await member.code("GET", "/channel") == "token_revoked"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*TEA[:4], "XXX", *TEA[5:]), "no such currency"),
        ((*TEA[:6], "Tokyo"), "no such time zone"),
        (("channel", "create", " ", *TEA[3:]), "nothing visible"),
        ((*TEA, "--email", "nobody"), "no e-mail address"),
        ((*TEA, "--id", "no id"), "no id"),
        ((*TEA, "--id", "demo"), "a channel demo already"),
        (("invite", "--role", "host"), "several channels"),
        (("invite", "--role", "host", "--channel", "nowhere"), "no channel 'nowhere'"),
        (("sign-out", "--email", "nobody@shop.example"), "nobody signs in"),
        (("sign-out",), "nobody is named"),
    ],
)
async def test_what_cannot_be_done_is_said_in_one_line(
    settings: Settings, urls: dict[str, str], set_stage: None, words: tuple[str, ...], said: str
) -> None:
    result = await run(settings.data, urls, *words)
    assert (result.returncode, result.stdout) == (1, ""), result
    assert result.stderr.startswith("showfloor: ")
    assert result.stderr.count("\n") == 1, result.stderr
    assert said in result.stderr


async def test_a_server_without_a_channel_prints_the_owners_link_and_later_none(
    settings: Settings, urls: dict[str, str], tmp_path: Path
) -> None:
    link = await link_printed_by_a_server(settings.data, urls, tmp_path / "before.log")
    async with live_server(settings) as server, somebody_at(server) as owner:
        other = await owner_code(settings)
        channel = {"name": "Tea", "currency": "JPY", "time_zone": "Asia/Tokyo", "language": "en"}
        body = {"code": code_in(link), **channel, "person": newcomer("Aoi")}
        owner.take(await owner.ask("POST", "/channels", body))
        assert await owner.code("POST", "/channels", body | {"code": other}) == "unauthenticated"
    assert await link_printed_by_a_server(settings.data, urls, tmp_path / "after.log") == ""


def said_in(log: Path) -> str:
    return log.read_text()


def serve(data: Path, urls: dict[str, str], port: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "server", "serve", "--port", str(port)],
            env=_environment(data, urls),
            stdout=output,
            stderr=output,
        )


async def link_printed_by_a_server(data: Path, urls: dict[str, str], log: Path) -> str:
    """The owner's link that `serve` prints, empty where it listens and prints none."""
    port = free_port()
    process = serve(data, urls, port, log)

    async def serves() -> bool:
        assert process.poll() is None, said_in(log)
        return await listens(port)

    try:
        await eventually(serves, within_seconds=COMMAND_SECONDS)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)
    said = said_in(log)
    assert "Showfloor listens on" in said, said
    found = re.search(r"http://127\.0\.0\.1:\d+/studio/welcome#code=\S+", said)
    return found[0] if found else ""


async def test_a_channel_of_the_demo_has_no_owners_link(settings: Settings, set_stage: None) -> None:
    with pytest.raises(AssertionError):
        await owner_code(settings)
    async with live_server(settings) as server, member_at(server, settings) as host:
        assert host.id.startswith("pn_")
    assert await invitation_code(settings)
