"""What Stripe's API and its events say, as far as it is read, and what that is in the words of the port. Pure."""

from datetime import UTC, datetime
from typing import Final

import msgspec

from server.currencies import minor_digits
from server.payments.provider import Answer

PAYMENT: Final = "payment"
"""Under this name our payment's id is kept there, with the session, its intent and the charge."""
ACCOUNT: Final = "account"
"""Under this one our name of the account, with the session, its intent and the charge."""
KEY: Final = "key"
"""Under this one the key of a refund."""
_WITHOUT_DIGITS: Final = {
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
}  # fmt: skip
_THREE_DIGITS: Final = {"BHD", "JOD", "KWD", "OMR", "TND"}
_WHOLE_TENS: Final = 10


class Konbini(msgspec.Struct, frozen=True):
    """What a buyer shows at the shop's counter, and until when."""

    expires_at: int | None = None
    hosted_voucher_url: str | None = None


class NextAction(msgspec.Struct, frozen=True):
    """What the buyer has to do."""

    konbini_display_details: Konbini | None = None


class Failed(msgspec.Struct, frozen=True):
    """Why the last try of the buyer's did not go."""

    code: str | None = None


class Charge(msgspec.Struct, frozen=True):
    """The money that was taken. `amount`, `amount_refunded`: in Stripe's minor units of `currency`."""

    id: str
    amount: int = 0
    amount_refunded: int = 0
    currency: str = ""
    metadata: dict[str, str] = {}


class Intent(msgspec.Struct, frozen=True):
    """A PaymentIntent."""

    id: str
    status: str
    metadata: dict[str, str] = {}
    next_action: NextAction | None = None
    last_payment_error: Failed | None = None
    cancellation_reason: str | None = None
    latest_charge: Charge | str | None = None


class Session(msgspec.Struct, frozen=True):
    """A Checkout Session; in events its intent is an id alone."""

    id: str
    status: str | None = None
    payment_status: str | None = None
    url: str | None = None
    payment_intent: Intent | str | None = None
    metadata: dict[str, str] | None = None


class Refund(msgspec.Struct, frozen=True):
    """Money that goes back."""

    id: str
    status: str | None = None
    failure_reason: str | None = None
    metadata: dict[str, str] | None = None


class Evidence(msgspec.Struct, frozen=True):
    """Until when Stripe takes evidence; 0: it takes none."""

    due_by: int | None = None


class Dispute(msgspec.Struct, frozen=True):
    """A charge that the buyer's bank disputes."""

    id: str
    status: str
    reason: str
    amount: int
    currency: str
    created: int
    payment_intent: str | None = None
    evidence_details: Evidence | None = None


def answer_of(session: Session) -> Answer:
    """Return how a payment stands by its session, whose intent was asked for along with it."""
    intent = session.payment_intent
    if isinstance(intent, Intent):
        return answer_of_intent(intent, ref=session.id, url=session.url, open=session.status == "open")
    if session.payment_status == "paid":
        return Answer("succeeded", session.id)
    if session.status == "expired":
        return Answer("failed", session.id, why="expired")
    return Answer("pending", session.id, session.url)


def answer_of_intent(intent: Intent, *, ref: str = "", url: str | None = None, open: bool = True) -> Answer:
    """Return how a payment stands by its intent. `open`: the buyer may still try again where the last try has failed."""
    match intent.status:
        case "requires_capture":
            return Answer("authorized", ref)
        case "succeeded":
            return Answer("succeeded", ref, refunded_minor=_refunded(intent))
        case "canceled":
            expired = intent.cancellation_reason in ("automatic", "expired", "abandoned")
            return Answer("failed", ref, why="expired" if expired else "cancelled")
        case "requires_payment_method" | "requires_confirmation" if not open:
            return Answer("failed", ref, why="declined" if intent.last_payment_error else "expired")
    counter = intent.next_action.konbini_display_details if intent.next_action else None
    if counter is None:
        return Answer("pending", ref, url)
    return Answer("pending", ref, counter.hosted_voucher_url or url, moment_of(counter.expires_at))


def moment_of(seconds: int | None) -> datetime | None:
    """Return a time of Stripe's; 0 is none."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def at_stripe(amount_minor: int, currency: str) -> int | None:
    """Return an amount as Stripe counts it; None for one that it cannot take.

    It differs from ISO 4217: Iceland's and Uganda's money has two digits there, Madagascar's none, and what has three ends in a zero.
    Source: https://docs.stripe.com/currencies, read in 2026.
    """
    more = stripe_digits(currency) - minor_digits(currency)
    amount, rest = divmod(amount_minor * _power(more), _power(-more))
    if rest or (currency in _THREE_DIGITS and amount % _WHOLE_TENS):
        return None
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """Return an amount of Stripe's in our minor units."""
    more = minor_digits(currency) - stripe_digits(currency)
    return amount * _power(more) // _power(-more)


def stripe_digits(currency: str) -> int:
    """Return how many digits Stripe gives a currency."""
    return 0 if currency in _WITHOUT_DIGITS else 3 if currency in _THREE_DIGITS else 2


def refunded_of(charge: Charge) -> int:
    """Return what has been given back of a charge, in our minor units."""
    return from_stripe(charge.amount_refunded, charge.currency.upper())


def _refunded(intent: Intent) -> int | None:
    charge = intent.latest_charge
    return refunded_of(charge) if isinstance(charge, Charge) and charge.amount_refunded else None


def _power(digits: int) -> int:
    return int(10 ** max(digits, 0))
