"""Refunds: written down, done at the provider outside of any transaction, and booked in another.

A process may die between any two of these: what is `asked` is asked of the provider again, under the refund's own id, by whoever finds it.
"""

from datetime import timedelta
from typing import Final

import structlog

from server.audit.trail import Actor
from server.clock import Clock
from server.db.engine import SQL_AWAY, Database
from server.errors import RefusedError
from server.fulfilment import refund_metrics as metrics
from server.fulfilment import refund_repository as repository
from server.fulfilment.refund import Asked, Ended, OrderHead, Refund, ToRefund, as_bought
from server.fulfilment.refund_books import RefundBooks
from server.fulfilment.refund_rules import Bought, Reckoning, WantedRefund, reckon
from server.journal.journal import Journal
from server.payments.provider import Answer, ProviderAwayError
from server.payments.repository import read_payment
from server.payments.service import Payments
from server.protocol.codes import Code

PAUSE: Final = timedelta(seconds=10)
"""After the first try that came to nothing; twice as long after each further one, up to an hour."""
AT_ONCE_MAX: Final = 50

log = structlog.get_logger()


class Refunds:
    """One process's part. `books` are what payments are told by, too."""

    def __init__(
        self, journal: Journal, database: Database, clock: Clock, payments: Payments, books: RefundBooks
    ) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock
        self._payments = payments
        # The journal groups commands by their handler: it must be the same object each time.
        self._ask_many = books.ask_many
        self._end_many = books.end_many

    async def find_order(self, channel_id: str, order_id: str) -> OrderHead:
        """Return an order of the channel's; raises `not_found`, and `not_refundable` for one that the channel's own shop took."""
        async with self._database.read_soon() as connection:
            order = await repository.find_order(connection, channel_id, order_id)
            if order is None and await repository.is_reported(connection, channel_id, order_id):
                raise RefusedError(
                    Code.NOT_REFUNDABLE, "The channel's own shop took this order.", why="reported"
                )
        if order is None:
            raise RefusedError(Code.NOT_FOUND)
        return order

    async def read(self, order: OrderHead) -> tuple[list[Refund], Bought]:
        """Return the order's refunds, the oldest first, and the order with what has gone back of it, or is about to."""
        async with self._database.read_soon() as connection:
            refunds = await repository.read_refunds(connection, order.id)
            paid = await repository.read_paid(connection, order)
            order = await repository.with_shipped(connection, order)
        return refunds, as_bought(order, [each for each in refunds if each.state != "failed"], paid)

    async def reckon(self, order: OrderHead, wanted: WantedRefund) -> Reckoning:
        """Return what a refund would come to now, and change nothing; raises what `ask` does."""
        _require_ours(order)
        return reckon((await self.read(order))[1], wanted)

    async def ask(self, order: OrderHead, actor: Actor, key: str, wanted: WantedRefund) -> Asked:
        """Give back what is wanted, once for each key, and return how far that is: `asked` where the provider has not done it yet.

        Raises `too_much`, `conflict` for cancelling what has been shipped, `key_reused`, `not_refundable`, `invalid`.
        """
        _require_ours(order)
        asked = await self._journal.commit(
            order.show_id, self._ask_many, ToRefund(order, actor, key, wanted), repeatable=True
        )
        if not asked.refund.open or asked.repeated:
            return asked
        return Asked(await self.go_on(asked.refund), repeated=False)

    async def go_on(self, refund: Refund) -> Refund:
        """Have the provider do a refund that is asked for, and return how it stands then."""
        answer = await self._give_back(refund)
        if answer is None or answer.kind not in ("refunded", "failed", "bounced"):
            return refund
        ended = Ended(refund, answer.kind == "refunded", answer.why, bounced=answer.kind == "bounced")
        after = await self._journal.commit(refund.show_id, self._end_many, ended, repeatable=True)
        metrics.REFUNDS.labels(after.state).inc()
        if after.state == "failed":
            await self._look_there(after)
        return after

    async def run_once(self) -> int:
        """Go on with the refunds that are due, and return how many those were. Any number of processes may do it."""
        async with self._database.write() as connection:
            due = await repository.claim_due(connection, self._clock.now(), pause=PAUSE, most=AT_ONCE_MAX)
        for refund in due:
            try:
                await self.go_on(refund)
            except RefusedError as refused:  # it is claimed again
                log.warning("refunds.not_done", refund=refund.id, code=refused.code.value)
        return len(due)

    async def measure(self) -> None:
        """Tell the metrics how many refunds wait for their provider, as far as SQL answers."""
        try:
            async with self._database.read_soon() as connection:
                metrics.WAITING.set(await repository.count_open(connection))
        except SQL_AWAY:
            return

    async def _give_back(self, refund: Refund) -> Answer | None:
        assert refund.payment_id is not None, "what no provider knows of is done at once"
        async with self._database.read_soon() as connection:
            payment = await read_payment(connection, refund.payment_id)
        assert payment is not None, "a payment stays"
        try:
            return await self._payments.give_back(payment, refund.amount_minor, refund.id)
        except ProviderAwayError:
            return None

    async def _look_there(self, refund: Refund) -> None:
        """Ask how the payment stands of which a refund was refused: somebody may have given the money back there already."""
        assert refund.payment_id is not None, "the provider was asked"
        async with self._database.read_soon() as connection:
            payment = await read_payment(connection, refund.payment_id)
        if payment is not None:
            await self._payments.ask(payment)


def _require_ours(order: OrderHead) -> None:
    if order.imported:
        raise RefusedError(Code.NOT_REFUNDABLE, "This order came with a history.", why="imported")
