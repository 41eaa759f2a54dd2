"""Who pays by which provider: a channel with keys by its own account at Stripe, any other by the fake one where that is allowed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.payments import account_repository, fake, metrics, stripe_provider
from server.payments.account_tables import PaymentAccountRow
from server.payments.accounts import Accounts
from server.payments.fake import FakeProvider
from server.payments.payment import Payment
from server.payments.provider import Chosen, Provider, ProviderAwayError, Told, UnsignedError
from server.payments.stripe_clients import StripeClients
from server.payments.stripe_provider import StripeProvider, Till
from server.payments.stripe_shapes import Dispute, from_stripe, moment_of
from server.payments.stripe_webhooks import SIGNATURE, Heard, read_event, signed_with
from server.protocol.codes import Code

NONE_SET: Final = "This channel takes no payments: no provider's keys are set."


@dataclass(frozen=True, slots=True)
class Methods:
    """By what one may pay, by which provider; `later`: what may be paid hours later. `live`: money moves."""

    provider: str
    live: bool
    methods: tuple[str, ...]
    later: tuple[str, ...] = ()


NO_METHODS: Final = Methods("", live=False, methods=())
STRIPE_LATER: Final = ("konbini",)
FAKE_METHODS: Final = Methods(fake.NAME, live=False, methods=tuple(fake.METHODS), later=("counter",))

log = structlog.get_logger()


class ChosenProviders:
    """`Providers`. `public_url`: where buyers come back to from Stripe's page; without it nobody is sent there."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        accounts: Accounts,
        clients: StripeClients,
        fake_provider: FakeProvider,
        *,
        fake_allowed: bool,
        public_url: str | None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._clients = clients
        self._fake = fake_provider
        self._fake_allowed = fake_allowed
        self.public_url = public_url

    async def choose(self, connection: AsyncConnection, show_id: str) -> Chosen | RefusedError:
        """Return by what new payments in a show are paid now, or `no_provider`."""
        account_id = await account_repository.read_account_of_show(connection, show_id)
        if account_id is not None and self.public_url is not None:
            return Chosen(stripe_provider.NAME, account_id, later=STRIPE_LATER)
        if account_id is not None:
            return RefusedError(
                Code.NO_PROVIDER, "Buyers would not find back: SHOWFLOOR_PUBLIC_URL is not set."
            )
        return (
            Chosen(fake.NAME, take_at_once=fake.take_at_once, later=FAKE_METHODS.later)
            if self._fake_allowed
            else RefusedError(Code.NO_PROVIDER, NONE_SET)
        )

    async def of(self, payment: Payment) -> Provider:
        """Return the provider of a payment, with the keys of the account with which it began."""
        if payment.provider == fake.NAME:
            return self._fake
        row = await self._accounts.find(payment.account_id or "")
        secret = None if row is None else self._accounts.secret_of(row)
        if row is None or secret is None:
            log.error("payments.no_key", payment=payment.id, account=payment.account_id)
            raise ProviderAwayError
        till = Till(row.id, tuple(row.methods), row.shown_as, (self.public_url or "").rstrip("/"))
        heard = partial(self._hear_of_key, row)
        return StripeProvider(self._clients.by(secret), till, self._clock, heard)

    async def _hear_of_key(self, row: PaymentAccountRow, taken: bool) -> None:
        if taken == (row.refused_at is None):
            return
        if not taken:
            log.error("payments.key_refused", account=row.id, channel=row.channel_id)
        await self._accounts.note_taken(row.id, taken=taken)

    async def methods_in(self, show_id: str) -> Methods | None:
        """Return by what the buyers of a show may pay now; None for no show."""
        async with self._database.read_soon() as connection:
            row = await account_repository.read_methods_in(connection, show_id)
        if row is None:
            return None
        currency, methods, live = row
        if methods is None:
            return FAKE_METHODS if self._fake_allowed else NO_METHODS
        if self.public_url is None:
            return NO_METHODS
        return Methods(stripe_provider.NAME, live, stripe_provider.offered(methods, currency), STRIPE_LATER)

    async def read_webhook(
        self, name: str, channel_id: str, headers: Mapping[str, str], body: bytes
    ) -> Told | None:
        """Return what a webhook tells; what it tells of no payment, such as a dispute, is kept here. See `Providers`."""
        if name == fake.NAME and not channel_id and self._fake_allowed:
            return self._fake.read_webhook(headers, body)
        if name != stripe_provider.NAME or not channel_id:
            raise RefusedError(Code.NOT_FOUND)
        rows = await self._accounts.of_channel(channel_id)
        if not rows:
            raise RefusedError(Code.NOT_FOUND)
        row = self._signer(rows, headers.get(SIGNATURE, ""), body)
        heard = read_event(body, row.id)
        if heard is not None:
            await self._keep(row, heard)
        return None if heard is None else heard.told

    def _signer(self, rows: list[PaymentAccountRow], header: str, body: bytes) -> PaymentAccountRow:
        """Return whose webhook it is; raises `UnsignedError`."""
        by_secret = {secret: row for row in rows for secret in self._accounts.webhook_secrets_of(row)}
        if not header:
            raise UnsignedError("it is not signed")
        return by_secret[signed_with(body, header, by_secret, self._clock.now())]

    async def _keep(self, row: PaymentAccountRow, heard: Heard) -> None:
        if heard.failed_refund is not None:
            metrics.REFUNDS_FAILED.labels(row.provider).inc()
            log.error("payments.refund_failed", account=row.id, why=heard.failed_refund.failure_reason)
        async with self._database.write_soon() as connection:
            await account_repository.note_heard(connection, row.id, self._clock.now())
            if heard.dispute is not None:
                await account_repository.keep_dispute(connection, _columns(row, heard.dispute, heard))


def _columns(row: PaymentAccountRow, dispute: Dispute, heard: Heard) -> dict[str, object]:
    evidence = dispute.evidence_details
    currency = dispute.currency.upper()
    return {
        "account_id": row.id,
        "dispute_ref": dispute.id,
        "channel_id": row.channel_id,
        "money_ref": dispute.payment_intent or "",
        "reason": dispute.reason,
        "state": dispute.status,
        "amount_minor": from_stripe(dispute.amount, currency),
        "currency": currency,
        "due_at": moment_of(evidence.due_by if evidence else None),
        "opened_at": moment_of(dispute.created),
        "told_at": moment_of(heard.event.created),
    }
