"""Products and their stock over HTTP: by staff and by keys, each change of a version, each line of a bulk call by itself."""

from typing import Any

import httpx

from tests.support.servers import SignFor


async def call(
    server: str, token: str, method: str, path: str, body: object = None, **headers: str
) -> httpx.Response:
    given = {"Authorization": f"Bearer {token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=60) as client:
        return await client.request(method, f"/v1{path}", json=body, headers=given)


SHIRT: dict[str, Any] = {
    "title": "Linen shirt",
    "price": 5000,
    "external_id": "shirt",
    "options": ["Size"],
    "variants": [
        {"options": {"Size": "S"}, "stock": 3, "sku": "S-1"},
        {"options": {"Size": "L"}, "stock": 4, "price": 5500, "compare_at": 6000},
    ],
}


async def test_a_product_is_made_once_read_and_changed_by_its_version(server: str, sign_for: SignFor) -> None:
    host = sign_for("host")
    first = await call(server, host, "POST", "/products", SHIRT, Idempotency_Key="key-of-the-shirt")
    assert first.status_code == 201, first.text
    again = await call(server, host, "POST", "/products", SHIRT, Idempotency_Key="key-of-the-shirt")
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    made = first.json()
    assert first.headers["location"] == f"/v1/products/{made['id']}"
    assert [(v["title"], v["price"], v["compare_at"], v["stock"]) for v in made["variants"]] == [
        ("Linen shirt – S", 5000, None, 3),
        ("Linen shirt – L", 5500, 6000, 4),
    ]
    path = f"/products/{made['id']}"
    changed = await call(server, host, "PATCH", path, {"title": "Shirt"}, If_Match=first.headers["etag"])
    assert (changed.status_code, changed.json()["title"], changed.headers["etag"]) == (200, "Shirt", '"2"')
    stale = await call(server, host, "PATCH", path, {"title": "Blouse"}, If_Match=first.headers["etag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "conflict")
    assert stale.json()["current"] == changed.json()
    archived = await call(server, host, "POST", f"{path}/archive", If_Match='"2"')
    assert archived.json()["active"] is False
    listed = await call(server, host, "GET", "/products?q=shirt&state=archived")
    assert [each["id"] for each in listed.json()["products"]] == [made["id"]]
    assert (await call(server, host, "POST", f"{path}/restore")).json()["active"] is True
    assert (await call(server, host, "GET", path)).headers["etag"] == '"4"'


async def test_who_may_what(server: str, sign_for: SignFor) -> None:
    for role, reads, writes in (
        ("viewer", 403, 403),
        ("analyst", 403, 403),
        ("moderator", 200, 403),
        ("admin", 200, 201),
    ):
        token = sign_for(role)
        assert (await call(server, token, "GET", "/products")).status_code == reads
        assert (
            await call(server, token, "POST", "/products", {"title": role, "price": 1})
        ).status_code == writes
    other = sign_for("host", channel="elsewhere")
    for method, path in (
        ("GET", ""),
        ("PATCH", ""),
        ("POST", "/archive"),
        ("GET", "/stock-changes"),
    ):
        answer = await call(
            server, other, method, f"/products/p_bowl{path}", {} if method == "PATCH" else None
        )
        assert answer.status_code == 404
    assert (await call(server, other, "POST", "/products/p_bowl/stock", {"add": 1})).status_code == 404
    assert (await call(server, other, "PUT", "/products/order", {"products": ["p_bowl"]})).status_code == 404


async def test_each_line_of_a_bulk_call_has_its_own_result(server: str, sign_for: SignFor) -> None:
    lines: list[Any] = [
        {"external_id": f"n-{n}", "title": f"Product {n} {'x' * 300}"[:180], "price": n, "stock": n % 7}
        for n in range(990)
    ]
    lines += [
        {"external_id": "minus", "title": "Minus", "price": -1},
        {"external_id": "text", "title": "Text", "price": "12"},
        {"external_id": "other", "title": "Other", "price": 1, "currency": "EUR"},
        {"title": "Nameless", "price": 1},
        {"external_id": "unknown", "title": "Unknown", "price": 1, "colour": "red"},
        "no object",
        SHIRT,
    ]
    key = sign_for("admin")
    first = await call(server, key, "POST", "/products/bulk", {"products": lines})
    assert first.status_code == 200, first.text
    results = first.json()["results"]
    assert [each["status"] for each in results[:990]] == ["created"] * 990
    assert [(each["status"], each["code"], each["at"]) for each in results[990:]] == [
        ("refused", "invalid", "price"),
        ("refused", "invalid", "price"),
        ("refused", "invalid", "currency"),
        ("refused", "invalid", "external_id"),
        ("refused", "invalid", "colour"),
        ("refused", "invalid", ""),
        ("created", None, None),
    ]
    again = (await call(server, key, "POST", "/products/bulk", {"products": lines})).json()["results"]
    assert [each["status"] for each in again] == [
        "unchanged" if each["status"] == "created" else "refused" for each in results
    ]
    too_many = await call(server, key, "POST", "/products/bulk", {"products": [SHIRT] * 1001})
    assert too_many.status_code == 422


async def test_stock_is_changed_by_plus_and_minus_or_by_who_has_seen_it(
    server: str, sign_for: SignFor
) -> None:
    host = sign_for("host")

    async def stock(body: object, **headers: str) -> httpx.Response:
        return await call(server, host, "POST", "/products/p_bowl/stock", body, **headers)

    added = await stock({"add": 9, "note": "from the kiln"}, Idempotency_Key="nine-more")
    assert added.json() == {"product": "p_bowl", "stock": 12, "move": 1}
    assert (await stock({"add": 9, "note": "from the kiln"}, Idempotency_Key="nine-more")).json()[
        "stock"
    ] == 12
    assert (await stock({"add": -1})).json()["stock"] == 11
    refused = await stock({"seen": 12, "to": 20})
    assert (refused.status_code, refused.json()["code"], refused.json()["stock"]) == (409, "conflict", 11)
    assert (await stock({"seen": 11, "to": 20})).json()["stock"] == 20
    for wrong in ({}, {"add": 1, "seen": 1, "to": 2}, {"seen": 1}, {"to": 1}, {"add": 0}):
        assert (await stock(wrong)).status_code == 422, wrong
    first = (await call(server, host, "GET", "/products/p_bowl/stock-changes?limit=2")).json()
    assert [(c["delta"], c["stock_after"], c["role"]) for c in first["changes"]] == [
        (9, 20, "host"),
        (-1, 11, "host"),
    ]
    second = (
        await call(server, host, "GET", f"/products/p_bowl/stock-changes?before={first['next']}")
    ).json()
    assert [(c["delta"], c["stock_after"], c["note"]) for c in second["changes"]] == [
        (9, 12, "from the kiln")
    ]
    assert second["next"] is None
