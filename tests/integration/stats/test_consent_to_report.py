"""Whether somebody agrees to be recognised is what they said last, whatever an older token says: from joining to the report."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from server.access.tokens import Tokens
from server.clock import ManualClock, SystemClock
from server.db.engine import Database
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.servers import SignFor, server, set_stage, sign_for
from tests.support.viewer import Viewer, joined_at

__all__ = ["server", "set_stage", "sign_for"]

FIRST = "demo"


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    return make_settings(flush_ms=50, guest_burst=0, guest_watch_seconds=0)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url or "", pool_size=2)
    yield database
    await database.close()


@pytest.fixture
async def host(server: str, sign_for: SignFor) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {sign_for('host')}"}
    async with httpx.AsyncClient(base_url=f"http://{server}/v1", headers=headers, timeout=20) as client:
        yield client


def agreed_earlier(settings: Settings) -> str:
    """The token of a guest who has agreed three hours ago, before the first show."""
    then = ManualClock(SystemClock().now() - timedelta(hours=3))
    tokens = Tokens(settings.signing_secret(), then)
    return tokens.sign(tokens.new_guest("demo", name=None, remember=True))


async def do(host: httpx.AsyncClient, show: str, type: str) -> None:
    answer = await host.post(f"/live/{show}/commands", json={"id": 1, "type": type})
    assert answer.status_code == 200, answer.text


async def begin_another(host: httpx.AsyncClient) -> str:
    show = str((await host.post("/shows", json={"title": "Winter", "host": "Mika"})).json()["id"])
    await do(host, show, "show.start")
    return show


async def watch(viewer: Viewer, show: str, database: Database) -> None:
    """Have a view: what was watched is made ten seconds longer where it is kept, so that no test waits for them."""
    await viewer.do("playing")
    await viewer.do("playing", playing=False)

    async def kept() -> bool:
        async with database.write() as connection:
            longer = text(
                "UPDATE playing SET started_at = ended_at - interval '10 s'"
                " WHERE show_id = :show AND viewer_id = :viewer AND ended_at IS NOT NULL RETURNING 1"
            )
            return bool((await connection.execute(longer, {"show": show, "viewer": viewer.id})).all())

    await eventually(kept)


async def reported(host: httpx.AsyncClient, show: str, viewers: int) -> dict[str, Any]:
    """The repeat figures, as soon as the report has so many viewers."""
    last: dict[str, Any] = {}

    async def complete() -> bool:
        last.update((await host.get(f"/shows/{show}/stats")).json())
        return bool(last["audience"]["viewers"] == viewers)

    await eventually(complete)
    return last


async def withdrawals(database: Database) -> int:
    async with database.read() as connection:
        kept = text("SELECT count(*) FROM ledger_entry WHERE kind = 'consent_withdrawn'")
        return int(str(await connection.scalar(kept)))


async def make_longer(database: Database, show: str, *, hours_ago: int = 0) -> None:
    """The show began a minute before anybody came, and all of it was so many hours ago."""
    shift = {"show": show, "ago": f"{hours_ago} hours"}
    async with database.write() as connection:
        for statement in (
            "UPDATE show SET started_at = started_at - interval '1 minute' - CAST(:ago AS interval),"
            " ended_at = ended_at - CAST(:ago AS interval) WHERE id = :show",
            "UPDATE playing SET started_at = started_at - CAST(:ago AS interval),"
            " ended_at = ended_at - CAST(:ago AS interval) WHERE show_id = :show",
        ):
            await connection.execute(text(statement), shift)


@pytest.mark.parametrize("renewed", [False, True])
async def test_who_took_consent_back_is_in_no_repeat_figure_though_an_old_token_joins_the_next_show(
    server: str, settings: Settings, host: httpx.AsyncClient, database: Database, renewed: bool
) -> None:
    kept, old = (agreed_earlier(settings) for _ in range(2))
    async with joined_at(server, token=kept) as stays, joined_at(server, token=old) as leaves:
        for viewer in (stays, leaves):
            await watch(viewer, FIRST, database)
        await leaves.join(token=old, remember=False)
        await eventually(lambda: _is(withdrawals(database), 1))
    if renewed:
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {old}"}) as client:
            old = (await client.post(f"http://{server}/v1/tokens/renew", json={})).json()["token"]
    await do(host, FIRST, "show.end")
    await make_longer(database, FIRST, hours_ago=2)
    later = await begin_another(host)
    await make_longer(database, later)
    for token in (kept, old):
        async with joined_at(server, later, token=token) as viewer:
            await watch(viewer, later, database)
    await do(host, later, "show.end")
    after = await reported(host, later, 2)
    assert after["repeat"]["viewers_before"] == {"part": 1, "whole": 1, "share": 1}
    assert after["left_out"]["guests_without_consent"] == 1
    export = (await host.get(f"/shows/{later}/export.csv")).text
    rows = csv.DictReader(io.StringIO(export, newline=""))
    assert {row["viewer"]: row["remembered"] for row in rows} == {stays.id: "true", leaves.id: "false"}


async def _is(counted: Any, wanted: int) -> bool:
    return bool(await counted == wanted)
