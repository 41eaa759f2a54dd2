"""What the routes of reported orders take and give."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from server.clock import to_wire
from server.currencies import CODES
from server.http.params import GivenMoment, Moment, OneLine, RequestBody
from server.protocol.codes import Code
from server.shop.attributions import CHARACTERS_MAX
from server.shop.report_rules import AttributedBy, Line, Report, Reported, ReportState
from server.shop.reports import Told

REPORTS_MAX = 1_000
"""Orders in one call."""
REPORTS_BYTES_MAX = 2 * 1024 * 1024
LINES_MAX = 200
CLAIM_CHARACTERS_MAX = 60_000
Minor = Annotated[int, Field(ge=0, le=2**53 - 1, description="Minor units of `currency`.")]
OwnId = Annotated[OneLine, Field(min_length=1, max_length=100)]
Attribution = Annotated[
    str, Field(min_length=1, max_length=CHARACTERS_MAX, description="What came with the cart's address.")
]


def _known_currency(code: str) -> str:
    if code not in CODES:
        raise ValueError("there is no such currency; send its ISO 4217 code, such as JPY")
    return code


class LineRequest(RequestBody):
    """One product of an order: by our id, the shop's own, or the SKU. One that the catalogue does not have counts in the money alone."""

    product: OwnId | None = None
    external_id: OwnId | None = None
    sku: OwnId | None = None
    title: Annotated[OneLine, Field(max_length=300)] | None = None
    quantity: int = Field(ge=1, le=100_000)
    amount: Minor = Field(description="What was paid for the line, in minor units of `currency`.")


class OrderReport(RequestBody):
    """An order that the shop took, or what became of it. A report of a change may leave out `currency`, `at` and `lines`."""

    order: OwnId = Field(description="The shop's own id of the order: the same again is the same order.")
    state: ReportState = "paid"
    currency: Annotated[str, AfterValidator(_known_currency)] | None = Field(
        default=None, description="ISO 4217."
    )
    at: GivenMoment | None = Field(default=None, description="When it was paid. RFC 3339 with an offset.")
    lines: list[LineRequest] = Field(default_factory=list, max_length=LINES_MAX)
    amount: Minor | None = Field(
        default=None, description="The sum of the lines, where it is to be checked against them."
    )
    refunded: Minor | None = Field(default=None, description="What has been given back in all.")
    attribution: Attribution | None = None
    customer: Annotated[OneLine, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="The customer's `sub`, as in the tokens that the shop signs."
    )


class ReportedBody(BaseModel):
    """A reported order as it stands, and what this report did to it."""

    status: Literal["created", "changed", "unchanged"]
    id: str = Field(description="Our id of it.")
    order: str = Field(description="The shop's id of it.")
    state: ReportState
    show: str | None = Field(description="Whose figures it is in; null: in none.")
    attributed_by: AttributedBy | None = Field(
        description="`attribution`: by its attribution id; `link`: by the thank-you page; `customer`: by the last show they were in."
    )
    currency: str
    amount: int
    refunded: int
    units: int
    at: Moment


class RefusedBody(BaseModel):
    """A report that was refused; the others were not."""

    status: Literal["refused"]
    order: str | None = None
    code: Code
    detail: str


class ReportsBody(BaseModel):
    """What came of each report, in their order."""

    results: list[ReportedBody | RefusedBody]


class LinkRequest(RequestBody):
    """What a thank-you page knows."""

    order: OwnId = Field(description="The shop's own id of the order.")
    attribution: Attribution


class ClaimRequest(RequestBody):
    """What a thank-you page brings: what the shop's backend has signed, and what this device knows of where it came from."""

    claim: str = Field(
        min_length=1,
        max_length=CLAIM_CHARACTERS_MAX,
        description="A JSON Web Token of the shop's: `aud` the channel's id, `exp`, and `report`, a paid order as in `/v1/orders/report`.",
    )
    attribution: Attribution | None = None


class ClaimedBody(BaseModel):
    """What came of a claim; nothing of the order itself, since anybody may have found it in a page."""

    status: Literal["created", "changed", "unchanged"]
    order: str = Field(description="The shop's id of the order.")


def as_report(body: OrderReport) -> Report:
    """Return the report as the rules know it; raises ValueError when the amount is not the sum of the lines."""
    lines = tuple(Line(**line.model_dump()) for line in body.lines)
    if body.amount is not None and lines and body.amount != sum(line.amount for line in lines):
        raise ValueError("`amount` is not the sum of the lines")
    return Report(
        order=body.order,
        state=body.state,
        currency=body.currency,
        at=body.at,
        lines=lines,
        refunded=body.refunded,
        attribution=body.attribution,
        customer=body.customer,
    )


def as_result(told: Told) -> ReportedBody | RefusedBody:
    """Return what came of a report, as the API shows it."""
    if told.refused is not None:
        return RefusedBody(
            status="refused", order=told.order, code=told.refused.code, detail=told.refused.message
        )
    assert told.status != "refused", "what is not refused says so"
    assert told.reported is not None, "what is not refused has an order"
    order: Reported = told.reported
    return ReportedBody(
        status=told.status,
        id=order.id,
        order=order.order,
        state=order.state,
        show=order.show_id,
        attributed_by=order.attributed_by,
        currency=order.currency,
        amount=order.amount,
        refunded=order.refunded,
        units=order.units,
        at=to_wire(order.at),
    )
