"""The shop's decisions, pure: whatever comes, units are neither made nor lost, and first come is first served."""

from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.catalogue.rules import STOCK_MAX, Stocked, add_units
from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.allowances import Allowances, Limits
from server.shop.numbers import new_number
from server.shop.payments import Approved, Charge, Declined, FakePayments, Outcome
from server.shop.rules import Batch, Counter, Order, Purchase, Receipt

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
APRON = Stocked("p_apron", 1000, "JPY", stock=5, sold=0)
BOWL = Stocked("p_bowl", 2500, "JPY", stock=2, sold=7)


def serve(
    purchases: Sequence[Purchase],
    *,
    products: Sequence[Stocked] = (APRON, BOWL),
    live: bool = True,
    earlier: Sequence[Order] = (),
    declined: bool = False,
    units_max: int = 0,
) -> Batch:
    def authorize(charge: Charge) -> Outcome:
        return Declined("no") if declined else Approved(charge.reference)

    numbers = count(1)
    counter = Counter(
        "demo",
        NOON,
        sells=live,
        products=products,
        earlier=earlier,
        allowances=Allowances(
            Limits(units_max),
            people={},
            taken=[(o.viewer_id, o.product_id, o.quantity) for o in earlier if o.show_id == "demo"],
            guests={},
        ),
        new_order_id=lambda: f"o_{next(numbers)}",
        new_number=new_number,
        authorize=authorize,
    )
    return counter.serve(purchases)


def code_of(answer: Receipt | RefusedError) -> Code:
    assert isinstance(answer, RefusedError)
    return answer.code


def order_in(answer: Receipt | RefusedError) -> Order:
    assert isinstance(answer, Receipt)
    return answer.order


def test_units_go_from_stock_to_sold() -> None:
    batch = serve([Purchase("v_1", "p_bowl", 2, "key-1")])
    assert [(p.id, p.stock, p.sold) for p in batch.products] == [("p_bowl", 0, 9)]
    assert batch.orders[0].amount_minor == 5000


def test_a_purchase_too_big_leaves_the_units_to_the_next() -> None:
    batch = serve([Purchase("v_1", "p_bowl", 3, "key-1"), Purchase("v_2", "p_bowl", 2, "key-2")])
    assert code_of(batch.answers[0]) is Code.SOLD_OUT
    assert order_in(batch.answers[1]).viewer_id == "v_2"


def test_a_key_within_one_batch_is_one_purchase() -> None:
    wish = Purchase("v_1", "p_bowl", 1, "key-1")
    batch = serve([wish, wish, Purchase("v_1", "p_bowl", 2, "key-1"), Purchase("v_2", "p_bowl", 1, "key-1")])
    first, again, other, another = batch.answers
    assert order_in(first) == order_in(again)
    assert isinstance(again, Receipt)
    assert again.repeated
    assert code_of(other) is Code.KEY_REUSED
    assert order_in(another) != order_in(first)
    assert len(batch.orders) == 2


def test_a_key_that_was_refused_may_be_used_again() -> None:
    batch = serve([Purchase("v_1", "p_bowl", 3, "key-1"), Purchase("v_1", "p_bowl", 1, "key-1")])
    assert code_of(batch.answers[0]) is Code.SOLD_OUT
    assert order_in(batch.answers[1]).quantity == 1


def test_an_earlier_order_answers_its_key_when_the_show_is_over() -> None:
    (earlier,) = serve([Purchase("v_1", "p_bowl", 2, "key-1", 2500)]).orders
    batch = serve(
        [Purchase("v_1", "p_bowl", 2, "key-1"), Purchase("v_1", "p_bowl", 2, "key-2")],
        live=False,
        earlier=[earlier],
    )
    assert order_in(batch.answers[0]) == earlier
    assert code_of(batch.answers[1]) is Code.SHOW_NOT_LIVE
    assert batch.orders == []


def test_a_declined_payment_takes_no_units() -> None:
    batch = serve([Purchase("v_1", "p_bowl", 2, "key-1")], declined=True)
    assert code_of(batch.answers[0]) is Code.PAYMENT_DECLINED
    assert (batch.orders, batch.products) == ([], [])


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Purchase("v_1", "p_none", 1, "key-1"), Code.NOT_FOUND),
        (Purchase("v_1", "p_bowl", 1, "key-1", 2499), Code.PRICE_CHANGED),
        (Purchase("v_1", "p_bowl", 1, "key-1", 0), Code.PRICE_CHANGED),
        (Purchase("v_1", "p_bowl", 3, "key-1", 2500), Code.SOLD_OUT),
    ],
)
def test_what_cannot_be_sold_is_refused(wish: Purchase, code: Code) -> None:
    assert code_of(serve([wish]).answers[0]) is code


PURCHASES = st.lists(
    st.builds(
        Purchase,
        viewer_id=st.sampled_from(["v_1", "v_2", "v_3"]),
        product_id=st.sampled_from(["p_apron", "p_bowl", "p_none"]),
        quantity=st.integers(1, 4),
        key=st.sampled_from(["key-1", "key-2", "key-3"]),
        price_minor=st.sampled_from([None, 1000, 2500]),
    ),
    max_size=30,
)


@settings(deadline=None)
@given(PURCHASES)
def test_whatever_comes_units_and_keys_add_up(purchases: list[Purchase]) -> None:
    batch = serve(purchases)
    sold = Tally[str]()
    for order in batch.orders:
        sold[order.product_id] += order.quantity
    after = {p.id: p for p in batch.products}
    for before in (APRON, BOWL):
        now = after.get(before.id, before)
        assert now.stock >= 0
        assert now.stock == before.stock - sold[before.id]
        assert now.sold == before.sold + sold[before.id]
    assert len({(o.viewer_id, o.key) for o in batch.orders}) == len(batch.orders)
    assert len(batch.answers) == len(purchases)
    new = [a.order for a in batch.answers if isinstance(a, Receipt) and not a.repeated]
    assert new == batch.orders


def test_restocking_adds_and_takes_away() -> None:
    assert add_units(BOWL, 3).stock == 5
    assert add_units(BOWL, -2).stock == 0
    assert add_units(BOWL, 3).sold == BOWL.sold


@pytest.mark.parametrize(("add", "code"), [(0, Code.INVALID), (STOCK_MAX, Code.INVALID), (-3, Code.SOLD_OUT)])
def test_a_restock_that_cannot_be_is_refused(add: int, code: Code) -> None:
    with pytest.raises(RefusedError) as refused:
        add_units(BOWL, add)
    assert refused.value.code is code


def test_more_money_than_can_be_counted_is_not_taken() -> None:
    """The price of a row from before prices had a bound."""
    gold = replace(BOWL, price_minor=2**62, stock=9)
    (answer,) = serve([Purchase("v_1", "p_bowl", 3, "key-1")], products=[gold]).answers
    assert code_of(answer) is Code.INVALID


def test_a_restock_counts_what_was_sold() -> None:
    """Else a product that sells for years would reach what SQL cannot hold."""
    with pytest.raises(RefusedError):
        add_units(replace(BOWL, stock=0, sold=STOCK_MAX), 1)


def test_the_fake_provider_charges_a_reference_once() -> None:
    provider, charge = FakePayments(), Charge("v_1/key-1", 1000, "JPY")
    assert provider.authorize(charge) == provider.authorize(charge)
    assert provider.authorize(charge) != provider.authorize(Charge("v_1/key-2", 1000, "JPY"))


def test_a_viewer_buys_so_many_units_of_a_product_and_no_more_by_however_many_orders() -> None:
    wishes = [Purchase("v_1", "p_apron", n, f"key-{i}") for i, n in enumerate((3, 3, 1, 1))]
    others = [Purchase("v_2", "p_apron", 4, "key"), Purchase("v_1", "p_bowl", 2, "bowl")]
    first, second, third, fourth, other, bowl = serve(
        [*wishes, *others], products=[replace(APRON, stock=50), BOWL], units_max=4
    ).answers
    assert [order_in(a).quantity for a in (first, third, other, bowl)] == [3, 1, 4, 2]
    for late, left in ((second, 1), (fourth, 0)):
        assert isinstance(late, RefusedError)
        assert (late.code, late.data) == (Code.TOO_MANY, {"limit": 4, "left": left})


def test_what_was_bought_before_counts_in_its_show_and_a_repeat_is_no_purchase_more() -> None:
    before = order_in(serve([Purchase("v_1", "p_apron", 4, "first")]).answers[0])
    elsewhere = replace(before, show_id="other", key="other", id="o_other")
    wishes = [Purchase("v_1", "p_apron", 4, "first"), Purchase("v_1", "p_apron", 1, "second")]
    again, more = serve(wishes, earlier=[before], units_max=4).answers
    assert isinstance(again, Receipt)
    assert again.repeated
    assert code_of(more) is Code.TOO_MANY
    (fresh,) = serve(wishes[1:], earlier=[elsewhere], units_max=4).answers
    assert order_in(fresh).quantity == 1
