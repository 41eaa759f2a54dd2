"""One order over HTTP, for the channel's people and programs: how it stands, and what is done with it."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request, Response

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS
from server.errors import RefusedError
from server.fulfilment.detail import Detail
from server.fulfilment.shipping import Shipping
from server.fulfilment.shipping_bodies import (
    NoteRequest,
    OrderDetailBody,
    ShipmentChanges,
    ShipmentRequest,
    as_detail_body,
)
from server.http.params import ENTITY_ID, OptionalKey
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.protocol.codes import Code

Id = Annotated[str, Path(pattern=ENTITY_ID, max_length=40)]
Reader = Annotated[Principal, permitted(RUNNERS, "orders:read")]
Writer = Annotated[Principal, permitted(RUNNERS, "orders:write")]


def router() -> APIRouter:
    """Return the routes of one order."""
    api = APIRouter(prefix="/v1/channels/{channel}/orders/{order}", tags=["orders"])
    found = (*TO_PERMITTED, Code.NOT_FOUND)
    sent = (*found, *OF_BODIES, Code.CONFLICT)
    add = api.add_api_route
    add(
        "",
        get_order,
        methods=["GET"],
        summary="An order with everything about it",
        responses=refusals(*found),
    )
    add(
        "/shipments",
        ship_order,
        methods=["POST"],
        status_code=201,
        summary="Mark an order, or part of it, as shipped",
        responses=refusals(*sent, Code.KEY_REUSED) | STALE,
    )
    add(
        "/shipments/{shipment}",
        correct_shipment,
        methods=["PATCH"],
        summary="Correct a parcel's carrier and tracking address",
        responses=refusals(*sent) | STALE,
    )
    add(
        "/shipments/{shipment}",
        undo_shipment,
        methods=["DELETE"],
        summary="Say that a parcel was marked by mistake",
        responses=refusals(*found, Code.CONFLICT) | STALE,
    )
    add(
        "/notes",
        write_note,
        methods=["POST"],
        status_code=201,
        summary="Write a note for the channel's people",
        responses=refusals(*sent, Code.KEY_REUSED),
    )
    add(
        "/notes/{note}",
        remove_note,
        methods=["DELETE"],
        summary="Remove a note",
        responses=refusals(*found),
    )
    return api


async def get_order(
    channel: Id, order: Id, by: Reader, request: Request, response: Response
) -> OrderDetailBody:
    """The `ETag` is the version of what was done with it."""
    _require_own(channel, by)
    return _answer(response, await _shipping(request).find(by.channel_id, order))


async def ship_order(
    channel: Id,
    order: Id,
    body: ShipmentRequest,
    by: Writer,
    request: Request,
    *,
    response: Response,
    match: IfMatch,
    key: OptionalKey = None,
) -> OrderDetailBody:
    """Its buyer sees it, and is written to. The same key marks it once."""
    _require_own(channel, by)
    intent = intent_of(by.id, key, "ship", order, body.model_dump())
    shown = match.shown_by(as_detail_body)
    return _answer(response, await _shipping(request).ship(by, order, body.parcel, shown, intent=intent))


async def correct_shipment(
    channel: Id,
    order: Id,
    shipment: Id,
    body: ShipmentChanges,
    by: Writer,
    *,
    request: Request,
    response: Response,
    match: IfMatch,
) -> OrderDetailBody:
    """Its buyer sees the new address at once."""
    _require_own(channel, by)
    done = await _shipping(request).correct(
        by,
        order,
        shipment,
        carrier=body.carrier,
        tracking=body.tracking,
        match=match.shown_by(as_detail_body),
    )
    return _answer(response, done)


async def undo_shipment(
    channel: Id, order: Id, shipment: Id, by: Writer, request: Request, *, response: Response, match: IfMatch
) -> OrderDetailBody:
    """The parcel stays in the order's history; its buyer sees the order as it was before."""
    _require_own(channel, by)
    done = await _shipping(request).undo(by, order, shipment, match.shown_by(as_detail_body))
    return _answer(response, done)


async def write_note(
    channel: Id,
    order: Id,
    body: NoteRequest,
    by: Writer,
    request: Request,
    *,
    response: Response,
    key: OptionalKey = None,
) -> OrderDetailBody:
    """The buyer never sees it."""
    _require_own(channel, by)
    intent = intent_of(by.id, key, "note", order, body.model_dump())
    return _answer(response, await _shipping(request).note(by, order, body.text, intent=intent))


async def remove_note(
    channel: Id, order: Id, note: Id, by: Writer, request: Request, *, response: Response
) -> OrderDetailBody:
    """It is gone for good; that it was removed stays in the audit."""
    _require_own(channel, by)
    return _answer(response, await _shipping(request).remove_note(by, order, note))


def _answer(response: Response, detail: Detail) -> OrderDetailBody:
    answer_version(response, detail.version)
    return as_detail_body(detail)


def _require_own(channel: str, by: Principal) -> None:
    if channel != by.channel_id:
        raise RefusedError(Code.NOT_FOUND)


def _shipping(request: Request) -> Shipping:
    return cast("Shipping", request.app.state.shipping)
