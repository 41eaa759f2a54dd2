"""Checkouts of holds: filled in until they are paid, paid at what they come to, and kept with the order."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from server.access.principal import as_principal
from server.checkout.details import Address, Contact, Details
from server.checkout.service import Buyer, Filling
from server.checkout.standing import Standing
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.payments.provider import Answer
from server.protocol.codes import Code
from server.running.vouchers import vouchers_with
from server.shop.allowances import Limits
from server.shop.hold_rules import Hold
from server.shop.order_list import Wanted as WantedOrders
from server.shop.order_list import read_orders
from server.vouchers.rules import Terms
from server.vouchers.service import Wanted as WantedVoucher
from tests.conftest import MakeSettings
from tests.support.stage import CHANNEL, HOST, SHOW, refused
from tests.support.till import Till, open_till

HOME = Address("JP", "150-0001", "東京都", "渋谷区", "神宮前 1-2-3", "")
ANNA = Contact("Anna", "anna@example.com", "", HOME)
WHOLE = Details(ANNA, "post", terms=True, gift_note="For you", language="ja")
_SAY = text(
    """
    INSERT INTO checkout_settings (channel_id, buying, methods, tax_thousandths, tax_name, terms_text) VALUES (:channel, 'checkout',
        '[{"id": "post", "title": {"en": "Post", "ja": "郵便"}, "price": 500, "free_from": 6000, "countries": ["JP"], "days": 3}]',
        10000, '{"en": "VAT", "ja": "消費税"}', '{"en": "All sales are final."}')
    """
)


@pytest.fixture
async def till(make_settings: MakeSettings) -> AsyncIterator[Till]:
    """A channel that sells by its checkout, three units of a product to each payer."""
    async with open_till(make_settings(), limits=Limits(units_max=3)) as till:
        async with till.stage.database.write() as connection:
            await connection.execute(_SAY, {"channel": CHANNEL})
        yield till


async def fill(till: Till, hold: Hold, details: Details = WHOLE, **others: Any) -> Standing:
    buyer = others.pop("buyer", Buyer(hold.viewer_id, may_keep=True))
    return await till.stage.checkouts.fill(SHOW, Filling(hold.id, buyer, details, **others))


async def find(till: Till, hold: Hold) -> Standing:
    return await till.stage.checkouts.find(SHOW, hold.id, Buyer(hold.viewer_id, may_keep=True), "ja")


async def count(till: Till, table: str) -> int:
    async with till.stage.database.read() as connection:
        return int(await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def test_a_hold_is_filled_in_paid_at_its_total_and_becomes_an_order_with_all_of_it(till: Till) -> None:
    hold = await till.stage.hold("v_1", ("p_apron", 1), ("p_bowl", 1))
    before = await find(till, hold)
    assert (before.sum.items, before.sum.shipping, before.sum.total, before.needed) == (3500, 500, 4000, True)
    assert "address/line1" in before.lacks
    filled = await fill(till, hold)
    assert (filled.lacks, filled.sum.shipping, filled.sum.total, filled.sum.tax) == ((), 500, 4000, 364)
    assert await find(till, hold) == filled
    payment = await till.pay(hold)
    assert (payment.state, payment.amount_minor) == ("captured", 4000)
    after = await find(till, hold)
    assert (after.frozen, after.details, after.sum) == (True, WHOLE, filled.sum)
    assert payment.order_id is not None
    by = as_principal(till.stage.tokens.new_member(CHANNEL, "host", name="Mika"))
    order = await till.stage.shop.find_order(payment.order_id, by)
    assert (order.total_minor, order.checked and order.checked.total_minor) == (3500, 4000)
    async with till.stage.database.read() as connection:
        (listed,) = await read_orders(
            connection,
            CHANNEL,
            WantedOrders(),
            after=None,
            limit=2,
            checkouts=till.stage.checkouts,
        )
    assert listed.checked is not None
    assert (listed.order.amount, listed.order.shipping, listed.order.total) == (
        3500,
        500,
        4000,
    )
    assert (listed.checked.delivery.contact, listed.checked.delivery.method) == (ANNA.as_json(), "郵便")
    # Shipping is in no figure.
    assert [fact[:2] for fact in await till.stage.facts()] == [("order", "v_1")]
    async with till.stage.database.read() as connection:
        assert await connection.scalar(text("SELECT sum(amount_minor) FROM ledger_entry")) == 3500


async def test_what_is_not_complete_is_not_paid_and_keeps_no_mark(till: Till) -> None:
    hold = await till.stage.hold("v_1", ("p_apron", 1))
    for details in (None, replace(WHOLE, terms=False)):
        if details is not None:
            await fill(till, hold, details)
        with pytest.raises(RefusedError) as refusal:
            await till.pay(hold)
        assert refusal.value.code is Code.INVALID
        assert "terms" in refusal.value.data["lacks"]
    assert (await till.stage.holds.find(hold.id)).paying is False
    assert (await fill(till, hold)).lacks == ()
    assert (await till.pay(hold)).state == "captured"


async def test_a_hold_of_what_is_bought_in_one_step_is_paid_without(till: Till) -> None:
    async with till.stage.database.write() as connection:
        await connection.execute(text("UPDATE product SET buying = 'one_step' WHERE id = 'p_bowl'"))
    plain = await till.stage.hold("v_1", ("p_bowl", 1))
    assert (await till.pay(plain)).amount_minor == 2500
    mixed = await till.stage.hold("v_2", ("p_bowl", 1), ("p_apron", 1))
    with refused(Code.INVALID):
        await till.pay(mixed)


async def test_it_is_frozen_while_a_payment_is_open_and_when_the_hold_is_over(till: Till) -> None:
    paid = await till.stage.hold("v_1", ("p_apron", 1))
    await fill(till, paid)
    payment = await till.pay(paid, "slow")
    assert payment.open
    with refused(Code.HOLD_ENDED):
        await fill(till, paid, replace(WHOLE, gift_note="Other"))
    lapsed = await till.stage.hold("v_2", ("p_apron", 1))
    await fill(till, lapsed)
    till.stage.tick(3600)
    with refused(Code.HOLD_ENDED):
        await fill(till, lapsed)
    with refused(Code.NOT_FOUND):
        await fill(till, lapsed, buyer=Buyer("v_3"))
    assert (await find(till, lapsed)).frozen is True


async def test_shipping_goes_where_it_goes_and_is_free_from_a_sum_on(till: Till) -> None:
    hold = await till.stage.hold("v_1", ("p_bowl", 3))
    assert (await fill(till, hold)).sum.shipping == 0
    abroad = replace(WHOLE, contact=replace(ANNA, address=replace(HOME, country="US")))
    filled = await fill(till, hold, abroad)
    assert (filled.methods, filled.lacks) == ([], ("shipping",))
    with refused(Code.INVALID):
        await fill(till, hold, replace(WHOLE, shipping="balloon"))


async def test_what_was_filled_in_goes_along_with_an_exchange_at_what_it_comes_to_then(till: Till) -> None:
    vouchers = vouchers_with(till.stage.database, till.stage.clock).vouchers
    await vouchers.create(CHANNEL, HOST, WantedVoucher("SPRING", Terms("percent", percent=10, uses_max=1)))
    hold = await till.stage.hold("v_1", ("p_bowl", 1))
    filled = await fill(till, hold, replace(WHOLE, voucher="SPRING"))
    assert (filled.sum.items, filled.sum.discount, filled.sum.shipping) == (2500, 250, 500)
    new = await till.stage.exchange(hold, ("p_bowl", 3))
    now = await find(till, new)
    assert (now.sum.items, now.sum.discount, now.sum.shipping, now.sum.total) == (7500, 750, 0, 6750)
    assert (now.details, now.lacks, now.frozen) == (filled.details, (), False)
    assert (await till.pay(new)).amount_minor == 6750
    with refused(Code.HOLD_ENDED):
        await till.stage.exchange(new, ("p_bowl", 2))


async def test_a_hold_that_is_being_paid_is_not_exchanged_and_one_that_was_is_no_order(till: Till) -> None:
    paid = await till.stage.hold("v_1", ("p_bowl", 1))
    await fill(till, paid)
    assert (await till.pay(paid, "counter")).state == "pending"
    with refused(Code.HOLD_ENDED):
        await till.stage.exchange(paid, ("p_bowl", 2))
    hold = await till.stage.hold("v_2", ("p_bowl", 2))
    await till.stage.exchange(hold, ("p_bowl", 1))
    with refused(Code.HOLD_ENDED):
        await till.stage.journal.commit(SHOW, _confirm(till, hold), None)


async def test_whoever_agreed_to_the_same_terms_agreed_when_they_did(till: Till) -> None:
    hold = await till.stage.hold("v_1", ("p_apron", 1))
    read = text("SELECT terms_at, terms_version FROM checkout")
    seen = []
    for version in (1, 1, 2):
        async with till.stage.database.write() as connection:
            await connection.execute(text("UPDATE checkout_settings SET version = :v"), {"v": version})
        await fill(till, hold)
        async with till.stage.database.read() as connection:
            seen.append(tuple((await connection.execute(read)).one()))
        till.stage.tick()
    assert seen[0] == seen[1]
    assert (seen[2][0] - seen[0][0]).total_seconds() == 2
    assert seen[2][1] == 2


async def test_one_payer_has_one_limit_however_many_viewers_they_are(till: Till) -> None:
    async def buy(viewer: str, units: int, contact: Contact) -> int:
        hold = await till.stage.hold(viewer, ("p_apron", units))
        await fill(till, hold, replace(WHOLE, contact=contact))
        return (await till.pay(hold)).amount_minor

    assert await buy("v_1", 2, ANNA)
    for contact in (
        replace(ANNA, email="berta@example.com"),
        replace(ANNA, email="Anna+2@example.com", address=replace(HOME, line1="Elsewhere 9")),
    ):
        with pytest.raises(RefusedError) as refusal:
            await buy(f"v_{contact.email}", 2, contact)
        known = {"limit": 3, "left": 1, "product": "p_apron", "payer": True}
        assert (refusal.value.code, refusal.value.data) == (Code.TOO_MANY, known)
    assert await buy("v_9", 1, ANNA)
    assert await buy("v_4", 3, Contact("Carl", "carl@example.com", "", replace(HOME, line2="201")))


async def test_a_voucher_is_taken_off_line_by_line_and_belongs_to_its_hold(till: Till) -> None:
    async def used() -> str:
        async with till.stage.database.read() as connection:
            return str(
                await connection.scalar(
                    text("SELECT string_agg(state, ' ' ORDER BY hold_id) FROM voucher_use")
                )
            )

    vouchers = vouchers_with(till.stage.database, till.stage.clock).vouchers
    await vouchers.create(CHANNEL, HOST, WantedVoucher("TENTH", Terms("percent", percent=10, uses_max=2)))
    hold = await till.stage.hold("v_1", ("p_apron", 1), ("p_bowl", 1))
    filled = await fill(till, hold, replace(WHOLE, voucher="tenth"))
    assert (filled.sum.discount, filled.sum.shipping, filled.sum.total) == (350, 500, 3650)
    with refused(Code.VOUCHER_REFUSED):
        await fill(till, hold, replace(WHOLE, voucher="half"))
    assert await find(till, hold) == filled
    payment = await till.pay(hold)
    assert payment.amount_minor == 3650
    assert sorted(order.amount_minor for order in await till.stage.orders()) == [900, 2250]
    assert await used() == "taken"
    late = await till.stage.hold("v_2", ("p_apron", 1))
    await fill(till, late, replace(WHOLE, voucher="TENTH"))
    assert (await fill(till, late)).sum.discount == 0
    assert await used() == "taken"
    await fill(till, late, replace(WHOLE, voucher="TENTH"))
    await till.stage.holds.release(SHOW, late.id, why="timer")
    other = await till.stage.hold("v_3", ("p_apron", 1))
    await fill(
        till, other, replace(WHOLE, voucher="TENTH", contact=Contact("Carl", "carl@example.com", "", HOME))
    )
    with refused(
        Code.VOUCHER_REFUSED
    ):  # it was promised at the price with the voucher, which another one has now
        await till.stage.journal.commit(SHOW, _confirm(till, late), None)
    assert (await till.stage.holds.find(late.id)).state == "released"


async def test_a_voucher_for_all_of_it_makes_an_order_without_a_provider(till: Till) -> None:
    vouchers = vouchers_with(till.stage.database, till.stage.clock).vouchers
    await vouchers.create(CHANNEL, HOST, WantedVoucher("GIFT", Terms("percent", percent=100)))
    hold = await till.stage.hold("v_1", ("p_bowl", 2), ("p_apron", 1))
    filled = await fill(till, hold, replace(WHOLE, voucher="gift"))
    assert (filled.sum.items, filled.sum.shipping, filled.sum.total) == (6000, 0, 0)
    payment = await till.pay(hold)
    assert (payment.state, payment.provider, payment.amount_minor) == ("captured", "none", 0)
    assert [order.amount_minor for order in await till.stage.orders()] == [0, 0]
    assert (await vouchers.list_of(CHANNEL, after=None, limit=1))[0].row.uses_taken == 1
    assert await count(till, "fake_intent") == 0


async def test_whoever_lost_their_voucher_in_the_second_in_which_nobody_looked_gets_the_money_back(
    till: Till,
) -> None:
    """A hold whose time is over stands as a row until somebody wants its units; its voucher may have gone before."""
    stage = till.stage
    vouchers = vouchers_with(stage.database, stage.clock).vouchers
    await vouchers.create(CHANNEL, HOST, WantedVoucher("ONCE", Terms("percent", percent=10, uses_max=1)))
    slow = await stage.hold("v_1", ("p_apron", 1))
    await fill(till, slow, replace(WHOLE, voucher="once"))
    failed = await till.pay(slow, "decline")
    stage.tick(301)
    quick = await stage.hold("v_2", ("p_bowl", 1))
    bob = replace(WHOLE, voucher="once", contact=replace(ANNA, email="bob@example.com"))
    await fill(till, quick, bob)
    assert (await stage.held())["p_apron"][1] == 1, "nobody has wanted its units yet"
    assert failed.provider_ref is not None
    await till.payments.settle(failed, lambda _: answered(Answer("succeeded", failed.provider_ref or "")))
    after = await till.now(failed)
    assert (after.order_id, after.why) == (None, "voucher_refused")
    assert after.state in ("refunding", "refunded")
    assert (await stage.held())["p_apron"] == (10, 0, 0)
    assert (await stage.holds.find(slow.id)).state == "expired"
    assert (await till.pay(quick)).state == "captured"
    assert (await vouchers.list_of(CHANNEL, after=None, limit=1))[0].row.uses_taken == 1


async def answered(answer: Answer) -> Answer:
    return answer


async def test_money_that_comes_late_buys_what_was_agreed(till: Till) -> None:
    hold = await till.stage.hold("v_1", ("p_apron", 1))
    await fill(till, hold)
    await till.stage.holds.release(SHOW, hold.id, why="timer")
    orders = await till.stage.journal.commit(SHOW, _confirm(till, hold), None)
    async with till.stage.database.read() as connection:
        checked = await till.stage.checkouts.of_orders(connection, [orders[0].id])
    assert checked[orders[0].id].total_minor == 1500


def _confirm(till: Till, hold: Hold) -> Any:
    async def confirm(tx: ShowTransaction, wanted: Any) -> list[Any]:
        return [await till.stage.holds.confirm_in(tx, hold.id, "pay_late") for _ in wanted]

    return confirm


async def test_details_are_kept_where_that_is_allowed_and_taken_back_with_the_consent(till: Till) -> None:
    hold = await till.stage.hold("v_1", ("p_apron", 1))
    guest = Buyer("v_1", guest=True)
    assert (await fill(till, hold, keep=True, buyer=guest)).kept is None
    assert await count(till, "kept_details") == 0
    agreed = replace(guest, may_keep=True)
    assert (await fill(till, hold, keep=True, buyer=agreed)).kept == ANNA
    assert (await fill(till, hold, buyer=agreed)).kept == ANNA
    assert await till.stage.checkouts.forget_withdrawn() == 0
    async with till.stage.database.write() as connection:
        await connection.execute(
            text("INSERT INTO ledger_entry (show_id, viewer_id, kind, n, at) VALUES (:s, 'v_1', 'consent_withdrawn', 1, :at)"),
            {"s": SHOW, "at": till.stage.clock.at},
        )  # fmt: skip
    assert await till.stage.checkouts.forget_withdrawn() == 1
    assert (await find(till, hold)).kept is None
    assert (await fill(till, hold, keep=True)).kept == ANNA
    assert (await fill(till, hold, keep=False)).kept is None
