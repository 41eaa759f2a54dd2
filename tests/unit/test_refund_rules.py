"""What goes back of an order: whatever is asked for and in whatever order, never more than was paid, and never a unit twice."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import RefusedError
from server.fulfilment.refund_rules import (
    REASONS,
    Bought,
    BoughtLine,
    Reckoning,
    WantedLine,
    WantedRefund,
    reckon,
    state_after,
    told_by_provider,
)
from server.fulfilment.shipping_rules import units_left, withdrawn_units
from server.protocol.codes import Code


def after(bought: Bought, found: Reckoning) -> Bought:
    """Return the order once the refund counts."""
    lines = tuple(
        replace(line, gone=line.gone + sum(each.quantity for each in found.lines if each.line_id == line.id))
        for line in bought.lines
    )
    return replace(
        bought,
        lines=lines,
        gone_minor=bought.gone_minor + found.amount_minor,
        gone_shipping_minor=bought.gone_shipping_minor + found.shipping_minor,
    )


@st.composite
def orders(draw: st.DrawFn) -> Bought:
    lines = tuple(
        BoughtLine(f"o_{n}", f"p_{n % 2}", draw(st.integers(1, 7)), draw(st.integers(0, 10_000)))
        for n in range(draw(st.integers(1, 3)))
    )
    return Bought(lines, sum(line.amount_minor for line in lines) + draw(st.sampled_from((0, 0, 500))))


@st.composite
def wishes(draw: st.DrawFn) -> WantedRefund:
    amount = draw(st.none() | st.integers(0, 12_000))
    everything = draw(st.booleans())
    named = st.builds(WantedLine, st.sampled_from(("o_0", "o_1", "o_2")), st.integers(1, 8), st.booleans())
    return WantedRefund(
        draw(st.sampled_from(REASONS)),
        () if everything else tuple(draw(st.lists(named, max_size=3))),
        everything=everything,
        shipping_minor=draw(st.none() | st.integers(0, 600)),
        amount_minor=amount,
    )


@given(orders(), st.lists(wishes() | st.integers(0, 20_000), max_size=12))
def test_never_more_than_was_paid_and_never_a_unit_twice(
    bought: Bought, asked: list[WantedRefund | int]
) -> None:
    for each in asked:
        try:
            found = told_by_provider(bought, each) if isinstance(each, int) else reckon(bought, each)
        except RefusedError:
            continue
        if found is not None:
            assert 0 <= found.shipping_minor <= found.amount_minor
            bought = after(bought, found)
        assert 0 <= bought.gone_minor <= bought.paid_minor
        assert bought.shipping_left_minor >= 0
        assert bought.goods_left_minor >= 0
        assert all(0 <= line.gone <= line.quantity for line in bought.lines)
    if bought.left_minor or bought.units_left:
        rest = after(bought, reckon(bought, WantedRefund("returned", everything=True)))
        assert (rest.left_minor, rest.units_left) == (0, 0)
        assert state_after(rest, cancelled=False) == "refunded"
    with pytest.raises(RefusedError) as refused:
        reckon(
            replace(bought, paid_minor=bought.gone_minor, lines=()), WantedRefund("other", everything=True)
        )
    assert refused.value.code is Code.TOO_MUCH


@given(st.integers(1, 50), st.integers(0, 10_000), st.data())
def test_the_units_of_a_line_cost_its_amount_to_the_unit(
    quantity: int, amount: int, data: st.DataObject
) -> None:
    line, sums = BoughtLine("o_1", "p_1", quantity, amount), 0
    while line.left:
        units = data.draw(st.integers(1, line.left))
        sums += line.worth(units)
        line = replace(line, gone=line.gone + units)
    assert sums == amount


def test_what_is_more_than_the_goods_is_of_the_shipping() -> None:
    bought = Bought((BoughtLine("o_1", "p_1", 2, 1000),), 1500)
    found = reckon(bought, WantedRefund("goodwill", amount_minor=1200))
    assert (found.amount_minor, found.shipping_minor, found.goods_minor) == (1200, 200, 1000)
    assert reckon(bought, WantedRefund("returned", (WantedLine("o_1", 1, True),))).amount_minor == 500
    with_shipping = WantedRefund("returned", (WantedLine("o_1", 1, True),), shipping_minor=500)
    assert reckon(bought, with_shipping).amount_minor == 1000


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (WantedRefund("other"), Code.INVALID),
        (WantedRefund("other", (WantedLine("o_9", 1, True),)), Code.NOT_FOUND),
        (WantedRefund("other", (WantedLine("o_1", 2, True), WantedLine("o_1", 1, False))), Code.TOO_MUCH),
        (WantedRefund("other", amount_minor=1001), Code.TOO_MUCH),
        (WantedRefund("other", shipping_minor=1), Code.TOO_MUCH),
        (WantedRefund("cancelled", everything=True, amount_minor=999), Code.INVALID),
        (WantedRefund("other", (WantedLine("o_1", 1, True),), everything=True), Code.INVALID),
    ],
)
def test_what_is_refused(wanted: WantedRefund, code: Code) -> None:
    with pytest.raises(RefusedError) as refused:
        reckon(Bought((BoughtLine("o_1", "p_1", 2, 1000),), 1000), wanted)
    assert refused.value.code is code


def test_only_what_is_in_the_house_is_cancelled() -> None:
    bought = Bought((BoughtLine("o_1", "p_1", 3, 900, shipped=2),), 900)
    cancelled: dict[str, Any] = {"reason": "cancelled"}
    assert reckon(bought, WantedRefund(**cancelled, lines=(WantedLine("o_1", 1, True),))).amount_minor == 300
    for wanted in (
        WantedRefund(**cancelled, lines=(WantedLine("o_1", 2, True),)),
        WantedRefund(**cancelled, everything=True),
    ):
        with pytest.raises(RefusedError) as refused:
            reckon(bought, wanted)
        assert refused.value.code is Code.CONFLICT


def test_what_was_given_back_before_it_went_off_does_not_go_off() -> None:
    ordered, shipped = {0: 3, 1: 2}, {0: 2}
    assert units_left(ordered, withdrawn_units({0: 1}, {}, shipped), shipped) == {1: 2}
    assert units_left(ordered, withdrawn_units({}, {0: 1, 1: 1}, shipped), shipped) == {0: 1, 1: 1}
