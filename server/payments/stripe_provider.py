"""Paying by Stripe: the buyer pays on Stripe's own page, and no number of a card ever comes near this server or its pages.

A payment's reference is a Checkout Session, which has a PaymentIntent once the buyer has confirmed. Calls go by the official library.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
import stripe
import structlog

from server.clock import Clock
from server.payments.payment import Payment
from server.payments.provider import Answer, ProviderAwayError
from server.payments.stripe_shapes import (
    ACCOUNT,
    KEY,
    PAYMENT,
    Charge,
    Intent,
    Refund,
    Session,
    answer_of,
    at_stripe,
)

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

NAME: Final = "stripe"
METHODS: Final = ("card", "konbini", "paypay")
"""By what a channel may let its buyers pay. Stripe has more; each of these was looked at for when its money comes."""
_OF_JAPAN: Final = frozenset({"konbini", "paypay"})
"""They take yen alone."""
COUNTER_DAYS: Final = 1
"""Stripe's days end at midnight in Japan: a slip of today may be paid until the end of tomorrow, and its units wait so long."""
BEGUN_WITHIN: Final = timedelta(seconds=45)
"""Whom Stripe has not answered by then was never sent to its page, and cannot pay: the payment is over, and its units are not held."""
_UNPAID: Final = ("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture")
_UNDER_WAY: Final = ("pending", "requires_action")
_GONE_BACK: Final = "charge_already_refunded"

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Till:
    """A channel's account at Stripe, as payments need it. `back`: the address of this server, to which buyers return."""

    account_id: str
    methods: tuple[str, ...]
    shown_as: str
    back: str


def offered(methods: Iterable[str], currency: str) -> tuple[str, ...]:
    """Return by which of a channel's methods one can pay in a currency."""
    return tuple(each for each in methods if currency == "JPY" or each not in _OF_JAPAN)


class StripeProvider:
    """A `Provider` with one account's keys. `heard` is told of each call whether the key was taken."""

    def __init__(
        self,
        client: stripe.StripeClient,
        till: Till,
        clock: Clock,
        heard: Callable[[bool], Awaitable[None]],
    ) -> None:
        self._api = client.v1
        self._till = till
        self._clock = clock
        self._heard = heard

    async def start(self, payment: Payment) -> Answer:
        """Make a page of Stripe's for this payment, or find the one that was made.

        What is refused, or not answered for long, has failed for good: the buyer was never sent there.
        """
        amount = at_stripe(payment.amount_minor, payment.currency)
        can = offered(self._till.methods, payment.currency)
        methods = [each for each in can if payment.method in ("", each)]
        if not methods:
            return Answer("failed", "", why="method")
        if amount is None:
            return Answer("failed", "", why="amount")
        wanted = _session_for(payment, amount, methods, self._till)
        try:
            made = await self._call(self._api.checkout.sessions.create_async(wanted, _once(payment.id)))
        except (stripe.InvalidRequestError, stripe.CardError) as error:
            log.warning("payments.refused", payment=payment.id, code=error.code, param=error.param)
            return Answer("failed", "", why=_why_refused(error))
        except stripe.StripeError as error:
            for_good = isinstance(
                error, stripe.AuthenticationError | stripe.PermissionError | stripe.IdempotencyError
            )
            if for_good or self._clock.now() - payment.created_at > BEGUN_WITHIN:
                log.warning("payments.not_begun", payment=payment.id, error=type(error).__name__)
                return Answer("failed", "", why="provider")
            raise ProviderAwayError from error
        return answer_of(_read(made, Session))

    async def ask(self, ref: str) -> Answer:
        """Say how it stands."""
        return answer_of(await self._look(ref))

    async def capture(self, ref: str) -> Answer:
        """Take what the buyer's bank has set aside."""
        intent = (await self._look(ref)).payment_intent
        if isinstance(intent, Intent) and intent.status == "requires_capture":
            await self._try(self._api.payment_intents.capture_async(intent.id))
        return await self.ask(ref)

    async def cancel(self, ref: str) -> Answer:
        """Close the page, and let go what was set aside; money that was taken meanwhile is the answer."""
        session = await self._look(ref)
        if session.status == "open" and await self._try(self._api.checkout.sessions.expire_async(ref)):
            session = await self._look(ref)
        intent = session.payment_intent
        if session.status != "open" and isinstance(intent, Intent) and intent.status in _UNPAID:
            await self._try(self._api.payment_intents.cancel_async(intent.id))
        return await self.ask(ref)

    async def refund(self, ref: str, amount_minor: int, key: str) -> Answer:
        """Give money back, once for each `key`, also when Stripe has forgotten the key: its list of refunds has it."""
        intent = (await self._look(ref)).payment_intent
        if not isinstance(intent, Intent) or intent.status != "succeeded":
            return Answer("failed", ref, why="not_paid")
        charge = intent.latest_charge
        assert isinstance(charge, Charge), "it was asked for along with the session"
        amount = at_stripe(amount_minor, charge.currency.upper())
        if amount is None:
            return Answer("failed", ref, why="amount")
        try:
            refund = await self._find_refund(intent, key) or await self._refund(intent, amount, key)
        except stripe.InvalidRequestError as error:
            if error.code == _GONE_BACK:
                return Answer("refunded", ref)
            log.warning("payments.refund_refused", key=key, code=error.code)
            return Answer("failed", ref, why=error.code or "refused")
        if refund.status in _UNDER_WAY:
            return Answer("succeeded", ref)
        if refund.status == "succeeded" or charge.amount_refunded >= charge.amount > 0:
            return Answer("refunded", ref)
        return Answer("bounced", ref, why=refund.failure_reason or refund.status)

    async def _find_refund(self, intent: Intent, key: str) -> Refund | None:
        listed = await self._call(self._api.refunds.list_async({"payment_intent": intent.id, "limit": 100}))
        refunds = (_read(each, Refund) for each in listed.data)
        return next((each for each in refunds if (each.metadata or {}).get(KEY) == key), None)

    async def _refund(self, intent: Intent, amount: int, key: str) -> Refund:
        kept = {KEY: key, PAYMENT: intent.metadata.get(PAYMENT, ""), ACCOUNT: self._till.account_id}
        made = await self._call(
            self._api.refunds.create_async(
                {"payment_intent": intent.id, "amount": amount, "metadata": kept}, _once(key)
            )
        )
        return _read(made, Refund)

    async def _look(self, ref: str) -> Session:
        found = await self._call(
            self._api.checkout.sessions.retrieve_async(ref, {"expand": ["payment_intent.latest_charge"]})
        )
        return _read(found, Session)

    async def _try(self, call: Awaitable[Any]) -> bool:
        """Do what may come too late: whoever asks afterwards sees what has become of it. Return whether it was in time."""
        try:
            await self._call(call)
        except (stripe.InvalidRequestError, stripe.CardError) as error:
            log.info("payments.too_late", code=error.code)
            return False
        return True

    async def _call(self, call: Awaitable[T]) -> T:
        try:
            answer = await call
        except (stripe.AuthenticationError, stripe.PermissionError):
            await self._heard(False)
            raise
        await self._heard(True)
        return answer


def _session_for(payment: Payment, amount: int, methods: list[str], till: Till) -> "SessionCreateParams":
    """Return what the page is made of: by the payment and the account alone, since the same key must come with the same words."""
    back = f"{till.back}/shows/{payment.show_id}"
    kept = {PAYMENT: payment.id, ACCOUNT: till.account_id}
    wanted: SessionCreateParams = {
        "mode": "payment",
        "client_reference_id": payment.id,
        "metadata": kept,
        "payment_intent_data": {"metadata": kept, "description": payment.id},
        "payment_method_types": methods,  # type: ignore[typeddict-unknown-key]
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": payment.currency.lower(),
                    "unit_amount": amount,
                    "product_data": {"name": till.shown_as},
                },
            }
        ],
        # The amount that was agreed, in its currency: no page of another currency's.
        "adaptive_pricing": {"enabled": False},
        "success_url": back,
        "cancel_url": back,
    }
    options: Any = {}
    if "card" in methods:
        options["card"] = {"capture_method": "manual"}
    if "konbini" in methods:
        options["konbini"] = {"expires_after_days": COUNTER_DAYS}
    if options:
        wanted["payment_method_options"] = options
    return wanted


def _once(key: str) -> stripe.RequestOptions:
    return {"idempotency_key": key}


def _why_refused(error: stripe.InvalidRequestError | stripe.CardError) -> str:
    """Return in a word, which buyers may see, why Stripe makes no page."""
    if error.code in ("amount_too_small", "amount_too_large") or "amount" in (error.param or ""):
        return "amount"
    return "method" if "payment_method" in (error.param or "") else "provider"


def _read(told: stripe.StripeObject, shape: type[T]) -> T:
    return msgspec.convert(told.to_dict(), shape)
