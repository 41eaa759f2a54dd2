"""A state machine for holds against PostgreSQL: two processes, purchases, carts, time, payments and edits beside each other, one truth.

Mistakes are planted as controls: with each of them the machine must find something wrong.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import text

from server.catalogue.stockroom import Setting
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shop import holds_repository, locking, placing, repository
from server.shop.hold_rules import Hold, Wanted, WantedLine
from server.shop.rules import Order, Purchase, Receipt
from server.shop.stocktaking import take_stock
from tests.support.databases import empty_database
from tests.support.eventually import eventually
from tests.support.machines import Plant, Stories, prove_found, run_by_chance
from tests.support.stage import CHANNEL, HOST, SHOW, Stage, open_stage

EDIT = """
    WITH edited AS (UPDATE product SET stock = stock - :free, stock_moves = stock_moves + 1 WHERE id = :product RETURNING *)
    INSERT INTO stock_change (id, channel_id, product_id, move, at, actor, actor_name, role, reason, delta, stock_after)
    SELECT 'c_' || id || stock_moves, channel_id, id, stock_moves, now(), 'm_host', 'Mika', 'host', 'correction', -:free, stock FROM edited
"""
"""What the studio does to a product from which it takes all free units."""
PRICES = {"p_apron": 1000, "p_bowl": 2500}
ON_HAND = {"p_apron": 6, "p_bowl": 3}
SECONDS = 300
SHOWS = (SHOW, "late")
"""Two shows of one channel, which sell the same products: only the products' own locks keep them apart."""
VIEWER = st.sampled_from(["v_1", "v_2", "v_3"])
LINE = st.builds(WantedLine, product_id=st.sampled_from(list(PRICES)), quantity=st.integers(1, 3))
WANTED = st.builds(
    Wanted,
    viewer_id=VIEWER,
    key=st.sampled_from([f"key-0000{n}" for n in range(6)]),
    lines=st.lists(LINE, min_size=1, max_size=3).map(tuple),
)
PURCHASE = st.builds(
    Purchase,
    viewer_id=VIEWER,
    product_id=st.sampled_from(list(PRICES)),
    quantity=st.integers(1, 3),
    key=st.sampled_from([f"buy-0000{n}" for n in range(6)]),
)
Answer = Any


class HoldsMachine(RuleBasedStateMachine):
    """`holds` and `sold` are what was acknowledged; what is free follows from them and from what is on hand."""

    database_url: str

    def __init__(self) -> None:
        super().__init__()
        empty_database(self.database_url)
        self.loop = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.stages = [self.open(empty=False), self.open(empty=True)]
        self.loop.run(self.stages[0].add_show(SHOWS[1]))
        self.run_sql("UPDATE product SET stock = 6 WHERE id = 'p_apron'")
        self.on_hand = dict(ON_HAND)
        self.holds: dict[tuple[str, str], Hold] = {}
        self.ended: dict[str, str] = {}
        self.bought: dict[tuple[str, str], Order] = {}
        self.heads: dict[str, str] = {}
        self.rushes = 0

    def open(self, *, empty: bool) -> Stage:
        stage = open_stage(self.database_url, empty=empty, hold_seconds=SECONDS)
        return self.loop.run(self.stack.enter_async_context(stage))

    def teardown(self) -> None:
        self.loop.run(self.stack.aclose())
        self.loop.close()

    def run_sql(self, statement: str) -> list[Any]:
        async def run() -> list[Any]:
            async with self.stages[0].database.write() as connection:
                found = await connection.execute(text(statement))
                return list(found) if found.returns_rows else []

        return self.loop.run(run())

    @property
    def now(self) -> Any:
        return self.stages[0].clock.at

    def state_of(self, hold: Hold) -> str:
        """How the model says that a hold stands."""
        return self.ended.get(hold.id) or ("expired" if hold.expires_at <= self.now else "placed")

    def held(self) -> Counter[str]:
        held: Counter[str] = Counter()
        for hold in self.holds.values():
            if self.state_of(hold) == "placed":
                held.update(hold.units)
        return held

    def sold(self) -> Counter[str]:
        sold: Counter[str] = Counter()
        for order in self.bought.values():
            sold[order.product_id] += order.quantity
        for hold in self.holds.values():
            if self.state_of(hold) == "confirmed":
                sold.update(hold.units)
        return sold

    def free(self) -> dict[str, int]:
        held, sold = self.held(), self.sold()
        return {id: units - held[id] - sold[id] for id, units in self.on_hand.items()}

    @rule(wanted=WANTED, process=st.integers(0, 1))
    def place(self, wanted: Wanted, process: int) -> None:
        """One wish alone: exactly what the model says."""
        known, free = self.holds.get((wanted.viewer_id, wanted.key)), self.free()
        (answer,) = self.ask(lambda stage: [stage.holds.place(SHOW, wanted)], process)
        if known is not None:
            same = [(a.product_id, a.quantity) for a in known.lines] == [
                (a.product_id, a.quantity) for a in wanted.lines
            ]
            if not same:
                assert code(answer) is Code.KEY_REUSED
                return
            assert (answer.id, answer.expires_at) == (known.id, known.expires_at), (
                "the time is never prolonged"
            )
            assert (answer.state, answer.repeated) == (self.state_of(known), True)
        elif any(units > free[id] for id, units in wanted.demand.items()):
            assert code(answer) is Code.SOLD_OUT
        else:
            self.take(wanted, answer)

    @rule(wishes=st.lists(WANTED, min_size=2, max_size=6), purchases=st.lists(PURCHASE, max_size=4))
    def all_at_once(self, wishes: list[Wanted], purchases: list[Purchase]) -> None:
        """Holds and purchases through both processes at once: any order of theirs is right, but each key is one."""
        many: list[Wanted | Purchase] = [*wishes, *purchases]

        def calls(stage: Stage, other: Stage) -> list[Any]:
            places = (stage, other)
            return [
                places[n % 2].holds.place(SHOW, each)
                if isinstance(each, Wanted)
                else places[n % 2].shop.buy(SHOW, each)
                for n, each in enumerate(many)
            ]

        answers = self.gather(calls(*self.stages))
        for each, answer in zip(many, answers, strict=True):
            if isinstance(each, Purchase):
                self.note_purchase(each, answer)
            elif isinstance(answer, Hold):
                known = self.holds.get((each.viewer_id, each.key))
                if known is None:
                    self.take(each, answer)
                else:
                    assert (answer.id, answer.expires_at) == (known.id, known.expires_at)
            else:
                assert code(answer) in (Code.SOLD_OUT, Code.KEY_REUSED)

    @rule(which=st.integers(0, 20), process=st.integers(0, 1))
    def click_again(self, which: int, process: int) -> None:
        """The same wish once more, as a page does that lost the answer."""
        if (hold := self.pick(which)) is None:
            return
        lines = tuple(WantedLine(line.product_id, line.quantity) for line in hold.lines)
        wanted = Wanted(hold.viewer_id, hold.key, lines, exchanges=hold.exchanges)

        def calls(stage: Stage) -> list[Any]:
            again = stage.holds.place if hold.exchanges is None else stage.exchanges.exchange
            return [again(hold.show_id, wanted) for _ in range(2)]

        answers = self.ask(calls, process)
        for answer in answers:
            assert (answer.id, answer.expires_at) == (hold.id, hold.expires_at), "the time is never prolonged"
            assert (answer.state, answer.repeated) == (self.state_of(hold), True)

    @rule(
        which=st.integers(0, 20),
        lines=st.lists(LINE, min_size=1, max_size=3).map(tuple),
        process=st.integers(0, 1),
        times=st.integers(1, 2),
    )
    def exchange(self, which: int, lines: tuple[WantedLine, ...], process: int, times: int) -> None:
        """Other lines in the place of a hold, asked once or twice at once: more only if free, under the time that it had."""
        if (hold := self.pick(which)) is None:
            return
        self.rushes += 1
        before, free = self.state_of(hold), self.free()
        wanted = Wanted(hold.viewer_id, f"swap-{self.rushes}", lines, exchanges=hold.id)
        short = any(units - hold.units.get(id, 0) > free[id] for id, units in wanted.demand.items())
        answers = self.ask(
            lambda stage: [stage.exchanges.exchange(hold.show_id, wanted) for _ in range(times)], process
        )
        for answer in answers:
            if before != "placed":
                assert code(answer) is Code.HOLD_ENDED
            elif short:
                assert code(answer) is Code.SOLD_OUT
            else:
                self.take(wanted, answer)
                assert (answer.id, answer.expires_at) == (answers[0].id, hold.expires_at), (
                    "the time is never prolonged"
                )
                self.ended[hold.id] = "released"

    @rule(product=st.sampled_from(list(PRICES)))
    def rush(self, product: str) -> None:
        """Ten want one unit at once, by both processes and in two shows: as many get one as are free."""
        self.rushes += 1
        free = self.free()[product]
        wishes = [
            Wanted(f"v_{n}", f"rush-{self.rushes}-{n}", (WantedLine(product, 1),)) for n in range(1, 11)
        ]
        answers = self.gather(
            [self.stages[n % 2].holds.place(SHOWS[n % 2], each) for n, each in enumerate(wishes)]
        )
        assert sum(isinstance(answer, Hold) for answer in answers) == min(free, 10)
        for wanted, answer in zip(wishes, answers, strict=True):
            if isinstance(answer, Hold):
                self.take(wanted, answer)
            else:
                assert code(answer) is Code.SOLD_OUT

    @rule(which=st.integers(0, 20), process=st.integers(0, 1), times=st.integers(1, 3))
    def release(self, which: int, process: int, times: int) -> None:
        """Given back once or several times at once: units come back once."""
        if (hold := self.pick(which)) is None:
            return
        before = self.state_of(hold)
        answers = self.ask(
            lambda stage: [stage.holds.release(hold.show_id, hold.id, hold.viewer_id) for _ in range(times)],
            process,
        )
        for answer in answers:
            if before == "confirmed":
                assert code(answer) is Code.HOLD_ENDED
            else:
                assert answer.state == ("released" if before == "placed" else before)
        if before == "placed":
            self.ended[hold.id] = "released"

    @rule(which=st.integers(0, 20), process=st.integers(0, 1), times=st.integers(1, 2))
    def confirm(self, which: int, process: int, times: int) -> None:
        """Paid, perhaps twice, perhaps late."""
        if (hold := self.pick(which)) is None:
            return
        before, free = self.state_of(hold), self.free()
        short = any(units > free[id] for id, units in hold.units.items())
        stage = self.stages[process]
        for _ in range(times):
            (answer,) = self.gather([confirm(stage, hold)])
            if before == "released":
                assert code(answer) is Code.HOLD_ENDED
            elif before == "expired" and short:
                assert code(answer) is Code.SOLD_OUT
            else:
                head = answer[0]
                assert self.heads.setdefault(hold.id, head.id) == head.id, (
                    "one order, however often it is paid"
                )
                assert [(o.product_id, o.quantity) for o in answer] == [
                    (line.product_id, line.quantity) for line in hold.lines
                ]
                assert {o.number for o in answer} == {head.number}
                self.ended[hold.id] = "confirmed"

    @rule(seconds=st.sampled_from([1, SECONDS // 2, SECONDS]))
    def let_time_pass(self, seconds: int) -> None:
        for stage in self.stages:
            stage.tick(seconds)

    @rule(process=st.integers(0, 1))
    def sweep(self, process: int) -> None:
        self.gather([self.stages[process].holds.let_lapsed_go()])

    @rule(purchase=PURCHASE, process=st.integers(0, 1))
    def buy(self, purchase: Purchase, process: int) -> None:
        """In one step, beside all that is held."""
        known, free = self.bought.get((purchase.viewer_id, purchase.key)), self.free()
        (answer,) = self.ask(lambda stage: [stage.shop.buy(SHOW, purchase)], process)
        if known is None and purchase.quantity > free[purchase.product_id]:
            assert code(answer) is Code.SOLD_OUT
        elif known is None:
            assert isinstance(answer, Receipt), answer
            assert not answer.repeated
        self.note_purchase(purchase, answer)

    @rule(product=st.sampled_from(list(PRICES)), add=st.integers(-2, 3), process=st.integers(0, 1))
    def restock(self, product: str, add: int, process: int) -> None:
        """Units come and go in the studio; what is held cannot be taken away."""
        self.sweep(process)
        free = self.free()[product]
        (answer,) = self.ask(lambda stage: [stage.shop.restock(SHOW, HOST, product, add)], process)
        if add == 0 or free + add < 0:
            assert isinstance(answer, RefusedError), answer
        else:
            assert answer == free + add
            self.on_hand[product] += add

    @rule(product=st.sampled_from(list(PRICES)), off=st.integers(0, 1), to=st.integers(0, 6))
    def set_stock(self, product: str, off: int, to: int) -> None:
        """Edited in the studio by who saw `off` more than are free."""
        self.sweep(0)
        free = self.free()[product]
        setting = Setting(free + off, to)
        (answer,) = self.ask(lambda stage: [stage.stockroom.change(CHANNEL, HOST, product, setting)], 0)
        if off:
            assert code(answer) is Code.CONFLICT
        else:
            self.on_hand[product] += to - free
            assert answer.stock == to

    @rule(product=st.sampled_from(list(PRICES)), process=st.integers(0, 1))
    def edit_meanwhile(self, product: str, process: int) -> None:
        """All free units are taken away in the studio while a hold of one waits to be written: it finds none."""
        self.sweep(process)
        self.rushes += 1
        free = self.free()[product]
        wanted = Wanted("v_1", f"meanwhile-{self.rushes}", (WantedLine(product, 1),))
        answer = self.loop.run(self.hold_while_edited(self.stages[process], wanted, free))
        assert code(answer) is Code.SOLD_OUT
        self.on_hand[product] -= free

    async def hold_while_edited(self, stage: Stage, wanted: Wanted, free: int) -> Answer:
        async with self.stages[0].database.write() as connection:
            (line,) = wanted.lines
            await connection.execute(text(EDIT), {"product": line.product_id, "free": free})
            placing = asyncio.create_task(stage.holds.place(SHOW, wanted))

            async def waits() -> bool:
                return bool(await connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))

            await eventually(waits)
        (answer,) = await asyncio.gather(placing, return_exceptions=True)
        return answer

    @invariant()
    def free_held_and_sold_are_on_hand_and_every_movement_is_a_row(self) -> None:
        """Columns, orders, holds and rows agree with each other at every instant, and with what was acknowledged."""

        async def count() -> tuple[list[Any], dict[str, tuple[int, int, int]], int]:
            stage = self.stages[0]
            async with stage.database.read() as connection:
                wrong = await take_stock(connection)
                orders = await connection.execute(text("SELECT count(*) FILTER (WHERE nth = 0) FROM sale"))
                return wrong, await stage.held(), int(orders.scalar() or 0)

        wrong, told, orders = self.loop.run(count())
        assert wrong == []
        held, sold, free = self.held(), self.sold(), self.free()
        for id, on_hand in self.on_hand.items():
            assert min(told[id]) >= 0
            assert sum(told[id]) == on_hand
            assert told[id][2] == sold[id]
            # What has lapsed is free to whoever wants it, whether that has been written or not.
            assert told[id][0] <= free[id]
            assert told[id][1] >= held[id]
        assert orders == len(self.bought) + sum(state == "confirmed" for state in self.ended.values())

    def pick(self, which: int) -> Hold | None:
        known = sorted(self.holds.values(), key=lambda hold: hold.id)
        return known[which % len(known)] if known else None

    def take(self, wanted: Wanted, answer: Answer) -> None:
        assert isinstance(answer, Hold), answer
        assert answer.state == "placed"
        self.holds[wanted.viewer_id, wanted.key] = replace(answer, repeated=False)

    def note_purchase(self, purchase: Purchase, answer: Answer) -> None:
        known = self.bought.get((purchase.viewer_id, purchase.key))
        if isinstance(answer, Receipt):
            assert known is None or answer.order == known
            assert (answer.order.product_id, answer.order.quantity) == (
                purchase.product_id,
                purchase.quantity,
            )
            self.bought[purchase.viewer_id, purchase.key] = answer.order
        else:
            assert code(answer) in (Code.SOLD_OUT, Code.KEY_REUSED)

    def ask(self, calls: Callable[[Stage], list[Any]], process: int) -> list[Answer]:
        return self.gather(calls(self.stages[process]))

    def gather(self, calls: Sequence[Any]) -> list[Answer]:
        async def run() -> list[Answer]:
            return list(await asyncio.gather(*calls, return_exceptions=True))

        answers = self.loop.run(run())
        for answer in answers:
            assert not isinstance(answer, BaseException) or isinstance(answer, RefusedError), answer
        return answers


def code(answer: Answer) -> Code | None:
    return answer.code if isinstance(answer, RefusedError) else None


async def confirm(stage: Stage, hold: Hold) -> list[Order]:
    """Confirm as a payment does: in a transaction of the show."""

    async def handler(tx: ShowTransaction, ids: Sequence[str]) -> list[list[Order] | RefusedError]:
        answers: list[list[Order] | RefusedError] = []
        for id in ids:
            try:
                answers.append(await stage.holds.confirm_in(tx, id, "pay_1"))
            except RefusedError as refusal:
                answers.append(refusal)
        return answers

    return await stage.journal.commit(hold.show_id, handler, hold.id)


def machine_on(database_url: str) -> type[HoldsMachine]:
    return type("Machine", (HoldsMachine,), {"database_url": database_url})


def test_holds_keep_their_promises_whatever_happens(database_url: str) -> None:
    run_by_chance(machine_on(database_url), runs=12, steps=14)


def lock_nothing(patch: pytest.MonkeyPatch) -> None:
    """Products are read and not locked. The numbers of movements, which are unique, would refuse it all the same: so they give way."""
    plain = repository._LOCK_PRODUCTS.text.replace("FOR NO KEY UPDATE OF p", "")
    patch.setattr(repository, "_LOCK_PRODUCTS", text(plain))
    patch.setattr(
        locking, "INSERT_HELD_MOVES", holds_repository.INSERT_HELD_MOVES + " ON CONFLICT DO NOTHING"
    )


def look_at_no_key(patch: pytest.MonkeyPatch) -> None:
    """A key that was used before is not looked for, and takes another place."""

    async def nothing(*_: Any) -> list[Hold]:
        return []

    from server.shop import holds

    unkeyed = holds_repository._INSERT_HOLDS.replace(
        "%s, viewer_id, key, state", "%s, viewer_id, key || id, state"
    )
    patch.setattr(holds_repository, "_INSERT_HOLDS", unkeyed)
    patch.setattr(holds, "read_by_key", nothing)


def never_expire(patch: pytest.MonkeyPatch) -> None:
    """Nobody who locks a product looks for its lapsed holds."""

    async def nothing(*_: Any, **__: Any) -> list[Hold]:
        return []

    patch.setattr(locking, "read_lapsed", nothing)


def give_back_twice(patch: pytest.MonkeyPatch) -> None:
    """Who ends a hold does not ask whether it stands."""
    blind = holds_repository._END_HOLDS.replace("state = ANY(%s)", "CAST(%s AS text[]) IS NOT NULL")
    assert blind != holds_repository._END_HOLDS
    patch.setattr(holds_repository, "_END_HOLDS", blind)


def prolong(patch: pytest.MonkeyPatch) -> None:
    """A repeated click begins the countdown anew."""
    first = placing.repeat_hold

    def again(earlier: Hold, wanted: Wanted, show_id: str) -> Hold:
        hold = first(earlier, wanted, show_id)
        return replace(hold, expires_at=hold.expires_at + (hold.expires_at - hold.placed_at))

    patch.setattr(placing, "repeat_hold", again)


def count_lines_apart(patch: pytest.MonkeyPatch) -> None:
    """Lines of one product are compared with the stock one by one."""
    patch.setattr(
        Wanted, "demand", property(lambda self: {line.product_id: line.quantity for line in self.lines})
    )


def keep_no_rows(patch: pytest.MonkeyPatch) -> None:
    """Movements are counted and not written."""
    patch.setattr(locking, "as_move_rows", lambda *_: [])


def sell_the_given_up(patch: pytest.MonkeyPatch) -> None:
    """Money for a hold that its viewer gave up makes an order."""
    from server.shop import late

    patch.setattr(late, "BY_VIEWER", "nobody")


def begin_anew(patch: pytest.MonkeyPatch) -> None:
    """What comes in the place of a hold has a time of its own."""
    from server.shop import exchange_rules, exchanges

    first = exchange_rules.exchanged

    def anew(hold: Hold, *others: Any) -> Hold:
        new = first(hold, *others)
        return replace(new, expires_at=new.placed_at + (hold.expires_at - hold.placed_at))

    patch.setattr(exchanges, "exchanged", anew)


def keep_what_was_exchanged(patch: pytest.MonkeyPatch) -> None:
    """Who exchanges a hold does not end it."""

    async def nothing(*_: Any, **__: Any) -> set[str]:
        return set()

    patch.setattr(locking, "end_holds", nothing)


BOWLS = Wanted("v_1", "key-bowls", (WantedLine("p_bowl", 3),))
APRONS = Wanted("v_2", "key-aprons", (WantedLine("p_apron", 2),))
TWICE = Wanted("v_1", "key-twice", (WantedLine("p_bowl", 2), WantedLine("p_bowl", 2)))
PLANTED: Stories[HoldsMachine] = {
    lock_nothing: lambda shop: shop.edit_meanwhile("p_apron", 1),
    look_at_no_key: lambda shop: (shop.place(APRONS, 0), shop.place(APRONS, 1)),
    never_expire: lambda shop: (
        shop.place(BOWLS, 0),
        shop.let_time_pass(SECONDS),
        shop.buy(Purchase("v_2", "p_bowl", 1, "buy-bowls"), 1),
    ),
    give_back_twice: lambda shop: (
        shop.place(APRONS, 0),
        shop.place(replace(APRONS, viewer_id="v_3"), 0),
        shop.release(0, 1, 1),
        shop.release(0, 1, 1),
    ),
    prolong: lambda shop: (shop.place(BOWLS, 0), shop.let_time_pass(1), shop.click_again(0, 0)),
    count_lines_apart: lambda shop: shop.place(TWICE, 0),
    keep_no_rows: lambda shop: shop.place(APRONS, 0),
    begin_anew: lambda shop: (
        shop.place(BOWLS, 0),
        shop.let_time_pass(1),
        shop.exchange(0, (WantedLine("p_bowl", 2),), 1, 1),
    ),
    keep_what_was_exchanged: lambda shop: (
        shop.place(APRONS, 0),
        shop.exchange(0, (WantedLine("p_apron", 3),), 1, 1),
    ),
    sell_the_given_up: lambda shop: (shop.place(BOWLS, 0), shop.release(0, 0, 1), shop.confirm(0, 0, 1)),
}


@pytest.mark.parametrize("planted", [*PLANTED], ids=lambda plant: plant.__name__)
def test_a_planted_mistake_is_found(
    database_url: str, planted: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove_found(machine_on(database_url), planted, PLANTED[planted], monkeypatch)
