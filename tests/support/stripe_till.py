"""A till whose channel is paid by Stripe, which is the peer: what it tells comes when the test says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from server.access.principal import Principal
from server.http.versions import ANY_VERSION
from server.payments.accounts import AccountsView, AccountWish
from server.payments.payment import Payment
from server.settings import Settings
from tests.support.stage import ADMIN, CHANNEL, NOON
from tests.support.stripe_books import Account, Books
from tests.support.stripe_peer import StripePeer, stripe_peer
from tests.support.stripe_telling import Endpoint
from tests.support.till import Till, open_till

BY = Principal(CHANNEL, ADMIN.viewer_id, ADMIN.name, ADMIN.role)
KEY = "sk_test_first0000000001"
WEBHOOK = "whsec_first0000000001"


@dataclass
class StripeTill:
    """See the module."""

    till: Till
    peer: StripePeer
    account: Account

    @property
    def books(self) -> Books:
        """What the peer keeps."""
        return self.peer.books

    async def set(
        self, secret: str | None = KEY, webhook: str | None = WEBHOOK, *methods: str, shown_as: str = "Aprons"
    ) -> AccountsView:
        """Set the channel's account."""
        wish = AccountWish(secret, webhook, methods or ("card", "konbini", "paypay"), shown_as)
        return await self.till.paying.accounts.set(BY, wish, ANY_VERSION)

    async def pay(self, method: str = "card", *, viewer: str = "v_1", units: int = 1) -> Payment:
        """Hold aprons and begin to pay for them."""
        hold = await self.till.stage.hold(viewer, ("p_apron", units))
        return await self.till.pay(hold, method)

    async def hear(self, *events: dict[str, Any], **how: Any) -> None:
        """Have webhooks come in, in this order; without any, all that the peer has told so far."""
        for event in events or tuple(self.books.telling.events):
            headers, body = self.books.telling.signed(event, **how)
            await self.till.payments.receive("stripe", headers, body, channel_id=CHANNEL)

    async def state(self, payment: Payment) -> str:
        """Return how a payment stands."""
        return (await self.till.now(payment)).state

    async def adds_up(self) -> bool:
        """Whether all that the peer has taken is an order, or has gone back."""
        sold = sum(each.amount_minor for each in await self.till.stage.orders())
        return self.books.taken == sold + self.books.refunded


def endpoint_of(channel: str = CHANNEL, *, base: str = "http://none", secret: str = WEBHOOK) -> Endpoint:
    """Return where a channel's webhooks go."""
    return Endpoint(f"{base}/v1/payments/stripe/{channel}/webhook", [secret])


@asynccontextmanager
async def open_stripe_till(settings: Settings) -> AsyncIterator[StripeTill]:
    """Yield a till whose channel has an account at a peer."""
    at = [NOON.timestamp()]
    async with stripe_peer(lambda: at[0]) as peer:
        peer.books.telling.manner = "never"
        reached = settings.model_copy(update={"stripe_url": peer.url, "public_url": "https://shows.example"})
        async with open_till(reached) as till:
            peer.books.now = peer.books.telling.now = lambda: till.stage.clock.at.timestamp()
            open_one = StripeTill(till, peer, peer.add_account(KEY))
            peer.books.telling.endpoints[open_one.account.id] = endpoint_of()
            await open_one.set()
            yield open_one
