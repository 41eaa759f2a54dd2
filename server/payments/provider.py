"""What a provider of payments must do: the port, and the words in which it is spoken to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from server.errors import RefusedError
from server.payments.payment import Payment
from server.payments.rules import Kind


class ProviderAwayError(Exception):
    """The provider gave no answer of use; whether it has done what was asked is not known, and the same is asked again."""


class UnsignedError(Exception):
    """A webhook that is not the provider's, or is too old."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a payment stands at its provider.

    `redirect_url`: where the buyer has to go. `pay_by`: until when it may be paid, where that may be after the hold's end. `why`: a word of
    why it failed, which the buyer may see.
    """

    kind: Kind
    ref: str
    redirect_url: str | None = None
    pay_by: datetime | None = None
    why: str | None = None
    refunded_minor: int | None = None
    """What has been given back there in all, where the provider says so; of `refunded` None means everything that was taken."""
    refund: str | None = None
    """Of `bounced`: the key under which the refund was asked for."""


@dataclass(frozen=True, slots=True)
class Told:
    """A webhook: an answer under an id of its own. `payment_id`: what we gave along, where the provider gave it back."""

    event_id: str
    answer: Answer
    payment_id: str | None = None
    body: dict[str, Any] = field(default_factory=dict)
    """What is kept of it: nothing about a person, or what they pay with."""


class Provider(Protocol):
    """A provider that is reached by a network: nothing of it is called within a transaction.

    Each may raise `ProviderAwayError`, and does the same only once however often it is asked: `start` by the payment's
    id, the others by the reference. Whatever they find is the answer: who cancels what has been paid is told `succeeded`.
    `failed` is final: an adapter whose provider would let the buyer try again under the same reference cancels it first, or answers
    `pending`.
    """

    async def start(self, payment: Payment) -> Answer:
        """Begin, or find what was begun for this payment before."""
        ...

    async def ask(self, ref: str) -> Answer:
        """Say how it stands."""
        ...

    async def capture(self, ref: str) -> Answer:
        """Take money that is set aside."""
        ...

    async def cancel(self, ref: str) -> Answer:
        """End what has taken no money."""
        ...

    async def refund(self, ref: str, amount_minor: int, key: str) -> Answer:
        """Give money back, once for each `key`: `refunded`, or `succeeded` while that is still under way.

        `refunded`, too, where all has gone back already; `failed`, with `why`, when it will not be given back, which is final for the
        `key`, and `bounced` where it was begun and has come to nothing. A refund that somebody has made at the provider itself is told by
        a webhook as `refunded`, and so is each of ours, with `refunded_minor` for all of them together.
        """
        ...


def _ask_first(payment_id: str, method: str) -> str | None:
    """Whoever is reached by a network takes nothing at once."""
    return None


@dataclass(frozen=True, slots=True)
class Chosen:
    """By whom a payment is paid: the provider's name, and which account there, where a channel has one of its own.

    `take_at_once(payment_id, method)`: takes the money in memory, within the transaction, and returns its reference; None: the provider
    must be asked.
    `later`: the methods that are paid hours later.
    """

    provider: str
    account_id: str | None = None
    take_at_once: Callable[[str, str], str | None] = _ask_first
    later: tuple[str, ...] = ()


class Providers(Protocol):
    """All providers of the server's, and who pays by which: a payment stays with the one, and the account, with which it began."""

    async def choose(self, connection: AsyncConnection, show_id: str) -> Chosen | RefusedError:
        """Return by what new payments in a show are paid now, which is its channel's choice, or why they cannot be."""
        ...

    async def of(self, payment: Payment) -> Provider:
        """Return the provider of a payment; raises `ProviderAwayError` where its keys cannot be read."""
        ...

    async def read_webhook(
        self, name: str, channel_id: str, headers: Mapping[str, str], body: bytes
    ) -> Told | None:
        """Return what a webhook tells that came for a channel; None for what is of no interest.

        Raises `not_found` for a provider that is none of ours, and `UnsignedError`.
        """
        ...
