"""The merchant gives back over HTTP: once under a key, told to the buyer on every process, and nothing of it is to be shipped any more."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from server.settings import Settings
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import Viewer, joined_at


@pytest.fixture
async def host(server: str, sign_for: SignFor) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://{server}/v1", timeout=20) as client:
        client.headers["Authorization"] = f"Bearer {sign_for('host')}"
        yield client


async def buy(viewer: Viewer, quantity: int = 3) -> str:
    """Buy some aprons, and return the order's id."""
    bought = await viewer.do("buy", product="p_apron", quantity=quantity, key="key-00001")
    return str(bought["order"])


async def give_back(host: httpx.AsyncClient, order: str, key: str, **body: Any) -> httpx.Response:
    """Ask for a refund under a key."""
    return await host.post(f"/orders/{order}/refunds", json=body, headers={"Idempotency-Key": key})


async def test_a_refund_is_one_under_its_key_and_its_buyer_hears_of_it_on_every_process(
    server: str, host: httpx.AsyncClient, settings: Settings
) -> None:
    async with live_server(settings) as other, joined_at(server) as viewer:
        order = await buy(viewer)
        async with joined_at(other, token=viewer.lines[0]["token"]) as elsewhere:
            wish = {"reason": "returned", "lines": [{"line": 0, "quantity": 1}]}
            reckoned = (await host.post(f"/orders/{order}/refunds/reckoning", json=wish)).json()
            first = await give_back(host, order, "refund-1", **wish)
            assert (first.status_code, first.json()["state"]) == (201, "done")
            assert (first.json()["amount"], reckoned["amount"]) == (1000, 1000)
            again = await give_back(host, order, "refund-1", **wish)
            assert (again.status_code, again.json()) == (200, first.json())
            assert again.headers["Idempotent-Replayed"] == "true"
            for each in (viewer, elsewhere):
                pushed = await each.expect_push("order.changed")
                assert (pushed["order"], pushed["state"], pushed["refunded"]) == (
                    order,
                    "partially_refunded",
                    1000,
                )
        other_wish = await give_back(host, order, "refund-1", reason="returned", everything=True)
        assert (other_wish.status_code, other_wish.json()["code"]) == (422, "key_reused")
        assert (await host.post(f"/orders/{order}/refunds", json=wish)).status_code == 400
        too_much = await give_back(host, order, "refund-2", reason="other", amount=2001)
        assert (too_much.json()["code"], too_much.json()["left"]) == ("too_much", 2000)
        headers = {"Authorization": f"Bearer {viewer.lines[0]['token']}"}
        (own,) = (await host.get("/shows/demo/me", headers=headers)).json()["orders"]
        assert (own["state"], own["refunded"]) == ("partially_refunded", 1000)


async def test_an_order_is_listed_by_how_it_stands_and_what_went_back_is_not_shipped(
    server: str, host: httpx.AsyncClient
) -> None:
    async with joined_at(server) as viewer:
        order = await buy(viewer)
        detail = f"/channels/demo/orders/{order}"
        await give_back(host, order, "refund-1", reason="cancelled", lines=[{"line": 0, "quantity": 1}])
        assert (await host.get(detail)).json()["lines"][0]["left"] == 2
        await host.post(f"{detail}/shipments", json={"lines": [{"line": 0, "quantity": 1}]})
        late = await give_back(host, order, "refund-2", reason="cancelled", everything=True)
        assert late.json()["code"] == "conflict"
        await give_back(host, order, "refund-3", reason="faulty", lines=[{"line": 0, "quantity": 1}])
        await give_back(host, order, "refund-4", reason="cancelled", lines=[{"line": 0, "quantity": 1}])
        found = (await host.get(detail)).json()
        assert (found["state"], found["fulfilment"], found["lines"][0]["left"]) == ("refunded", "shipped", 0)
        listed = (await host.get(f"/orders/{order}/refunds")).json()
        assert [each["lines"][0]["restock"] for each in listed["refunds"]] == [True, False, True]
        assert (listed["left"]["amount"], listed["left"]["lines"][0]["left"]) == (0, 0)
    for state, orders in (("refunded", [order]), ("paid", []), ("partially_refunded", []), ("cancelled", [])):
        page = (await host.get("/orders", params={"state": state})).json()["orders"]
        assert [each["order"] for each in page] == orders, state
    counted = (await host.get("/channels/demo/stock/invariant")).json()
    (apron,) = [each for each in counted["products"] if each["product"] == "p_apron"]
    assert (counted["agrees"], apron["returned"], apron["sold"]) == (True, 2, 1)


async def test_what_comes_back_goes_to_who_waits_for_it(server: str, host: httpx.AsyncClient) -> None:
    async with joined_at(server) as buyer, joined_at(server) as waiting:
        (apron,) = [
            each
            for each in (await host.get("/channels/demo/stock/invariant")).json()["products"]
            if each["product"] == "p_apron"
        ]
        order = await buy(buyer, apron["free"])
        await waiting.do("waitlist.join", product="p_apron", quantity=1, key="wait-00001")
        done = await give_back(host, order, "refund-1", reason="cancelled", everything=True)
        assert done.json()["order_state"] == "cancelled"
        held = await waiting.expect_push("hold.changed")
        assert [line["quantity"] for line in held["hold"]["lines"]] == [1]
        told = await buyer.expect_push(
            "product.stock", lambda line: line["products"][0]["stock"] == apron["free"] - 1
        )
        assert told["products"][0]["product"] == "p_apron"
    assert (await host.get("/channels/demo/stock/invariant")).json()["agrees"] is True


async def test_the_shops_own_orders_are_not_given_back_here(
    host: httpx.AsyncClient, sign_for: SignFor
) -> None:
    report = {
        "order": "1001", "currency": "JPY", "at": "2026-11-22T12:00:00Z", "lines": [{"sku": "x", "quantity": 1, "amount": 500}],
    }  # fmt: skip
    admin = {"Authorization": f"Bearer {sign_for('admin')}"}
    assert (await host.post("/orders/report", json=report, headers=admin)).status_code == 201
    (order,) = (await host.get("/orders")).json()["orders"]
    refused = await give_back(host, order["order"], "refund-1", reason="other", everything=True)
    assert (refused.status_code, refused.json()["code"], refused.json()["why"]) == (
        409,
        "not_refundable",
        "reported",
    )
