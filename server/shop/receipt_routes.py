"""Receipts over HTTP: a buyer takes the link of an order, and whoever has the link reads that order."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from server.access.dependencies import CurrentIdentity
from server.access.principal import as_principal
from server.clock import to_wire
from server.errors import RefusedError
from server.http.params import ENTITY_ID, Moment, RequestBody
from server.http.refusals import refusals
from server.protocol.codes import Code
from server.shop.checked_bodies import CheckedFace, checked_fields
from server.shop.receipt_links import ReceiptLinks
from server.shop.service import Shop
from server.shop.standing_bodies import StandingFace, standing_fields


class ReceiptRequest(RequestBody):
    """What stands behind `#` in a receipt link."""

    receipt: str = Field(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9_.-]+$")


class ReceiptLinkBody(BaseModel):
    """A receipt; a page puts it behind `/receipt#`."""

    receipt: str
    expires_at: Moment


class ReceiptShow(BaseModel):
    """The show in which was bought."""

    id: str
    title: str


class ReceiptLine(BaseModel):
    """Units of one product."""

    title: str
    quantity: int
    amount: int = Field(description="Minor units of the order's `currency`.")


class ReceiptBody(CheckedFace, StandingFace):
    """An order as its receipt tells it; nothing of the buyer."""

    number: str = Field(description="What people call the order by; unique in the channel.")
    show: ReceiptShow
    title: str = Field(description="The product's; of several lines the first one's.")
    quantity: int = Field(description="Units of all lines.")
    amount: int = Field(description="Minor units of `currency`, of all lines.")
    lines: list[ReceiptLine]
    currency: str = Field(description="ISO 4217.")
    at: Moment


def router() -> APIRouter:
    """Return the routes of receipts."""
    api = APIRouter(prefix="/v1", tags=["orders"])
    api.add_api_route(
        "/orders/{order}/receipt",
        make_receipt,
        methods=["POST"],
        summary="Make the receipt of an order",
        responses=refusals(Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.NOT_FOUND, Code.UNAVAILABLE),
    )
    api.add_api_route(
        "/receipts",
        read_receipt,
        methods=["POST"],
        summary="Read an order by its receipt",
        responses=refusals(
            Code.UNAUTHENTICATED,
            Code.TOKEN_EXPIRED,
            Code.NOT_FOUND,
            Code.BAD_JSON,
            Code.TOO_LARGE,
            Code.UNAVAILABLE,
        ),
    )
    return api


async def make_receipt(
    order: Annotated[str, Path(pattern=ENTITY_ID, max_length=40)], identity: CurrentIdentity, request: Request
) -> ReceiptLinkBody:
    """For its buyer alone. The receipt opens the order on any device until it ends, and gives no other right."""
    found = await cast("Shop", request.app.state.shop).find_order(order, as_principal(identity))
    if found.viewer_id != identity.viewer_id:
        raise RefusedError(Code.NOT_FOUND)
    receipt, expires_at = cast("ReceiptLinks", request.app.state.receipt_links).sign(found.id)
    return ReceiptLinkBody(receipt=receipt, expires_at=to_wire(expires_at))


async def read_receipt(body: ReceiptRequest, request: Request) -> ReceiptBody:
    """Needs no token: the receipt travels in the body, never in a path or a query."""
    order_id = cast("ReceiptLinks", request.app.state.receipt_links).read(body.receipt)
    order, titles, show_title = await cast("Shop", request.app.state.shop).find_receipt(order_id)
    return ReceiptBody(
        number=order.number,
        show=ReceiptShow(id=order.show_id, title=show_title),
        title=titles[order.product_id],
        quantity=order.units,
        amount=order.total_minor,
        lines=[
            ReceiptLine(title=titles[line.product_id], quantity=line.quantity, amount=line.amount_minor)
            for line in order.lines
        ],
        currency=order.currency,
        at=to_wire(order.at),
        **standing_fields(order.standing),
        **checked_fields(order),
    )
