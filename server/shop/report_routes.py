"""Orders that the shop's own cart took, over HTTP: reported by its backend, linked by its thank-you page."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Body, Request, Response
from pydantic import ValidationError

from server.access.customers import Customers
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ADMINS
from server.errors import RefusedError
from server.http import pacing
from server.http.refusals import refusals
from server.pace.rates import Act
from server.protocol.codes import Code
from server.shop.report_bodies import (
    REPORTS_MAX,
    ClaimedBody,
    ClaimRequest,
    LinkRequest,
    OrderReport,
    RefusedBody,
    ReportedBody,
    ReportsBody,
    as_report,
    as_result,
)
from server.shop.report_rules import Report
from server.shop.reports import OrderReports

Reporter = Annotated[Principal, permitted(ADMINS, "orders:report")]


def router() -> APIRouter:
    """Return the routes of reported orders."""
    api = APIRouter(prefix="/v1/orders", tags=["orders"])
    known = (Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.TOKEN_REVOKED, Code.FORBIDDEN, Code.NOT_FOUND)
    written = (Code.BAD_JSON, Code.TOO_LARGE, Code.UNAVAILABLE)
    api.add_api_route(
        "/report",
        report_orders,
        methods=["POST"],
        summary="Report orders that the shop took, and what became of them",
        responses={
            201: {"model": ReportedBody, "description": "The first report of an order."},
            **refusals(*known, *written, Code.CONFLICT),
        },
    )
    api.add_api_route(
        "/link",
        link_order,
        methods=["POST"],
        status_code=204,
        summary="Say which show an order of the shop's came from",
        responses=refusals(*written),
    )
    api.add_api_route(
        "/claim",
        claim_order,
        methods=["POST"],
        summary="Report an order by what the shop's backend has signed for its thank-you page",
        responses=refusals(*written, Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.CONFLICT),
    )
    return api


async def report_orders(
    body: OrderReport | Annotated[list[dict[str, Any]], Body(max_length=REPORTS_MAX)],
    by: Reporter,
    request: Request,
    response: Response,
) -> ReportedBody | ReportsBody:
    """For the shop's backend: one order, or an array of up to 1,000, each of which has its own result.

    By the shop's own id an order is one, however often it is reported; a late report of an earlier state changes nothing. It is the
    show's of its attribution id, else of its thank-you page, else the one that its customer was in last within the channel's window.
    A cancelled order is in no figure; what was refunded is taken off the net.
    """
    reports = cast("OrderReports", request.app.state.order_reports)
    if isinstance(body, list):
        return ReportsBody(results=await _report_each(reports, by.channel_id, body))
    told = as_result(await reports.report(by.channel_id, _report_of(body)))
    assert isinstance(told, ReportedBody), "a refusal has been raised"
    response.status_code = 201 if told.status == "created" else 200
    return told


async def link_order(body: LinkRequest, request: Request) -> None:
    """For the shop's thank-you page, from an origin that the channel lets in, without a token. It brings a show, never money."""
    await pacing.spend(request, Act.ORDER)
    await cast("OrderReports", request.app.state.order_reports).link(body.order, body.attribution)


async def claim_order(body: ClaimRequest, request: Request) -> ClaimedBody:
    """For the shop's thank-you page, without a token of ours: the shop's backend has signed the claim by a key that signs its customers.

    It counts like a report of a paid order, and once, however often the page is opened.
    """
    await pacing.spend(request, Act.ORDER)
    reports = cast("OrderReports", request.app.state.order_reports)
    channel_id, signed = await cast("Customers", request.app.state.customers).read_order(body.claim)
    report = _claimed(signed)
    if body.attribution is not None:
        await reports.link(report.order, body.attribution, channel_id)
    told = await reports.report(channel_id, report)
    assert told.status != "refused", "a refusal has been raised"
    return ClaimedBody(status=told.status, order=told.order)


def _claimed(signed: bytes) -> Report:
    """Return the report that a claim holds; raises `invalid`."""
    try:
        report = as_report(OrderReport.model_validate_json(signed))
    except ValidationError as error:
        raise RefusedError(Code.INVALID, f"report/{_first_of(error)}") from None
    except ValueError as error:
        raise RefusedError(Code.INVALID, str(error)) from None
    if report.state != "paid":
        raise RefusedError(Code.INVALID, "A claim is of a paid order; the backend reports what became of it.")
    return report


async def _report_each(
    reports: OrderReports, channel_id: str, bodies: list[dict[str, Any]]
) -> list[ReportedBody | RefusedBody]:
    """Report what can be read, and return a result for each in their order."""
    read = [_read(body) for body in bodies]
    told = iter(await reports.report_many(channel_id, [each for each in read if isinstance(each, Report)]))
    return [as_result(next(told)) if isinstance(each, Report) else each for each in read]


def _read(body: dict[str, Any]) -> Report | RefusedBody:
    try:
        return as_report(OrderReport.model_validate(body))
    except ValidationError as error:
        detail = _first_of(error)
    except ValueError as error:
        detail = str(error)
    order = body.get("order")
    told = order if isinstance(order, str) else None
    return RefusedBody(status="refused", order=told, code=Code.INVALID, detail=detail)


def _first_of(error: ValidationError) -> str:
    first = error.errors()[0]
    where = "/".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]


def _report_of(body: OrderReport) -> Report:
    try:
        return as_report(body)
    except ValueError as error:
        raise RefusedError(Code.INVALID, str(error)) from None
