"""A payment, and what its buyer is told of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.clock import to_wire
from server.payments.rules import OPEN, Deed, State


@dataclass(frozen=True, slots=True)
class Wanted:
    """A viewer wants to pay for a hold; `key` makes it one payment however often it is sent.

    `method`: in the provider's words, or empty. `earlier`: ids that the same person had as a guest.
    """

    viewer_id: str
    hold_id: str
    key: str
    method: str = ""
    earlier: tuple[str, ...] = ()

    @property
    def viewers(self) -> tuple[str, ...]:
        """All ids of the viewer's."""
        return self.viewer_id, *self.earlier


@dataclass(frozen=True, slots=True)
class Payment:
    """One try to pay for a hold: `amount_minor` in minor units of `currency`. The columns of `payment`, in their order there."""

    id: str
    channel_id: str
    show_id: str
    hold_id: str
    viewer_id: str
    key: str
    provider: str
    provider_ref: str | None
    method: str
    state: State
    amount_minor: int
    currency: str
    refunded_minor: int
    tries: int
    redirect_url: str | None
    pay_by: datetime | None
    created_at: datetime
    changed_at: datetime
    asked_at: datetime
    why: str | None
    order_id: str | None
    account_id: str | None = None
    """Which of the channel's accounts at the provider it is paid by."""
    refunded_there_minor: int = 0

    @property
    def open(self) -> bool:
        """Whether the provider may still take the money as was meant."""
        return self.state in OPEN

    def on_the_wire(self) -> dict[str, Any]:
        """Return what the buyer is told: `redirect` and `pay_by` only while it is open, `why` of what did not end as was meant."""
        told: dict[str, Any] = {
            "payment": self.id,
            "hold": self.hold_id,
            "state": self.state,
            "amount": self.amount_minor,
            "currency": self.currency,
        }
        if self.redirect_url and self.open:
            told["redirect"] = self.redirect_url
        if self.pay_by and self.open:
            told["pay_by"] = to_wire(self.pay_by)
        if self.order_id:
            told["order"] = self.order_id
        if self.why:
            told["why"] = self.why
        return told


def refund_key(payment: Payment) -> str:
    """Return the key under which the money of a payment that became no order is given back."""
    return f"{payment.id}/refund"


@dataclass(frozen=True, slots=True)
class Begun:
    """A payment that was written down, or was there before under the same key (`repeated`)."""

    payment: Payment
    repeated: bool


@dataclass(frozen=True, slots=True)
class Applied:
    """How a payment stands after an event; `changed` when the buyer is to hear of it, `deed` what is to be done at its provider now."""

    payment: Payment
    changed: bool
    deed: Deed
