"""Buying over HTTP: the same purchase as by socket, for any caller with a token."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from server.access.acquaintance import tell_order
from server.access.dependencies import CurrentIdentity, entrant_of
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ROLES
from server.clock import to_wire
from server.http import pacing
from server.http.params import ENTITY_ID, EntityId, Face, IdempotencyKey, Moment, RequestBody
from server.http.refusals import refusals
from server.pace.rates import Act
from server.protocol.codes import Code
from server.shop.checked_bodies import CheckedFace, checked_fields
from server.shop.rules import Order, Purchase
from server.shop.service import Shop
from server.shop.standing_bodies import StandingFace, standing_fields


class OrderRequest(RequestBody):
    """What is to be bought, in which show."""

    show: EntityId
    product: EntityId
    quantity: int = Field(ge=1, le=99)
    price: int | None = Field(
        default=None,
        ge=0,
        le=2**53 - 1,
        description="The price that the buyer saw, in minor units; refused when it changed.",
    )
    offer: EntityId | None = Field(default=None, description="Under which offer.")


class OrderLineBody(Face):
    """Units of one product, or variant."""

    product: str
    quantity: int
    unit_price: int = Field(description="Minor units of the order's `currency`.")
    amount: int = Field(description="Minor units of the order's `currency`.")


class OrderBody(CheckedFace, StandingFace):
    """A paid order. `product`, `quantity` and `unit_price` are the first line's, `amount` is all lines'."""

    order: str
    number: str = Field(description="What people call the order by; unique in the channel.")
    key: str = Field(description="The key that it was bought under.")
    show: str
    product: str
    quantity: int
    unit_price: int = Field(description="Minor units of `currency`.")
    amount: int = Field(description="Minor units of `currency`.")
    lines: list[OrderLineBody]
    currency: str = Field(description="ISO 4217.")
    at: Moment


def router() -> APIRouter:
    """Return the routes of orders."""
    api = APIRouter(prefix="/v1", tags=["orders"])
    api.add_api_route(
        "/orders",
        place_order,
        methods=["POST"],
        status_code=201,
        summary="Buy a product of a live show",
        responses={
            200: {
                "model": OrderBody,
                "description": "The same key and body as before: the first order again.",
            },
            **refusals(
                Code.UNAUTHENTICATED,
                Code.TOKEN_EXPIRED,
                Code.FORBIDDEN,
                Code.GUESTS_REFUSED,
                Code.NOT_FOUND,
                Code.SHOW_NOT_LIVE,
                Code.SOLD_OUT,
                Code.TOO_MANY,
                Code.PRICE_CHANGED,
                Code.KEY_REUSED,
                Code.PAYMENT_DECLINED,
                Code.TOO_FAST,
                Code.BAD_JSON,
                Code.TOO_LARGE,
                Code.BUSY,
                Code.UNAVAILABLE,
            ),
        },
    )
    api.add_api_route(
        "/orders/{order}",
        get_order,
        methods=["GET"],
        summary="One order",
        responses=refusals(Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.NOT_FOUND, Code.UNAVAILABLE),
    )
    return api


async def place_order(
    body: OrderRequest, key: IdempotencyKey, identity: CurrentIdentity, request: Request, response: Response
) -> OrderBody:
    """Sends the order once it is committed. Repeating the request with the same key is safe after any failure."""
    await pacing.spend(request, Act.ORDER, viewer=identity.viewer_id)
    await entrant_of(body.show, request, identity)
    staff = identity.role != "viewer"
    purchase = Purchase(
        identity.viewer_id,
        body.product,
        body.quantity,
        key,
        body.price,
        staff,
        offer_id=body.offer,
    )
    receipt = await cast("Shop", request.app.state.shop).buy(body.show, purchase)
    tell_order(request, response, body.show, identity, repeated=receipt.repeated)
    return as_body(receipt.order)


async def get_order(
    order: Annotated[str, Path(pattern=ENTITY_ID, max_length=40)],
    by: Annotated[Principal, permitted(ROLES, "orders:read")],
    request: Request,
) -> OrderBody:
    """For its buyer, and for staff and keys of its channel."""
    return as_body(await cast("Shop", request.app.state.shop).find_order(order, by))


def as_body(order: Order) -> OrderBody:
    """Return the order as the API shows it."""
    return OrderBody(
        order=order.id,
        number=order.number,
        key=order.key,
        show=order.show_id,
        product=order.product_id,
        quantity=order.quantity,
        unit_price=order.unit_price_minor,
        amount=order.total_minor,
        lines=[
            OrderLineBody(
                product=line.product_id,
                quantity=line.quantity,
                unit_price=line.unit_price_minor,
                amount=line.amount_minor,
            )
            for line in order.lines
        ],
        currency=order.currency,
        at=to_wire(order.at),
        **standing_fields(order.standing),
        **checked_fields(order),
    )
