"""A channel whose own shop takes the orders: nothing is sold here, and everybody is shown to the shop's cart."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.eventually import eventually
from tests.support.servers import SignFor
from tests.support.viewer import viewer_at

TEMPLATE = "https://shop.example/cart/{sku}?n={quantity}&from={attribution}"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def hand_over(admin: httpx.AsyncClient) -> None:
    changes = {"order_taker": "shop", "cart_url": TEMPLATE, "attribution_hours": 48}
    answer = await admin.patch("/v1/channel", json=changes)
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in changes} == changes


async def test_buying_here_is_refused_and_the_cart_carries_where_somebody_came_from(
    admin: httpx.AsyncClient, sign_for: SignFor
) -> None:
    viewer = bearer(sign_for("viewer"))
    wanted: dict[str, Any] = {"product": "p_apron", "quantity": 2}
    early = await admin.post("/v1/shows/demo/cart", json=wanted, headers=viewer)
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    await hand_over(admin)
    refused = await admin.post(
        "/v1/orders", json=wanted | {"show": "demo"}, headers=viewer | {"Idempotency-Key": "the-only-one"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "shop_takes_orders")
    cart = (await admin.post("/v1/shows/demo/cart", json=wanted, headers=viewer)).json()
    parts = urlsplit(cart["url"])
    assert (parts.netloc, parts.path) == ("shop.example", "/cart/p_apron")
    assert parse_qs(parts.query) == {"n": ["2"], "from": [cart["attribution"]]}
    report = {
        "order": "1001",
        "currency": "JPY",
        "at": "2026-11-22T12:30:00Z",
        "attribution": cart["attribution"],
        "lines": [{"product": "p_apron", "quantity": 2, "amount": 2000}],
    }
    told = (await admin.post("/v1/orders/report", json=report)).json()
    assert (told["status"], told["show"], told["attributed_by"]) == ("created", "demo", "attribution")


async def test_who_joins_is_told_who_takes_the_orders(server: str, admin: httpx.AsyncClient) -> None:
    async def taker() -> str | None:
        async with viewer_at(server) as viewer:
            joined = await viewer.join("demo")
            found: str | None = joined["snapshot"].get("order_taker")
            return found

    assert await taker() is None
    await hand_over(admin)

    async def told() -> bool:
        return await taker() == "shop"

    await eventually(told)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"product": "p_gone"}, "not_found"),
        ({"product": "p_other"}, "not_found"),
        ({"product": "p_apron", "quantity": 0}, "invalid"),
        ({}, "invalid"),
    ],
)
async def test_the_cart_is_for_what_the_show_sells(
    admin: httpx.AsyncClient, sign_for: SignFor, wanted: dict[str, Any], code: str
) -> None:
    await hand_over(admin)
    answer = await admin.post("/v1/shows/demo/cart", json=wanted, headers=bearer(sign_for("viewer")))
    assert answer.json()["code"] == code


@pytest.mark.parametrize(
    "url",
    [
        "", "http://shop.example/{sku}", "javascript:alert(1)", "https://{sku}.example/", "https://shop.example/{viewer}", "/cart/{sku}",
        "https://u:p@shop.example/", "https://shop.example/{sku", "https://shop.example/a b",
    ],
)  # fmt: skip
async def test_an_address_that_is_no_carts_is_refused(admin: httpx.AsyncClient, url: str) -> None:
    answer = await admin.patch("/v1/channel", json={"order_taker": "shop", "cart_url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    assert (await admin.get("/v1/channel")).json()["order_taker"] == "showfloor"
