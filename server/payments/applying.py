"""Payments that move, through the journal: those that do so together share a transaction, in their show's order of things."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.payments import repository
from server.payments.holds import PaidHolds, ToConfirm
from server.payments.inbox_repository import mark_applied
from server.payments.news import News, is_to_be_paid_later, move, owe_again
from server.payments.payment import Applied, Payment
from server.payments.refunds import NO_REFUNDS, ToldRefunds
from server.payments.rules import Deed, step
from server.protocol.codes import Code

SOLD_OUT: Final = Code.SOLD_OUT.value


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
                after[payment.id], deed = move(payment, each, tx.now)
            deeds.append(deed)
        await self._claim(tx, news, deeds, after)
        paid = [after[each.payment_id] for each, deed in zip(news, deeds, strict=True) if deed == "confirm"]
        await self._confirm(tx, paid, after)
        await self._take_refunds(tx, after)
        await self._take_bounced(tx, news, after)
        for payment in after.values():
            if is_to_be_paid_later(before[payment.id], payment, tx.now):
                self._holds.tell_pending(tx, payment)
            if payment.why == SOLD_OUT and before[payment.id].why != SOLD_OUT:
                self._holds.tell_too_late(tx, payment)
        await self._let_wait(tx, before, after)
        repository.update_payments(tx, list(after.values()))
        mark_applied(tx, [each.event for each in news if each.event is not None])
        return [_applied(each, deed, before, after) for each, deed in zip(news, deeds, strict=True)]

    async def _claim(
        self, tx: ShowTransaction, news: Sequence[News], deeds: list[Deed], after: dict[str, Payment]
    ) -> None:
        """Take money that is set aside at a provider only where there are units for it; else let it go. Changes `deeds` and `after`."""
        taken_up = [nth for nth, deed in enumerate(deeds) if deed == "capture"]
        # One that has come further in the same batch is confirmed, or has ended.
        taken_up = [nth for nth in taken_up if after[news[nth].payment_id].state == "authorized"]
        if not taken_up:
            return
        refused = await self._holds.claim(tx, [after[news[nth].payment_id].hold_id for nth in taken_up])
        for nth in taken_up:
            payment = after[news[nth].payment_id]
            if why := refused.get(payment.hold_id):
                taken = step(payment.state, "unfillable")
                deeds[nth] = taken.deed
                after[payment.id] = replace(payment, state=taken.state, why=why.code.value)

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

    async def _take_bounced(
        self, tx: ShowTransaction, news: Sequence[News], after: dict[str, Payment]
    ) -> None:
        """Take refunds that were sent back into the books: last, so that it does not matter what was told before them."""
        for each in news:
            payment, key = after.get(each.payment_id), each.answer.refund
            if each.answer.kind != "bounced" or payment is None or key is None:
                continue
            if payment.order_id is None:
                after[payment.id] = owe_again(payment, key)
            else:
                minor = await self.refunds.take_bounced(tx, payment, key, each.answer.why)
                after[payment.id] = replace(payment, refunded_minor=payment.refunded_minor - minor)

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
