"""Payments that move, through the journal: those that do so together share a transaction, in their show's order of things."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.payments import repository
from server.payments.holds import PaidHolds, ToConfirm
from server.payments.inbox_repository import Received, mark_applied
from server.payments.payment import Applied, Payment
from server.payments.provider import Answer
from server.payments.refunds import NO_REFUNDS, ToldRefunds
from server.payments.rules import Deed, Step, step, told_refund
from server.protocol.codes import Code

GIVEN_UP: Final = "given_up"
LATER: Final = timedelta(minutes=30)
"""Who has so long to pay leaves the page, and is written to."""


@dataclass(frozen=True, slots=True)
class News:
    """What is to be applied to a payment: an answer of its provider's, the event of the inbox that it lay in, if it did.

    `given_up`: the answer is to the buyer's own wish to end it.
    """

    payment_id: str
    answer: Answer
    event: Received | None = None
    given_up: bool = False


class Applying:
    """The handler of a show's journal by which payments move. `refunds` may be set until it first runs."""

    def __init__(self, holds: PaidHolds) -> None:
        self._holds = holds
        self.refunds: ToldRefunds = NO_REFUNDS

    async def apply_many(self, tx: ShowTransaction, news: Sequence[News]) -> list[Applied | RefusedError]:
        """Apply news in their order; money that came becomes orders, or is to go back. Once more changes nothing."""
        before = await repository.lock_payments(tx.connection, {each.payment_id for each in news})
        after = dict(before)
        deeds: list[Deed] = []
        for each in news:
            payment = after.get(each.payment_id)
            deed: Deed = "none"
            if payment is not None:
                after[payment.id], deed = move(payment, each, tx)
            deeds.append(deed)
        paid = [after[each.payment_id] for each, deed in zip(news, deeds, strict=True) if deed == "confirm"]
        await self._confirm(tx, paid, after)
        await self._take_refunds(tx, after)
        for payment in after.values():
            if is_to_be_paid_later(before[payment.id], payment, tx.now):
                self._holds.tell_pending(tx, payment)
        await self._let_wait(tx, before, after)
        repository.update_payments(tx, list(after.values()))
        mark_applied(tx, [each.event for each in news if each.event is not None])
        return [_applied(each, deed, before, after) for each, deed in zip(news, deeds, strict=True)]

    async def _confirm(self, tx: ShowTransaction, paid: Iterable[Payment], after: dict[str, Payment]) -> None:
        """Make orders of what was paid, or have it go back where there can be none; both is written down in `after`."""
        wanted = [ToConfirm(payment.hold_id, payment.id) for payment in paid]
        if not wanted:
            return
        for each, answer in zip(wanted, await self._holds.confirm(tx, wanted), strict=True):
            payment = after[each.payment_id]
            if isinstance(answer, RefusedError):
                state = step(payment.state, "unfillable").state
                after[payment.id] = replace(payment, state=state, why=answer.code.value)
            else:
                after[payment.id] = replace(payment, order_id=answer)

    async def _take_refunds(self, tx: ShowTransaction, after: dict[str, Payment]) -> None:
        """Take what was given back at the provider itself, of payments that are orders, into the books."""
        for payment in after.values():
            if payment.order_id is not None and payment.refunded_there_minor > payment.refunded_minor:
                refunded = await self.refunds.take_told(tx, payment, payment.refunded_there_minor)
                after[payment.id] = replace(payment, refunded_minor=payment.refunded_minor + refunded)

    async def _let_wait(
        self, tx: ShowTransaction, before: dict[str, Payment], after: dict[str, Payment]
    ) -> None:
        """Give holds back to their timers of which no payment is open any more."""
        ended = sorted(
            {
                payment.hold_id
                for payment in after.values()
                if before[payment.id].open and not payment.open and payment.state != "captured"
            }
        )
        if ended:
            await self._holds.end_paying(tx.connection, ended)


def is_to_be_paid_later(before: Payment, payment: Payment, now: datetime) -> bool:
    """Whether the buyer has just been told to pay somewhere else, within hours: not the minutes of a bank's page."""
    began = payment.state == "pending" and (before.state != "pending" or before.pay_by is None)
    return began and payment.pay_by is not None and payment.pay_by - now >= LATER


def move(payment: Payment, news: News, tx: ShowTransaction) -> tuple[Payment, Deed]:
    """Return how the payment stands after one of its news, and what is to be done. An older word does not take the reference away."""
    answer = news.answer
    given_up = news.given_up and answer.kind == "failed"
    taken = step(payment.state, "given_up" if given_up else answer.kind)
    there = told_refund(answer.kind, answer.refunded_minor, payment.amount_minor)
    if answer.kind == "refunded" and there < payment.amount_minor:
        taken = Step(payment.state)  # a part of it is not what is owed
    refunded = payment.amount_minor if taken.state == "refunded" else payment.refunded_minor
    changed = taken.state != payment.state
    moved = replace(
        payment,
        state=taken.state,
        tries=0 if changed else payment.tries,
        provider_ref=payment.provider_ref or answer.ref or None,
        refunded_minor=refunded,
        refunded_there_minor=max(payment.refunded_there_minor, there),
        redirect_url=answer.redirect_url or payment.redirect_url,
        pay_by=answer.pay_by or payment.pay_by,
        changed_at=tx.now if changed else payment.changed_at,
        # What changes nothing does not put off the poller either, nor bring it nearer.
        asked_at=tx.now if changed else payment.asked_at,
        why=_why(payment, taken.state, answer),
    )
    return moved, taken.deed


def _why(payment: Payment, state: str, answer: Answer) -> str | None:
    """Return why it is so: a new state that needs a reason has a new one, and none that went well has any."""
    if state in (payment.state, "refunded"):
        return payment.why
    if state in ("failed", "cancelled"):
        return answer.why or "cancelled"
    return GIVEN_UP if state == "refunding" else None


def _applied(
    news: News,
    deed: Deed,
    before: dict[str, Payment],
    after: dict[str, Payment],
) -> Applied | RefusedError:
    payment = after.get(news.payment_id)
    if payment is None:
        return RefusedError(Code.NOT_FOUND)
    if deed == "confirm":
        deed = "none" if payment.order_id else "refund"
    changed = payment.on_the_wire() != before[payment.id].on_the_wire()
    return Applied(payment, changed, deed)
