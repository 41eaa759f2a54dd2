"""The channel's orders over HTTP, for its people and its programs."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Query, Request
from sqlalchemy import ColumnElement, literal, select

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS
from server.db.engine import Database
from server.fulfilment.list_bodies import OrderPage, as_listed_body
from server.fulfilment.shipping_repository import read_handlings
from server.fulfilment.shipping_rules import Shipping
from server.fulfilment.shipping_tables import OrderHandlingRow
from server.http.params import ENTITY_ID, Cursor, GivenMoment, Limit, OneLine
from server.http.refusals import TO_PERMITTED, refusals
from server.shop.order_list import Wanted, read_orders
from server.shop.report_rules import ReportState
from server.shop.service import Shop

Reader = Annotated[Principal, permitted(RUNNERS, "orders:read")]
Words = Annotated[
    OneLine,
    Query(
        alias="q",
        max_length=120,
        description="Only orders with each of these words in their number or in a product's title, in any case and width.",
    ),
]
Since = Annotated[GivenMoment | None, Query(description="Only orders that were paid then or later.")]
Before = Annotated[GivenMoment | None, Query(description="Only orders that were paid earlier than that.")]
_HANDLING = OrderHandlingRow.__table__  # type: ignore[attr-defined]


def router() -> APIRouter:
    """Return the route of the channel's orders."""
    api = APIRouter(prefix="/v1/orders", tags=["orders"])
    api.add_api_route(
        "",
        list_orders,
        methods=["GET"],
        summary="The channel's orders",
        responses=refusals(*TO_PERMITTED),
    )
    return api


async def list_orders(
    by: Reader,
    request: Request,
    *,
    q: Words = "",
    show: Annotated[
        str | None, Query(pattern=ENTITY_ID, max_length=40, description="Only orders of this show.")
    ] = None,
    state: Annotated[ReportState | None, Query(description="Only orders in this state.")] = None,
    fulfilment: Annotated[
        Shipping | None, Query(description="Only orders of ours that are so far; reported ones are left out.")
    ] = None,
    since: Since = None,
    before: Before = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> OrderPage:
    """For hosts, admins, and keys with `orders:read`: our own orders and those that the shop reported.

    Send the same filters with `cursor`.
    """
    wanted = wanted_orders(q, show=show, state=state, shipping=fulfilment, since=since, before=before)
    database = cast("Database", request.app.state.database)
    async with database.read_soon() as connection:
        found = await read_orders(
            connection,
            by.channel_id,
            wanted,
            after=cursor,
            limit=limit + 1,
            checkouts=cast("Shop", request.app.state.shop).books.checkouts,
        )
        handled = await read_handlings(connection, [each.order.order for each in found])
    page = [
        as_listed_body(each, handled.get(each.order.order, (0, "unshipped"))[1]) for each in found[:limit]
    ]
    return OrderPage(orders=page, next=page[-1].order if len(found) > limit else None)


def wanted_orders(
    q: str,
    *,
    show: str | None,
    state: ReportState | None,
    shipping: Shipping | None,
    since: datetime | None,
    before: datetime | None,
) -> Wanted:
    """Return the filters as the list takes them."""

    def so_far(order_id: ColumnElement[str]) -> ColumnElement[bool]:
        handled = select(literal(1)).where(_HANDLING.c.order_id == order_id)
        if shipping == "unshipped":
            return ~handled.where(_HANDLING.c.shipping != "unshipped").exists()
        return handled.where(_HANDLING.c.shipping == shipping).exists()

    return Wanted(q.split(), show, state, since, before, so_far if shipping else None)
