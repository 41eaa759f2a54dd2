"""Refunds that were done, and that the buyer's bank has sent back: the money is out of the books once, the units stay where they are."""

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from server.fulfilment.refund import Refund
from server.fulfilment.refund_rules import Bought
from server.shop.given_back import NOTHING, GivenBack, read_given_back
from tests.conftest import MakeSettings
from tests.support.stage import ADMIN, CHANNEL, SHOW
from tests.support.stripe_till import StripeTill, open_stripe_till


@pytest.fixture
async def shop(make_settings: MakeSettings) -> AsyncIterator[StripeTill]:
    async with open_stripe_till(make_settings(fake_payments=False)) as shop:
        yield shop


async def read_order(shop: StripeTill, order_id: str) -> tuple[list[Refund], Bought, GivenBack]:
    """Return an order's refunds, what is left of it, and how it stands to its readers."""
    head = await shop.till.refunds.find_order(CHANNEL, order_id)
    found, bought = await shop.till.refunds.read(head)
    async with shop.till.stage.database.read() as connection:
        return found, bought, (await read_given_back(connection, [order_id])).get(order_id, NOTHING)


@pytest.mark.parametrize("lowers", [True, False])
async def test_a_refund_that_the_buyers_bank_sends_back_is_out_of_the_books_once(
    shop: StripeTill, lowers: bool
) -> None:
    """Of two refunds the second bounces; its events come in any order, twice, whether or not Stripe lowers its sum by it."""
    await shop.till.stage.shop.restock(SHOW, ADMIN, "p_apron", 20)
    for n, order in enumerate(itertools.permutations(range(3))):
        payment = await shop.pay(viewer=f"v_{n}", units=3)
        shop.books.pay(str(payment.provider_ref))
        await shop.hear()
        order_id = str((await shop.till.now(payment)).order_id)
        shop.books.telling.events.clear()
        await shop.till.give_back(order_id, (order_id, 1))
        await shop.till.give_back(order_id, (order_id, 2))
        shop.books.bounce(shop.books.refunds[-1], lowers=lowers)
        told = [shop.books.telling.events[at] for at in order]
        await shop.hear(*told, *reversed(told))
        await shop.till.payments.ask(await shop.till.now(payment))
        refunds, left, stands = await read_order(shop, order_id)
        found = [(each.seen, each.amount_minor, each.bounced_minor) for each in refunds]
        assert found == [("done", 1000, 0), ("bounced", 0, 2000)], order
        assert (await shop.till.now(payment)).refunded_minor == 1000
        assert (left.left_minor, left.units_left) == (2000, 0), "the money is owed again, the units are back"
        assert (stands.state, stands.minor) == ("partially_refunded", 1000)
    assert shop.books.refunded == 6 * 1000
    assert await net_of(shop) == 6 * 2000
    assert all(agrees for _, agrees in await shop.till.count())


async def test_money_that_bounced_can_be_given_back_again(shop: StripeTill) -> None:
    payment = await shop.pay()
    shop.books.pay(str(payment.provider_ref))
    await shop.hear()
    (bought,) = await shop.till.stage.orders()
    first = await shop.till.give_back(bought.id, reason="cancelled", everything=True)
    shop.books.bounce(shop.books.refunds[-1])
    await shop.hear()
    assert (await read_order(shop, bought.id))[2] == GivenBack("cancelled", 0, {bought.id: 1})
    assert await net_of(shop) == 1000
    again = await shop.till.give_back(bought.id, reason="cancelled", everything=True)
    await shop.hear()
    assert (again.state, again.amount_minor, again.lines) == ("done", 1000, ())
    refunds, left, stands = await read_order(shop, bought.id)
    assert ([each.seen for each in refunds], left.left_minor) == (["bounced", "done"], 0)
    assert (refunds[0].id, stands.state, stands.minor) == (first.id, "cancelled", 1000)
    assert await net_of(shop) == 0
    assert (await shop.till.now(payment)).refunded_minor == 1000


async def test_goodwill_that_bounced_leaves_the_order_as_it_was(shop: StripeTill) -> None:
    payment = await shop.pay()
    shop.books.pay(str(payment.provider_ref))
    await shop.hear()
    (bought,) = await shop.till.stage.orders()
    await shop.till.give_back(bought.id, reason="goodwill", amount_minor=300)
    shop.books.bounce(shop.books.refunds[-1])
    await shop.hear()
    refunds, left, stands = await read_order(shop, bought.id)
    assert ([each.seen for each in refunds], left.left_minor, stands) == (["bounced"], 1000, NOTHING)


async def test_a_refund_that_fails_while_it_is_under_way_changes_nothing(shop: StripeTill) -> None:
    """Its webhook comes before anybody has asked again: nothing was booked, and nothing is taken for the merchant's at Stripe."""
    payment = await shop.pay()
    shop.books.pay(str(payment.provider_ref))
    await shop.hear()
    (bought,) = await shop.till.stage.orders()
    shop.account.refunds = "pending"
    asked = await shop.till.give_back(bought.id, (bought.id, 1))
    await shop.hear()
    assert asked.state == "asked"
    shop.books.bounce(shop.books.refunds[-1], lowers=False)
    await shop.hear()
    await shop.till.let_happen(timedelta(minutes=5))
    refunds, left, stands = await read_order(shop, bought.id)
    assert [(each.seen, each.why) for each in refunds] == [("failed", "expired_or_canceled_card")]
    assert (left.left_minor, left.units_left, stands) == (1000, 1, NOTHING)
    assert (await shop.till.now(payment)).refunded_minor == 0


async def test_money_of_no_order_that_bounced_is_said_to_be_owed(shop: StripeTill) -> None:
    """It went back since its buyer had given up; a word on the refund that comes once more changes nothing."""
    payment = await shop.pay("konbini")
    shop.books.take_slip(str(payment.provider_ref))
    assert (await shop.till.payments.cancel(payment.id, "v_1")).state == "cancelled"
    session = shop.books.sessions[str(payment.provider_ref)]
    shop.books.intents[session["payment_intent"]]["status"] = "requires_action"
    shop.books.pay_slip(session["id"])
    await shop.hear()
    assert await shop.state(payment) == "refunded"
    shop.books.bounce(shop.books.refunds[-1])
    await shop.hear()
    await shop.hear()
    now = await shop.till.now(payment)
    assert (now.state, now.refunded_minor, now.why) == ("refunded", 0, "refund_bounced")
    assert shop.till.states_told("v_1")[-1] == "refunded"


async def net_of(shop: StripeTill) -> int:
    """Return the show's sales less what went back, by the rollups and by the facts alike."""
    async with shop.till.stage.database.read() as connection:
        by_view = await connection.scalar(text("SELECT coalesce(sum(refunded_minor), 0) FROM given_back"))
        by_rollup = await connection.scalar(text("SELECT coalesce(sum(refunded_minor), 0) FROM rollup"))
    assert by_view == by_rollup
    return sum(each.amount_minor for each in await shop.till.stage.orders()) - int(by_view or 0)
