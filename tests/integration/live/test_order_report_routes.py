"""Orders that the shop reports over HTTP, with an API key."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.servers import SignFor

PAID: dict[str, Any] = {
    "order": "1001",
    "currency": "JPY",
    "at": "2026-11-22T12:30:00+09:00",
    "lines": [{"product": "p_apron", "quantity": 2, "amount": 2000}],
}


@pytest.fixture
async def shop(server: str, sign_for: SignFor) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a key that may report orders."""
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=20) as client:
        admin = {"Authorization": f"Bearer {sign_for('admin')}"}
        made = await client.post(
            "/v1/keys", json={"name": "Shop", "scopes": ["orders:report"]}, headers=admin
        )
        client.headers["Authorization"] = f"Bearer {made.json()['secret']}"
        yield client


async def test_an_order_is_reported_refunded_and_reported_again(shop: httpx.AsyncClient) -> None:
    first = await shop.post("/v1/orders/report", json=PAID)
    assert (first.status_code, first.json()["status"]) == (201, "created"), first.text
    assert {name: first.json()[name] for name in ("order", "state", "amount", "refunded", "units", "show", "at")} == {
        "order": "1001", "state": "paid", "amount": 2000, "refunded": 0, "units": 2, "show": None, "at": "2026-11-22T03:30:00.000Z",
    }  # fmt: skip
    again = await shop.post("/v1/orders/report", json=PAID)
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")
    refund = {"order": "1001", "state": "partially_refunded", "refunded": 500}
    changed = await shop.post("/v1/orders/report", json=refund)
    assert (changed.status_code, changed.json()["status"], changed.json()["refunded"]) == (
        200,
        "changed",
        500,
    )
    other = await shop.post(
        "/v1/orders/report", json=PAID | {"lines": [{"sku": "x", "quantity": 1, "amount": 1}]}
    )
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert other.json()["current"]["amount"] == 2000


async def test_an_order_without_an_id_is_refused_and_never_merged_with_another(
    shop: httpx.AsyncClient,
) -> None:
    nameless = {name: value for name, value in PAID.items() if name != "order"}
    for body in (nameless, PAID | {"order": ""}, PAID | {"order": None}, PAID | {"order": 7}):
        answer = await shop.post("/v1/orders/report", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    told = (await shop.post("/v1/orders/report", json=[nameless, PAID, nameless])).json()["results"]
    assert [each["status"] for each in told] == ["refused", "created", "refused"]
    assert [each.get("order") for each in told] == [None, "1001", None]
    assert told[0]["code"] == "invalid"


@pytest.mark.parametrize(
    "wrong",
    [
        {"currency": "XXX"}, {"currency": "yen"}, {"at": "yesterday"}, {"at": "2026-11-22T12:00:00"}, {"state": "lost"}, {"amount": 1999},
        {"lines": [{"sku": "a", "quantity": 0, "amount": 1}]}, {"lines": [{"sku": "a", "quantity": 1, "amount": -1}]},
        {"lines": [{"sku": "a", "quantity": 1, "amount": 1.5}]}, {"money": 5}, {"lines": "none"}, {"attribution": 5},
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_invalid_alone_and_among_others(
    shop: httpx.AsyncClient, wrong: dict[str, Any]
) -> None:
    answer = await shop.post("/v1/orders/report", json=PAID | wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    told = (await shop.post("/v1/orders/report", json=[PAID | wrong, PAID])).json()["results"]
    assert [each["status"] for each in told] == ["refused", "created"]


async def test_a_thousand_orders_are_one_call_and_more_are_none(shop: httpx.AsyncClient) -> None:
    orders = [PAID | {"order": f"{n}"} for n in range(1001)]
    told = (await shop.post("/v1/orders/report", json=orders[:1000])).json()["results"]
    assert [each["status"] for each in told] == ["created"] * 1000
    assert [each["order"] for each in told] == [each["order"] for each in orders[:1000]]
    assert (await shop.post("/v1/orders/report", json=orders)).status_code == 422
    assert (await shop.post("/v1/orders/report", json=[])).json() == {"results": []}


async def test_only_the_channels_backend_and_its_admins_report(
    shop: httpx.AsyncClient, sign_for: SignFor
) -> None:
    for role, status in (("admin", 201), ("host", 403), ("viewer", 403)):
        headers = {"Authorization": f"Bearer {sign_for(role)}"}
        answer = await shop.post("/v1/orders/report", json=PAID, headers=headers)
        assert answer.status_code == status
    other = {"Authorization": f"Bearer {sign_for('admin')}"}
    made = await shop.post("/v1/keys", json={"name": "Reader", "scopes": ["orders:read"]}, headers=other)
    reader = {"Authorization": f"Bearer {made.json()['secret']}"}
    assert (await shop.post("/v1/orders/report", json=PAID, headers=reader)).status_code == 403
    assert (await shop.post("/v1/orders/report", json=PAID, headers={"Authorization": ""})).status_code == 401


async def test_a_thank_you_page_can_tell_no_money(shop: httpx.AsyncClient) -> None:
    told = {"order": "1001", "attribution": "a.b"}
    answer = await shop.post("/v1/orders/link", json=told, headers={"Authorization": ""})
    assert answer.status_code == 204
    forged = await shop.post("/v1/orders/link", json=told | {"amount": 5000}, headers={"Authorization": ""})
    assert forged.json()["code"] == "invalid"
