"""A channel is paid by Stripe: whatever Stripe and its buyers do, money that was taken is an order or goes back. Stripe is a peer here."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from server.access.sealing import Sealing
from server.http.versions import ANY_VERSION as ANY
from server.payments import service, stripe_clients
from server.payments.accounts import Accounts, AccountWish, reseal_accounts
from server.payments.provider import UnsignedError
from server.payments.stripe_provider import BEGUN_WITHIN
from server.protocol.codes import Code
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.stage import CHANNEL, ELSEWHERE, refused
from tests.support.stripe_peer import Fault
from tests.support.stripe_till import BY as BY_ADMIN
from tests.support.stripe_till import KEY, WEBHOOK, StripeTill, endpoint_of, open_stripe_till
from tests.support.till import UNHEARD, is_settled

HOLD = timedelta(seconds=300)
WHOLE_DAY = timedelta(days=1)


@pytest.fixture
async def shop(make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StripeTill]:
    monkeypatch.setattr(stripe_clients, "TRY_SECONDS", 0.5)  # only who hangs is waited for so long
    async with open_stripe_till(make_settings(fake_payments=False)) as shop:
        yield shop


async def assert_settled(shop: StripeTill, *, orders: int) -> None:
    """Nothing is owed, and all that was taken is an order or has gone back."""
    assert await is_settled(shop.till.stage.database)
    assert await shop.adds_up()
    assert len(await shop.till.stage.orders()) == orders


@pytest.mark.parametrize("told", [True, False], ids=["told", "found"])
async def test_a_card_is_set_aside_on_stripes_page_then_taken_then_an_order(
    shop: StripeTill, told: bool
) -> None:
    payment = await shop.pay(units=2)
    session = shop.books.sessions[str(payment.provider_ref)]
    assert (payment.state, payment.on_the_wire()["redirect"]) == ("pending", session["url"])
    assert (session["amount_total"], session["currency"], session["payment_method_types"]) == (
        2000,
        "jpy",
        ["card"],
    )
    assert session["success_url"] == session["given"]["cancel_url"] == "https://shows.example/shows/demo"
    name, asked = next(each for each in shop.peer.calls if each[0] == "open")
    assert (name, asked["Idempotency-Key"]) == ("open", payment.id)
    shop.books.pay(session["id"])
    assert shop.books.taken == 0, "set aside"
    if told:
        await shop.hear()
    else:
        await shop.till.let_happen(UNHEARD)
    paid = await shop.till.now(payment)
    assert (paid.state, shop.books.taken) == ("captured", 2000)
    await assert_settled(shop, orders=1)


async def test_a_shops_counter_is_paid_the_next_day_and_its_units_wait(shop: StripeTill) -> None:
    """Also when the slip is taken in the hold's last moment and its webhook is lost: units of a slip are not sold to others."""
    payment = await shop.pay("konbini")
    ref = str(payment.provider_ref)
    shop.till.stage.clock.at += HOLD
    shop.books.take_slip(ref)
    await shop.till.let_happen()
    waiting = await shop.till.now(payment)
    assert (waiting.state, waiting.pay_by) == (
        "pending",
        shop.till.stage.clock.at - timedelta(seconds=2) + WHOLE_DAY,
    )
    assert str(waiting.on_the_wire()["redirect"]).startswith("https://pay.stripe.test/")
    await shop.till.let_happen(timedelta(hours=20))
    assert (await shop.till.stage.held())["p_apron"] == (9, 1, 0)
    shop.books.pay_slip(ref)
    await shop.hear(shop.books.telling.events[-1])
    assert await shop.state(payment) == "captured"
    await assert_settled(shop, orders=1)


async def test_a_slip_that_nobody_pays_frees_its_units(shop: StripeTill) -> None:
    payment = await shop.pay("konbini")
    shop.books.take_slip(str(payment.provider_ref))
    await shop.hear()
    shop.till.stage.clock.at += WHOLE_DAY
    shop.books.let_slip_lapse(str(payment.provider_ref))
    await shop.hear(shop.books.telling.events[-1])
    assert await shop.state(payment) == "failed"
    assert await shop.till.stage.holds.let_lapsed_go() == 1
    await assert_settled(shop, orders=0)


async def test_paypay_is_taken_by_stripe_itself(shop: StripeTill) -> None:
    payment = await shop.pay("paypay")
    shop.books.pay(str(payment.provider_ref), "paypay")
    await shop.hear()
    assert await shop.state(payment) == "captured"
    assert not [name for name, _ in shop.peer.calls if name == "capture"]
    await assert_settled(shop, orders=1)


async def test_who_is_declined_may_try_again_on_the_page_until_the_hold_is_over(shop: StripeTill) -> None:
    payment = await shop.pay()
    shop.books.decline(str(payment.provider_ref))
    await shop.hear()
    await shop.till.let_happen(UNHEARD)
    assert await shop.state(payment) == "pending"
    await shop.till.let_happen(HOLD)
    ended = await shop.till.now(payment)
    assert (ended.state, ended.why) == ("failed", "expired")
    assert shop.books.sessions[str(payment.provider_ref)]["status"] == "expired"
    assert await shop.till.stage.holds.let_lapsed_go() == 1


async def test_events_in_any_order_and_number_end_in_the_same_state(shop: StripeTill) -> None:
    """Of a card's three events and those of its capture, as of one that was not stored when its webhook came."""
    payments = []
    for _ in range(6):
        payment = await shop.pay()
        shop.books.pay(str(payment.provider_ref))
        payments.append(payment)
    by_payment: dict[str, list[dict[str, object]]] = {payment.id: [] for payment in payments}
    for event in shop.books.telling.events:
        about = event["data"]["object"]
        by_payment[about["metadata"]["payment"]].append(event)
    for payment, order in zip(payments, itertools.permutations(range(3)), strict=False):
        events = by_payment[payment.id]
        chosen = [events[index % len(events)] for index in order]
        await shop.hear(*chosen, *reversed(chosen))
        assert await shop.state(payment) == "captured", [each["type"] for each in chosen]
    await shop.hear()
    await assert_settled(shop, orders=6)


@pytest.mark.parametrize("fault", ["error", "limit", "cut", "cut_after", "error_after", "hang"])
@pytest.mark.parametrize("call", ["open", "session", "capture"])
async def test_a_fault_of_one_call_costs_nobody_anything(shop: StripeTill, call: str, fault: Fault) -> None:
    """Both tries of the library meet it; the poller finds what was done."""
    shop.peer.faults[call] = [fault] if fault == "limit" else [fault, fault]
    payment = await shop.pay()
    if payment.provider_ref is None:
        assert payment.state == "created"
        await shop.till.let_happen(UNHEARD)
        payment = await shop.till.now(payment)
    shop.books.pay(str(payment.provider_ref))
    for _ in range(3):
        await shop.till.let_happen(4 * UNHEARD)
    assert await shop.state(payment) == "captured"
    assert len(shop.books.sessions) == 1
    assert shop.books.taken == 1000
    await assert_settled(shop, orders=1)


async def test_a_payment_that_stripe_hangs_on_holds_up_no_other(
    shop: StripeTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "ANSWER_SECONDS_MAX", 600.0)
    payments = [await shop.pay(viewer=viewer) for viewer in ("v_1", "v_2")]
    for payment in payments:
        shop.books.pay(str(payment.provider_ref))
    shop.peer.faults["session"] = ["hang"]
    monkeypatch.setattr(stripe_clients, "TRY_SECONDS", 600.0)
    await shop.till.paying.stripe_clients.close()
    shop.till.stage.clock.at += UNHEARD
    asking = asyncio.create_task(shop.till.poller.run_once())

    async def one_is_paid() -> bool:
        return sorted([await shop.state(each) for each in payments]) == ["captured", "pending"]

    await eventually(one_is_paid)
    assert not asking.done(), "the other is still waited for"
    shop.peer.hanging.set()
    await asking


async def test_whom_stripe_never_answers_is_told_so_and_holds_no_units(shop: StripeTill) -> None:
    shop.peer.faults["open"] = ["error"] * 9
    payment = await shop.pay()
    await shop.till.let_happen(BEGUN_WITHIN + UNHEARD)
    failed = await shop.till.now(payment)
    assert (failed.state, failed.why) == ("failed", "provider")
    hold = await shop.till.stage.holds.find(payment.hold_id)
    assert (hold.state, hold.paying) == ("placed", False), "to try again in the time that is left"


@pytest.mark.parametrize(
    ("method", "price", "why"), [("gold", 1000, "method"), ("paypay", 1000, "method"), ("card", 40, "amount")]
)
async def test_what_stripe_does_not_take_fails_at_once(
    shop: StripeTill, method: str, price: int, why: str
) -> None:
    shop.account.methods = frozenset({"card"})
    await shop.till.stage.add_product("p_cheap", price_minor=price)
    payment = await shop.till.pay(await shop.till.stage.hold("v_1", ("p_cheap", 1)), method)
    assert (payment.state, payment.why) == ("failed", why)


async def test_who_gives_up_is_not_charged_and_who_paid_meanwhile_gets_the_goods(shop: StripeTill) -> None:
    first = await shop.pay()
    assert (await shop.till.payments.cancel(first.id, "v_1")).state == "cancelled"
    assert shop.books.sessions[str(first.provider_ref)]["status"] == "expired"
    set_aside = await shop.pay(viewer="v_2")
    shop.books.pay(str(set_aside.provider_ref))
    assert (await shop.till.payments.cancel(set_aside.id, "v_2")).state == "cancelled"
    assert shop.books.taken == 0
    paid = await shop.pay("paypay", viewer="v_3")
    shop.books.pay(str(paid.provider_ref), "paypay")
    assert (await shop.till.payments.cancel(paid.id, "v_3")).state == "captured"
    await shop.hear()
    await assert_settled(shop, orders=1)


@pytest.mark.parametrize("fault", [None, "cut_after", "error_after", "hang", "limit"])
async def test_money_that_can_become_no_order_goes_back_once(shop: StripeTill, fault: Fault | None) -> None:
    """Stripe takes it though the slip was cancelled; the call that gives it back is answered, cut, refused, or answered twice."""
    payment = await shop.pay("konbini")
    ref = str(payment.provider_ref)
    shop.books.take_slip(ref)
    await shop.hear()
    assert (await shop.till.payments.cancel(payment.id, "v_1")).state == "cancelled"
    intent = shop.books.intents[shop.books.sessions[ref]["payment_intent"]]
    intent["status"] = "requires_action"
    shop.books.pay_slip(ref)
    shop.peer.faults["refund"] = [] if fault is None else [fault, fault]
    await shop.hear(*shop.books.telling.events[-2:])
    await shop.till.let_happen(UNHEARD)
    shop.peer.keys.clear()  # Stripe forgets them after a day
    await shop.till.let_happen(4 * UNHEARD)
    assert await shop.state(payment) == "refunded"
    assert [each["amount"] for each in shop.books.refunds] == [1000]
    await assert_settled(shop, orders=0)


async def test_a_part_that_the_merchant_gives_back_is_not_all_that_is_owed(shop: StripeTill) -> None:
    payment = await shop.pay("paypay")
    assert (await shop.till.payments.cancel(payment.id, "v_1")).state == "cancelled"
    session = shop.books.sessions[str(payment.provider_ref)]
    session["status"] = "open"
    shop.books.pay(session["id"], "paypay")
    shop.peer.faults["refund"] = ["error"] * 2
    await shop.hear(shop.books.telling.events[-1])
    assert await shop.state(payment) == "refunding"
    by_hand = {"payment_intent": session["payment_intent"], "amount": "400"}
    shop.books.carry_out(shop.account, "refund", (), by_hand)
    await shop.hear(shop.books.telling.events[-1])
    assert await shop.state(payment) == "refunding", "600 are not back"
    shop.books.carry_out(shop.account, "refund", (), by_hand | {"amount": "600"})
    await shop.hear(shop.books.telling.events[-1])
    assert await shop.state(payment) == "refunded"
    assert shop.books.refunded == 1000


async def test_parts_go_back_once_for_each_key(shop: StripeTill) -> None:
    payment = await shop.pay(units=3)
    shop.books.pay(str(payment.provider_ref))
    await shop.hear()
    paid = await shop.till.now(payment)
    for key in ("r_1", "r_1", "r_2"):
        assert (await shop.till.payments.give_back(paid, 1000, key)).kind == "refunded"
    shop.peer.keys.clear()
    assert (await shop.till.payments.give_back(paid, 1000, "r_1")).kind == "refunded"
    assert [each["amount"] for each in shop.books.refunds] == [1000, 1000]
    too_much = await shop.till.payments.give_back(paid, 2000, "r_3")
    assert (too_much.kind, bool(too_much.why)) == ("failed", True)
    shop.account.refunds = "pending"
    assert (await shop.till.payments.give_back(paid, 500, "r_4")).kind == "succeeded"
    shop.books.refunds[-1]["status"] = "succeeded"
    assert (await shop.till.payments.give_back(paid, 500, "r_4")).kind == "refunded"
    shop.account.refunds = "failed"
    failed = await shop.till.payments.give_back(paid, 500, "r_5")
    assert (failed.kind, failed.why) == ("bounced", "declined")


async def test_webhooks_are_the_accounts_and_of_now(shop: StripeTill) -> None:
    payment = await shop.pay()
    shop.books.pay(str(payment.provider_ref))
    event = shop.books.telling.events[-1]
    for how in ({"signed_with": "whsec_another0000001"}, {"late_seconds": 301}, {"late_seconds": -301}):
        with pytest.raises(UnsignedError):
            await shop.hear(event, **how)
    headers, body = shop.books.telling.signed(event)
    for broken in (headers | {"stripe-signature": "t=1"}, headers | {"stripe-signature": ""}, {}):
        with pytest.raises(UnsignedError):
            await shop.till.payments.receive("stripe", broken, body, channel_id=CHANNEL)
    with pytest.raises(UnsignedError):
        await shop.till.payments.receive("stripe", headers, b"\xff" + body, channel_id=CHANNEL)
    for name, channel in (("stripe", "elsewhere"), ("stripe", ""), ("fake", ""), ("paypal", CHANNEL)):
        with refused(Code.NOT_FOUND):
            await shop.till.payments.receive(name, headers, body, channel_id=channel)
    assert await shop.state(payment) == "pending"
    await shop.hear(event, late_seconds=299)
    assert await shop.state(payment) != "created"


async def test_a_webhooks_secret_is_rotated_without_one_that_is_refused(shop: StripeTill) -> None:
    payment = await shop.pay()
    shop.books.pay(str(payment.provider_ref))
    assert (await shop.set(None, "whsec_second000000002")).now is not None
    before, after = shop.books.telling.events
    await shop.hear(before)
    shop.books.telling.endpoints[shop.account.id].secrets = ["whsec_second000000002", "whsec_third"]
    await shop.hear(after)
    assert await shop.state(payment) == "captured"
    await shop.set(None, "whsec_third0000000003")
    with pytest.raises(UnsignedError):
        await shop.hear(before, signed_with="whsec_first0000000001")


async def test_other_business_of_the_account_is_passed_over(shop: StripeTill) -> None:
    """What the merchant sells elsewhere by the same account, and what another channel sells by it, is none of ours."""
    for kept in ({}, {"payment": "pay_unknown"}, {"payment": "pay_unknown", "account": "pac_another"}):
        about = {"id": "pi_other", "status": "succeeded", "metadata": kept}
        shop.books.telling.tell(shop.account.id, "payment_intent.succeeded", about)
    shop.books.telling.tell(shop.account.id, "customer.created", {"id": "cus_1"})
    shop.books.telling.tell(shop.account.id, "payment_intent.succeeded", {"id": None})
    await shop.hear()
    await assert_settled(shop, orders=0)


async def test_a_payment_goes_on_by_the_account_with_which_it_began(shop: StripeTill) -> None:
    """A new key of the same account takes over; one of another account begins beside it, and both are heard."""
    begun = await shop.pay()
    rolled = "rk_test_rolled000000002"
    shop.peer.accounts[rolled] = shop.peer.accounts.pop(KEY)
    shop.account.lacks = frozenset({"account"})
    view = await shop.set(rolled, None)
    assert view.now is not None
    assert (view.now.id, view.now.account_ref, view.now.secret_end) == (
        begun.account_id,
        shop.account.id,
        "0002",
    )
    shop.books.pay(str(begun.provider_ref))
    other = shop.peer.add_account("sk_live_other000000003")
    view = await shop.set("sk_live_other000000003", "whsec_other0000000003")
    assert view.now is not None
    assert (view.now.live, view.now.account_ref, [each[1] for each in view.earlier]) == (True, other.id, [1])
    await shop.hear()
    assert await shop.state(begun) == "captured"
    fresh = await shop.pay(viewer="v_2")
    assert fresh.account_id == view.now.id
    assert shop.books.owners[str(fresh.provider_ref)] is other
    await assert_settled_of_one(shop)


async def assert_settled_of_one(shop: StripeTill) -> None:
    assert await shop.adds_up()
    assert len(await shop.till.stage.orders()) == 1


async def test_a_key_is_tried_before_it_is_kept(shop: StripeTill) -> None:
    before = await shop.till.paying.accounts.look(CHANNEL)
    with refused(Code.INVALID) as unknown:
        await shop.set("sk_test_unknown0000001")
    assert unknown.value.data["errors"][0]["code"] == "stripe_refused"
    shop.peer.add_account("rk_test_weak000000001", lacks=frozenset({"refund"}))
    with refused(Code.INVALID) as weak:
        await shop.set("rk_test_weak000000001")
    assert weak.value.data["errors"][0]["why"] == "the key may not write: Charges and Refunds"
    shop.peer.faults["expire"] = ["cut"] * 2
    with refused(Code.UNAVAILABLE):
        await shop.set(KEY)
    assert await shop.till.paying.accounts.look(CHANNEL) == before


async def test_a_key_that_stripe_refuses_later_is_noted_until_it_is_taken(shop: StripeTill) -> None:
    del shop.peer.accounts[KEY]
    payment = await shop.pay()
    assert (payment.state, payment.why) == ("failed", "provider")
    view = await shop.till.paying.accounts.look(CHANNEL)
    assert view.now is not None
    assert view.now.refused_at is not None
    shop.peer.accounts[KEY] = shop.account
    await shop.pay(viewer="v_2")
    view = await shop.till.paying.accounts.look(CHANNEL)
    assert view.now is not None
    assert view.now.refused_at is None


async def test_disputes_are_kept_as_they_stand_by_their_newest_event(shop: StripeTill) -> None:
    payment = await shop.pay("paypay")
    shop.books.pay(str(payment.provider_ref), "paypay")
    now = int(shop.books.now())
    shop.books.dispute(str(payment.provider_ref), created=now)
    shop.books.dispute(str(payment.provider_ref), "lost", created=now + 60)
    opened, closed = shop.books.telling.events[-2:]
    await shop.hear(closed, opened, closed)
    (dispute,) = (await shop.till.paying.accounts.look(CHANNEL)).disputes
    assert (dispute.state, dispute.amount_minor, dispute.currency) == ("lost", 1000, "JPY")


async def test_without_keys_production_takes_no_payments(shop: StripeTill) -> None:
    began = await shop.pay()
    await shop.till.paying.accounts.remove(BY_ADMIN, ANY)
    with refused(Code.NO_PROVIDER):
        await shop.pay(viewer="v_2")
    assert (await shop.till.stage.held())["p_apron"] == (8, 2, 0), "the hold is there, with its time"
    shop.books.pay(str(began.provider_ref))
    await shop.hear()
    assert await shop.state(began) == "captured", "what has begun goes on"
    with refused(Code.INVALID):
        await shop.set(None, None, "card")
    assert (await shop.set()).now is not None, "the same account again"
    assert len(await shop.till.paying.accounts.of_channel(CHANNEL)) == 1


async def test_what_another_channel_signs_moves_no_payment_of_this_one(shop: StripeTill) -> None:
    """A merchant who makes events up signs them with a secret of their own."""
    payment = await shop.pay()
    other = shop.peer.add_account("sk_test_elsewhere00001")
    wish = AccountWish("sk_test_elsewhere00001", "whsec_elsewhere00001", ("card",), "Bowls")
    view = await shop.till.paying.accounts.set(replace(BY_ADMIN, channel_id=ELSEWHERE), wish, ANY)
    assert view.now is not None
    shop.books.telling.endpoints[other.id] = endpoint_of(ELSEWHERE, secret="whsec_elsewhere00001")
    for account in (view.now.id, str(payment.account_id)):
        kept = {"payment": payment.id, "account": account}
        for about in (
            {"id": "pi_forged", "status": "succeeded", "metadata": kept},
            {"id": payment.provider_ref, "status": "complete", "payment_status": "paid", "metadata": kept},
        ):
            kind = (
                "payment_intent.succeeded" if "payment_status" not in about else "checkout.session.completed"
            )
            shop.books.telling.tell(other.id, kind, about)
            headers, body = shop.books.telling.signed(shop.books.telling.events[-1])
            await shop.till.payments.receive("stripe", headers, body, channel_id=ELSEWHERE)
            with pytest.raises(UnsignedError):
                await shop.till.payments.receive("stripe", headers, body, channel_id=CHANNEL)
    await shop.till.let_happen(UNHEARD)
    assert await shop.state(payment) == "pending"


async def test_keys_are_sealed_and_outlive_a_rotation_of_the_servers_secret(
    shop: StripeTill, settings: Settings
) -> None:
    database, secret = shop.till.stage.database, settings.signing_secret()
    (row,) = await shop.till.paying.accounts.of_channel(CHANNEL)
    assert KEY not in str(row)
    assert WEBHOOK not in str(row)
    await reseal_accounts(database, Sealing("another-secret-of-more-than-32-characters", secret))
    (row,) = await shop.till.paying.accounts.of_channel(CHANNEL)
    assert shop.till.paying.accounts.secret_of(row) is None, "the old secret opens it no more"
    renewed = Sealing("another-secret-of-more-than-32-characters")
    accounts = Accounts(database, shop.till.stage.clock, renewed, shop.till.paying.stripe_clients)
    assert (accounts.secret_of(row), accounts.webhook_secrets_of(row)) == (KEY, [WEBHOOK])


@pytest.mark.parametrize("fault", [None, "cut_after", "error"])
async def test_a_merchants_refunds_and_those_made_at_stripe_are_each_in_the_books_once(
    shop: StripeTill, fault: Fault | None
) -> None:
    """Whether its answer comes, is lost, or it is not done at first; its webhook comes before the answer, and twice."""
    payment = await shop.pay(units=3)
    session = shop.books.sessions[str(payment.provider_ref)]
    shop.books.pay(session["id"])
    await shop.hear()
    (order,) = await shop.till.stage.orders()
    shop.peer.faults["refund"] = [] if fault is None else [fault, fault]
    await shop.till.give_back(order.id, (order.id, 1))
    told = [each for each in shop.books.telling.events if each["type"] == "charge.refunded"]
    if told:
        await shop.hear(*told, *told)
    await shop.till.let_happen(timedelta(minutes=5))
    by_hand = {"payment_intent": session["payment_intent"], "amount": "500"}
    shop.books.carry_out(shop.account, "refund", (), by_hand)
    await shop.hear()
    await shop.till.payments.ask(await shop.till.now(payment))
    now = await shop.till.now(payment)
    assert (shop.books.refunded, now.refunded_minor, now.state) == (1500, 1500, "captured")
    found = (await shop.till.refunds.read(await shop.till.refunds.find_order(CHANNEL, order.id)))[0]
    assert sorted(each.amount_minor for each in found if each.state == "done") == [500, 1000]
