"""Customers who are signed in at the shop: its token is taken in place of ours, at every door, and is always the same viewer."""

import asyncio
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import text

from server.access import jwks
from server.db.engine import Database
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.shop_backend import ShopBackend, answer, shop_backend
from tests.support.stage import CHANNEL, ELSEWHERE
from tests.support.viewer import viewer_at

RSA = rsa.generate_private_key(65537, 2048)
OTHER_RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """A server that may be sent to this machine."""
    return make_settings(outbound_networks=["127.0.0.0/8"], outbound_http=True, limits="off")


@pytest.fixture
async def shop() -> AsyncIterator[ShopBackend]:
    async with shop_backend() as backend:
        yield backend


def claims(**others: Any) -> dict[str, Any]:
    now = int(time.time())
    said = {"sub": "customer-17", "aud": CHANNEL, "iat": now, "exp": now + 600} | others
    return {name: value for name, value in said.items() if value is not None}


def signed(secret: str, **others: Any) -> str:
    return jwt.encode(claims(**others), secret, "HS256")


async def secret_of(admin: httpx.AsyncClient) -> str:
    made = await admin.post("/v1/customer-keys/secrets")
    assert made.status_code == 201, made.text
    return str(made.json()["secret"])


def publish(shop: ShopBackend, **keys: Any) -> None:
    """Let the shop publish the public halves of the keys, by their ids."""
    shown = []
    for kid, key in keys.items():
        kind = RSAKey if isinstance(key, rsa.RSAPrivateKey) else ECKey
        shown.append(kind.import_key(key).as_dict(private=False) | {"kid": kid, "use": "sig"})
    shop.answer = answer(200, "content-type: application/json", body=json.dumps({"keys": shown}).encode())


async def set_address(admin: httpx.AsyncClient, url: str) -> httpx.Response:
    return await admin.patch("/v1/customer-keys", json={"jwks_url": url})


async def refusal(server: str, token: str) -> tuple[str, str | None]:
    """Return code and why of the refusal of a join; ("", None) when the token is taken."""
    async with viewer_at(server) as viewer:
        reply = await viewer.ask_for("join", show="demo", token=token)
    return str(reply.get("code", "")), reply.get("why")


async def test_a_customer_is_the_same_viewer_on_every_device_and_known(
    server: str, admin: httpx.AsyncClient
) -> None:
    secret = await secret_of(admin)
    seen = []
    for name in ("Aki", "Aki", None):
        async with viewer_at(server) as viewer:
            seen.append(await viewer.ask_for("join", show="demo", token=signed(secret, name=name)))
    assert len({each["viewer"] for each in seen}) == 1
    assert {each["role"] for each in seen} == {"viewer"}
    assert "customer" not in seen[0]["viewer"]
    assert len({each["token"] for each in seen}) == 3, "one of ours takes the place of the shop's"
    other = signed(secret, sub="customer-18")
    async with viewer_at(server) as viewer:
        assert (await viewer.ask_for("join", show="demo", token=other))["viewer"] != seen[0]["viewer"]
    async with viewer_at(server) as viewer:
        again = await viewer.ask_for("join", show="demo", token=seen[0]["token"])
        assert (again["viewer"], "token" in again) == (seen[0]["viewer"], False)


async def test_every_door_takes_the_shops_token(server: str, admin: httpx.AsyncClient) -> None:
    token = signed(await secret_of(admin), name="Aki")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://{server}", headers=headers, timeout=20) as client:
        asked = await client.post(
            "/v1/live/demo/commands", json={"id": 1, "type": "ask", "text": "Is it warm?"}
        )
        wanted = {"show": "demo", "product": "p_apron", "quantity": 1}
        bought = await client.post("/v1/orders", json=wanted, headers={"Idempotency-Key": "one-wish-1"})
        assert (asked.status_code, bought.status_code) == (200, 201), asked.text + bought.text
        own = (await client.get("/v1/shows/demo/me")).json()
        assert [question["text"] for question in own["questions"]] == ["Is it warm?"]
        assert [order["order"] for order in own["orders"]] == [bought.json()["order"]]
        assert (await client.get(f"/v1/orders/{bought.json()['order']}")).status_code == 200
        assert (await client.post("/v1/shows", json={"title": "S", "host": "H"})).status_code == 403
        async with client.stream("GET", "/v1/live/demo/events") as stream:
            assert stream.status_code == 200
        assert (await client.head("/v1/live/demo/events")).status_code == 200
        assert (await client.post("/v1/sign-out")).status_code == 204
        assert (await client.get("/v1/shows/demo/me")).json()["code"] == "token_revoked"
    assert await refusal(server, token) == ("token_revoked", None)


def forged(secret: str) -> dict[str, tuple[str, tuple[str, str | None]]]:
    """Return tokens that must be refused, each with code and why."""
    now = int(time.time())
    none = jwt.encode(claims(), "", "none")
    no_times = {"iat": None}
    return {
        "of another channel": (signed(secret, aud=ELSEWHERE), ("unauthenticated", "audience")),
        "of no channel": (signed(secret, aud="nobody"), ("unauthenticated", "audience")),
        "for two": (signed(secret, aud=[CHANNEL, ELSEWHERE]), ("unauthenticated", "form")),
        "none": (none, ("unauthenticated", "algorithm")),
        "HS512": (jwt.encode(claims(), secret, "HS512"), ("unauthenticated", "algorithm")),
        "without our kind of key": (
            jwt.encode(claims(), RSA, "RS256"),
            ("unauthenticated", "algorithm"),
        ),
        "another secret": (signed("x" * 46), ("unauthenticated", "signature")),
        "cut": (signed(secret)[:-6], ("unauthenticated", "signature")),
        "expired": (signed(secret, exp=now - 1), ("token_expired", None)),
        "expired long ago": (signed(secret, iat=now - 9000, exp=now - 5000), ("token_expired", None)),
        "not yet": (signed(secret, nbf=now + 300), ("unauthenticated", "not_yet")),
        "made later": (signed(secret, iat=now + 300), ("unauthenticated", "not_yet")),
        "too long": (signed(secret, exp=now + 90_000), ("unauthenticated", "too_long")),
        "too long, by no iat": (
            signed(secret, exp=now + 90_000, **no_times),
            ("unauthenticated", "too_long"),
        ),
        "without an end": (signed(secret, exp=None), ("unauthenticated", "form")),
        "without a customer": (signed(secret, sub=None), ("unauthenticated", "form")),
        "of an empty customer": (signed(secret, sub=""), ("unauthenticated", "form")),
        "of a customer of a number": (signed(secret, sub="\0"), ("unauthenticated", "form")),
        "for no channel": (signed(secret, aud=None), ("unauthenticated", "form")),
        "for an id with a NUL": (signed(secret, aud="de\x00mo"), ("unauthenticated", "form")),
        "for a list of such": (signed(secret, aud=["de\x00mo"]), ("unauthenticated", "form")),
        "with a condition": (
            jwt.encode(claims(), secret, "HS256", headers={"crit": ["x"], "x": 1}),
            ("unauthenticated", "algorithm"),
        ),
    }


async def test_whatever_is_wrong_with_a_token_is_refused_and_named(
    server: str, admin: httpx.AsyncClient
) -> None:
    secret = await secret_of(admin)
    wrong = forged(secret)
    found = {name: await refusal(server, token) for name, (token, _) in wrong.items()}
    assert found == {name: expected for name, (_, expected) in wrong.items()}
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        for name, (token, (code, _)) in wrong.items():
            headers = {"Authorization": f"Bearer {token}"}
            by_http = await client.get("/v1/shows/demo/me", headers=headers)
            assert (by_http.status_code, by_http.json()["code"]) == (401, code), name
    assert await refusal(server, signed(secret)) == ("", None)
    assert await refusal(server, signed(secret, aud=[CHANNEL], iat=None)) == ("", None)


async def test_a_token_of_another_channels_shop_does_not_enter(
    server: str, admin: httpx.AsyncClient, sign_for: SignFor
) -> None:
    others = {"Authorization": f"Bearer {sign_for('admin', ELSEWHERE)}"}
    made = await admin.post("/v1/customer-keys/secrets", headers=others)
    await secret_of(admin)
    theirs = made.json()["secret"]
    assert await refusal(server, signed(theirs, aud=ELSEWHERE)) == ("forbidden", None)
    assert await refusal(server, signed(theirs)) == ("unauthenticated", "signature")


async def test_secrets_are_changed_over_two_at_a_time_and_kept_encrypted(
    servers: tuple[str, str], settings: Settings, sign_for: SignFor
) -> None:
    headers = {"Authorization": f"Bearer {sign_for('admin')}"}
    one, two = servers
    async with httpx.AsyncClient(base_url=f"http://{one}", headers=headers) as admin:
        key = {"Idempotency-Key": "a-secret-1"}
        old = (await admin.post("/v1/customer-keys/secrets", headers=key)).json()
        again = await admin.post("/v1/customer-keys/secrets", headers=key)
        assert (again.json(), again.headers["idempotent-replayed"]) == (old, "true")
        viewer = await _viewer(two, signed(old["secret"]))
        new = (await admin.post("/v1/customer-keys/secrets")).json()

        async def is_taken() -> bool:
            return await refusal(two, signed(new["secret"])) == ("", None)

        await eventually(is_taken)
        assert await _viewer(two, signed(new["secret"])) == viewer, "the same customer"
        third = await admin.post("/v1/customer-keys/secrets")
        assert (third.status_code, third.json()["code"]) == (409, "too_many")
        shown = (await admin.get("/v1/customer-keys")).json()
        assert [each["id"] for each in shown["secrets"]] == [new["id"], old["id"]]
        assert (shown["audience"], shown["algorithms"]) == (CHANNEL, ["HS256", "RS256", "ES256"])
        ended = await admin.post(f"/v1/customer-keys/secrets/{old['id']}/revoke")
        assert [each["id"] for each in ended.json()["secrets"]] == [new["id"]]
        refused = ("unauthenticated", "signature")
        assert await refusal(one, signed(old["secret"])) == refused

        async def is_refused() -> bool:
            return await refusal(two, signed(old["secret"])) == refused

        await eventually(is_refused)
        gone = await admin.post(f"/v1/customer-keys/secrets/{old['id']}/revoke")
        assert gone.json()["code"] == "not_found"
    assert await _viewer(two, signed(new["secret"])) == viewer
    assert settings.database_url
    database = Database(settings.database_url, pool_size=1)
    async with database.read() as connection:
        kept = (await connection.execute(text("SELECT * FROM customer_secret"))).all()
        intents = (await connection.execute(text("SELECT * FROM intent"))).all()
    await database.close()
    assert old["secret"] not in str(kept) + str(intents)


async def _viewer(server: str, token: str) -> str:
    async with viewer_at(server) as viewer:
        return str((await viewer.ask_for("join", show="demo", token=token))["viewer"])


async def test_keys_from_the_shops_address_are_taken_and_changed(
    server: str, admin: httpx.AsyncClient, shop: ShopBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwks, "REFETCH_SECONDS", 0.05)
    publish(shop, first=RSA, second=EC)
    assert (await set_address(admin, shop.url("/jwks"))).status_code == 200

    def by(key: Any, kid: str | None, algorithm: str = "RS256") -> str:
        return jwt.encode(claims(), key, algorithm, headers={"kid": kid} if kid else {})

    taken = ("", None)
    assert await refusal(server, by(RSA, "first")) == taken
    assert await refusal(server, by(EC, "second", "ES256")) == taken
    assert await refusal(server, by(RSA, None)) == taken
    assert await refusal(server, by(EC, None, "ES256")) == taken
    assert len(shop.received) == 1, "one request for all"
    assert await refusal(server, by(OTHER_RSA, "first")) == ("unauthenticated", "signature")
    assert await refusal(server, by(EC, "first", "ES256")) == ("unauthenticated", "algorithm")
    assert await refusal(server, signed("guess" * 10)) == ("unauthenticated", "algorithm")
    publish(shop, third=OTHER_RSA)

    async def third_is_taken() -> bool:
        return await refusal(server, by(OTHER_RSA, "third")) == taken

    await eventually(third_is_taken)

    assert await refusal(server, by(RSA, "first")) == ("unauthenticated", "unknown_key")


async def test_a_public_key_is_never_taken_for_a_secret(
    server: str, admin: httpx.AsyncClient, shop: ShopBackend
) -> None:
    publish(shop, first=RSA)
    await set_address(admin, shop.url("/jwks"))
    await secret_of(admin)
    public = RSAKey.import_key(RSA).as_pem(private=False)
    header = {"alg": "HS256", "typ": "JWT", "kid": "first"}
    body = b".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims()))
    signature = urlsafe_b64encode(hmac.digest(public, body, "sha256")).rstrip(b"=")
    token = (body + b"." + signature).decode()
    assert await refusal(server, token) == ("unauthenticated", "signature")


async def test_keys_are_used_on_while_the_address_is_away_and_made_up_ids_ask_it_rarely(
    server: str, admin: httpx.AsyncClient, shop: ShopBackend
) -> None:
    publish(shop, first=RSA)
    await set_address(admin, shop.url("/jwks"))
    good = jwt.encode(claims(), RSA, "RS256", headers={"kid": "first"})
    assert await refusal(server, good) == ("", None)
    shop.answer = answer(500)
    for number in range(5):
        made_up = jwt.encode(claims(), RSA, "RS256", headers={"kid": f"made-up-{number}"})
        assert await refusal(server, made_up) == ("unauthenticated", "unknown_key")
    assert len(shop.received) == 1
    assert await refusal(server, good) == ("", None)


async def test_many_who_come_at_once_make_one_request_and_a_slow_shop_holds_up_nobody_else(
    server: str, admin: httpx.AsyncClient, shop: ShopBackend
) -> None:
    publish(shop, first=RSA)
    await set_address(admin, shop.url("/jwks"))
    shop.open.clear()
    good = jwt.encode(claims(), RSA, "RS256", headers={"kid": "first"})
    waiting = [asyncio.create_task(refusal(server, good)) for _ in range(20)]
    await eventually(lambda: shop.received)
    async with viewer_at(server) as guest:
        assert (await guest.ask_for("join", show="demo"))["type"] == "joined"
    assert not any(task.done() for task in waiting)
    shop.open.set()
    assert set(await asyncio.gather(*waiting)) == {("", None)}
    assert len(shop.received) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"keys":1}', b"{" + b" " * 70_000 + b'"keys":[]}', b'{"keys":[{"kty":"oct","k":"AAAA"}]}'],
)
async def test_an_address_that_publishes_no_keys_lets_nobody_in(
    server: str, admin: httpx.AsyncClient, shop: ShopBackend, body: bytes
) -> None:
    shop.answer = answer(200, body=body)
    await set_address(admin, shop.url("/jwks"))
    code, _ = await refusal(server, jwt.encode(claims(), RSA, "RS256", headers={"kid": "first"}))
    assert code in ("unavailable", "unauthenticated")


async def test_an_address_that_is_taken_away_or_private_is_refused(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor, shop: ShopBackend
) -> None:
    settings = make_settings(outbound_networks=["127.0.0.0/8"], outbound_http=True)
    headers = {"Authorization": f"Bearer {sign_for('admin')}"}
    publish(shop, first=RSA)
    good = jwt.encode(claims(), RSA, "RS256", headers={"kid": "first"})
    async with (
        live_server(settings) as at,
        httpx.AsyncClient(base_url=f"http://{at}", headers=headers) as own,
    ):
        await set_address(own, shop.url("/jwks"))
        assert await refusal(at, good) == ("", None)
        read = (await own.get("/v1/customer-keys")).headers["etag"]
        assert (await set_address(own, "")).json()["jwks_url"] == ""
        stale = await own.patch("/v1/customer-keys", json={"jwks_url": ""}, headers={"If-Match": read})
        assert (stale.status_code, stale.json()["current"]["jwks_url"]) == (412, "")
        code, why = await refusal(at, good)
        assert (code, why) == ("unauthenticated", "unknown_key") or why == "algorithm"
    async with (
        live_server(make_settings()) as at,
        httpx.AsyncClient(base_url=f"http://{at}", headers=headers) as own,
    ):
        for url in (
            shop.url("/jwks"),
            "https://127.0.0.1/jwks",
            "http://shop.example/jwks",
            "https://[::1]/jwks",
            "https://10.0.0.1/jwks",
            "ftp://shop.example/jwks",
            "nonsense",
        ):
            answered = await set_address(own, url)
            assert (answered.status_code, answered.json()["code"]) == (422, "invalid"), url


async def own(server: str, token: str) -> tuple[list[str], int]:
    """Return the texts of the viewer's own questions in the show, newest first, and how many orders they have there."""
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=20) as client:
        found = await client.get("/v1/shows/demo/me", headers={"Authorization": f"Bearer {token}"})
        return [each["text"] for each in found.json()["questions"]], len(found.json()["orders"])


@pytest.mark.parametrize("way", ["on the open socket", "on another one, with the guest's token"])
async def test_a_guest_who_signs_in_keeps_what_they_did_in_the_show_until_that_is_taken_back(
    servers: tuple[str, str], admin: httpx.AsyncClient, way: str
) -> None:
    one, two = servers
    secret = signed(await secret_of(admin))
    async with viewer_at(one) as viewer, viewer_at(two) as other:
        guest = await viewer.ask_for("join", show="demo")
        await viewer.ask_for("ask", text="Is it warm?")
        bought = await viewer.ask_for("buy", product="p_apron", quantity=1, key="one-wish-1")
        held = await viewer.ask_for("hold", lines=[{"product": "p_apron", "quantity": 1}], key="one-wish-2")
        if way == "on the open socket":
            known = await viewer.ask_for("join", show="demo", token=secret)
        else:
            known = await other.ask_for("join", show="demo", token=secret, guest=guest["token"])
        assert known["viewer"] != guest["viewer"]
        async with viewer_at(two) as device:
            again = await device.ask_for("join", show="demo", token=secret)
            assert (await device.ask_for("hold.release", hold=held["hold"]))["state"] == "released"
            told = await device.expect_push("hold.changed", lambda line: line["hold"]["state"] == "released")
            assert told["hold"]["hold"] == held["hold"]
            await device.ask_for("ask", text="And washable?")
    for token in (known["token"], again["token"], secret):
        assert await own(two, token) == (["And washable?", "Is it warm?"], 1)
    headers = {"Authorization": f"Bearer {known['token']}"}
    async with httpx.AsyncClient(base_url=f"http://{two}", headers=headers, timeout=20) as client:
        assert (await client.get(f"/v1/orders/{bought['order']}")).status_code == 200
        assert (await client.post("/v1/shows/demo/me/separate")).status_code == 204
        assert (await client.get(f"/v1/orders/{bought['order']}")).status_code == 404
    assert await own(one, known["token"]) == (["And washable?"], 0)
    assert await own(one, guest["token"]) == (["Is it warm?"], 1)


async def test_nobody_takes_a_guest_who_is_somebodys_or_no_guest_at_all(
    server: str, admin: httpx.AsyncClient, sign_for: SignFor
) -> None:
    secret = await secret_of(admin)
    async with viewer_at(server) as viewer:
        guest = await viewer.ask_for("join", show="demo")
        await viewer.ask_for("ask", text="Is it warm?")
    joined = []
    for sub in ("first", "second"):
        async with viewer_at(server) as viewer:
            token = signed(secret, sub=sub)
            joined.append(await viewer.ask_for("join", show="demo", token=token, guest=guest["token"]))
    assert await own(server, joined[0]["token"]) == (["Is it warm?"], 0)
    assert await own(server, joined[1]["token"]) == ([], 0)
    async with viewer_at(server) as viewer:
        host = sign_for("host")
        reply = await viewer.ask_for("join", show="demo", token=signed(secret, sub="third"), guest=host)
        assert reply["type"] == "joined"
        reply = await viewer.ask_for("join", show="demo", token=signed(secret, sub="fourth"), guest="forged")
        assert reply["type"] == "joined", "a guest's token that is good no more keeps nobody out"
        assert await own(server, reply["token"]) == ([], 0)
