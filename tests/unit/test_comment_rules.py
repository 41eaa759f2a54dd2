"""Which of many comments are shown, and what may become of one."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.comments.rules import (
    EDGES,
    STAFF,
    VIEWERS,
    Approve,
    Comment,
    Move,
    Remove,
    Stream,
    Undo,
    Wish,
    Withdraw,
    admit,
    carry_out,
    in_turn,
    place,
    why_closed,
)
from server.protocol.commented import CommentState

WISHES = st.lists(
    st.builds(
        Wish,
        viewer_id=st.sampled_from("abcdefgh"),
        open=st.booleans(),
        staff=st.integers(0, 9).map(lambda n: n == 0),
    ),
    max_size=60,
)
BATCHES = st.lists(st.tuples(st.integers(0, 3_000), WISHES), max_size=12)


def play(batches: list[tuple[int, list[Wish]]]) -> list[tuple[int, Wish, int | None, int | None]]:
    """Return each comment with its moment in milliseconds and the places that it got."""
    stream, now, told = Stream(), 1_000_000, []
    for pause, wishes in batches:
        now += pause
        placed, stream = place(stream, now, wishes)
        told += [(now, wish, *each) for wish, each in zip(wishes, placed, strict=True)]
        assert stream.written == sum(wish.open for _, wish, _, _ in told)
        assert (stream.shown, stream.told) == (_count(told, 2), _count(told, 3))
    return told


def _count(told: list[tuple[int, Wish, int | None, int | None]], column: int) -> int:
    return sum(each[column] is not None for each in told)


@given(BATCHES)
def test_places_are_consecutive_in_the_order_of_writing(batches: list[tuple[int, list[Wish]]]) -> None:
    told = play(batches)
    for column in (2, 3):
        places = [each[column] for each in told if each[column] is not None]
        assert places == list(range(1, len(places) + 1))


@given(BATCHES)
def test_the_host_s_side_is_always_shown_and_what_is_not_open_never(
    batches: list[tuple[int, list[Wish]]],
) -> None:
    for _, wish, shown, told in play(batches):
        if not wish.open:
            assert shown is None
        elif wish.staff:
            assert shown is not None
        if shown is not None or wish.staff:
            assert told is not None


@given(BATCHES)
def test_no_window_holds_more_than_the_burst_and_so_many_a_second(
    batches: list[tuple[int, list[Wish]]],
) -> None:
    played = play(batches)
    shown = [now for now, wish, seen, _ in played if seen is not None and not wish.staff]
    more = [now for now, wish, seen, told in played if seen is None and told is not None and not wish.staff]
    for moments, allowance in ((shown, VIEWERS), (more, STAFF)):
        for first in range(len(moments)):
            for last in range(first, len(moments)):
                seconds = (moments[last] - moments[first]) / 1000
                assert last - first + 1 <= allowance.burst + seconds * allowance.per_second


@given(BATCHES)
def test_nothing_is_left_out_while_the_allowance_is_not_spent(batches: list[tuple[int, list[Wish]]]) -> None:
    """Whoever is left out was so since all of the burst, or what has come back of it, was used in the seconds before."""
    told = play(batches)
    for now, wish, shown, _ in told:
        if wish.open and shown is None:
            within = VIEWERS.burst * VIEWERS.apart_ms
            recent = [
                at
                for at, other, p, _ in told
                if p is not None and not other.staff and now - within <= at <= now
            ]
            assert len(recent) >= VIEWERS.burst - within // VIEWERS.apart_ms + 1


def test_at_five_hundred_a_second_ten_a_second_are_shown_and_staff_are_told_of_fifty() -> None:
    stream = Stream()
    for tick in range(40):
        wishes = [Wish(f"v_{tick}_{n}", open=True, staff=False) for n in range(125)]
        _, stream = place(stream, 1_000_000 + tick * 250, wishes)
    # Ten seconds, and the burst of the quiet time before them.
    assert (stream.written, stream.shown, stream.told) == (5_000, 20 + 97, 20 + 97 + 80 + 390)


@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_everybody_s_first_comes_before_anybody_s_second(writers: list[str]) -> None:
    turns = in_turn(writers)
    assert sorted(turns) == list(range(len(writers)))
    nth = [writers[:index].count(writers[index]) for index in range(len(writers))]
    for before, after in pairwise(turns):
        assert (nth[before], before) < (nth[after], after)


def test_one_who_floods_leaves_the_others_their_place() -> None:
    flood = [Wish("v_flood", open=True, staff=False)] * 60
    others = [Wish(f"v_{n}", open=True, staff=False) for n in range(10)]
    placed, _ = place(Stream(), 1_000_000, [*flood, *others])
    assert all(each.place is not None for each in placed[60:])
    assert sum(each.place is not None for each in placed[:60]) == VIEWERS.burst - 10


def comment(state: CommentState, **others: object) -> Comment:
    at = datetime(2026, 11, 27, tzinfo=UTC)
    fields = {"id": "cm_1", "show_id": "s", "viewer_id": "v", "author": "Aki", "role": "viewer", "text": "❤"}
    return Comment(**fields, state=state, at=at, **others)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", get_args(CommentState))
@pytest.mark.parametrize("move", [Approve(), Remove("spam"), Undo(), Withdraw()])
def test_a_move_follows_the_table_of_edges_and_counts_a_version(state: CommentState, move: Move) -> None:
    before = comment(state, version=3)
    after = carry_out(move, before, "Mika")
    leads_to = EDGES[type(move)].get(state)
    assert (after and after.state) == leads_to
    if after is not None:
        assert (after.version, after.moderated_by) == (4, "Mika")
    assert carry_out(move, before, "Mika", version=2) is None


def test_a_removal_is_undone_to_what_was_before_it_and_an_approval_too() -> None:
    held = comment("held")
    approved = carry_out(Approve(), held, "Mika")
    assert approved is not None
    removed = carry_out(Remove("rude"), approved, "Mika")
    assert removed is not None
    back = carry_out(Undo(), removed, "Mika")
    assert back is not None
    assert (back.state, back.reason, carry_out(Undo(), back, "Mika")) == ("open", None, None)
    again = carry_out(Undo(), approved, "Mika")
    assert again is not None
    assert again.state == "held"


def test_whoever_approves_what_stands_in_a_shadow_lifts_it() -> None:
    lifted = carry_out(Approve(), comment("open", shadow=True), "Mika")
    assert lifted is not None
    assert (lifted.state, lifted.shadow) == ("open", False)
    assert carry_out(Approve(), lifted, "Mika") is None


def test_what_is_approved_is_shown_whatever_the_allowance_and_counted_once() -> None:
    spent = Stream(written=9, shown=5, told=7, whole_ms=2**40)
    once, stream = admit(spent, comment("open", staff_place=3))
    assert (once.place, once.staff_place, stream.written, stream.shown, stream.told) == (6, 3, 10, 6, 7)
    assert admit(stream, once) == (once, stream)


@pytest.mark.parametrize(
    ("setting", "known", "staff", "why"),
    [
        ("on", False, False, None),
        ("known", True, False, None),
        ("known", False, False, "known"),
        ("off", True, False, "off"),
        ("off", False, True, None),
    ],
)
def test_a_setting_keeps_from_commenting_whom_it_is_not_for(
    setting: str, known: bool, staff: bool, why: str | None
) -> None:
    assert why_closed(setting, known=known, staff=staff) == why  # type: ignore[arg-type]
