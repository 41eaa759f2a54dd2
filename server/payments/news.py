"""What one of its news makes of a payment, without I/O."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from server.payments.inbox_repository import Received
from server.payments.payment import Payment, refund_key
from server.payments.provider import Answer
from server.payments.rules import Deed, Step, step, told_refund

GIVEN_UP: Final = "given_up"
REFUND_BOUNCED: Final = "refund_bounced"
LATER: Final = timedelta(minutes=30)
"""Who has so long to pay leaves the page, and is written to."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class News:
    """What is to be applied to a payment: an answer of its provider's, the event of the inbox that it lay in, if it did.

    `given_up`: the answer is to the buyer's own wish to end it.
    """

    payment_id: str
    answer: Answer
    event: Received | None = None
    given_up: bool = False


def move(payment: Payment, news: News, now: datetime) -> tuple[Payment, Deed]:
    """Return how the payment stands after one of its news, and what is to be done. An older word does not take the reference away."""
    answer = news.answer
    given_up = news.given_up and answer.kind == "failed"
    taken = step(payment.state, "given_up" if given_up else answer.kind)
    there = told_refund(answer.kind, answer.refunded_minor, payment.amount_minor)
    if answer.kind == "refunded" and there < payment.amount_minor:
        taken = Step(payment.state)  # a part of it is not what is owed
    changed = taken.state != payment.state
    refunded = payment.amount_minor if changed and taken.state == "refunded" else payment.refunded_minor
    moved = replace(
        payment,
        state=taken.state,
        tries=0 if changed else payment.tries,
        provider_ref=payment.provider_ref or answer.ref or None,
        refunded_minor=refunded,
        refunded_there_minor=max(payment.refunded_there_minor, there),
        redirect_url=answer.redirect_url or payment.redirect_url,
        pay_by=answer.pay_by or payment.pay_by,
        changed_at=now if changed else payment.changed_at,
        # What changes nothing does not put off the poller either, nor bring it nearer.
        asked_at=now if changed else payment.asked_at,
        why=_why(payment, taken.state, answer),
    )
    return moved, taken.deed


def owe_again(payment: Payment, key: str) -> Payment:
    """Return a payment that was given back, whose money has not reached its buyer: somebody has to see to it at the provider."""
    if payment.state != "refunded" or key != refund_key(payment):
        return payment
    log.error("payments.refund_bounced", payment=payment.id)
    return replace(payment, refunded_minor=0, why=REFUND_BOUNCED)


def _why(payment: Payment, state: str, answer: Answer) -> str | None:
    """Return why it is so: a new state that needs a reason has a new one, and none that went well has any."""
    if state in (payment.state, "refunded"):
        return payment.why
    if state in ("failed", "cancelled"):
        return answer.why or "cancelled"
    return GIVEN_UP if state == "refunding" else None


def is_to_be_paid_later(before: Payment, payment: Payment, now: datetime) -> bool:
    """Whether the buyer has just been told to pay somewhere else, within hours: not the minutes of a bank's page."""
    began = payment.state == "pending" and (before.state != "pending" or before.pay_by is None)
    return began and payment.pay_by is not None and payment.pay_by - now >= LATER
