"""Paying for holds: a payment is written down, its provider is asked outside of any transaction, and what it answers is applied in one.

A process may die between any two of these: the next call with the same key, a webhook or the poller goes on from what is written down.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import structlog

from server.clock import Clock
from server.db.engine import SQL_AWAY, Database
from server.errors import RefusedError
from server.journal.journal import Journal
from server.payments import metrics, repository
from server.payments.applying import Applying
from server.payments.beginning import Beginning
from server.payments.holds import PaidHolds
from server.payments.inbox_repository import Received, insert_event, read_waiting
from server.payments.news import News
from server.payments.payment import Applied, Begun, Payment, Wanted, refund_key
from server.payments.provider import Answer, Provider, ProviderAwayError, Providers
from server.payments.refunds import ToldRefunds
from server.payments.rules import Deed
from server.protocol.codes import Code
from server.viewers.alias_repository import read_guests_of

ANSWER_SECONDS_MAX: Final = 10.0
"""How long a provider is waited for; then the buyer is told that it is not known yet, and the poller goes on."""
STEPS_MAX: Final = 4
"""How many calls one answer may lead to: none leads to more than two."""

LISTED_FOR: Final = timedelta(days=1)
LISTED_MAX: Final = 100

Push = Callable[[str, str, Mapping[str, Any]], None]
"""Tells a line to the connections of one viewer in a show: (show, viewer, line)."""

Asks = Callable[[Provider], Awaitable[Answer]]
"""One call of a provider's."""

log = structlog.get_logger()


class Payments:
    """One process's part."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        clock: Clock,
        holds: PaidHolds,
        providers: Providers,
        *,
        push: Push,
    ) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock
        self._holds = holds
        self._providers = providers
        self._push = push
        self._applying = applying = Applying(holds)
        # The journal groups commands by their handler: it must be the same object each time.
        self._begin_many = Beginning(holds, providers).begin_many
        self._apply_many = applying.apply_many

    async def show_of(self, hold_id: str) -> str:
        """Return the show that a hold is in; raises `not_found`."""
        return await self._holds.show_of(hold_id)

    async def pay(self, show_id: str, wanted: Wanted) -> tuple[Applied, bool]:
        """Begin to pay, and return how far that is; the same key again returns the same payment as it stands, and True.

        Raises `not_found` for a hold that is not the viewer's, `conflict` for one that has ended or is being paid (`current` is that
        payment), `key_reused`. Whatever a provider does is no refusal: the payment's state says it.
        """
        begun = await self._begin(show_id, wanted)
        payment = begun.payment
        if payment.state != "created":
            if not begun.repeated:  # there was nothing to pay
                self._tell(payment)
            return Applied(payment, changed=False, deed="none"), begun.repeated
        return await self.start(payment), begun.repeated

    async def _begin(self, show_id: str, wanted: Wanted) -> Begun:
        try:
            return await self._journal.commit(show_id, self._begin_many, wanted, repeatable=True)
        except RefusedError as refused:
            if refused.code is not Code.NOT_FOUND or wanted.earlier:
                raise
            earlier = await self._earlier_ids(show_id, wanted.viewer_id)
            if not earlier:
                raise
        return await self._begin(show_id, replace(wanted, earlier=earlier))

    async def _earlier_ids(self, show_id: str, viewer_id: str) -> tuple[str, ...]:
        """Return the ids that the viewer had in the show as a guest."""
        async with self._database.read_soon() as connection:
            return tuple(await read_guests_of(connection, show_id, viewer_id))

    async def start(self, payment: Payment) -> Applied:
        """Begin a payment at its provider, or find what was begun there before."""
        return await self.settle(payment, lambda provider: provider.start(payment))

    async def cancel(self, payment_id: str, viewer_id: str) -> Payment:
        """End a payment that its viewer wants no more, and return how it stands: a paid one stays paid.

        Raises `not_found`, and `unavailable` when the provider does not say whether it has ended.
        """
        payment = await self.find(payment_id, viewer_id)
        if not payment.open:
            return payment
        if payment.provider_ref is None:
            payment = (await self.start(payment)).payment
        after = payment
        if payment.open:
            after = (await self.end(payment, given_up=True)).payment
        if after.open:
            raise RefusedError(Code.UNAVAILABLE, "The provider has not answered.", retry_after_ms=2000)
        return after

    async def end(self, payment: Payment, *, given_up: bool = False) -> Applied:
        """Have the provider end an open payment that it knows; what it finds instead, such as money, is applied."""
        ref = payment.provider_ref
        assert ref is not None, "the caller has started it"
        return await self.settle(payment, lambda provider: provider.cancel(ref), given_up=given_up)

    async def ask(self, payment: Payment) -> Applied:
        """Ask the provider, which knows the payment, how it stands."""
        ref = payment.provider_ref
        assert ref is not None, "the caller has started it"
        return await self.settle(payment, lambda provider: provider.ask(ref))

    def tell_refunds(self, refunds: ToldRefunds) -> None:
        """Have `refunds` told of what was given back at the providers themselves."""
        self._applying.refunds = refunds

    async def give_back(self, payment: Payment, amount_minor: int, key: str) -> Answer:
        """Have the provider give back a part of what was paid, once for each `key`; raises `ProviderAwayError` where it does not answer."""
        ref = payment.provider_ref
        assert ref is not None, "its provider has taken the money"
        return await self._ask(payment, lambda provider: provider.refund(ref, amount_minor, key))

    async def find(self, payment_id: str, viewer_id: str) -> Payment:
        """Return a payment of the viewer's; raises `not_found`."""
        async with self._database.read_soon() as connection:
            payment = await repository.read_payment(connection, payment_id)
        if payment is None or not await self._is_of(payment, viewer_id):
            raise RefusedError(Code.NOT_FOUND, "You have no such payment.")
        return payment

    async def list_own(self, show_id: str, viewer_id: str) -> list[Payment]:
        """Return the viewer's payments in the show, the newest first: those under way, and those of the last day that have ended."""
        since = self._clock.now() - LISTED_FOR
        async with self._database.read_soon() as connection:
            viewers = [viewer_id, *await read_guests_of(connection, show_id, viewer_id)]
            return await repository.read_own(connection, show_id, viewers, since, most=LISTED_MAX)

    async def _is_of(self, payment: Payment, viewer_id: str) -> bool:
        return payment.viewer_id == viewer_id or payment.viewer_id in await self._earlier_ids(
            payment.show_id, viewer_id
        )

    async def receive(
        self, name: str, headers: Mapping[str, str], body: bytes, *, channel_id: str = ""
    ) -> None:
        """Take a webhook: keep it, and apply it, unless that has to wait. Once this returns it is kept.

        `channel_id`: whose address it was sent to, where the provider has one for each channel. Raises `not_found` for a provider that
        is none of ours, `UnsignedError`, and `unavailable`: it is to be sent again.
        """
        told = await self._providers.read_webhook(name, channel_id, headers, body)
        if told is None:
            metrics.WEBHOOKS.labels(name, "passed_over").inc()
            return
        async with self._database.write_soon() as connection:
            await insert_event(connection, name, told, self._clock.now())
        metrics.WEBHOOKS.labels(name, "kept").inc()
        try:
            await self.apply_waiting(event=(name, told.event_id))
        except (RefusedError, *SQL_AWAY) as error:  # the poller applies it
            log.warning("payments.event_waits", provider=name, error=type(error).__name__)

    async def apply_waiting(self, *, event: tuple[str, str] | None = None) -> int:
        """Apply what waits in the inbox and belongs to a payment, or the one `event`, and return how many that were."""
        async with self._database.read_soon() as connection:
            waiting = await read_waiting(connection, event=event)
        for each in waiting:
            await self._apply_event(each)
        return len(waiting)

    async def _apply_event(self, received: Received) -> None:
        news = News(received.payment_id, received.answer, received)
        applied = await self._apply(received.show_id, news)
        await self._do(applied)

    async def settle(self, payment: Payment, ask: Asks, *, given_up: bool = False) -> Applied:
        """Ask the provider, apply its answer, and do what follows; without an answer the payment stays as it is."""
        try:
            answer: Answer = await self._ask(payment, ask)
        except ProviderAwayError:
            return Applied(payment, changed=False, deed="none")
        applied = await self._apply(payment.show_id, News(payment.id, answer, given_up=given_up))
        return await self._do(applied)

    async def do(self, payment: Payment, deed: Deed) -> Applied:
        """Do what a payment owes at its provider."""
        return await self._do(Applied(payment, changed=False, deed=deed))

    async def _do(self, applied: Applied) -> Applied:
        for _ in range(STEPS_MAX):
            payment, ref = applied.payment, applied.payment.provider_ref
            if applied.deed == "none" or ref is None:
                return applied
            try:
                answer = await self._ask(payment, _call_for(applied.deed, payment, ref))
            except ProviderAwayError:
                return applied
            applied = await self._apply(payment.show_id, News(payment.id, answer))
        return applied

    async def _ask(self, payment: Payment, ask: Asks) -> Answer:
        """Return the provider's answer; raises `ProviderAwayError` for whatever is none."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                answer = await ask(await self._providers.of(payment))
        except Exception as error:
            metrics.ANSWERS.labels(payment.provider, "none").inc()
            log.warning("payments.no_answer", payment=payment.id, error=type(error).__name__)
            raise ProviderAwayError from error
        metrics.ANSWERS.labels(payment.provider, answer.kind).inc()
        return answer

    async def _apply(self, show_id: str, news: News) -> Applied:
        applied = await self._journal.commit(show_id, self._apply_many, news, repeatable=True)
        if applied.changed:
            self._tell(applied.payment)
        return applied

    def _tell(self, payment: Payment) -> None:
        line = {"type": "payment.changed", **payment.on_the_wire()}
        self._push(payment.show_id, payment.viewer_id, line)
        metrics.STATES.labels(payment.provider, payment.state).inc()


def _call_for(deed: Deed, payment: Payment, ref: str) -> Asks:
    if deed == "capture":
        return lambda provider: provider.capture(ref)
    if deed == "void":
        return lambda provider: provider.cancel(ref)
    assert deed == "refund", "`confirm` is done within the transaction"
    return lambda provider: provider.refund(ref, payment.amount_minor, refund_key(payment))
