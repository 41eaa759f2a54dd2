"""The poller: what no webhook has told, what nobody could be told, and holds that may not be let go before their provider was asked."""

import asyncio
from datetime import datetime, timedelta
from typing import Final, Literal

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db.engine import SQL_AWAY, Database
from server.db.forgetting import ForgetsOld
from server.errors import RefusedError
from server.payments import metrics
from server.payments.account_repository import read_standings
from server.payments.inbox_repository import forget_events, read_counts
from server.payments.payment import Payment
from server.payments.repository import Unfinished, claim_unfinished
from server.payments.rules import owed
from server.payments.service import Payments

LOOK_SECONDS: Final = 1.0
"""How often SQL is asked for what is due."""
OVER: Final = timedelta(seconds=2)
"""How long after its last word a payment is asked about whose time is over: somebody may wait for its units."""
AT_ONCE_MAX: Final = 50
TURNS_MAX: Final = 10
"""How many of them are asked about together."""

log = structlog.get_logger()


class Poller:
    """Asks providers for payments of which nothing was heard for `unheard`. Any number of processes may do it."""

    def __init__(self, payments: Payments, database: Database, clock: Clock, unheard: timedelta) -> None:
        self._payments = payments
        self._database = database
        self._clock = clock
        self._unheard = unheard
        self._turns = asyncio.Semaphore(TURNS_MAX)

    async def run_once(self) -> int:
        """Apply what waits in the inbox, ask about what is due, and return how many payments those were."""
        await self._payments.apply_waiting()
        async with self._database.write() as connection:
            due = await claim_unfinished(
                connection, self._clock.now(), unheard=self._unheard, over=OVER, most=AT_ONCE_MAX
            )
        # Some at a time: a provider that hangs for one payment must not hold up the others.
        async with asyncio.TaskGroup() as asking:
            for each in due:
                asking.create_task(self._ask_in_turn(each))
        return len(due)

    async def _ask_in_turn(self, each: Unfinished) -> None:
        try:
            async with self._turns:
                await self._ask(each)
        except RefusedError as refused:  # it is claimed again
            log.warning("payments.not_asked", payment=each.payment.id, code=refused.code.value)

    async def _ask(self, each: Unfinished) -> None:
        payment = each.payment
        match call_for(each):
            case "start":
                applied = await self._payments.start(payment)
                if each.over and applied.payment.provider_ref:
                    await self._end(applied.payment)
            case "end" if each.gone:
                await self._payments.end(payment)
            case "end":
                # Its buyer may have paid meanwhile, or have been given until tomorrow, and its webhook is lost or on its way.
                await self._end((await self._payments.ask(payment)).payment)
            case "owed":
                await self._payments.do(payment, owed(payment.state))
            case "ask":
                await self._payments.ask(payment)

    async def _end(self, payment: Payment) -> None:
        if payment.open and (payment.pay_by is None or payment.pay_by <= self._clock.now()):
            await self._payments.end(payment)


async def measure(database: Database, now: datetime) -> None:
    """Tell the metrics what is unfinished, as far as SQL answers."""
    try:
        async with database.read_soon() as connection:
            counts = await read_counts(connection, now)
            standings = await read_standings(connection, now)
    except SQL_AWAY:
        return
    metrics.INBOX.set(counts.waiting)
    metrics.OPEN.set(counts.open)
    metrics.REFUNDING.set(counts.refunding)
    metrics.REFUNDING_SECONDS.set(max(counts.refunding_seconds, 0.0))
    metrics.KEYS_REFUSED.set(sum(each.refused_at is not None for each in standings))
    metrics.UNHEARD.set(sum(each.unheard for each in standings))
    metrics.DISPUTES.set(sum(each.disputed for each in standings))


def call_for(each: Unfinished) -> Literal["start", "end", "owed", "ask"]:
    """Return what to do about an unfinished payment.

    One whose provider was never heard is begun, which finds what was begun. Money that is set aside while the units still are is taken;
    anything else whose time is over is ended, and its provider says whether that came too late. One that has ended is only asked about.
    """
    payment = each.payment
    if payment.state in ("failed", "cancelled"):
        return "ask"
    if payment.provider_ref is None:
        return "start"
    if payment.state == "refunding" or (payment.state == "authorized" and not each.gone):
        return "owed"
    return "end" if each.over else "ask"


class EventForgetting(ForgetsOld):
    """Forgets events of the inbox that are older than `kept_for`."""

    at_once_max = 1_000

    async def forget_before(self, connection: AsyncConnection, before: datetime, most: int) -> int:
        """Delete at most so many, and return how many."""
        return await forget_events(connection, before, most)
