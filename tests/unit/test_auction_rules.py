"""The price of an auction: a function of its bids in their order, compared with who would have raised by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.auctions.rules import (
    Auction,
    Bid,
    Standing,
    Step,
    Terms,
    after,
    bid_upon,
    check_terms,
    closed,
    end_of,
    least,
    opened,
    require_counts,
    reserve_met,
    split,
    standing_of,
)
from server.errors import RefusedError
from server.protocol.codes import Code
from tests.support.stage import NOON

TERMS = Terms("p_bowl", 1, 100, (Step(0, 10), Step(200, 25)), 60)
STEPS = st.lists(
    st.tuples(st.integers(1, 300), st.integers(0, 20)), max_size=4, unique_by=lambda each: each[0]
)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    size = draw(st.integers(1, 10))
    steps = [Step(0, size)]
    for at, more in sorted(draw(STEPS)):
        size += more
        steps.append(Step(at, size))
    start = draw(st.integers(1, 60))
    reserve = draw(st.none() | st.integers(start, 250))
    return check_terms(replace(TERMS, start_minor=start, steps=tuple(steps), reserve_minor=reserve))


BIDS = st.lists(st.builds(Bid, st.integers(1, 4), st.integers(1, 400)), max_size=25)


def counted(terms: Terms, bids: list[Bid]) -> list[Bid]:
    """Return those of the bids that count when each comes."""
    auction = running(terms)
    taken: list[Bid] = []
    for bid in bids:
        mine = max((each.max_minor for each in taken if each.bidder == bid.bidder), default=0)
        try:
            require_counts(auction, bid, mine)
        except RefusedError:
            continue
        auction = bid_upon(auction, bid, NOON)
        taken.append(bid)
    assert auction.standing == standing_of(terms, taken)
    return taken


def running(terms: Terms) -> Auction:
    return opened(Auction("au_1", "c", "s", terms, "JPY", "prepared", 1, NOON), NOON, "h_1")


def by_brute_force(terms: Terms, bids: list[Bid]) -> Standing:
    """Who leads and at which price, by looking at all bids anew: the farthest, the earlier of two, against the next after them.

    What counts is how far each went when somebody other than the leader last bid: nobody bids against themselves.
    """
    last = 0
    for nth in range(1, len(bids) + 1):
        if nth == 1 or bids[nth - 1].bidder != best(bids[: nth - 1])[0]:
            last = nth
    at_last, price = bids[:last], terms.start_minor
    leader, most = best(at_last)
    others = [bid.max_minor for bid in at_last if bid.bidder != leader]
    if others:
        second = max(others)
        step = [each.step_minor for each in terms.steps if each.from_minor <= second][-1]
        price = min(most, second + step)
    most = best(bids)[1]
    if terms.reserve_minor is not None and most >= terms.reserve_minor:
        price = max(price, terms.reserve_minor)
    return Standing(leader, most, price)


def best(bids: list[Bid]) -> tuple[int, int]:
    """Return who goes farthest, the earlier of two, and how far."""
    most = max(bid.max_minor for bid in bids)
    return next(bid.bidder for bid in bids if bid.max_minor == most), most


@given(terms(), BIDS)
def test_raising_for_a_bidder_ends_as_comparing_all_bids_does(terms: Terms, bids: list[Bid]) -> None:
    taken = counted(terms, bids)
    for nth in range(1, len(taken) + 1):
        assert standing_of(terms, taken[:nth]) == by_brute_force(terms, taken[:nth])


@given(terms(), BIDS)
def test_the_price_never_falls_and_never_passes_what_its_leader_said(terms: Terms, bids: list[Bid]) -> None:
    standing, said = Standing(), dict[int, int]()
    for bid in counted(terms, bids):
        said[bid.bidder] = bid.max_minor
        now = after(terms, standing, bid)
        assert now.leader is not None
        assert now.price_minor is not None
        assert (standing.price_minor or 0) <= now.price_minor <= said[now.leader] == now.max_minor
        if now.leader == bid.bidder == standing.leader and now.price_minor != standing.price_minor:
            assert now.price_minor == terms.reserve_minor, "nobody bids against themselves"
        assert least(terms, now) > now.price_minor
        standing = now


@given(terms(), BIDS)
def test_who_comes_next_pays_no_more_than_the_winner_who_did_not_pay(terms: Terms, bids: list[Bid]) -> None:
    taken = counted(terms, bids)
    won = standing_of(terms, taken)
    second = standing_of(terms, taken, without={won.leader or 0})
    rest = [bid for bid in taken if bid.bidder != won.leader]
    if not rest:
        assert second == Standing()
        return
    assert second.price_minor is not None
    assert won.price_minor is not None
    assert second == by_brute_force(terms, rest), "as if the winner had never bid"
    assert second.price_minor <= won.price_minor


@given(st.integers(1, 10**9), st.integers(1, 99))
def test_a_lots_units_add_up_to_its_price(amount: int, quantity: int) -> None:
    parts = split(amount, quantity)
    assert sum(units * price for units, price in parts) == amount
    assert sum(units for units, _ in parts) == quantity


def test_a_bid_that_is_too_low_says_what_counts() -> None:
    auction = running(TERMS)
    for bids, bid, code, told in (
        ([], Bid(1, 99), Code.OUTBID, {"least": 100, "currency": "JPY"}),
        ([Bid(1, 150)], Bid(2, 109), Code.OUTBID, {"least": 110, "price": 100, "currency": "JPY"}),
        ([Bid(1, 150)], Bid(1, 150), Code.ALREADY_LEADING, {"max": 150, "price": 100}),
    ):
        stands = replace(auction, standing=standing_of(TERMS, bids))
        with pytest.raises(RefusedError) as refused:
            require_counts(stands, bid, 150)
        assert (refused.value.code, refused.value.data) == (code, told)


@pytest.mark.parametrize(
    ("at", "bidder", "terms", "ends", "extensions"),
    [
        (49, 2, TERMS, 60, 0),
        (50, 2, TERMS, 60, 0),
        (51, 2, TERMS, 61, 1),
        (59.9, 2, TERMS, 69.9, 1),
        (59.9, 1, TERMS, 60, 0),  # the leader's own raise
        (59.9, 2, replace(TERMS, extensions_max=0), 60, 0),
        (59.9, 2, replace(TERMS, extend_within_seconds=30, extend_by_seconds=45), 104.9, 1),
        (59.9, 2, replace(TERMS, sudden_death_minor=1000), 60, 0),
        (30, 2, replace(TERMS, sudden_death_minor=500), 30, 0),
    ],
)
def test_a_bid_in_the_last_seconds_moves_the_end_as_the_terms_say(
    at: float, bidder: int, terms: Terms, ends: float, extensions: int
) -> None:
    auction = bid_upon(running(terms), Bid(1, 120), NOON)
    moved = bid_upon(auction, Bid(bidder, 500), NOON + timedelta(seconds=at))
    assert moved.ends_at == NOON + timedelta(seconds=ends)
    assert moved.extensions == extensions


def test_the_end_moves_only_so_often() -> None:
    auction = running(replace(TERMS, extensions_max=2))
    for nth in range(1, 6):
        assert auction.ends_at is not None
        auction = bid_upon(auction, Bid(nth, nth * 100), auction.ends_at - timedelta(seconds=1))
    assert (auction.extensions, auction.ends_at) == (2, NOON + timedelta(seconds=78))


def test_who_first_reaches_the_price_of_sudden_death_wins_at_it() -> None:
    terms = replace(TERMS, sudden_death_minor=300)
    assert standing_of(terms, [Bid(1, 250), Bid(2, 900)]) == Standing(2, 900, 300)
    assert standing_of(terms, [Bid(1, 299), Bid(2, 260)]).price_minor == 285


@pytest.mark.parametrize(
    ("bids", "met", "why"),
    [([], False, "no_bids"), ([Bid(1, 299)], False, "reserve"), ([Bid(1, 299), Bid(2, 300)], True, "sold")],
)
def test_below_the_reserve_nothing_is_sold(bids: list[Bid], met: bool, why: str) -> None:
    terms = replace(TERMS, reserve_minor=300)
    auction = replace(running(terms), standing=standing_of(terms, bids))
    assert (reserve_met(terms, auction.standing), end_of(auction)) == (met, why)
    assert closed(auction, NOON, end_of(auction)).state == "closed"


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"quantity": 0}, "quantity"),
        ({"start_minor": 0}, "start"),
        ({"seconds": 9}, "seconds"),
        ({"reserve_minor": 99}, "reserve"),
        ({"sudden_death_minor": 100}, "sudden_death"),
        ({"reserve_minor": 300, "sudden_death_minor": 299}, "sudden_death"),
        ({"extend_within_seconds": 0}, "extend_within"),
        ({"extend_by_seconds": 301}, "extend_by"),
        ({"extensions_max": 101}, "extensions_max"),
        ({"steps": ()}, "steps"),
        ({"steps": (Step(1, 1),)}, "steps"),
        ({"steps": (Step(0, 0),)}, "steps"),
        ({"steps": (Step(0, 5), Step(0, 6))}, "steps"),
        ({"steps": (Step(0, 5), Step(9, 4))}, "steps"),
    ],
)
def test_terms_that_no_auction_may_have_name_their_field(change: dict[str, object], at: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check_terms(replace(TERMS, **change))  # type: ignore[arg-type]
    assert refused.value.data["at"] == at
