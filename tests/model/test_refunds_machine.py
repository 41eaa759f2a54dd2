"""A state machine for refunds against PostgreSQL: two processes, a provider that answers late, not at all, or no, and buyers beside them.

Mistakes are planted as controls: with each of them the machine must find something wrong.
"""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import text

from server.errors import RefusedError
from server.fulfilment import refund_books, refund_repository, refunds
from server.fulfilment.refund import Ended, Refund
from server.fulfilment.refund_rules import (
    Bought,
    Reckoning,
    WantedLine,
    WantedRefund,
    reckon,
    told_by_provider,
    units_back,
)
from server.ids import new_id
from server.journal.journal import Journal
from server.payments.payment import Payment
from server.payments.provider import Answer
from server.payments.service import Payments
from server.protocol.codes import Code
from server.running.refunding import refunds_for
from server.settings import Settings
from server.shop.stocktaking import take_stock
from tests.support.databases import empty_database
from tests.support.machines import Plant, Stories, prove_found, run_by_chance
from tests.support.stage import CHANNEL, HOST
from tests.support.till import Till, open_till

METHODS = ("card", "refund_unanswered", "refund_slow", "refund_refused", "")
WISH = st.tuples(
    st.sampled_from(["returned", "faulty", "goodwill", "cancelled"]),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 1), st.integers(1, 3), st.booleans()), max_size=2),
    st.none() | st.integers(0, 3000),
)
BOOKS = """
    SELECT p.id, p.amount_minor AS paid, p.refunded_minor AS told, i.taken_minor AS taken, i.refunded_minor AS there,
           coalesce((SELECT sum(amount_minor) FROM refund AS r WHERE r.payment_id = p.id AND r.state = 'done'), 0) AS done,
           coalesce((SELECT sum(amount_minor) FROM refund AS r WHERE r.payment_id = p.id AND r.state = 'asked'), 0) AS asked,
           coalesce((SELECT sum(bounced_minor) FROM refund AS r WHERE r.payment_id = p.id), 0) AS bounced,
           coalesce((SELECT sum(amount_minor) FROM refund AS r WHERE r.payment_id = p.id AND r.origin = 'provider'), 0) AS by_provider
    FROM payment AS p LEFT JOIN fake_intent AS i ON i.payment_id = p.id WHERE p.order_id IS NOT NULL
"""
LINES = """
    SELECT o.id, o.product_id, o.quantity, coalesce(sum(l.quantity) FILTER (WHERE r.state <> 'failed'), 0) AS gone,
           coalesce(sum(l.quantity) FILTER (WHERE r.state = 'done' AND l.restock), 0) AS back
    FROM orders AS o LEFT JOIN refund_line AS l ON l.line_id = o.id LEFT JOIN refund AS r ON r.id = l.refund_id GROUP BY o.id
"""


class RefundsMachine(RuleBasedStateMachine):
    """What was acknowledged stays, and the provider's own books agree with ours."""

    given: Settings

    def __init__(self) -> None:
        super().__init__()
        assert self.given.database_url is not None
        empty_database(self.given.database_url)
        self.loop = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.till: Till = self.loop.run(self.stack.enter_async_context(open_till(self.given)))
        stage = self.till.stage
        journal = Journal(stage.database, stage.clock, lambda *_: None)
        other = refunds_for(
            journal, stage.database, stage.clock, self.till.payments, stage.shop.books, push=lambda *_: None
        )
        self.processes = (self.till.refunds, other)
        self.orders: list[tuple[str, Payment | None]] = []
        self.acknowledged: dict[str, Refund] = {}
        self.keys: dict[str, tuple[str, WantedRefund]] = {}
        self.count = 0
        self.there_minor = 0
        """What was given back on the provider's own pages."""

    def teardown(self) -> None:
        self.loop.run(self.stack.aclose())
        self.loop.close()

    def gather(self, calls: Sequence[Any]) -> list[Any]:
        async def run() -> list[Any]:
            return list(await asyncio.gather(*calls, return_exceptions=True))

        answers = self.loop.run(run())
        for answer in answers:
            assert not isinstance(answer, BaseException) or isinstance(answer, RefusedError), answer
        return answers

    @rule(method=st.sampled_from(METHODS), units=st.integers(1, 3), bowls=st.integers(0, 1))
    def pay(self, method: str, units: int, bowls: int) -> None:
        """An order of one line or two, which a provider knows."""
        self.count += 1
        lines = [("p_apron", units), *([("p_bowl", bowls)] if bowls else [])]

        async def buy() -> Payment:
            hold = await self.till.stage.hold(f"v_{self.count}", *lines)
            return await self.till.now(await self.till.pay(hold, method))

        (answer,) = self.gather([buy()])
        if isinstance(answer, Payment):
            assert answer.order_id is not None
            self.orders.append((answer.order_id, answer))

    @rule(units=st.integers(1, 4))
    def buy(self, units: int) -> None:
        """In one step, perhaps the last units."""
        self.count += 1
        (answer,) = self.gather([self.till.stage.buy(f"v_{self.count}", "p_apron", quantity=units)])
        if not isinstance(answer, RefusedError):
            self.orders.append((answer.order.id, None))

    @rule(wishes=st.lists(WISH, min_size=1, max_size=4), which=st.integers(0, 20))
    def give_back(self, wishes: list[Any], which: int) -> None:
        """Several wishes at once by both processes, each sent twice under its key."""
        if not self.orders:
            return
        order = self.orders[which % len(self.orders)][0]
        head = self.loop.run(self.till.refunds.find_order(CHANNEL, order))
        calls, keys = [], []
        for n, (reason, everything, lines, amount) in enumerate(wishes):
            named = tuple(
                WantedLine(head.lines[nth % len(head.lines)].id, units, restock)
                for nth, units, restock in lines
            )
            wanted = WantedRefund(
                reason,
                () if everything else named,
                everything=everything,
                amount_minor=None if reason == "cancelled" else amount,
            )
            self.count += 1
            keys += [f"key-{self.count:05}"] * 2
            calls += [self.processes[(n + twice) % 2].ask(head, HOST, keys[-1], wanted) for twice in range(2)]
        for key, answer in zip(keys, self.gather(calls), strict=True):
            if isinstance(answer, RefusedError):
                assert answer.code in (Code.TOO_MUCH, Code.INVALID), answer
                assert key not in self.acknowledged, "one answer for a key"
            else:
                known = self.acknowledged.setdefault(key, answer.refund)
                assert known.id == answer.refund.id, "one refund for a key"

    @rule(which=st.integers(0, 20))
    def go_on_again(self, which: int) -> None:
        """Two go on with what one has begun."""
        known = list(self.acknowledged.values())
        if known and (refund := known[which % len(known)]).open:
            self.gather([process.go_on(refund) for process in self.processes])

    @rule(which=st.integers(0, 20), amount=st.integers(1, 1500))
    def at_the_provider(self, which: int, amount: int) -> None:
        """Somebody gives back on the provider's own pages."""
        paid = [payment for _, payment in self.orders if payment and payment.method]
        if paid:
            ref = paid[which % len(paid)].provider_ref
            assert ref is not None
            (given_back,) = self.gather([self.till.fake.refund_there(ref, amount)])
            self.there_minor += amount if given_back is True else 0

    @rule(which=st.integers(0, 20))
    def send_back(self, which: int) -> None:
        """A buyer's bank sends a refund back."""
        known = [refund.id for refund in self.acknowledged.values()]
        if known:
            self.gather([self.till.fake.bounce(known[which % len(known)])])

    @rule(seconds=st.sampled_from([3, 20, 120]))
    def let_time_pass(self, seconds: int) -> None:
        self.till.stage.clock.at += timedelta(seconds=seconds)
        self.gather([self.till.fake.run_once(), *(process.run_once() for process in self.processes)])

    @invariant()
    def nothing_goes_back_twice_and_all_books_agree(self) -> None:
        async def look() -> tuple[list[Any], list[Any], list[Any], dict[str, tuple[int, int, int]]]:
            stage = self.till.stage
            async with stage.database.read() as connection:
                books = list(await connection.execute(text(BOOKS)))
                lines = list(await connection.execute(text(LINES)))
                return await take_stock(connection), books, lines, await stage.held()

        wrong, books, lines, held = self.loop.run(look())
        assert wrong == []
        assert sum(each.by_provider for each in books) <= self.there_minor, "nobody else gave back there"
        for each in books:
            assert each.told == each.done, "the payment knows what is done"
            assert each.done + each.asked <= each.paid
            if each.taken is not None:
                assert each.done <= each.there <= each.done + each.asked + each.bounced, (
                    "the provider has done what we know of"
                )
        for line in lines:
            assert 0 <= line.gone <= line.quantity
        for product, (free, kept, sold) in held.items():
            assert sold == sum(line.quantity - line.back for line in lines if line.product_id == product)
            assert min(free, kept, sold) >= 0


def machine_on(database_url: str) -> type[RefundsMachine]:
    given = Settings(database_url=database_url, secret=secrets.token_urlsafe(48), fake_payments=True)
    return type("Machine", (RefundsMachine,), {"given": given})


def test_refunds_keep_their_promises_whatever_happens(database_url: str) -> None:
    run_by_chance(machine_on(database_url), runs=10, steps=14)


def end_again(patch: pytest.MonkeyPatch) -> None:
    """A refund that is done is done once more: units come back twice."""
    lock = refund_repository.lock_refund

    async def as_asked(connection: Any, id: str) -> Refund | None:
        found = await lock(connection, id)
        return None if found is None else replace(found, state="asked")

    patch.setattr(refund_repository, "lock_refund", as_asked)


def another_key_each_time(patch: pytest.MonkeyPatch) -> None:
    """The provider is asked under a new key each time: it gives back twice."""
    give_back = Payments.give_back

    async def anew(self: Payments, payment: Payment, amount_minor: int, key: str) -> Answer:
        return await give_back(self, payment, amount_minor, new_id("again"))

    patch.setattr(Payments, "give_back", anew)


def forget_what_is_gone(patch: pytest.MonkeyPatch) -> None:
    """What has gone back before is not taken off: more than was paid goes back."""

    def of_all(bought: Bought, wanted: WantedRefund) -> Reckoning:
        lines = tuple(replace(line, gone=0) for line in bought.lines)
        return reckon(replace(bought, lines=lines, gone_minor=0, gone_shipping_minor=0), wanted)

    patch.setattr(refund_books, "reckon", of_all)


def look_at_no_key(patch: pytest.MonkeyPatch) -> None:
    """A key that was used before is not looked for, and takes no place."""
    insert = refund_repository.insert_refund

    async def nothing(*_: object) -> None:
        return None

    async def without(connection: Any, refund: Refund) -> bool:
        return await insert(connection, replace(refund, key=None))

    patch.setattr(refund_repository, "read_by_key", nothing)
    patch.setattr(refund_repository, "insert_refund", without)


def take_each_word_anew(patch: pytest.MonkeyPatch) -> None:
    """What the provider tells is booked whole each time, what we asked for among it."""

    def whole(bought: Bought, told_minor: int) -> Reckoning | None:
        told = told_by_provider(replace(bought, gone_minor=0, gone_shipping_minor=0), told_minor)
        return told if told is None or told.amount_minor <= bought.left_minor else None

    patch.setattr(refund_books, "told_by_provider", whole)


def bring_all_back(patch: pytest.MonkeyPatch) -> None:
    """Faulty goods come back on the shelf."""

    def all_of(lines: Any, sellable: Any) -> Any:
        return units_back([replace(line, restock=True) for line in lines], sellable)

    patch.setattr(refund_books, "units_back", all_of)


def take_no_for_yes(patch: pytest.MonkeyPatch) -> None:
    """What the provider refuses is booked as done."""
    patch.setattr(refunds, "Ended", lambda refund, _done, why=None, **_: Ended(refund, done=True, why=why))


def move_without_a_row(patch: pytest.MonkeyPatch) -> None:
    """Units come back, and no row says so."""
    patch.setattr(refund_books, "as_rows", lambda *_, **__: [])


def keep_what_bounced(patch: pytest.MonkeyPatch) -> None:
    """What a buyer's bank has sent back still counts as given back."""

    async def nothing(*_: object) -> None:
        return None

    patch.setattr(refund_repository, "bounce_refund", nothing)


ALL: Any = ("returned", True, [], None)
ONE = ("returned", False, [(0, 1, True)], None)
TWO = ("returned", False, [(0, 2, True)], None)
FAULTY = ("faulty", False, [(0, 1, False)], None)
PLANTED: Stories[RefundsMachine] = {
    end_again: lambda shop: (
        shop.pay("refund_unanswered", 2, 0),
        shop.give_back([ONE], 0),
        shop.go_on_again(0),
    ),
    another_key_each_time: lambda shop: (
        shop.pay("refund_unanswered", 3, 0),
        shop.give_back([ONE], 0),
        shop.let_time_pass(20),
    ),
    forget_what_is_gone: lambda shop: (
        shop.pay("card", 2, 0),
        shop.give_back([TWO], 0),
        shop.give_back([TWO], 0),
    ),
    look_at_no_key: lambda shop: (shop.pay("card", 3, 0), shop.give_back([ONE], 0)),
    take_each_word_anew: lambda shop: (shop.pay("card", 2, 0), shop.give_back([ONE], 0)),
    bring_all_back: lambda shop: (shop.pay("card", 2, 0), shop.give_back([FAULTY], 0)),
    take_no_for_yes: lambda shop: (shop.pay("refund_refused", 2, 0), shop.give_back([ALL], 0)),
    move_without_a_row: lambda shop: (shop.pay("card", 2, 0), shop.give_back([ALL], 0)),
    keep_what_bounced: lambda shop: (
        shop.pay("card", 2, 0),
        shop.give_back([ONE], 0),
        shop.send_back(0),
    ),
}


@pytest.mark.parametrize("planted", [*PLANTED], ids=lambda plant: plant.__name__)
def test_a_planted_mistake_is_found(
    database_url: str, planted: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove_found(machine_on(database_url), planted, PLANTED[planted], monkeypatch)
