"""A channel's people in tests: links by the terminal, and somebody who calls the API as one of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx

from server.clock import Clock, SystemClock
from server.running.channel_terminal import ChannelTerminal
from server.settings import Settings
from tests.support.stage import CHANNEL

PASSWORD = "three teapots on a shelf"
ANOTHER = "four saucers under them"
HOUR = timedelta(hours=1)


@asynccontextmanager
async def terminal(settings: Settings, clock: Clock | None = None) -> AsyncIterator[ChannelTerminal]:
    """What the terminal has, on the test's database."""
    assert settings.database_url is not None
    async with ChannelTerminal.opened(settings, settings.database_url, clock or SystemClock()) as opened:
        yield opened


def code_in(path: str | None) -> str:
    """The code in a link."""
    assert path is not None
    return path.partition("#code=")[2]


async def invitation_code(settings: Settings, role: str = "host", *, clock: Clock | None = None) -> str:
    """The code of a new invitation to the stage's channel."""
    async with terminal(settings, clock) as opened:
        return code_in((await opened.invite(CHANNEL, role, "", HOUR))[1])


async def owner_code(settings: Settings, *, clock: Clock | None = None) -> str:
    """The code of a new owner's link."""
    async with terminal(settings, clock) as opened:
        return code_in(await opened.owner_path())


def newcomer(name: str, **others: Any) -> dict[str, Any]:
    """What somebody fills in who joins."""
    return {"name": name, "email": f"{name.lower()}@shop.example", "password": PASSWORD} | others


class Member:
    """One of the channel's people, or somebody who wants to be, with the token that they were given last."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.token = ""
        self.id = ""

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Send a request as this person."""
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, f"/v1{path}", json=body, headers=own | named)

    async def code(self, method: str, path: str, body: object = None, **headers: str) -> str:
        """The code of a refusal, empty where it was none."""
        answer = await self.ask(method, path, body, **headers)
        return "" if answer.is_success else str(answer.json()["code"])

    def take(self, answer: httpx.Response) -> dict[str, Any]:
        """Keep the token of an answer that signs in, and return the answer."""
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        self.token, self.id = found["token"], found["viewer"]
        return found

    async def join(self, code: str, name: str, **others: Any) -> dict[str, Any]:
        """Join by an invitation."""
        body = {"code": code, "person": newcomer(name, **others)}
        return self.take(await self.ask("POST", "/invitations/accept", body))

    async def sign_in(self, name: str, password: str = PASSWORD, **others: Any) -> dict[str, Any]:
        """Sign in by e-mail and password."""
        self.token = ""
        body = {"email": f"{name.lower()}@shop.example", "password": password} | others
        return self.take(await self.ask("POST", "/sign-in/password", body))

    async def renew(self) -> dict[str, Any]:
        """Exchange the token for a fresh one."""
        return self.take(await self.ask("POST", "/tokens/renew", {}))


@asynccontextmanager
async def somebody_at(address: str, **headers: str) -> AsyncIterator[Member]:
    """Somebody who asks a server."""
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=20.0, headers=headers) as client:
        yield Member(client)


@asynccontextmanager
async def member_at(
    address: str, settings: Settings, role: str = "host", name: str = ""
) -> AsyncIterator[Member]:
    """Somebody who has joined the stage's channel in a role, by the name of the role unless another is given."""
    async with somebody_at(address) as member:
        await member.join(await invitation_code(settings, role), name or role.title())
        yield member
