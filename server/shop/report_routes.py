"""Orders that the shop's own cart took, over HTTP: reported by its backend, linked by its thank-you page."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Body, Request, Response
from pydantic import ValidationError

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
    written = (Code.INVALID, Code.BAD_JSON, Code.TOO_LARGE, Code.UNAVAILABLE)
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
        first = error.errors()[0]
        where = "/".join(map(str, first["loc"]))
        detail = f"{where}: {first['msg']}" if where else first["msg"]
    except ValueError as error:
        detail = str(error)
    order = body.get("order")
    told = order if isinstance(order, str) else None
    return RefusedBody(status="refused", order=told, code=Code.INVALID, detail=detail)


def _report_of(body: OrderReport) -> Report:
    try:
        return as_report(body)
    except ValueError as error:
        raise RefusedError(Code.INVALID, str(error)) from None
