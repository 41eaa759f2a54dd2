"""A state machine for what goes to whoever pays first, against PostgreSQL: two processes, payments that claim, take, fail and come late.

Nothing is held before it is paid, and the model says whose units are whose after each step. Mistakes are planted as controls.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import text

from server.errors import RefusedError
from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shop import allowances, confirming, first_paid, first_paid_repository
from server.shop.hold_rules import Hold
from server.shop.placing import UNHELD_SECONDS
from server.shop.stocktaking import take_stock
from tests.model.test_holds_machine import code, confirm
from tests.support.databases import empty_database
from tests.support.machines import Plant, Stories, prove_found, run_by_chance
from tests.support.stage import HOST, SHOW, Stage, open_stage

LAST = "p_last"
VIEWER = st.sampled_from([f"v_{n}" for n in range(1, 5)])
UNITS = st.integers(1, 2)
PROCESS = st.integers(0, 1)
WHICH = st.integers(0, 20)


@dataclass(slots=True)
class Begun:
    """A purchase as the model knows it; `state`: open, claimed, sold, left (by the viewer), late (refused) or expired."""

    hold: Hold
    units: int
    state: str = "open"


async def mark(stage: Stage, hold: Hold) -> Any:
    """Begin to pay, as a payment does."""

    async def handler(tx: ShowTransaction, ids: Sequence[str]) -> list[Any]:
        marked = await stage.holds.begin_paying(tx, ids)
        return [id in marked for id in ids]

    return await stage.journal.commit(SHOW, handler, hold.id)


async def claim(stage: Stage, hold: Hold) -> RefusedError | None:
    """What happens when the money is set aside at the provider."""

    async def handler(tx: ShowTransaction, ids: Sequence[str]) -> list[RefusedError | None]:
        refused = await stage.holds.first_paid.claim_many(tx, ids)
        return [refused.get(id) for id in ids]

    try:
        return await stage.journal.commit(SHOW, handler, hold.id)
    except RefusedError as refusal:
        return refusal


class FirstPaidMachine(RuleBasedStateMachine):
    """What is free is what is on hand less what was claimed and sold, whoever fills in whatever."""

    database_url: str

    def __init__(self) -> None:
        super().__init__()
        empty_database(self.database_url)
        self.loop = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.stages = [self.open(empty=False), self.open(empty=True)]
        self.loop.run(self.stages[0].add_product(LAST, stock=3, buying="first_paid"))
        self.on_hand = 3
        self.begun: list[Begun] = []

    def open(self, *, empty: bool) -> Stage:
        return self.loop.run(self.stack.enter_async_context(open_stage(self.database_url, empty=empty)))

    def teardown(self) -> None:
        self.loop.run(self.stack.aclose())
        self.loop.close()

    def units(self, *states: str) -> int:
        return sum(each.units for each in self.begun if each.state in states)

    @property
    def free(self) -> int:
        return self.on_hand - self.units("claimed", "sold")

    def pick(self, which: int, *states: str) -> Begun | None:
        known = [each for each in self.begun if each.state in states]
        return known[which % len(known)] if known else None

    @rule(viewer=VIEWER, units=UNITS, process=PROCESS)
    def begin(self, viewer: str, units: int, process: int) -> None:
        """Anybody may fill in what is there; one person only a few at once."""
        standing = [b for b in self.begun if b.hold.viewer_id == viewer and b.state in ("open", "claimed")]
        (answer,) = self.gather([self.stages[process].hold(viewer, (LAST, units), key=new_id("k"))])
        if units > self.free:
            assert code(answer) is Code.SOLD_OUT
        elif len(standing) >= 3:
            assert code(answer) is Code.TOO_MANY
        else:
            assert (answer.state, answer.first_paid) == ("unheld", True), answer
            self.begun.append(Begun(answer, units))

    @rule(which=WHICH, process=PROCESS, straight=st.booleans())
    def pay(self, which: int, process: int, straight: bool) -> None:
        """Money is set aside, or taken at once: there are units, or it is too late."""
        if (begun := self.pick(which, "open")) is None:
            return
        stage, free = self.stages[process], self.free
        self.gather([mark(stage, begun.hold)])
        (answer,) = self.gather([confirm(stage, begun.hold) if straight else claim(stage, begun.hold)])
        if begun.units > free:
            assert code(answer) is Code.SOLD_OUT
            begun.state = "late"
        else:
            assert not isinstance(answer, RefusedError), answer
            begun.state = "sold" if straight else "claimed"

    @rule()
    def all_pay_at_once(self) -> None:
        """By both processes at once: whoever is refused could not have been served, and nothing is sold twice."""
        racing = [each for each in self.begun if each.state == "open"]
        for each in racing:
            self.gather([mark(self.stages[0], each.hold)])
        calls = [
            (claim if nth % 3 else confirm)(self.stages[nth % 2], each.hold)
            for nth, each in enumerate(racing)
        ]
        answers = self.gather(calls)
        for nth, (each, answer) in enumerate(zip(racing, answers, strict=True)):
            if isinstance(answer, RefusedError):
                assert answer.code is Code.SOLD_OUT
                each.state = "late"
            else:
                each.state = "claimed" if nth % 3 else "sold"
        assert self.free >= 0
        assert all(each.units > self.free for each in racing if each.state == "late")

    @rule(which=WHICH, process=PROCESS)
    def take(self, which: int, process: int) -> None:
        """The money for what was claimed is taken, and told twice."""
        if (begun := self.pick(which, "claimed")) is None:
            return
        for _ in range(2):
            (answer,) = self.gather([confirm(self.stages[process], begun.hold)])
            assert answer[0].quantity == begun.units
        begun.state = "sold"

    @rule(which=WHICH, process=PROCESS)
    def fail(self, which: int, process: int) -> None:
        """The provider does not take it after all: the units are anybody's at once."""
        if (begun := self.pick(which, "claimed")) is None:
            return
        stage = self.stages[process]

        async def end() -> None:
            async with stage.database.write() as connection:
                await stage.holds.end_paying(connection, [begun.hold.id])

        self.gather([end()])
        begun.state = "expired"

    @rule(which=WHICH, process=PROCESS)
    def late_money(self, which: int, process: int) -> None:
        """Money comes for what has ended: an order if there are units, and the viewer did not leave it."""
        if (begun := self.pick(which, "expired", "late", "left")) is None:
            return
        free = self.free
        (answer,) = self.gather([confirm(self.stages[process], begun.hold)])
        if begun.state == "left":
            assert code(answer) is Code.HOLD_ENDED
        elif begun.units > free:
            assert code(answer) is Code.SOLD_OUT
        else:
            begun.state = "sold"

    @rule(which=WHICH, process=PROCESS)
    def leave(self, which: int, process: int) -> None:
        """The viewer does not want it any more: nothing comes back, since nothing was held."""
        if (begun := self.pick(which, "open")) is None:
            return
        stage = self.stages[process]
        (answer,) = self.gather([stage.holds.release(SHOW, begun.hold.id, begun.hold.viewer_id)])
        assert answer.state == "released"
        begun.state = "left"

    @rule(seconds=st.sampled_from([10.0, UNHELD_SECONDS]), sweeps=st.booleans())
    def let_time_pass(self, seconds: float, sweeps: bool) -> None:
        for stage in self.stages:
            stage.tick(seconds)
        for each in self.begun:
            if each.state == "open" and each.hold.expires_at <= self.stages[0].clock.at:
                each.state = "expired"
        if sweeps:
            self.gather([stage.holds.let_lapsed_go() for stage in self.stages])

    @rule(add=st.integers(-1, 2), process=PROCESS)
    def restock(self, add: int, process: int) -> None:
        self.gather([self.stages[process].holds.let_lapsed_go()])
        (answer,) = self.gather([self.stages[process].shop.restock(SHOW, HOST, LAST, add)])
        if add and self.free + add >= 0:
            assert answer == self.free + add
            self.on_hand += add
        else:
            assert isinstance(answer, RefusedError)

    @invariant()
    def only_what_is_paid_for_is_held_or_sold(self) -> None:
        async def count() -> tuple[list[Any], tuple[int, int, int], int]:
            stage = self.stages[0]
            async with stage.database.read() as connection:
                orders = await connection.scalar(text("SELECT count(*) FROM orders"))
                return await take_stock(connection), (await stage.held())[LAST], int(orders or 0)

        wrong, (free, held, sold), orders = self.loop.run(count())
        assert wrong == []
        assert free + held + sold == self.on_hand
        assert (sold, orders) == (self.units("sold"), sum(each.state == "sold" for each in self.begun))
        # What was given up by a provider is free to whoever wants it, whether that has been written or not.
        assert free <= self.free
        assert held >= self.units("claimed")

    def gather(self, calls: Sequence[Any]) -> list[Any]:
        async def run() -> list[Any]:
            return list(await asyncio.gather(*calls, return_exceptions=True))

        answers = self.loop.run(run())
        for answer in answers:
            assert not isinstance(answer, BaseException) or isinstance(answer, RefusedError), answer
        return answers


def machine_on(database_url: str) -> type[FirstPaidMachine]:
    return type("Machine", (FirstPaidMachine,), {"database_url": database_url})


def test_who_pays_first_has_it_whatever_happens(database_url: str) -> None:
    run_by_chance(machine_on(database_url), runs=10, steps=14)


def sell_what_is_gone(patch: pytest.MonkeyPatch) -> None:
    """Whoever pays late is sold a unit that is gone: nobody compares, and the row takes what it is told."""
    for module in (first_paid, confirming):
        patch.setattr(module, "require_still_free", lambda *_: None)


def keep_the_claimed(patch: pytest.MonkeyPatch) -> None:
    """What was claimed for a payment stays set aside after it has failed."""
    kept = first_paid_repository._CLAIM.text.replace("least(expires_at, :now)", "greatest(expires_at, :now)")
    patch.setattr(first_paid_repository, "_CLAIM", text(kept))


def begin_without_end(patch: pytest.MonkeyPatch) -> None:
    """One person may have as many under way as they like."""
    patch.setattr(allowances, "BEGUN_MAX", 100)


def hold_what_is_begun(patch: pytest.MonkeyPatch) -> None:
    """Units are set aside as soon as somebody fills in."""
    from server.shop import placing

    patch.setattr(placing, "_are_first_paid", lambda _: False)


PLANTED: Stories[FirstPaidMachine] = {
    sell_what_is_gone: lambda shop: (
        shop.begin("v_1", 2, 0),
        shop.begin("v_2", 2, 1),
        shop.pay(0, 0, False),
        shop.pay(0, 1, True),
    ),
    keep_the_claimed: lambda shop: (
        shop.begin("v_1", 2, 0),
        shop.pay(0, 0, False),
        shop.fail(0, 1),
        shop.begin("v_2", 2, 1),
    ),
    begin_without_end: lambda shop: [shop.begin("v_1", 1, 0) for _ in range(4)],
    hold_what_is_begun: lambda shop: shop.begin("v_1", 1, 0),
}


@pytest.mark.parametrize("planted", [*PLANTED], ids=lambda plant: plant.__name__)
def test_a_planted_mistake_is_found(
    database_url: str, planted: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove_found(machine_on(database_url), planted, PLANTED[planted], monkeypatch)
