"""The demo's channel on a real server, for tests with a browser: its products, a live show, and its past if wanted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import httpx

from server.access.roles import Role
from server.access.sign_in import SignIn
from server.access.tokens import Tokens
from server.clock import SystemClock
from server.db.engine import Database
from server.demo import seed
from server.demo.catalogue import CHANNEL_ID, HOST_NAME, VIDEO_MP4
from server.settings import Settings
from tests.support.live_server import live_server
from tests.support.viewer import joined_at

ROLES: dict[Role, str] = {"host": HOST_NAME, "moderator": "Sora", "analyst": "Ren", "admin": "Mika"}


@dataclass(frozen=True, slots=True)
class Showroom:
    """A server at `address` (`host:port`), sign-in codes by role, and who signs for everybody."""

    address: str
    codes: dict[Role, str]
    tokens: Tokens
    channel: str = CHANNEL_ID

    def url(self, path: str, *, by: str | None = None) -> str:
        """Return the address of a page; `by` names another `host:port` that leads to the same server."""
        return f"http://{by or self.address}{path}"

    def staff_url(self, role: Role, path: str) -> str:
        """Return the address of a page with the code of `role`, as `showfloor demo` prints it."""
        return f"{self.url(path)}#code={self.codes[role]}"

    def token(self, role: Role) -> str:
        """Return a token of a member of the channel."""
        return self.tokens.sign(self.tokens.new_member(self.channel, role, name=role.title()))

    async def ask(self, method: str, path: str, role: Role, body: dict[str, Any] | None = None) -> Any:
        """Make one request of the HTTP API as a member of the channel, and return the JSON that came."""
        async with httpx.AsyncClient(timeout=30) as client:
            headers = {"Authorization": f"Bearer {self.token(role)}"}
            answer = await client.request(method, self.url(f"/v1{path}"), json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    async def plan_show(self, **wishes: Any) -> str:
        """Make a scheduled show and return its id."""
        plan = {"title": "Winter table", "host": "Aoi", "video": {"mp4": VIDEO_MP4}} | wishes
        return cast("str", (await self.ask("POST", "/shows", "host", plan))["id"])

    async def begin_show(self, video: dict[str, str]) -> str:
        """Make a show with this video, start it, and return its id."""
        show = await self.plan_show(video=video)
        async with joined_at(self.address, show, token=self.token("host")) as host:
            await host.do("show.start")
        return show

    async def end_show(self, show: str) -> None:
        """End a live show."""
        async with joined_at(self.address, show, token=self.token("host")) as host:
            await host.do("show.end")


CODES_LIVE = timedelta(hours=12)
"""A room that many tests share may stand for longer than a code is good for."""


@asynccontextmanager
async def showroom_on(settings: Settings, *, past: bool = False) -> AsyncIterator[Showroom]:
    """Seed the database of `settings` and serve; `past`: with the demo's past shows, which take a few seconds."""
    assert settings.database_url is not None, "tests say where their database is"
    clock = SystemClock()
    tokens = Tokens(settings.signing_secret(), clock)
    database = Database(settings.database_url, pool_size=2)
    try:
        async with database.write() as connection:
            await seed.seed_catalogue(connection, clock.now())
            if past:
                await seed.seed_past(connection, clock.now())
            await seed.seed_live(connection, clock.now())
        sign_in = SignIn(database, tokens, clock)
        codes = {
            role: await sign_in.issue_code(CHANNEL_ID, role, subject=name, uses=1000, lifetime=CODES_LIVE)
            for role, name in ROLES.items()
        }
    finally:
        await database.close()
    async with live_server(settings) as address:
        yield Showroom(address, codes, tokens)
