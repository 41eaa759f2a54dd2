"""What a voucher takes off: exact to the minor unit, never more than there is, and its shares of lines add up."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.catalogue.rules import AMOUNT_MAX
from server.errors import RefusedError
from server.vouchers.rules import (
    Line,
    Standing,
    Terms,
    Wish,
    check_terms,
    clean_code,
    held_for,
    percent_of,
    reduce,
    require_holds,
    require_open,
    require_unused,
    share_out,
)

AMOUNTS = st.lists(st.integers(1, AMOUNT_MAX), min_size=1, max_size=20)
LINES = AMOUNTS.map(lambda amounts: [Line(nth, f"p_{nth}", each) for nth, each in enumerate(amounts)])
TERMS = st.one_of(
    st.builds(Terms, kind=st.just("percent"), percent=st.integers(1, 100)),
    st.builds(
        Terms, kind=st.just("amount"), amount_minor=st.integers(1, AMOUNT_MAX), currency=st.just("JPY")
    ),
    st.builds(Terms, kind=st.just("free_shipping")),
)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@given(terms=TERMS, lines=LINES, shipping=st.integers(0, AMOUNT_MAX))
def test_nothing_becomes_cheaper_than_nothing(terms: Terms, lines: list[Line], shipping: int) -> None:
    off = reduce("u_1", terms, lines, shipping)
    costs = {line.nth: line.amount_minor for line in lines}
    assert all(0 < share <= costs[nth] for nth, share in off.by_line.items())
    assert 0 <= off.shipping_minor <= shipping
    if terms.kind == "amount":
        assert terms.amount_minor is not None
        assert off.items_minor == min(terms.amount_minor, sum(costs.values()))
    if terms.percent == 100:
        assert off.by_line == costs


@given(whole=st.integers(0, 10 * AMOUNT_MAX), percent=st.integers(1, 100))
def test_a_percentage_is_rounded_once_half_to_even(whole: int, percent: int) -> None:
    assert percent_of(whole, percent) == round(Fraction(whole * percent, 100))


@given(lines=LINES, data=st.data())
def test_shares_of_lines_add_up_and_each_is_its_part_rounded_up_or_down(
    lines: list[Line], data: st.DataObject
) -> None:
    whole = sum(line.amount_minor for line in lines)
    off = data.draw(st.integers(0, whole))
    shares = share_out(off, lines)
    assert sum(shares.values()) == off
    for line in lines:
        exact = Fraction(off * line.amount_minor, whole)
        assert abs(shares.get(line.nth, 0) - exact) < 1
    up = [line.nth for line in lines if shares.get(line.nth, 0) > off * line.amount_minor // whole]
    rests = {line.nth: off * line.amount_minor % whole for line in lines}
    assert all(rests[a] >= rests[b] for a in up for b in rests if b not in up), "the largest remainders"


@pytest.mark.parametrize(
    ("percent", "amounts", "shares"),
    [
        (10, [1000, 2500], {0: 100, 1: 250}),  # yen: no decimals
        (15, [333, 333, 334], {0: 50, 1: 50, 2: 50}),  # cents: 150 of 1,000
        (10, [5], {}),  # 0.5 goes to the even 0
        (10, [15], {0: 2}),  # 1.5 goes to the even 2
        (33, [1, 1, 1], {0: 1}),  # 0.99, to the first of equals
        (50, [12345, 1], {0: 6173}),  # fils: three decimals
    ],
)
def test_examples_of_the_decision_page(percent: int, amounts: list[int], shares: dict[int, int]) -> None:
    lines = [Line(nth, "p", each) for nth, each in enumerate(amounts)]
    assert reduce("u_1", Terms("percent", percent=percent), lines, 500).by_line == shares


def test_a_voucher_holds_for_the_lines_of_its_products_and_of_their_variants() -> None:
    lines = (Line(0, "p_bowl", 100), Line(1, "p_red", 200), Line(2, "p_apron", 300))
    terms = Terms("percent", percent=50, products=("p_bowl", "p_shirt"))
    held = held_for(terms, lines, {"p_red": "p_shirt"})
    assert [line.nth for line in held] == [0, 1]
    wish = Wish("demo", ("v_ann",), "spring", lines, 0, "JPY")
    require_holds(replace(terms, minimum_minor=300, currency="JPY"), wish, held)
    for wrong, why in (
        (replace(terms, minimum_minor=301, currency="JPY"), "minimum"),
        (replace(terms, minimum_minor=1, currency="USD"), "currency"),
    ):
        assert why_of(require_holds, wrong, wish, held) == why
    assert why_of(require_holds, terms, wish, []) == "products"


def test_a_window_has_its_beginning_and_not_its_end() -> None:
    terms = Terms("free_shipping", starts_at=NOON, ends_at=NOON.replace(hour=13))
    require_open(terms, NOON)
    assert why_of(require_open, terms, NOON.replace(hour=11)) == "not_yet"
    assert why_of(require_open, terms, NOON.replace(hour=13)) == "over"


def test_uses_are_counted_in_all_and_by_person() -> None:
    terms = Terms("free_shipping", uses_max=2, once_per_person=True)
    require_unused(terms, Standing(1))
    assert why_of(require_unused, terms, Standing(2)) == "used_up"
    assert why_of(require_unused, terms, Standing(1, same_person=True)) == "used_by_you"


@pytest.mark.parametrize(
    "wrong",
    [
        Terms("percent"),
        Terms("percent", percent=101),
        Terms("percent", percent=10, amount_minor=5, currency="JPY"),
        Terms("amount", amount_minor=5),
        Terms("amount", currency="JPY"),
        Terms("free_shipping", currency="JPY"),
        Terms("free_shipping", minimum_minor=5),
        Terms("free_shipping", minimum_minor=5, currency="ZZZ"),
        Terms("free_shipping", audience="segment"),
        Terms("free_shipping", segment="new"),
        Terms("free_shipping", uses_max=0),
        Terms("free_shipping", starts_at=NOON, ends_at=NOON),
    ],
)
def test_terms_that_contradict_each_other_are_refused(wrong: Terms) -> None:
    with pytest.raises(RefusedError):
        check_terms(wrong)


def test_codes_are_compared_without_width_case_and_spaces() -> None:
    assert clean_code(" Ｓpring 10 ") == clean_code("SPRING10")
    with pytest.raises(RefusedError):
        clean_code("a b")


def why_of(rule: object, *given: object) -> str:
    with pytest.raises(RefusedError) as refused:
        rule(*given)  # type: ignore[operator]
    return str(refused.value.data["why"])
