"""One person with many guests: their votes and taps count apart, staff see them apart, and the ledger calls them suspects."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from server.db.engine import Database
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.servers import SignFor
from tests.support.viewer import Viewer, joined_at, viewer_at

ONE_ADDRESS = "203.0.113.9"
DOUBTING = {"trust_proxy": True, "guest_burst": 40, "flush_ms": 50, "tick_ms": 50}


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """Behind a proxy that tells addresses; who has not watched for an hour has not watched."""
    return make_settings(**DOUBTING, guest_watch_seconds=3600)


def from_address(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


@asynccontextmanager
async def guests_at(addresses: Iterable[str], hosts: Iterable[str]) -> AsyncIterator[list[Viewer]]:
    """A new guest at each server in turn, from each host."""
    async with AsyncExitStack() as stack:
        opened = []
        for address, host in zip(addresses, hosts, strict=True):
            headers = from_address(host)
            guest = await stack.enter_async_context(viewer_at(address, additional_headers=headers))
            await guest.join()  # one after another: who has not joined in time is sent away
            opened.append(guest)
        yield opened


async def ask(address: str, token: str) -> str:
    async with joined_at(address, token=token) as known:
        return str((await known.do("ask", text="Is it warm?"))["question"])


async def suspects(database: Database) -> set[str]:
    async with database.read() as connection:
        found = await connection.scalars(text("SELECT viewer_id FROM attendance WHERE suspect"))
        return set(found)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The servers' database."""
    database = Database(settings.database_url or "", pool_size=2)
    yield database
    await database.close()


async def test_three_hundred_guests_of_one_address_are_shown_apart_and_known_viewers_count(
    servers: tuple[str, str], sign_for: SignFor, database: Database
) -> None:
    question = await ask(servers[0], sign_for("viewer"))
    before = await see(database, "demo")
    addresses = [servers[n % 2] for n in range(300)]
    async with (
        joined_at(servers[1], token=sign_for("host")) as host,
        joined_at(servers[0], token=sign_for("viewer")) as known,
        guests_at(addresses, [ONE_ADDRESS] * 300) as guests,
    ):
        replies = await asyncio.gather(*(guest.do("vote", question=question) for guest in guests))
        assert {reply["votes"] for reply in replies} == {1}, "their own pages count their own vote"
        assert (await known.do("vote", question=question))["votes"] == 1

        def says(line: dict[str, Any]) -> bool:
            return bool(line["votes"][0] == {"question": question, "votes": 1, "votes_apart": 300})

        await host.expect_push("question.voted", says)
        await known.expect_push(
            "question.voted", lambda line: line["votes"] == [{"question": question, "votes": 1}]
        )
        for viewer in (host, known, *guests):
            viewer.assert_nothing_missing()

        async def all_are_suspect() -> bool:
            return await suspects(database) == {guest.id for guest in guests}

        await eventually(all_are_suspect)
    await assert_snapshot_plus_pushes_equals_fresh(database, "demo", before)
    async with database.read() as connection:
        marked = await connection.scalar(text("SELECT count(*) FROM vote WHERE suspect"))
        kept = await connection.scalar(text("SELECT count(*) FROM ledger_entry WHERE kind = 'vote'"))
    assert (marked, kept) == (300, 301)
    async with httpx.AsyncClient(base_url=f"http://{servers[1]}") as client:
        path = "/v1/shows/demo/questions"
        (public,) = (await client.get(path)).json()["questions"]
        headers = {"Authorization": f"Bearer {sign_for('host')}"}
        (staff,) = (await client.get(path, headers=headers)).json()["questions"]
    assert (public["votes"], "votes_apart" in public) == (1, False)
    assert (staff["votes"], staff["votes_apart"]) == (1, 300)


async def test_taps_of_guests_who_never_watched_are_not_in_the_pulse(
    servers: tuple[str, str], sign_for: SignFor, database: Database
) -> None:
    async with (
        joined_at(servers[1], token=sign_for("viewer")) as known,
        guests_at(servers, ["198.51.100.1", "2001:db8::1"]) as guests,
    ):
        for guest in guests:
            await guest.do("react", kind="heart", n=5)
        await known.do("react", kind="heart", n=2)
        for viewer in (known, *guests):
            await viewer.expect_push("pulse", lambda line: line.get("reactions") == {"heart": 2})
            assert not any("reactions_apart" in line for line in viewer.lines)
        for address in servers:
            async with joined_at(address, token=sign_for("host")) as host:
                await host.expect_push("pulse", lambda line: line.get("reactions_apart") == 10)

        async def both_are_suspect() -> bool:
            return await suspects(database) == {guest.id for guest in guests}

        await eventually(both_are_suspect)


async def test_who_watches_counts_and_who_had_acted_before_is_no_suspect_any_more(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor, database: Database
) -> None:
    async with live_server(make_settings(**DOUBTING, guest_watch_seconds=0.3)) as address:
        first, second = [await ask(address, sign_for("viewer")) for _ in range(2)]
        async with (
            guests_at([address], ["198.51.100.1"]) as (guest,),
            joined_at(address, token=sign_for("host")) as host,
        ):
            await guest.do("vote", question=first)

            async def suspected() -> bool:
                return await suspects(database) == {guest.id}

            await eventually(suspected)
            await guest.do("playing")

            async def watched() -> bool:
                await guest.do("react", kind="heart")
                return any(line["type"] == "pulse" and line.get("reactions") for line in host.lines)

            await eventually(watched)
            assert (await guest.do("vote", question=second))["votes"] == 1
            await host.expect_push(
                "question.voted",
                lambda line: line["votes"] == [{"question": second, "votes": 1, "votes_apart": 0}],
            )

            async def cleared() -> bool:
                return not await suspects(database)

            await eventually(cleared)


async def test_new_guests_have_a_pace_for_each_network_and_a_token_needs_none(
    make_settings: MakeSettings, set_stage: None
) -> None:
    limits = {**DOUBTING, "guests_per_minute_per_ip": 1}
    async with live_server(make_settings(**limits)) as address, AsyncExitStack() as stack:

        async def socket(host: str) -> Viewer:
            return await stack.enter_async_context(viewer_at(address, additional_headers=from_address(host)))

        for n in range(2):
            await (await socket(f"2001:db8:1:2::{n}")).join()
        late = await socket("[2001:db8:1:2:ffff::1]:4711")
        refused = await late.ask_for("join", show="demo")
        assert (refused["code"], refused["retry"]) == ("too_fast", "later")
        assert refused["retry_after_ms"] > 0
        other = await socket("2001:db8:1:3::1")
        await other.join()
        await late.join(token=other.token)
        headers = from_address("2001:db8:1:2::5")
        async with httpx.AsyncClient(base_url=f"http://{address}", headers=headers) as client:
            answer = await client.get("/v1/live/demo/events")
        assert (answer.status_code, answer.json()["code"]) == (429, "too_fast")
        assert "retry-after" in answer.headers
