"""The rules of holds: all lines or none, combined demand, time that is never prolonged, and units that move and stay on hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from server.catalogue.rules import Stocked
from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.allowances import NO_LIMITS, Allowances, GuestStanding, Limits
from server.shop.hold_rules import Hold, StockBook, Wanted, WantedLine, move_units
from server.shop.placing import Placing

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
APRON = Stocked("p_apron", 1000, "JPY", stock=10, sold=0)
BOWL = Stocked("p_bowl", 2500, "JPY", stock=2, sold=7)
Line = tuple[str, int]


class Counter:
    """A show's counter, one batch after the other, at a time that stands still until it is moved."""

    def __init__(self, *products: Stocked, limits: Limits = NO_LIMITS, **guests: GuestStanding) -> None:
        self.book = StockBook(products or (APRON, BOWL))
        self.allowances = Allowances(limits, people={"v_guest": "v_known"}, taken=[], guests=guests)
        self.holds: list[Hold] = []
        self.now = NOON
        self.ids = (f"h_{n}" for n in count(1))

    def place(self, wanted: Wanted, *, live: bool = True, show: str = "demo") -> Hold | RefusedError:
        placing = Placing(
            show,
            "demo",
            self.now,
            sells=live,
            seconds=300,
            book=self.book,
            earlier=self.holds,
            allowances=self.allowances,
            new_id=lambda: next(self.ids),
        )
        (answer,) = placing.serve([wanted])
        self.holds += placing.placed
        return answer


def want(viewer: str, *lines: Line, key: str = "key-0001", guest: bool = False) -> Wanted:
    return Wanted(viewer, key, tuple(WantedLine(id, n) for id, n in lines), guest=guest)


def placed(answer: Hold | RefusedError) -> Hold:
    assert isinstance(answer, Hold), answer
    return answer


def refusal(answer: Hold | RefusedError) -> RefusedError:
    assert isinstance(answer, RefusedError), answer
    return answer


@pytest.mark.parametrize(
    ("kind", "after"), [("confirm", (7, 0, 3)), ("release", (10, 0, 0)), ("expire", (10, 0, 0))]
)
def test_units_move_and_what_is_on_hand_stays(kind: str, after: tuple[int, int, int]) -> None:
    held = move_units(APRON, "place", 3)
    moved = move_units(held, kind, 3)  # type: ignore[arg-type]
    assert (held.stock, held.held, held.sold, held.moves) == (7, 3, 0, 1)
    assert ((moved.stock, moved.held, moved.sold), moved.moves) == (after, 2)


def test_all_lines_are_set_aside_or_none() -> None:
    counter = Counter()
    refused = refusal(counter.place(want("v_1", ("p_apron", 1), ("p_bowl", 3))))
    assert (refused.code, refused.data) == (Code.SOLD_OUT, {"stock": 2, "product": "p_bowl"})
    assert counter.book.changed == []
    hold = placed(counter.place(want("v_1", ("p_apron", 1), ("p_bowl", 2))))
    assert (hold.amount_minor, hold.expires_at) == (6000, NOON + timedelta(minutes=5))


def test_two_lines_of_one_product_are_one_demand() -> None:
    counter = Counter()
    assert refusal(counter.place(want("v_1", ("p_bowl", 1), ("p_bowl", 2)))).code is Code.SOLD_OUT
    placed(counter.place(want("v_1", ("p_bowl", 1), ("p_bowl", 1))))
    assert [(move.quantity, move.after.stock) for move in counter.book.moves] == [(2, 0)]


def test_a_repeat_gets_the_first_hold_with_the_time_that_it_had() -> None:
    counter = Counter()
    first = placed(counter.place(want("v_1", ("p_apron", 1))))
    counter.now += timedelta(minutes=4)
    again = placed(counter.place(want("v_1", ("p_apron", 1))))
    assert (again, again.repeated) == (first, True)
    for other in (want("v_1", ("p_apron", 2)), want("v_1", ("p_apron", 1), ("p_bowl", 1))):
        assert refusal(counter.place(other)).code is Code.KEY_REUSED
    assert refusal(counter.place(want("v_1", ("p_apron", 1)), show="other")).code is Code.KEY_REUSED


def test_another_hold_of_the_same_product_leaves_the_first_one_its_time() -> None:
    counter = Counter()
    first = placed(counter.place(want("v_1", ("p_apron", 1))))
    counter.now += timedelta(minutes=4)
    second = placed(counter.place(want("v_1", ("p_apron", 1), key="key-0002")))
    assert counter.holds[0].expires_at == first.expires_at
    assert second.expires_at - first.expires_at == timedelta(minutes=4)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (want("v_1", ("p_none", 1)), Code.NOT_FOUND),
        (want("v_1", ("p_away", 1)), Code.NOT_FOUND),
        (want("v_1", ("p_heading", 1)), Code.INVALID),
        (want("v_1", ("p_apron", 1), ("p_euro", 1)), Code.INVALID),
        (Wanted("v_1", "key-0001", (WantedLine("p_apron", 1, 999),)), Code.PRICE_CHANGED),
        (Wanted("v_1", "key-0001", (WantedLine("p_apron", 1, None, "f_none"),)), Code.NOT_FOUND),
    ],
)
def test_what_the_show_does_not_sell_like_this_is_not_set_aside(wanted: Wanted, code: Code) -> None:
    others = (
        replace(APRON, id="p_away", on_sale=False),
        replace(APRON, id="p_heading", heading=True),
        replace(APRON, id="p_euro", currency="EUR"),
    )
    counter = Counter(APRON, *others)
    assert refusal(counter.place(wanted)).code is code
    assert counter.book.moves == []


def test_one_person_has_one_allowance_by_all_of_their_ids() -> None:
    counter = Counter(limits=Limits(4))
    placed(counter.place(want("v_guest", ("p_apron", 3))))
    refused = refusal(counter.place(want("v_known", ("p_apron", 2))))
    assert (refused.code, refused.data) == (Code.TOO_MANY, {"limit": 4, "left": 1, "product": "p_apron"})
    placed(counter.place(want("v_known", ("p_apron", 1), ("p_bowl", 2))))


def test_a_guest_holds_one_unit_or_as_many_as_they_have_paid_for() -> None:
    counter = Counter(limits=Limits(10, guests=True), v_old=GuestStanding(paid=3, held=1))
    refused = refusal(counter.place(want("v_new", ("p_apron", 1), ("p_bowl", 1), guest=True)))
    assert (refused.code, refused.data) == (Code.TOO_MANY, {"limit": 1, "left": 1, "guest": True})
    placed(counter.place(want("v_new", ("p_apron", 1), guest=True)))
    assert refusal(counter.place(want("v_new", ("p_bowl", 1), key="key-2", guest=True))).data["left"] == 0
    placed(counter.place(want("v_old", ("p_apron", 2), guest=True)))
    placed(counter.place(want("v_named", ("p_apron", 5))))
