"""A caller's pace holds at every door: however many sockets, processes or ways in they use."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, cast

import httpx
import pytest
from sqlalchemy import text

from server.db.engine import Database
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import Viewer, joined_at, viewer_at

SLOW = {"commands_per_second": 0.001, "commands_burst": 40}
"""What is allowed is the burst."""


Post = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    """Return a sender of bodies: `post(server, "/v1/sign-in", code="…")`, with a `token` and a `key` in the headers."""
    async with httpx.AsyncClient(timeout=30) as client:

        async def send(
            address: str, path: str, *, token: str | None = None, **more: object
        ) -> httpx.Response:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            if "key" in more:
                headers["Idempotency-Key"] = str(more.pop("key"))
            return await client.post(f"http://{address}{path}", json=more, headers=headers)

        yield send


def is_a_proper_429(answer: httpx.Response) -> bool:
    problem = answer.json()
    return (
        answer.status_code == 429
        and int(answer.headers["retry-after"]) >= 1
        and answer.headers["content-type"] == "application/problem+json"
        and problem["code"] == "too_fast"
        and problem["retry_after_ms"] > 0
    )


async def test_wrong_codes_are_tried_at_the_pace_of_an_address_over_all_servers(
    servers: tuple[str, str], post: Post
) -> None:
    began = time.monotonic()
    answers: list[httpx.Response] = []
    for start in range(0, 120, 12):
        some = range(start, start + 12)
        answers += await asyncio.gather(
            *(post(servers[n % 2], "/v1/sign-in", code=f"wrong_code_{n}") for n in some)
        )
    tried = sum(answer.status_code == 401 for answer in answers)
    assert 30 <= tried <= 31 + (time.monotonic() - began) / 2
    assert all(is_a_proper_429(answer) for answer in answers if answer.status_code != 401)


async def test_orders_have_a_pace_by_http_and_by_socket_together(
    servers: tuple[str, str], sign_for: SignFor, settings: Settings, post: Post
) -> None:
    token, began = sign_for("viewer"), time.monotonic()
    async with joined_at(servers[1], token=token) as viewer:
        answers = await asyncio.gather(
            *(
                post(
                    servers[0],
                    "/v1/orders",
                    token=token,
                    key=f"key_{n:08}",
                    show="demo",
                    product="p_apron",
                    quantity=1,
                )
                for n in range(40)
            ),
            *(viewer.ask_for("buy", product="p_apron", quantity=1, key=f"socket_{n:08}") for n in range(30)),
        )
    by_http = [each for each in answers if isinstance(each, httpx.Response)]
    assert all(is_a_proper_429(each) for each in by_http if each.status_code == 429)
    database = Database(settings.database_url or "", pool_size=1)
    async with database.read() as connection:
        sold = await connection.scalar(text("SELECT count(*) FROM orders"))
    await database.close()
    assert 1 <= sold <= 11 + (time.monotonic() - began) / 3


async def test_a_socket_that_comes_as_ever_new_guests_asks_no_more_for_it(server: str) -> None:
    began, codes = time.monotonic(), Counter[str]()
    async with viewer_at(server) as viewer:
        for n in range(30):
            await viewer.ask_for("join", show="demo")
            reply = await viewer.ask_for("ask", text=f"Is it warm {n}?")
            codes[str(reply.get("code", "ok"))] += 1
    assert codes["ok"] <= 7 + (time.monotonic() - began) / 5
    assert codes["too_fast"] > 0


async def test_guests_of_one_address_ask_at_its_pace_however_many_they_are(
    make_settings: MakeSettings, set_stage: None
) -> None:
    settings = make_settings(asks_per_minute_per_ip=5)
    async with live_server(settings) as one, live_server(settings) as two, AsyncExitStack() as stack:
        began = time.monotonic()
        guests = [await stack.enter_async_context(joined_at((one, two)[n % 2])) for n in range(20)]
        replies = await asyncio.gather(*(guest.ask_for("ask", text="Is it warm?") for guest in guests))
        asked = sum(reply["type"] == "ok" for reply in replies)
        assert 5 <= asked <= 6 + (time.monotonic() - began) / 12


async def test_one_token_on_fifteen_sockets_has_one_pace(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor, post: Post
) -> None:
    token = sign_for("viewer")
    async with live_server(make_settings(**SLOW)) as server, AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(joined_at(server, token=token)) for _ in range(15)]
        other = await stack.enter_async_context(joined_at(server))

        async def tap(tab: Viewer) -> int:
            replies = [await tab.ask_for("react", kind="heart") for _ in range(8)]
            return sum(reply["type"] == "ok" for reply in replies)

        assert sum(await asyncio.gather(*(tap(tab) for tab in tabs))) == 40
        by_http = await post(server, "/v1/live/demo/commands", token=token, id=1, type="react", kind="heart")
        assert is_a_proper_429(by_http)
        await other.do("react", kind="heart")


async def test_requests_have_a_pace_by_address_and_those_who_look_at_the_server_have_none(
    make_settings: MakeSettings, set_stage: None
) -> None:
    async with (
        live_server(make_settings(requests_per_second_per_ip=0.05, trust_proxy=True)) as server,
        httpx.AsyncClient(base_url=f"http://{server}") as client,
    ):
        one, two = {"X-Forwarded-For": "203.0.113.1"}, {"X-Forwarded-For": "203.0.113.2"}
        assert (await client.get("/v1/shows/demo", headers=one)).status_code == 200
        refused = await client.get("/v1/shows/demo", headers=one)
        assert is_a_proper_429(refused)
        assert (await client.get("/v1/shows/demo", headers=two)).status_code == 200
        for _ in range(20):
            assert (await client.get("/readyz", headers=one)).status_code == 200


async def test_only_what_the_show_sells_can_be_seen_or_opened(
    make_settings: MakeSettings, set_stage: None
) -> None:
    """Whatever ids a viewer sends, the ledger has a row for each product of the show at most, and one impression a command."""
    settings = make_settings(flush_ms=50)
    database = Database(settings.database_url or "", pool_size=1)

    async def facts() -> dict[tuple[str, str], int]:
        async with database.read() as connection:
            rows = await connection.execute(
                text("SELECT kind, target, n FROM ledger_entry WHERE kind IN ('impression', 'click')")
            )
            return {(row.kind, row.target): row.n for row in rows}

    async with live_server(settings) as server, joined_at(server) as viewer:
        for strange in ("p_invented", "p_other", "p_gone"):
            assert await viewer.refused("click", product=strange) == "not_found"
            assert await viewer.refused("impression", products=[strange]) == "not_found"
        await viewer.do("impression", products=["p_apron", "p_invented", "p_apron", "p_other", "p_apron"])
        await viewer.do("click", product="p_bowl")
        wanted = {("impression", "p_apron"): 1, ("click", "p_bowl"): 1}

        async def counted() -> bool:
            return len(await facts()) >= len(wanted)

        await eventually(counted)
        assert await facts() == wanted
    await database.close()


async def test_a_viewer_buys_so_many_units_of_a_product_by_however_many_requests_at_once(
    make_settings: MakeSettings, set_stage: None, post: Post
) -> None:
    settings = make_settings(orders_per_minute=0, units_per_viewer_max=5, commands_burst=100)
    database = Database(settings.database_url or "", pool_size=1)
    async with live_server(settings) as one, live_server(settings) as two, joined_at(one) as guest:
        assert {p["id"]: p["limit"] for p in guest.lines[0]["snapshot"]["products"]}["p_apron"] == 5
        answers = await asyncio.gather(
            *(guest.ask_for("buy", product="p_apron", quantity=1, key=f"socket_{n:08}") for n in range(10)),
            *(
                post(
                    two,
                    "/v1/orders",
                    token=guest.token,
                    key=f"http_{n:08}",
                    show="demo",
                    product="p_apron",
                    quantity=1,
                )
                for n in range(20)
            ),
        )
        async with database.read() as connection:
            sold = await connection.scalar(text("SELECT sum(quantity) FROM orders"))
        assert sold == 5
        told = [cast("dict[str, Any]", a.json() if isinstance(a, httpx.Response) else a) for a in answers]
        assert [a["left"] for a in told if a.get("code") == "too_many"] == [0] * 25
        assert await guest.refused("buy", product="p_apron", quantity=1, key="one_more_1") == "too_many"
        await guest.do("buy", product="p_bowl", quantity=1, key="another_1")
    await database.close()
