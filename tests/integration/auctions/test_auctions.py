"""Auctions from their start to whoever buys the lot, and back: every unit is free, held or sold at each step."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.auctions.book import Taken, Wanted
from server.auctions.proof import read_proof
from server.auctions.rules import Step, Terms
from server.auctions.service import Seen
from server.errors import RefusedError
from server.http.versions import ANY_VERSION
from server.journal.intents import Intent, intent_of
from server.protocol.codes import Code
from server.shop.allowances import Limits
from server.shop.hold_rules import Hold
from server.shop.stocktaking import take_stock
from tests.support.numbers import numbers_in
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import (
    AUCTION_HOLD_SECONDS,
    CHANNEL,
    ELSEWHERE,
    HOST,
    NOON,
    SHOW,
    Stage,
    open_stage,
    refused,
)

BOWL = Terms("p_bowl", 1, 100, (Step(0, 10), Step(500, 50)), 60)


async def started(stage: Stage, terms: Terms = BOWL, *, show: str = SHOW) -> str:
    made = await stage.auctions.prepare(show, CHANNEL, HOST, terms)
    await stage.auctions.start(show, HOST, made.id)
    return made.id


def intent(viewer: str, *asked: Any, key: str = "") -> Intent:
    made = intent_of(viewer, key or f"key-{asked}-{viewer}", *asked)
    assert made is not None
    return made


async def bid(stage: Stage, auction: str, viewer: str, most: int, *, key: str = "", **others: Any) -> Taken:
    wanted = Wanted(auction, viewer, most, name=viewer.title(), **others)
    return await stage.auctions.bid(SHOW, wanted, intent=intent(viewer, auction, most, key=key))


async def standing(stage: Stage, auction: str) -> Seen:
    return await stage.auctions.find(auction, CHANNEL)


async def end(stage: Stage, auction: str) -> Seen:
    """Let the auction's time pass, and have it closed."""
    ends_at = (await standing(stage, auction)).auction.ends_at
    assert ends_at is not None
    stage.clock.at = max(stage.clock.at, ends_at)
    await stage.auctions.settle()
    return await standing(stage, auction)


async def own_hold(stage: Stage, viewer: str, show: str = SHOW) -> Hold:
    (hold,) = await stage.holds.list_own(show, viewer)
    return hold


async def pay(stage: Stage, hold: Hold) -> Any:
    async def confirm(tx: Any, ids: Any) -> Any:
        return [await stage.holds.confirm_in(tx, id, "pay_1") for id in ids]

    return await stage.journal.commit(hold.show_id, confirm, hold.id)


async def bowls(stage: Stage) -> tuple[int, int, int]:
    """Return what is free, held and sold of the bowl, once everything agrees with everything."""
    async with stage.database.read() as connection:
        assert await take_stock(connection) == []
    return (await stage.held())["p_bowl"]


async def test_a_lot_is_set_aside_bid_upon_won_and_paid(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    auction = await started(stage)
    assert await bowls(stage) == (2, 1, 0)
    first = await bid(stage, auction, "v_ann", 300)
    assert (first.bidder, first.leading, first.price, first.least) == (1, True, 100, 110)
    second = await bid(stage, auction, "v_ben", 200)
    assert (second.bidder, second.leading, second.price, second.least) == (2, False, 210, 220)
    third = await bid(stage, auction, "v_ben", 700)
    assert (third.bidder, third.leading, third.price, third.least) == (2, True, 310, 320)
    with refused(Code.OUTBID) as outbid:
        await bid(stage, auction, "v_cat", 319)
    assert outbid.value.data == {"price": 310, "least": 320, "currency": "JPY"}
    with refused(Code.ALREADY_LEADING):
        await bid(stage, auction, "v_ben", 700, key="key-once-more")
    assert (await bid(stage, auction, "v_ben", 800)).price == 310, "nobody bids against themselves"
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    stage.told.clear()
    seen = await end(stage, auction)
    assert (seen.auction.closed_why, seen.auction.standing.price_minor) == ("sold", 310)
    assert [(each.nth, each.bidder, each.price_minor, each.state) for each in seen.awards] == [
        (1, 2, 310, "placed")
    ]
    assert await bowls(stage) == (2, 1, 0)
    hold = await own_hold(stage, "v_ben")
    assert (hold.amount_minor, hold.expires_at) == (
        310,
        stage.clock.at + timedelta(seconds=AUCTION_HOLD_SECONDS),
    )
    (told,) = [(viewer, line["hold"]) for viewer, line in stage.told if line["type"] == "hold.changed"]
    assert (told[0], told[1]["auction"], told[1]["amount"]) == ("v_ben", auction, 310)
    with refused(Code.AUCTION_CLOSED):
        await bid(stage, auction, "v_cat", 9_000)
    (order,) = await pay(stage, hold)
    assert (order.viewer_id, order.amount_minor) == ("v_ben", 310)
    assert await bowls(stage) == (2, 0, 1)
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    said = [push for push in public if push["type"].startswith("auction.")]
    assert [push["type"] for push in said] == ["auction.opened", *["auction.bid"] * 4, "auction.closed"]
    assert 700 not in numbers_in(said), "how far somebody goes is nobody's to know"
    assert (said[-1]["why"], said[-1]["price"], said[-1]["leader"]) == ("sold", 310, 2)
    actions = [row.action for row in await stage.audits()]
    assert actions == ["auction.prepare", "auction.start"]


async def test_a_bid_with_its_key_again_gets_the_first_answer(stage: Stage) -> None:
    auction = await started(stage)
    first = await bid(stage, auction, "v_ann", 300, key="key-of-ann")
    await bid(stage, auction, "v_ben", 400)
    assert await bid(stage, auction, "v_ann", 300, key="key-of-ann") == first
    wanted = Wanted(auction, "v_ann", 500)
    with refused(Code.KEY_REUSED):
        await stage.auctions.bid(SHOW, wanted, intent=intent("v_ann", auction, 500, key="key-of-ann"))
    assert (await standing(stage, auction)).auction.bids == 2


async def test_bids_that_come_together_are_told_as_one(stage: Stage, second: Stage) -> None:
    auction = await started(stage)
    old = await see(stage.database, SHOW)

    async def one(nth: int) -> Any:
        return await bid((stage, second)[nth % 2], auction, f"v_{nth % 50}", 100 + 7 * nth)

    answers = await asyncio.gather(*(one(nth) for nth in range(400)), return_exceptions=True)
    kinds = Counter(each.code if isinstance(each, RefusedError) else "taken" for each in answers)
    assert set(kinds) <= {"taken", Code.OUTBID, Code.ALREADY_LEADING}, kinds
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    told = [push for push in public if push["type"] == "auction.bid"]
    assert told == sorted(told, key=lambda push: push["price"])
    assert 0 < len(told) < kinds["taken"]
    assert told[-1]["bids"] == kinds["taken"]
    seen = await standing(stage, auction)
    assert [each.number for each in seen.bidders] == list(range(1, len(seen.bidders) + 1))
    assert seen.auction.standing.max_minor == max(each.max for each in answers if isinstance(each, Taken))


async def test_at_the_end_by_the_servers_clock_no_bid_counts_though_nobody_has_looked(stage: Stage) -> None:
    auction = await started(stage, replace(BOWL, extensions_max=1))
    await bid(stage, auction, "v_ann", 300)
    stage.tick(59.9)
    assert (await bid(stage, auction, "v_ben", 400)).ends_at == "2026-11-22T12:01:09.900Z"
    stage.tick(10)
    with refused(Code.AUCTION_CLOSED):
        await bid(stage, auction, "v_ann", 900)
    with refused(Code.AUCTION_CLOSED):
        await stage.auctions.cancel(SHOW, HOST, auction, "The hammer has fallen already")
    assert (await standing(stage, auction)).auction.state == "running", "nobody has looked"
    assert await bowls(stage) == (2, 1, 0)
    assert (await end(stage, auction)).awards[0].bidder == 2


async def test_the_first_bid_that_reaches_the_price_of_sudden_death_ends_it(stage: Stage) -> None:
    auction = await started(stage, replace(BOWL, sudden_death_minor=1_000))
    await bid(stage, auction, "v_ann", 900)
    won = await bid(stage, auction, "v_ben", 5_000)
    assert (won.leading, won.price) == (True, 1_000)
    with refused(Code.AUCTION_CLOSED):
        await bid(stage, auction, "v_ann", 6_000)
    await stage.auctions.settle()
    assert (await own_hold(stage, "v_ben")).amount_minor == 1_000


async def test_what_nobody_wins_goes_back(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    unwanted = await started(stage)
    assert (await end(stage, unwanted)).auction.closed_why == "no_bids"
    assert await bowls(stage) == (3, 0, 0)
    reserved = await started(stage, replace(BOWL, reserve_minor=500))
    assert (await bid(stage, reserved, "v_ann", 499)).price == 100
    assert (await end(stage, reserved)).auction.closed_why == "reserve"
    assert await bowls(stage) == (3, 0, 0)
    cancelled = await started(stage)
    await bid(stage, cancelled, "v_ann", 499)
    assert await stage.auctions.cancel(SHOW, HOST, cancelled, " The bowl broke ") == "closed"
    assert await stage.auctions.cancel(SHOW, HOST, cancelled, "Again") == "closed"
    assert await bowls(stage) == (3, 0, 0)
    assert await stage.holds.list_own(SHOW, "v_ann") == []
    ended = await started(stage)
    await bid(stage, ended, "v_ann", 499)
    await stage.shows.end(SHOW, HOST)
    assert (await standing(stage, ended)).auction.closed_why == "show_ended"
    assert await bowls(stage) == (3, 0, 0)
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    closed = [push for push in public if push["type"] == "auction.closed"]
    assert [push["why"] for push in closed] == ["no_bids", "reserve", "cancelled", "show_ended"]
    assert closed[2]["reason"] == "The bowl broke"
    assert 499 not in numbers_in(closed)


async def test_an_auction_whose_time_is_over_when_its_show_ends_has_its_winner(stage: Stage) -> None:
    auction = await started(stage)
    await bid(stage, auction, "v_ann", 300)
    stage.tick(60)
    await stage.shows.end(SHOW, HOST)
    assert (await standing(stage, auction)).auction.closed_why == "sold"
    assert (await own_hold(stage, "v_ann")).amount_minor == 100


@pytest.mark.parametrize("how", ["time", "given up"])
async def test_what_its_winner_does_not_pay_goes_to_the_runner_up_at_their_price_and_then_back(
    stage: Stage, how: str
) -> None:
    auction = await started(stage)
    for viewer, most in (("v_ann", 300), ("v_ben", 400), ("v_cat", 600)):
        await bid(stage, auction, viewer, most)
    await end(stage, auction)
    won = await own_hold(stage, "v_cat")
    assert won.amount_minor == 410
    if how == "time":
        stage.tick(AUCTION_HOLD_SECONDS)
        await stage.holds.let_lapsed_go()
    else:
        await stage.holds.release(SHOW, won.id, "v_cat")
    second = await own_hold(stage, "v_ben")
    assert (second.amount_minor, second.state) == (310, "placed"), "as if the winner had never bid"
    assert await bowls(stage) == (2, 1, 0)
    with refused(Code.HOLD_ENDED):
        await pay(stage, won)
    assert [each.state for each in (await standing(stage, auction)).awards] == [
        "expired" if how == "time" else "released",
        "placed",
    ]
    stage.tick(AUCTION_HOLD_SECONDS)
    await stage.hold("v_dan", ("p_bowl", 3))
    assert await stage.holds.list_own(SHOW, "v_ann") == [], "each at most once"
    assert await bowls(stage) == (0, 3, 0)
    blocked = await stage.auctions.list_blocks(CHANNEL)
    assert [(each.viewer_id, each.name, each.price_minor) for each in blocked] == [("v_cat", "V_Cat", 410)]


async def test_while_the_winner_pays_nobody_else_is_served(stage: Stage) -> None:
    auction = await started(stage)
    await bid(stage, auction, "v_ann", 300)
    await bid(stage, auction, "v_ben", 400)
    await end(stage, auction)
    won = await own_hold(stage, "v_ben")

    async def begin(tx: Any, holds: Any) -> Any:
        return [await stage.holds.begin_paying(tx, holds)]

    await stage.journal.commit(SHOW, begin, won.id)
    stage.tick(AUCTION_HOLD_SECONDS * 2)
    await stage.holds.let_lapsed_go()
    assert await stage.holds.list_own(SHOW, "v_ann") == []
    await pay(stage, won)
    assert await bowls(stage) == (2, 0, 1)
    assert await stage.auctions.list_blocks(CHANNEL) == []


async def test_a_lapsed_lot_is_passed_on_before_a_buyer_in_another_show_finds_it(stage: Stage) -> None:
    await stage.add_show("late")
    auction = await started(stage)
    await bid(stage, auction, "v_ann", 300)
    await bid(stage, auction, "v_ben", 400)
    await end(stage, auction)
    stage.tick(AUCTION_HOLD_SECONDS)
    with refused(Code.SOLD_OUT):
        await stage.buy("v_dan", "p_bowl", quantity=3, show="late")
    await stage.buy("v_dan", "p_bowl", quantity=2, show="late")
    assert (await own_hold(stage, "v_ann")).state == "placed"
    assert await bowls(stage) == (0, 1, 2)


async def test_below_the_reserve_there_is_no_runner_up(stage: Stage) -> None:
    auction = await started(stage, replace(BOWL, reserve_minor=350))
    await bid(stage, auction, "v_ann", 300)
    await bid(stage, auction, "v_ben", 400)
    assert (await end(stage, auction)).auction.standing.price_minor == 350
    stage.tick(AUCTION_HOLD_SECONDS)
    await stage.holds.let_lapsed_go()
    assert await stage.holds.list_own(SHOW, "v_ann") == []
    assert await bowls(stage) == (3, 0, 0)


async def test_a_winner_who_did_not_pay_bids_no_more_until_then_or_until_staff_lift_it(stage: Stage) -> None:
    auction = await started(stage)
    await bid(stage, auction, "v_ann", 300)
    await end(stage, auction)
    stage.tick(AUCTION_HOLD_SECONDS)
    await stage.holds.let_lapsed_go()
    again = await started(stage)
    with refused(Code.BIDDING_BLOCKED) as blocked:
        await bid(stage, again, "v_ann", 300)
    assert blocked.value.data == {"until": "2026-12-22T12:11:00.000Z"}
    async with stage.database.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO viewer_alias (id, show_id, raw, canonical, at)"
                " VALUES ('va_1', 'late', 'v_ann', 'v_known', now())"
            )
        )
    with refused(Code.BIDDING_BLOCKED):
        await bid(stage, again, "v_known", 300)
    with refused(Code.NOT_FOUND):
        await stage.auctions.lift(ELSEWHERE, "v_ann", HOST)
    await stage.auctions.lift(CHANNEL, "v_ann", HOST)
    assert await stage.auctions.list_blocks(CHANNEL) == []
    await bid(stage, again, "v_ann", 300, key="key-after-it-was-lifted")
    lifted = [row for row in await stage.audits() if row.action == "auction.unblock"]
    assert [(row.subject, row.channel_id) for row in lifted] == [("v_ann", CHANNEL)]


async def test_a_lot_of_several_units_costs_its_price_to_the_minor_unit(stage: Stage) -> None:
    auction = await started(stage, replace(BOWL, quantity=3, start_minor=1_000))
    assert await bowls(stage) == (0, 3, 0)
    await bid(stage, auction, "v_ann", 1_000)
    await end(stage, auction)
    hold = await own_hold(stage, "v_ann")
    assert [(line.quantity, line.unit_price_minor) for line in hold.lines] == [(1, 334), (2, 333)]
    head, behind = await pay(stage, hold)
    assert head.amount_minor + behind.amount_minor == 1_000
    assert await bowls(stage) == (0, 0, 3)


async def test_a_guest_leads_as_much_as_they_may_hold(database_url: str) -> None:
    async with open_stage(database_url, limits=Limits(units_max=2, guests=True)) as stage:
        bowl = await started(stage)
        apron = await started(stage, replace(BOWL, product_id="p_apron"))
        await bid(stage, bowl, "v_guest", 300, guest=True)
        with refused(Code.TOO_MANY) as limited:
            await bid(stage, apron, "v_guest", 300, guest=True)
        assert limited.value.data["guest"] is True
        await bid(stage, bowl, "v_guest", 350, guest=True)
        await bid(stage, bowl, "v_ben", 900)
        await bid(stage, apron, "v_guest", 300, guest=True, key="key-now-that-they-lead-nothing")
        with refused(Code.TOO_MANY):
            await bid(stage, bowl, "v_guest", 2_000, guest=True)
        await stage.hold("v_cat", ("p_bowl", 2))
        with refused(Code.TOO_MANY):
            await bid(stage, bowl, "v_cat", 2_000)


async def test_who_runs_the_show_does_not_bid_and_what_there_is_not_is_not_found(stage: Stage) -> None:
    auction = await started(stage)
    with refused(Code.FORBIDDEN):
        await bid(stage, auction, "m_host", 300, staff=True)
    with refused(Code.NOT_FOUND):
        await bid(stage, "au_none", "v_ann", 300)
    prepared = await stage.auctions.prepare(SHOW, CHANNEL, HOST, replace(BOWL, product_id="p_apron"))
    with refused(Code.NOT_FOUND):
        await bid(stage, prepared.id, "v_ann", 300)
    with refused(Code.NOT_FOUND):
        await stage.auctions.find(auction, ELSEWHERE)
    with refused(Code.CONFLICT):
        await stage.auctions.cancel(SHOW, HOST, prepared.id, "It does not run")


async def test_what_cannot_be_auctioned_is_refused(stage: Stage) -> None:
    auction = await started(stage)
    another = await stage.auctions.prepare(SHOW, CHANNEL, HOST, BOWL)
    with refused(Code.CONFLICT):
        await stage.auctions.start(SHOW, HOST, another.id)
    assert await stage.auctions.start(SHOW, HOST, auction) == "running"
    many = await stage.auctions.prepare(SHOW, CHANNEL, HOST, replace(BOWL, product_id="p_apron", quantity=11))
    with refused(Code.SOLD_OUT):
        await stage.auctions.start(SHOW, HOST, many.id)
    for product in ("p_gone", "p_other", "p_none"):
        with refused(Code.INVALID):
            await stage.auctions.prepare(SHOW, CHANNEL, HOST, replace(BOWL, product_id=product))
    with refused(Code.CONFLICT):
        await stage.auctions.change(auction, CHANNEL, HOST, BOWL, ANY_VERSION)
    changed = await stage.auctions.change(another.id, CHANNEL, HOST, replace(BOWL, seconds=90), ANY_VERSION)
    assert (changed.terms.seconds, changed.version) == (90, 2)
    await stage.auctions.remove(another.id, CHANNEL, HOST, ANY_VERSION)
    assert [each.auction.id for each in await stage.auctions.list_of(SHOW, CHANNEL)] == [auction, many.id]
    await stage.add_show("soon", state="scheduled")
    early = await stage.auctions.prepare("soon", CHANNEL, HOST, BOWL)
    with refused(Code.SHOW_NOT_LIVE):
        await stage.auctions.start("soon", HOST, early.id)


async def test_who_bid_as_a_guest_is_the_same_bidder_once_they_are_known(stage: Stage) -> None:
    auction = await started(stage)
    await bid(stage, auction, "v_guest", 300)
    async with stage.database.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO viewer_alias (id, show_id, raw, canonical, at)"
                " VALUES ('va_1', 'demo', 'v_guest', 'v_ann', now())"
            )
        )
    with refused(Code.ALREADY_LEADING):
        await bid(stage, auction, "v_ann", 200)
    raised = await bid(stage, auction, "v_ann", 400)
    assert (raised.bidder, raised.price) == (1, 100)
    assert await stage.auctions.list_own(SHOW, "v_ann") == [(auction, 1, 400, True)]
    await end(stage, auction)
    assert (await own_hold(stage, "v_ann")).viewer_id == "v_ann"


async def test_the_proof_has_every_bid_in_order_and_what_came_of_it(stage: Stage) -> None:
    auction = await started(stage, replace(BOWL, reserve_minor=150))
    await bid(stage, auction, "v_ann", 300)
    stage.tick()
    await bid(stage, auction, "v_ben", 400)
    async with stage.database.read() as connection:
        running = await read_proof(connection, SHOW)
    assert [line.max_minor for line in running if line.event == "auction_bid"] == [None, None]
    await end(stage, auction)
    stage.tick(AUCTION_HOLD_SECONDS)
    await stage.holds.let_lapsed_go()
    stage.tick()
    await pay(stage, await own_hold(stage, "v_ann"))
    async with stage.database.read() as connection:
        lines = await read_proof(connection, SHOW)
    assert [(line.event, line.viewer, line.price_minor, line.max_minor) for line in lines] == [
        ("auction_opened", None, 100, 150),
        ("auction_bid", "v_ann", 150, 300),
        ("auction_bid", "v_ben", 310, 400),
        ("auction_closed", None, 310, None),
        ("auction_awarded", "v_ben", 310, None),
        ("auction_awarded", "v_ann", 150, None),
        ("auction_lapsed", "v_ben", 310, None),
        ("auction_paid", "v_ann", 150, None),
    ]
    assert lines[-1].order is not None
    assert lines[0].at == NOON
