"""A stage whose holds can be paid: payments, the fake provider, the poller, and how all of that adds up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from msgspec import to_builtins
from sqlalchemy import text

from server.audit.trail import Actor
from server.db.engine import Database
from server.fulfilment.refund import Refund
from server.fulfilment.refund_rules import WantedLine, WantedRefund
from server.fulfilment.refunds import Refunds
from server.ids import new_id
from server.payments.fake import MOMENT, FakeProvider
from server.payments.payment import Payment, Wanted
from server.payments.polling import Poller
from server.payments.repository import read_payment
from server.payments.service import Payments
from server.running.paying import Paying, payments_for
from server.running.refunding import refunds_for
from server.settings import Settings
from server.shop.allowances import NO_LIMITS, Limits
from server.shop.hold_rules import Hold
from server.shop.stocktaking import Count, count_channel
from tests.support.stage import CHANNEL, HOST, SHOW, Stage, open_stage

UNHEARD = timedelta(seconds=30)
_READ_MONEY = text(
    """
    SELECT (SELECT coalesce(sum(taken_minor), 0) FROM fake_intent)::bigint AS taken,
           (SELECT coalesce(sum(refunded_minor), 0) FROM fake_intent)::bigint AS refunded,
           (SELECT coalesce(sum(amount_minor), 0) FROM orders WHERE payment IN (SELECT payment_id FROM fake_intent))::bigint AS sold
    """
)
_READ_LOOSE = text(
    """
    SELECT (SELECT count(*) FROM payment WHERE state IN ('created', 'pending', 'authorized', 'refunding'))
         + (SELECT count(*) FROM payment_event e WHERE applied_at IS NULL AND EXISTS (SELECT FROM payment p WHERE p.id = e.payment_id))
         + (SELECT count(*) FROM hold WHERE paying)
    """
)


@dataclass(frozen=True)
class Money:
    """Minor units: what the fake provider has taken and given back by its books, and what the orders are worth that it was for."""

    taken: int
    refunded: int
    sold: int

    @property
    def adds_up(self) -> bool:
        """Whether all that was taken is an order, or has gone back."""
        return self.taken == self.sold + self.refunded


async def read_money(database: Database) -> Money:
    """Return how it adds up now."""
    async with database.read() as connection:
        return Money(*(await connection.execute(_READ_MONEY)).one())


async def is_settled(database: Database) -> bool:
    """Whether nothing is owed to or by anybody."""
    async with database.read() as connection:
        return bool(await connection.scalar(_READ_LOOSE) == 0)


@dataclass
class Till:
    """See the module."""

    stage: Stage
    payments: Payments
    fake: FakeProvider
    poller: Poller
    paying: Paying
    refunds: Refunds
    told: list[tuple[str, dict[str, Any]]]
    """What viewers were told, as (viewer, line)."""

    async def pay(self, hold: Hold, method: str = "card", *, key: str = "") -> Payment:
        """Pay for a hold by its viewer, with a key of its own unless one is given, and return how that stands."""
        wanted = Wanted(hold.viewer_id, hold.id, key or new_id("k"), method)
        return (await self.payments.pay(SHOW, wanted))[0].payment

    async def give_back(
        self, order_id: str, *lines: tuple[str, int], key: str = "", by: Actor = HOST, **wanted: Any
    ) -> Refund:
        """Give back lines of an order as (line, units), or what `wanted` says; for being returned, unless it says why."""
        head = await self.refunds.find_order(CHANNEL, order_id)
        fit = wanted.pop("restock", True)
        asked = WantedRefund(
            **{"reason": "returned", **wanted},
            lines=tuple(WantedLine(id, quantity, fit) for id, quantity in lines),
            restock=fit,
        )
        return (await self.refunds.ask(head, by, key or new_id("k"), asked)).refund

    async def count(self) -> list[tuple[Count, bool]]:
        """Return the channel's products as stock-taking counts them, each with whether all agrees."""
        async with self.stage.database.read() as connection:
            return (await count_channel(connection, CHANNEL, after=None, limit=100))[0]

    async def now(self, payment: Payment) -> Payment:
        """Return how a payment stands now."""
        async with self.stage.database.read() as connection:
            found = await read_payment(connection, payment.id)
        assert found is not None
        return found

    async def let_happen(self, passing: timedelta = MOMENT) -> None:
        """Let time pass, and the fake provider and the poller do what is due."""
        self.stage.clock.at += passing
        await self.fake.run_once()
        await self.poller.run_once()
        await self.refunds.run_once()

    async def money(self) -> Money:
        """Return how it adds up now."""
        return await read_money(self.stage.database)

    def states_told(self, viewer: str) -> list[str]:
        """Return the states of payments that a viewer was told, in order."""
        return [
            line["state"] for who, line in self.told if who == viewer and line["type"] == "payment.changed"
        ]


@asynccontextmanager
async def open_till(settings: Settings, *, limits: Limits = NO_LIMITS) -> AsyncIterator[Till]:
    """Yield a set stage with a till on the settings' database."""
    assert settings.database_url is not None
    told: list[tuple[str, dict[str, Any]]] = []
    async with open_stage(settings.database_url, limits=limits) as stage:
        paying = payments_for(
            settings,
            stage.journal,
            stage.database,
            stage.clock,
            stage.holds,
            checkouts=stage.checkouts,
            push=lambda _, viewer, line: told.append((viewer, to_builtins(line))),
        )
        refunds = refunds_for(
            stage.journal,
            stage.database,
            stage.clock,
            paying.payments,
            stage.shop.books,
            push=lambda _, viewer, line: told.append((viewer, to_builtins(line))),
        )
        poller = Poller(paying.payments, stage.database, stage.clock, UNHEARD)
        yield Till(stage, paying.payments, paying.fake_provider, poller, paying, refunds, told)
        await paying.stripe_clients.close()
