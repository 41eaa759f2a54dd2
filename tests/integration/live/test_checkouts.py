"""Checkouts over HTTP: settings by their versions, a hold filled in by its viewer, paid, and what each side reads of the order."""

from typing import Any

import httpx

from server.ids import new_id
from tests.support.eventually import eventually
from tests.support.servers import SignFor
from tests.support.viewer import joined_at

SETTINGS: dict[str, Any] = {
    "buying": "checkout",
    "methods": [{"id": "post", "title": {"en": "Post", "ja": "郵便"}, "price": 500, "days": 3}],
    "tax_percent": 10,
    "tax_name": {"en": "VAT", "ja": "消費税"},
    "terms_text": {"en": "All sales are final."},
}
WHOLE: dict[str, Any] = {
    "name": "Anna",
    "email": "anna@example.com",
    "address": {"country": "JP", "postal_code": "150-0001", "city": "渋谷区", "line1": "神宮前 1-2-3"},
    "shipping": "post",
    "terms": True,
    "language": "ja",
    "keep": True,
}


async def call(
    server: str, token: str, method: str, path: str, body: object = None, **headers: str
) -> httpx.Response:
    given = {"Authorization": f"Bearer {token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=60) as client:
        return await client.request(method, f"/v1{path}", json=body, headers=given)


async def test_a_channel_says_how_it_sells_and_open_pages_hear_of_it(server: str, sign_for: SignFor) -> None:
    admin, path = sign_for("admin"), "/channel/checkout"
    first = await call(server, admin, "GET", path)
    assert (first.status_code, first.json()["buying"], first.headers["etag"]) == (200, "one_step", '"0"')
    async with joined_at(server) as viewer:
        set_ = await call(server, admin, "PUT", path, SETTINGS, If_Match='"0"')
        assert (set_.status_code, set_.json()["tax_percent"]) == (200, 10.0), set_.text

        async def told() -> bool:
            changed = [line for line in viewer.pushes if line["type"] == "product.changed"]
            return any(p.get("buying") == "checkout" for line in changed for p in line["products"])

        await eventually(told)
    stale = await call(server, admin, "PUT", path, SETTINGS | {"tax_percent": 8}, If_Match='"0"')
    assert (stale.status_code, stale.json()["current"]["tax_percent"]) == (412, 10.0)
    again = await call(server, admin, "PUT", path, SETTINGS, If_Match=set_.headers["etag"])
    assert again.headers["etag"] == set_.headers["etag"]
    for wrong in (
        {"tax_percent": 8.12345},
        {"methods": [{"title": {}, "price": 1}]},
        {"methods": [SETTINGS["methods"][0]] * 2},
        {"methods": [{"title": {"en": "x"}, "price": 1, "countries": ["Japan"]}]},
        {"buying": "never"},
    ):
        assert (await call(server, admin, "PUT", path, SETTINGS | wrong)).status_code == 422, wrong
    for role, reads, writes in (("viewer", 403, 403), ("analyst", 200, 403), ("host", 200, 403)):
        assert (await call(server, sign_for(role), "GET", path)).status_code == reads
        assert (await call(server, sign_for(role), "PUT", path, SETTINGS)).status_code == writes


async def test_a_viewer_fills_in_pays_and_reads_the_order_and_so_does_its_merchant(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    one, other = servers
    assert (await call(one, sign_for("admin"), "PUT", "/channel/checkout", SETTINGS)).status_code == 200
    anna = sign_for("viewer")
    body = {"show": "demo", "product": "p_bowl", "quantity": 1}
    refused = await call(one, anna, "POST", "/orders", body, Idempotency_Key=new_id("k"))
    assert (refused.status_code, refused.json()["code"]) == (409, "checkout_needed")
    lines = {"lines": [{"product": "p_bowl", "quantity": 1}]}
    hold = (await call(one, anna, "POST", "/shows/demo/holds", lines, Idempotency_Key=new_id("k"))).json()
    path = f"/shows/demo/holds/{hold['hold']}/checkout"
    begun = await call(one, anna, "GET", f"{path}?lang=ja")
    assert (begun.json()["methods"][0]["title"], begun.json()["complete"]) == ("郵便", False)
    pay = {"hold": hold["hold"]}
    early = await call(one, anna, "POST", "/payments", pay, Idempotency_Key=new_id("k"))
    assert (early.status_code, "terms" in early.json()["lacks"]) == (422, True)
    wrong = await call(one, anna, "PUT", path, WHOLE | {"email": "anna"})
    assert (wrong.status_code, wrong.json()["at"]) == (422, "email")
    assert (await call(one, sign_for("viewer"), "PUT", path, WHOLE)).status_code == 404
    filled = (await call(other, anna, "PUT", path, WHOLE)).json()
    assert {name: filled[name] for name in ("items", "discount", "shipping", "tax", "total")} == {
        "items": 2500,
        "discount": 0,
        "shipping": 500,
        "tax": 273,
        "total": 3000,
    }
    assert (filled["tax_name"], filled["complete"], filled["kept"]["name"]) == ("消費税", True, "Anna")
    assert (await call(one, anna, "GET", path)).json() == filled
    paid = await call(one, anna, "POST", "/payments", pay, Idempotency_Key=new_id("k"))
    assert (paid.status_code, paid.json()["state"], paid.json()["amount"]) == (201, "captured", 3000)
    late = await call(one, anna, "PUT", path, WHOLE | {"name": "Berta"})
    assert (late.status_code, late.json()["code"]) == (409, "hold_ended")
    (order,) = (await call(one, anna, "GET", "/shows/demo/me")).json()["orders"]
    assert (order["amount"], order["shipping"], order["total"], order["tax"]) == (2500, 500, 3000, 273)
    receipt = (await call(one, anna, "POST", f"/orders/{order['order']}/receipt")).json()["receipt"]
    read = (await call(one, anna, "POST", "/receipts", {"receipt": receipt})).json()
    assert (read["amount"], read["total"], "contact" in str(read)) == (2500, 3000, False)
    (listed,) = (await call(one, sign_for("host"), "GET", "/orders")).json()["orders"]
    assert (listed["total"], listed["delivery"]["contact"]["name"]) == (3000, "Anna")
    assert listed["delivery"]["method"] == "郵便"
