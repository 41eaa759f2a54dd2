"""The channel's account at Stripe: an admin sets its keys, a buyer pays by it, and the page says how it stands."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import expect

from server.demo.catalogue import CHANNEL_ID
from server.ids import new_id
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.e2e.test_people_pages import look_at
from tests.support.browser import Desk, Device, Language
from tests.support.eventually import eventually
from tests.support.showroom import Showroom
from tests.support.stripe_peer import StripePeer, stripe_peer
from tests.support.stripe_till import endpoint_of
from tests.support.viewer import joined_at

KEY, WEBHOOK = "sk_test_first0000000001", "whsec_first0000000001"


@pytest_asyncio.fixture(loop_scope="package")
async def peer() -> AsyncIterator[StripePeer]:
    async with stripe_peer() as peer:
        yield peer


@pytest.fixture
def settings(make_settings: MakeSettings, peer: StripePeer) -> Settings:
    """A server whose Stripe is the peer, and without the fake provider."""
    return make_settings(stripe_url=peer.url, public_url="https://shows.example", fake_payments=False)


@pytest.mark.parametrize("sight", [("phone", "en"), ("desktop", "ja")])
async def test_an_admin_sets_keys_and_buyers_pay_by_them(
    showroom: Showroom, desk: Desk, peer: StripePeer, sight: tuple[Device, Language], tmp_path: Path
) -> None:
    account = peer.add_account(KEY)
    peer.books.telling.endpoints[account.id] = endpoint_of(CHANNEL_ID, base=showroom.url(""), secret=WEBHOOK)
    desk.expected |= {"status of 422"}
    admin = await desk.open(*sight)
    part = admin.get_by_test_id
    await admin.goto(showroom.staff_url("admin", "/studio/payments"))
    await expect(part("payments-standing")).to_have_attribute("data-state", "none")
    address = f"https://shows.example/v1/payments/stripe/{CHANNEL_ID}/webhook"
    await expect(part("payments-webhook")).to_have_value(address)
    await admin.screenshot(path=tmp_path / "none.png", full_page=True)
    await look_at(admin, "none")
    for wrong in ("pk_test_public000000001", "sk_test_unknown00000001"):
        await part("field-secret").fill(wrong)
        await part("form-save").click()
        await expect(part("wrong-secret")).not_to_be_empty()
    await part("field-secret").fill(KEY)
    await part("field-webhook_secret").fill(WEBHOOK)
    await part("form-save").click()
    await expect(part("payments-standing")).to_have_attribute("data-state", "unheard")
    await expect(part("payments-mode")).to_have_attribute("data-live", "false")
    await expect(part("field-secret")).to_have_value("")
    content = await admin.content()
    assert KEY not in content
    assert WEBHOOK not in content

    async with joined_at(showroom.address, token=showroom.token("viewer")) as buyer:
        lines = [{"product": "p_demo_teapot", "quantity": 1}]
        hold = (await buyer.do("hold", lines=lines, key=new_id("k")))["hold"]
        paying = await buyer.do("pay", hold=hold, key=new_id("k"), method="card")
        session = next(iter(peer.books.sessions.values()))
        assert (paying["state"], paying["redirect"]) == ("pending", session["url"])
        peer.books.pay(session["id"])
        await buyer.expect_push("payment.changed", lambda line: bool(line["state"] == "captured"))
    peer.books.dispute(session["id"])
    await eventually(lambda: has_dispute(showroom))
    await admin.reload()
    await expect(part("payments-standing")).to_have_attribute("data-state", "good")
    await expect(part("dispute")).to_have_attribute("data-state", "needs_response")
    await admin.screenshot(path=tmp_path / "good.png", full_page=True)
    await look_at(admin, "good")
    await part("payments-remove").click()
    await part("payments-remove-sure").click()
    await expect(part("payments-standing")).to_have_attribute("data-state", "none")


async def has_dispute(showroom: Showroom) -> bool:
    return bool((await showroom.ask("GET", "/payment-account", "admin"))["disputes"])


async def test_pages_ask_by_what_one_can_pay_and_others_see_no_keys(
    showroom: Showroom, peer: StripePeer
) -> None:
    peer.add_account(KEY)
    headers = {"Authorization": f"Bearer {showroom.token('viewer')}"}
    async with httpx.AsyncClient(base_url=showroom.url("/v1"), headers=headers) as viewer:
        offered = (await viewer.get("/shows/demo/payment-methods")).json()
        assert offered == {"provider": "", "live": False, "methods": []}
        body = {"secret": KEY, "methods": ["card", "konbini"], "shown_as": "Aprons"}
        assert (await viewer.get("/payment-account")).status_code == 403
        assert (await viewer.put("/payment-account", json=body)).status_code == 403
        kept = await showroom.ask("PUT", "/payment-account", "admin", body)
        assert KEY not in str(kept)
        offered = (await viewer.get("/shows/demo/payment-methods")).json()
        assert [(each["method"], each["later"]) for each in offered["methods"]] == [
            ("card", False),
            ("konbini", True),
        ]
    rows = (await showroom.ask("GET", "/audit?about=connections", "admin"))["deeds"]
    assert rows[0]["action"] == "payments.set"
    assert KEY not in str(rows)
