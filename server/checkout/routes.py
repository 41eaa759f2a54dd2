"""The checkout of a hold over HTTP, for its viewer."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request

from server.access.dependencies import EntrantOfShow, ShowId
from server.access.tokens import Identity
from server.checkout.bodies import CheckoutBody, CheckoutRequest, as_body, as_filling
from server.checkout.service import Buyer, Checkouts
from server.http.language import language_of
from server.http.params import ENTITY_ID
from server.http.refusals import OF_BODIES, refusals
from server.protocol.codes import Code
from server.vouchers.pacing import paced

HoldId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40)]


def router() -> APIRouter:
    """Return the routes of checkouts."""
    api = APIRouter(prefix="/v1/shows/{show}/holds/{hold}/checkout", tags=["holds"])
    known = (
        Code.UNAUTHENTICATED,
        Code.TOKEN_EXPIRED,
        Code.FORBIDDEN,
        Code.GUESTS_REFUSED,
        Code.NOT_FOUND,
        Code.UNAVAILABLE,
    )
    api.add_api_route(
        "", get_checkout, methods=["GET"], summary="What a hold comes to", responses=refusals(*known)
    )
    api.add_api_route(
        "",
        put_checkout,
        methods=["PUT"],
        summary="Fill in the checkout of a hold",
        responses=refusals(*known, *OF_BODIES, Code.HOLD_ENDED, Code.VOUCHER_REFUSED, Code.BUSY),
    )
    return api


async def get_checkout(show: ShowId, hold: HoldId, identity: EntrantOfShow, request: Request) -> CheckoutBody:
    """For its viewer. Before anything is filled in, words are in the language of `?lang=` or `Accept-Language`."""
    found = await _checkouts(request).find(show, hold, _buyer(identity), language_of(request.scope))
    return as_body(found)


async def put_checkout(
    show: ShowId,
    hold: HoldId,
    body: CheckoutRequest,
    identity: EntrantOfShow,
    request: Request,
) -> CheckoutBody:
    """For its viewer, as often as they like until they pay: the whole body takes the place of what was there."""
    filling = as_filling(body, hold, _buyer(identity))
    async with paced(request, filling.details.voucher or None, identity.viewer_id):
        return as_body(await _checkouts(request).fill(show, filling))


def _buyer(identity: Identity) -> Buyer:
    return Buyer(identity.viewer_id, guest=identity.guest, may_keep=not identity.guest or identity.remembered)


def _checkouts(request: Request) -> Checkouts:
    return cast("Checkouts", request.app.state.checkouts)
