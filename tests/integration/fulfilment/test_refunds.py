"""Orders are given back, whole and by line: never more than was paid, never a unit twice, whatever happens between row and provider."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.errors import RefusedError
from server.fulfilment.refund import FIRST_LOOK, Refund
from server.fulfilment.refund_rules import WantedRefund
from server.ids import new_id
from server.payments.fake import MOMENT
from server.payments.payment import Payment
from server.payments.provider import ProviderAwayError
from server.protocol.codes import Code
from tests.support.stage import CHANNEL, HOST, refused
from tests.support.till import Till

LATER = FIRST_LOOK + timedelta(seconds=1)


async def order_of(till: Till, *lines: tuple[str, int], method: str = "card") -> tuple[Payment, list[str]]:
    """Buy by a hold and a payment; return the payment, and the ids of the order's lines, the head's first."""
    payment = await till.pay(await till.stage.hold("v_1", *lines), method)
    payment = await till.now(payment)
    assert payment.order_id
    head = await till.refunds.find_order(CHANNEL, payment.order_id)
    return payment, [line.id for line in head.lines]


async def assert_adds_up(till: Till) -> None:
    """Stock is what orders, holds, refunds and movements say, and payments know what was given back of them."""
    assert all(agrees for _, agrees in await till.count()), await till.count()
    async with till.stage.database.read() as connection:
        wrong = await connection.scalar(
            text(
                """
                SELECT count(*) FROM payment AS p WHERE p.order_id IS NOT NULL AND p.refunded_minor <> (
                    SELECT coalesce(sum(r.amount_minor), 0) FROM refund AS r WHERE r.payment_id = p.id AND r.state = 'done')
                """
            )
        )
        overpaid = await connection.scalar(
            text("SELECT count(*) FROM payment WHERE refunded_minor > amount_minor")
        )
    assert (wrong, overpaid) == (0, 0)


async def at_provider(till: Till, payment: Payment) -> int:
    """Return what the provider has given back by its own books."""
    assert payment.provider_ref
    intent = await till.fake.look(payment.provider_ref)
    assert intent is not None
    return intent.refunded_minor


async def refunds_of(till: Till, order_id: str | None) -> list[Refund]:
    """Return an order's refunds, the oldest first."""
    assert order_id
    return (await till.refunds.read(await till.refunds.find_order(CHANNEL, order_id)))[0]


async def test_lines_go_back_with_their_money_and_units_and_the_rest_can_follow(till: Till) -> None:
    payment, (aprons, bowl) = await order_of(till, ("p_apron", 3), ("p_bowl", 1))
    first = await till.give_back(aprons, (aprons, 1))
    assert (first.state, first.amount_minor, first.order_state) == ("done", 1000, "partially_refunded")
    assert (await till.stage.held())["p_apron"] == (8, 0, 2)
    rest = await till.give_back(bowl, everything=True)
    assert (rest.amount_minor, rest.order_state) == (payment.amount_minor - 1000, "refunded")
    assert await at_provider(till, payment) == payment.amount_minor
    assert (await till.stage.held())["p_apron"] == (10, 0, 0)
    with refused(Code.TOO_MUCH) as refusal:
        await till.give_back(aprons, everything=True)
    assert (refusal.value.data["left"], refusal.value.data["units_left"]) == (0, [0, 0])
    await assert_adds_up(till)
    changed = [line for _, line in till.told if line["type"] == "order.changed"]
    assert [(line["state"], line["refunded"]) for line in changed] == [
        ("partially_refunded", 1000),
        ("refunded", payment.amount_minor),
    ]


async def test_who_cancels_gives_all_back_and_the_product_is_on_sale_again(till: Till) -> None:
    stock = (await till.stage.held())["p_bowl"][0]
    _, (bowls,) = await order_of(till, ("p_bowl", stock))
    assert (await till.stage.held())["p_bowl"] == (0, 0, stock)
    done = await till.give_back(bowls, everything=True, reason="cancelled")
    assert (done.order_state, done.cancels) == ("cancelled", True)
    assert (await till.stage.held())["p_bowl"] == (stock, 0, 0)
    assert (await till.stage.buy("v_2", "p_bowl", quantity=stock)).order.quantity == stock
    assert [audit.action for audit in await till.stage.audits()] == ["order.cancel"]
    await assert_adds_up(till)


async def test_faulty_goods_are_written_off_and_stay_sold(till: Till) -> None:
    _, (aprons,) = await order_of(till, ("p_apron", 3))
    await till.give_back(aprons, (aprons, 1), restock=False, reason="faulty")
    assert (await till.stage.held())["p_apron"] == (7, 0, 3)
    await till.give_back(aprons, (aprons, 2))
    assert (await till.stage.held())["p_apron"] == (9, 0, 1)
    with refused(Code.TOO_MUCH):
        await till.give_back(aprons, (aprons, 1))
    await assert_adds_up(till)


async def test_an_order_of_one_step_is_given_back_by_the_row_alone(till: Till) -> None:
    order = (await till.stage.buy("v_1", "p_apron", quantity=2)).order
    done = await till.give_back(order.id, (order.id, 1))
    assert (done.state, done.payment_id, done.amount_minor) == ("done", None, 1000)
    assert (await till.stage.held())["p_apron"] == (9, 0, 1)
    await assert_adds_up(till)


async def test_goodwill_is_money_alone_and_the_units_then_cost_what_is_left(till: Till) -> None:
    payment, (aprons,) = await order_of(till, ("p_apron", 2))
    await till.give_back(aprons, reason="goodwill", amount_minor=1200)
    assert (await till.stage.held())["p_apron"] == (8, 0, 2)
    rest = await till.give_back(aprons, (aprons, 2))
    assert (rest.amount_minor, rest.order_state) == (payment.amount_minor - 1200, "refunded")
    await assert_adds_up(till)


async def test_units_of_an_order_whose_money_is_back_come_back_without_the_provider(till: Till) -> None:
    payment, (aprons,) = await order_of(till, ("p_apron", 1))
    assert payment.provider_ref
    await till.fake.refund_there(payment.provider_ref, payment.amount_minor)
    done = await till.give_back(aprons, (aprons, 1))
    assert (done.state, done.amount_minor) == ("done", 0)
    assert (await till.stage.held())["p_apron"] == (10, 0, 0)
    await assert_adds_up(till)


async def test_many_at_once_never_give_back_twice(till: Till) -> None:
    payment, (aprons,) = await order_of(till, ("p_apron", 3))
    wanted: list[Any] = [till.give_back(aprons, (aprons, 1)) for _ in range(6)]
    wanted += [till.give_back(aprons, everything=True), till.give_back(aprons, amount_minor=1000)]
    answers = await asyncio.gather(*wanted, return_exceptions=True)
    assert all(isinstance(each, Refund) or each.code is Code.TOO_MUCH for each in answers)  # type: ignore[union-attr]
    assert await at_provider(till, payment) <= payment.amount_minor
    assert sum(each.amount_minor for each in await refunds_of(till, payment.order_id)) == await at_provider(
        till, payment
    )
    await assert_adds_up(till)


async def test_one_key_is_one_refund_however_often_it_is_sent(till: Till) -> None:
    payment, (aprons,) = await order_of(till, ("p_apron", 3))
    key = new_id("k")
    answers = await asyncio.gather(*(till.give_back(aprons, (aprons, 1), key=key) for _ in range(20)))
    assert len({each.id for each in answers}) == 1
    assert await at_provider(till, payment) == 1000
    with refused(Code.KEY_REUSED):
        await till.give_back(aprons, (aprons, 2), key=key)
    _, (other,) = await order_of(till, ("p_bowl", 1))
    with refused(Code.KEY_REUSED):
        await till.give_back(other, (other, 1), key=key)
    await assert_adds_up(till)


@pytest.mark.parametrize("method", ["refund_unanswered", "refund_slow"])
async def test_what_the_provider_has_not_said_changes_nothing_and_is_asked_again(
    till: Till, method: str
) -> None:
    payment, (aprons,) = await order_of(till, ("p_apron", 3), method=method)
    asked = await till.give_back(aprons, everything=True)
    assert (asked.state, (await till.stage.held())["p_apron"]) == ("asked", (7, 0, 3))
    with refused(Code.TOO_MUCH):
        await till.give_back(aprons, (aprons, 1))
    await till.let_happen(MOMENT)
    await till.let_happen(LATER)
    (done,) = await refunds_of(till, payment.order_id)
    assert (done.id, done.state) == (asked.id, "done")
    assert await at_provider(till, payment) == payment.amount_minor
    assert (await till.stage.held())["p_apron"] == (10, 0, 0)
    await till.let_happen(LATER)
    await assert_adds_up(till)


async def test_a_process_that_dies_before_the_call_loses_nothing(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment, (aprons,) = await order_of(till, ("p_apron", 1))

    async def die(*_: object) -> Refund:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(till.refunds, "go_on", die)
        with pytest.raises(asyncio.CancelledError):
            await till.give_back(aprons, everything=True)
    assert await at_provider(till, payment) == 0
    assert [each.state for each in await refunds_of(till, payment.order_id)] == ["asked"]
    await till.let_happen(LATER)
    assert [each.state for each in await refunds_of(till, payment.order_id)] == ["done"]
    assert await at_provider(till, payment) == payment.amount_minor
    await assert_adds_up(till)


async def test_two_who_go_on_with_the_same_refund_book_it_once(till: Till) -> None:
    payment, (aprons,) = await order_of(till, ("p_apron", 2), method="refund_unanswered")
    asked = await till.give_back(aprons, (aprons, 1))
    after = await asyncio.gather(*(till.refunds.go_on(asked) for _ in range(5)))
    assert {each.state for each in after} == {"done"}
    assert (await at_provider(till, payment), (await till.stage.held())["p_apron"]) == (1000, (9, 0, 1))
    assert len([line for _, line in till.told if line["type"] == "order.changed"]) == 1
    await assert_adds_up(till)


async def test_what_the_provider_refuses_has_failed_and_can_be_tried_anew(till: Till) -> None:
    payment, (aprons,) = await order_of(till, ("p_apron", 2), method="refund_refused")
    failed = await till.give_back(aprons, everything=True)
    assert (failed.state, failed.why, failed.order_state) == ("failed", "refused", None)
    assert (await till.stage.held())["p_apron"] == (8, 0, 2)
    assert (await till.give_back(aprons, everything=True)).state == "failed"
    assert payment.provider_ref
    await till.fake.refund_there(payment.provider_ref, 700)
    told = (await refunds_of(till, payment.order_id))[-1]
    assert (told.origin, told.state, told.amount_minor) == ("provider", "done", 700)
    await assert_adds_up(till)


async def test_what_is_given_back_at_the_provider_itself_comes_into_the_books_once(till: Till) -> None:
    payment, (aprons,) = await order_of(till, ("p_apron", 2))
    assert payment.provider_ref
    await till.fake.refund_there(payment.provider_ref, 500)
    await till.give_back(aprons, (aprons, 1))
    await till.fake.refund_there(payment.provider_ref, 300)
    found = await refunds_of(till, payment.order_id)
    assert [(each.origin, each.amount_minor) for each in found] == [
        ("provider", 500), ("merchant", 1000), ("provider", 300),
    ]  # fmt: skip
    assert (await till.stage.held())["p_apron"] == (9, 0, 1), "it says nothing of units"
    await till.payments.ask(await till.now(payment))
    assert len(await refunds_of(till, payment.order_id)) == 3
    await till.fake.refund_there(payment.provider_ref, payment.amount_minor - 1800)
    assert (await refunds_of(till, payment.order_id))[-1].order_state == "refunded"
    await assert_adds_up(till)


async def test_a_refund_while_another_buyer_takes_the_last_unit(till: Till) -> None:
    stock = (await till.stage.held())["p_bowl"][0]
    _, (bowls,) = await order_of(till, ("p_bowl", stock - 1))
    answers = await asyncio.gather(
        till.give_back(bowls, (bowls, stock - 1)),
        *(till.stage.buy(f"v_{n}", "p_bowl", quantity=1) for n in range(2, 6)),
        return_exceptions=True,
    )
    assert isinstance(answers[0], Refund)
    bought = [each for each in answers[1:] if not isinstance(each, BaseException)]
    lost = [each for each in answers[1:] if isinstance(each, BaseException)]
    assert all(isinstance(each, RefusedError) and each.code is Code.SOLD_OUT for each in lost)
    assert (await till.stage.held())["p_bowl"] == (stock - len(bought), 0, len(bought))
    await assert_adds_up(till)


async def test_two_lines_that_share_a_product_are_given_back_each_for_itself(till: Till) -> None:
    payment, (first, second) = await order_of(till, ("p_apron", 1), ("p_apron", 2))
    await till.give_back(first, (second, 2))
    with refused(Code.TOO_MUCH):
        await till.give_back(first, (second, 1))
    await till.give_back(first, (first, 1))
    assert await at_provider(till, payment) == payment.amount_minor
    assert (await till.stage.held())["p_apron"] == (10, 0, 0)
    await assert_adds_up(till)


async def test_a_reckoning_says_what_it_comes_to_and_changes_nothing(till: Till) -> None:
    _, (aprons,) = await order_of(till, ("p_apron", 3))
    head = await till.refunds.find_order(CHANNEL, aprons)
    found = await till.refunds.reckon(head, WantedRefund("returned", everything=True))
    assert (found.amount_minor, len(found.lines), found.cancels) == (3000, 1, False)
    assert await refunds_of(till, aprons) == []


async def test_an_unfinished_call_is_no_answer(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    payment, (aprons,) = await order_of(till, ("p_apron", 1))

    async def away(*_: object) -> None:
        raise ProviderAwayError

    with monkeypatch.context() as patched:
        patched.setattr(till.fake, "refund", away)
        assert (await till.give_back(aprons, everything=True, by=HOST)).state == "asked"
        await till.let_happen(LATER)
    await till.let_happen(timedelta(seconds=5))
    assert await at_provider(till, payment) == 0, "not before its time"
    await till.let_happen(timedelta(minutes=1))
    assert await at_provider(till, payment) == payment.amount_minor
    await assert_adds_up(till)
