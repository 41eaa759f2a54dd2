"""Payments through the journal: those that begin or move together share a transaction, in their show's order of things."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from server.errors import RefusedError
from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.payments import repository
from server.payments.holds import PaidHolds, ToConfirm, ToPay
from server.payments.inbox_repository import Received, mark_applied
from server.payments.payment import Applied, Begun, Payment, Wanted
from server.payments.provider import Answer, Chosen, Providers
from server.payments.refunds import NO_REFUNDS, ToldRefunds
from server.payments.rules import Deed, Step, step, told_refund
from server.protocol.codes import Code

GIVEN_UP: Final = "given_up"
LATER: Final = timedelta(minutes=30)
"""Who has so long to pay leaves the page, and is written to."""
NOBODY: Final = "none"
"""The provider of a payment of nothing: nobody is asked."""


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
    """The handlers of a show's journal. `refunds` may be set until the first of them runs."""

    def __init__(self, holds: PaidHolds, providers: Providers) -> None:
        self._holds = holds
        self._providers = providers
        self.refunds: ToldRefunds = NO_REFUNDS

    async def begin_many(self, tx: ShowTransaction, wanted: Sequence[Wanted]) -> list[Begun | RefusedError]:
        """Write down payments of holds that may be paid, or return those of before under the same keys.

        Of one hold one payment is open: whoever wants another gets `conflict`, with that one as `current` where it is theirs.
        """
        known = {(p.viewer_id, p.key): p for p in await repository.read_by_keys(tx.connection, wanted)}
        fresh = {(w.viewer_id, w.key): w for w in reversed(wanted) if (w.viewer_id, w.key) not in known}
        being_paid = await repository.read_open(tx.connection, {w.hold_id for w in fresh.values()})
        refused, made = dict[tuple[str, str], RefusedError](), list[Payment]()
        asked = [w for w in fresh.values() if w.hold_id not in being_paid]
        by = await self._providers.choose(tx.connection, tx.show_id) if asked else None
        # First, since it locks products: whoever marks a hold has its row, and may lock none afterwards.
        asked = await self._take_at_once(tx, asked, by, made, refused)
        if isinstance(by, RefusedError):
            refused |= {(each.viewer_id, each.key): by for each in asked}
            asked = []
        for each, answer in zip(asked, await self._holds.begin_paying(tx, asked), strict=True):
            if isinstance(answer, RefusedError):
                refused[each.viewer_id, each.key] = answer
            elif each.hold_id not in being_paid:
                assert isinstance(by, Chosen), "somebody asked"
                made.append(_new(tx, each, answer, by))
                being_paid[each.hold_id] = made[-1]
        written = await repository.insert_payments(tx.connection, tx.show_id, made)
        if len(written) < len(made):
            # Another show has taken one of the keys between our read and our write: once more, and its payment is seen.
            raise RefusedError(Code.BUSY, retry_after_ms=100)
        new = {(p.viewer_id, p.key): p for p in made}
        return [_begun(w, known, new, being_paid, refused) for w in wanted]

    async def _take_at_once(
        self,
        tx: ShowTransaction,
        asked: Sequence[Wanted],
        by: Chosen | RefusedError | None,
        made: list[Payment],
        refused: dict[tuple[str, str], RefusedError],
    ) -> list[Wanted]:
        """Make an order of each hold that nobody needs to be asked about, and return those of which a provider must be asked."""
        taken = dict[str, tuple[Wanted, Payment]]()
        to_be_asked = []
        for each, hold in zip(asked, await self._holds.read_to_pay(tx, asked), strict=True):
            payment = None if hold is None else _taken_at_once(tx, each, hold, by)
            if payment is None:
                to_be_asked.append(each)
            elif each.hold_id in taken:
                refused[each.viewer_id, each.key] = _confirmed_already()
            else:
                taken[each.hold_id] = (each, payment)
        wanted = [ToConfirm(hold_id, payment.id) for hold_id, (_, payment) in taken.items()]
        orders = await self._holds.confirm(tx, wanted) if wanted else []
        for (each, payment), order in zip(taken.values(), orders, strict=True):
            if isinstance(order, RefusedError):
                refused[each.viewer_id, each.key] = order
            else:
                made.append(replace(payment, state="captured", order_id=order))
        return to_be_asked

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


def _new(tx: ShowTransaction, wanted: Wanted, hold: ToPay, by: Chosen) -> Payment:
    return Payment(
        id=new_id("pay"),
        channel_id=hold.channel_id,
        show_id=tx.show_id,
        hold_id=hold.hold_id,
        viewer_id=wanted.viewer_id,
        key=wanted.key,
        provider=by.provider,
        provider_ref=None,
        method=wanted.method,
        state="created",
        amount_minor=hold.amount_minor,
        currency=hold.currency,
        refunded_minor=0,
        tries=0,
        redirect_url=None,
        pay_by=None,
        created_at=tx.now,
        changed_at=tx.now,
        asked_at=tx.now,
        why=None,
        order_id=None,
        account_id=by.account_id,
    )


def is_to_be_paid_later(before: Payment, payment: Payment, now: datetime) -> bool:
    """Whether the buyer has just been told to pay somewhere else, within hours: not the minutes of a bank's page."""
    began = payment.state == "pending" and (before.state != "pending" or before.pay_by is None)
    return began and payment.pay_by is not None and payment.pay_by - now >= LATER


def _taken_at_once(
    tx: ShowTransaction, wanted: Wanted, hold: ToPay, by: Chosen | RefusedError | None
) -> Payment | None:
    """Return the payment of nothing, or one that the provider takes without being asked; None for all others."""
    if hold.amount_minor == 0:
        return _new(tx, wanted, hold, Chosen(NOBODY))
    if not isinstance(by, Chosen):
        return None
    payment = _new(tx, wanted, hold, by)
    ref = by.take_at_once(payment)
    return None if ref is None else replace(payment, provider_ref=ref)


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


def _confirmed_already() -> RefusedError:
    return RefusedError(Code.HOLD_ENDED, state="confirmed", paying=False)


def _begun(
    wanted: Wanted,
    known: Mapping[tuple[str, str], Payment],
    new: Mapping[tuple[str, str], Payment],
    being_paid: Mapping[str, Payment],
    refused: Mapping[tuple[str, str], RefusedError],
) -> Begun | RefusedError:
    place = wanted.viewer_id, wanted.key
    payment = known.get(place) or new.get(place)
    if payment is not None:
        same = (payment.hold_id, payment.method) == (wanted.hold_id, wanted.method)
        return Begun(payment, repeated=place in known) if same else RefusedError(Code.KEY_REUSED)
    if place in refused:
        return refused[place]
    other = being_paid.get(wanted.hold_id)
    if other is None:  # the key came twice at once, and not for the same hold
        return RefusedError(Code.KEY_REUSED)
    conflict = RefusedError(Code.CONFLICT, "This hold is being paid already.")
    if other.viewer_id in wanted.viewers:
        conflict.data["current"] = other.on_the_wire()
    return conflict
