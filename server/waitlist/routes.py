"""The line over HTTP: the same as by socket, for any caller with a token."""

from typing import Annotated, cast

import msgspec
from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from server.access.acquaintance import tell_order
from server.access.dependencies import EntrantOfShow, ShowId
from server.http import pacing
from server.http.params import ENTITY_ID, EntityId, Face, IdempotencyKey, Moment, OptionalKey, RequestBody
from server.http.refusals import refusals
from server.journal.intents import intent_of
from server.pace.rates import Act
from server.protocol.codes import Code
from server.protocol.waitlist_lines import PlaceState
from server.waitlist.desk import as_seen
from server.waitlist.rules import Joining, Place
from server.waitlist.service import Waitlist

ProductId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="A product, or variant.")]


class JoinRequest(RequestBody):
    """What is waited for."""

    product: EntityId
    quantity: int = Field(default=1, ge=1, le=99)


class PlaceBody(Face):
    """A place in line as it stands."""

    place: str
    product: str
    quantity: int
    state: PlaceState = Field(
        description="`waiting`; `called`: the units are theirs until `expires_at`; or how it ended."
    )
    joined_at: Moment
    position: int | None = Field(description="While it waits: 1 for whoever is next.")
    hold: str | None = Field(description="The turn: a hold, which is paid as any other.")
    expires_at: Moment | None
    why: str | None = Field(description="Why it ended, where there is more to say than its state.")


class PlaceList(Face):
    """One's own places in line in a show, the newest first."""

    places: list[PlaceBody]


def router() -> APIRouter:
    """Return the routes of the line."""
    api = APIRouter(prefix="/v1/shows/{show}/waitlist", tags=["waitlist"])
    known = (Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.FORBIDDEN, Code.GUESTS_REFUSED, Code.NOT_FOUND)
    asked = (*known, Code.UNAVAILABLE)
    sent = (*asked, Code.KEY_REUSED, Code.BUSY)
    wanted = (Code.SHOW_NOT_LIVE, Code.SHOP_TAKES_ORDERS, Code.TOO_MANY, Code.CONFLICT, Code.WAITLIST_CLOSED)
    api.add_api_route(
        "",
        join_line,
        methods=["POST"],
        status_code=201,
        summary="Wait in line for what is sold out",
        responses={
            200: {
                "model": PlaceBody,
                "description": "The place that the caller has in this line, as it stands.",
            },
            **refusals(*sent, *wanted, Code.TOO_FAST, Code.BAD_JSON, Code.TOO_LARGE),
        },
    )
    api.add_api_route(
        "", list_places, methods=["GET"], summary="One's own places in line", responses=refusals(*asked)
    )
    api.add_api_route(
        "/{product}",
        leave_line,
        methods=["DELETE"],
        summary="Leave the line of a product",
        responses=refusals(*sent, Code.HOLD_ENDED),
    )
    return api


async def join_line(
    show: ShowId,
    body: JoinRequest,
    key: IdempotencyKey,
    identity: EntrantOfShow,
    request: Request,
    *,
    response: Response,
) -> PlaceBody:
    """Sends the place once it is committed; `called` at once where units are free that nobody before waits for. A person has one place
    for a product: joining again returns it, and fewer units are waited for from then on where fewer are asked for."""
    await pacing.spend(request, Act.ORDER, viewer=identity.viewer_id)
    joining = Joining(
        identity.viewer_id,
        key,
        body.product,
        body.quantity,
        staff=identity.role != "viewer",
        guest=identity.guest,
    )
    place = await _waitlist(request).join(show, joining)
    tell_order(request, response, show, identity, repeated=place.repeated)
    return as_body(place)


async def list_places(show: ShowId, identity: EntrantOfShow, request: Request) -> PlaceList:
    """All that stand, with their positions, and those of the last day that have ended; also those taken as a guest of the show."""
    found = await _waitlist(request).list_own(show, identity.viewer_id)
    return PlaceList(places=[as_body(place) for place in found])


async def leave_line(
    show: ShowId, product: ProductId, identity: EntrantOfShow, request: Request, key: OptionalKey = None
) -> PlaceBody:
    """Done once or often, it is the same. A turn's units go to the next; not while it is being paid."""
    intent = intent_of(identity.viewer_id, key, f"DELETE /v1/shows/{show}/waitlist/{product}")
    return as_body(await _waitlist(request).leave(show, product, identity.viewer_id, intent=intent))


def as_body(place: Place) -> PlaceBody:
    """Return the place as the API shows it: what its viewer is told by push."""
    return PlaceBody.model_validate(msgspec.structs.asdict(as_seen(place)))


def _waitlist(request: Request) -> Waitlist:
    return cast("Waitlist", request.app.state.waitlist)
