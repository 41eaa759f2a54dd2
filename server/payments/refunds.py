"""What payments need of an order's refunds: a port, which the composition root fills."""

from typing import Final, Protocol

from server.journal.transaction import ShowTransaction
from server.payments.payment import Payment


class ToldRefunds(Protocol):
    """Refunds of paid orders, as far as payments go."""

    async def take_told(self, tx: ShowTransaction, payment: Payment, told_minor: int) -> int:
        """Take what was given back at the provider itself into the books, once; return how much of it was not there yet.

        `payment` is one that became an order, locked; `told_minor` is what its provider says has been given back in all.
        """
        ...

    async def take_bounced(self, tx: ShowTransaction, payment: Payment, key: str, why: str | None) -> int:
        """Take into the books, once, that a refund which was asked for under `key` has not reached its buyer; return what it was of.

        One that is not done yet has failed by it, and 0 is returned.
        """
        ...


class _NoRefunds:
    async def take_told(self, tx: ShowTransaction, payment: Payment, told_minor: int) -> int:
        return 0

    async def take_bounced(self, tx: ShowTransaction, payment: Payment, key: str, why: str | None) -> int:
        return 0


NO_REFUNDS: Final[ToldRefunds] = _NoRefunds()
"""Of a process that keeps no refunds."""
