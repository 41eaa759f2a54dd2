"""Where a purchase in one step is paid, and the only provider for it, which approves at once and moves no money."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Charge:
    """What is to be paid: minor units of `currency`. `reference` names the purchase; the same one again must not charge twice."""

    reference: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Approved:
    """The money is ours; `payment` is the provider's own reference, kept with the order."""

    payment: str


@dataclass(frozen=True, slots=True)
class Declined:
    """No money moved; `reason` is a word that may be shown to the buyer."""

    reason: str


Outcome = Approved | Declined


class Payments(Protocol):
    """A provider that decides at once, in memory: for `buy`, which is one step.

    `authorize` runs inside the shop's transaction, while product rows are locked: it must neither block nor wait for a network, and
    must be idempotent by the charge's reference, since a transaction that fails is tried again. So no provider that is reached by a
    network fits behind this port. Those are paid in steps of their own, between a hold and its order: `server.payments`.
    """

    def authorize(self, charge: Charge) -> Outcome:
        """Take the money, or say why not."""
        ...


class FakePayments:
    """Approves everything at once and moves no money."""

    def authorize(self, charge: Charge) -> Outcome:
        """Approve, under a payment that follows from the reference: the same charge is the same payment."""
        assert charge.amount_minor >= 0, "prices and quantities are not negative"
        return Approved(f"fake_{sha256(charge.reference.encode()).hexdigest()[:24]}")
