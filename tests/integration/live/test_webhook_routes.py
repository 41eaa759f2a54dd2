"""Webhooks over HTTP, on a whole server: from the admin's form to the shop's backend and back to the log."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.servers import SignFor
from tests.support.shop_backend import ShopBackend, shop_backend


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """A server that may be sent to this machine."""
    return make_settings(outbound_networks=["127.0.0.0/8"], outbound_http=True)


@pytest.fixture
async def backend() -> AsyncIterator[ShopBackend]:
    async with shop_backend() as backend:
        yield backend


async def made(admin: httpx.AsyncClient, url: str, **others: Any) -> dict[str, Any]:
    answer = await admin.post("/v1/webhooks", json={"url": url, **others})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/webhooks/{body['id']}"
    return body


async def test_an_order_reaches_the_shop_and_the_log(
    admin: httpx.AsyncClient, backend: ShopBackend, sign_for: SignFor
) -> None:
    webhook = await made(admin, backend.url(), events=["order.paid", "order.paid"])
    assert webhook["events"] == ["order.paid"]
    buyer = {"Authorization": f"Bearer {sign_for('viewer')}", "Idempotency-Key": "one-wish-one-order"}
    wanted = {"show": "demo", "product": "p_apron", "quantity": 2}
    order = (await admin.post("/v1/orders", json=wanted, headers=buyer)).json()
    await eventually(lambda: backend.received)
    (came,) = backend.received
    payload = Webhook(webhook["secret"]).verify(came.body.decode(), came.headers)
    assert payload["data"]["order"]["order"] == order["order"]
    log = f"/v1/webhooks/{webhook['id']}/deliveries"

    async def delivered() -> bool:
        found = (await admin.get(log, params={"state": "delivered"})).json()["deliveries"]
        return [each["event"] for each in found] == [came.id]

    await eventually(delivered)
    assert (await admin.get(log, params={"type": "show.ended"})).json() == {"deliveries": [], "next": None}
    assert (await admin.post(f"{log}/{came.id}")).status_code == 202
    await eventually(lambda: backend.ids() == [came.id, came.id])
    test = (await admin.post(f"/v1/webhooks/{webhook['id']}/test")).json()["event"]
    await eventually(lambda: test in backend.ids())
    first = (await admin.get(log, params={"limit": 1})).json()
    assert [each["event"] for each in first["deliveries"]] == [test]
    second = (await admin.get(log, params={"limit": 1, "cursor": first["next"]})).json()
    assert ([each["event"] for each in second["deliveries"]], second["next"]) == ([came.id], None)


async def test_a_webhook_is_changed_by_whoever_saw_it_as_it_is(
    admin: httpx.AsyncClient, backend: ShopBackend
) -> None:
    webhook = await made(admin, backend.url())
    path = f"/v1/webhooks/{webhook['id']}"
    seen = (await admin.get(path)).headers["etag"]
    changed = await admin.patch(path, json={"description": "The shop"}, headers={"If-Match": seen})
    assert (changed.status_code, changed.json()["description"]) == (200, "The shop")
    late = await admin.patch(path, json={"state": "off"}, headers={"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (412, "conflict")
    assert late.json()["current"]["description"] == "The shop"
    newest = {"If-Match": changed.headers["etag"]}
    off = (await admin.patch(path, json={"state": "off"}, headers=newest)).json()
    assert (off["state"], off["off_reason"]) == ("off", "person")
    assert (await admin.post(f"{path}/test")).json()["code"] == "conflict"
    on = (await admin.patch(path, json={"state": "on"})).json()
    assert (on["state"], on["off_reason"], on["off_at"]) == ("on", None, None)
    rotated = (await admin.post(f"{path}/secret")).json()["secrets"]
    assert rotated[1] == webhook["secret"]
    assert (await admin.get(f"{path}/secret")).json()["secrets"] == rotated
    assert (await admin.get(path)).json()["old_secret_until"] is not None
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.get(path)).status_code == 404


async def test_the_same_key_makes_one_webhook(admin: httpx.AsyncClient, backend: ShopBackend) -> None:
    key = {"Idempotency-Key": "one-webhook-please"}
    first = await admin.post("/v1/webhooks", json={"url": backend.url()}, headers=key)
    again = await admin.post("/v1/webhooks", json={"url": backend.url()}, headers=key)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = await admin.post("/v1/webhooks", json={"url": backend.url("/other")}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert len((await admin.get("/v1/webhooks")).json()["webhooks"]) == 1


async def test_lists_have_pages(admin: httpx.AsyncClient, backend: ShopBackend) -> None:
    ids = [(await made(admin, backend.url(f"/{n}")))["id"] for n in range(3)]
    first = (await admin.get("/v1/webhooks", params={"limit": 2})).json()
    second = (await admin.get("/v1/webhooks", params={"limit": 2, "cursor": first["next"]})).json()
    assert [each["id"] for each in first["webhooks"] + second["webhooks"]] == ids[::-1]
    assert second["next"] is None
    assert "secret" not in first["webhooks"][0]


@pytest.mark.parametrize(
    "body",
    [
        {"url": "http://10.0.0.1/"}, {"url": "http://localhost.:0/"}, {"url": "https://u:p@shop.example/"}, {"url": "ftp://shop.example/"},
        {"url": "http://169.254.169.254/latest"}, {"url": "http://0xa9fea9fe/"}, {"url": "http://[::ffff:10.0.0.1]/"}, {"url": ""},
        {"url": "https://shop.example/", "events": []}, {"url": "https://shop.example/", "events": ["webhook.test"]},
        {"url": "https://shop.example/", "events": ["order.stolen"]}, {"url": "https://shop.example/", "secret": "mine"},
        {"url": "https://shop.example/", "description": "a\x00b"}, {"url": 7}, {},
    ],
)  # fmt: skip
async def test_what_is_no_webhook_is_invalid_and_nothing_is_made(
    admin: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    answer = await admin.post("/v1/webhooks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    assert answer.json()["errors"]
    assert (await admin.get("/v1/webhooks")).json()["webhooks"] == []


async def test_only_the_channels_own_admins_see_its_webhooks(
    admin: httpx.AsyncClient, backend: ShopBackend, sign_for: SignFor
) -> None:
    webhook = await made(admin, backend.url())
    path = f"/v1/webhooks/{webhook['id']}"
    doors = [
        ("GET", "/v1/webhooks", None), ("POST", "/v1/webhooks", {"url": backend.url()}), ("GET", path, None),
        ("PATCH", path, {"state": "off"}), ("DELETE", path, None), ("GET", f"{path}/secret", None), ("POST", f"{path}/secret", None),
        ("POST", f"{path}/test", None), ("GET", f"{path}/deliveries", None), ("POST", f"{path}/deliveries/msg_1", None),
    ]  # fmt: skip
    for method, door, body in doors:
        for role in ("host", "moderator", "analyst", "viewer"):
            headers = {"Authorization": f"Bearer {sign_for(role)}"}
            answer = await admin.request(method, door, json=body, headers=headers)
            assert answer.json()["code"] == "forbidden", (role, door)
        if door != "/v1/webhooks":
            elsewhere = {"Authorization": f"Bearer {sign_for('admin', 'elsewhere')}"}
            answer = await admin.request(method, door, json=body, headers=elsewhere)
            assert answer.json()["code"] == "not_found", door
    assert (await admin.get("/v1/webhooks", headers={"Authorization": ""})).status_code == 401
    assert (await admin.get(path)).json()["state"] == "on"
