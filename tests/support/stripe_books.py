"""What the peer of Stripe keeps: sessions, intents, charges and refunds with their states, and the events that tell of them."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.stripe_telling import Telling

Given = dict[str, str]
_KNOWN = (
    "mode", "client_reference_id", "success_url", "cancel_url", "metadata[", "payment_intent_data[metadata]",
    "payment_intent_data[description]", "payment_method_types[", "payment_method_options[card][capture_method]",
    "payment_method_options[konbini][expires_after_days]", "line_items[0][", "adaptive_pricing[enabled]",
)  # fmt: skip
"""What a session may be made of; anything else is refused, as by Stripe."""
_LEAST = 50
_SLIP_SECONDS = 86_400
_UNPAID = ("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture")


class Refusal(Exception):
    """An error of the API's. `unbegun`: it was refused before anything began, and is kept under no key."""

    def __init__(
        self,
        message: str,
        code: str | None = None,
        param: str | None = None,
        *,
        status: int = 400,
        unbegun: bool = False,
    ) -> None:
        super().__init__(message)
        self.message, self.code, self.param, self.status, self.unbegun = message, code, param, status, unbegun
        self.type = "card_error" if status == 402 else "invalid_request_error"


@dataclass
class Account:
    """An account. `lacks`: what its key may not call; `methods`: what is turned on; `refunds`: how a new refund stands."""

    id: str
    live: bool
    lacks: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset({"card", "konbini", "paypay"})
    refunds: str = "succeeded"
    capture_fails: bool = False


@dataclass
class Books:
    """Everything that all accounts have. `act`: what a buyer does as soon as there is a page for them, such as `books.pay`."""

    now: Callable[[], float]
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    owners: dict[str, Account] = field(default_factory=dict)
    """Whose a session or an intent is, by its id."""
    telling: Telling = field(init=False)
    act: Callable[[str], None] | None = None

    def __post_init__(self) -> None:
        self.telling = Telling(self.now)

    @property
    def taken(self) -> int:
        """What has been taken of buyers, in all."""
        return sum(each["amount_received"] for each in self.intents.values())

    @property
    def refunded(self) -> int:
        """What has been given back, in all."""
        return sum(each["amount"] for each in self.refunds if each["status"] not in ("failed", "canceled"))

    def carry_out(self, account: Account, name: str, ids: tuple[str, ...], given: Given) -> dict[str, Any]:
        """Do what a call asks for, and return its answer; raises `Refusal`."""
        match name:
            case "account":
                return {"id": account.id, "object": "account"}
            case "open":
                return self._open(account, given)
            case "session":
                return self.shown(self._of(account, self.sessions, ids[0], "checkout.session"))
            case "expire":
                return self._expire(self._of(account, self.sessions, ids[0], "checkout.session"))
            case "capture":
                return self._capture(account, self._of(account, self.intents, ids[0], "payment_intent"))
            case "cancel":
                return self._cancel(self._of(account, self.intents, ids[0], "payment_intent"))
            case "refund":
                return self._refund(account, given)
        found = [each for each in self.refunds if each["payment_intent"] == given["payment_intent"]]
        return {"object": "list", "data": found, "has_more": False, "url": "/v1/refunds"}

    def _of(self, account: Account, among: dict[str, dict[str, Any]], id: str, kind: str) -> dict[str, Any]:
        if id not in among or self.owners[id] is not account:
            raise Refusal(f"No such {kind}: '{id}'", "resource_missing", "id", status=404)
        return among[id]

    def _open(self, account: Account, given: Given) -> dict[str, Any]:
        unknown = [each for each in given if not each.startswith(_KNOWN)]
        if unknown:
            raise Refusal("Received unknown parameter", "parameter_unknown", unknown[0], unbegun=True)
        price = "line_items[0][price_data]"
        amount, currency = int(given[f"{price}[unit_amount]"]), given[f"{price}[currency]"]
        methods = [value for name, value in given.items() if name.startswith("payment_method_types[")]
        if not set(methods) <= account.methods or (currency != "jpy" and set(methods) - {"card"}):
            raise Refusal("The payment method type is invalid", None, "payment_method_types[0]")
        if amount < _LEAST:
            raise Refusal("The amount is too small", "amount_too_small", f"{price}[unit_amount]")
        id = f"cs_{'live' if account.live else 'test'}_{secrets.token_hex(12)}"
        kept = _within(given, "metadata")
        self.sessions[id] = {
            "id": id, "object": "checkout.session", "status": "open", "payment_status": "unpaid", "livemode": account.live,
            "url": f"https://checkout.stripe.test/c/pay/{id}", "payment_intent": None, "metadata": kept,
            "amount_total": amount, "currency": currency, "mode": given["mode"], "success_url": given["success_url"],
            "payment_method_types": methods, "created": int(self.now()), "name": given[f"{price}[product_data][name]"],
        }  # fmt: skip
        self.owners[id] = account
        self.sessions[id]["given"] = given
        if self.act is not None:
            self.act(id)
        # Buyers act after the answer is on its way: it says how the session was when it was made.
        return _face(self.sessions[id]) | {
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": None,
        }

    def shown(self, session: dict[str, Any]) -> dict[str, Any]:
        """Return a session as it is answered, with its intent expanded."""
        intent = self.intents.get(session["payment_intent"] or "")
        return _face(session) | {"payment_intent": None if intent is None else _face(intent)}

    def _expire(self, session: dict[str, Any]) -> dict[str, Any]:
        if session["status"] != "open":
            raise Refusal("Only Checkout Sessions with a status in [open] can be expired", None, "session")
        session["status"], session["url"] = "expired", None
        intent = self.intents.get(session["payment_intent"] or "")
        if intent is not None and intent["status"] in _UNPAID:
            self._end(intent, "automatic")
        self._tell("checkout.session.expired", session)
        return self.shown(session)

    def _capture(self, account: Account, intent: dict[str, Any]) -> dict[str, Any]:
        if intent["status"] != "requires_capture":
            raise Refusal("This PaymentIntent could not be captured", "payment_intent_unexpected_state")
        if account.capture_fails:
            self._end(intent, "automatic")
            raise Refusal("The card was declined", "card_declined", status=402)
        self._take(intent)
        return _face(intent)

    def _cancel(self, intent: dict[str, Any]) -> dict[str, Any]:
        if intent["status"] not in _UNPAID:
            raise Refusal("You cannot cancel this PaymentIntent", "payment_intent_unexpected_state")
        if self._session_of(intent)["status"] == "open":
            raise Refusal(
                "You cannot cancel the PaymentIntent of an open Checkout Session. Expire the session instead."
            )
        self._end(intent, "requested_by_customer")
        return _face(intent)

    def _refund(self, account: Account, given: Given) -> dict[str, Any]:
        intent = self._of(account, self.intents, given["payment_intent"], "payment_intent")
        charge = intent["latest_charge"]
        if charge is None or not intent["amount_received"]:
            raise Refusal("This PaymentIntent does not have a successful charge to refund.")
        amount, left = (
            int(given.get("amount", charge["amount"])),
            charge["amount"] - charge["amount_refunded"],
        )
        if left == 0:
            raise Refusal("Charge has already been refunded.", "charge_already_refunded")
        if amount > left:
            raise Refusal("Refund amount is greater than unrefunded amount on charge", None, "amount")
        refund = {
            "id": f"re_{secrets.token_hex(8)}", "object": "refund", "amount": amount, "payment_intent": intent["id"],
            "status": account.refunds, "metadata": _within(given, "metadata"), "failure_reason": None,
        }  # fmt: skip
        self.refunds.append(refund)
        if account.refunds in ("failed", "canceled"):
            refund["failure_reason"] = "declined"
        else:
            charge["amount_refunded"] += amount
            self._tell("charge.refunded", charge, account)
        return refund

    def bounce(self, refund: dict[str, Any], *, lowers: bool = True) -> None:
        """Have the buyer's bank send a refund back. `lowers`: the charge's sum is less by it, of which Stripe says nothing."""
        account, charge = (
            self.owners[refund["payment_intent"]],
            self.intents[refund["payment_intent"]]["latest_charge"],
        )
        refund["status"], refund["failure_reason"] = "failed", "expired_or_canceled_card"
        charge["amount_refunded"] -= refund["amount"] if lowers else 0
        self._tell("refund.failed", refund, account)

    def pay(self, id: str, method: str = "card") -> None:
        """Let the buyer pay on the page by what is captured at once, or by a card, whose money is set aside."""
        intent = self._confirm(id, method)
        if self.sessions[id]["given"].get(f"payment_method_options[{method}][capture_method]") == "manual":
            intent["status"] = "requires_capture"
            self._tell("payment_intent.amount_capturable_updated", intent)
            self._tell("checkout.session.completed", self.sessions[id])
        else:
            self._take(intent)
            self._tell("checkout.session.completed", self.sessions[id])

    def decline(self, id: str) -> None:
        """Let the buyer try a card that is declined: the page stays open."""
        session = self.sessions[id]
        assert session["status"] == "open", "the page is closed"
        intent = self._intent_for(session)
        intent["last_payment_error"] = {"code": "card_declined"}
        self._tell("payment_intent.payment_failed", intent)

    def take_slip(self, id: str) -> None:
        """Let the buyer take a slip for a shop's counter."""
        intent = self._confirm(id, "konbini")
        intent["status"] = "requires_action"
        details = {
            "expires_at": int(self.now()) + _SLIP_SECONDS,
            "hosted_voucher_url": f"https://pay.stripe.test/{id}",
        }
        intent["next_action"] = {"type": "konbini_display_details", "konbini_display_details": details}
        self._tell("payment_intent.requires_action", intent)
        self._tell("checkout.session.completed", self.sessions[id])

    def pay_slip(self, id: str) -> None:
        """Let the buyer pay at the counter."""
        intent = self.intents[self.sessions[id]["payment_intent"]]
        assert intent["status"] == "requires_action", "the slip is good no more"
        self._take(intent)
        self._tell("checkout.session.async_payment_succeeded", self.sessions[id])

    def let_slip_lapse(self, id: str) -> None:
        """Let a slip's time be over."""
        intent = self.intents[self.sessions[id]["payment_intent"]]
        intent["status"], intent["next_action"] = "requires_payment_method", None
        intent["last_payment_error"] = {"code": "payment_intent_payment_attempt_expired"}
        self._tell("checkout.session.async_payment_failed", self.sessions[id])

    def dispute(self, id: str, state: str = "needs_response", *, created: int | None = None) -> None:
        """Let the buyer's bank dispute what was paid on a page, or say how that stands now."""
        intent = self.intents[self.sessions[id]["payment_intent"]]
        told = {
            "id": f"du_{id}", "object": "dispute", "status": state, "reason": "product_not_received", "currency": intent["currency"],
            "amount": intent["amount"], "created": int(self.now()), "payment_intent": intent["id"],
            "evidence_details": {"due_by": int(self.now()) + 864_000},
        }  # fmt: skip
        kind = "created" if state == "needs_response" else "closed"
        self._tell(f"charge.dispute.{kind}", told, self.owners[id], created=created)

    def _confirm(self, id: str, method: str) -> dict[str, Any]:
        session = self.sessions[id]
        assert session["status"] == "open", "the page is closed"
        assert method in session["payment_method_types"], "the page does not offer it"
        intent = self._intent_for(session)
        session["status"], session["url"] = "complete", None
        intent["last_payment_error"] = None
        return intent

    def _intent_for(self, session: dict[str, Any]) -> dict[str, Any]:
        if session["payment_intent"] is None:
            id = f"pi_{secrets.token_hex(12)}"
            kept = _within(session["given"], "payment_intent_data[metadata]")
            self.intents[id] = {
                "id": id, "object": "payment_intent", "status": "requires_payment_method", "amount": session["amount_total"],
                "amount_received": 0, "currency": session["currency"], "metadata": kept, "next_action": None,
                "last_payment_error": None, "cancellation_reason": None, "latest_charge": None,
            }  # fmt: skip
            self.owners[id] = self.owners[session["id"]]
            session["payment_intent"] = id
        return self.intents[session["payment_intent"]]

    def _session_of(self, intent: dict[str, Any]) -> dict[str, Any]:
        return next(each for each in self.sessions.values() if each["payment_intent"] == intent["id"])

    def _take(self, intent: dict[str, Any]) -> None:
        intent["status"], intent["amount_received"], intent["next_action"] = (
            "succeeded",
            intent["amount"],
            None,
        )
        intent["latest_charge"] = {
            "id": f"ch_{secrets.token_hex(8)}", "object": "charge", "amount": intent["amount"], "amount_refunded": 0,
            "currency": intent["currency"], "metadata": intent["metadata"], "payment_intent": intent["id"],
        }  # fmt: skip
        self._session_of(intent)["payment_status"] = "paid"
        self._tell("payment_intent.succeeded", intent)

    def _end(self, intent: dict[str, Any], why: str) -> None:
        intent["status"], intent["cancellation_reason"], intent["next_action"] = "canceled", why, None
        self._tell("payment_intent.canceled", intent)

    def _tell(
        self, kind: str, about: dict[str, Any], account: Account | None = None, *, created: int | None = None
    ) -> None:
        self.telling.tell((account or self.owners[about["id"]]).id, kind, _face(about), created=created)


def _face(kept: dict[str, Any]) -> dict[str, Any]:
    """Return what is seen from outside, as it stands now."""
    return {
        name: dict(value) if isinstance(value, dict) else value
        for name, value in kept.items()
        if name != "given"
    }


def _within(given: Given, name: str) -> dict[str, str]:
    return {
        key[len(name) + 1 : -1]: value
        for key, value in given.items()
        if key.startswith(f"{name}[") and key.count("[") == name.count("[") + 1
    }
