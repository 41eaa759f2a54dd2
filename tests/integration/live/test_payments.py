"""Paying over sockets and HTTP: the reply, the private push on every process, the provider's page, and its webhooks."""

import re
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from server.clock import SystemClock
from server.db.engine import Database
from server.ids import new_id
from server.payments.fake import FakeProvider, Notice
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import Line, Viewer, joined_at


@pytest.fixture
async def attentive(make_settings: MakeSettings, set_stage: None) -> AsyncIterator[str]:
    """A server that asks providers every second."""
    async with live_server(make_settings(payment_ask_seconds=1.0)) as address:
        yield address


async def hold_of(viewer: Viewer, quantity: int = 1) -> str:
    """Place a hold, and return its id."""
    lines = [{"product": "p_apron", "quantity": quantity}]
    return str((await viewer.do("hold", lines=lines, key=new_id("k")))["hold"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def signed(settings: Settings, payment: str, ref: str, kind: str = "succeeded") -> httpx.Request:
    """A webhook as the fake provider sends it."""
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=1)
    fake = FakeProvider(database, SystemClock(), settings.signing_secret())
    body = msgspec.json.encode(Notice(kind, ref, payment))  # type: ignore[arg-type]
    return httpx.Request("POST", "http://none", headers=fake.sign(new_id("fev"), body), content=body)


async def test_a_page_that_knows_nothing_any_more_finds_every_payment_of_its_viewer(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    token = sign_for("viewer")
    async with (
        joined_at(servers[0], token=token) as buyer,
        joined_at(servers[0], token=sign_for("viewer")) as other,
        httpx.AsyncClient(base_url=f"http://{servers[1]}") as browser,
    ):
        declined, counter = new_id("k"), new_id("k")
        hold = await hold_of(buyer)
        await buyer.do("pay", hold=hold, key=declined, method="decline")
        paying = await buyer.do("pay", hold=hold, key=counter, method="counter")
        await other.do("pay", hold=await hold_of(other), key=new_id("k"))
        answer = await browser.get("/v1/shows/demo/payments", headers=bearer(token))
        newest, oldest = answer.json()["payments"]
        assert (newest["key"], newest["state"], newest["pay_by"]) == (counter, "pending", paying["pay_by"])
        assert (oldest["key"], oldest["state"], oldest["why"]) == (declined, "failed", "declined")


async def test_a_buyer_goes_to_the_providers_page_and_hears_of_it_on_every_process(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    one, two = servers
    token = sign_for("viewer")
    async with (
        joined_at(one, token=token) as buyer,
        joined_at(two, token=token) as elsewhere,
        joined_at(two, token=sign_for("viewer")) as other,
        httpx.AsyncClient(base_url=f"http://{two}") as browser,
    ):
        hold, key = await hold_of(buyer), new_id("k")
        paying = await buyer.do("pay", hold=hold, key=key, method="redirect")
        assert paying | {"id": 0} == {
            "id": 0, "type": "ok", "payment": paying["payment"], "hold": hold, "state": "pending", "amount": 1000,
            "currency": "JPY", "redirect": paying["redirect"],
        }  # fmt: skip
        page = await browser.get(paying["redirect"], headers={"Accept-Language": "ja"})
        assert (page.status_code, 'lang="ja"' in page.text) == (200, True)
        assert re.findall(r'value="(\w+)"', page.text) == ["approve", "decline"]
        nothing = await browser.post(paying["redirect"], data={"decision": "perhaps"})
        assert nothing.status_code == 200
        back = await browser.post(paying["redirect"], data={"decision": "approve"})
        assert (back.status_code, back.headers["location"]) == (303, "/shows/demo")

        def paid(line: Line) -> bool:
            return bool(line["state"] == "captured")

        pushes = [await each.expect_push("payment.changed", paid) for each in (buyer, elsewhere)]
        assert pushes[0] == pushes[1]
        asked = await browser.get(f"/v1/payments/{paying['payment']}", headers=bearer(token))
        assert asked.json()["order"] == pushes[0]["order"]
        again = await elsewhere.do("pay", hold=hold, key=key, method="redirect")
        assert (again["state"], again["order"]) == ("captured", pushes[0]["order"])
        await other.do("ping")
        assert not [line for line in other.lines if line["type"] == "payment.changed"]
        ended = await browser.get(paying["redirect"])
        assert "decision" not in ended.text
        assert (await browser.get("/pay/fake/unknown")).status_code == 404


async def test_the_same_payment_by_http_and_by_socket(server: str, sign_for: SignFor) -> None:
    token = sign_for("viewer")
    async with (
        joined_at(server, token=token) as buyer,
        httpx.AsyncClient(base_url=f"http://{server}/v1", headers=bearer(token)) as http,
    ):
        hold, key = await hold_of(buyer), new_id("k")
        made = await http.post("/payments", json={"hold": hold}, headers={"Idempotency-Key": key})
        assert (made.status_code, made.json()["state"]) == (201, "captured")
        again = await http.post("/payments", json={"hold": hold}, headers={"Idempotency-Key": key})
        assert (again.status_code, again.json()) == (200, made.json())
        assert again.headers["idempotent-replayed"] == "true"
        assert (await buyer.do("pay", hold=hold, key=key))["payment"] == made.json()["payment"]
        ended = await http.post(f"/payments/{made.json()['payment']}/cancel")
        assert ended.json()["state"] == "captured"
        missing = await http.post("/payments", json={"hold": "h_none"}, headers={"Idempotency-Key": key})
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
        assert (await http.post("/payments", json={"hold": hold})).status_code == 400
        assert await buyer.refused("pay", hold=hold, key=new_id("k")) == "hold_ended"


async def test_one_gives_up_by_socket(server: str, sign_for: SignFor) -> None:
    async with joined_at(server, token=sign_for("viewer")) as buyer:
        hold = await hold_of(buyer)
        paying = await buyer.do("pay", hold=hold, key=new_id("k"), method="redirect")
        assert (await buyer.ask_for("pay", hold=hold, key=new_id("k")))["current"]["payment"] == paying[
            "payment"
        ]
        assert await buyer.refused("hold.release", hold=hold) == "hold_ended"
        assert (await buyer.do("pay.cancel", payment=paying["payment"]))["state"] == "cancelled"
        assert (await buyer.do("hold.release", hold=hold))["state"] == "released"


@pytest.mark.parametrize("method", ["slow", "lost"])
async def test_what_takes_a_moment_is_told_or_found(attentive: str, sign_for: SignFor, method: str) -> None:
    async with joined_at(attentive, token=sign_for("viewer")) as buyer:
        paying = await buyer.do("pay", hold=await hold_of(buyer), key=new_id("k"), method=method)
        assert paying["state"] == "pending"
        await buyer.expect_push("payment.changed", lambda line: bool(line["state"] == "captured"))


async def test_webhooks_are_kept_once_and_only_signed(
    server: str, sign_for: SignFor, settings: Settings
) -> None:
    token = sign_for("viewer")
    async with (
        joined_at(server, token=token) as buyer,
        httpx.AsyncClient(base_url=f"http://{server}/v1/payments") as provider,
    ):
        paying = await buyer.do("pay", hold=await hold_of(buyer), key=new_id("k"), method="redirect")
        sent = signed(settings, paying["payment"], paying["redirect"].rpartition("/")[2])
        for _ in range(2):
            answer = await provider.post("/fake/webhook", content=sent.content, headers=sent.headers)
            assert answer.status_code == 204
        asked = await httpx.AsyncClient().get(
            f"http://{server}/v1/payments/{paying['payment']}", headers=bearer(token)
        )
        assert asked.json()["state"] == "captured"
        for headers in ({}, {**sent.headers, "webhook-signature": "v1,AAAA"}):
            answer = await provider.post("/fake/webhook", content=sent.content, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        answer = await provider.post("/stripe/webhook", content=sent.content, headers=sent.headers)
        assert answer.status_code == 404
        metrics = (await provider.get(f"http://{server}/metrics")).text
        assert 'showfloor_security_events_total{rule="webhook_refused"}' in metrics
