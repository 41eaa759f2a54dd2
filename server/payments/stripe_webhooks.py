"""Stripe's webhooks: whose they are, by the official library, and what they tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
import stripe

from server.payments.provider import Answer, Told, UnsignedError
from server.payments.signing import REPLAY_SECONDS
from server.payments.stripe_shapes import (
    ACCOUNT,
    KEY,
    PAYMENT,
    Charge,
    Dispute,
    Intent,
    Refund,
    Session,
    answer_of,
    answer_of_intent,
    refunded_of,
)

SIGNATURE: Final = "stripe-signature"
EVENTS: Final = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.requires_action",
    "payment_intent.amount_capturable_updated",
    "payment_intent.processing",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "charge.refunded",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
)
"""What a channel's address has to be told; the studio shows the list."""
_PAID: Final = "checkout.session.async_payment_succeeded"
_UNPAID: Final = "checkout.session.async_payment_failed"


class _Body(msgspec.Struct, frozen=True):
    object: msgspec.Raw


class Event(msgspec.Struct, frozen=True):
    """An event of Stripe's. `created`: whole seconds."""

    id: str
    type: str
    created: int
    data: _Body


@dataclass(frozen=True, slots=True)
class Heard:
    """What an event tells: of a payment of ours, of a refund that has failed after all, of a dispute."""

    event: Event
    told: Told | None = None
    failed_refund: Refund | None = None
    dispute: Dispute | None = None


def signed_with(body: bytes, header: str, secrets: Iterable[str], now: datetime) -> str:
    """Return with which of the secrets a webhook is signed, at most five minutes from `now`; raises `UnsignedError`."""
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(body, header, secret)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        # The library would look at what is too old, and not at what is too new. It has read a time, so there is one.
        made = next(each[2:] for each in header.split(",") if each.startswith("t="))
        if abs(now.timestamp() - int(made)) > REPLAY_SECONDS:
            raise UnsignedError("it is too old")
        return secret
    raise UnsignedError("its signature is not the provider's")


def read_event(body: bytes, account_id: str) -> Heard | None:
    """Return what a webhook tells that came for an account; None for what is no event that is of interest."""
    try:
        event = msgspec.json.decode(body, type=Event)
        return _heard(event, account_id)
    except msgspec.DecodeError:
        return None


def _heard(event: Event, account_id: str) -> Heard | None:
    given, kind = event.data.object, event.type
    if kind not in EVENTS:
        return None
    if kind.startswith("charge.dispute."):
        return Heard(event, dispute=msgspec.json.decode(given, type=Dispute))
    refund = msgspec.json.decode(given, type=Refund) if kind == "refund.failed" else None
    answer, kept = _answer(kind, given) if refund is None else _bounced(refund, account_id)
    # Of a channel's other business at Stripe we know nothing, nor what another channel does by the same account.
    if PAYMENT not in kept or kept.get(ACCOUNT) != account_id:
        return Heard(event, failed_refund=refund)
    return Heard(
        event,
        failed_refund=refund,
        # The ids of two accounts are two: nobody's event takes the place of another's.
        told=Told(f"{account_id}:{event.id}", answer, kept[PAYMENT], {"account": account_id}),
    )


def _bounced(refund: Refund, account_id: str) -> tuple[Answer, dict[str, str]]:
    """Return that a refund of ours has not reached its buyer. One that was made at Stripe's own pages has no key, and is nobody's here."""
    kept = {ACCOUNT: account_id} | (refund.metadata or {})
    if KEY not in kept:
        return Answer("bounced", ""), {}
    return Answer("bounced", "", why=refund.failure_reason, refund=kept[KEY]), kept


def _answer(kind: str, given: msgspec.Raw) -> tuple[Answer, dict[str, str]]:
    """Return what an event says of a payment, and what we had kept there with it. An intent does not know its session's id."""
    if kind.startswith("payment_intent."):
        intent = msgspec.json.decode(given, type=Intent)
        return answer_of_intent(intent), intent.metadata
    if kind.startswith("charge."):
        charge = msgspec.json.decode(given, type=Charge)
        return Answer("refunded", "", refunded_minor=refunded_of(charge)), charge.metadata
    session = msgspec.json.decode(given, type=Session)
    kept = session.metadata or {}
    if kind == _PAID:
        return Answer("succeeded", session.id), kept
    if kind == _UNPAID:
        return Answer("failed", session.id, why="declined"), kept
    return answer_of(session), kept
