"""The way to the shop's own cart, where the shop takes the orders."""

from typing import cast
from urllib.parse import quote

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from server.access.acquaintance import keep_identity
from server.access.dependencies import EntrantOfShow, ShowId
from server.db.engine import Database
from server.errors import RefusedError
from server.http import pacing
from server.http.params import EntityId, RequestBody
from server.http.refusals import refusals
from server.pace.rates import Act
from server.protocol.codes import Code
from server.shop.attributions import Attributions
from server.shop.carts_repository import read_cart


class CartRequest(RequestBody):
    """What somebody goes to the cart with."""

    product: EntityId
    quantity: int = Field(default=1, ge=1, le=99)


class CartBody(BaseModel):
    """Where to go."""

    url: str = Field(description="The shop's address for this product, with what its template asks for.")
    attribution: str = Field(description="Opaque; the shop sends it back with the order.")
    hours: int = Field(
        description="For how long a page of the shop's may keep the attribution id: the channel's `attribution_hours`."
    )


def router() -> APIRouter:
    """Return the route to the cart."""
    api = APIRouter(prefix="/v1", tags=["orders"])
    known = (Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.FORBIDDEN, Code.GUESTS_REFUSED, Code.NOT_FOUND)
    api.add_api_route(
        "/shows/{show}/cart",
        go_to_cart,
        methods=["POST"],
        summary="The address of the shop's cart for a product of a show",
        responses=refusals(*known, Code.CONFLICT, Code.BAD_JSON, Code.TOO_LARGE, Code.UNAVAILABLE),
    )
    return api


async def go_to_cart(show: ShowId, body: CartRequest, identity: EntrantOfShow, request: Request) -> CartBody:
    """For viewers, where the channel's shop takes the orders; else `conflict`. Nothing is set aside: stock is the shop's."""
    await pacing.spend(request, Act.ORDER, viewer=identity.viewer_id)
    async with cast("Database", request.app.state.database).read_soon() as connection:
        cart = await read_cart(connection, show, body.product)
    if cart is None:
        raise RefusedError(Code.NOT_FOUND, "This show sells no such product.")
    if cart.order_taker != "shop":
        current = {"order_taker": cart.order_taker}
        raise RefusedError(Code.CONFLICT, "Showfloor takes the orders of this channel.", current=current)
    keep_identity(request, show, identity)
    attributions = cast("Attributions", request.app.state.attributions)
    attribution = attributions.make(show, identity.viewer_id, body.product)
    told = {
        "sku": cart.sku or body.product,
        "external_id": cart.external_id or body.product,
        "product": body.product,
        "quantity": str(body.quantity),
        "attribution": attribution,
    }
    url = cart.template
    for name, value in told.items():
        url = url.replace("{" + name + "}", quote(value, safe=""))
    return CartBody(url=url, attribution=attribution, hours=cart.hours)
