"""Holds are paid: whatever a provider does and whenever it tells it, money that was taken is an order or goes back."""

import asyncio
import random
from datetime import timedelta

import msgspec
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from server.errors import RefusedError
from server.ids import new_id
from server.payments.fake import Notice
from server.payments.payment import Payment, Wanted
from server.payments.provider import UnsignedError
from server.payments.repository import ASKED_AGAIN
from server.payments.rules import Kind
from server.protocol.codes import Code
from tests.support.stage import ADMIN, HOST, SHOW, refused
from tests.support.till import UNHEARD, Till, is_settled

HOLD = timedelta(seconds=300)
ONE_APRON = ("p_apron", 1)


async def receive(
    till: Till, kind: Kind, payment: Payment, *, id: str = "", ref: str = "", named: bool = True
) -> None:
    """Have a webhook come in."""
    notice = Notice(kind, ref or payment.provider_ref or "", payment.id if named else "")
    body = msgspec.json.encode(notice)
    await till.payments.receive("fake", till.fake.sign(id or new_id("fev"), body), body)


async def assert_settled(till: Till, *, orders: int) -> None:
    """Nothing is owed, and all that was taken is an order or has gone back."""
    assert await is_settled(till.stage.database)
    assert (await till.money()).adds_up, await till.money()
    assert len(await till.stage.orders()) == orders


@pytest.mark.parametrize("method", ["card", "slow", "doubled", "reordered", "lost", "unanswered"])
async def test_however_the_money_comes_it_is_one_order(till: Till, method: str) -> None:
    hold = await till.stage.hold("v_1", ("p_apron", 2), ("p_bowl", 1))
    payment = await till.pay(hold, method)
    await till.let_happen()
    await till.let_happen(UNHEARD)
    paid = await till.now(payment)
    assert (paid.state, paid.amount_minor) == ("captured", 4500)
    lines = await till.stage.orders()
    assert [line.payment for line in lines] == [payment.id] * 2
    assert paid.order_id == lines[0].id
    await assert_settled(till, orders=2)
    assert till.states_told("v_1")[-1] == "captured"
    assert await till.pay(hold, method, key=payment.key) == paid, "the same key again"
    assert (await till.stage.held())["p_apron"] == (8, 0, 2)


async def test_at_once_means_in_the_reply_and_in_one_transaction(till: Till) -> None:
    hold = await till.stage.hold("v_1", ONE_APRON)
    payment = await till.pay(hold, "")
    assert payment.state == "captured"
    assert payment == await till.now(payment)
    assert payment.provider_ref is not None, "it can be given back by it"
    (order,) = await till.stage.orders()
    assert (payment.order_id, order.payment) == (order.id, payment.id)
    assert till.states_told("v_1") == ["captured"]
    assert await till.pay(hold, "", key=payment.key) == payment
    await assert_settled(till, orders=1)


async def test_two_who_pay_one_hold_at_once_are_one_order(till: Till) -> None:
    hold = await till.stage.hold("v_1", ONE_APRON)
    paid = await asyncio.gather(*(till.pay(hold, "") for _ in range(5)), return_exceptions=True)
    payments = [each for each in paid if isinstance(each, Payment)]
    assert [payment.state for payment in payments] == ["captured"]
    assert all(isinstance(each, RefusedError) for each in paid if each not in payments)
    assert len(await till.stage.orders()) == 1


async def test_nothing_to_pay_is_an_order_at_once_and_no_provider_hears_of_it(till: Till) -> None:
    """In one transaction: the reply has the order, the same key has it again, and no other key makes a second one."""
    await till.stage.add_product("p_free", price_minor=0)
    hold = await till.stage.hold("v_1", ("p_free", 2))
    with refused(Code.NOT_FOUND):
        await till.payments.pay(SHOW, Wanted("v_2", hold.id, "key-of-another"))
    keys = ["key-00001", "key-00002", "key-00001"]
    answers = await asyncio.gather(
        *(till.payments.pay(SHOW, Wanted("v_1", hold.id, key)) for key in keys), return_exceptions=True
    )
    (order,) = await till.stage.orders()
    paid, ended, again = answers
    assert isinstance(paid, tuple)
    assert isinstance(again, tuple)
    payment = paid[0].payment
    assert (payment.state, payment.amount_minor, payment.order_id) == ("captured", 0, order.id)
    assert (order.payment, order.amount_minor, again[0].payment) == (payment.id, 0, payment)
    assert isinstance(ended, RefusedError)
    assert (ended.code, ended.data["state"]) == (Code.HOLD_ENDED, "confirmed")
    assert set(till.states_told("v_1")) == {"captured"}
    assert (await till.pay(hold, "", key="key-00001")) == await till.now(payment)
    async with till.stage.database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM fake_intent")) == 0
    lapsed = await till.stage.hold("v_1", ("p_free", 1))
    till.stage.clock.at += HOLD
    with refused(Code.HOLD_ENDED):
        await till.pay(lapsed)
    await assert_settled(till, orders=1)


async def test_a_declined_try_leaves_the_hold_and_its_time_and_can_be_made_again(till: Till) -> None:
    hold = await till.stage.hold("v_1", ONE_APRON)
    till.stage.tick(100)
    failed = await till.pay(hold, "decline")
    assert (failed.state, failed.why) == ("failed", "declined")
    assert await till.stage.holds.find(hold.id) == hold
    assert (await till.pay(hold, "decline", key=failed.key)).id == failed.id
    with refused(Code.KEY_REUSED):
        await till.pay(hold, "card", key=failed.key)
    assert (await till.pay(hold)).state == "captured"
    await assert_settled(till, orders=1)


async def test_a_hold_has_one_open_payment_which_its_buyer_can_end(till: Till) -> None:
    hold = await till.stage.hold("v_1", ONE_APRON)
    first = await till.pay(hold, "redirect")
    assert first.on_the_wire()["redirect"] == f"/pay/fake/{first.provider_ref}"
    with refused(Code.CONFLICT) as refusal:
        await till.pay(hold, "card")
    assert refusal.value.data["current"] == first.on_the_wire()
    ended = await till.payments.cancel(first.id, "v_1")
    assert (ended.state, await till.payments.cancel(first.id, "v_1")) == ("cancelled", ended)
    assert (await till.pay(hold)).state == "captured"
    assert first.provider_ref
    await till.fake.decide(first.provider_ref, approved=True)
    await assert_settled(till, orders=1)


async def test_what_is_paid_cannot_be_ended(till: Till) -> None:
    hold = await till.stage.hold("v_1", ONE_APRON)
    waiting = await till.pay(hold, "lost")
    till.stage.tick(2)
    await till.fake.run_once()
    assert (await till.payments.cancel(waiting.id, "v_1")).state == "captured"
    await assert_settled(till, orders=1)


async def test_nobody_else_pays_sees_or_ends_it(till: Till) -> None:
    hold = await till.stage.hold("v_1", ONE_APRON)
    with refused(Code.NOT_FOUND):
        await till.payments.pay(SHOW, Wanted("v_2", hold.id, "key-00001"))
    payment = await till.pay(hold, "redirect")
    with refused(Code.CONFLICT) as refusal:
        await till.payments.pay(SHOW, Wanted("v_2", hold.id, "key-00001"))
    assert "current" not in refusal.value.data
    with refused(Code.NOT_FOUND):
        await till.payments.find(payment.id, "v_2")
    with refused(Code.NOT_FOUND):
        await till.payments.cancel(payment.id, "v_2")


async def test_a_hold_that_has_ended_cannot_be_paid(till: Till) -> None:
    hold = await till.stage.hold("v_1", ONE_APRON)
    till.stage.clock.at += HOLD
    with refused(Code.HOLD_ENDED):
        await till.pay(hold)


async def test_a_hold_in_payment_is_let_go_only_when_its_provider_was_asked(till: Till) -> None:
    hold = await till.stage.hold("v_1", ("p_bowl", 3))
    payment = await till.pay(hold, "redirect")
    till.stage.clock.at += HOLD
    with refused(Code.SOLD_OUT):
        await till.stage.buy("v_2", "p_bowl")
    await till.poller.run_once()
    assert ((await till.now(payment)).state, till.states_told("v_1")[-1]) == ("failed", "failed")
    await till.stage.buy("v_2", "p_bowl")
    await assert_settled(till, orders=1)


async def test_money_found_when_the_provider_is_asked_at_the_end_is_an_order(till: Till) -> None:
    hold = await till.stage.hold("v_1", ("p_bowl", 3))
    payment = await till.pay(hold, "lost")
    till.stage.clock.at += HOLD
    await till.fake.run_once()
    await till.poller.run_once()
    assert (await till.now(payment)).state == "captured"
    await assert_settled(till, orders=1)


@pytest.mark.parametrize("sold", [False, True])
async def test_money_that_comes_late_is_an_order_if_units_allow_and_goes_back_else(
    till: Till, sold: bool
) -> None:
    hold = await till.stage.hold("v_1", ("p_bowl", 3))
    payment = await till.pay(hold, "late")
    await till.let_happen(HOLD)
    assert (await till.now(payment)).state == "failed"
    if sold:
        await till.stage.buy("v_2", "p_bowl", quantity=3)
    await till.let_happen()
    after = await till.now(payment)
    assert (after.state, after.why) == (("refunded", "sold_out") if sold else ("captured", None))
    assert till.states_told("v_1")[-1] == after.state
    money = await till.money()
    assert (money.taken, money.refunded) == (7500, 7500 if sold else 0)
    assert await is_settled(till.stage.database)


async def test_money_that_came_late_and_was_never_told_is_found(till: Till) -> None:
    payment = await till.pay(await till.stage.hold("v_1", ONE_APRON), "late")
    await till.payments.cancel(payment.id, "v_1")
    till.fake.tell = None
    await till.let_happen()
    assert (await till.now(payment)).state == "cancelled"
    await till.let_happen(UNHEARD)
    assert (await till.now(payment)).state == "refunded"
    await assert_settled(till, orders=0)


async def test_a_payment_that_has_ended_is_asked_about_a_few_times(till: Till) -> None:
    payment = await till.pay(await till.stage.hold("v_1", ONE_APRON), "decline")
    for _ in range(12):
        await till.let_happen(timedelta(hours=1))
    assert ((await till.now(payment)).state, (await till.now(payment)).tries) == ("failed", ASKED_AGAIN)


@pytest.mark.parametrize("released", [False, True])
async def test_money_that_comes_after_the_buyer_gave_up_goes_back_once(till: Till, released: bool) -> None:
    hold = await till.stage.hold("v_1", ONE_APRON)
    payment = await till.pay(hold, "late")
    if released:
        await receive(till, "failed", payment)
        await till.stage.holds.release(SHOW, hold.id, "v_1")
        assert payment.provider_ref
        await till.fake.cancel(payment.provider_ref)
    else:
        await till.payments.cancel(payment.id, "v_1")
    await till.let_happen()
    for _ in range(2):
        await receive(till, "refunded", payment)
        await receive(till, "succeeded", payment)
    after = await till.now(payment)
    assert (after.state, after.refunded_minor) == ("refunded", 1000)
    assert after.why == ("hold_ended" if released else "given_up")
    await assert_settled(till, orders=0)


async def test_a_word_on_an_older_try_does_not_touch_the_newer_one(till: Till) -> None:
    hold = await till.stage.hold("v_1", ONE_APRON)
    older = await till.pay(hold, "decline")
    newer = await till.pay(hold, "redirect")
    await receive(till, "failed", older)
    assert (await till.stage.holds.find(hold.id)).paying
    assert newer.provider_ref
    await till.fake.decide(newer.provider_ref, approved=True)
    await receive(till, "failed", older)
    await receive(till, "failed", newer)
    assert (await till.now(newer)).state == "captured"
    await assert_settled(till, orders=1)


@pytest.mark.parametrize("older_first", [True, False])
async def test_of_two_tries_that_both_took_money_one_goes_back(till: Till, older_first: bool) -> None:
    hold = await till.stage.hold("v_1", ONE_APRON)
    older = await till.pay(hold, "lost")
    await receive(till, "failed", older)
    newer = await till.pay(hold, "lost")
    till.stage.tick(2)
    await till.fake.run_once()
    first, second = (older, newer) if older_first else (newer, older)
    await receive(till, "succeeded", first)
    await receive(till, "succeeded", second)
    assert [(await till.now(each)).state for each in (first, second)] == ["captured", "refunded"]
    assert (await till.now(second)).why == "conflict"
    money = await till.money()
    assert (money.taken, money.refunded, money.sold) == (2000, 1000, 1000)
    assert await is_settled(till.stage.database)


async def test_a_webhook_comes_before_the_references_answer(till: Till) -> None:
    payment = await till.pay(await till.stage.hold("v_1", ONE_APRON), "unanswered")
    assert (payment.state, payment.provider_ref) == ("created", None)
    ref = (await till.fake.start(payment)).ref
    await receive(till, "succeeded", payment, ref=ref)
    found = await till.now(payment)
    assert (found.state, found.provider_ref) == ("captured", ref)
    await assert_settled(till, orders=1)


async def test_a_webhook_that_names_no_payment_waits_until_its_reference_is_known(till: Till) -> None:
    payment = await till.pay(await till.stage.hold("v_1", ONE_APRON), "unanswered")
    ref = (await till.fake.start(payment)).ref
    await receive(till, "refunded", payment, ref=ref, named=False)
    assert await till.payments.apply_waiting() == 0
    await till.let_happen(UNHEARD)
    assert await till.payments.apply_waiting() == 1
    assert await till.payments.apply_waiting() == 0
    await assert_settled(till, orders=1)


async def test_an_event_is_applied_once_whatever_it_says_the_second_time(till: Till) -> None:
    payment = await till.pay(await till.stage.hold("v_1", ONE_APRON), "redirect")
    await receive(till, "pending", payment, id="ev_1")
    await receive(till, "failed", payment, id="ev_1")
    assert (await till.now(payment)).state == "pending"


async def test_a_webhook_that_nobody_signed_is_not_kept(till: Till) -> None:
    payment = await till.pay(await till.stage.hold("v_1", ONE_APRON), "redirect")
    body = msgspec.json.encode(Notice("succeeded", payment.provider_ref or "", payment.id))
    with pytest.raises(UnsignedError):
        await till.payments.receive("fake", till.fake.sign("ev_1", body + b" "), body)
    with refused(Code.NOT_FOUND):
        await till.payments.receive("other", till.fake.sign("ev_1", body), body)
    assert (await till.now(payment)).state == "pending"


async def test_a_reference_of_another_payment_is_not_taken_for_this_one(till: Till) -> None:
    mine = await till.pay(await till.stage.hold("v_1", ONE_APRON), "redirect")
    other = await till.pay(await till.stage.hold("v_2", ONE_APRON), "redirect")
    await receive(till, "failed", mine, ref=other.provider_ref or "")
    assert ((await till.now(mine)).state, (await till.now(other)).state) == ("pending", "failed")


async def test_webhooks_in_any_order_and_number_make_one_order(till: Till) -> None:
    await till.stage.shop.restock(SHOW, ADMIN, "p_apron", 50)
    kinds: list[Kind] = ["pending", "authorized", "succeeded", "failed", "refunded"]
    by_chance = random.Random(11)
    for n in range(25):
        payment = await till.pay(await till.stage.hold(f"v_{n}", ONE_APRON), "redirect")
        told = [*kinds, by_chance.choice(kinds)]
        by_chance.shuffle(told)
        for kind in told:
            await receive(till, kind, payment)
        assert (await till.now(payment)).state == "captured", told
    assert len(await till.stage.orders()) == 25
    assert await is_settled(till.stage.database)


async def test_of_many_tries_at_once_one_is_made(till: Till) -> None:
    hold = await till.stage.hold("v_1", ONE_APRON)
    same = await asyncio.gather(*(till.pay(hold, key="key-00001") for _ in range(50)))
    assert len({each.id for each in same}) == 1
    second = await till.stage.hold("v_2", ONE_APRON)
    others = await asyncio.gather(*(till.pay(second, "redirect") for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(each, Payment) for each in others) == 1
    assert (await till.money()).taken == 1000
    assert len(await till.stage.orders()) == 1


async def test_what_may_be_paid_for_a_day_is_held_for_a_day_and_after_the_show(till: Till) -> None:
    hold = await till.stage.hold("v_1", ("p_bowl", 3))
    payment = await till.pay(hold, "counter")
    await till.let_happen(timedelta(hours=3))
    await till.stage.shows.end(SHOW, HOST)
    await till.let_happen(timedelta(hours=20))
    assert ((await till.now(payment)).state, (await till.stage.held())["p_bowl"]) == ("pending", (0, 3, 0))
    assert payment.provider_ref
    await till.fake.decide(payment.provider_ref, approved=True)
    await assert_settled(till, orders=1)


async def test_what_was_not_paid_within_the_day_is_let_go(till: Till) -> None:
    payment = await till.pay(await till.stage.hold("v_1", ("p_bowl", 3)), "counter")
    await till.let_happen(timedelta(hours=25))
    assert (await till.now(payment)).state == "failed"
    assert await till.stage.holds.let_lapsed_go() == 1
    assert (await till.stage.held())["p_bowl"] == (3, 0, 0)


WROTE = text(
    """
    SELECT CAST(xmin AS text) FROM hold_line WHERE hold_id = :hold UNION SELECT CAST(xmin AS text) FROM hold WHERE id = :hold
    UNION SELECT CAST(xmin AS text) FROM stock_held WHERE hold_id = :hold
    UNION SELECT CAST(xmin AS text) FROM payment WHERE hold_id = :hold
    UNION SELECT CAST(xmin AS text) FROM orders WHERE key LIKE :hold || '/%'
    UNION SELECT CAST(l.xmin AS text) FROM order_line AS l JOIN orders AS o ON o.id = l.order_id WHERE o.key LIKE :hold || '/%'
    """
)
"""Which transactions have written what there is of a hold, its payment and its order."""


@pytest.mark.parametrize("method", ["", "card"])
async def test_a_cart_costs_no_more_transactions_than_a_single_line(till: Till, method: str) -> None:
    costs = []
    for viewer, lines in (("v_1", [ONE_APRON]), ("v_2", [ONE_APRON, ("p_bowl", 1), ONE_APRON])):
        before = REGISTRY.get_sample_value("showfloor_journal_transactions_total")
        hold = await till.stage.hold(viewer, *lines)
        payment = await till.pay(hold, method)
        after = REGISTRY.get_sample_value("showfloor_journal_transactions_total")
        assert payment.state == "captured"
        assert before is not None
        assert after is not None
        async with till.stage.database.read() as connection:
            wrote = list(await connection.scalars(WROTE, {"hold": hold.id}))
        costs.append((after - before, len(wrote)))
    assert len(await till.stage.orders()) == 1 + 3
    assert costs[0] == costs[1]
    assert method or costs[0] == (2, 2), "the hold, and its payment with the order"
