"""Offers over HTTP: prepared in the studio or on the host's page, and the proof of who was shown and sold what."""

from functools import partial
from typing import Annotated, cast

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from server.access.dependencies import ShowId, member_of_show, reader_of_show
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import MEMBERS, RUNNERS
from server.audit.trail import acting_by
from server.http.params import ENTITY_ID, OptionalKey
from server.http.proofs import PROOF, ProofFormat, proof_answer
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.offers.bodies import OfferBody, OfferList, OfferRequest, as_body, wanted
from server.offers.proof import Line, read_proof
from server.offers.service import Offers
from server.protocol.codes import Code

OfferId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The offer's id.")]
Runner = Annotated[Principal, permitted(RUNNERS, "shows:write")]


def router() -> APIRouter:
    """Return the routes of offers."""
    api = APIRouter(prefix="/v1", tags=["offers"])
    known = (*TO_PERMITTED, Code.NOT_FOUND)
    sent = (*known, *OF_BODIES, Code.SHOW_NOT_LIVE, Code.PRICE_CHANGED)
    add = api.add_api_route
    add(
        "/shows/{show}/offers",
        list_offers,
        methods=["GET"],
        summary="The offers of a show",
        responses=refusals(*known),
    )
    add(
        "/shows/{show}/offers",
        prepare_offer,
        methods=["POST"],
        status_code=201,
        summary="Prepare an offer",
        responses=refusals(*sent, Code.KEY_REUSED),
    )
    add("/offers/{offer}", get_offer, methods=["GET"], summary="One offer", responses=refusals(*known))
    add(
        "/offers/{offer}",
        change_offer,
        methods=["PUT"],
        summary="Change an offer that was never open",
        responses=refusals(*sent, Code.CONFLICT) | STALE,
    )
    add(
        "/offers/{offer}",
        remove_offer,
        methods=["DELETE"],
        status_code=204,
        response_class=Response,
        summary="Remove an offer that was never open",
        responses=refusals(*known, Code.CONFLICT) | STALE,
    )
    add(
        "/shows/{show}/offers/proof",
        prove_offers,
        methods=["GET"],
        summary="Who was shown and sold what",
        response_class=StreamingResponse,
        responses={
            **PROOF,
            **refusals(*known),
        },
    )
    return api


async def list_offers(
    show: ShowId, by: Annotated[Principal, reader_of_show(MEMBERS, "stats:read")], request: Request
) -> OfferList:
    """For the channel's staff and analysts. The units are those of now."""
    return OfferList(offers=[as_body(each) for each in await _offers(request).list_of(show, by.channel_id)])


async def get_offer(
    offer: OfferId,
    by: Annotated[Principal, permitted(MEMBERS, "stats:read")],
    request: Request,
    response: Response,
) -> OfferBody:
    """For the channel's staff and analysts."""
    found = await _offers(request).find(offer, by.channel_id)
    answer_version(response, found.version)
    return as_body(found)


async def prepare_offer(
    *,
    show: ShowId,
    body: OfferRequest,
    by: Annotated[Principal, member_of_show(RUNNERS, "shows:write")],
    request: Request,
    response: Response,
    key: OptionalKey = None,
) -> OfferBody:
    """For hosts and admins, before and during the show. Nobody else sees it before it is opened."""
    intent = intent_of(by.id, key, "POST /v1/shows/offers", by.channel_id, show, body.model_dump(mode="json"))
    made = await _offers(request).prepare(show, by.channel_id, acting_by(by), wanted(body), intent=intent)
    answer_version(response, made.version)
    return as_body(made)


async def change_offer(
    *, offer: OfferId, body: OfferRequest, by: Runner, request: Request, response: Response, match: IfMatch
) -> OfferBody:
    """For hosts and admins. The whole offer is sent; without a `code` one to its holders keeps its own."""
    changed = await _offers(request).change(
        offer, by.channel_id, acting_by(by), wanted(body), match.shown_by(as_body)
    )
    answer_version(response, changed.version)
    return as_body(changed)


async def remove_offer(offer: OfferId, by: Runner, request: Request, match: IfMatch) -> None:
    """For hosts and admins."""
    await _offers(request).remove(offer, by.channel_id, acting_by(by), match.shown_by(as_body))


async def prove_offers(
    show: ShowId,
    by: Annotated[Principal, reader_of_show(RUNNERS, "orders:read")],
    request: Request,
    *,
    format: ProofFormat = "csv",
) -> StreamingResponse:
    """For hosts and admins: each offer that was opened, to whom it was shown and sold, and when it closed, in order."""
    read = partial(read_proof, show_id=show)
    return await proof_answer(request, by.id, name=f"{show}-offers", format=format, kind=Line, read=read)


def _offers(request: Request) -> Offers:
    return cast("Offers", request.app.state.offers)
