"""Many orders marked as shipped at once, over HTTP."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS
from server.errors import RefusedError
from server.fulfilment.bulk import BULK_MAX, BulkShipping, Done, Outcome, Why, Wish, read_wishes
from server.fulfilment.shipping_bodies import Carrier, Tracking
from server.http.params import ENTITY_ID, EntityId, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.protocol.codes import Code

Id = Annotated[str, Path(pattern=ENTITY_ID, max_length=40)]
Writer = Annotated[Principal, permitted(RUNNERS, "orders:write")]
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class BulkOrder(RequestBody):
    """An order, all that is left of which goes off."""

    order: EntityId = Field(description="Its id, or its number.")
    carrier: Carrier = ""
    tracking: Tracking = ""


class BulkRequest(RequestBody):
    """Orders that go off."""

    orders: list[BulkOrder] = Field(min_length=1, max_length=BULK_MAX)


class BulkResult(BaseModel):
    """What came of an order, or would come of it."""

    line: int | None = Field(description="Of the file.")
    order: str | None = Field(description="Its id; null for what is none of the channel's orders.")
    name: str = Field(description="As it was given.")
    carrier: str
    tracking: str
    outcome: Outcome = Field(description="`unchanged`: nothing of it was left to be shipped.")
    why: Why | None = Field(description="Why it is refused.")


class BulkBody(BaseModel):
    """A result for each order."""

    results: list[BulkResult]


def router() -> APIRouter:
    """Return the routes."""
    api = APIRouter(prefix="/v1/channels/{channel}/shipments", tags=["orders"])
    known = (*TO_PERMITTED, Code.NOT_FOUND, *OF_BODIES)
    api.add_api_route(
        "", ship_orders, methods=["POST"], summary="Mark many orders as shipped", responses=refusals(*known)
    )
    api.add_api_route(
        "/file",
        ship_file,
        methods=["POST"],
        summary="Mark the orders of a file as shipped, or say what would come of it",
        openapi_extra=_FILE,
        responses=refusals(*known, Code.FEED_UNREADABLE),
    )
    return api


async def ship_orders(channel: Id, body: BulkRequest, by: Writer, request: Request) -> BulkBody:
    """All that is left of each goes off. To send it again is harmless: what went off is `unchanged`."""
    _require_own(channel, by)
    wishes = [Wish(each.order, each.carrier, each.tracking) for each in body.orders]
    return _as_body(await _bulk(request).ship_all(by, wishes))


async def ship_file(
    channel: Id,
    by: Writer,
    request: Request,
    *,
    preview: Annotated[bool, Query(description="Change nothing, and say what would come of it.")] = False,
) -> BulkBody:
    """CSV with the columns `number`, `carrier` and `tracking`; others are passed over, and so are lines with neither of the last two."""
    _require_own(channel, by)
    wishes = read_wishes(await request.body())
    return _as_body(await _bulk(request).ship_all(by, wishes, preview=preview))


def _as_body(done: list[Done]) -> BulkBody:
    return BulkBody(
        results=[
            BulkResult(
                line=each.wish.line,
                order=each.order_id,
                name=each.wish.name,
                carrier=each.wish.carrier,
                tracking=each.wish.tracking,
                outcome=each.outcome,
                why=each.why,
            )
            for each in done
        ]
    )


def _require_own(channel: str, by: Principal) -> None:
    if channel != by.channel_id:
        raise RefusedError(Code.NOT_FOUND)


def _bulk(request: Request) -> BulkShipping:
    return cast("BulkShipping", request.app.state.bulk_shipping)
