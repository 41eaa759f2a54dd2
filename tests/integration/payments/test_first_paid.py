"""What goes to whoever pays first: nothing is set aside before it is paid, and who comes too late keeps, or gets back, their money."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from server.checkout.details import Contact, Details
from server.checkout.service import Buyer, Filling
from server.errors import RefusedError
from server.payments.payment import Payment
from server.payments.provider import ProviderAwayError
from server.protocol.codes import Code
from server.shop.allowances import BEGUN_MAX, Limits
from server.shop.hold_rules import Hold
from server.shop.placing import UNHELD_SECONDS
from tests.conftest import MakeSettings
from tests.support.stage import CHANNEL, HOST, SHOW, refused
from tests.support.till import UNHEARD, Till, is_settled, open_till

LAST = "p_last"
_SAY = text("INSERT INTO checkout_settings (channel_id, address_needed) VALUES (:channel, false)")


@pytest.fixture
async def till(make_settings: MakeSettings) -> AsyncIterator[Till]:
    """One unit of a product that goes to whoever pays first, four of each product to each viewer and payer."""
    async with open_till(make_settings(), limits=Limits(units_max=4, guests=True)) as till:
        async with till.stage.database.write() as connection:
            await connection.execute(_SAY, {"channel": CHANNEL})
        await till.stage.add_product(LAST, stock=1, buying="first_paid")
        yield till


async def begin(till: Till, viewer: str, units: int = 1, *, product: str = LAST, **others: object) -> Hold:
    """Begin to buy, and fill in the checkout."""
    hold = await till.stage.hold(viewer, (product, units))
    details = Details(Contact(viewer, str(others.get("email", f"{viewer}@example.com"))), voucher="")
    await till.stage.checkouts.fill(SHOW, Filling(hold.id, Buyer(viewer), details))
    return hold


async def stock(till: Till, product: str = LAST) -> tuple[int, int, int]:
    """What is free, held and sold; everything about it agrees."""
    assert all(agrees for _, agrees in await till.count())
    return (await till.stage.held())[product]


async def restock(till: Till, add: int, product: str = LAST) -> None:
    await till.stage.shop.restock(SHOW, HOST, product, add)


def ended(till: Till, viewer: str) -> tuple[str, str | None]:
    """How the newest hold of a viewer's stands, as they were told."""
    lines = [line for who, line in till.stage.told if who == viewer and line["type"] == "hold.changed"]
    return lines[-1]["hold"]["state"], lines[-1]["hold"].get("why")


async def test_nothing_is_set_aside_while_somebody_fills_in(till: Till) -> None:
    anna, ben = await begin(till, "v_1"), await begin(till, "v_2")
    assert (anna.state, anna.first_paid, anna.state_shown) == ("unheld", True, "placed")
    assert await stock(till) == (1, 0, 0)
    again = await till.stage.hold("v_1", (LAST, 1), key=anna.key)
    assert (again.id, again.repeated, again.expires_at) == (anna.id, True, anna.expires_at)
    released = await till.stage.holds.release(SHOW, anna.id, "v_1")
    assert (released.state, await stock(till)) == ("released", (1, 0, 0))
    till.stage.tick(UNHELD_SECONDS)
    assert (await till.stage.holds.find(ben.id)).state == "expired"
    with refused(Code.HOLD_ENDED):
        await till.pay(ben)
    await till.stage.holds.let_lapsed_go()
    assert ended(till, "v_2") == ("expired", None)
    assert (await till.stage.holds.find(ben.id)).ended_at == till.stage.clock.at
    async with till.stage.database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM stock_held")) == 0


async def test_who_pays_first_has_it_and_the_others_money_is_never_taken(till: Till) -> None:
    anna, ben = await begin(till, "v_1"), await begin(till, "v_2")
    late = await till.pay(anna, "secure")
    assert (await till.pay(ben)).state == "captured"
    assert await stock(till) == (0, 0, 1)
    assert late.provider_ref
    await till.fake.decide(late.provider_ref, approved=True)
    now = await till.now(late)
    assert (now.state, now.why, now.order_id) == ("failed", "sold_out", None)
    assert till.states_told("v_1")[-1] == "failed"
    assert ended(till, "v_1") == ("released", "sold_out")
    money = await till.money()
    assert (money.taken, money.sold, money.refunded) == (1000, 1000, 0)
    assert await is_settled(till.stage.database)
    with refused(Code.SOLD_OUT):
        await till.stage.hold("v_3", (LAST, 1))


@pytest.mark.parametrize("method", ["redirect", "slow", "unanswered"])
async def test_money_that_was_taken_before_it_could_be_claimed_goes_back(till: Till, method: str) -> None:
    anna, ben = await begin(till, "v_1"), await begin(till, "v_2")
    late = await till.pay(anna, "redirect") if method == "redirect" else None
    if method != "redirect":
        # Both are sent to pay while it is there.
        late, paid = await asyncio.gather(till.pay(anna, method), till.pay(ben))
    else:
        paid = await till.pay(ben)
    assert late is not None
    if method == "redirect" and late.provider_ref:
        await till.fake.decide(late.provider_ref, approved=True)
    for _ in range(2):
        await till.let_happen(UNHEARD)
    states = {(await till.now(each)).state for each in (late, paid)}
    assert states <= {"captured", "refunded", "failed"}
    assert [state for state in states if state == "captured"] == ["captured"]
    assert (await till.money()).adds_up
    assert await is_settled(till.stage.database)
    assert await stock(till) == (0, 0, 1)
    async with till.stage.database.read() as connection:
        steps = set(await connection.scalars(text("SELECT step FROM buyer_mail")))
    assert steps == {"placed", "too_late"}


async def test_what_is_paid_in_one_transaction_is_refused_in_it_when_all_is_gone(till: Till) -> None:
    holds = [await begin(till, f"v_{n}") for n in range(1, 6)]
    paid = await asyncio.gather(*(till.pay(hold, "") for hold in holds), return_exceptions=True)
    assert sum(isinstance(each, Payment) and each.state == "captured" for each in paid) == 1
    codes = [each.code for each in paid if isinstance(each, RefusedError)]
    assert codes == [Code.SOLD_OUT] * 4
    assert await stock(till) == (0, 0, 1)


async def test_nobody_is_sent_to_pay_for_what_is_gone_and_who_stays_may_pay_what_comes_back(
    till: Till,
) -> None:
    anna, ben = await begin(till, "v_1"), await begin(till, "v_2")
    await till.pay(ben)
    with refused(Code.SOLD_OUT):
        await till.pay(anna)
    assert await is_settled(till.stage.database)
    await restock(till, 1)
    assert (await till.pay(anna)).state == "captured"
    assert await stock(till) == (0, 0, 2)


async def test_it_is_paid_now_and_not_hours_later(till: Till) -> None:
    with refused(Code.INVALID) as refusal:
        await till.pay(await begin(till, "v_1"), "counter")
    assert refusal.value.data["at"] == "method"


async def test_units_that_were_claimed_come_back_at_once_when_their_payment_ends(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: str) -> None:
        raise ProviderAwayError

    anna = await begin(till, "v_1")
    with monkeypatch.context() as patch:
        patch.setattr(till.fake, "capture", away)
        payment = await till.pay(anna)
    assert (payment.state, await stock(till)) == ("authorized", (0, 1, 0))
    with refused(Code.SOLD_OUT):
        await till.stage.hold("v_2", (LAST, 1))
    assert (await till.payments.cancel(payment.id, "v_1")).state == "cancelled"
    assert (await till.pay(await begin(till, "v_2"))).state == "captured"
    assert ended(till, "v_1") == ("expired", None)
    assert (await till.money()).adds_up


async def test_the_poller_takes_the_money_for_units_that_are_claimed(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: str) -> None:
        raise ProviderAwayError

    with monkeypatch.context() as patch:
        patch.setattr(till.fake, "capture", away)
        payment = await till.pay(await begin(till, "v_1"))
    await till.let_happen(UNHEARD)
    assert (await till.now(payment)).state == "captured"
    assert await stock(till) == (0, 0, 1)


async def test_one_person_has_a_few_of_them_under_way_and_as_many_units_as_anybody(till: Till) -> None:
    await restock(till, 20)
    with refused(Code.TOO_MANY):
        await till.stage.hold("v_1", (LAST, 5))
    await till.stage.hold("v_1", (LAST, 2))
    with refused(Code.TOO_MANY) as refusal:
        await till.stage.hold("v_1", (LAST, 3))
    assert refusal.value.data["left"] == 2
    await till.stage.add_product("p_second", buying="first_paid")
    held = [await till.stage.hold("v_1", ("p_second", 1)) for _ in range(BEGUN_MAX - 1)]
    with refused(Code.TOO_MANY) as refusal:
        await till.stage.hold("v_1", ("p_second", 1))
    assert (refusal.value.data["begun"], refusal.value.data["limit"]) == (True, BEGUN_MAX)
    await till.stage.holds.release(SHOW, held[0].id, "v_1")
    await till.stage.hold("v_1", ("p_second", 1))
    await till.stage.hold("v_g", (LAST, 1), guest=True)
    with refused(Code.TOO_MANY) as refusal:
        await till.stage.hold("v_g", ("p_second", 1), guest=True)
    assert refusal.value.data["guest"]


async def test_one_payer_who_comes_as_several_viewers_has_one_limit(till: Till) -> None:
    await restock(till, 20)
    one, other = [await begin(till, f"v_{n}", 3, email="same@example.com") for n in (1, 2)]
    await till.pay(one, "redirect")
    with refused(Code.TOO_MANY) as refusal:
        await till.pay(other, "redirect")
    assert refusal.value.data["payer"]


async def test_what_goes_to_who_pays_first_is_not_bought_at_once_with_what_is_held(till: Till) -> None:
    with refused(Code.BUYING_MIXED) as refusal:
        await till.stage.hold("v_1", (LAST, 1), ("p_apron", 1))
    assert refusal.value.data["product"] == LAST
    with refused(Code.CHECKOUT_NEEDED):
        await till.stage.buy("v_1", LAST)


async def test_what_has_no_units_is_not_exchanged_and_nothing_is_exchanged_for_it(till: Till) -> None:
    with refused(Code.INVALID):
        await till.stage.exchange(await till.stage.hold("v_1", (LAST, 1)), ("p_apron", 1))
    held = await till.stage.hold("v_2", ("p_apron", 1))
    with refused(Code.BUYING_MIXED) as refusal:
        await till.stage.exchange(held, (LAST, 1))
    assert refusal.value.data["product"] == LAST
    assert (await till.stage.held())["p_apron"][1] == 1


async def test_who_waits_comes_before_who_pays(till: Till) -> None:
    with refused(Code.WAITLIST_CLOSED):
        await till.stage.join("v_9", LAST)
    anna, ben = await begin(till, "v_1"), await begin(till, "v_2")
    late = await till.pay(anna, "secure")
    await till.pay(ben)
    await till.stage.join("v_3", LAST)
    await restock(till, 1)
    assert await stock(till) == (0, 1, 1)
    (turn,) = await till.stage.holds.list_own(SHOW, "v_3")
    assert (turn.state, turn.origin, turn.first_paid) == ("placed", "waitlist", False)
    assert late.provider_ref
    await till.fake.decide(late.provider_ref, approved=True)
    assert (await till.now(late)).why == "sold_out"
    details = Details(Contact("Cleo", "cleo@example.com"))
    await till.stage.checkouts.fill(SHOW, Filling(turn.id, Buyer("v_3"), details))
    assert (await till.pay(turn)).state == "captured"
    assert await stock(till) == (0, 0, 2)


async def test_a_payment_that_is_never_finished_ends_with_its_time(till: Till) -> None:
    payment = await till.pay(await begin(till, "v_1"), "redirect")
    await till.let_happen(timedelta(seconds=UNHELD_SECONDS))
    assert (await till.now(payment)).state == "failed"
    await till.stage.holds.let_lapsed_go()
    assert ended(till, "v_1") == ("expired", None)
    assert await stock(till) == (1, 0, 0)
