"""What a report of an order changes, pure: the shop may send the same report any number of times, and late ones after newer ones."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from server.catalogue.rules import AMOUNT_MAX
from server.errors import RefusedError
from server.protocol.codes import Code

ReportState = Literal["paid", "partially_refunded", "refunded", "cancelled"]
AttributedBy = Literal["attribution", "link", "customer"]
_RANK: dict[str, int] = {"paid": 0, "partially_refunded": 1, "refunded": 2, "cancelled": 2}


@dataclass(frozen=True, slots=True)
class Line:
    """What was bought; `product` is our id where the catalogue has it. Amounts are minor units, of the line."""

    quantity: int
    amount: int
    product: str | None = None
    sku: str | None = None
    external_id: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it came: one of a change of state alone may leave out what was told before.

    `refunded` is what has been given back in all.
    """

    order: str
    state: ReportState = "paid"
    currency: str | None = None
    at: datetime | None = None
    lines: tuple[Line, ...] = ()
    refunded: int | None = None
    attribution: str | None = None
    customer: str | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """An order as it stands by its reports; without `show_id` it is nobody's."""

    id: str
    order: str
    state: ReportState
    currency: str
    at: datetime
    lines: tuple[Line, ...]
    refunded: int = 0
    show_id: str | None = None
    viewer_id: str | None = None
    attributed_by: AttributedBy | None = None
    customer: str | None = None

    @property
    def amount(self) -> int:
        """What was paid."""
        return sum(line.amount for line in self.lines)

    @property
    def units(self) -> int:
        """How many units were bought."""
        return sum(line.quantity for line in self.lines)


def begin(id: str, report: Report) -> Reported:
    """Return the order of a first report; raises `not_found` when it is about an order that was never told, and `invalid`."""
    if not report.lines or report.currency is None or report.at is None:
        if report.state == "paid":
            raise RefusedError(Code.INVALID, "A paid order has lines, a currency and a time.")
        raise RefusedError(Code.NOT_FOUND, "No such order was reported; report it whole.")
    order = Reported(
        id=id,
        order=report.order,
        state="paid",
        currency=report.currency,
        at=report.at,
        lines=report.lines,
        customer=report.customer,
    )
    if order.amount > AMOUNT_MAX:
        raise RefusedError(Code.INVALID, "So much money cannot be counted.")
    return _move(order, report)


def follow(present: Reported, report: Report) -> Reported:
    """Return the order after a further report, the same where it says nothing new.

    A report of an earlier state is a late one and changes nothing. Raises `conflict` with `current` when it tells other lines, money or
    time than before, and `invalid`.
    """
    told_otherwise = (
        (report.lines and _sold(report.lines) != _sold(present.lines))
        or report.currency not in (None, present.currency)
        or report.at not in (None, present.at)
    )
    if told_otherwise:
        current = {"order": present.order, "state": present.state, "amount": present.amount}
        raise RefusedError(
            Code.CONFLICT, "This order was reported with other lines, money or time.", current=current
        )
    return _move(present, report)


def _sold(lines: tuple[Line, ...]) -> list[tuple[object, ...]]:
    return [(line.quantity, line.amount, line.sku, line.external_id) for line in lines]


def _move(order: Reported, report: Report) -> Reported:
    if _RANK[report.state] < _RANK[order.state] or order.state in ("refunded", "cancelled"):
        return order
    if report.state == "partially_refunded":
        given_back = report.refunded
        if given_back is None or not 0 < given_back <= order.amount:
            raise RefusedError(
                Code.INVALID, "A partial refund says what was given back: `refunded`, at most the amount."
            )
        return replace(order, state=report.state, refunded=max(order.refunded, given_back))
    if report.state == "refunded":
        return replace(order, state=report.state, refunded=order.amount)
    return replace(order, state=report.state)
