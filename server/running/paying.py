"""What a process needs so that holds can be paid: the shop's holds as payments see them, the providers, and the loops."""

from collections.abc import Collection, Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.sealing import sealing_for
from server.checkout.service import Checkouts
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.fulfilment.buyer_mail import tell_buyer
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.payments.accounts import Accounts
from server.payments.choosing import ChosenProviders
from server.payments.fake import NAME, FakeProvider
from server.payments.holds import PaidHolds, ToConfirm, ToPay
from server.payments.payment import Payment, Wanted
from server.payments.polling import LOOK_SECONDS, EventForgetting, Poller
from server.payments.service import Payments, Push
from server.payments.stripe_clients import StripeClients
from server.protocol.codes import Code
from server.running.forgetting import FORGETTING_SECONDS
from server.settings import Settings
from server.shop.confirming import Paid
from server.shop.hold_rules import Hold
from server.shop.holds import Holds
from server.shop.rules import Order
from server.workers.loop import repeat

FAKE_SECONDS = 0.25
EVENTS_KEPT_FOR = timedelta(days=90)
"""Longer than any provider sends a webhook again."""


class ShopHolds(PaidHolds):
    """The shop's holds, as payments see them."""

    def __init__(self, holds: Holds, checkouts: Checkouts | None = None) -> None:
        self._holds = holds
        self._checkouts = checkouts

    async def show_of(self, hold_id: str) -> str:
        """Return the show that a hold is in; raises `not_found`."""
        return (await self._holds.find(hold_id)).show_id

    async def read_to_pay(self, tx: ShowTransaction, wanted: Sequence[Wanted]) -> list[ToPay | RefusedError]:
        """Return what is to be paid for holds, each by whose it is, as their checkouts say."""
        seen = await self._holds.find_to_pay(tx, [(each.hold_id, each.viewers) for each in wanted])
        holds = {each.id: each for each in seen if isinstance(each, Hold)}
        amounts = dict(await self._amounts_of(tx, holds))
        amounts |= await self._holds.first_paid.find_sold_out(tx, holds.values())
        return [each if isinstance(each, RefusedError) else _to_pay(each, amounts[each.id]) for each in seen]

    async def begin_paying(self, tx: ShowTransaction, hold_ids: Sequence[str]) -> Collection[str]:
        """Mark holds as being paid, and return those that are marked."""
        return await self._holds.begin_paying(tx, hold_ids)

    async def _amounts_of(
        self, tx: ShowTransaction, holds: Mapping[str, Hold]
    ) -> Mapping[str, int | RefusedError]:
        """Return by hold what is to be paid, or why it cannot be paid like this."""
        if self._checkouts is None or not holds:
            return {id: hold.amount_minor for id, hold in holds.items()}
        return await self._checkouts.read_to_pay(tx, list(holds.values()))

    async def end_paying(self, connection: AsyncConnection, hold_ids: Sequence[str]) -> None:
        """Take the marks away."""
        await self._holds.end_paying(connection, hold_ids)

    async def confirm(self, tx: ShowTransaction, paid: Sequence[ToConfirm]) -> list[str | RefusedError]:
        """Make an order of each hold. An order that another payment has made is none of this one's.

        Its buyer is written to where there was a checkout; nobody else has left an address.
        """
        wanted = [Paid(each.hold_id, each.payment_id, _found(each)) for each in paid]
        answers = await self._holds.confirm_many_in(tx, wanted)
        for answer in answers:
            if not isinstance(answer, RefusedError) and answer[0].checked is not None:
                tell_buyer(tx, answer[0].id, "placed")
        return [_of(each, answer) for each, answer in zip(wanted, answers, strict=True)]

    async def claim(self, tx: ShowTransaction, hold_ids: Sequence[str]) -> Mapping[str, RefusedError]:
        """Set units aside for those that go to who pays first."""
        return await self._holds.first_paid.claim_many(tx, hold_ids)

    def tell_pending(self, tx: ShowTransaction, payment: Payment) -> None:
        """Have the buyer written how to pay and until when."""
        tell_buyer(tx, payment.hold_id, "pending", ref=payment.id)

    def tell_too_late(self, tx: ShowTransaction, payment: Payment) -> None:
        """Have the buyer written that it was sold out, and what becomes of the money."""
        tell_buyer(tx, payment.hold_id, "too_late", ref=payment.id)


def _to_pay(hold: Hold, amount: int | RefusedError) -> ToPay | RefusedError:
    if isinstance(amount, RefusedError):
        return amount
    return ToPay(hold.id, hold.channel_id, amount, hold.currency, hold.expires_at, hold.first_paid, hold)


def _found(paid: ToConfirm) -> Hold | None:
    """Return the hold that `read_to_pay` has found in the same transaction."""
    found = paid.seen.found if paid.seen else None
    return found if isinstance(found, Hold) else None


def _of(paid: Paid, answer: list[Order] | RefusedError) -> str | RefusedError:
    if isinstance(answer, RefusedError):
        return answer
    head = answer[0]
    return (
        head.id
        if head.payment == paid.payment
        else RefusedError(Code.CONFLICT, "Another payment has paid it.")
    )


class Paying(NamedTuple):
    """What takes payments, the fake provider, the channels' accounts, who pays by which, and the way to Stripe, which is to be closed."""

    payments: Payments
    fake_provider: FakeProvider
    accounts: Accounts
    providers: ChosenProviders
    stripe_clients: StripeClients


def payments_for(
    settings: Settings,
    journal: Journal,
    database: Database,
    clock: Clock,
    holds: Holds,
    *,
    push: Push,
    checkouts: Checkouts | None = None,
) -> Paying:
    """Return what takes payments. Nothing runs."""
    provider = FakeProvider(database, clock, settings.signing_secret())
    clients = StripeClients(settings.stripe_url)
    accounts = Accounts(database, clock, sealing_for(settings), clients)
    providers = ChosenProviders(
        database,
        clock,
        accounts,
        clients,
        provider,
        fake_allowed=settings.fake_payments,
        public_url=settings.public_url,
    )
    payments = Payments(journal, database, clock, ShopHolds(holds, checkouts), providers, push=push)

    async def tell(headers: Mapping[str, str], body: bytes) -> None:
        await payments.receive(NAME, headers, body)

    provider.tell = tell
    return Paying(payments, provider, accounts, providers, clients)


def payment_loops(
    settings: Settings, database: Database, clock: Clock, payments: Payments, provider: FakeProvider
) -> dict[str, Coroutine[Any, Any, None]]:
    """Return the loops by name: of the poller, of the fake provider, and of what forgets old events."""
    poller = Poller(payments, database, clock, timedelta(seconds=settings.payment_ask_seconds))
    forgetting = EventForgetting(database, clock, EVENTS_KEPT_FOR)
    return {
        "payments": repeat("payments", LOOK_SECONDS, poller.run_once),
        "fake payments": repeat("fake_payments", FAKE_SECONDS, provider.run_once),
        "payment events": repeat("payment_events", FORGETTING_SECONDS, forgetting.run_once),
    }
