"""The channel's orders over HTTP, for its people and its programs."""

from typing import Annotated, cast

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS
from server.db.engine import Database
from server.http.params import ENTITY_ID, Cursor, Face, Limit, Moment, OneLine
from server.http.refusals import TO_PERMITTED, refusals
from server.shop.order_list import ListedOrder, Wanted, read_orders
from server.shop.report_rules import AttributedBy, ReportState

Reader = Annotated[Principal, permitted(RUNNERS, "orders:read")]
Words = Annotated[
    OneLine,
    Query(
        alias="q",
        max_length=120,
        description="Only orders with each of these words in their number or in a product's title, in any case and width.",
    ),
]


class OrderLineBody(Face):
    """What was bought."""

    product: str | None = Field(
        description="What was sold, a variant where there are any; null for what the catalogue does not have."
    )
    external_id: str | None
    sku: str | None
    title: str | None = Field(description="A variant's with its options.")
    quantity: int
    amount: int = Field(description="Minor units of the order's `currency`.")


class ListedOrderBody(Face):
    """An order, ours or one that the shop reported, as webhooks tell it, with the title of its show."""

    order: str
    number: str = Field(description="What people call it by; of a reported order the shop's own id.")
    external_id: str | None = Field(description="The shop's own id; null for an order of ours.")
    state: ReportState
    show: str | None = Field(description="Null: nobody knows which show it came from.")
    show_title: str | None
    viewer: str | None = Field(description="The buyer's id.")
    attributed_by: AttributedBy | None = Field(
        description="How a reported order's show is known; null for ours."
    )
    currency: str = Field(description="ISO 4217.")
    amount: int = Field(description="Minor units of `currency`.")
    refunded: int = Field(description="What was given back in all, in minor units.")
    lines: list[OrderLineBody]
    at: Moment
    staff: bool = Field(description="Somebody of the channel's own people bought it.")


class OrderPage(BaseModel):
    """A page of orders, the newest first."""

    orders: list[ListedOrderBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


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
    state: Annotated[
        ReportState | None, Query(description="Only orders in this state; ours are `paid`.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> OrderPage:
    """For hosts, admins, and keys with `orders:read`: our own orders and those that the shop reported.

    Send the same filters with `cursor`.
    """
    wanted = Wanted(q.split(), show, state)
    database = cast("Database", request.app.state.database)
    async with database.read_soon() as connection:
        found = await read_orders(connection, by.channel_id, wanted, after=cursor, limit=limit + 1)
    page = [_as_body(each) for each in found[:limit]]
    return OrderPage(orders=page, next=page[-1].order if len(found) > limit else None)


def _as_body(listed: ListedOrder) -> ListedOrderBody:
    order = listed.order
    fields = {name: getattr(order, name) for name in order.__struct_fields__}
    return ListedOrderBody.model_validate(fields | {"show_title": listed.show_title})
