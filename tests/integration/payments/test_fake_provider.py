"""The fake provider does what real ones do, and does each thing once."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from server.clock import ManualClock
from server.db.engine import Database
from server.ids import new_id
from server.payments.fake import MOMENT, FakeProvider
from server.payments.payment import Payment
from server.payments.provider import ProviderAwayError, Told

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PAYMENT = Payment(
    id="pay_1",
    channel_id="demo",
    show_id="demo",
    hold_id="h_1",
    viewer_id="v_1",
    key="key-00001",
    provider="fake",
    provider_ref=None,
    method="card",
    state="created",
    amount_minor=2500,
    currency="JPY",
    refunded_minor=0,
    tries=0,
    redirect_url=None,
    pay_by=None,
    created_at=NOW,
    changed_at=NOW,
    asked_at=NOW,
    why=None,
    order_id=None,
)


@dataclass
class Counter:
    """The fake provider, and what it has told."""

    fake: FakeProvider
    clock: ManualClock
    told: list[Told] = field(default_factory=list)

    async def hear(self, headers: Mapping[str, str], body: bytes) -> None:
        told = self.fake.read_webhook(headers, body)
        assert told is not None
        self.told.append(told)

    async def begin(self, method: str) -> str:
        """Begin a payment, and return its reference."""
        return (await self.fake.start(replace(PAYMENT, id=new_id("pay"), method=method))).ref

    async def kinds(self) -> list[str]:
        """Let what is due happen, and return what was told of it."""
        self.clock.at += MOMENT
        await self.fake.run_once()
        return [each.answer.kind for each in self.told]


@pytest.fixture
async def counter(database_url: str) -> AsyncIterator[Counter]:
    database, clock = Database(database_url, pool_size=2), ManualClock(NOW)
    counter = Counter(FakeProvider(database, clock, "a secret of the server's"), clock)
    counter.fake.tell = counter.hear
    yield counter
    await database.close()


async def money(counter: Counter, ref: str) -> tuple[int, int]:
    """What it has taken, and given back."""
    intent = await counter.fake.look(ref)
    assert intent is not None
    return intent.taken_minor, intent.refunded_minor


async def test_a_card_is_set_aside_and_taken_when_that_is_asked_for(counter: Counter) -> None:
    first = await counter.fake.start(PAYMENT)
    assert (first.kind, await counter.fake.start(PAYMENT)) == ("authorized", first)
    assert await money(counter, first.ref) == (0, 0)
    assert [(await counter.fake.capture(first.ref)).kind for _ in range(2)] == ["succeeded"] * 2
    assert (await counter.fake.cancel(first.ref)).kind == "succeeded", "what is paid cannot be cancelled"
    assert await money(counter, first.ref) == (2500, 0)
    for key in ("once", "once", "twice"):
        assert (await counter.fake.refund(first.ref, 2500, key)).kind == "refunded"
    assert await money(counter, first.ref) == (2500, 2500)


@pytest.mark.parametrize(
    ("method", "kind", "why"), [("decline", "failed", "declined"), ("gold", "failed", "method")]
)
async def test_what_is_declined_takes_nothing(counter: Counter, method: str, kind: str, why: str) -> None:
    answer = await counter.fake.start(replace(PAYMENT, method=method))
    assert (answer.kind, answer.why) == (kind, why)


@pytest.mark.parametrize("approved", [True, False])
async def test_a_buyer_who_was_sent_away_decides_once(counter: Counter, approved: bool) -> None:
    answer = await counter.fake.start(replace(PAYMENT, method="redirect"))
    assert (answer.kind, answer.redirect_url) == ("pending", f"/pay/fake/{answer.ref}")
    assert await counter.fake.decide(answer.ref, approved=approved) == "/shows/demo"
    assert await counter.fake.decide(answer.ref, approved=not approved) == "/shows/demo"
    assert await counter.fake.decide("another", approved=True) is None
    assert [each.answer.kind for each in counter.told] == ["succeeded" if approved else "failed"]
    assert await money(counter, answer.ref) == (2500 if approved else 0, 0)


async def test_a_shops_counter_may_be_paid_for_a_day(counter: Counter) -> None:
    answer = await counter.fake.start(replace(PAYMENT, method="counter"))
    counter.clock.at += timedelta(hours=1)
    assert answer.pay_by == (await counter.fake.ask(answer.ref)).pay_by == NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("slow", ["succeeded"]),
        ("lost", []),
        ("doubled", ["succeeded"] * 3),
        ("reordered", ["succeeded", "authorized", "pending"]),
    ],
)
async def test_what_takes_a_moment_is_told_as_its_method_has_it(
    counter: Counter, method: str, told: list[str]
) -> None:
    ref = await counter.begin(method)
    assert (await counter.fake.ask(ref)).kind == "pending"
    assert await counter.kinds() == told
    assert await counter.kinds() == told, "once"
    assert (await counter.fake.ask(ref)).kind == "succeeded"
    assert len({each.event_id for each in counter.told}) == len(told) - (method == "doubled")


async def test_one_that_is_late_is_cancelled_and_takes_the_money_all_the_same(counter: Counter) -> None:
    ref = await counter.begin("late")
    assert await counter.kinds() == []
    assert (await counter.fake.cancel(ref)).kind == "failed"
    assert await counter.kinds() == ["succeeded"]
    assert await money(counter, ref) == (2500, 0)


async def test_one_whose_answer_is_lost_is_found_by_asking_again(counter: Counter) -> None:
    payment = replace(PAYMENT, method="unanswered")
    with pytest.raises(ProviderAwayError):
        await counter.fake.start(payment)
    found = await counter.fake.start(payment)
    assert found.kind == "succeeded"
    assert await money(counter, found.ref) == (2500, 0)


async def test_what_keeps_no_books_is_approved_and_never_cancelled(counter: Counter) -> None:
    answer = await counter.fake.start(replace(PAYMENT, method=""))
    assert answer == await counter.fake.ask(answer.ref) == await counter.fake.cancel(answer.ref)
    assert (answer.kind, (await counter.fake.refund(answer.ref, 1, "key")).kind) == ("succeeded", "refunded")
