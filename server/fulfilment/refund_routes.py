"""Refunds over HTTP, for the channel's people and its programs."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request, Response

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS
from server.audit.trail import acting_by
from server.fulfilment.refund_bodies import (
    ReckoningBody,
    RefundBody,
    RefundList,
    RefundRequest,
    left_body,
    reckoning_body,
    refund_body,
)
from server.fulfilment.refunds import Refunds
from server.http.params import ENTITY_ID, IdempotencyKey
from server.http.refusals import TO_PERMITTED, refusals
from server.journal.intents import note_replay
from server.protocol.codes import Code

OrderId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40)]
Reader = Annotated[Principal, permitted(RUNNERS, "orders:read")]
Writer = Annotated[Principal, permitted(RUNNERS, "orders:write")]


def router() -> APIRouter:
    """Return the routes of refunds."""
    api = APIRouter(prefix="/v1/orders/{order}/refunds", tags=["orders"])
    found = (*TO_PERMITTED, Code.NOT_FOUND, Code.NOT_REFUNDABLE)
    sent = (*found, Code.TOO_MUCH, Code.CONFLICT, Code.BAD_JSON, Code.TOO_LARGE)
    api.add_api_route(
        "", list_refunds, methods=["GET"], summary="The refunds of an order", responses=refusals(*found)
    )
    api.add_api_route(
        "",
        make_refund,
        methods=["POST"],
        status_code=201,
        summary="Give back all of an order, lines of it, or an amount",
        responses={
            200: {
                "model": RefundBody,
                "description": "The same key and body as before: the first refund as it stands.",
            },
            **refusals(*sent, Code.KEY_REUSED, Code.BUSY),
        },
    )
    api.add_api_route(
        "/reckoning",
        reckon_refund,
        methods=["POST"],
        summary="What a refund would come to",
        responses=refusals(*sent),
    )
    return api


async def list_refunds(order: OrderId, by: Reader, request: Request) -> RefundList:
    """The oldest first, with what can still be given back: what is asked of a provider counts as given."""
    refunds = _refunds(request)
    head = await refunds.find_order(by.channel_id, order)
    found, bought = await refunds.read(head)
    return RefundList(
        order=head.id, refunds=[refund_body(each, head) for each in found], left=left_body(bought, head)
    )


async def make_refund(
    order: OrderId,
    body: RefundRequest,
    key: IdempotencyKey,
    by: Writer,
    request: Request,
    *,
    response: Response,
) -> RefundBody:
    """Sends the refund once it is committed: `done`, or `asked` while the payments' provider has not done it; then it goes on by itself.

    Repeating the request with the same key is safe after any failure. Nothing changes before it is done.
    """
    refunds = _refunds(request)
    head = await refunds.find_order(by.channel_id, order)
    asked = await refunds.ask(head, acting_by(by), key, body.wanted(head))
    if asked.repeated:
        response.status_code = 200
        note_replay()
    return refund_body(asked.refund, head)


async def reckon_refund(order: OrderId, body: RefundRequest, by: Writer, request: Request) -> ReckoningBody:
    """Changes nothing; raises what the refund itself would."""
    refunds = _refunds(request)
    head = await refunds.find_order(by.channel_id, order)
    return reckoning_body(await refunds.reckon(head, body.wanted(head)), head)


def _refunds(request: Request) -> Refunds:
    return cast("Refunds", request.app.state.refunds)
