"""A state machine for the line of one product against PostgreSQL: two processes in two shows, holds, purchases, time, payments, restocks.

The model says who stands where and which units are whose, and all of it must be so after each step. Mistakes are planted as controls.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import text

from server.catalogue.stockroom import Adding
from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop import placing, rules
from server.shop.hold_rules import Hold
from server.shop.locking import Books
from server.shop.stocktaking import take_stock
from server.waitlist import repository
from server.waitlist.desk import WaitlistDesk
from tests.model.test_holds_machine import code, confirm
from tests.support.databases import empty_database
from tests.support.machines import Plant, Stories, prove_found, run_by_chance
from tests.support.stage import CHANNEL, HOST, SHOW, Stage, open_stage

BOWL = "p_bowl"
HOLD, TURN = 300, 60
SHOWS = (SHOW, "late")
VIEWER = st.sampled_from([f"v_{n}" for n in range(1, 7)])
UNITS = st.integers(1, 2)
PROCESS = st.integers(0, 1)


@dataclass(slots=True)
class Waits:
    """A place that waits, or has its turn by `hold`."""

    viewer: str
    units: int
    show: int
    hold: str | None = None


@dataclass(slots=True)
class Held:
    """Units in a hold; of a turn with its place."""

    viewer: str
    units: int
    show: int
    expires_at: datetime
    place: Waits | None = None


class WaitlistMachine(RuleBasedStateMachine):
    """`line` is who waits, the next one first; `holds` by id are the placed ones."""

    database_url: str

    def __init__(self) -> None:
        super().__init__()
        empty_database(self.database_url)
        self.loop = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.stages = [self.open(empty=False), self.open(empty=True)]
        self.run(self.stages[0].add_show(SHOWS[1]))
        self.free, self.sold = 3, 0
        self.line: list[Waits] = []
        self.holds: dict[str, Held] = {}

    def open(self, *, empty: bool) -> Stage:
        stage = open_stage(self.database_url, empty=empty, hold_seconds=HOLD, turn_seconds=TURN)
        return self.loop.run(self.stack.enter_async_context(stage))

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()

    def run(self, call: Coroutine[Any, Any, Any]) -> Any:
        """Return the answer, or the refusal."""

        async def tell() -> Any:
            try:
                return await call
            except RefusedError as refused:
                return refused

        return self.loop.run(tell())

    def lapse(self, keep: str = "") -> None:
        """Whoever locks the product lets go of what has lapsed, and gives it to the line."""
        now = self.stages[0].clock.at
        for id in [id for id, held in self.holds.items() if held.expires_at <= now and id != keep]:
            self.free += self.holds.pop(id).units
        self.give()

    def give(self) -> None:
        """The first whom the free units suffice for have their turn, in order."""
        for place in list(self.line):
            if place.units <= self.free:
                self.free -= place.units
                self.line.remove(place)
                listed = self.run(self.stages[0].holds.list_own(SHOWS[place.show], place.viewer))
                turn = next(h for h in listed if h.origin == "waitlist" and h.state == "placed")
                assert turn.id not in self.holds, "no unit serves two"
                assert (turn.expires_at - turn.placed_at).total_seconds() == TURN
                place.hold = turn.id
                self.holds[turn.id] = Held(place.viewer, place.units, place.show, turn.expires_at, place)

    def standing(self, viewer: str) -> Waits | None:
        turns = [held.place for held in self.holds.values() if held.place is not None]
        return next((place for place in [*self.line, *turns] if place.viewer == viewer), None)

    @rule(viewer=VIEWER, units=UNITS, process=PROCESS)
    def join(self, viewer: str, units: int, process: int) -> None:
        answer = self.run(self.stages[process].join(viewer, BOWL, units, show=SHOWS[process]))
        self.lapse()
        place = self.standing(viewer)
        if place is None:
            self.line.append(Waits(viewer, units, process))
        elif place.hold is None and units > place.units:
            assert code(answer) is Code.CONFLICT
            return
        elif place.hold is None:
            place.units = units
        self.give()
        place = self.standing(viewer)
        assert place is not None
        assert answer.state == ("waiting" if place.hold is None else "called"), answer
        assert answer.position == (self.line.index(place) + 1 if place.hold is None else None)

    @rule(viewer=VIEWER, process=PROCESS)
    def leave(self, viewer: str, process: int) -> None:
        answer = self.run(self.stages[process].waitlist.leave(SHOWS[process], BOWL, viewer))
        self.lapse()
        place = self.standing(viewer)
        if place is None or place.show != process:
            assert code(answer) is Code.NOT_FOUND or answer.state not in ("waiting", "called")
        elif place.hold is None:
            self.line.remove(place)
        else:
            self.free += self.holds.pop(place.hold).units
        self.give()

    @rule(viewer=VIEWER, units=UNITS, process=PROCESS, held=st.booleans())
    def come_from_the_side(self, viewer: str, units: int, process: int, held: bool) -> None:
        stage, show = self.stages[process], SHOWS[process]
        call: Coroutine[Any, Any, Any] = (
            stage.hold(viewer, (BOWL, units), show=show)
            if held
            else stage.buy(viewer, BOWL, quantity=units, show=show)
        )
        answer = self.run(call)
        self.lapse()
        if self.line or units > self.free:
            assert code(answer) is Code.SOLD_OUT
            assert answer.data.get("waiting", 0) == len(self.line), "nobody from the side while anybody waits"
            return
        self.free -= units
        if isinstance(answer, Hold):
            self.holds[answer.id] = Held(viewer, units, process, answer.expires_at)
        else:
            assert not isinstance(answer, RefusedError), answer
            self.sold += units

    @rule(which=st.integers(0, 20), process=PROCESS)
    def release(self, which: int, process: int) -> None:
        if (id := self.pick(which)) is None:
            return
        held = self.holds[id]
        self.run(self.stages[process].holds.release(SHOWS[held.show], id, held.viewer))
        self.lapse()
        if id in self.holds:
            self.free += self.holds.pop(id).units
            self.give()

    @rule(which=st.integers(0, 20), process=PROCESS)
    def pay(self, which: int, process: int) -> None:
        if (id := self.pick(which)) is None:
            return
        held = self.holds[id]
        hold = self.run(self.stages[process].holds.find(id))
        answer = self.run(confirm(self.stages[process], hold))
        assert not isinstance(answer, RefusedError), answer
        self.lapse(keep=id)
        self.sold += self.holds.pop(id).units
        self.line = [place for place in self.line if place.viewer != held.viewer]
        self.give()

    @rule(add=st.integers(1, 2), process=PROCESS, studio=st.booleans())
    def restock(self, add: int, process: int, studio: bool) -> None:
        stage = self.stages[process]
        self.free += add
        if studio:
            self.run(stage.stockroom.change(CHANNEL, HOST, BOWL, Adding(add)))
            self.run(stage.waitlist.serve_due())
        else:
            self.run(stage.shop.restock(SHOWS[process], HOST, BOWL, add))
        # What has lapsed stays as it is until somebody locks the product to sell it; the loop did that where there is anybody to serve.
        self.run(stage.holds.let_lapsed_go())
        self.lapse()

    @rule(seconds=st.sampled_from([1, TURN, HOLD]), process=PROCESS)
    def let_time_pass(self, seconds: int, process: int) -> None:
        for stage in self.stages:
            stage.tick(seconds)
        self.run(self.stages[process].holds.let_lapsed_go())
        self.lapse()

    def pick(self, which: int) -> str | None:
        known = sorted(self.holds)
        return known[which % len(known)] if known else None

    @invariant()
    def units_and_places_are_as_promised(self) -> None:
        async def look() -> tuple[list[Any], tuple[int, int, int], list[str], int]:
            stage = self.stages[0]
            async with stage.database.read() as connection:
                wrong = await take_stock(connection)
                rows = await connection.execute(
                    text("SELECT viewer_id FROM waitlist_place WHERE state = 'waiting' ORDER BY nr")
                )
                line = [row.viewer_id for row in rows]
                called = await connection.scalar(
                    text("SELECT count(*) FROM waitlist_place WHERE state = 'called'")
                )
                return wrong, (await stage.held())[BOWL], line, int(called or 0)

        wrong, counted, line, called = self.loop.run(look())
        assert wrong == []
        held = sum(each.units for each in self.holds.values())
        assert counted == (self.free, held, self.sold)
        assert line == [place.viewer for place in self.line]
        assert called == sum(each.place is not None for each in self.holds.values())


def machine_on(database_url: str) -> type[WaitlistMachine]:
    return type("Machine", (WaitlistMachine,), {"database_url": database_url})


def test_the_line_keeps_its_promises_whatever_happens(database_url: str) -> None:
    run_by_chance(machine_on(database_url), runs=12, steps=16)


def serve_twice(patch: pytest.MonkeyPatch) -> None:
    """Whose turn it is stays in line, and gets another one."""

    async def nothing(*_: Any) -> None:
        pass

    patch.setattr("server.waitlist.desk.call_places", nothing)
    patch.setattr("server.waitlist.desk.turn_key", lambda place: f"{place.id}/{id(object())}")


def serve_the_last_first(patch: pytest.MonkeyPatch) -> None:
    """The line is read from its end."""
    turned = repository._READ_LINE.text.replace("ORDER BY w.nr", "ORDER BY w.nr DESC")
    patch.setattr(repository, "_READ_LINE", text(turned))


def sell_to_a_stranger(patch: pytest.MonkeyPatch) -> None:
    """Whoever comes from the side is asked only whether there are units."""

    def only_units(stocked: Any, units: int, *, to_hold: bool = False) -> None:
        if units > stocked.stock:
            raise RefusedError(Code.SOLD_OUT, stock=stocked.stock)

    patch.setattr(rules, "require_free", only_units)
    patch.setattr(placing, "require_free", only_units)


def lose_a_lapsed_turn(patch: pytest.MonkeyPatch) -> None:
    """What comes back lies there, and nobody is told that it is theirs."""

    async def nothing(*_: Any) -> list[Hold]:
        return []

    first = Books.let_go

    async def let_go_alone(self: Books, *arguments: Any, **named: Any) -> set[str]:
        patch.setattr(WaitlistDesk, "give", nothing)
        return await first(self, *arguments, **named)

    patch.setattr(Books, "let_go", let_go_alone)


def forget_that_a_turn_is_over(patch: pytest.MonkeyPatch) -> None:
    """A turn that ends leaves its place as it was."""

    async def nothing(*_: Any) -> None:
        pass

    patch.setattr(WaitlistDesk, "end", nothing)


def stay_after_buying(patch: pytest.MonkeyPatch) -> None:
    """Whoever got it in another way keeps their place."""

    async def nothing(*_: Any) -> None:
        pass

    patch.setattr(WaitlistDesk, "bought", nothing)


def sold_out(shop: WaitlistMachine, *viewers: str) -> object:
    """Somebody holds all, and these wait for two each."""
    shop.come_from_the_side("v_6", 2, 0, held=True)
    shop.come_from_the_side("v_5", 1, 0, held=True)
    for n, viewer in enumerate(viewers):
        shop.join(viewer, 2, n % 2)
    return shop.line


def give_back_all(shop: WaitlistMachine) -> object:
    shop.release(0, 0)
    shop.units_and_places_are_as_promised()
    shop.release(0, 1)
    return shop.free


PLANTED: Stories[WaitlistMachine] = {
    serve_twice: lambda shop: (
        sold_out(shop, "v_1"),
        give_back_all(shop),
        shop.units_and_places_are_as_promised(),
        shop.restock(2, 0, studio=False),
    ),
    serve_the_last_first: lambda shop: (sold_out(shop, "v_1", "v_2"), give_back_all(shop)),
    sell_to_a_stranger: lambda shop: (
        sold_out(shop, "v_1"),
        shop.release(1, 0),
        shop.come_from_the_side("v_4", 1, 1, held=False),
        shop.restock(1, 0, studio=True),
    ),
    lose_a_lapsed_turn: lambda shop: (
        sold_out(shop, "v_1", "v_2"),
        shop.restock(2, 0, studio=False),
        shop.let_time_pass(TURN, 0),
    ),
    forget_that_a_turn_is_over: lambda shop: (
        sold_out(shop, "v_1", "v_2"),
        shop.restock(2, 0, studio=False),
        shop.let_time_pass(TURN, 1),
    ),
    stay_after_buying: lambda shop: (sold_out(shop), shop.join("v_6", 1, 0), shop.pay(0, 0), shop.pay(0, 0)),
}


@pytest.mark.parametrize("planted", [*PLANTED], ids=lambda plant: plant.__name__)
def test_a_planted_mistake_is_found(
    database_url: str, planted: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove_found(machine_on(database_url), planted, PLANTED[planted], monkeypatch)
