"""What payments need of holds: a port, which the composition root fills with the shop's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.payments.payment import Payment, Wanted


@dataclass(frozen=True, slots=True)
class ToPay:
    """A hold that may be paid: `amount_minor` in minor units of `currency`."""

    hold_id: str
    channel_id: str
    amount_minor: int
    currency: str
    expires_at: datetime
    first_paid: bool = False
    """Its units go to whoever pays first: it is paid now, or not at all."""
    found: object = None
    """What the hold was found to be; whoever filled the port has it back by `ToConfirm`, and need not read it again."""


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """A hold whose money has come, by a payment."""

    hold_id: str
    payment_id: str
    seen: ToPay | None = None
    """What `read_to_pay` has said of it in the same transaction, if it was asked."""


class PaidHolds(Protocol):
    """Holds, as far as payments go."""

    async def show_of(self, hold_id: str) -> str:
        """Return the show that a hold is in; raises `not_found`."""
        ...

    async def read_to_pay(self, tx: ShowTransaction, wanted: Sequence[Wanted]) -> list[ToPay | RefusedError]:
        """Return what is to be paid for each hold, or why it cannot be paid.

        Which is `not_found` for one that is not the viewer's, `hold_ended`, or what its checkout says. Nothing is locked or marked: what it
        says is certain once the hold is confirmed, or marked by `begin_paying`.
        """
        ...

    async def begin_paying(self, tx: ShowTransaction, hold_ids: Sequence[str]) -> Collection[str]:
        """Mark holds as being paid, so that they are not let go until `end_paying`; return those of which it is so. Others have ended."""
        ...

    async def end_paying(self, connection: AsyncConnection, hold_ids: Sequence[str]) -> None:
        """Take the mark away: what is still set aside keeps its timer, and is let go when that has ended."""
        ...

    async def claim(self, tx: ShowTransaction, hold_ids: Sequence[str]) -> Mapping[str, RefusedError]:
        """Have units set aside for holds that have none until money is there, in this order; return why not of those that get none.

        Of all other holds nothing is said.
        """
        ...

    async def confirm(self, tx: ShowTransaction, paid: Sequence[ToConfirm]) -> list[str | RefusedError]:
        """Make an order of each hold, and return its id, the head's where it has several lines.

        Or why there can be none, and nothing is written: the units are gone, the viewer gave it up, it is paid already.
        """
        ...

    def tell_pending(self, tx: ShowTransaction, payment: Payment) -> None:
        """Have the buyer told, wherever they are, that a payment is to be made by its `pay_by`."""
        ...

    def tell_too_late(self, tx: ShowTransaction, payment: Payment) -> None:
        """Have the buyer told, wherever they are, that everything was sold before a payment came, and that no money is kept."""
        ...
