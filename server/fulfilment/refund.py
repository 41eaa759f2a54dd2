"""A refund, and the order that it is of, as they are written down."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from server.audit.trail import Actor
from server.fulfilment.refund_rules import (
    Bought,
    BoughtLine,
    GivenBack,
    Origin,
    Reason,
    Reckoning,
    RefundLine,
    RefundState,
    SeenState,
    WantedRefund,
)
from server.ids import new_id
from server.protocol.codec import encode

FIRST_LOOK: Final = timedelta(seconds=15)
"""When somebody else asks the provider, where whoever wrote it down has not ended it: later than its answer is waited for."""


@dataclass(frozen=True, slots=True)
class OrderHead:
    """Which order it is: the head where there are several lines. `payment`: its reference, that of a payment where a provider knows it."""

    id: str
    channel_id: str
    show_id: str
    viewer_id: str
    currency: str
    payment: str
    staff: bool
    lines: tuple[BoughtLine, ...]

    @property
    def imported(self) -> bool:
        """Whether it came with a history: no unit of it was taken from this stock."""
        return self.payment == "imported"


@dataclass(frozen=True, slots=True)
class ToRefund:
    """What somebody of the channel, or a program of theirs, wants to give back of an order, once under `key`."""

    order: OrderHead
    actor: Actor
    key: str
    wanted: WantedRefund

    @property
    def parameters(self) -> str:
        """The digest of all that is asked for under the key."""
        return hashlib.sha256(encode({"order": self.order.id, "wanted": self.wanted})).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Refund:
    """Money of an order that goes back, or went, and the units with it; money in minor units of `currency`. The columns of `refund`.

    What the buyer's bank has sent back (`bounced_minor`) is in the amounts no more: units that came with it stay where they are.
    """

    id: str
    channel_id: str
    show_id: str
    order_id: str
    payment_id: str | None
    origin: Origin
    key: str | None
    parameters: str | None
    state: RefundState
    reason: Reason
    note: str | None
    amount_minor: int
    shipping_minor: int
    currency: str
    cancels: bool
    order_state: GivenBack | None
    actor: str
    actor_name: str
    role: str
    asked_at: datetime
    ended_at: datetime | None
    tries: int
    next_at: datetime | None
    why: str | None
    bounced_minor: int = 0
    bounced_shipping_minor: int = 0
    bounced_at: datetime | None = None
    lines: tuple[RefundLine, ...] = ()

    @property
    def open(self) -> bool:
        """Whether its provider has not done it yet."""
        return self.state == "asked"

    @property
    def seen(self) -> SeenState:
        """How it is shown."""
        return self.state if self.bounced_at is None else "bounced"


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer to a wish: the refund as it stands; `repeated` when its key had been used for the same before."""

    refund: Refund
    repeated: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """What a provider has said of a refund that was asked of it: done, or, with `why`, that it will not be. `bounced`: it had begun it."""

    refund: Refund
    done: bool
    why: str | None = None
    bounced: bool = False


def as_bought(order: OrderHead, counted: Sequence[Refund], paid_minor: int | None) -> Bought:
    """Return an order as the rules see it, with these refunds taken off. Without a payment it has cost what its lines did."""
    gone, cancelled = Counter[str](), Counter[str]()
    for refund in counted:
        for line in refund.lines:
            gone[line.line_id] += line.quantity
            cancelled[line.line_id] += line.quantity if refund.reason == "cancelled" else 0
    lines = tuple(replace(line, gone=gone[line.id], cancelled=cancelled[line.id]) for line in order.lines)
    return Bought(
        lines,
        sum(line.amount_minor for line in lines) if paid_minor is None else paid_minor,
        sum(refund.amount_minor for refund in counted),
        sum(refund.shipping_minor for refund in counted),
    )


def new_refund(
    now: datetime,
    order: OrderHead,
    found: Reckoning,
    actor: Actor,
    *,
    reason: Reason,
    payment_id: str | None,
    asked: ToRefund | None = None,
) -> Refund:
    """Return a refund that is written down now: `asked` for by somebody here, else found at its provider."""
    return Refund(
        id=new_id("rf"),
        channel_id=order.channel_id,
        show_id=order.show_id,
        order_id=order.id,
        payment_id=payment_id,
        origin="provider" if asked is None else "merchant",
        key=None if asked is None else asked.key,
        parameters=None if asked is None else asked.parameters,
        state="asked",
        reason=reason,
        note=None if asked is None else asked.wanted.note,
        amount_minor=found.amount_minor,
        shipping_minor=found.shipping_minor,
        currency=order.currency,
        cancels=found.cancels,
        order_state=None,
        actor=actor.viewer_id,
        actor_name=actor.name,
        role=actor.role,
        asked_at=now,
        ended_at=None,
        tries=0,
        next_at=now + FIRST_LOOK,
        why=None,
        lines=found.lines,
    )
