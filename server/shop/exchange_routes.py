"""An exchange of a hold over HTTP: the same as by socket."""

from typing import cast

from fastapi import APIRouter, Request, Response

from server.access.acquaintance import tell_order
from server.access.dependencies import EntrantOfShow, ShowId
from server.http import pacing
from server.http.params import IdempotencyKey
from server.http.refusals import OF_BODIES, refusals
from server.pace.rates import Act
from server.protocol.codes import Code
from server.shop.exchanges import Exchanges
from server.shop.hold_routes import WANTED, HoldBody, HoldId, HoldRequest, as_body, wanted_of


def router() -> APIRouter:
    """Return the route."""
    api = APIRouter(prefix="/v1/shows/{show}/holds", tags=["holds"])
    known = (Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.FORBIDDEN, Code.GUESTS_REFUSED, Code.NOT_FOUND)
    asked = (*known, Code.UNAVAILABLE, Code.KEY_REUSED, Code.BUSY, Code.TOO_FAST, *OF_BODIES)
    api.add_api_route(
        "/{hold}/exchange",
        exchange_hold,
        methods=["POST"],
        status_code=201,
        summary="Set other lines aside in the place of a hold, under its time",
        responses={
            200: {
                "model": HoldBody,
                "description": "The same key and body as before: the hold that came of it as it stands.",
            },
            **refusals(*dict.fromkeys((*asked, Code.HOLD_ENDED, *WANTED))),
        },
    )
    return api


async def exchange_hold(
    show: ShowId,
    hold: HoldId,
    body: HoldRequest,
    key: IdempotencyKey,
    identity: EntrantOfShow,
    *,
    request: Request,
    response: Response,
) -> HoldBody:
    """Sends the new hold once the exchange is committed; where it is refused the first one stands as it was."""
    await pacing.spend(request, Act.ORDER, viewer=identity.viewer_id)
    exchanges = cast("Exchanges", request.app.state.exchanges)
    found = await exchanges.exchange(show, wanted_of(body, key, identity, exchanges=hold))
    tell_order(request, response, show, identity, repeated=found.repeated)
    return as_body(found)
