"""A state machine for uses of vouchers against PostgreSQL: two processes, two shows, time, payments and changes of mind beside each other.

Mistakes are planted as controls: with each of them the machine must find something wrong.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import text

from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.running.vouchers import vouchers_with
from server.shop.hold_rules import Hold
from server.vouchers import uses_repository
from server.vouchers.reserving import Reserving
from server.vouchers.rules import Terms
from server.vouchers.service import Wanted
from server.vouchers.uses_repository import Use, take_uses
from tests.support.databases import empty_database
from tests.support.machines import Plant, Stories, prove_found, run_by_chance
from tests.support.stage import ADMIN, CHANNEL, SHOW, Stage, open_stage
from tests.support.voucher_till import VoucherTill

SECONDS = 300
SHOWS = (SHOW, "late")
USES_MAX = 3
CODES = ("three", "once")
VIEWER = st.sampled_from(["v_1", "v_2", "v_3", "v_4"])


class VouchersMachine(RuleBasedStateMachine):
    """`uses` is by hold which code it uses as far as was acknowledged; `sold` are the holds that became orders with it."""

    database_url: str

    def __init__(self) -> None:
        super().__init__()
        empty_database(self.database_url)
        self.loop = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.tills = [self.open(empty=False), self.open(empty=True)]
        self.holds: list[Hold] = []
        self.uses: dict[str, str] = {}
        self.sold: set[str] = set()
        self.paying: set[str] = set()
        self.ids: dict[str, str] = {}

    def open(self, *, empty: bool) -> VoucherTill:
        async def start() -> VoucherTill:
            stage = await self.stack.enter_async_context(
                open_stage(self.database_url, empty=empty, hold_seconds=SECONDS)
            )
            return VoucherTill(stage, vouchers_with(stage.database, stage.clock).reserving)

        return self.loop.run(start())

    def teardown(self) -> None:
        self.loop.run(self.stack.aclose())
        self.loop.close()

    @initialize()
    def set_up(self) -> None:
        async def run() -> None:
            stage = self.stage
            await stage.add_show(SHOWS[1])
            await stage.add_product("p_many", stock=10_000)
            vouchers = vouchers_with(stage.database, stage.clock).vouchers
            three = Terms("percent", percent=10, uses_max=USES_MAX)
            once = Terms("percent", percent=20, once_per_person=True)
            for code, terms in zip(CODES, (three, once), strict=True):
                made = await vouchers.create(CHANNEL, ADMIN, Wanted(code, terms))
                self.ids[code] = made.row.id

        self.loop.run(run())

    @property
    def stage(self) -> Stage:
        return self.tills[0].stage

    def stands(self, hold: Hold) -> bool:
        lapsed = hold.expires_at <= self.stage.clock.at and hold.id not in self.paying
        return hold.id not in self.sold and not lapsed

    def counted(self, code: str, *, besides: str = "") -> list[Hold]:
        """Holds that use a voucher by now: those that are orders, and those that stand."""
        return [
            hold
            for hold in self.holds
            if self.uses.get(hold.id) == code
            and hold.id != besides
            and (hold.id in self.sold or self.stands(hold))
        ]

    def may(self, hold: Hold, code: str) -> bool:
        others = self.counted(code, besides=hold.id)
        if code == "three":
            return len(others) < USES_MAX
        return all(other.viewer_id != hold.viewer_id for other in others)

    def place(self, viewer: str, nth: int) -> Hold:
        hold = self.loop.run(self.stage.hold(viewer, ("p_many", 1), show=SHOWS[nth]))
        self.holds.append(hold)
        return hold

    @rule(viewer=VIEWER, show=st.integers(0, 1), code=st.sampled_from(CODES), process=st.integers(0, 1))
    def reserve(self, viewer: str, show: int, code: str, process: int) -> None:
        """One alone: exactly what the model says."""
        self.try_on(self.place(viewer, show), code, process)

    @rule(which=st.integers(0, 20), code=st.sampled_from(CODES), process=st.integers(0, 1))
    def change_code(self, which: int, code: str, process: int) -> None:
        hold = self.pick(which)
        if hold and self.stands(hold):
            self.try_on(hold, code, process)

    def try_on(self, hold: Hold, code: str, process: int) -> None:
        may = self.uses.get(hold.id) == code or self.may(hold, code)
        (answer,) = self.gather([self.tills[process].reserve(hold, code)])
        assert isinstance(answer, RefusedError) != may, answer
        if may:
            self.uses[hold.id] = code

    @rule(n=st.integers(2, 6), code=st.sampled_from(CODES))
    def rush(self, n: int, code: str) -> None:
        """Several at once through both processes and in both shows: as many as there is room for."""
        holds = [self.place(f"v_{nth % 4 + 1}", nth % 2) for nth in range(n)]
        room = USES_MAX - len(self.counted(code))
        fresh = {hold.viewer_id for hold in holds if self.may(hold, code)}
        answers = self.gather(
            [self.tills[nth // 2 % 2].reserve(hold, code) for nth, hold in enumerate(holds)]
        )
        got = [
            hold for hold, answer in zip(holds, answers, strict=True) if not isinstance(answer, RefusedError)
        ]
        self.uses |= {hold.id: code for hold in got}
        assert len(got) == (min(n, max(0, room)) if code == "three" else len(fresh))

    @rule(seconds=st.sampled_from([100, 301]))
    def pass_time(self, seconds: int) -> None:
        for till in self.tills:
            till.stage.tick(seconds)

    @rule(which=st.integers(0, 20))
    def begin_to_pay(self, which: int) -> None:
        hold = self.pick(which)
        if hold and self.stands(hold):
            self.loop.run(begin_paying(self.stage, hold))
            self.paying.add(hold.id)

    @rule(which=st.integers(0, 20), process=st.integers(0, 1), twice=st.booleans())
    def pay(self, which: int, process: int, twice: bool) -> None:
        """Whoever stands is sold; whoever comes late is, while nobody else has what they had."""
        hold = self.pick(which)
        if hold is None:
            return
        code = self.uses.get(hold.id)
        sure = hold.id in self.sold or self.stands(hold) or code is None or self.may(hold, code)
        calls = [self.tills[process].confirm(hold)]
        if twice:
            calls.append(self.tills[1 - process].confirm(hold))
        for answer in self.gather(calls):
            assert answer == ("sold" if sure else "lost")
        if sure:
            self.sold.add(hold.id)

    @rule(which=st.integers(0, 20))
    def withdraw(self, which: int) -> None:
        hold = self.pick(which)
        if hold and self.stands(hold):
            self.loop.run(self.tills[0].withdraw(hold))
            self.uses.pop(hold.id, None)

    @invariant()
    def what_is_counted_is_what_was_acknowledged(self) -> None:
        async def count() -> dict[str, tuple[int, int]]:
            async with self.stage.database.read() as connection:
                rows = await connection.execute(
                    text(
                        "SELECT v.code_key, v.uses_taken, (SELECT count(*) FROM voucher_use u"
                        " WHERE u.voucher_id = v.id AND u.state = 'taken') AS rows FROM voucher v"
                    )
                )
                return {row.code_key: (row.uses_taken, row.rows) for row in rows}

        told = self.loop.run(count()) if self.ids else {}
        for code, numbers in told.items():
            sold = [id for id in self.sold if self.uses.get(id) == code]
            assert numbers == (len(sold), len(sold))
        assert len(self.counted("three")) <= USES_MAX
        persons = [hold.viewer_id for hold in self.counted("once")]
        assert len(persons) == len(set(persons))

    def pick(self, which: int) -> Hold | None:
        return self.holds[which % len(self.holds)] if self.holds else None

    def gather(self, calls: Sequence[Any]) -> list[Any]:
        async def run() -> list[Any]:
            return list(await asyncio.gather(*calls, return_exceptions=True))

        answers = self.loop.run(run())
        for answer in answers:
            assert not isinstance(answer, BaseException) or isinstance(answer, RefusedError), answer
        return answers


async def begin_paying(stage: Stage, hold: Hold) -> None:
    async def handler(tx: ShowTransaction, wanted: Sequence[Hold]) -> list[None]:
        await stage.holds.begin_paying(tx, [each.id for each in wanted])
        return [None for _ in wanted]

    await stage.journal.commit(hold.show_id, handler, hold)


def machine_on(database_url: str) -> type[VouchersMachine]:
    return type("Machine", (VouchersMachine,), {"database_url": database_url})


def test_vouchers_keep_their_promises_whatever_happens(database_url: str) -> None:
    run_by_chance(machine_on(database_url), runs=12, steps=14)


def lock_nothing(patch: pytest.MonkeyPatch) -> None:
    """Two that want the last use do not see each other."""
    patch.setattr(uses_repository, "_LOCK_BY_CODE", uses_repository._READ_BY_CODE)


def never_tidy(patch: pytest.MonkeyPatch) -> None:
    """A use outlives its hold."""
    patch.setattr(uses_repository, "_TIDY", text("SELECT :voucher, :hold, CAST(:now AS timestamptz)"))


def look_at_no_payment(patch: pytest.MonkeyPatch) -> None:
    """A hold that is being paid loses its use when its time is over."""
    blind = uses_repository._TIDY.text.replace("AND NOT h.paying", "")
    patch.setattr(uses_repository, "_TIDY", text(blind))


def count_orders_alone(patch: pytest.MonkeyPatch) -> None:
    """What is set aside is not counted."""
    plain = uses_repository._RESERVED.text.replace("state = 'reserved'", "false")
    patch.setattr(uses_repository, "_RESERVED", text(plain))


def look_at_nobody(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks whether the person has used it."""
    plain = uses_repository._SAME_PERSON.text.replace("SELECT EXISTS", "SELECT false AND EXISTS")
    patch.setattr(uses_repository, "_SAME_PERSON", text(plain))


def take_again(patch: pytest.MonkeyPatch) -> None:
    """A payment that is told twice takes a use twice."""
    plain = uses_repository._TAKE.text.replace("AND state <> 'taken'", "")
    patch.setattr(uses_repository, "_TAKE", text(plain))

    async def take(self: Reserving, tx: ShowTransaction, hold_ids: Sequence[str]) -> frozenset[str]:
        await take_uses(tx.connection, hold_ids, tx.now)
        return frozenset()

    patch.setattr(Reserving, "take", take)


def take_what_is_gone(patch: pytest.MonkeyPatch) -> None:
    """Who pays late has the use though it went to somebody else."""

    async def take_late(self: Reserving, tx: ShowTransaction, use: Use) -> bool:
        await take_uses(tx.connection, [use.hold_id], tx.now)
        return True

    patch.setattr(Reserving, "_take_late", take_late)


def use_all(machine: VouchersMachine) -> None:
    for viewer in ("v_1", "v_2", "v_3"):
        machine.reserve(viewer, 0, "three", 0)


def rush_again_and_again(machine: VouchersMachine) -> None:
    for _ in range(5):
        machine.rush(6, "three")
        machine.pass_time(301)


def use_all_and_lapse(machine: VouchersMachine) -> None:
    use_all(machine)
    machine.pass_time(301)
    machine.reserve("v_4", 1, "three", 1)


def pay_beyond_the_time(machine: VouchersMachine) -> None:
    use_all(machine)
    machine.begin_to_pay(0)
    machine.pass_time(301)
    use_all(machine)


def use_one_too_many(machine: VouchersMachine) -> None:
    use_all(machine)
    machine.reserve("v_4", 1, "three", 1)


def use_it_twice(machine: VouchersMachine) -> None:
    machine.reserve("v_1", 0, "once", 0)
    machine.reserve("v_1", 1, "once", 1)


def hear_of_it_twice(machine: VouchersMachine) -> None:
    machine.reserve("v_1", 0, "three", 0)
    machine.pay(0, 0, twice=True)


def pay_late(machine: VouchersMachine) -> None:
    use_all(machine)
    machine.pass_time(301)
    use_all(machine)
    machine.pay(0, 0, twice=False)


PLANTED: Stories[VouchersMachine] = {
    lock_nothing: rush_again_and_again,
    never_tidy: use_all_and_lapse,
    look_at_no_payment: pay_beyond_the_time,
    count_orders_alone: use_one_too_many,
    look_at_nobody: use_it_twice,
    take_again: hear_of_it_twice,
    take_what_is_gone: pay_late,
}


@pytest.mark.parametrize("planted", [*PLANTED], ids=lambda plant: plant.__name__)
def test_a_planted_mistake_is_found(
    database_url: str, planted: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove_found(machine_on(database_url), planted, PLANTED[planted], monkeypatch)
