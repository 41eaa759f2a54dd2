"""A channel with shows that were held, one that is to come, and people; a client that calls the plan's routes as one of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import text

import server.plan.routes
import server.stats.channel.routes
import server.stats.routes
from server.access.roles import Role
from server.access.tokens import Identity, Tokens
from server.channels.tables import PersonRow
from server.clock import ManualClock
from server.db.engine import Database
from server.http import problems
from server.ledger.derive_repository import derive_rows
from server.stats.channel.service import ChannelReports
from tests.integration.stats.hand_made import CHANNEL, START, add, make_the_show

NOW = START + timedelta(days=20)
NEXT = NOW + timedelta(days=2)


@dataclass
class Planner:
    """Whoever calls the routes; the clock is at `NOW`."""

    http: AsyncClient
    database: Database
    clock: ManualClock
    tokens: Tokens

    async def ask(
        self, method: str, path: str, body: Any = None, *, role: Role = "host", key: str = "", match: str = ""
    ) -> Response:
        """Send a request as somebody in a role."""
        ends = self.clock.now() + timedelta(hours=1)
        token = self.tokens.sign(Identity(f"v_{role}", role, CHANNEL, False, True, role.title(), ends))
        headers = {"Authorization": f"Bearer {token}"}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"If-Match": match} if match else {}
        return await self.http.request(method, f"/v1{path}", json=body, headers=headers)

    async def read(self, path: str, role: Role = "host") -> Any:
        """Return what a path answers."""
        answer = await self.ask("GET", path, role=role)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def run(self, statement: str, **given: Any) -> None:
        """Carry out a statement."""
        async with self.database.write() as connection:
            await connection.execute(text(statement), given)

    async def add_show(self, id: str, *, state: str = "scheduled", starts_at: datetime | None = None) -> None:
        """Write a show of which nothing has happened."""
        await self.run(
            """INSERT INTO show (id, channel_id, title, host, state, moderation, guests_allowed, video_hls, video_mp4, video_poster,
                   created_at, starts_at) VALUES (:id, :channel, :id, 'Mika', :state, 'post', true, '', '', '', :at, :starts)""",
            id=id,
            channel=CHANNEL,
            state=state,
            at=NOW,
            starts=starts_at,
        )


@asynccontextmanager
async def plan_world(database_url: str) -> AsyncIterator[Planner]:
    """Three shows that were held (`earlier`, `s`, `later`), one that is to come (`next`), and two people."""
    app = FastAPI()
    problems.install(app)
    for routes in (server.stats.channel.routes, server.stats.routes, server.plan.routes):
        app.include_router(routes.router())
    database, clock = Database(database_url), ManualClock(NOW)
    async with database.write() as connection:
        await make_the_show(connection)
        for show in ("earlier", "s", "later"):
            await derive_rows(connection, show)
        for id, name in (("v_aki", "Aki"), ("v_bo", "Bo")):
            mail = f"{name}@shop.example"
            told = {"email": mail, "email_key": mail.lower(), "created_at": START, "version": 1}
            await add(
                connection, PersonRow, {"id": id, "channel_id": CHANNEL, "name": name, "role": "host", **told}
            )
    # The process's own reports keep columns in a folder; here there is none.
    app.state.channel_reports = ChannelReports(database, clock)
    app.state.database, app.state.clock, app.state.tokens = database, clock, Tokens("s" * 32, clock)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://showfloor") as client:
        planner = Planner(client, database, clock, app.state.tokens)
        await planner.add_show("next", starts_at=NEXT)
        yield planner
    await database.close()
