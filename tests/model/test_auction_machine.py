"""A state machine for auctions against PostgreSQL: two processes bid, time passes, winners pay, give up, or do neither.

Mistakes are planted as controls: with each of them the machine must find something wrong.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import text

from server.auctions import passing, rules
from server.auctions.book import Taken, Wanted
from server.auctions.rules import Bid, Standing, Step, Terms
from server.errors import RefusedError
from server.ids import new_id
from server.journal.intents import intent_of
from server.protocol.codes import Code
from server.shop import first_paid_repository, holds_repository, lots, repository
from server.shop.stocktaking import take_stock
from tests.support.databases import empty_database
from tests.support.machines import Plant, Stories, prove_found, run_by_chance
from tests.support.stage import AUCTION_HOLD_SECONDS, BLOCKED_FOR, CHANNEL, HOST, SHOW, Stage, open_stage
from tests.unit.test_auction_rules import by_brute_force

TERMS = Terms("p_bowl", 1, 100, (Step(0, 10), Step(300, 50)), 60, reserve_minor=150, extensions_max=2)
ON_HAND = 3
VIEWER = st.integers(1, 4)
MOST = st.sampled_from([100, 120, 150, 150, 200, 300, 400, 400, 800])
WHICH = st.integers(0, 9)


@dataclass(frozen=True)
class Pending:
    """A lot that somebody may buy, as the model has it."""

    auction: str
    bids: tuple[tuple[int, int], ...]
    nth: int
    viewer: int
    price: int
    until: datetime
    paying: bool = False


class AuctionMachine(RuleBasedStateMachine):
    """`bids` are those of the auction that runs, as they were acknowledged; everything else follows from them."""

    database_url: str

    def __init__(self) -> None:
        super().__init__()
        empty_database(self.database_url)
        self.loop = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.stages = [self.open(empty=False), self.open(empty=True)]
        self.running: str | None = None
        self.bids: list[tuple[int, int]] = []
        self.ends = self.now
        self.extensions = 0
        self.pending: list[Pending] = []
        self.blocked: dict[int, datetime] = {}
        self.sold = self.keys = 0

    def open(self, *, empty: bool) -> Stage:
        stage = open_stage(self.database_url, empty=empty)
        return self.loop.run(self.stack.enter_async_context(stage))

    def teardown(self) -> None:
        self.loop.run(self.stack.aclose())
        self.loop.close()

    @property
    def now(self) -> datetime:
        return self.stages[0].clock.at

    def ask(self, process: int, call: Callable[[Stage], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            try:
                return await call(self.stages[process])
            except RefusedError as refused:
                return refused.code

        return self.loop.run(run())

    def standing(self, bids: Sequence[tuple[int, int]]) -> Standing:
        return by_brute_force(TERMS, [Bid(*each) for each in bids]) if bids else Standing()

    @rule(process=st.integers(0, 1))
    def start(self, process: int) -> None:
        if self.running or self.sold + len(self.pending) == ON_HAND:
            return

        async def prepare_and_start(stage: Stage) -> str:
            made = await stage.auctions.prepare(SHOW, CHANNEL, HOST, TERMS)
            await stage.auctions.start(SHOW, HOST, made.id)
            return made.id

        self.sweep(process)  # what has lapsed goes on first, as in the transaction that starts
        if self.sold + len(self.pending) < ON_HAND:
            self.running = self.ask(process, prepare_and_start)
            assert isinstance(self.running, str)
            self.bids, self.extensions, self.ends = [], 0, self.now + timedelta(seconds=60)

    @rule(viewer=VIEWER, most=MOST, process=st.integers(0, 1))
    def bid(self, viewer: int, most: int, process: int) -> None:
        """Exactly what the model says: who leads, the price, and until when."""
        if self.running is None:
            return
        self.keys += 1
        name, key = f"v_{viewer}", f"key-{self.keys:06}"
        intent = intent_of(name, key)
        assert intent is not None
        wanted = Wanted(self.running, name, most)
        taken = self.ask(process, lambda stage: stage.auctions.bid(SHOW, wanted, intent=intent))
        before = self.standing(self.bids)
        if self.now >= self.ends:
            assert taken is Code.AUCTION_CLOSED
        elif self.blocked.get(viewer, self.now) > self.now:
            assert taken is Code.BIDDING_BLOCKED
        elif before.leader == viewer and most <= before.max_minor:
            assert taken is Code.ALREADY_LEADING
        elif before.leader != viewer and most < rules.least(TERMS, before):
            assert taken is Code.OUTBID
        else:
            self.take(viewer, most, before, taken)

    def take(self, viewer: int, most: int, before: Standing, taken: Any) -> None:
        assert isinstance(taken, Taken), taken
        self.bids.append((viewer, most))
        now, soon = self.standing(self.bids), self.now + timedelta(seconds=10)
        if viewer != before.leader and self.extensions < 2 and self.ends < soon:
            self.ends, self.extensions = soon, self.extensions + 1
        assert (taken.price, taken.leading) == (now.price_minor, now.leader == viewer)
        assert taken.ends_at == self.ends.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @rule(seconds=st.sampled_from([1, 25, 55, 60, AUCTION_HOLD_SECONDS, 31 * 24 * 3600]))
    def let_time_pass(self, seconds: float) -> None:
        for stage in self.stages:
            stage.tick(seconds)

    @rule(process=st.integers(0, 1), times=st.integers(1, 2))
    def settle(self, process: int, times: int) -> None:
        """The loops of one process or of both: closed once."""

        async def both() -> None:
            await asyncio.gather(*(self.stages[(process + n) % 2].auctions.settle() for n in range(times)))

        self.loop.run(both())
        if self.running is None or self.now < self.ends:
            return
        stands = self.standing(self.bids)
        if stands.leader is not None and (stands.price_minor or 0) >= 150:
            until = self.now + timedelta(seconds=AUCTION_HOLD_SECONDS)
            bids, price = tuple(self.bids), stands.price_minor or 0
            self.pending.append(Pending(self.running, bids, 1, stands.leader, price, until))
        self.running = None

    @rule(process=st.integers(0, 1))
    def cancel(self, process: int) -> None:
        if (auction := self.running) is None:
            return
        answer = self.ask(process, lambda stage: stage.auctions.cancel(SHOW, HOST, auction, "It broke"))
        assert answer == (Code.AUCTION_CLOSED if self.now >= self.ends else "closed")
        if self.now < self.ends:
            self.running = None

    @rule(process=st.integers(0, 1))
    def sweep(self, process: int) -> None:
        self.ask(process, lambda stage: stage.holds.let_lapsed_go())
        gone = [each for each in self.pending if not each.paying and each.until <= self.now]
        self.end(sorted(gone, key=lambda each: each.auction))

    @rule(which=WHICH, process=st.integers(0, 1))
    def give_up(self, which: int, process: int) -> None:
        if (lot := self.pick(which)) is None or lot.until <= self.now:
            return
        hold, viewer = self.hold_of(lot), f"v_{lot.viewer}"
        answer = self.ask(process, lambda stage: stage.holds.release(SHOW, hold, viewer))
        if lot.paying:
            assert answer is Code.HOLD_ENDED
        else:
            self.end([lot])
            self.sweep(process)

    @rule(which=WHICH, process=st.integers(0, 1))
    def begin_paying(self, which: int, process: int) -> None:
        if (lot := self.pick(which)) is None or lot.until <= self.now or lot.paying:
            return

        async def begin(tx: Any, holds: Any) -> Any:
            return [await self.stages[process].holds.begin_paying(tx, [id]) for id in holds]

        hold = self.hold_of(lot)
        self.ask(process, lambda stage: stage.journal.commit(SHOW, begin, hold))
        self.pending = [replace(each, paying=True) if each == lot else each for each in self.pending]

    @rule(which=WHICH, process=st.integers(0, 1), times=st.integers(1, 2))
    def pay(self, which: int, process: int, times: int) -> None:
        if (lot := self.pick(which)) is None:
            return

        async def confirm(tx: Any, ids: Any) -> Any:
            return [await self.stages[process].holds.confirm_in(tx, id, "pay_1") for id in ids]

        hold = self.hold_of(lot)
        for _ in range(times):
            (order, *_) = self.ask(process, lambda stage: stage.journal.commit(SHOW, confirm, hold))
            assert (order.viewer_id, order.amount_minor) == (f"v_{lot.viewer}", lot.price)
        self.pending.remove(lot)
        self.sold += 1
        self.sweep(process)

    def end(self, gone: Sequence[Pending]) -> None:
        """What becomes of lots that are not paid for: a winner is blocked, and the next one has it once, at their own price."""
        for lot in gone:
            self.pending.remove(lot)
            if lot.nth == 2:
                continue
            self.blocked[lot.viewer] = self.now + BLOCKED_FOR
            rest = [bid for bid in lot.bids if bid[0] != lot.viewer]
            stands = self.standing(rest)
            if stands.leader is None or (stands.price_minor or 0) < 150:
                continue
            if self.blocked.get(stands.leader, self.now) <= self.now:
                until = self.now + timedelta(seconds=AUCTION_HOLD_SECONDS)
                second = Pending(lot.auction, lot.bids, 2, stands.leader, stands.price_minor or 0, until)
                self.pending.append(second)

    def pick(self, which: int) -> Pending | None:
        return self.pending[which % len(self.pending)] if self.pending else None

    def hold_of(self, lot: Pending) -> str:
        (hold,) = self.run_sql(
            f"SELECT hold_id FROM auction_award WHERE auction_id = '{lot.auction}' AND nth = {lot.nth}"
        )
        return str(hold[0])

    def run_sql(self, statement: str) -> list[Any]:
        async def run() -> list[Any]:
            async with self.stages[0].database.read() as connection:
                return list(await connection.execute(text(statement)))

        return self.loop.run(run())

    @invariant()
    def each_unit_is_free_held_or_sold_and_each_lot_is_one_persons(self) -> None:
        async def count() -> tuple[list[Any], tuple[int, int, int]]:
            async with self.stages[0].database.read() as connection:
                return await take_stock(connection), (await self.stages[0].held())["p_bowl"]

        wrong, (free, held, sold) = self.loop.run(count())
        assert wrong == []
        assert (held, sold) == ((self.running is not None) + len(self.pending), self.sold)
        assert free + held + sold == ON_HAND
        found = self.run_sql(
            "SELECT viewer_id, amount_minor FROM hold WHERE state = 'placed' AND viewer_id LIKE 'v!_%' ESCAPE '!'"
        )
        assert sorted(map(tuple, found)) == sorted((f"v_{lot.viewer}", lot.price) for lot in self.pending)


def machine_on(database_url: str) -> type[AuctionMachine]:
    return type("Machine", (AuctionMachine,), {"database_url": database_url})


def search(database_url: str, *, examples: int, steps: int) -> None:
    run_by_chance(machine_on(database_url), runs=examples, steps=steps)


def test_auctions_keep_their_promises_whatever_happens(database_url: str) -> None:
    search(database_url, examples=12, steps=20)


def never_extend(patch: pytest.MonkeyPatch) -> None:
    """A bid in the last seconds does not move the end."""
    patch.setattr(rules, "_extended", lambda auction, now: auction)


def never_block(patch: pytest.MonkeyPatch) -> None:
    """A winner who does not pay goes on bidding."""

    async def nobody(self: Any, *given: Any) -> None:
        return None

    patch.setattr(passing.Passing, "_block", nobody)


def tie_to_the_later(patch: pytest.MonkeyPatch) -> None:
    """Of two that go equally far the later leads."""
    right = rules.after

    def after(terms: Terms, standing: Standing, bid: Bid) -> Standing:
        if standing.leader not in (None, bid.bidder) and bid.max_minor == standing.max_minor:
            return replace(right(terms, standing, bid), leader=bid.bidder)
        return right(terms, standing, bid)

    patch.setattr(rules, "after", after)


def give_it_to_two(patch: pytest.MonkeyPatch) -> None:
    """The winner gets a hold, and somebody else one of the same units."""
    right = lots.Lots.hand_over

    async def hand_over(self: Any, tx: Any, awards: Any) -> None:
        await right(self, tx, awards)
        await tx.connection.execute(
            text("""
                INSERT INTO hold (id, channel_id, show_id, viewer_id, key, state, currency, amount_minor, placed_at, expires_at)
                SELECT :id, channel_id, show_id, 'v_9', key, state, currency, amount_minor, placed_at, expires_at FROM hold WHERE id = :of
            """),
            {"id": new_id("h"), "of": awards[0].hold_id},
        )

    patch.setattr(lots.Lots, "hand_over", hand_over)


def pass_over_who_pays(patch: pytest.MonkeyPatch) -> None:
    """A hold that is being paid lapses like any other, so that the runner-up is served meanwhile."""
    where = {
        "_READ_LAPSED": holds_repository,
        "_FIND_LAPSED": first_paid_repository,
        "_READ_TERMS": repository,
    }
    for name, module in where.items():
        plain = getattr(module, name).text
        patch.setattr(module, name, text(plain.replace("AND NOT h.paying", "")))
    ended = holds_repository._END_HOLDS
    patch.setattr(holds_repository, "_END_HOLDS", ended.replace("OR NOT paying", "OR true"))


def sold(auction: AuctionMachine, *bids: tuple[int, int]) -> object:
    """An auction from its start to its hammer."""
    auction.start(0)
    for viewer, most in bids:
        auction.bid(viewer, most, 1)
    auction.let_time_pass(60)
    return auction.settle(0, 1)


PLANTED: Stories[AuctionMachine] = {
    never_extend: lambda auction: (auction.start(0), auction.let_time_pass(55), auction.bid(1, 400, 0)),
    never_block: lambda auction: (
        sold(auction, (1, 400)),
        auction.let_time_pass(AUCTION_HOLD_SECONDS),
        auction.sweep(0),
        auction.start(0),
        auction.bid(1, 400, 0),
    ),
    tie_to_the_later: lambda auction: (auction.start(0), auction.bid(1, 400, 0), auction.bid(2, 400, 1)),
    give_it_to_two: lambda auction: sold(auction, (1, 400)),
    pass_over_who_pays: lambda auction: (
        sold(auction, (1, 400), (2, 800)),
        auction.begin_paying(0, 0),
        auction.let_time_pass(AUCTION_HOLD_SECONDS),
        auction.sweep(1),
    ),
}


@pytest.mark.parametrize("planted", [*PLANTED], ids=lambda plant: plant.__name__)
def test_a_planted_mistake_is_found(
    database_url: str, planted: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove_found(machine_on(database_url), planted, PLANTED[planted], monkeypatch)
