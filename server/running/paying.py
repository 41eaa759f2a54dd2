"""What a process needs so that holds can be paid: the shop's holds as payments see them, the providers, and the loops."""

from collections.abc import Coroutine, Mapping, Sequence
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

    async def begin_paying(self, tx: ShowTransaction, wanted: Sequence[Wanted]) -> list[ToPay | RefusedError]:
        """Mark holds as being paid, each by whose it is, to be paid as their checkouts say; those that cannot be keep no mark."""
        allowed = [(each.hold_id, each.viewers) for each in wanted]
        begun = await self._holds.begin_paying(tx, allowed)
        marked = [each for each in begun if isinstance(each, Hold)]
        amounts = await self._amounts_of(tx, marked)
        refused = [id for id, amount in amounts.items() if isinstance(amount, RefusedError)]
        if refused:
            await self._holds.end_paying(tx.connection, refused)
        return [each if isinstance(each, RefusedError) else _to_pay(each, amounts[each.id]) for each in begun]

    async def read_to_pay(self, tx: ShowTransaction, wanted: Sequence[Wanted]) -> list[ToPay | None]:
        """Return what is to be paid for the holds that may be paid."""
        seen = await self._holds.see_own(tx, [(each.hold_id, each.viewers) for each in wanted])
        placed = [each for each in seen if isinstance(each, Hold) and each.state == "placed"]
        amounts = await self._amounts_of(tx, placed)
        to_pay = {hold.id: _to_pay(hold, amounts[hold.id]) for hold in placed}
        found = [to_pay.get(each.id) if isinstance(each, Hold) else None for each in seen]
        return [each if isinstance(each, ToPay) else None for each in found]

    async def _amounts_of(
        self, tx: ShowTransaction, holds: Sequence[Hold]
    ) -> Mapping[str, int | RefusedError]:
        """Return by hold what is to be paid, or why it cannot be paid like this."""
        if self._checkouts is None or not holds:
            return {hold.id: hold.amount_minor for hold in holds}
        return await self._checkouts.begin_paying(tx, holds)

    async def end_paying(self, connection: AsyncConnection, hold_ids: Sequence[str]) -> None:
        """Take the marks away."""
        await self._holds.end_paying(connection, hold_ids)

    async def confirm(self, tx: ShowTransaction, paid: Sequence[ToConfirm]) -> list[str | RefusedError]:
        """Make an order of each hold. An order that another payment has made is none of this one's."""
        wanted = [Paid(each.hold_id, each.payment_id) for each in paid]
        answers = await self._holds.confirm_many_in(tx, wanted)
        made = [_of(each, answer) for each, answer in zip(wanted, answers, strict=True)]
        for order_id in made:
            if isinstance(order_id, str):
                tell_buyer(tx, order_id, "placed")
        return made

    def tell_pending(self, tx: ShowTransaction, payment: Payment) -> None:
        """Have the buyer written how to pay and until when."""
        tell_buyer(tx, payment.hold_id, "pending", ref=payment.id)


def _to_pay(hold: Hold, amount: int | RefusedError) -> ToPay | RefusedError:
    if isinstance(amount, RefusedError):
        return amount
    return ToPay(hold.id, hold.channel_id, amount, hold.currency, hold.expires_at)


def _of(paid: Paid, answer: Any) -> str | RefusedError:
    if isinstance(answer, RefusedError):
        return answer
    head = answer[0]
    if head.payment != paid.payment:
        return RefusedError(Code.CONFLICT, "Another payment has paid it.")
    return str(head.id)


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
