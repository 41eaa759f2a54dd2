"""Where buyers pay in the tests of faults: the fake provider, or Stripe, which is the peer. What both must hold is asked in one way."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import text

from server.access.sealing import sealing_for
from server.clock import SystemClock
from server.db.engine import Database
from server.http.versions import ANY_VERSION
from server.payments.accounts import Accounts, AccountWish
from server.payments.stripe_clients import StripeClients
from server.settings import Settings
from tests.support.stripe_books import Books
from tests.support.stripe_peer import StripePeer, stripe_peer
from tests.support.stripe_till import BY, KEY, WEBHOOK, endpoint_of
from tests.support.till import Money, read_money

_SOLD = text("SELECT coalesce(sum(amount_minor), 0)::bigint FROM orders")


class Counter(Protocol):
    """A provider and its buyers. `ways`: methods that are tried together; `late`: one by which money comes though it was cancelled."""

    name: str
    ways: tuple[str, ...]
    late: str

    @property
    def needs(self) -> dict[str, Any]:
        """Return the settings of a server that is paid here."""
        ...

    def reach(self, address: str) -> None:
        """Have the provider tell a server at `address` (host:port)."""
        ...

    async def money(self, database: Database) -> Money:
        """Return how it adds up now."""
        ...

    def act(self) -> None:
        """Let buyers who were sent away pay."""
        ...

    def begin(self, method: str) -> None:
        """Let buyers who are sent away begin at once to pay by `method`, which takes some of them a while."""
        ...

    def act_late(self) -> None:
        """Let money come for what was cancelled."""
        ...


class FakeCounter:
    """The fake provider, whose methods say what its buyers do."""

    name = "fake"
    ways: tuple[str, ...] = (
        "card",
        "card",
        "slow",
        "doubled",
        "reordered",
        "lost",
        "late",
        "unanswered",
        "decline",
    )
    late = "late"

    @property
    def needs(self) -> dict[str, Any]:
        """Nothing that the tests' servers have not."""
        return {}

    def reach(self, address: str) -> None:
        """It is in the servers."""

    async def money(self, database: Database) -> Money:
        """By its books."""
        return await read_money(database)

    def act(self) -> None:
        """Nobody was sent away."""

    def begin(self, method: str) -> None:
        """Likewise."""

    def act_late(self) -> None:
        """It comes by itself."""


@dataclass
class StripeCounter:
    """The peer of Stripe."""

    peer: StripePeer
    name = "stripe"
    ways: tuple[str, ...] = ("card", "card", "paypay", "konbini")
    late = "konbini"

    @property
    def needs(self) -> dict[str, Any]:
        """A server that knows the peer, and no fake provider."""
        return {"stripe_url": self.peer.url, "public_url": "https://shows.example", "fake_payments": False}

    @property
    def books(self) -> Books:
        """What the peer keeps."""
        return self.peer.books

    def reach(self, address: str) -> None:
        """Let the channel's webhooks go there."""
        self.books.telling.endpoints = {
            each.id: endpoint_of(base=f"http://{address}") for each in self.peer.accounts.values()
        }

    async def money(self, database: Database) -> Money:
        """By the peer's books."""
        async with database.read() as connection:
            sold = await connection.scalar(_SOLD)
        return Money(self.books.taken, self.books.refunded, int(sold or 0))

    def act(self) -> None:
        """Let all whose page is open pay."""
        for id, session in self.books.sessions.items():
            if session["status"] == "open":
                self.books.pay(id, session["payment_method_types"][0])

    def begin(self, method: str) -> None:
        """Let buyers pay at once, or take a slip; of many together each does what it comes to."""
        self.books.act = {"card": self.books.pay, "konbini": self.books.take_slip, "": self._as_it_comes}[
            method
        ]

    def act_late(self) -> None:
        """Let shops have taken the money of slips when these were cancelled."""
        for id, session in self.books.sessions.items():
            intent = self.books.intents[session["payment_intent"]]
            if intent["status"] == "canceled":
                intent["status"] = "requires_action"
                self.books.pay_slip(id)

    def _as_it_comes(self, id: str) -> None:
        self.books.telling.manner = random.choice(["once", "once", "twice", "reordered", "never"])
        self._soon(id, self._pay)

    def _pay(self, id: str) -> None:
        session = self.books.sessions[id]
        method = session["payment_method_types"][0]
        if session["status"] != "open" or (method == "card" and random.random() < 0.2):
            return  # their time was over, or they never come back
        if method == "konbini":
            self.books.take_slip(id)
            self._soon(id, self._pay_slip)
        else:
            self.books.pay(id, method)

    def _pay_slip(self, id: str) -> None:
        if self.books.intents[self.books.sessions[id]["payment_intent"]]["status"] == "requires_action":
            self.books.pay_slip(id)

    def _soon(self, id: str, act: Callable[[str], None]) -> None:
        asyncio.get_running_loop().call_later(random.uniform(0.01, 0.5), act, id)


@asynccontextmanager
async def stripe_counter(settings: Settings) -> AsyncIterator[StripeCounter]:
    """Yield the peer, with an account of the stage's channel, whose keys are set in the settings' database."""
    assert settings.database_url is not None
    async with stripe_peer() as peer:
        peer.add_account(KEY)
        database, clients = Database(settings.database_url, pool_size=1), StripeClients(peer.url)
        accounts = Accounts(database, SystemClock(), sealing_for(settings), clients)
        await accounts.set(
            BY, AccountWish(KEY, WEBHOOK, ("card", "konbini", "paypay"), "Aprons"), ANY_VERSION
        )
        await clients.close()
        await database.close()
        yield StripeCounter(peer)
