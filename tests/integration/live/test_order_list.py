"""The channel's orders over HTTP: our own and those that the shop reported, in one list."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.servers import SignFor

TEA: dict[str, Any] = {
    "order": "1001",
    "currency": "JPY",
    "lines": [{"product": "p_bowl", "quantity": 2, "amount": 5000}, {"sku": "wrap", "title": "Gift Wrap", "quantity": 1, "amount": 500}],
}  # fmt: skip


@pytest.fixture
async def host(server: str, sign_for: SignFor) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=20) as client:
        client.headers["Authorization"] = f"Bearer {sign_for('host')}"
        yield client


@pytest.fixture
async def numbers(host: httpx.AsyncClient, sign_for: SignFor) -> list[str]:
    """The numbers of five orders, the newest first: two of ours, then three that the shop took long before."""
    admin = {"Authorization": f"Bearer {sign_for('admin')}"}
    for nth, state in enumerate(("paid", "refunded", "cancelled")):
        report = TEA | {"order": f"100{nth}", "state": state, "at": f"2026-11-2{nth}T12:00:00+09:00"}
        assert (await host.post("/v1/orders/report", json=report, headers=admin)).status_code == 201
    ours = []
    for key, product in (("order-key-1", "p_apron"), ("order-key-2", "p_bowl")):
        headers = {"Authorization": f"Bearer {sign_for('viewer')}", "Idempotency-Key": key}
        body = {"show": "demo", "product": product, "quantity": 1}
        ours.append((await host.post("/v1/orders", json=body, headers=headers)).json()["number"])
    return [*reversed(ours), "1002", "1001", "1000"]


async def found(client: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await client.get("/v1/orders", params=params)
    assert answer.status_code == 200, answer.text
    return [each["number"] for each in answer.json()["orders"]]


async def test_orders_of_both_kinds_are_one_list_page_by_page(
    host: httpx.AsyncClient, numbers: list[str]
) -> None:
    assert await found(host) == numbers
    for limit in (1, 2, 5):
        turned, cursor = [], None
        while True:
            params = {"limit": limit} | ({"cursor": cursor} if cursor else {})
            page = (await host.get("/v1/orders", params=params)).json()
            turned += [each["number"] for each in page["orders"]]
            cursor = page["next"]
            if cursor is None:
                break
            assert len(page["orders"]) == limit
        assert turned == numbers


async def test_an_order_says_what_was_bought_by_whom_where_and_what_became_of_it(
    host: httpx.AsyncClient, numbers: list[str]
) -> None:
    orders = (await host.get("/v1/orders")).json()["orders"]
    ours, reported = orders[0], orders[3]
    assert ours.keys() == reported.keys()
    bowl = {"product": "p_bowl", "external_id": None, "sku": None, "title": "p_bowl"}
    assert ours["lines"] == [bowl | {"quantity": 1, "amount": 2500, "refunded_units": 0}]
    assert (ours["show"], ours["show_title"], ours["state"]) == ("demo", "Spring knitwear", "paid")
    assert ours["viewer"].startswith("m_") or ours["viewer"].startswith("v_")
    wrap = {"product": None, "external_id": None, "sku": "wrap", "title": "Gift Wrap"}
    assert reported["lines"] == [
        bowl | {"quantity": 2, "amount": 5000, "refunded_units": 0},
        wrap | {"quantity": 1, "amount": 500, "refunded_units": 0},
    ]
    money = {name: reported[name] for name in ("amount", "refunded", "currency", "state", "show", "viewer")}
    assert money == {
        "amount": 5500, "refunded": 5500, "currency": "JPY", "state": "refunded", "show": None, "viewer": None,
    }  # fmt: skip


async def test_orders_are_found_by_number_product_show_and_state(
    host: httpx.AsyncClient, numbers: list[str]
) -> None:
    bowl, apron = numbers[0], numbers[1]
    assert await found(host, q=bowl.lower()) == [bowl]
    assert await found(host, q="1001") == ["1001"]
    assert await found(host, q="P_BOWL") == [bowl, "1002", "1001", "1000"]
    assert await found(host, q="p_bowl gift", limit=2) == ["1002", "1001"]
    assert await found(host, q="%") == []
    assert await found(host, show="demo") == [bowl, apron]
    assert await found(host, show="nowhere") == []
    assert await found(host, state="paid") == [bowl, apron, "1000"]
    assert await found(host, state="cancelled", q="wrap") == ["1002"]


async def test_only_the_channels_hosts_admins_and_keys_see_its_orders(
    host: httpx.AsyncClient, numbers: list[str], sign_for: SignFor
) -> None:
    for role, status in (("admin", 200), ("moderator", 403), ("analyst", 403), ("viewer", 403)):
        headers = {"Authorization": f"Bearer {sign_for(role)}"}
        assert (await host.get("/v1/orders", headers=headers)).status_code == status, role
    assert (await host.get("/v1/orders", headers={"Authorization": ""})).status_code == 401
    admin = {"Authorization": f"Bearer {sign_for('admin')}"}
    for scope, status in (("orders:read", 200), ("orders:report", 403), ("catalogue:read", 403)):
        made = await host.post("/v1/keys", json={"name": "Till", "scopes": [scope]}, headers=admin)
        key = {"Authorization": f"Bearer {made.json()['secret']}"}
        assert (await host.get("/v1/orders", headers=key)).status_code == status, scope
    last = (await host.get("/v1/orders", params={"limit": 1})).json()["next"]
    elsewhere = {"Authorization": f"Bearer {sign_for('host', channel='elsewhere')}"}
    assert (await host.get("/v1/orders", headers=elsewhere)).json() == {"orders": [], "next": None}
    for params in ({"cursor": last}, {"show": "demo"}):
        answer = await host.get("/v1/orders", headers=elsewhere, params=params)
        assert answer.json().get("code") == "invalid" or answer.json()["orders"] == []


@pytest.mark.parametrize(
    "wrong", [{"cursor": "o_none"}, {"state": "lost"}, {"limit": 0}, {"q": "\x00"}, {"show": "a b"}]
)
async def test_what_is_no_search_is_invalid(host: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    answer = await host.get("/v1/orders", params=wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
