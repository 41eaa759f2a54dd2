"""A set stage with servers on it: one, or two that share the engines. Fixtures; a folder's `conftest.py` names those it uses."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import httpx
import pytest

from server.access.roles import Role
from server.access.tokens import Tokens
from server.clock import SystemClock
from server.settings import Settings
from tests.support.live_server import live_server
from tests.support.stage import CHANNEL, open_stage

SignFor = Callable[..., str]


@pytest.fixture
async def set_stage(settings: Settings) -> None:
    """Channel `demo` with the live show `demo` and its products, and the channel `elsewhere`."""
    assert settings.database_url is not None
    async with open_stage(settings.database_url):
        pass


@pytest.fixture
async def server(settings: Settings, set_stage: None) -> AsyncIterator[str]:
    """One server; its `host:port`."""
    async with live_server(settings) as address:
        yield address


@pytest.fixture
async def servers(settings: Settings, set_stage: None) -> AsyncIterator[tuple[str, str]]:
    """Two servers on the same engines."""
    async with live_server(settings) as one, live_server(settings) as two:
        yield one, two


@pytest.fixture
def sign_for(settings: Settings) -> SignFor:
    """Return a maker of tokens: `sign_for("host")`, `sign_for("host", channel="elsewhere")`."""
    tokens = Tokens(settings.signing_secret(), SystemClock())

    def sign(role: Role, channel: str = CHANNEL, *, lifetime: timedelta | None = None) -> str:
        return tokens.sign(tokens.new_member(channel, role, name=role.title(), lifetime=lifetime))

    return sign


@pytest.fixture
async def admin(server: str, sign_for: SignFor) -> AsyncIterator[httpx.AsyncClient]:
    """Someone who asks a server as an admin of channel `demo`."""
    headers = {"Authorization": f"Bearer {sign_for('admin')}"}
    async with httpx.AsyncClient(base_url=f"http://{server}", headers=headers) as client:
        yield client
