"""Whatever moves units or money by HTTP: once for a key, for its caller alone, and whatever nonsense is sent changes nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from server.db.engine import Database
from tests.conftest import MakeSettings
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import joined_at

AT_ONCE = 12
UNDER_WAY_MAX = 16
CALLS = 1_000
NONSENSE: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 2**53, 2**63, 2**64, -(2**63), 10**40, "", "a\0b", "x" * 5_000, "../..", "p_nothing", [], {}, [[]],
)  # fmt: skip
KEPT = (
    "orders",
    "hold",
    "payment",
    "refund",
    "refund_line",
    "waitlist_place",
    "auction_bid",
    "stock_held",
    "stock_change",
)
"""What these routes write."""


@dataclass(frozen=True)
class Route:
    """A route of these: a body with which it does something, and another one. `by`: who may call it."""

    path: str
    body: dict[str, Any]
    other: dict[str, Any]
    by: str = "viewer"


@dataclass
class House:
    """Two servers, and callers of each by role."""

    callers: dict[str, tuple[httpx.AsyncClient, httpx.AsyncClient]]
    database: Database
    addresses: tuple[str, str]
    tokens: dict[str, str]
    routes: dict[str, Route] = field(default_factory=dict)
    under_way: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UNDER_WAY_MAX))

    async def post(
        self, route: Route, body: Any, key: str | None, *, by: str = "", at: int = 0
    ) -> httpx.Response:
        """Call, and once more with the same key where nothing was done for want of time, as any client does."""
        headers = {"Content-Type": "application/json"} | ({} if key is None else {"Idempotency-Key": key})
        caller = self.callers[by or route.by][at]
        while True:
            async with self.under_way:
                answer = await caller.post(route.path, content=json.dumps(body), headers=headers)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer

    async def kept(self) -> dict[str, int]:
        """How many rows there are of everything that these routes write."""
        async with self.database.read() as connection:
            counts = [await connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in KEPT]
        return dict(zip(KEPT, map(int, counts), strict=True))


@pytest.fixture
async def house(make_settings: MakeSettings, set_stage: None, sign_for: SignFor) -> AsyncIterator[House]:
    """Both servers, an order, a hold and an auction; nothing is in the way of calling often."""
    given = make_settings(limits="off")
    tokens = {
        "viewer": sign_for("viewer"),
        "another": sign_for("viewer"),
        "host": sign_for("host"),
        "foreign": sign_for("admin", channel="elsewhere"),
    }
    async with AsyncExitStack() as stack:
        addresses = (
            await stack.enter_async_context(live_server(given)),
            await stack.enter_async_context(live_server(given)),
        )
        callers = {}
        for name, token in tokens.items():
            one, two = [
                await stack.enter_async_context(
                    httpx.AsyncClient(
                        base_url=f"http://{at}/v1", headers={"Authorization": f"Bearer {token}"}
                    )
                )
                for at in addresses
            ]
            callers[name] = (one, two)
        assert given.database_url is not None
        database = Database(given.database_url)
        stack.push_async_callback(database.close)
        house = House(callers, database, addresses, tokens)
        await prepare(house)
        yield house


async def prepare(house: House) -> None:
    """Make what the routes are about."""
    viewer, host = house.callers["viewer"][0], house.callers["host"][0]
    line = {"product": "p_apron", "quantity": 1}
    bought = await viewer.post(
        "/orders", json={"show": "demo"} | line, headers={"Idempotency-Key": "first-order"}
    )
    held = await viewer.post(
        "/shows/demo/holds", json={"lines": [line]}, headers={"Idempotency-Key": "first-hold"}
    )
    terms = {"product": "p_bowl", "start": 1000, "steps": [{"from": 0, "step": 100}], "seconds": 600}
    auction = (await host.post("/shows/demo/auctions", json=terms)).json()["id"]
    begun = await host.post(
        "/live/demo/commands", json={"id": 1, "type": "auction.start", "auction": auction}
    )
    assert begun.json()["state"] == "running", begun.text
    order, hold = bought.json()["order"], held.json()["hold"]
    faulty = {"reason": "faulty", "lines": [{"line": 0, "quantity": 1, "restock": False}], "note": "Torn"}
    house.routes = {
        "order": Route("/orders", {"show": "demo", "price": 1000} | line, {"show": "demo", "price": 1000} | line | {"quantity": 2}),
        "hold": Route("/shows/demo/holds", {"lines": [line | {"price": 1000}]}, {"lines": [line | {"quantity": 2}]}),
        "payment": Route("/payments", {"hold": hold, "method": "redirect"}, {"hold": hold, "method": "card"}),
        "refund": Route(f"/orders/{order}/refunds", faulty, {"reason": "goodwill", "amount": 1}, by="host"),
        "waitlist": Route("/shows/demo/waitlist", {"product": "p_apron", "quantity": 1}, {"product": "p_apron", "quantity": 2}),
        "bid": Route(f"/shows/demo/auctions/{auction}/bids", {"max": 2000}, {"max": 3000}),
    }  # fmt: skip


async def test_each_is_done_once_for_a_key_however_many_ask_at_once_and_by_whichever_process(
    house: House,
) -> None:
    for name, route in house.routes.items():
        missing = await house.post(route, route.body, None)
        assert (missing.status_code, missing.json()["code"]) == (400, "invalid"), name
        before = await house.kept()
        answers = await asyncio.gather(
            *(house.post(route, route.body, f"key-of-{name}", at=nth % 2) for nth in range(AT_ONCE))
        )
        first = [answer for answer in answers if "Idempotent-Replayed" not in answer.headers]
        assert [answer.status_code for answer in first] == [201], (name, [answer.text for answer in answers])
        again = [answer for answer in answers if answer.headers.get("Idempotent-Replayed") == "true"]
        assert len(again) == AT_ONCE - 1, name
        assert {answer.text for answer in again} == {first[0].text}, name
        after = await house.kept()
        grown = {table: after[table] - before[table] for table in KEPT if after[table] > before[table]}
        assert set(grown.values()) == {1}, (name, grown)
        other = await house.post(route, route.other, f"key-of-{name}", at=1)
        assert (other.status_code, other.json()["code"]) == (422, "key_reused"), name
        assert await house.kept() == after, name


async def test_nobody_of_another_channel_or_role_does_anything(house: House) -> None:
    before = await house.kept()
    for name, route in house.routes.items():
        wrong = ["foreign"] if route.by == "viewer" else ["foreign", "viewer"]
        for by in wrong:
            answer = await house.post(route, route.body, "key-of-another", by=by)
            assert answer.status_code in {403, 404}, (name, by, answer.text)
    # What is one viewer's is nothing to another.
    payment = await house.post(
        house.routes["payment"], house.routes["payment"].body, "key-of-another", by="another"
    )
    assert payment.status_code == 404
    assert await house.kept() == before


async def test_nonsense_in_any_field_is_refused_by_its_code_and_leaves_nothing_behind(house: House) -> None:
    for name, route in house.routes.items():
        before = await house.kept()
        bodies = list(spoilt(route.body))
        answers = await asyncio.gather(
            *(house.post(route, body, f"bad-{name}-{nth:04}", at=nth % 2) for nth, body in enumerate(bodies))
        )
        for body, answer in zip(bodies, answers, strict=True):
            # Where null, or another amount, is as good as what was there, it is carried out: only of that may something be left.
            assert (answer.status_code < 500 and "code" in answer.json()) or answer.is_success, (
                name,
                body,
                answer.text,
            )
        taken = sum(answer.status_code == 201 for answer in answers)
        after = await house.kept()
        assert all(after[table] - before[table] <= taken for table in KEPT), (name, taken)
        assert taken <= 4, (
            name,
            [body for body, answer in zip(bodies, answers, strict=True) if answer.is_success],
        )


def spoilt(body: Any) -> Iterator[Any]:
    """Yield the body with nonsense in the place of each of its values, one at a time, and with a field more."""
    if isinstance(body, dict):
        for name, value in body.items():
            for nonsense in (*NONSENSE, *spoilt(value)):
                yield body | {name: nonsense}
        yield body | {"viewers": 10_000}
    elif isinstance(body, list):
        for nth, value in enumerate(body):
            for nonsense in (*NONSENSE, *spoilt(value)):
                yield [*body[:nth], nonsense, *body[nth + 1 :]]


async def test_a_thousand_calls_with_one_key_by_socket_and_http_over_two_processes_make_one_order(
    house: House,
) -> None:
    token, body = house.tokens["viewer"], house.routes["order"].body
    wish = {"type": "buy", "key": "key-thousand", **{k: v for k, v in body.items() if k != "show"}}
    before = await house.kept()
    async with (
        joined_at(house.addresses[0], token=token) as one,
        joined_at(house.addresses[1], token=token) as two,
    ):

        async def tap(nth: int) -> str:
            if nth % 5 == 0:
                answer = await house.post(house.routes["order"], body, "key-thousand", at=nth % 2)
                assert answer.is_success, answer.text
                return str(answer.json()["order"])
            while True:
                reply = await (one, two)[nth % 2].ask_for(**wish)
                if reply.get("code") != "unavailable":
                    return str(reply["order"])

        orders = await asyncio.gather(*map(tap, range(CALLS)))
    assert len(set(orders)) == 1
    after = await house.kept()
    assert {table for table in KEPT if after[table] != before[table]} == {"orders"}
    assert after["orders"] == before["orders"] + 1
