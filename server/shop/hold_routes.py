"""Holds over HTTP: the same as by socket, for any caller with a token."""

from typing import Annotated, cast

import msgspec
from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from server.access.acquaintance import tell_order
from server.access.dependencies import EntrantOfShow, ShowId
from server.access.tokens import Identity
from server.errors import RefusedError
from server.http import pacing
from server.http.params import ENTITY_ID, EntityId, Face, IdempotencyKey, Moment, OptionalKey, RequestBody
from server.http.refusals import refusals
from server.journal.intents import intent_of
from server.pace.rates import Act
from server.protocol.codes import Code
from server.protocol.hold_lines import HoldOrigin, HoldState
from server.shop.hold_rules import LINES_MAX, Hold, Wanted, WantedLine
from server.shop.holds import Holds
from server.shop.locking import as_seen

WANTED = (
    Code.SHOW_NOT_LIVE,
    Code.SHOP_TAKES_ORDERS,
    Code.SOLD_OUT,
    Code.TOO_MANY,
    Code.PRICE_CHANGED,
    Code.BUYING_MIXED,
)
"""Why lines may not be set aside."""
HoldId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40)]


class LineRequest(RequestBody):
    """So many units of a product, or variant."""

    product: EntityId
    quantity: int = Field(ge=1, le=99)
    price: int | None = Field(
        default=None,
        ge=0,
        le=2**53 - 1,
        description="The price that the buyer saw, in minor units; refused when it changed.",
    )
    offer: EntityId | None = Field(default=None, description="Under which offer.")


class HoldRequest(RequestBody):
    """What is to be set aside: all of it or nothing."""

    lines: list[LineRequest] = Field(min_length=1, max_length=LINES_MAX)


class HoldLineBody(Face):
    """Units of one product, or variant, at the price at which they were set aside."""

    product: str
    quantity: int
    price: int = Field(description="Minor units of the hold's `currency`, each.")
    offer: str | None


class HoldBody(Face):
    """A hold as it stands."""

    hold: str
    key: str = Field(description="The key that it was placed under.")
    state: HoldState
    lines: list[HoldLineBody]
    amount: int = Field(description="Minor units of `currency`, of all lines.")
    currency: str = Field(description="ISO 4217.")
    placed_at: Moment
    expires_at: Moment = Field(description="By the server's clock; never prolonged.")
    paying: bool = Field(description="A payment of it is open: until that is settled it does not expire.")
    ended_at: Moment | None
    why: str | None = Field(description="Why it ended, where there is more to say than its state.")
    order: str | None = Field(description="What it became.")
    origin: HoldOrigin | None = Field(
        description="Who placed it, where its viewer did not; `waitlist`: it was their turn in line."
    )
    auction: str | None = Field(description="Whose lot it is.")
    exchanges: str | None = Field(description="The hold in whose place it came, with its time.")
    first_paid: bool = Field(
        description="None of its units are set aside before it is paid: they go to whoever pays first."
    )


class HoldList(Face):
    """One's own holds in a show, the newest first."""

    holds: list[HoldBody]


def router() -> APIRouter:
    """Return the routes of holds."""
    api = APIRouter(prefix="/v1/shows/{show}/holds", tags=["holds"])
    known = (Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.FORBIDDEN, Code.GUESTS_REFUSED, Code.NOT_FOUND)
    asked = (*known, Code.UNAVAILABLE)
    sent = (*asked, Code.KEY_REUSED, Code.HOLD_ENDED, Code.BUSY)
    api.add_api_route(
        "",
        place_hold,
        methods=["POST"],
        status_code=201,
        summary="Set stock aside, all lines or none",
        responses={
            200: {
                "model": HoldBody,
                "description": "The same key and body as before: the first hold as it stands.",
            },
            **refusals(*sent, *WANTED, Code.TOO_FAST, Code.BAD_JSON, Code.TOO_LARGE),
        },
    )
    api.add_api_route("", list_holds, methods=["GET"], summary="One's own holds", responses=refusals(*asked))
    api.add_api_route(
        "/{hold}", get_hold, methods=["GET"], summary="One of one's holds", responses=refusals(*asked)
    )
    api.add_api_route(
        "/{hold}",
        release_hold,
        methods=["DELETE"],
        summary="Give the units of a hold back",
        responses=refusals(*sent),
    )
    return api


async def place_hold(
    show: ShowId,
    body: HoldRequest,
    key: IdempotencyKey,
    identity: EntrantOfShow,
    request: Request,
    *,
    response: Response,
) -> HoldBody:
    """Sends the hold once it is committed. Repeating the request with the same key is safe, and prolongs nothing."""
    await pacing.spend(request, Act.ORDER, viewer=identity.viewer_id)
    hold = await _holds(request).place(show, wanted_of(body, key, identity))
    tell_order(request, response, show, identity, repeated=hold.repeated)
    return as_body(hold)


async def list_holds(show: ShowId, identity: EntrantOfShow, request: Request) -> HoldList:
    """All that stand, and those of the last day that are over; also what the viewer did as a guest of the show, before they signed in."""
    found = await _holds(request).list_own(show, identity.viewer_id)
    return HoldList(holds=[as_body(hold) for hold in found])


async def get_hold(show: ShowId, hold: HoldId, identity: EntrantOfShow, request: Request) -> HoldBody:
    """For its viewer alone."""
    found = await _holds(request).find_own(show, hold, identity.viewer_id)
    if found is None:
        raise RefusedError(Code.NOT_FOUND)
    return as_body(found)


async def release_hold(
    show: ShowId, hold: HoldId, identity: EntrantOfShow, request: Request, key: OptionalKey = None
) -> HoldBody:
    """Done once or often, it is the same: one that is over stays as it is. Not while it is being paid, and not what is an order."""
    intent = intent_of(identity.viewer_id, key, f"DELETE /v1/shows/{show}/holds/{hold}")
    return as_body(await _holds(request).release(show, hold, identity.viewer_id, intent=intent))


def wanted_of(body: HoldRequest, key: str, identity: Identity, *, exchanges: str | None = None) -> Wanted:
    """Return what a request wants set aside."""
    lines = tuple(WantedLine(each.product, each.quantity, each.price, each.offer) for each in body.lines)
    staff, guest = identity.role != "viewer", identity.guest
    return Wanted(identity.viewer_id, key, lines, staff=staff, guest=guest, exchanges=exchanges)


def as_body(hold: Hold) -> HoldBody:
    """Return the hold as the API shows it: what its viewer is told by push, and its key."""
    return HoldBody.model_validate(msgspec.structs.asdict(as_seen(hold)) | {"key": hold.key})


def _holds(request: Request) -> Holds:
    return cast("Holds", request.app.state.holds)
