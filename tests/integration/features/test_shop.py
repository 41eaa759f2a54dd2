"""The shop against PostgreSQL: nothing is sold twice, nothing is lost, and every key is one purchase."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from server.access.principal import as_principal
from server.access.tokens import Identity
from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.payments import Approved, Charge, Declined, Outcome
from server.shop.rules import Purchase, Receipt
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import HOST, NOON, SHOW, Stage, open_stage, refused


async def test_a_purchase_is_an_order_and_a_unit_less(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    receipt = await stage.buy("v_1", "p_bowl", quantity=2, key="key-00001", price=2500)
    assert (receipt.order.amount_minor, receipt.order.currency, receipt.repeated) == (5000, "JPY", False)
    (order,) = await stage.orders()
    assert (order.id, order.viewer_id, order.amount_minor, order.at) == (receipt.order.id, "v_1", 5000, NOON)
    assert (await stage.products())["p_bowl"] == (1, 2)
    assert await stage.facts() == [("order", "v_1", "p_bowl", 2)]
    (push,), (staff_push,) = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert push["products"] == [{"product": "p_bowl", "stock": 1}]
    assert staff_push["sales"] == {"orders": 1, "units": 2, "amount": {"JPY": 5000}}


@pytest.mark.parametrize("key", ['quo"ted,key', "back\\slash", "{curly}", "NULL", "ключ"])
async def test_a_key_is_kept_as_it_came(stage: Stage, key: str) -> None:
    first = await stage.buy("v_1", "p_bowl", key=key)
    again = await stage.buy("v_1", "p_bowl", key=key)
    (order,) = await stage.orders()
    assert (order.key, again.order.id, again.repeated) == (key, first.order.id, True)


async def test_what_came_together_is_decided_together(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    await asyncio.gather(*(stage.buy(f"v_{n}", "p_apron") for n in range(8)))
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert len(public) <= 2  # the first may go at once, those that came meanwhile go together
    assert (await stage.products())["p_apron"] == (2, 8)


async def test_first_come_is_first_served(stage: Stage) -> None:
    wishes = [stage.buy(f"v_{n}", "p_bowl", quantity=q) for n, q in enumerate([2, 2, 1, 1])]
    first, second, third, fourth = await asyncio.gather(*wishes, return_exceptions=True)
    assert isinstance(first, Receipt)
    assert isinstance(third, Receipt)
    for late, stock in ((second, 1), (fourth, 0)):
        assert isinstance(late, RefusedError)
        assert (late.code, late.data) == (Code.SOLD_OUT, {"stock": stock})
    assert (await stage.products())["p_bowl"] == (0, 3)


async def test_many_buyers_in_two_processes_never_oversell(stage: Stage, second: Stage) -> None:
    old = await see(stage.database, SHOW)
    await stage.shop.restock(SHOW, HOST, "p_apron", 40)
    wishes = [(stage, second)[n % 2].buy(f"v_{n}", "p_apron") for n in range(300)]
    results = await asyncio.gather(*wishes, return_exceptions=True)
    sold = [r for r in results if isinstance(r, Receipt)]
    refusals = Counter(r.code for r in results if isinstance(r, RefusedError))
    assert len(sold) == 50
    assert refusals == {Code.SOLD_OUT: 250}
    assert {r.order.id for r in sold} == {order.id for order in await stage.orders()}
    assert (await stage.products())["p_apron"] == (0, 50)
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)


async def test_the_same_key_from_many_connections_is_one_purchase(stage: Stage, second: Stage) -> None:
    tries = [(stage, second)[n % 2].buy("v_1", "p_bowl", key="key-00001") for n in range(40)]
    receipts = await asyncio.gather(*tries)
    assert len({receipt.order.id for receipt in receipts}) == 1
    assert [receipt.repeated for receipt in receipts].count(False) == 1
    assert (await stage.products())["p_bowl"] == (2, 1)
    assert len(await stage.facts()) == 1


async def test_the_same_key_in_two_shows_at_once_is_one_purchase(stage: Stage, second: Stage) -> None:
    await stage.add_show("other-show")
    wish = Purchase("v_1", "p_bowl", 1, "key-00001")
    elsewhere = Purchase("v_1", "p_apron", 1, "key-00001")
    tries = [stage.shop.buy(SHOW, wish), second.shop.buy("other-show", elsewhere)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert len(await stage.orders()) == 1
    (refusal,) = [r for r in results if isinstance(r, RefusedError)]
    assert refusal.code is Code.KEY_REUSED


async def test_a_repeat_gets_the_first_receipt_even_when_sold_out_or_over(stage: Stage) -> None:
    first = await stage.buy("v_1", "p_bowl", quantity=3, key="key-00001")
    again = await stage.buy("v_1", "p_bowl", quantity=3, key="key-00001", price=2500)
    await stage.shows.end(SHOW, HOST)
    at_last = await stage.buy("v_1", "p_bowl", quantity=3, key="key-00001")
    assert again.order == at_last.order == first.order
    assert again.repeated


async def test_a_key_with_other_parameters_is_refused(stage: Stage) -> None:
    await stage.buy("v_1", "p_bowl", key="key-00001")
    await stage.add_show("other-show")
    for wish in (
        Purchase("v_1", "p_bowl", 2, "key-00001"),
        Purchase("v_1", "p_apron", 1, "key-00001"),
        Purchase("v_1", "p_other", 1, "key-00001"),
        Purchase("v_1", "p_bowl", 1, "key-00001", 2400),
    ):
        with refused(Code.KEY_REUSED):
            await stage.shop.buy(SHOW, wish)
    with refused(Code.KEY_REUSED):
        await stage.shop.buy("other-show", Purchase("v_1", "p_bowl", 1, "key-00001"))
    assert len(await stage.orders()) == 1


async def test_a_key_belongs_to_its_viewer(stage: Stage) -> None:
    mine = await stage.buy("v_1", "p_bowl", key="key-00001")
    yours = await stage.buy("v_2", "p_bowl", key="key-00001")
    assert mine.order.id != yours.order.id


@pytest.mark.parametrize("product", ["p_other", "p_gone", "p_none"])
async def test_what_the_channel_does_not_sell_is_not_found(stage: Stage, product: str) -> None:
    with refused(Code.NOT_FOUND):
        await stage.buy("v_1", product)
    assert await stage.orders() == []
    assert (await stage.products())["p_other"] == (10, 0)


async def test_a_price_that_changed_is_told(stage: Stage) -> None:
    with refused(Code.PRICE_CHANGED) as refusal:
        await stage.buy("v_1", "p_bowl", price=2400)
    assert refusal.value.data["price"] == 2500


@pytest.mark.parametrize("state", ["scheduled", "ended"])
async def test_only_a_live_show_sells(stage: Stage, state: str) -> None:
    await stage.add_show("quiet", state=state)
    with refused(Code.SHOW_NOT_LIVE):
        await stage.shop.buy("quiet", Purchase("v_1", "p_bowl", 1, "key-00001"))


async def test_a_show_that_does_not_exist_sells_nothing(stage: Stage) -> None:
    with refused(Code.NOT_FOUND):
        await stage.shop.buy("nowhere", Purchase("v_1", "p_bowl", 1, "key-00001"))


class DeclinesAbove:
    """A provider that declines every charge above a limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def authorize(self, charge: Charge) -> Outcome:
        if charge.amount_minor > self.limit:
            return Declined("insufficient_funds")
        return Approved(f"pay/{charge.reference}")


async def test_a_declined_payment_sells_nothing_and_leaves_the_stock(database_url: str) -> None:
    async with open_stage(database_url, payments=DeclinesAbove(2500)) as stage:
        wishes = [
            stage.buy("v_1", "p_bowl", quantity=3, key="key-00001"),
            stage.buy("v_2", "p_bowl", key="key-00002"),
        ]
        declined, sold = await asyncio.gather(*wishes, return_exceptions=True)
        assert isinstance(declined, RefusedError)
        assert (declined.code, declined.data) == (Code.PAYMENT_DECLINED, {"reason": "insufficient_funds"})
        assert isinstance(sold, Receipt)
        assert sold.order.payment == "pay/v_2/key-00002"
        assert (await stage.products())["p_bowl"] == (2, 1)
        assert (await stage.buy("v_1", "p_bowl", key="key-00001")).order.quantity == 1


async def test_the_stock_cannot_go_below_zero_whoever_writes(stage: Stage) -> None:
    with pytest.raises(IntegrityError, match="product_stock_not_negative"):
        async with stage.database.write() as connection:
            await connection.execute(text("UPDATE product SET stock = stock - 4 WHERE id = 'p_bowl'"))


async def test_restocking_changes_stock_and_is_audited(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    await stage.buy("v_1", "p_bowl", quantity=3)
    assert await stage.shop.restock(SHOW, HOST, "p_bowl", 5) == 5
    assert await stage.shop.restock(SHOW, HOST, "p_bowl", -2) == 3
    assert (await stage.products())["p_bowl"] == (3, 3)
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    audits = await stage.audits()
    assert [(a.action, a.subject, a.actor, a.details["add"]) for a in audits] == [
        ("product.restock", "p_bowl", HOST.viewer_id, 5),
        ("product.restock", "p_bowl", HOST.viewer_id, -2),
    ]


async def test_no_more_is_taken_away_than_is_left(stage: Stage) -> None:
    with refused(Code.SOLD_OUT) as refusal:
        await stage.shop.restock(SHOW, HOST, "p_bowl", -4)
    assert refusal.value.data["stock"] == 3
    assert await stage.audits() == []
    assert stage.delivered == []


@pytest.mark.parametrize(
    ("product", "add", "code"), [("p_bowl", 0, Code.INVALID), ("p_other", 1, Code.NOT_FOUND)]
)
async def test_a_restock_that_makes_no_sense_is_refused(
    stage: Stage, product: str, add: int, code: Code
) -> None:
    with refused(code):
        await stage.shop.restock(SHOW, HOST, product, add)
    assert (await stage.products())["p_other"] == (10, 0)


async def test_pinning_is_published_once_and_kept(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    assert await stage.shop.pin_product(SHOW, HOST, "p_bowl") == 1
    assert await stage.shop.pin_product(SHOW, HOST, "p_bowl") == 1
    assert await stage.shop.pin_product(SHOW, HOST, "p_apron") == 2
    assert await stage.shop.unpin_product(SHOW, HOST, "p_bowl") == 2
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["product"] for push in public] == ["p_bowl", "p_apron"]
    assert await stage.shop.unpin_product(SHOW, HOST, None) == 3
    assert await stage.shop.unpin_product(SHOW, HOST, None) == 3
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [a.action for a in await stage.audits()] == ["product.pin", "product.pin", "product.unpin"]


@pytest.mark.parametrize("product", ["p_other", "p_gone", "p_none"])
async def test_only_what_the_channel_sells_can_be_pinned(stage: Stage, product: str) -> None:
    with refused(Code.NOT_FOUND):
        await stage.shop.pin_product(SHOW, HOST, product)


async def test_other_live_shows_hear_of_the_stock(stage: Stage) -> None:
    await stage.add_show("evening")
    await stage.add_show("tomorrow", state="scheduled")
    evening, tomorrow = await see(stage.database, "evening"), await see(stage.database, "tomorrow")
    await stage.buy("v_1", "p_bowl")
    await stage.shop.restock(SHOW, HOST, "p_apron", 1)
    await stage.shop.close()
    _, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, "evening", evening)
    assert staff[-1]["sales"] == {"orders": 0, "units": 0, "amount": {}}
    assert (await see(stage.database, "tomorrow")).offset == tomorrow.offset


async def test_an_order_is_shown_to_its_buyer_and_to_staff_alone(stage: Stage) -> None:
    order = (await stage.buy("v_1", "p_bowl")).order

    def somebody(viewer: str, role: str, channel: str) -> Identity:
        return Identity(viewer, role, channel, False, False, "Aki", NOON)  # type: ignore[arg-type]

    for may in (somebody("v_1", "viewer", "demo"), somebody("m_1", "moderator", "demo")):
        assert await stage.shop.find_order(order.id, as_principal(may)) == order
    for other in (
        somebody("v_2", "viewer", "demo"),
        somebody("m_2", "host", "elsewhere"),
        somebody("a", "analyst", "demo"),
    ):
        with refused(Code.NOT_FOUND):
            await stage.shop.find_order(order.id, as_principal(other))
