"""The line of a sold-out product against PostgreSQL: order, turns, and who gets what comes back."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text

from server.catalogue.stockroom import Adding
from server.catalogue.wanted import WantedProduct
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.offers.service import Wanted
from server.protocol.codes import Code
from server.shop.allowances import Limits
from server.shop.hold_rules import Hold
from server.shop.lot_rules import auction_of
from server.shop.rules import Order
from server.shop.stocktaking import take_stock
from server.waitlist.lines import Lines
from tests.support.stage import CHANNEL, HOST, SHOW, Stage, open_stage, refused

TURN = 60.0


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with open_stage(database_url, turn_seconds=TURN) as stage:
        yield stage
        async with stage.database.read() as connection:
            assert await take_stock(connection) == []


@pytest.fixture
async def limited(database_url: str) -> AsyncIterator[Stage]:
    async with open_stage(database_url, limits=Limits(4, guests=True), turn_seconds=TURN) as stage:
        yield stage


async def confirm(stage: Stage, hold_id: str, show: str = SHOW) -> list[Order]:
    async def handler(tx: ShowTransaction, _: Sequence[None]) -> list[list[Order] | RefusedError]:
        try:
            return [await stage.holds.confirm_in(tx, hold_id, "pay_1")]
        except RefusedError as refused:
            return [refused]

    return await stage.journal.commit(show, handler, None)


async def line(stage: Stage) -> list[tuple[str, str]]:
    """Return who stands how, in the order in which they joined."""
    async with stage.database.read() as connection:
        rows = await connection.execute(text("SELECT viewer_id, state FROM waitlist_place ORDER BY nr"))
        return [(row.viewer_id, row.state) for row in rows]


async def sell_out(stage: Stage, units: int = 3) -> Hold:
    """Have v_0 hold all bowls."""
    return await stage.hold("v_0", ("p_bowl", units))


async def test_what_comes_back_is_offered_to_those_who_wait_in_their_order(stage: Stage) -> None:
    hold = await sell_out(stage)
    places = [await stage.join(f"v_{n}", "p_bowl") for n in range(1, 6)]
    assert [(place.state, place.position) for place in places] == [("waiting", n) for n in range(1, 6)]
    stage.told.clear()
    await stage.holds.release(SHOW, hold.id, "v_0")
    assert await line(stage) == [(f"v_{n}", "called" if n < 4 else "waiting") for n in range(1, 6)]
    assert (await stage.held())["p_bowl"] == (0, 3, 0)
    (place,) = await stage.waitlist.list_own(SHOW, "v_4")
    assert (place.position, place.state) == (1, "waiting")
    (turn,) = await stage.holds.list_own(SHOW, "v_2")
    assert (turn.origin, (turn.expires_at - turn.placed_at).total_seconds()) == ("waitlist", TURN)
    assert auction_of(turn) is None
    told = [(viewer, line["type"]) for viewer, line in stage.told]
    assert ("v_1", "hold.changed") in told
    assert ("v_1", "waitlist.changed") in told


async def test_nobody_from_the_side_takes_a_unit_that_somebody_waits_for(stage: Stage) -> None:
    hold = await sell_out(stage)
    await stage.join("v_1", "p_bowl", 2)
    await stage.holds.release(SHOW, hold.id, "v_0")
    await stage.buy("v_9", "p_bowl")  # two are offered, one is left, and nobody waits any more
    await stage.join("v_2", "p_bowl", 2)
    await stage.shop.restock(SHOW, HOST, "p_bowl", 1)
    for refusing in (stage.buy("v_9", "p_bowl"), stage.hold("v_9", ("p_apron", 1), ("p_bowl", 1))):
        with refused(Code.SOLD_OUT) as refusal:
            await refusing
        assert (refusal.value.data["stock"], refusal.value.data["waiting"]) == (0, 1)
    assert (await stage.held())["p_apron"] == (10, 0, 0)


async def test_who_wants_less_passes_by_who_wants_more_than_came_back(stage: Stage) -> None:
    await sell_out(stage, 3)
    big = await stage.join("v_1", "p_bowl", 3)
    await stage.join("v_2", "p_bowl", 1)
    assert await stage.shop.restock(SHOW, HOST, "p_bowl", 1) == 0
    assert await line(stage) == [("v_1", "waiting"), ("v_2", "called")]
    with refused(Code.CONFLICT):
        await stage.join("v_1", "p_bowl", 4)
    assert (await stage.join("v_1", "p_bowl", 1)).id == big.id
    await stage.shop.restock(SHOW, HOST, "p_bowl", 1)
    assert await line(stage) == [("v_1", "called"), ("v_2", "called")]


async def test_a_turn_that_is_not_used_goes_to_the_next_without_a_loop(stage: Stage) -> None:
    hold = await sell_out(stage)
    for n in range(1, 4):
        await stage.join(f"v_{n}", "p_bowl", 3)
    await stage.holds.release(SHOW, hold.id, "v_0")
    stage.tick(TURN)
    with refused(Code.SOLD_OUT):
        await stage.buy("v_9", "p_bowl")
    assert await line(stage) == [("v_1", "missed"), ("v_2", "called"), ("v_3", "waiting")]
    (turn,) = [h for h in await stage.holds.list_own(SHOW, "v_2") if h.state == "placed"]
    await stage.holds.release(SHOW, turn.id, "v_2")
    assert await line(stage) == [("v_1", "missed"), ("v_2", "left"), ("v_3", "called")]


async def test_a_turn_that_is_paid_ends_the_place_and_late_money_takes_nothing_from_the_line(
    stage: Stage,
) -> None:
    hold = await sell_out(stage)
    await stage.join("v_1", "p_bowl", 3)
    await stage.join("v_2", "p_bowl", 2)
    stage.tick(300)
    assert await stage.holds.let_lapsed_go() == 1
    (turn,) = await stage.holds.list_own(SHOW, "v_1")
    with refused(Code.SOLD_OUT):
        await confirm(stage, hold.id)
    (order,) = await confirm(stage, turn.id)
    assert (order.viewer_id, order.quantity) == ("v_1", 3)
    assert await line(stage) == [("v_1", "served"), ("v_2", "waiting")]


async def test_leaving_moves_the_line_and_gives_an_offered_unit_on(stage: Stage) -> None:
    hold = await sell_out(stage)
    for n in range(1, 5):
        await stage.join(f"v_{n}", "p_bowl", 3)
    assert (await stage.waitlist.leave(SHOW, "p_bowl", "v_2")).state == "left"
    assert (await stage.waitlist.leave(SHOW, "p_bowl", "v_2")).state == "left"
    assert [p.position for p in await stage.waitlist.list_own(SHOW, "v_3")] == [2]
    await stage.holds.release(SHOW, hold.id, "v_0")
    assert (await stage.waitlist.leave(SHOW, "p_bowl", "v_1")).state == "left"
    assert await line(stage) == [("v_1", "left"), ("v_2", "left"), ("v_3", "called"), ("v_4", "waiting")]
    with refused(Code.NOT_FOUND):
        await stage.waitlist.leave(SHOW, "p_bowl", "v_9")
    again = await stage.join("v_1", "p_bowl")
    assert (again.state, again.position) == ("waiting", 2)


async def test_whoever_buys_elsewhere_leaves_the_line(stage: Stage) -> None:
    await stage.hold("v_0", ("p_bowl", 2))
    own = await stage.hold("v_1", ("p_bowl", 1))
    await stage.join("v_1", "p_bowl")
    await stage.join("v_2", "p_bowl")
    await confirm(stage, own.id)
    assert await line(stage) == [("v_1", "served"), ("v_2", "waiting")]
    assert [p.position for p in await stage.waitlist.list_own(SHOW, "v_2")] == [1]


async def test_units_that_the_studio_adds_wait_for_the_line_and_are_given_by_the_loop(stage: Stage) -> None:
    await sell_out(stage)
    await stage.join("v_1", "p_bowl", 2)
    await stage.stockroom.change(CHANNEL, HOST, "p_bowl", Adding(3))
    assert await stage.waitlist.serve_due() == 1
    assert await stage.waitlist.serve_due() == 0
    assert (await stage.held())["p_bowl"] == (1, 5, 0)
    await stage.join("v_2", "p_bowl", 2)
    await stage.stockroom.change(CHANNEL, HOST, "p_bowl", Adding(5))
    with refused(Code.SOLD_OUT):  # whoever comes first lets the line go first
        await stage.buy("v_9", "p_bowl", quantity=5)
    await stage.buy("v_9", "p_bowl", quantity=4)
    assert await line(stage) == [("v_1", "called"), ("v_2", "called")]


async def test_joining_while_units_are_free_is_a_turn_at_once(stage: Stage) -> None:
    place = await stage.join("v_1", "p_bowl", 2, key="key-000001")
    assert (place.state, place.position) == ("called", None)
    again = await stage.join("v_1", "p_bowl", 2, key="key-000001")
    assert (again.id, again.hold_id, again.repeated) == (place.id, place.hold_id, True)
    with refused(Code.KEY_REUSED):
        await stage.join("v_1", "p_bowl", 1, key="key-000001")
    assert (await stage.join("v_1", "p_bowl", 1)).id == place.id


async def test_the_line_is_the_products_over_all_shows_of_the_channel(stage: Stage) -> None:
    await stage.add_show("late")
    hold = await sell_out(stage)
    await stage.join("v_1", "p_bowl", 2, show="late")
    await stage.join("v_2", "p_bowl")
    assert [p.position for p in await stage.waitlist.list_own(SHOW, "v_2")] == [2]
    await stage.holds.release(SHOW, hold.id, "v_0")
    (turn,) = await stage.holds.list_own("late", "v_1")
    (order,) = await confirm(stage, turn.id, "late")
    assert (order.show_id, order.quantity) == ("late", 2)


async def test_the_end_of_a_show_ends_its_places_and_leaves_the_turns_that_were_given(stage: Stage) -> None:
    await stage.add_show("late")
    hold = await sell_out(stage)
    for n, show in ((1, SHOW), (2, SHOW), (3, "late")):
        await stage.join(f"v_{n}", "p_bowl", 3, show=show)
    await stage.holds.release(SHOW, hold.id, "v_0")
    await stage.shows.end(SHOW, HOST)
    assert await line(stage) == [("v_1", "called"), ("v_2", "ended"), ("v_3", "waiting")]
    with refused(Code.SHOW_NOT_LIVE):
        await stage.join("v_4", "p_bowl")
    (turn,) = await stage.holds.list_own(SHOW, "v_1")
    assert len(await confirm(stage, turn.id)) == 1
    await stage.shop.restock("late", HOST, "p_bowl", 3)
    assert (await line(stage))[2] == ("v_3", "called")


async def test_places_of_a_show_that_ended_without_telling_are_passed_by(stage: Stage) -> None:
    await stage.add_show("late")
    hold = await sell_out(stage)
    await stage.join("v_1", "p_bowl", show="late")
    await stage.join("v_2", "p_bowl")
    async with stage.database.write() as connection:
        await connection.execute(text("UPDATE show SET state = 'ended' WHERE id = 'late'"))
        await connection.execute(
            text(
                "INSERT INTO ban (show_id, viewer_id, at, actor, actor_name) VALUES (:show, 'v_2', now(), 'm', '')"
            ),
            {"show": SHOW},
        )
    await stage.holds.release(SHOW, hold.id, "v_0")
    assert await line(stage) == [("v_1", "ended"), ("v_2", "ended")]
    await stage.buy("v_9", "p_bowl", quantity=3)


async def test_a_person_has_one_place_and_one_limit_by_whichever_id(limited: Stage) -> None:
    async with limited.database.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES ('a', :s, 'g_1', 'v_1', now())"
            ),
            {"s": SHOW},
        )
    await sell_out(limited)
    with refused(Code.TOO_MANY):
        await limited.join("v_1", "p_bowl", 5)
    place = await limited.join("g_1", "p_bowl", 2)
    assert (await limited.join("v_1", "p_bowl", 2)).id == place.id
    assert [p.id for p in await limited.waitlist.list_own(SHOW, "v_1")] == [place.id]
    assert (await limited.waitlist.leave(SHOW, "p_bowl", "v_1")).state == "left"


async def test_a_guest_waits_for_what_a_guest_may_hold_and_is_passed_by_while_they_hold(
    limited: Stage,
) -> None:
    hold = await sell_out(limited)
    with refused(Code.TOO_MANY):
        await limited.join("g_1", "p_bowl", 2, guest=True)
    await limited.join("g_1", "p_bowl", guest=True)
    other = await limited.hold("g_1", ("p_apron", 1), guest=True)
    await limited.holds.release(SHOW, hold.id, "v_0")
    assert await line(limited) == [("g_1", "waiting")]
    await limited.holds.release(SHOW, other.id, "g_1")
    assert await limited.waitlist.serve_due() == 1
    assert await line(limited) == [("g_1", "called")]


async def test_two_processes_give_each_unit_once_and_in_order(stage: Stage, database_url: str) -> None:
    hold = await sell_out(stage)
    for n in range(1, 8):
        await stage.join(f"v_{n}", "p_bowl")
    async with open_stage(database_url, empty=True, turn_seconds=TURN) as second:
        calls = [
            stage.holds.release(SHOW, hold.id, "v_0"),
            *(place.buy(f"s_{n}", "p_bowl") for n in range(5) for place in (stage, second)),
            second.waitlist.leave(SHOW, "p_bowl", "v_2"),
            *(second.join(f"w_{n}", "p_bowl") for n in range(3)),
        ]
        answers = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(answer, RefusedError) for answer in answers) == 10
    states = [state for _, state in await line(stage) if state != "left"]
    assert states == sorted(states)
    assert states.count("called") == 3
    assert (await stage.held())["p_bowl"] == (0, 3, 0)


@pytest.fixture
def lines(stage: Stage) -> Lines:
    return Lines(stage.journal, stage.database, stage.waitlist)


async def test_staff_see_a_line_in_its_order_with_who_has_a_turn_and_until_when(
    stage: Stage, lines: Lines
) -> None:
    hold = await sell_out(stage)
    await stage.questions.ask(SHOW, "v_2", "Aki", "Is there one more?")
    for asker in ("v_2", "v_3"):  # what they are called there leads to nobody
        await stage.questions.ask(SHOW, asker, "Aki", "Who made it?", anonymous=True)
    for n in range(1, 5):
        await stage.join(f"v_{n}", "p_bowl", 2 if n == 1 else 1)
    await stage.holds.release(SHOW, hold.id, "v_0")
    (seen,) = await lines.list_of(CHANNEL)
    assert (seen.product_id, seen.waiting, seen.called, seen.closed) == ("p_bowl", 2, 2, False)
    line, places = await lines.read(CHANNEL, "p_bowl", after=0, limit=3)
    assert line == seen
    assert [(p.viewer_id, p.name, p.state, p.quantity, p.position) for p in places] == [
        ("v_1", None, "called", 2, None),
        ("v_2", "Aki", "called", 1, None),
        ("v_3", None, "waiting", 1, 1),
    ]
    assert places[0].expires_at == stage.clock.now() + timedelta(seconds=TURN)
    _, rest = await lines.read(CHANNEL, "p_bowl", after=places[-1].nr, limit=3)
    assert [(p.viewer_id, p.position) for p in rest] == [("v_4", 2)]
    with refused(Code.NOT_FOUND):
        await lines.read(CHANNEL, "p_other", after=0, limit=1)


async def test_closing_a_line_tells_who_waits_and_leaves_turns_and_opening_it_lets_people_join(
    stage: Stage, lines: Lines
) -> None:
    hold = await sell_out(stage, 3)
    await stage.join("v_1", "p_bowl", 3)
    await stage.join("v_2", "p_bowl")
    await stage.holds.release(SHOW, hold.id, "v_0")
    stage.told.clear()
    for _ in range(2):
        seen = await lines.switch(SHOW, CHANNEL, HOST, "p_bowl", closed=True)
        assert (seen.waiting, seen.called, seen.closed) == (0, 1, True)
    ended = [
        (viewer, line["place"]["why"]) for viewer, line in stage.told if line["place"]["state"] == "ended"
    ]
    assert ended == [("v_2", "closed")]
    with refused(Code.WAITLIST_CLOSED):
        await stage.join("v_3", "p_bowl")
    (turn,) = await stage.holds.list_own(SHOW, "v_1")
    await stage.holds.release(SHOW, turn.id, "v_1")
    await stage.buy("v_9", "p_bowl", quantity=3)
    assert not (await lines.switch(SHOW, CHANNEL, HOST, "p_bowl", closed=False)).closed
    assert (await stage.join("v_3", "p_bowl")).position == 1
    done = [(row.action, row.subject, row.details) for row in await stage.audits()]
    assert done == [("waitlist.close", "p_bowl", {"ended": 1}), ("waitlist.open", "p_bowl", {})]
    with refused(Code.NOT_FOUND):
        await lines.switch(SHOW, CHANNEL, HOST, "p_other", closed=True)


async def test_a_turn_that_lapsed_while_no_server_ran_goes_to_the_next(
    stage: Stage, database_url: str
) -> None:
    hold = await sell_out(stage)
    for n in (1, 2):
        await stage.join(f"v_{n}", "p_bowl", 3)
    await stage.holds.release(SHOW, hold.id, "v_0")
    stage.tick(TURN + 3600)
    async with open_stage(database_url, empty=True, turn_seconds=TURN) as after:
        after.clock.at = stage.clock.at
        (lapsed,) = await after.holds.list_own(SHOW, "v_1")
        await after.holds.let_lapsed_go()
        with refused(Code.SOLD_OUT):
            await confirm(after, lapsed.id)
        (turn,) = await after.holds.list_own(SHOW, "v_2")
        assert (turn.state, turn.expires_at) == ("placed", after.clock.now() + timedelta(seconds=TURN))
    assert await line(stage) == [("v_1", "missed"), ("v_2", "called")]


async def test_a_line_of_what_is_not_sold_any_more_is_served_to_nobody(stage: Stage) -> None:
    hold = await sell_out(stage)
    await stage.join("v_1", "p_bowl", 3)
    await stage.catalogue.change(
        CHANNEL, HOST, "p_bowl", WantedProduct(active=False), lambda version, current: None
    )
    await stage.holds.release(SHOW, hold.id, "v_0")
    assert await line(stage) == [("v_1", "ended")]
    assert await stage.waitlist.serve_due() == 0
    assert (await stage.held())["p_bowl"] == (3, 0, 0)


async def test_a_turn_after_an_offer_has_closed_is_at_the_price_of_then(stage: Stage) -> None:
    offer = await stage.offers.prepare(SHOW, CHANNEL, HOST, Wanted("p_bowl", 900, units_max=3))
    await stage.offers.open(SHOW, HOST, offer.id)
    hold = await sell_out(stage)
    await stage.join("v_1", "p_bowl")
    await stage.offers.close(SHOW, HOST, offer.id)
    await stage.holds.release(SHOW, hold.id, "v_0")
    (turn,) = await stage.holds.list_own(SHOW, "v_1")
    assert (turn.amount_minor, turn.offers) == (2500, set())
