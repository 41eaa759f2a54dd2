"""A refund, and the order that it is of, as they are written down."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from server.audit.trail import Actor
from server.fulfilment.refund_rules import (
    Bought,
    BoughtLine,
    GivenBack,
    Origin,
    Reason,
    RefundLine,
    RefundState,
    WantedRefund,
)
from server.protocol.codec import encode


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
    """Money of an order that goes back, or went, and the units with it; money in minor units of `currency`. The columns of `refund`."""

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
    lines: tuple[RefundLine, ...] = ()

    @property
    def open(self) -> bool:
        """Whether its provider has not done it yet."""
        return self.state == "asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer to a wish: the refund as it stands; `repeated` when its key had been used for the same before."""

    refund: Refund
    repeated: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """What a provider has said of a refund that was asked of it: done, or, with `why`, that it will not be."""

    refund: Refund
    done: bool
    why: str | None = None


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
