"""What becomes of a payment does not depend on the order of its events, nor on how often each comes."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain, product

import pytest

from server.payments.rules import KINDS, STATES, Deed, Kind, State, owed, step

TOLD: tuple[Kind, ...] = ("pending", "authorized", "succeeded", "failed", "refunded")
"""What a provider's webhooks tell; `failed` also stands for expired and cancelled there."""
SIX = 6


def walk(kinds: Iterable[Kind], *, units: bool, state: State = "created") -> tuple[State, Counter[Deed]]:
    """Apply events as the service does: an order that cannot be made is told at once, a refund is answered, twice."""
    deeds: Counter[Deed] = Counter()
    for kind in kinds:
        taken = step(state, kind)
        state = taken.state
        deeds[taken.deed] += 1
        if taken.deed == "confirm" and not units:
            deeds["confirm"] -= 1
            taken = step(state, "unfillable")
            state = taken.state
            deeds[taken.deed] += 1
        if taken.deed == "refund":
            for answer in ("refunded", "refunded"):
                again = step(state, answer)
                assert again.deed == "none"
                state = again.state
    for other in ("none", "capture", "void"):
        del deeds[other]
    return state, +deeds


@pytest.mark.parametrize("units", [True, False])
@pytest.mark.parametrize("begins", ["created", "cancelled", "failed"])
def test_all_orders_and_repetitions_of_six_events_end_alike(begins: State, units: bool) -> None:
    by_set: dict[frozenset[Kind], tuple[State, Counter[Deed]]] = {}
    for order in chain.from_iterable(product(TOLD, repeat=n) for n in range(1, SIX + 1)):
        end = walk(order, units=units, state=begins)
        assert by_set.setdefault(frozenset(order), end) == end, order
        assert end[1].total() == ("succeeded" in order), (
            order,
            "one order or one refund for money that came",
        )


def test_every_pair_of_state_and_event_has_an_answer_and_no_state_falls() -> None:
    for state, kind in product(STATES, KINDS):
        after = step(state, kind)
        assert STATES.index(after.state) >= STATES.index(state), (state, kind)
        assert step(after.state, kind).state == after.state, "the same event again changes nothing"


def test_expired_after_the_order_was_made_changes_nothing() -> None:
    assert step("captured", "failed").state == "captured"
    assert step("captured", "given_up").state == "captured"


def test_money_that_comes_after_the_buyer_gave_up_goes_back_once() -> None:
    end, deeds = walk(["given_up", "succeeded", "succeeded", "refunded", "succeeded"], units=True)
    assert (end, deeds) == ("refunded", {"refund": 1})


def test_money_that_comes_late_is_an_order_where_units_allow() -> None:
    assert walk(["failed", "succeeded"], units=True) == ("captured", {"confirm": 1})
    assert walk(["failed", "succeeded"], units=False) == ("refunded", {"refund": 1})


def test_money_set_aside_for_a_payment_that_has_ended_is_let_go() -> None:
    assert {step(state, "authorized").deed for state in ("failed", "cancelled")} == {"void"}


def test_what_is_owed_follows_from_the_state_alone() -> None:
    assert [owed(state) for state in STATES if owed(state) != "none"] == ["capture", "refund"]
