"""What is printed and taken along of orders, over HTTP: packing lists as PDF, and orders with their deliveries as a table."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Final, cast
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from server import security
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS
from server.channels.repository import read_channel
from server.db.engine import Database
from server.errors import RefusedError
from server.fulfilment.detail import read_detail
from server.fulfilment.list_routes import Before, Since, Words, wanted_orders
from server.fulfilment.packing import Language, Press, Slip
from server.fulfilment.shipping_repository import read_handlings, read_shipments
from server.fulfilment.shipping_rules import Shipping
from server.fulfilment.slips import COLUMNS, Cell, rows_of, slip_of
from server.http.guard import is_head
from server.http.params import ENTITY_ID, EntityId
from server.http.refusals import TO_PERMITTED, refusals
from server.protocol.codes import Code
from server.shop.checkout_desk import CheckoutDesk
from server.shop.order_list import Wanted, read_orders
from server.shop.report_rules import ReportState
from server.shop.service import Shop
from server.text.cells import guard

PACKED_MAX: Final = 100
"""Orders in one packing list."""
TABLE_MAX: Final = 10_000
"""Orders in one table."""
_AT_ONCE: Final = 500
_MARK: Final = "\ufeff"
Id = Annotated[str, Path(pattern=ENTITY_ID, max_length=40)]
Reader = Annotated[Principal, permitted(RUNNERS, "orders:read")]


def router() -> APIRouter:
    """Return the routes."""
    api = APIRouter(prefix="/v1/channels/{channel}", tags=["orders"])
    api.add_api_route(
        "/packing-list",
        print_packing_list,
        methods=["GET"],
        summary="The packing lists of orders, as PDF",
        response_model=None,
        responses={
            200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}},
            **refusals(*TO_PERMITTED, Code.NOT_FOUND),
        },
    )
    api.add_api_route(
        "/orders.csv",
        export_orders,
        methods=["GET"],
        summary="Orders with their deliveries, as CSV",
        response_model=None,
        responses={
            200: {"content": {"text/csv": {"schema": {"type": "string"}}}},
            **refusals(*TO_PERMITTED, Code.NOT_FOUND),
        },
    )
    return api


async def print_packing_list(
    channel: Id,
    by: Reader,
    request: Request,
    *,
    order: Annotated[
        list[EntityId], Query(min_length=1, max_length=PACKED_MAX, description="May be repeated.")
    ],
    language: Annotated[Language | None, Query(description="As the channel's, if left out.")] = None,
) -> Response:
    """A page for each order, with what is left to be packed of it, in the order in which they are named; A4."""
    _require_own(channel, by)
    headers = {
        "Content-Disposition": 'attachment; filename="packing-list.pdf"',
        "Cache-Control": "no-store",
    }
    async with cast("Database", request.app.state.database).read_soon() as connection:
        slips, spoken = await _slips(connection, channel, order, language, _checkouts(request))
    if is_head(request.scope):
        return Response(b"", media_type="application/pdf", headers=headers)
    security.note("exported", id=by.id, address=request.client.host if request.client else "")
    content = await cast("Press", request.app.state.press).print(slips, spoken)
    return Response(content, media_type="application/pdf", headers=headers)


async def _slips(
    connection: AsyncConnection,
    channel_id: str,
    order_ids: Sequence[str],
    language: Language | None,
    checkouts: CheckoutDesk,
) -> tuple[list[Slip], Language]:
    channel = await read_channel(connection, channel_id)
    assert channel is not None, "its people are of a channel that is there"
    spoken: Language = language or ("ja" if channel.language == "ja" else "en")
    zone, slips = ZoneInfo(channel.time_zone), []
    for order_id in dict.fromkeys(order_ids):
        detail = await read_detail(connection, channel_id, order_id, checkouts)
        if detail is None:
            raise RefusedError(Code.NOT_FOUND, f"The channel has no order {order_id}.")
        slips.append(slip_of(detail, channel.name, zone, spoken))
    return slips, spoken


async def export_orders(
    channel: Id,
    by: Reader,
    request: Request,
    *,
    q: Words = "",
    show: Annotated[str | None, Query(pattern=ENTITY_ID, max_length=40)] = None,
    state: Annotated[ReportState | None, Query()] = None,
    fulfilment: Annotated[Shipping | None, Query()] = None,
    since: Since = None,
    before: Before = None,
) -> Response:
    """A row for each line of an order, the newest 10,000 orders of the list with these filters; UTF-8, safe from spreadsheet formulas.

    Filled in with `carrier` and `tracking` it can be sent back to mark parcels.
    """
    _require_own(channel, by)
    headers = {"Content-Disposition": 'attachment; filename="orders.csv"', "Cache-Control": "no-store"}
    if is_head(request.scope):
        return Response(b"", media_type="text/csv", headers=headers)
    security.note("exported", id=by.id, address=request.client.host if request.client else "")
    wanted = wanted_orders(q, show=show, state=state, shipping=fulfilment, since=since, before=before)
    pieces = _pieces(cast("Database", request.app.state.database), channel, wanted, _checkouts(request))
    return StreamingResponse(pieces, media_type="text/csv", headers=headers)


async def _pieces(
    database: Database, channel_id: str, wanted: Wanted, checkouts: CheckoutDesk
) -> AsyncIterator[str]:
    yield _MARK + _written([list(COLUMNS)])
    after: str | None = None
    for _ in range(TABLE_MAX // _AT_ONCE):
        async with database.read_soon() as connection:
            found = await read_orders(
                connection, channel_id, wanted, after=after, limit=_AT_ONCE, checkouts=checkouts
            )
            ids = [each.order.order for each in found]
            handled, shipments = await read_handlings(connection, ids), await read_shipments(connection, ids)
        told = [
            (
                each,
                None if each.order.external_id else handled.get(each.order.order, (0, "unshipped"))[1],
                shipments.get(each.order.order, []),
            )
            for each in found
        ]
        yield _written(rows_of(told))
        if len(found) < _AT_ONCE:
            return
        after = ids[-1]


def _written(rows: Any) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def _cell(cell: Cell) -> str:
    return "" if cell is None else guard(cell) if isinstance(cell, str) else str(cell)


def _require_own(channel: str, by: Principal) -> None:
    if channel != by.channel_id:
        raise RefusedError(Code.NOT_FOUND)


def _checkouts(request: Request) -> CheckoutDesk:
    return cast("Shop", request.app.state.shop).books.checkouts
