"""Refunds as the API takes and shows them."""

from collections.abc import Sequence

from pydantic import Field

from server.clock import to_wire
from server.errors import RefusedError
from server.fulfilment.refund import OrderHead, Refund
from server.fulfilment.refund_rules import (
    Bought,
    GivenBack,
    Origin,
    Reason,
    Reckoning,
    RefundLine,
    SeenState,
    WantedLine,
    WantedRefund,
)
from server.http.params import Face, Moment, RequestBody
from server.protocol.codes import Code

LINES_MAX = 100
MINOR_MAX = 2**53 - 1


class RefundLineRequest(RequestBody):
    """Units of a line that are given back."""

    line: int = Field(ge=0, le=LINES_MAX, description="The line's place in the order, from 0.")
    quantity: int = Field(ge=1, le=1_000_000)
    restock: bool | None = Field(
        default=None,
        description="Whether they can be sold again; left out: not where they are `faulty`. Others are written off.",
    )


class RefundRequest(RequestBody):
    """What is to be given back: lines, or everything that is left."""

    reason: Reason
    lines: list[RefundLineRequest] = Field(default=[], max_length=100)
    everything: bool = Field(
        default=False,
        description="All that is left of the order. With the reason `cancelled` the order is cancelled.",
    )
    restock: bool | None = Field(default=None, description="The same of everything.")
    shipping: int | None = Field(
        default=None,
        ge=0,
        le=MINOR_MAX,
        description="Of the shipping, in minor units; of everything: all that is left.",
    )
    amount: int | None = Field(
        default=None,
        ge=0,
        le=MINOR_MAX,
        description="In all, in minor units, instead of what the units cost and the shipping; or alone, as goodwill.",
    )
    note: str | None = Field(default=None, max_length=500, description="For the channel's own people.")

    def wanted(self, order: OrderHead) -> WantedRefund:
        """Return it as the rules know it; raises `invalid` for a line that the order does not have."""
        fit = self.reason != "faulty"
        return WantedRefund(
            self.reason,
            tuple(
                WantedLine(
                    _line_of(order, each.line), each.quantity, fit if each.restock is None else each.restock
                )
                for each in self.lines
            ),
            everything=self.everything,
            restock=fit if self.restock is None else self.restock,
            shipping_minor=self.shipping,
            amount_minor=self.amount,
            note=self.note or None,
        )


class RefundLineBody(Face):
    """Units of a line that are given back."""

    line: int = Field(description="The line's place in the order, from 0.")
    product: str
    quantity: int
    amount: int = Field(description="What they had cost, in minor units.")
    restock: bool


class ReckoningBody(Face):
    """What a refund would come to."""

    amount: int = Field(description="In all, in minor units of `currency`.")
    shipping: int = Field(description="Of that for shipping.")
    currency: str
    lines: list[RefundLineBody]
    cancels: bool = Field(description="Whether the order is cancelled by it.")


class RefundBody(Face):
    """A refund as it stands."""

    refund: str
    order: str
    state: SeenState = Field(
        description="`bounced`: it was done, and the buyer's bank has sent the money back. Its units stay given back."
    )
    origin: Origin = Field(description="`provider`: somebody gave it back at the payments' provider itself.")
    reason: Reason
    note: str | None
    amount: int = Field(description="In all, in minor units of `currency`.")
    shipping: int = Field(description="Of that for shipping.")
    currency: str
    lines: list[RefundLineBody]
    order_state: GivenBack | None = Field(description="How the order stands by it, once it is done.")
    by: str = Field(description="Who has asked for it.")
    asked_at: Moment
    ended_at: Moment | None
    why: str | None = Field(description="Why it failed, or bounced, in the provider's words.")


class LeftLineBody(Face):
    """A line of the order, and how many of its units can still be given back."""

    line: int = Field(description="The line's place in the order, from 0.")
    product: str
    quantity: int
    amount: int
    left: int


class LeftBody(Face):
    """What can still be given back, in minor units of `currency`."""

    amount: int
    shipping: int = Field(description="Of that for shipping.")
    currency: str
    lines: list[LeftLineBody]


class RefundList(Face):
    """The refunds of an order, the oldest first, and what is left."""

    order: str
    refunds: list[RefundBody]
    left: LeftBody


def _line_of(order: OrderHead, place: int) -> str:
    if place >= len(order.lines):
        why = f"The order has {len(order.lines)} lines."
        raise RefusedError(Code.INVALID, why, errors=[{"at": "body/lines", "why": why}])
    return order.lines[place].id


def refund_body(refund: Refund, order: OrderHead) -> RefundBody:
    """Return a refund as the API shows it."""
    return RefundBody(
        refund=refund.id,
        order=refund.order_id,
        state=refund.seen,
        origin=refund.origin,
        reason=refund.reason,
        note=refund.note,
        amount=refund.amount_minor + refund.bounced_minor,
        shipping=refund.shipping_minor + refund.bounced_shipping_minor,
        currency=refund.currency,
        lines=_line_bodies(refund.lines, order),
        order_state=refund.order_state,
        by=refund.actor_name or refund.role,
        asked_at=to_wire(refund.asked_at),
        ended_at=None if refund.ended_at is None else to_wire(refund.ended_at),
        why=refund.why,
    )


def reckoning_body(found: Reckoning, order: OrderHead) -> ReckoningBody:
    """Return what a refund would come to as the API shows it."""
    return ReckoningBody(
        amount=found.amount_minor,
        shipping=found.shipping_minor,
        currency=order.currency,
        lines=_line_bodies(found.lines, order),
        cancels=found.cancels,
    )


def left_body(bought: Bought, order: OrderHead) -> LeftBody:
    """Return what is left of an order as the API shows it."""
    return LeftBody(
        amount=bought.left_minor,
        shipping=bought.shipping_left_minor,
        currency=order.currency,
        lines=[
            LeftLineBody(
                line=nth,
                product=line.product_id,
                quantity=line.quantity,
                amount=line.amount_minor,
                left=line.left,
            )
            for nth, line in enumerate(bought.lines)
        ],
    )


def _line_bodies(lines: Sequence[RefundLine], order: OrderHead) -> list[RefundLineBody]:
    places = {line.id: nth for nth, line in enumerate(order.lines)}
    return [
        RefundLineBody(
            line=places[line.line_id],
            product=line.product_id,
            quantity=line.quantity,
            amount=line.amount_minor,
            restock=line.restock,
        )
        for line in lines
    ]
